/* plan - compares a writer's schema with the rows of ours, once. */
#include "hub/wire/plan.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "hub/wire/step.h"
#include "schemas/binary.h"
#include "schemas/tables.h"

struct planner {
	struct arena *arena;
	const struct record *record; /* ours, that `field` is in */
	const struct field *field; /* NULL: the record as a whole */
};

static struct step *new_step(
	const struct planner *planner, enum step_kind kind, const struct layout *from)
{
	struct step *step = arena_get(planner->arena, sizeof(*step));

	step->kind = kind;
	step->from = from;
	step->text = planner->record->name;
	if (planner->field != NULL)
		step->text = arena_format(
			planner->arena, "%s.%s", planner->record->name, planner->field->name);
	return step;
}

static const struct step *refuse(
	const struct planner *planner, const struct layout *from, const char *ours)
{
	struct step *step = new_step(planner, STEP_REFUSE, from);

	step->text = arena_format(planner->arena, "%s is %s in the writer's schema and %s in ours",
		step->text, from->name, ours);
	return step;
}

static const struct step *plan_record(
	const struct planner *planner, const struct layout *from, const struct record *record);
static const struct step *plan_value(const struct planner *planner, const struct layout *from);

static const struct step *plan_into(const struct planner *planner, const struct layout *from,
	int branch, const struct step *inner)
{
	struct step *step = new_step(planner, STEP_INTO, from);

	if (inner != NULL && inner->kind == STEP_REFUSE)
		return inner;
	step->branch = branch;
	step->inner = inner;
	return step;
}

typedef const struct step *plan_fn(const struct planner *planner, const struct layout *from);

/* Refused only if all branches are: which one is written is known only with the record. */
static const struct step *plan_out_of(
	const struct planner *planner, const struct layout *from, plan_fn *plan_branch)
{
	struct step *step = new_step(planner, STEP_OUT_OF, from);
	const struct step *refused = NULL;
	bool good = false;

	step->count = from->count;
	step->branches = arena_get_array(planner->arena, from->count, sizeof(struct step *));
	for (size_t i = 0; i < from->count; i++) {
		step->branches[i] = plan_branch(planner, from->parts[i]);
		if (step->branches[i]->kind == STEP_REFUSE)
			refused = step->branches[i];
		else
			good = true;
	}
	return good || refused == NULL ? step : refused;
}

static const struct step *plan_symbols(const struct planner *planner, const struct layout *from)
{
	const struct symbols *symbols = planner->field->symbols;
	struct step *step = new_step(planner, STEP_SYMBOL, from);
	int *map = arena_get_array(planner->arena, from->count, sizeof(*map));
	unsigned ours;

	if (from->kind != LAYOUT_ENUM)
		return refuse(planner, from, symbols->name);
	for (size_t i = 0; i < from->count; i++) {
		bool known = symbol_find(symbols, bytes_of_string(from->names[i]), &ours);
		map[i] = known ? (int)ours : symbols->preset;
	}
	step->symbols = map;
	step->count = symbols->count;
	return step;
}

/* A record of our union, by name. */
static const struct step *plan_branch(const struct planner *planner, const struct layout *from)
{
	const struct field *field = planner->field;

	for (size_t i = 0; i < field->branch_count; i++) {
		const struct record *record = field->branches[i].record;
		if (from->kind == LAYOUT_RECORD && strcmp(from->name, record->name) == 0)
			return plan_into(planner, from, (int)i, plan_record(planner, from, record));
	}
	return refuse(planner, from, "another record");
}

static const struct step *plan_copy(
	const struct planner *planner, const struct layout *from, bool same, const char *ours)
{
	return same ? new_step(planner, STEP_COPY, from) : refuse(planner, from, ours);
}

/* A value that is not null and no array; int and long, string and bytes look the same. */
static const struct step *plan_plain(const struct planner *planner, const struct layout *from)
{
	const struct field *field = planner->field;
	enum layout_kind kind = from->kind;

	switch (field->kind) {
	case FIELD_BOOLEAN:
		return plan_copy(planner, from, kind == LAYOUT_BOOLEAN, "boolean");
	case FIELD_INT:
		return plan_copy(planner, from, kind == LAYOUT_INT, "int");
	case FIELD_LONG:
		return plan_copy(planner, from, kind == LAYOUT_INT || kind == LAYOUT_LONG, "long");
	case FIELD_STRING:
		return plan_copy(
			planner, from, kind == LAYOUT_STRING || kind == LAYOUT_BYTES, "string");
	case FIELD_BYTES:
		return plan_copy(
			planner, from, kind == LAYOUT_STRING || kind == LAYOUT_BYTES, "bytes");
	case FIELD_FIXED:
		return plan_copy(planner, from,
			kind == LAYOUT_FIXED && from->count == field->fixed_size,
			"fixed of another size");
	case FIELD_ENUM:
		return plan_symbols(planner, from);
	case FIELD_RECORD:
		return plan_record(planner, from, field->branches[0].record);
	case FIELD_UNION:
		return plan_branch(planner, from);
	}
	abort();
}

static const struct step *plan_value(const struct planner *planner, const struct layout *from)
{
	return from->kind == LAYOUT_UNION ? plan_out_of(planner, from, plan_plain)
					  : plan_plain(planner, from);
}

static const struct step *plan_nullable(const struct planner *planner, const struct layout *from)
{
	if (from->kind == LAYOUT_UNION)
		return plan_out_of(planner, from, plan_nullable);
	if (from->kind == LAYOUT_NULL)
		return plan_into(planner, from, 0, NULL);
	return plan_into(planner, from, 1, plan_plain(planner, from));
}

static const struct step *plan_array(const struct planner *planner, const struct layout *from)
{
	struct step *step = new_step(planner, STEP_ITEMS, from);

	if (from->kind == LAYOUT_UNION)
		return plan_out_of(planner, from, plan_array);
	if (from->kind != LAYOUT_ARRAY || from->parts[0]->minimum == 0)
		return refuse(planner, from, "array");
	step->inner = plan_value(planner, from->parts[0]);
	return step->inner->kind == STEP_REFUSE ? step->inner : step;
}

static const struct step *plan_field(const struct planner *planner, const struct layout *from)
{
	switch (planner->field->presence) {
	case FIELD_OPTIONAL:
		return plan_nullable(planner, from);
	case FIELD_ARRAY:
		return plan_array(planner, from);
	case FIELD_REQUIRED:
		return plan_value(planner, from);
	}
	abort();
}

static void write_number(struct buffer *out, int64_t number)
{
	buffer_reserve(out, BINARY_LONG_MAX);
	out->size = (size_t)(put_long(out->data + out->size, number) - out->data);
}

static void write_preset(const struct field *field, struct buffer *out);

static void write_preset_value(
	const struct field *field, struct json_object *json, struct buffer *out)
{
	struct bytes text = bytes_of_string(json_object_get_string(json));
	unsigned symbol = 0;

	switch (field->kind) {
	case FIELD_BOOLEAN:
		buffer_add(out, json_object_get_boolean(json) ? "\1" : "\0", 1);
		return;
	case FIELD_INT:
	case FIELD_LONG:
		write_number(out, json_object_get_int64(json));
		return;
	case FIELD_STRING:
		write_number(out, (int64_t)text.size);
		buffer_add_bytes(out, text);
		return;
	case FIELD_ENUM:
		symbol_find(field->symbols, text, &symbol);
		write_number(out, symbol);
		return;
	case FIELD_RECORD:
		for (size_t i = 0; i < field->branches[0].record->count; i++)
			write_preset(&field->branches[0].record->fields[i], out);
		return;
	case FIELD_BYTES:
	case FIELD_FIXED:
	case FIELD_UNION:
		break;
	}
	abort();
}

/* A field's default as Avro writes it. The generator has made sure that it has one of its kind,
 * that an array's is empty, a record's {}, and that what may be null is null. */
static void write_preset(const struct field *field, struct buffer *out)
{
	struct json_object *json;

	if (field->presence != FIELD_REQUIRED) {
		write_number(out, 0);
		return;
	}
	json = json_tokener_parse(field->preset);
	write_preset_value(field, json, out);
	json_object_put(json);
}

static struct bytes preset_of(const struct planner *planner, const struct field *field)
{
	struct buffer buffer = {0};
	struct bytes out;

	write_preset(field, &buffer);
	out = arena_copy(planner->arena, buffer_bytes(&buffer));
	buffer_done(&buffer);
	return out;
}

static bool find_source(const struct layout *from, const char *name, size_t *out)
{
	for (size_t i = 0; i < from->count; i++)
		if (strcmp(from->names[i], name) == 0) {
			*out = i;
			return true;
		}
	return false;
}

static bool has_preset(const struct field *field)
{
	return field->preset != NULL || field->presence != FIELD_REQUIRED;
}

static const struct step *plan_record(
	const struct planner *planner, const struct layout *from, const struct record *record)
{
	struct planner inner = {planner->arena, record, NULL};
	struct step *step = new_step(&inner, STEP_FIELDS, from);
	struct step_field *fields = arena_get_array(planner->arena, record->count, sizeof(*fields));

	if (from->kind != LAYOUT_RECORD || strcmp(from->name, record->name) != 0)
		return refuse(planner, from, record->name);
	if (from->count > STEP_FIELDS_MAX)
		return refuse(planner, from, "a record with fewer fields");
	for (size_t i = 0; i < record->count; i++) {
		inner.field = &record->fields[i];
		if (find_source(from, inner.field->name, &fields[i].source)) {
			fields[i].step = plan_field(&inner, from->parts[fields[i].source]);
			if (fields[i].step->kind == STEP_REFUSE)
				return fields[i].step;
		} else if (has_preset(inner.field)) {
			fields[i].preset = preset_of(&inner, inner.field);
		} else {
			return refuse(
				&inner, &(struct layout){.name = "missing"}, "without a default");
		}
	}
	step->fields = fields;
	step->count = record->count;
	return step;
}

enum outcome plan_make(struct bytes writer, const struct schema *reader, struct arena *arena,
	const struct plan **out, struct err *err)
{
	struct planner planner = {arena, reader->rows, NULL};
	struct plan *plan = arena_get(arena, sizeof(*plan));
	struct layout *from;
	enum outcome outcome = layout_make(writer, arena, &from, err);

	if (outcome != OK)
		return outcome;
	plan->name = reader->name;
	plan->step = plan_record(&planner, from, reader->rows);
	if (plan->step->kind == STEP_REFUSE)
		return err_set(err, REJECT, "%s", plan->step->text);
	*out = plan;
	return OK;
}
