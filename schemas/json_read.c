/* json_read - any record from JSON, by the rows of its schema; finds all problems at once. */
#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/clock.h"
#include "hub/base/memory.h"
#include "hub/base/nearest.h"
#include "schemas/json_tree.h"
#include "schemas/tables.h"

#define FIELDS_MAX 64 /* of a record */
#define PRESET_DEPTH 8

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

static void read_boolean(const struct target *target, const struct json_tree *in)
{
	if (in->kind != JSON_TREE_BOOLEAN)
		wrong(target, "is not true or false");
	else
		*(bool *)target->at = in->yes;
}

static void read_date(const struct target *target, const struct json_tree *in)
{
	if (in->kind != JSON_TREE_STRING || !clock_date_from_text(in->text, target->at))
		wrong(target, "is not a date like 2026-03-02");
}

static void read_time(const struct target *target, const struct json_tree *in)
{
	if (in->kind != JSON_TREE_STRING || !clock_from_text(in->text, target->at))
		wrong(target,
			"is not a time like 2026-03-02T09:30:00Z or 2026-03-02T10:30:00+01:00");
}

/* A whole number in decimal, as it is written; how great it is does not matter. */
static bool is_whole(const struct json_tree *in)
{
	if (in->kind != JSON_TREE_NUMBER)
		return false;
	for (size_t i = 0; i < in->text.size; i++)
		if (strchr(".eE", in->text.data[i]) != NULL)
			return false;
	return true;
}

static void read_int(const struct target *target, const struct json_tree *in)
{
	int64_t value;

	if (!is_whole(in))
		wrong(target, "is not a whole number");
	else if (!bytes_to_int64(in->text, &value) || value < INT32_MIN || value > INT32_MAX)
		wrong(target, "is not between -2147483648 and 2147483647");
	else
		*(int32_t *)target->at = (int32_t)value;
}

static void read_long(const struct target *target, const struct json_tree *in)
{
	if (!is_whole(in))
		wrong(target, "is not a whole number");
	else if (!bytes_to_int64(in->text, target->at))
		wrong(target,
			in->text.data[0] == '-' ? "is less than -9223372036854775808"
						: "is greater than 9223372036854775807");
}

static void read_string(const struct target *target, const struct json_tree *in)
{
	if (in->kind != JSON_TREE_STRING)
		wrong(target, "is not a string");
	else
		*(struct bytes *)target->at = in->text;
}

static void read_bytes(const struct target *target, const struct json_tree *in)
{
	struct bytes text, *out = target->at;
	uint8_t *data;
	size_t size;
	const char *end;

	if (in->kind != JSON_TREE_STRING) {
		wrong(target, "is not a string of base64");
		return;
	}
	text = in->text;
	data = arena_get(target->problems->arena, text.size / 4 * 3 + 1);
	if (sodium_base642bin(data, text.size / 4 * 3 + 1, (const char *)text.data, text.size, NULL,
		    &size, &end, sodium_base64_VARIANT_ORIGINAL) != 0 ||
		end != (const char *)text.data + text.size)
		wrong(target, "is not base64 with padding (RFC 4648 section 4)");
	else
		*out = bytes_of(data, size);
}

static void read_fixed(const struct target *target, const struct json_tree *in)
{
	bool is_text = in->kind == JSON_TREE_STRING;
	size_t size = target->field->fixed_size;

	if (target->field->form == FORM_UUID) {
		if (!is_text || !bytes_from_uuid(in->text, target->at))
			wrong(target, "is not a UUID: 8-4-4-4-12 hexadecimal digits");
	} else if (!is_text || !bytes_from_hex(in->text, target->at, size)) {
		problems_add(target->problems, target->name, target->field->example,
			"is not %zu hexadecimal digits", 2 * size);
	}
}

static void read_enum(const struct target *target, const struct json_tree *in)
{
	const struct symbols *symbols = target->field->symbols;
	struct buffer choices = {0};

	if (in->kind == JSON_TREE_STRING && symbol_find(symbols, in->text, target->at))
		return;
	for (size_t i = 0; i < symbols->count; i++)
		buffer_add_format(&choices, "%s%s", i > 0 ? ", " : "", symbols->names[i]);
	problems_add(target->problems, target->name, target->field->example, "is none of %s",
		buffer_string(&choices));
	buffer_done(&choices);
}

static void read_record(const struct record *record, void *out, const struct json_tree *in,
	struct problems *problems);

static void read_value(const struct target *target, const struct json_tree *in)
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

static void read_array(const struct target *target, const struct json_tree *in, void *record)
{
	const struct field *field = target->field;
	struct problems *problems = target->problems;
	size_t before = problems_enter(problems, field->name);

	if (in->kind == JSON_TREE_ARRAY) {
		size_t count = in->count, i = 0;
		char *items = arena_get_array(problems->arena, count, field->item_size);
		for (const struct json_tree *it = in->first; it != NULL; it = it->next, i++) {
			struct target item = {field, NULL, items + i * field->item_size, problems};
			size_t outer = problems_enter_place(problems, i);
			read_value(&item, it);
			problems_leave(problems, outer);
		}
		*(void **)field_place(record, field->offset) = items;
		*(size_t *)field_place(record, field->also) = count;
	} else {
		problems_add(problems, NULL, field->example, "is not an array");
	}
	problems_leave(problems, before);
}

static const struct branch *find_branch(const struct field *field, struct bytes name)
{
	for (size_t i = 0; i < field->branch_count; i++)
		if (bytes_equal_string(name, field->branches[i].record->name))
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

static void read_union(const struct target *target, const struct json_tree *in, void *record)
{
	const struct field *field = target->field;
	struct problems *problems = target->problems;
	size_t before = problems_enter(problems, field->name);
	const struct branch *branch = NULL;

	if (in->kind == JSON_TREE_OBJECT && in->count == 1)
		branch = find_branch(field, in->first->name);
	if (branch == NULL) {
		wrong_union(field, problems);
	} else {
		size_t outer = problems_enter(problems, branch->record->name);
		void *at = arena_get(problems->arena, branch->record->size);
		read_record(branch->record, at, in->first, problems);
		*(void **)field_place(record, branch->offset) = at;
		problems_leave(problems, outer);
	}
	problems_leave(problems, before);
}

static void read_inner(const struct target *target, const struct json_tree *in, void *record)
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

static void read_field(const struct field *field, void *record, const struct json_tree *in,
	struct problems *problems)
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
	if (field->presence != FIELD_REQUIRED)
		return;
	if (field->preset == NULL) {
		problems_add(problems, field->name, field->example, "is missing: %s", field->doc);
		return;
	}
	if (read_plain_preset(field, field_place(record, field->offset)))
		return;
	const struct json_tree *preset =
		json_tree_parse(bytes_of_string(field->preset), PRESET_DEPTH, problems);
	assert(preset != NULL);
	read_field(field, record, preset, problems);
}

/* Members mostly come in the order of the fields, so each is looked for from where the last one
 * was. record->count: there is none. */
static size_t find_place(const struct record *record, struct bytes name, size_t from)
{
	for (size_t tried = 0, at = from; tried < record->count; tried++) {
		const struct field *field = &record->fields[at];
		if (field->name_size == name.size && memcmp(field->name, name.data, name.size) == 0)
			return at;
		at = at + 1 < record->count ? at + 1 : 0;
	}
	return record->count;
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

/* Looking for what was meant takes long, and what is too many is only counted. */
static void refuse_unknown(
	const struct record *record, struct bytes member, struct problems *problems)
{
	const char *name = NULL, *nearest = NULL;

	if (problems->count < PROBLEMS_MAX) {
		name = arena_string(problems->arena, member);
		nearest = nearest_field(record, name);
	}
	if (nearest != NULL)
		problems_add(problems, name, NULL, "is unknown: do you mean %s?", nearest);
	else
		problems_add(problems, name, NULL, "is unknown: leave it out");
}

static void find_unknown(
	const struct record *record, const struct json_tree *in, struct problems *problems)
{
	for (const struct json_tree *it = in->first; it != NULL; it = it->next)
		if (find_place(record, it->name, 0) == record->count)
			refuse_unknown(record, it->name, problems);
}

/* The members in the order of their fields. false: there are others too. */
static bool sort_members(const struct record *record, const struct json_tree *in,
	const struct json_tree **values, struct problems *problems)
{
	bool all_known = true;
	size_t at = 0;

	assert(record->count <= FIELDS_MAX);
	for (const struct json_tree *it = in->first; it != NULL; it = it->next) {
		size_t place = find_place(record, it->name, at);
		if (place == record->count) {
			all_known = false;
			continue;
		}
		if (values[place] != NULL)
			problems_add(problems, record->fields[place].name, NULL,
				"is there twice: leave one out");
		values[place] = it;
		at = place;
	}
	return all_known;
}

static void read_record(const struct record *record, void *out, const struct json_tree *in,
	struct problems *problems)
{
	const struct json_tree *values[FIELDS_MAX] = {NULL};

	if (in->kind != JSON_TREE_OBJECT) {
		problems_add(problems, NULL, NULL, "is not an object");
		return;
	}
	bool all_known = sort_members(record, in, values, problems);
	for (size_t i = 0; i < record->count; i++) {
		if (values[i] == NULL || values[i]->kind == JSON_TREE_NULL)
			read_nothing(&record->fields[i], out, problems);
		else
			read_field(&record->fields[i], out, values[i], problems);
	}
	if (!all_known)
		find_unknown(record, in, problems);
}

bool record_from_json(const struct record *record, void *out, const struct json_tree *in,
	struct problems *problems)
{
	size_t before = problems->count;

	memset(out, 0, record->size);
	read_record(record, out, in, problems);
	return problems->count == before;
}
