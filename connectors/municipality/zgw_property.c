/* zgw_property - the eigenschappen of a zaak: what the settings say that each of them tells. */
#include "connectors/municipality/zgw_property.h"

#include <stddef.h>
#include <string.h>

#include "connectors/common/mapping.h"
#include "connectors/common/member.h"

#define LEVEL_MAX 8 /* NLQF */

/* What is filled, by what, and what its row calls it. */
struct filling {
	struct arena *arena;
	struct referral *body;
	struct person *person;
	struct bytes label; /* NAAM */
};

/* Puts a waarde into its place; NULL, or what is wrong with it. */
struct field;
typedef const char *put_fn(
	const struct field *field, struct bytes value, const struct filling *filling);

struct field {
	const char *name;
	put_fn *put;
	size_t offset;
};

static const char *put_body(
	const struct field *field, struct bytes value, const struct filling *filling)
{
	*(struct bytes *)(void *)((char *)filling->body + field->offset) = value;
	return NULL;
}

static const char *put_person(
	const struct field *field, struct bytes value, const struct filling *filling)
{
	*(struct bytes *)(void *)((char *)filling->person + field->offset) = value;
	return NULL;
}

static struct education *education_of(const struct filling *filling)
{
	if (filling->body->education == NULL)
		filling->body->education =
			arena_get(filling->arena, sizeof(*filling->body->education));
	return filling->body->education;
}

static const char *put_crebo(
	const struct field *field, struct bytes value, const struct filling *filling)
{
	(void)field;
	education_of(filling)->crebo = value;
	return NULL;
}

static const char *put_level(
	const struct field *field, struct bytes value, const struct filling *filling)
{
	struct education *education = education_of(filling);
	int64_t level;
	(void)field;
	if (!bytes_to_int64(value, &level) || level < 1 || level > LEVEL_MAX)
		return "is no level from 1 to 8";
	education->has_level = true;
	education->level = (int32_t)level;
	return NULL;
}

static const char *put_pathway(
	const struct field *field, struct bytes value, const struct filling *filling)
{
	struct education *education = education_of(filling);
	(void)field;
	education->has_pathway = pathway_from_name(value, &education->pathway);
	return education->has_pathway ? NULL : "is neither BOL nor BBL";
}

/* Behind what is said already, under its name. */
static const char *put_text(
	const struct field *field, struct bytes value, const struct filling *filling)
{
	struct bytes before = filling->person->text;
	(void)field;
	filling->person->text =
		bytes_of_string(arena_format(filling->arena, "%.*s%s%.*s: %.*s", BYTES_ARG(before),
			before.size > 0 ? "\n" : "", BYTES_ARG(filling->label), BYTES_ARG(value)));
	return NULL;
}

#define BODY(field)                                                                                \
	{                                                                                          \
#field, put_body, offsetof(struct referral, field)                                 \
	}
#define PERSON(field)                                                                              \
	{                                                                                          \
#field, put_person, offsetof(struct person, field)                                 \
	}

static const struct field fields[] = {
	{"education.crebo", put_crebo, 0},
	{"education.level", put_level, 0},
	{"education.pathway", put_pathway, 0},
	BODY(question),
	BODY(sector_from),
	BODY(sector_to),
	BODY(programme),
	BODY(urgency),
	BODY(municipality),
	PERSON(phone),
	PERSON(email),
	{"text", put_text, 0},
	{0},
};

static const struct field *find_field(struct bytes name)
{
	const struct field *field = fields;
	while (field->name != NULL && !bytes_equal_string(name, field->name))
		field++;
	return field->name != NULL ? field : NULL;
}

/* What stands before the first "=", which goes with it; *text is what stands behind it, absent
 * where there is none. */
static struct bytes cut(struct bytes *text)
{
	const uint8_t *mark = text->size > 0 ? memchr(text->data, '=', text->size) : NULL;
	struct bytes before = *text;
	*text = (struct bytes){0};
	if (mark == NULL)
		return before;
	before.size = (size_t)(mark - before.data);
	*text = bytes_of_string((const char *)mark + 1);
	return before;
}

/* "education.level=3" is one of our fields, all else words of the mapping. */
static const char *put(
	const char *words, struct bytes value, const struct filling *filling, struct err *err)
{
	struct bytes constant = bytes_of_string(words), name = cut(&constant);
	const struct field *field = strchr(words, ' ') == NULL ? find_field(name) : NULL;
	if (field != NULL)
		return field->put(field, constant.data != NULL ? constant : value, filling);
	if (mapping_referral(words, filling->arena, filling->body, err) != OK)
		return err->text;
	return NULL;
}

static bool fits(const struct setting_pair *row, const struct json_tree *item)
{
	struct bytes wanted = bytes_of_string(row->name), name = cut(&wanted);
	struct bytes value = member_text(item, "waarde");
	return value.data != NULL && mapping_alike(member_text(item, "naam"), name) &&
		(wanted.data == NULL || mapping_alike(value, wanted));
}

static void fill_one(const struct setting_pair *row, const struct json_tree *item,
	struct filling *filling, struct problems *problems)
{
	struct err err = {0};
	struct bytes name = bytes_of_string(row->name);
	filling->label = cut(&name);
	const char *why = put(row->value, member_text(item, "waarde"), filling, &err);
	if (why != NULL)
		problems_add(problems,
			arena_format(
				filling->arena, "zaakeigenschap %.*s", BYTES_ARG(filling->label)),
			NULL, "%s", why);
}

const struct json_tree *zgw_property_read(struct zgw_read *read, struct problems *problems)
{
	const struct setting_pair *rows = read->config->properties;
	if (rows == NULL || rows->name == NULL)
		return NULL;
	const char *path =
		arena_format(read->out->arena, "%.*s/zaakeigenschappen", BYTES_ARG(read->path));
	return zgw_read_zaken(read, bytes_of_string(path), problems);
}

void zgw_property_fill(struct zgw_read *read, const struct json_tree *list, struct parcel_draft *to)
{
	struct filling filling = {.arena = read->out->arena,
		.body = to->draft.body_referral,
		.person = parcel_person(read->out, &to->draft)};
	const struct setting_pair *rows = read->config->properties, *row = rows, *first;
	for (; list != NULL && row->name != NULL; row++) {
		const struct json_tree *item = member_items(list);
		for (; item != NULL; item = item->next) {
			for (first = rows; first != row && !fits(first, item);)
				first++;
			if (first == row && fits(row, item) && zgw_read_is_own(read, item))
				fill_one(row, item, &filling, &to->problems);
		}
	}
}

enum outcome zgw_property_check(const struct setting_pair *rows, struct err *err)
{
	struct arena arena = {0};
	enum outcome outcome = OK;
	for (; outcome == OK && rows != NULL && rows->name != NULL; rows++) {
		struct referral body = {.question = bytes_of_string("")};
		struct person person = {0};
		const struct filling filling = {&arena, &body, &person, {0}};
		bool is_field = find_field(bytes_of_string(rows->value)) != NULL;
		struct err inner = {0};
		const char *why =
			is_field ? NULL : put(rows->value, bytes_of_string("1"), &filling, &inner);
		if (why != NULL)
			outcome = err_set(err, REJECT, "eigenschappen: %s: %s", rows->name, why);
	}
	arena_done(&arena);
	return outcome;
}
