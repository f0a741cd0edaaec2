/* json_read - any record from JSON, by the rows of its schema; finds all problems at once. */
#include <assert.h>
#include <json-c/json.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/clock.h"
#include "hub/base/memory.h"
#include "hub/base/nearest.h"
#include "schemas/tables.h"

#define FIELDS_MAX 64 /* of a record */

/* One value to be read. */
struct target {
	const struct field *field;
	const char *name; /* for the path below where problems stand: the field; NULL: an item */
	void *at;
	struct problems *problems;
};

static void wrong(const struct target *target, const char *text)
{
	problems_add(target->problems, target->name, target->field->example, "%s", text);
}

static struct bytes text_of(struct json_object *in)
{
	return bytes_of(json_object_get_string(in), (size_t)json_object_get_string_len(in));
}

static void read_boolean(const struct target *target, struct json_object *in)
{
	if (!json_object_is_type(in, json_type_boolean))
		wrong(target, "is not true or false");
	else
		*(bool *)target->at = json_object_get_boolean(in);
}

static void read_date(const struct target *target, struct json_object *in)
{
	if (!json_object_is_type(in, json_type_string) ||
		!clock_date_from_text(text_of(in), target->at))
		wrong(target, "is not a date like 2026-03-02");
}

static void read_time(const struct target *target, struct json_object *in)
{
	if (!json_object_is_type(in, json_type_string) || !clock_from_text(text_of(in), target->at))
		wrong(target,
			"is not a time like 2026-03-02T09:30:00Z or 2026-03-02T10:30:00+01:00");
}

static void read_int(const struct target *target, struct json_object *in)
{
	int64_t value = json_object_get_int64(in);

	if (!json_object_is_type(in, json_type_int))
		wrong(target, "is not a whole number");
	else if (value < INT32_MIN || value > INT32_MAX)
		wrong(target, "is not between -2147483648 and 2147483647");
	else
		*(int32_t *)target->at = (int32_t)value;
}

static void read_long(const struct target *target, struct json_object *in)
{
	if (!json_object_is_type(in, json_type_int))
		wrong(target, "is not a whole number");
	else if (json_object_get_int64(in) > 0 && json_object_get_uint64(in) > INT64_MAX)
		wrong(target, "is greater than 9223372036854775807");
	else
		*(int64_t *)target->at = json_object_get_int64(in);
}

/* json-c lets some of what is not UTF-8 through: overlong forms, surrogates. */
static void read_string(const struct target *target, struct json_object *in)
{
	if (!json_object_is_type(in, json_type_string))
		wrong(target, "is not a string");
	else if (!bytes_is_utf8(text_of(in)))
		wrong(target, "is not UTF-8");
	else
		*(struct bytes *)target->at = arena_copy(target->problems->arena, text_of(in));
}

static void read_bytes(const struct target *target, struct json_object *in)
{
	struct bytes text, *out = target->at;
	uint8_t *data;
	size_t size;
	const char *end;

	if (!json_object_is_type(in, json_type_string)) {
		wrong(target, "is not a string of base64");
		return;
	}
	text = text_of(in);
	data = arena_get(target->problems->arena, text.size / 4 * 3 + 1);
	if (sodium_base642bin(data, text.size / 4 * 3 + 1, (const char *)text.data, text.size, NULL,
		    &size, &end, sodium_base64_VARIANT_ORIGINAL) != 0 ||
		end != (const char *)text.data + text.size)
		wrong(target, "is not base64 with padding (RFC 4648 section 4)");
	else
		*out = bytes_of(data, size);
}

static void read_fixed(const struct target *target, struct json_object *in)
{
	bool is_text = json_object_is_type(in, json_type_string);
	size_t size = target->field->fixed_size;

	if (target->field->form == FORM_UUID) {
		if (!is_text || !bytes_from_uuid(text_of(in), target->at))
			wrong(target, "is not a UUID: 8-4-4-4-12 hexadecimal digits");
	} else if (!is_text || !bytes_from_hex(text_of(in), target->at, size)) {
		problems_add(target->problems, target->name, target->field->example,
			"is not %zu hexadecimal digits", 2 * size);
	}
}

static void read_enum(const struct target *target, struct json_object *in)
{
	const struct symbols *symbols = target->field->symbols;
	struct buffer choices = {0};

	if (json_object_is_type(in, json_type_string) &&
		symbol_find(symbols, text_of(in), target->at))
		return;
	for (size_t i = 0; i < symbols->count; i++)
		buffer_add_format(&choices, "%s%s", i > 0 ? ", " : "", symbols->names[i]);
	problems_add(target->problems, target->name, target->field->example, "is none of %s",
		buffer_string(&choices));
	buffer_done(&choices);
}

static void read_record(
	const struct record *record, void *out, struct json_object *in, struct problems *problems);

static void read_value(const struct target *target, struct json_object *in)
{
	switch (target->field->kind) {
	case FIELD_BOOLEAN:
		read_boolean(target, in);
		return;
	case FIELD_INT:
		if (target->field->form == FORM_DATE)
			read_date(target, in);
		else
			read_int(target, in);
		return;
	case FIELD_LONG:
		if (target->field->form == FORM_TIME)
			read_time(target, in);
		else
			read_long(target, in);
		return;
	case FIELD_STRING:
		read_string(target, in);
		return;
	case FIELD_BYTES:
		read_bytes(target, in);
		return;
	case FIELD_FIXED:
		read_fixed(target, in);
		return;
	case FIELD_ENUM:
		read_enum(target, in);
		return;
	case FIELD_RECORD:
		read_record(target->field->branches[0].record, target->at, in, target->problems);
		return;
	case FIELD_UNION:
		break;
	}
	abort();
}

static void read_array(const struct target *target, struct json_object *in, void *record)
{
	const struct field *field = target->field;
	struct problems *problems = target->problems;
	size_t before = problems_enter(problems, field->name);

	if (json_object_is_type(in, json_type_array)) {
		size_t count = json_object_array_length(in);
		char *items = arena_get_array(problems->arena, count, field->item_size);
		for (size_t i = 0; i < count; i++) {
			struct target item = {field, NULL, items + i * field->item_size, problems};
			size_t outer = problems_enter_place(problems, i);
			read_value(&item, json_object_array_get_idx(in, i));
			problems_leave(problems, outer);
		}
		*(void **)field_place(record, field->offset) = items;
		*(size_t *)field_place(record, field->also) = count;
	} else {
		problems_add(problems, NULL, field->example, "is not an array");
	}
	problems_leave(problems, before);
}

static const struct branch *find_branch(const struct field *field, const char *name)
{
	for (size_t i = 0; i < field->branch_count; i++)
		if (strcmp(field->branches[i].record->name, name) == 0)
			return &field->branches[i];
	return NULL;
}

static void wrong_union(const struct field *field, struct problems *problems)
{
	struct buffer choices = {0};

	for (size_t i = 0; i < field->branch_count; i++)
		buffer_add_format(&choices, "%s{\"%s\": {…}}", i > 0 ? " or " : "",
			field->branches[i].record->name);
	problems_add(problems, NULL, field->example, "is not %s", buffer_string(&choices));
	buffer_done(&choices);
}

static void read_union(const struct target *target, struct json_object *in, void *record)
{
	const struct field *field = target->field;
	struct problems *problems = target->problems;
	size_t before = problems_enter(problems, field->name);
	const struct branch *branch = NULL;

	if (json_object_is_type(in, json_type_object) && json_object_object_length(in) == 1) {
		json_object_object_foreach(in, name, inner)
		{
			branch = find_branch(field, name);
			if (branch == NULL)
				break;
			size_t outer = problems_enter(problems, name);
			void *at = arena_get(problems->arena, branch->record->size);
			read_record(branch->record, at, inner, problems);
			*(void **)field_place(record, branch->offset) = at;
			problems_leave(problems, outer);
		}
	}
	if (branch == NULL)
		wrong_union(field, problems);
	problems_leave(problems, before);
}

static void read_inner(const struct target *target, struct json_object *in, void *record)
{
	struct target inner = *target;
	size_t before = problems_enter(target->problems, target->name);

	inner.name = NULL;
	if (target->field->presence == FIELD_OPTIONAL) {
		inner.at =
			arena_get(target->problems->arena, target->field->branches[0].record->size);
		*(void **)field_place(record, target->field->offset) = inner.at;
	}
	read_value(&inner, in);
	problems_leave(target->problems, before);
}

static void read_field(
	const struct field *field, void *record, struct json_object *in, struct problems *problems)
{
	struct target target = {field, field->name, field_place(record, field->offset), problems};

	if (field->kind == FIELD_UNION) {
		read_union(&target, in, record);
	} else if (field->presence == FIELD_ARRAY) {
		read_array(&target, in, record);
	} else if (field->kind == FIELD_RECORD) {
		read_inner(&target, in, record);
	} else {
		if (field->presence == FIELD_OPTIONAL && field->kind != FIELD_STRING &&
			field->kind != FIELD_BYTES)
			*(bool *)field_place(record, field->also) = true;
		read_value(&target, in);
	}
}

/* Those that need no parser: a word, false and zero. */
static bool read_plain_preset(const struct field *field, void *at)
{
	const char *preset = field->preset;

	if (field->kind == FIELD_STRING && strchr(preset, '\\') == NULL) {
		*(struct bytes *)at = bytes_of(preset + 1, strlen(preset) - 2);
		return true;
	}
	return strcmp(preset, "false") == 0 || strcmp(preset, "0") == 0;
}

/* A field that is null or left out: a zeroed struct has null and no items already. */
static void read_nothing(const struct field *field, void *record, struct problems *problems)
{
	struct json_object *preset;

	if (field->presence != FIELD_REQUIRED)
		return;
	if (field->preset == NULL) {
		problems_add(problems, field->name, field->example, "is missing: %s", field->doc);
		return;
	}
	if (read_plain_preset(field, field_place(record, field->offset)))
		return;
	preset = json_tokener_parse(field->preset);
	read_field(field, record, preset, problems);
	json_object_put(preset);
}

/* The field that somebody meant; NULL: none. */
static const char *nearest_field(const struct record *record, const char *name)
{
	const char **names = memory_get_zeroed(record->count + 1, sizeof(*names));
	const char *nearest;

	for (size_t i = 0; i < record->count; i++)
		names[i] = record->fields[i].name;
	nearest = nearest_word(name, names);
	free(names);
	return nearest;
}

static void find_unknown(
	const struct record *record, struct json_object *in, struct problems *problems)
{
	json_object_object_foreach(in, name, value)
	{
		const char *nearest;

		(void)value;
		if (record_find_field(record, name) != NULL)
			continue;
		nearest = nearest_field(record, name);
		if (!bytes_is_utf8(bytes_of_string(name)))
			problems_add(problems, NULL, NULL, "has a member whose name is not UTF-8");
		else if (nearest != NULL)
			problems_add(problems, name, NULL, "is unknown: do you mean %s?", nearest);
		else
			problems_add(problems, name, NULL, "is unknown: leave it out");
	}
}

/* The members in the order of their fields. They mostly come in that order, so each is looked for
 * behind the last one first. false: there are others too. */
static bool sort_members(
	const struct record *record, struct json_object *in, struct json_object **values)
{
	bool all_known = true;
	size_t at = 0;

	assert(record->count <= FIELDS_MAX);
	json_object_object_foreach(in, name, value)
	{
		size_t tried = 0;
		while (tried < record->count && strcmp(record->fields[at].name, name) != 0) {
			at = at + 1 < record->count ? at + 1 : 0;
			tried++;
		}
		if (tried < record->count)
			values[at] = value;
		else
			all_known = false;
	}
	return all_known;
}

static void read_record(
	const struct record *record, void *out, struct json_object *in, struct problems *problems)
{
	struct json_object *values[FIELDS_MAX] = {NULL};

	if (!json_object_is_type(in, json_type_object)) {
		problems_add(problems, NULL, NULL, "is not an object");
		return;
	}
	bool all_known = sort_members(record, in, values);
	for (size_t i = 0; i < record->count; i++) {
		if (values[i] == NULL)
			read_nothing(&record->fields[i], out, problems);
		else
			read_field(&record->fields[i], out, values[i], problems);
	}
	if (!all_known)
		find_unknown(record, in, problems);
}

bool record_from_json(
	const struct record *record, void *out, struct json_object *in, struct problems *problems)
{
	size_t before = problems->count;

	memset(out, 0, record->size);
	read_record(record, out, in, problems);
	return problems->count == before;
}
