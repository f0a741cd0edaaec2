/* profile - which rows of an export are referrals, and what they ask. */
#include "connectors/uwv/profile.h"

#include <string.h>

#include "connectors/common/cell.h"

/* One column of a condition. */
struct clause {
	struct profile_column column;
	const char *values; /* as they are written */
};

struct profile {
	struct clause *clauses;
	size_t count;
	const char *leads_to; /* NULL: the end */
};

static const char *skip_spaces(const char *text)
{
	return text + strspn(text, " ");
}

/* "Column = value | value", up to the next ; or the end. NULL: it is no such thing. */
static const char *read_clause(
	const char *text, struct arena *arena, const char **column, const char **values)
{
	text = skip_spaces(text);
	size_t size = strcspn(text, ";"), equals = strcspn(text, "=");
	if (equals == 0 || equals >= size || skip_spaces(text + equals + 1) >= text + size)
		return NULL;
	size_t end = equals;
	while (end > 0 && text[end - 1] == ' ')
		end--;
	*column = arena_string(arena, bytes_of(text, end));
	*values = arena_string(arena, bytes_of(text + equals + 1, size - equals - 1));
	return text + size + (text[size] == ';' ? 1 : 0);
}

static size_t count_clauses(const char *text)
{
	size_t count = 1;
	for (; *text != '\0'; text++)
		count += *text == ';' ? 1 : 0;
	return count;
}

enum outcome profile_check(const struct setting_pair *pairs, struct err *err)
{
	struct arena arena = {0};
	const char *column, *values;
	enum outcome outcome = OK;
	for (; pairs->name != NULL && outcome == OK; pairs++)
		for (const char *at = pairs->name; outcome == OK && *at != '\0';) {
			at = read_clause(at, &arena, &column, &values);
			if (at == NULL)
				outcome = err_set(err, REJECT,
					"referrals: \"%s\" must be like \"Klantprofiel = BBL | "
					"Leerbaan; Rijbewijs = *\"",
					pairs->name);
			if (at == NULL)
				break;
		}
	arena_done(&arena);
	return outcome;
}

static enum outcome open_one(struct profile *out, const struct setting_pair *pair,
	const struct profile_rows *rows, struct arena *arena, struct err *err)
{
	const char *at = pair->name;
	out->leads_to = pair->value;
	out->clauses = arena_get_array(arena, count_clauses(at), sizeof(*out->clauses));
	while (*at != '\0') {
		struct clause *clause = &out->clauses[out->count++];
		at = read_clause(at, arena, &clause->column.name, &clause->values);
		if (rows->find != NULL)
			clause->column.place = rows->find(rows->of, clause->column.name);
		if (clause->column.place == SIZE_MAX)
			return err_set(err, REJECT,
				"the first row lacks the column %s, which the setting referrals "
				"names",
				clause->column.name);
	}
	return OK;
}

enum outcome profile_open(struct profile **out, const struct setting_pair *pairs,
	const struct profile_rows *rows, struct arena *arena, struct err *err)
{
	size_t count = 0;
	while (pairs[count].name != NULL)
		count++;
	struct profile *profile = arena_get_array(arena, count + 1, sizeof(*profile));
	for (size_t i = 0; i < count; i++)
		if (open_one(&profile[i], &pairs[i], rows, arena, err) != OK)
			return REJECT;
	*out = profile;
	return OK;
}

static bool is_one_of(struct bytes cell, const char *values)
{
	while (*values != '\0') {
		size_t size = strcspn(values, "|");
		struct bytes value = bytes_of(values, size);
		if (memchr(values, '*', size) != NULL || cell_is_like(value, cell))
			return true;
		values += size + (values[size] == '|' ? 1 : 0);
	}
	return false;
}

static bool has_one_of(const struct clause *clause, const struct profile_rows *rows)
{
	for (size_t nth = 0;; nth++) {
		struct bytes value = rows->value(rows->of, &clause->column, nth);
		if (value.data == NULL || is_one_of(value, clause->values))
			return value.data != NULL;
	}
}

static bool meets(const struct profile *profile, const struct profile_rows *rows)
{
	for (size_t i = 0; i < profile->count; i++)
		if (!has_one_of(&profile->clauses[i], rows))
			return false;
	return true;
}

const char *profile_of(const struct profile *profile, const struct profile_rows *rows)
{
	for (; profile->leads_to != NULL; profile++)
		if (meets(profile, rows))
			return profile->leads_to;
	return NULL;
}
