/* undelivered - what could not be brought to its desk: who is told of it. */
#include "hub/flow/delivery/desk/undelivered.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "hub/base/clock.h"
#include "hub/base/log.h"
#include "hub/flow/delivery/desk/errand.h"
#include "hub/flow/intake/report.h"

#define SWEEP_MS 60000
#define SWEEP_MAX 1000 /* facts deleted in one sweep: each waits in memory until it is stored */

void undelivered_id(const struct desk *desk, enum handover_kind kind, int64_t cursor,
	char out[UNDELIVERED_ID_SIZE])
{
	snprintf(out, UNDELIVERED_ID_SIZE, "%s/%s/%" PRId64, desk->name, handover_kind_name(kind),
		cursor);
}

struct intake_job *undelivered_tell(
	const struct desk *desk, const struct undelivered *what, struct intake_caller caller)
{
	struct intake *intake = desk->ground->intake;
	const struct handover *handover = what->handover;
	const struct report report = {.referral = handover->referral,
		.action = ACTION_UNDELIVERABLE,
		.desk = bytes_of_string(desk->rules->id)};
	char id[UNDELIVERED_ID_SIZE];
	if (errand_is_reported(handover))
		return intake_report(intake, &report, caller);
	undelivered_id(desk, handover->kind, what->cursor, id);
	int64_t now = clock_wall();
	const struct fact fact = {.kind = FACT_KIND_UNDELIVERED,
		.id = bytes_of_string(id),
		.at = now,
		.has_from = true,
		.from = handover->at,
		.has_to = !what->waits,
		.to = now,
		.text = bytes_of_string(what->why)};
	return intake_fact(intake, &fact, caller);
}

bool undelivered_read(const struct fact *fact, struct undelivered_fact *out)
{
	*out = (struct undelivered_fact){.fact = fact, .channel = fact->id};
	if (!bytes_to_int64(bytes_cut_last(&out->channel, '/'), &out->cursor))
		return false;
	out->kind = bytes_cut_last(&out->channel, '/');
	const uint8_t *slash = memchr(out->channel.data, '/', out->channel.size);
	out->desk = slash == NULL
		? out->channel
		: bytes_of(out->channel.data, (size_t)(slash - out->channel.data));
	return true;
}

static bool has_come(const struct undelivered_fact *what, const struct fact *settled)
{
	struct queue queue = {0};
	if (what->fact->has_to || settled == NULL || !settled->has_number)
		return false;
	queue_read(&queue, settled->number, settled->text);
	bool is_settled = queue_is_settled(&queue, what->cursor);
	queue_done(&queue);
	return is_settled;
}

bool undelivered_is_over(
	const struct undelivered_fact *what, const struct fact *settled, const struct fact *hold)
{
	bool is_released = hold != NULL && hold->has_to && hold->to < hold->at;
	return has_come(what, settled) || (is_released && hold->at >= what->fact->at);
}

static bool is_ours(const struct ground *ground, struct bytes channel)
{
	size_t i = 0;
	while (i < ground->desks_count &&
		!(ground->desks[i].begun && bytes_equal_string(channel, ground->desks[i].name)))
		i++;
	return i < ground->desks_count;
}

/* What cannot be deleted now is found again. */
static enum outcome sweep(struct ground *ground, struct err *err)
{
	struct view_facts facts, settled, holds;
	struct undelivered_fact what;
	size_t deleted = 0;
	if (view_facts(ground->reader, FACT_KIND_UNDELIVERED, &facts, err) != OK ||
		view_facts(ground->reader, FACT_KIND_SETTLED, &settled, err) != OK ||
		view_facts(ground->reader, FACT_KIND_HOLD, &holds, err) != OK)
		return err->outcome;
	for (size_t i = 0; i < facts.count && deleted < SWEEP_MAX; i++) {
		if (!undelivered_read(facts.items[i], &what) || !is_ours(ground, what.channel) ||
			!undelivered_is_over(&what, view_facts_find(&settled, what.channel),
				view_facts_find(&holds, what.desk)))
			continue;
		if (!intake_can_store(ground->intake))
			break;
		intake_forget_fact(ground->intake, facts.items[i], (struct intake_caller){0});
		deleted++;
	}
	return OK;
}

void undelivered_sweep(struct ground *ground)
{
	struct arena arena = {0};
	struct err err = {0};
	int64_t now = loop_now(ground->loop);
	if (now < ground->sweep_due || ground->stopping || ground->reader == NULL ||
		!view_is_ready(ground->view))
		return;
	ground->sweep_due = now + SWEEP_MS;
	enum outcome outcome = view_reader_begin(ground->reader, &arena, &err);
	if (outcome == OK) {
		outcome = sweep(ground, &err);
		view_reader_end(ground->reader);
	}
	if (outcome != OK)
		log_debug("sweep", "text=%s", log_quote(err.text));
	arena_done(&arena);
}
