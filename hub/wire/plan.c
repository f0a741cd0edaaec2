/* plan - compares a writer's schema with a reader's, once, and follows that through many records.
 */
#include "hub/wire/plan.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "hub/wire/layout.h"
#include "schemas/binary.h"

#define FIELDS_MAX 256 /* a record of the writer's with more is refused */
#define DEPTH_MAX 64

enum step_kind {
	STEP_COPY, /* the same bytes in both */
	STEP_SYMBOL, /* an enum's number changes */
	STEP_INTO, /* becomes a branch of the reader's union */
	STEP_OUT_OF, /* by branch of the writer's union */
	STEP_ITEMS, /* an array, item by item */
	STEP_FIELDS, /* a record, field by field */
	STEP_REFUSE, /* what the reader has no place for */
};

struct step_field {
	const struct step *step; /* NULL: the writer has no such field */
	size_t source; /* the writer's field */
	struct bytes preset; /* the reader's default in Avro, where step is NULL */
};

struct step {
	enum step_kind kind;
	const struct layout *from;
	int branch; /* INTO */
	const struct step *inner; /* INTO, ITEMS */
	const struct step **branches; /* OUT_OF: one per branch of the writer's */
	const int *symbols; /* SYMBOL: the reader's by the writer's; -1: it has none */
	const struct step_field *fields; /* FIELDS: the reader's, in its order */
	size_t count;
	const char *text; /* of the field; REFUSE: and why */
};

struct plan {
	const struct step *step;
	const char *name; /* of the record */
};

/* Where we are in the reader's schema. */
struct planner {
	struct arena *arena;
	const char *record, *field; /* NULL: the record as a whole */
	int depth;
	bool whole; /* every value that may be written must have a place; no default is needed */
};

static const char *text_of(const struct planner *planner)
{
	if (planner->field == NULL)
		return planner->record;
	return arena_format(planner->arena, "%s.%s", planner->record, planner->field);
}

static struct step *new_step(
	const struct planner *planner, enum step_kind kind, const struct layout *from)
{
	struct step *step = arena_get(planner->arena, sizeof(*step));

	step->kind = kind;
	step->from = from;
	step->text = text_of(planner);
	return step;
}

PRINTF_LIKE(2, 3)
static const struct step *refuse(const struct planner *planner, const char *format, ...)
{
	struct step *step = new_step(planner, STEP_REFUSE, NULL);
	va_list arguments;

	va_start(arguments, format);
	step->text = arena_format(planner->arena, "%s: %s", step->text,
		arena_format_list(planner->arena, format, arguments));
	va_end(arguments);
	return step;
}

static const struct step *plan_value(
	const struct planner *planner, const struct layout *from, const struct layout *to);

/* Which branch is written is known only with the record: refused only if all are. */
static const struct step *plan_out_of(
	const struct planner *planner, const struct layout *from, const struct layout *to)
{
	struct step *step = new_step(planner, STEP_OUT_OF, from);
	const struct step *refused = NULL;
	bool good = false;

	step->count = from->count;
	step->branches = arena_get_array(planner->arena, from->count, sizeof(struct step *));
	for (size_t i = 0; i < from->count; i++) {
		step->branches[i] = plan_value(planner, from->parts[i], to);
		if (step->branches[i]->kind == STEP_REFUSE)
			refused = step->branches[i];
		else
			good = true;
	}
	return refused == NULL || (good && !planner->whole) ? step : refused;
}

/* The first branch that takes the value; one of the same type says best what is wrong within it. */
static const struct step *plan_into(
	const struct planner *planner, const struct layout *from, const struct layout *to)
{
	struct step *step = new_step(planner, STEP_INTO, from);
	const struct step *refused = NULL;

	for (size_t i = 0; i < to->count; i++) {
		step->branch = (int)i;
		step->inner = plan_value(planner, from, to->parts[i]);
		if (step->inner->kind != STEP_REFUSE)
			return step;
		if (strcmp(from->name, to->parts[i]->name) == 0)
			refused = step->inner;
	}
	if (refused != NULL)
		return refused;
	return refuse(
		planner, "no branch of the reader's union takes what is written: %s", from->name);
}

static const struct step *plan_symbols(
	const struct planner *planner, const struct layout *from, const struct layout *to)
{
	struct step *step = new_step(planner, STEP_SYMBOL, from);
	int *map = arena_get_array(planner->arena, from->count, sizeof(*map));
	size_t symbol;

	for (size_t i = 0; i < from->count; i++) {
		map[i] = -1;
		if (layout_find_name(to, from->names[i], &symbol) ||
			layout_find_name(to, to->preset, &symbol))
			map[i] = (int)symbol;
		else if (planner->whole)
			return refuse(planner,
				"the reader does not know symbol %s of %s, and has no default",
				from->names[i], to->name);
	}
	step->symbols = map;
	return step;
}

static const struct step *plan_items(
	const struct planner *planner, const struct layout *from, const struct layout *to)
{
	struct step *step = new_step(planner, STEP_ITEMS, from);

	if (!planner->whole && (to->kind == LAYOUT_MAP || from->parts[0]->minimum == 0))
		return refuse(planner, "written as a map, or as items that take no bytes");
	step->inner = plan_value(planner, from->parts[0], to->parts[0]);
	return step->inner->kind == STEP_REFUSE ? step->inner : step;
}

static bool preset_of(
	const struct planner *planner, const struct layout *record, size_t field, struct bytes *out)
{
	struct buffer buffer = {0};
	bool good = planner->whole || layout_write_preset(record, field, &buffer);

	*out = arena_copy(planner->arena, buffer_bytes(&buffer));
	buffer_done(&buffer);
	return good;
}

static const struct step *plan_record(
	const struct planner *planner, const struct layout *from, const struct layout *to)
{
	struct planner inner = *planner;
	struct step_field *fields = arena_get_array(planner->arena, to->count, sizeof(*fields));

	inner.record = to->name;
	inner.field = NULL;
	struct step *step = new_step(&inner, STEP_FIELDS, from);
	if (from->count > FIELDS_MAX)
		return refuse(&inner, "written with too many fields");
	for (size_t i = 0; i < to->count; i++) {
		struct step_field *field = &fields[i];
		inner.field = to->names[i];
		if (layout_find_name(from, inner.field, &field->source)) {
			field->step = plan_value(&inner, from->parts[field->source], to->parts[i]);
			if (field->step->kind == STEP_REFUSE)
				return field->step;
		} else if (to->presets[i] == NULL) {
			return refuse(&inner, "the writer does not have it, and it has no default");
		} else if (!preset_of(&inner, to, i, &field->preset)) {
			return refuse(&inner, "has a default that we cannot fill in");
		}
	}
	step->fields = fields;
	step->count = to->count;
	return step;
}

/* int and long, string and bytes look the same. */
static bool is_same(const struct layout *from, const struct layout *to)
{
	if (to->kind == LAYOUT_LONG)
		return from->kind == LAYOUT_INT || from->kind == LAYOUT_LONG;
	if (to->kind == LAYOUT_STRING || to->kind == LAYOUT_BYTES)
		return from->kind == LAYOUT_STRING || from->kind == LAYOUT_BYTES;
	return from->kind == to->kind && strcmp(from->name, to->name) == 0;
}

static const struct step *plan_same(
	const struct planner *planner, const struct layout *from, const struct layout *to)
{
	switch (to->kind) {
	case LAYOUT_ENUM:
		return plan_symbols(planner, from, to);
	case LAYOUT_ARRAY:
	case LAYOUT_MAP:
		return plan_items(planner, from, to);
	case LAYOUT_RECORD:
		return plan_record(planner, from, to);
	case LAYOUT_FIXED:
		if (from->count != to->count)
			return refuse(planner, "fixed of different sizes");
		return new_step(planner, STEP_COPY, from);
	case LAYOUT_NULL:
	case LAYOUT_BOOLEAN:
	case LAYOUT_INT:
	case LAYOUT_LONG:
	case LAYOUT_FLOAT:
	case LAYOUT_DOUBLE:
	case LAYOUT_BYTES:
	case LAYOUT_STRING:
		return new_step(planner, STEP_COPY, from);
	case LAYOUT_UNION:
		break;
	}
	abort();
}

static const struct step *plan_value(
	const struct planner *planner, const struct layout *from, const struct layout *to)
{
	struct planner deeper = *planner;

	if (++deeper.depth > DEPTH_MAX)
		return refuse(planner, "nested too deeply");
	if (from->kind == LAYOUT_UNION)
		return plan_out_of(&deeper, from, to);
	if (to->kind == LAYOUT_UNION)
		return plan_into(&deeper, from, to);
	if (!is_same(from, to))
		return refuse(planner, "written as %s, read as %s", from->name, to->name);
	return plan_same(&deeper, from, to);
}

/* Both schemas in the planner's arena. */
static enum outcome compare(struct planner *planner, struct bytes writer, struct bytes reader,
	struct plan *out, struct err *err)
{
	struct layout *from, *to;

	if (layout_make(writer, planner->arena, &from, err) != OK ||
		layout_make(reader, planner->arena, &to, err) != OK)
		return REJECT;
	planner->record = to->kind == LAYOUT_RECORD ? to->name : "the schema";
	*out = (struct plan){plan_value(planner, from, to), planner->record};
	if (out->step->kind == STEP_REFUSE)
		return err_set(err, REJECT, "%s", out->step->text);
	return OK;
}

enum outcome plan_make(struct bytes writer, struct bytes reader, struct arena *arena,
	const struct plan **out, struct err *err)
{
	struct planner planner = {.arena = arena};
	struct plan *plan = arena_get(arena, sizeof(*plan));
	enum outcome outcome = compare(&planner, writer, reader, plan, err);

	if (outcome == OK)
		*out = plan;
	return outcome;
}

enum outcome plan_check(struct bytes writer, struct bytes reader, struct err *err)
{
	struct arena arena = {0};
	struct planner planner = {.arena = &arena, .whole = true};
	struct plan plan;
	enum outcome outcome = compare(&planner, writer, reader, &plan, err);

	arena_done(&arena);
	return outcome;
}

struct run {
	const uint8_t *end;
	struct buffer *out;
	const char *field, *wrong;
};

static const uint8_t *run_step(struct run *run, const struct step *step, const uint8_t *at);

static const uint8_t *fail(struct run *run, const struct step *step, const char *wrong)
{
	run->field = step->text;
	run->wrong = wrong;
	return NULL;
}

static const uint8_t *run_copy(struct run *run, const struct step *step, const uint8_t *at)
{
	const uint8_t *next = layout_skip(step->from, at, run->end);

	if (next == NULL)
		return fail(run, step, "is not what the writer's schema says");
	buffer_add(run->out, at, (size_t)(next - at));
	return next;
}

static const uint8_t *run_symbol(struct run *run, const struct step *step, const uint8_t *at)
{
	int symbol;

	at = take_index(at, run->end, (int64_t)step->from->count, &symbol);
	if (at == NULL)
		return fail(run, step, "is no number of a symbol");
	if (step->symbols[symbol] < 0)
		return fail(run, step, "is a symbol that our schema does not have");
	append_long(run->out, step->symbols[symbol]);
	return at;
}

static const uint8_t *run_into(struct run *run, const struct step *step, const uint8_t *at)
{
	append_long(run->out, step->branch);
	return run_step(run, step->inner, at);
}

static const uint8_t *run_out_of(struct run *run, const struct step *step, const uint8_t *at)
{
	int branch;

	at = take_index(at, run->end, (int64_t)step->count, &branch);
	if (at == NULL)
		return fail(run, step, "is no number of a branch");
	return run_step(run, step->branches[branch], at);
}

static const uint8_t *run_items(struct run *run, const struct step *step, const uint8_t *at)
{
	struct block block;

	for (;;) {
		at = layout_block(step->from, at, run->end, &block);
		if (at == NULL)
			return fail(run, step, "has no count that fits in what is left");
		append_long(run->out, (int64_t)block.count);
		if (block.count == 0)
			return at;
		for (size_t i = 0; i < block.count; i++) {
			at = run_step(run, step->inner, at);
			if (at == NULL)
				return NULL;
		}
		if (block.end != NULL && block.end != at)
			return fail(run, step, "has a block of another size than it says");
	}
}

/* The writer's order may be another one: first where each of its fields is, then ours in turn. */
static const uint8_t *run_fields(struct run *run, const struct step *step, const uint8_t *at)
{
	const uint8_t *starts[FIELDS_MAX];
	const struct layout *from = step->from;

	for (size_t i = 0; i < from->count; i++) {
		starts[i] = at;
		at = layout_skip(from->parts[i], at, run->end);
		if (at == NULL) {
			run->field = from->names[i];
			run->wrong = "is not what the writer's schema says";
			return NULL;
		}
	}
	for (size_t i = 0; i < step->count; i++) {
		const struct step_field *field = &step->fields[i];
		if (field->step == NULL)
			buffer_add_bytes(run->out, field->preset);
		else if (run_step(run, field->step, starts[field->source]) == NULL)
			return NULL;
	}
	return at;
}

static const uint8_t *run_step(struct run *run, const struct step *step, const uint8_t *at)
{
	switch (step->kind) {
	case STEP_COPY:
		return run_copy(run, step, at);
	case STEP_SYMBOL:
		return run_symbol(run, step, at);
	case STEP_INTO:
		return run_into(run, step, at);
	case STEP_OUT_OF:
		return run_out_of(run, step, at);
	case STEP_ITEMS:
		return run_items(run, step, at);
	case STEP_FIELDS:
		return run_fields(run, step, at);
	case STEP_REFUSE:
		return fail(run, step, "");
	}
	abort();
}

enum outcome plan_run(const struct plan *plan, struct bytes in, struct buffer *out, struct err *err)
{
	struct run run = {.end = in.data + in.size, .out = out};
	size_t before = out->size;
	const uint8_t *at;

	if (in.size == 0)
		return err_set(err, REJECT, "%s: empty", plan->name);
	at = run_step(&run, plan->step, in.data);
	if (at == run.end)
		return OK;
	out->size = before;
	if (at == NULL)
		return err_set(err, REJECT, "%s %s", run.field, run.wrong);
	return err_set(
		err, REJECT, "%s: %td bytes too many behind its end", plan->name, run.end - at);
}
