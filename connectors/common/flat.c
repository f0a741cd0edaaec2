/* flat - the fields of a record as the columns of a table: "case", "legal_basis.kind". */
#include "connectors/common/flat.h"

#include <assert.h>
#include <string.h>

#include "connectors/common/cell.h"
#include "hub/base/calendar.h"
#include "hub/base/clock.h"

struct listing {
	struct flat_field *out;
	size_t count;
	enum check_author author;
	struct arena *arena;
};

static void add(struct listing *listing, const struct field *outer, const struct field *field)
{
	if (field->by_hub && listing->author == CHECK_PARTNER)
		return;
	assert(listing->count < FLAT_MAX);
	const char *name = outer == NULL
		? field->name
		: arena_format(listing->arena, "%s.%s", outer->name, field->name);
	listing->out[listing->count++] = (struct flat_field){name, outer, field};
}

static bool is_plain(const struct field *field)
{
	return field->kind != FIELD_RECORD && field->kind != FIELD_UNION;
}

size_t flat_list(const struct record *record, enum check_author author, struct arena *arena,
	struct flat_field out[FLAT_MAX])
{
	struct listing listing = {out, 0, author, arena};
	for (size_t i = 0; i < record->count; i++) {
		const struct field *field = &record->fields[i];
		const struct record *inner =
			field->kind == FIELD_RECORD ? field->branches[0].record : NULL;
		if (is_plain(field))
			add(&listing, NULL, field);
		for (size_t j = 0; inner != NULL && j < inner->count; j++)
			if (is_plain(&inner->fields[j]))
				add(&listing, field, &inner->fields[j]);
	}
	return listing.count;
}

static struct json_tree *text(struct bytes value, struct arena *arena)
{
	struct json_tree *tree = arena_get(arena, sizeof(*tree));
	tree->kind = JSON_TREE_STRING;
	tree->text = value;
	return tree;
}

static void append(struct json_tree *to, struct json_tree *item)
{
	const struct json_tree *first = to->first;
	item->next = first;
	to->first = item;
	to->count++;
}

static bool parts_codes(uint8_t c)
{
	return strchr(" ,|;\t\r\n", c) != NULL;
}

/* From the end, as append puts in front. */
static struct json_tree *array(struct bytes cell, struct arena *arena)
{
	struct json_tree *tree = arena_get(arena, sizeof(*tree));
	tree->kind = JSON_TREE_ARRAY;
	for (size_t end = cell.size; end > 0;) {
		size_t from = end;
		while (from > 0 && !parts_codes(cell.data[from - 1]))
			from--;
		if (from < end)
			append(tree, text(bytes_of(cell.data + from, end - from), arena));
		end = from > 0 ? from - 1 : 0;
	}
	return tree;
}

static struct bytes date_of(struct bytes cell, struct arena *arena)
{
	int32_t days;
	char *out = arena_get(arena, 11);
	if (!cell_date(cell, &days))
		return cell;
	clock_date_to_text(days, out);
	return bytes_of_string(out);
}

/* A day alone is its beginning in Amsterdam; of what expires then, its end. */
static struct bytes time_of(const struct field *field, struct bytes cell, struct arena *arena)
{
	int64_t at;
	int32_t days;
	char *out = arena_get(arena, 25);
	if (clock_from_text(cell, &at) || !cell_date(cell, &days))
		return cell;
	days += strcmp(field->name, "expires_at") == 0 ? 1 : 0;
	clock_to_text(calendar_start(days), out);
	return bytes_of_string(out);
}

static bool has_form(const struct field *field, const char *form)
{
	return field->format != NULL && strcmp(field->format, form) == 0;
}

/* How long a number is that a spreadsheet may have robbed of the zero in front; 0: not mended. The
 * trade register's has no check digit: with one forgotten it would be another company's. */
static size_t digits_of(const struct field *field)
{
	if (has_form(field, "bsn"))
		return CELL_BSN;
	bool is_phone =
		strcmp(field->name, "phone") == 0 || strcmp(field->name, "worker_phone") == 0;
	return is_phone ? CELL_PHONE : 0;
}

struct json_tree *flat_read(const struct field *field, struct bytes cell, struct arena *arena)
{
	int64_t number;
	if (field->presence == FIELD_ARRAY)
		return array(cell, arena);
	if (field->form == FORM_DATE)
		return text(date_of(cell, arena), arena);
	if (field->form == FORM_TIME)
		return text(time_of(field, cell, arena), arena);
	if (digits_of(field) > 0)
		return text(cell_digits(cell, digits_of(field), arena), arena);
	/* A year alone has no hyphen. */
	if (has_form(field, "partial-date") && memchr(cell.data, '-', cell.size) != NULL)
		return text(date_of(cell, arena), arena);
	struct json_tree *tree = text(cell, arena);
	bool is_number = field->kind == FIELD_INT || field->kind == FIELD_LONG;
	if (is_number && bytes_to_int64(cell, &number))
		tree->kind = JSON_TREE_NUMBER;
	return tree;
}

void flat_begin(struct flat_tree *out, struct arena *arena)
{
	*out = (struct flat_tree){.arena = arena, .json = {.kind = JSON_TREE_OBJECT}};
}

static struct json_tree *inner(struct flat_tree *tree, const struct field *outer)
{
	if (outer == NULL)
		return &tree->json;
	for (size_t i = 0; i < tree->count; i++)
		if (bytes_equal_string(tree->inner[i]->name, outer->name))
			return tree->inner[i];
	assert(tree->count < FLAT_RECORDS);
	struct json_tree *made = arena_get(tree->arena, sizeof(*made));
	made->kind = JSON_TREE_OBJECT;
	made->name = bytes_of_string(outer->name);
	append(&tree->json, made);
	tree->inner[tree->count++] = made;
	return made;
}

void flat_add(struct flat_tree *tree, const struct flat_field *at, struct json_tree *value)
{
	value->name = bytes_of_string(at->field->name);
	append(inner(tree, at->outer), value);
}

void flat_add_tree(struct flat_tree *tree, const char *name, struct flat_tree *value)
{
	value->json.name = bytes_of_string(name);
	append(&tree->json, &value->json);
}
