/* plan_run - follows a plan through the bytes of one record. */
#include <stdlib.h>

#include "hub/wire/plan.h"
#include "hub/wire/step.h"
#include "schemas/binary.h"

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

static void write_number(struct run *run, int64_t number)
{
	struct buffer *out = run->out;

	buffer_reserve(out, BINARY_LONG_MAX);
	out->size = (size_t)(put_long(out->data + out->size, number) - out->data);
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
	write_number(run, step->symbols[symbol]);
	return at;
}

static const uint8_t *run_into(struct run *run, const struct step *step, const uint8_t *at)
{
	write_number(run, step->branch);
	return step->inner == NULL ? at : run_step(run, step->inner, at);
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
		write_number(run, (int64_t)block.count);
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
	const uint8_t *starts[STEP_FIELDS_MAX];
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
		return fail(run, step, "in this record");
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
