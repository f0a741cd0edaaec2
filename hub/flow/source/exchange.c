/* exchange - one document of a partner, through its connector into intake. */
#include "hub/flow/source/exchange.h"

#include <stdlib.h>
#include <string.h>

#include "hub/base/clock.h"
#include "hub/base/memory.h"
#include "hub/flow/intake/check.h"
#include "hub/flow/intake/recognition.h"
#include "hub/flow/source/snapshot/comparison.h"

#define AGAIN_MS 200 /* when intake cannot store now */
/* Of what is refused so much is kept; a file that is longer stays where it was put. */
#define ORIGINAL_MAX (256 * 1024)
#define TASK_URL_MAX 2000

/* What is to be stored: a draft, a task, or that the source is to be polled. */
struct slot {
	struct exchange *exchange;
	struct intake_job *job; /* on its way */
	struct verdict verdict; /* of a draft */
	struct bytes task; /* absent: none */
	bool settled;
};

static bool is_draft(const struct slot *slot)
{
	return slot->verdict.of != NULL;
}

struct exchange {
	struct exchange_options options;
	struct message_sender sender;
	struct arena kept; /* documents that were fetched */
	struct arena arena; /* of the parcel at hand */
	struct document items[CONNECTOR_DOCUMENTS];
	struct documents docs;
	struct parcel parcel;
	struct slot *slots;
	size_t slots_count, begun, pending; /* begun: all slots before it are, or are settled */
	int rounds, wanted; /* documents under way */
	bool is_busy; /* in a loop that must not be entered twice */
	struct roll roll; /* the cases of all parcels, where they may be compared */
	struct comparison *comparison;
	struct err err;
	struct exchange_result result;
	struct loop_timer again;
};

static void pump(struct exchange *exchange);

static void release(struct exchange *exchange)
{
	loop_clear(exchange->options.loop, &exchange->again);
	arena_wipe(&exchange->kept);
	arena_wipe(&exchange->arena);
	arena_done(&exchange->kept);
	arena_done(&exchange->arena);
	roll_done(&exchange->roll);
	free(exchange);
}

static void finish(struct exchange *exchange, enum outcome outcome)
{
	exchange->result.outcome = outcome;
	exchange->result.text = exchange->err.text;
	exchange->options.done(exchange->options.context, &exchange->result);
	release(exchange);
}

static void on_compared(void *context, enum outcome outcome, const char *why)
{
	struct exchange *exchange = context;
	exchange->comparison = NULL;
	if (outcome != OK)
		err_set(&exchange->err, outcome, "%s", why);
	finish(exchange, outcome);
}

/* A partner's name of a file may be somebody's. */
static struct bytes document_of(const struct exchange *exchange)
{
	return exchange->docs.way == DOCUMENTS_DROPPED ? (struct bytes){0}
						       : exchange->options.first.name;
}

static void end_document(struct exchange *exchange)
{
	const struct exchange_options *options = &exchange->options;
	const struct comparison_options comparison = {.outside = options->comparing,
		.source = options->source,
		.roll = &exchange->roll,
		.document = document_of(exchange),
		.taken_at = options->taken_at,
		.done = on_compared,
		.context = exchange};
	if (options->comparing == NULL || !exchange->parcel.complete ||
		exchange->err.outcome != OK) {
		finish(exchange, exchange->err.outcome);
		return;
	}
	comparison_start(&exchange->comparison, &comparison);
}

static void end_parcel(struct exchange *exchange)
{
	const struct parcel *parcel = &exchange->parcel;
	struct verdict *items =
		arena_get_array(&exchange->arena, parcel->drafts_count + 1, sizeof(*items));
	const struct verdicts verdicts = {
		items, parcel->drafts_count, clock_wall(), &exchange->arena};
	bool all_known = true;
	for (size_t i = 0; i < exchange->slots_count; i++) {
		const struct slot *slot = &exchange->slots[i];
		bool is_taken = slot->verdict.fate == VERDICT_TAKEN;
		if (is_draft(slot))
			items[i] = slot->verdict;
		all_known = all_known && slot->verdict.fate != VERDICT_UNKNOWN;
		*(is_draft(slot) ? &exchange->result.taken : &exchange->result.tasks) += is_taken;
		exchange->result.refused += slot->verdict.fate == VERDICT_REFUSED;
	}
	exchange->result.passed += (int64_t)parcel->passed;
	exchange->result.poll_now = parcel->poll_now;
	exchange->result.cursor = parcel->cursor;
	if (exchange->options.parcel != NULL)
		exchange->options.parcel(exchange->options.context, &exchange->docs, &verdicts);
	if (!all_known) {
		err_set(&exchange->err, RETRY, "not all of it could be stored");
		finish(exchange, RETRY);
	} else if (parcel->more) {
		exchange->docs.from = parcel->next;
		exchange->docs.line = parcel->next_line;
		exchange->slots_count = 0;
		/* In a turn of its own: a long file may have no draft to wait for. */
		loop_set(exchange->options.loop, &exchange->again,
			loop_now(exchange->options.loop) + 1);
	} else {
		end_document(exchange);
	}
}

/* With all behind it that is not under way. */
static void begin_anew(struct slot *slot)
{
	struct exchange *exchange = slot->exchange;
	size_t place = (size_t)(slot - exchange->slots);
	exchange->begun = place < exchange->begun ? place : exchange->begun;
}

static void settle(struct slot *slot, enum verdict_fate fate)
{
	slot->verdict.fate = fate;
	slot->settled = true;
}

/* Stored as a refusal, with the bytes that it was read from. */
static void on_refused(void *context, const struct intake_receipt *receipt)
{
	struct slot *slot = context;
	struct exchange *exchange = slot->exchange;
	slot->job = NULL;
	exchange->pending--;
	bool is_stored = receipt->fate == INTAKE_STORED;
	if (is_stored || !exchange->options.persists)
		settle(slot, is_stored ? VERDICT_REFUSED : VERDICT_UNKNOWN);
	if (!slot->settled)
		begin_anew(slot);
	pump(exchange);
}

static void on_taken(void *context, const struct intake_receipt *receipt)
{
	struct slot *slot = context;
	struct exchange *exchange = slot->exchange;
	slot->job = NULL;
	exchange->pending--;
	slot->verdict.message = receipt->message;
	slot->verdict.referral = receipt->referral;
	if (receipt->fate == INTAKE_STORED)
		settle(slot, VERDICT_TAKEN);
	else if (receipt->fate == INTAKE_TOO_LARGE && is_draft(slot))
		problems_add(&exchange->parcel.drafts[slot - exchange->slots]->problems, "", NULL,
			"is larger than Kafka takes: send less text");
	else if (!exchange->options.persists)
		settle(slot, VERDICT_UNKNOWN);
	if (!slot->settled)
		begin_anew(slot);
	pump(exchange);
}

static struct bytes original_of(const struct exchange *exchange, const struct parcel_draft *item)
{
	struct bytes original =
		item->original.data != NULL ? item->original : exchange->docs.items[0].body;
	return original.size > ORIGINAL_MAX ? bytes_of(original.data, ORIGINAL_MAX) : original;
}

/* Of what the hub asks for itself, it asks again at each walk. An answer that is no document may
 * differ each time, and what is behind its name is our own note. */
static struct bytes about_of(const struct slot *slot)
{
	struct exchange *exchange = slot->exchange;
	const struct parcel_draft *item = slot->verdict.of;
	enum documents_way way = exchange->docs.way;
	struct bytes label = item->label, original = original_of(exchange, item);
	if (way != DOCUMENTS_FETCHED && way != DOCUMENTS_POLLED)
		return (struct bytes){0};
	const uint8_t *mark = label.size > 0 ? memchr(label.data, '#', label.size) : NULL;
	if (mark != NULL)
		label.size = (size_t)(mark - label.data);
	if (exchange->docs.items[0].status != 200)
		original.size = 0;
	struct buffer about = {0};
	buffer_add_format(&about, "%s %.*s\n", exchange->options.source->name, BYTES_ARG(label));
	buffer_add_bytes(&about, original);
	struct bytes out = arena_copy(&exchange->arena, buffer_bytes(&about));
	buffer_done(&about);
	return out;
}

static struct intake_job *refuse(
	struct slot *slot, enum rejection_code code, const struct problems *problems)
{
	struct exchange *exchange = slot->exchange;
	const struct intake_refusal refusal = {.code = code,
		.problems = problems,
		.original = original_of(exchange, slot->verdict.of),
		.about = about_of(slot)};
	if (intake_has_refused(exchange->options.intake, &exchange->sender, &refusal)) {
		settle(slot, VERDICT_REFUSED);
		return NULL;
	}
	return intake_refuse(exchange->options.intake, &exchange->sender, &refusal,
		(struct intake_caller){on_refused, slot});
}

static struct intake_job *take(struct slot *slot, struct parcel_draft *item)
{
	struct exchange *exchange = slot->exchange;
	struct intake *intake = exchange->options.intake;
	const struct intake_caller caller = {on_taken, slot};
	if (item->problems.count > 0)
		return refuse(slot,
			exchange->err.outcome == REJECT ? REJECTION_CODE_UNREADABLE
							: REJECTION_CODE_INVALID,
			&item->problems);
	if (recognition_is_said(&item->draft))
		return intake_recognition(intake, &item->draft, exchange->sender.now, caller);
	if (check_kind_of(&item->draft) == CHECK_CASE_ACTION)
		return intake_defer(intake, &exchange->sender, &item->draft, caller);
	const struct intake_input input = {
		&item->draft, original_of(exchange, item), &item->problems};
	struct intake_job *job = intake_take(intake, &exchange->sender, &input, caller);
	if (item->problems.count > 0)
		return refuse(slot, intake_refused_as(&item->draft), &item->problems);
	return job;
}

/* false: not now. */
static bool begin(struct slot *slot)
{
	struct exchange *exchange = slot->exchange;
	size_t place = (size_t)(slot - exchange->slots);
	if (!intake_can_store(exchange->options.intake))
		return false;
	exchange->sender.now = clock_wall();
	if (is_draft(slot))
		slot->job = take(slot, exchange->parcel.drafts[place]);
	else if (slot->task.data != NULL)
		slot->job = intake_fetch(exchange->options.intake, &exchange->sender,
			exchange->options.source, slot->task,
			(struct intake_caller){on_taken, slot});
	else
		slot->job = intake_poll(exchange->options.intake, &exchange->sender,
			exchange->options.source, (struct intake_caller){on_taken, slot});
	exchange->pending += slot->job != NULL ? 1 : 0;
	return slot->job != NULL || slot->settled;
}

/* Begins what is not settled, in order, as far as intake takes it. */
static void pump(struct exchange *exchange)
{
	bool can_go_on = true;
	if (exchange->is_busy)
		return;
	exchange->is_busy = true;
	while (exchange->begun < exchange->slots_count && can_go_on) {
		struct slot *slot = &exchange->slots[exchange->begun++];
		if (slot->settled || slot->job != NULL || begin(slot))
			continue;
		can_go_on = !exchange->options.persists;
		if (can_go_on)
			settle(slot, VERDICT_UNKNOWN);
		else
			begin_anew(slot);
	}
	exchange->is_busy = false;
	if (!can_go_on)
		loop_set(exchange->options.loop, &exchange->again,
			loop_now(exchange->options.loop) + AGAIN_MS);
	else if (exchange->pending == 0)
		end_parcel(exchange);
}

static void store(struct exchange *exchange)
{
	const struct parcel *parcel = &exchange->parcel;
	bool asks_for_poll = parcel->poll_now && exchange->docs.way == DOCUMENTS_POSTED;
	exchange->begun = 0;
	exchange->slots_count =
		parcel->drafts_count + parcel->tasks_count + (asks_for_poll ? 1 : 0);
	exchange->slots = arena_get_array(
		&exchange->arena, exchange->slots_count + 1, sizeof(*exchange->slots));
	for (size_t i = 0; i < exchange->slots_count; i++)
		exchange->slots[i].exchange = exchange;
	for (size_t i = 0; i < parcel->drafts_count; i++) {
		exchange->slots[i].verdict.of = parcel->drafts[i];
		check_translated(parcel->drafts[i], exchange->options.conf,
			exchange->options.source, exchange->sender.now);
		/* Also what is refused is there. */
		if (exchange->options.comparing != NULL)
			roll_add(&exchange->roll, parcel->drafts[i]->draft.case_);
	}
	for (size_t i = 0; i < parcel->tasks_count; i++)
		exchange->slots[parcel->drafts_count + i].task = parcel->tasks[i];
	pump(exchange);
}

/* The document as a whole is refused, with what was said of it. */
static void refuse_all(struct exchange *exchange)
{
	exchange->parcel = (struct parcel){.arena = &exchange->arena};
	struct parcel_draft *item =
		parcel_add(&exchange->parcel, (struct bytes){0}, exchange->docs.items[0].name);
	problems_add(&item->problems, "", NULL, "%s", exchange->err.text);
	exchange->begun = 0;
	exchange->slots_count = 1;
	exchange->slots = arena_get(&exchange->arena, sizeof(*exchange->slots));
	*exchange->slots = (struct slot){.exchange = exchange, .verdict = {.of = item}};
	pump(exchange);
}

static void parse(struct exchange *exchange);

static void all_are_here(struct exchange *exchange)
{
	if (exchange->err.outcome == OK)
		parse(exchange);
	else if (exchange->err.outcome == REJECT)
		refuse_all(exchange);
	else
		finish(exchange, RETRY);
}

static void on_fetched(
	void *of, const struct document *document, enum outcome outcome, const char *why)
{
	struct exchange *exchange = of;
	struct arena *kept = &exchange->kept;
	if (outcome != OK)
		err_set(&exchange->err, outcome, "%s", why);
	else
		exchange->items[exchange->docs.count++] =
			(struct document){.name = arena_copy(kept, document->name),
				.type = arena_copy(kept, document->type),
				.body = arena_copy(kept, document->body),
				.status = document->status};
	if (--exchange->wanted == 0)
		all_are_here(exchange);
}

static bool may_fetch(struct exchange *exchange)
{
	const struct parcel *parcel = &exchange->parcel;
	bool is_too_long = false;
	for (size_t i = 0; i < parcel->tasks_count; i++)
		is_too_long = is_too_long || parcel->tasks[i].size > TASK_URL_MAX;
	bool is_too_much = parcel->wants_count > 0 &&
		(exchange->options.fetcher == NULL || ++exchange->rounds > CONNECTOR_ROUNDS ||
			exchange->docs.count + parcel->wants_count > CONNECTOR_DOCUMENTS);
	if (is_too_long)
		err_set(&exchange->err, REJECT, "names a URL of more than %d bytes", TASK_URL_MAX);
	else if (is_too_much)
		err_set(&exchange->err, REJECT,
			"connector %s asks for more documents than are fetched for one message",
			exchange->options.source->connector->name);
	return !is_too_long && !is_too_much;
}

/* Held by one more than is wanted, until all were asked for: some may come at once. */
static void fetch(struct exchange *exchange)
{
	const struct exchange_fetcher *fetcher = exchange->options.fetcher;
	exchange->wanted = (int)exchange->parcel.wants_count + 1;
	for (size_t i = 0; i < exchange->parcel.wants_count; i++)
		fetcher->fetch(fetcher->context, exchange->options.source,
			&exchange->parcel.wants[i], on_fetched, exchange);
	if (--exchange->wanted == 0)
		all_are_here(exchange);
}

static void parse(struct exchange *exchange)
{
	const struct conf_source *source = exchange->options.source;
	arena_wipe(&exchange->arena);
	exchange->slots_count = 0;
	exchange->parcel = (struct parcel){.arena = &exchange->arena};
	exchange->docs.now = clock_wall();
	enum outcome outcome = source->connector->parse(
		source->config, &exchange->docs, &exchange->parcel, &exchange->err);
	if (outcome != OK || !may_fetch(exchange))
		refuse_all(exchange);
	else if (exchange->parcel.wants_count > 0)
		fetch(exchange);
	else
		store(exchange);
}

/* Goes on with the next parcel, or with what could not be stored. */
static void go_on(void *context)
{
	struct exchange *exchange = context;
	if (exchange->slots_count == 0)
		parse(exchange);
	else
		pump(exchange);
}

void exchange_start(struct exchange **out, const struct exchange_options *options)
{
	struct exchange *exchange = memory_get_zeroed(1, sizeof(*exchange));
	exchange->options = *options;
	exchange->sender = (struct message_sender){.partner = options->source->partner,
		.role = options->role,
		.trace = options->trace,
		.now = clock_wall()};
	exchange->again = (struct loop_timer){.fn = go_on, .context = exchange};
	exchange->items[0] = options->first;
	exchange->docs = (struct documents){.items = exchange->items,
		.count = 1,
		.way = options->way,
		.cursor = options->cursor};
	*out = exchange;
	parse(exchange);
}

void exchange_cancel(struct exchange *exchange)
{
	if (exchange == NULL)
		return;
	for (size_t i = 0; i < exchange->slots_count; i++)
		if (exchange->slots[i].job != NULL)
			intake_forget(exchange->slots[i].job);
	comparison_cancel(exchange->comparison);
	if (exchange->wanted > 0)
		exchange->options.fetcher->forget(exchange->options.fetcher->context, exchange);
	release(exchange);
}
