/* check - what a schema asks of the values of a record, besides their types. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/clock.h"
#include "hub/base/format.h"
#include "schemas/tables.h"

static void wrong(
	const struct field *field, const char *name, const struct check *check, const char *text)
{
	problems_add(check->problems, name, field->example, "%s", text);
}

static bool has_text(enum field_form form, int64_t value)
{
	if (form == FORM_DATE)
		return value >= CLOCK_FIRST_DATE && value <= CLOCK_LAST_DATE;
	return form != FORM_TIME || (value >= CLOCK_FIRST_MS && value <= CLOCK_LAST_MS);
}

static void check_number(
	const struct field *field, const char *name, int64_t value, const struct check *check)
{
	if (value < field->min || value > field->max)
		problems_add(check->problems, name, field->example,
			"is not between %" PRId64 " and %" PRId64, field->min, field->max);
	else if (!has_text(field->form, value))
		wrong(field, name, check, "is not between the years 1 and 9999");
}

/* An item of an array has no limits of its own: the schema's are those of the array. */
static void check_size(
	const struct field *field, const char *name, struct bytes value, const struct check *check)
{
	if (field->presence == FIELD_ARRAY)
		return;
	if ((int64_t)value.size > field->max)
		problems_add(check->problems, name, field->example,
			"is longer than %" PRId64 " bytes", field->max);
	if ((int64_t)value.size < field->min)
		problems_add(check->problems, name, field->example,
			"is shorter than %" PRId64 " bytes", field->min);
}

static void check_string(
	const struct field *field, const char *name, struct bytes value, const struct check *check)
{
	if (value.data == NULL) {
		problems_add(check->problems, name, field->example, "is missing: %s", field->doc);
		return;
	}
	check_size(field, name, value, check);
	if (field->kind == FIELD_BYTES)
		return;
	if (!bytes_is_utf8(value))
		wrong(field, name, check, "is not UTF-8");
	else if (value.size > 0 && memchr(value.data, 0, value.size) != NULL)
		wrong(field, name, check, "holds a zero byte");
	else if (field->codes != NULL && !codes_has(check->codes, field->codes, value))
		problems_add(
			check->problems, name, field->example, CHECK_NO_CODE " %s", field->codes);
	else if (field->format != NULL && !format_is(field->format, value))
		problems_add(check->problems, name, field->example, "is not %s",
			format_doc(field->format));
}

/* `name`: NULL where the path has the field already. */
static void check_value(
	const struct field *field, const char *name, const void *at, const struct check *check)
{
	switch (field->kind) {
	case FIELD_INT:
		check_number(field, name, *(const int32_t *)at, check);
		return;
	case FIELD_LONG:
		check_number(field, name, *(const int64_t *)at, check);
		return;
	case FIELD_STRING:
	case FIELD_BYTES:
		check_string(field, name, *(const struct bytes *)at, check);
		return;
	case FIELD_ENUM:
		if (field_enum(at) >= field->symbols->count)
			wrong(field, name, check, "is no symbol of its enum");
		return;
	case FIELD_RECORD:
		record_check(field->branches[0].record, at, check);
		return;
	case FIELD_BOOLEAN:
	case FIELD_FIXED:
		return;
	case FIELD_UNION:
		break;
	}
	abort();
}

static void check_array(const struct field *field, const void *record, const struct check *check)
{
	size_t count = field_count(field, record);
	size_t before = problems_enter(check->problems, field->name);

	if ((int64_t)count > field->max || (int64_t)count < field->min)
		problems_add(check->problems, NULL, field->example, "has %s than %" PRId64 " items",
			(int64_t)count > field->max ? "more" : "less",
			(int64_t)count > field->max ? field->max : field->min);
	for (size_t i = 0; i < count; i++) {
		size_t outer = problems_enter_place(check->problems, i);
		check_value(field, NULL, field_item(field, record, i), check);
		problems_leave(check->problems, outer);
	}
	problems_leave(check->problems, before);
}

static void check_union(const struct field *field, const void *record, const struct check *check)
{
	size_t before = problems_enter(check->problems, field->name), there = 0;

	for (size_t i = 0; i < field->branch_count; i++) {
		const struct branch *branch = &field->branches[i];
		const void *inner = field_branch(branch, record);
		if (inner == NULL)
			continue;
		size_t outer = problems_enter(check->problems, branch->record->name);
		record_check(branch->record, inner, check);
		problems_leave(check->problems, outer);
		there++;
	}
	if (there != 1)
		problems_add(check->problems, NULL, NULL, "is not exactly one of its %zu kinds",
			field->branch_count);
	problems_leave(check->problems, before);
}

/* What only the hub may fill is null, or false. */
static bool is_filled(const struct field *field, const void *at)
{
	return field->presence == FIELD_OPTIONAL || *(const bool *)at;
}

static void check_field(const struct field *field, const void *record, const struct check *check)
{
	const void *at = field_value(field, record);

	if (at == NULL)
		return;
	if (field->by_hub && check->author == CHECK_PARTNER && is_filled(field, at)) {
		wrong(field, field->name, check, "is filled by the hub: leave it out");
		return;
	}
	if (field->kind == FIELD_RECORD) {
		size_t before = problems_enter(check->problems, field->name);
		check_value(field, NULL, at, check);
		problems_leave(check->problems, before);
	} else {
		check_value(field, field->name, at, check);
	}
}

void record_check(const struct record *record, const void *in, const struct check *check)
{
	for (size_t i = 0; i < record->count; i++) {
		const struct field *field = &record->fields[i];
		if (field->kind == FIELD_UNION)
			check_union(field, in, check);
		else if (field->presence == FIELD_ARRAY)
			check_array(field, in, check);
		else
			check_field(field, in, check);
	}
}
