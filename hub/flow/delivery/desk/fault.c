/* fault - a desk that nothing is brought to for now: what is told of it, and who waits too long. */
#include "hub/flow/delivery/desk/fault.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "hub/base/log.h"
#include "hub/flow/delivery/desk/errand.h"
#include "hub/flow/delivery/desk/undelivered.h"
#include "hub/flow/delivery/ledger.h"
#include "hub/flow/delivery/place/backoff.h"

#define SCAN_AGAIN_MS 1000
#define SCAN_REST_MS 60000
#define PROBED_MS 1000 /* another desk's handover is on its way to a place that failed */

static const struct {
	const char *name, *why; /* of the fact CIRCUIT, of the OUTAGE */
	const char *waits; /* of what has waited too long */
} texts[] = {
	[FAULT_NONE] = {"closed", NULL, NULL},
	[FAULT_OPEN] = {"open", "its system does not answer",
		"its system has not answered for five working days: it is tried on"},
	[FAULT_GONE] = {"gone", "its system said that it is no more",
		"its system said five working days ago that it is no more: it waits"},
	[FAULT_HELD] = {"held", "on hold",
		"the desk has been on hold for five working days: it waits"},
};

enum fault fault_of(const struct desk *desk)
{
	const struct circuit *circuit = &desk->outlet->circuit;
	if (desk->held)
		return FAULT_HELD;
	if (circuit->gone)
		return FAULT_GONE;
	return circuit->open ? FAULT_OPEN : FAULT_NONE;
}

const char *fault_name(enum fault fault)
{
	return texts[fault].name;
}

bool fault_may_send(struct desk *desk, int64_t now, int64_t *when)
{
	struct circuit *circuit = &desk->outlet->circuit;
	if (desk->held) /* fault_changed tells when it is no more */
		return false;
	if (circuit_may_send(circuit, now))
		return true;
	*when = circuit->retry_at > now ? circuit->retry_at : now + PROBED_MS;
	return false;
}

/* What only waits is read again when it can go out. */
static void drop_waiting(struct desk *desk)
{
	struct queue_item *place = desk->queue.first;
	while (place != NULL) {
		struct errand *errand = (struct errand *)place;
		place = place->behind;
		if (errand->place.out || errand->ended)
			continue;
		queue_drop(&desk->queue, &errand->place);
		errand_free(errand);
	}
}

void fault_changed(struct desk *desk, int64_t now)
{
	const struct circuit *circuit = &desk->outlet->circuit;
	enum fault fault = fault_of(desk);
	desk->due = 0;
	desk->notes[DESK_CIRCUIT].is_due = true;
	desk->notes[DESK_OUTAGE].is_due = true;
	if (fault == FAULT_NONE) {
		desk->circuit_to = now;
		if (desk->outage_to == 0)
			desk->outage_to = now;
		return;
	}
	if (desk->circuit_from == 0 || desk->circuit_to != 0) {
		desk->circuit_from = desk->outage_from = circuit->open ? circuit->since : now;
		desk->circuit_to = desk->outage_to = 0;
		desk->scanned = queue_settled(&desk->queue);
		desk->scan_due = 0;
	}
	desk->outage_why = texts[fault].why;
	drop_waiting(desk);
}

/* The time that a desk could not be reached counts from then on: somebody was told. */
static void end_outage(struct desk *desk, int64_t now)
{
	if (desk->outage_to != 0)
		return;
	desk->outage_to = now;
	desk->notes[DESK_OUTAGE].is_due = true;
}

static void take_scanned(void *context, const struct intake_receipt *receipt)
{
	struct desk *desk = context;
	desk->scan_job = NULL;
	if (receipt->fate != INTAKE_UNKNOWN)
		desk->scan_due = 0;
	else
		desk->scanned--; /* it is found again */
}

static void tell(struct desk *desk, const struct view_handover *found)
{
	const struct handover *handover = found->handover;
	const struct undelivered what = {.cursor = found->cursor,
		.handover = handover,
		.why = texts[fault_of(desk)].waits,
		.waits = true};
	log_error("deliver", "id=handover-%" PRId64 " to=%s kind=%s outcome=undeliverable text=%s",
		found->cursor, desk->rules->id, handover_kind_name(handover->kind),
		log_quote(what.why));
	desk->scan_job = undelivered_tell(desk, &what, (struct intake_caller){take_scanned, desk});
	if (desk->scan_job != NULL)
		desk->scanned = found->cursor;
}

/* false: no more for now. */
static bool scan_one(struct desk *desk, int64_t now)
{
	struct ground *ground = desk->ground;
	struct arena arena = {0};
	struct view_handovers found = {0};
	struct err err = {0};
	const struct view_feed feed = {bytes_of_string(desk->rules->id), desk->scanned, 1};
	bool goes_on = false;
	if (view_reader_begin(ground->reader, &arena, &err) == OK) {
		enum outcome outcome = view_handovers(ground->reader, &feed, &found, &err);
		view_reader_end(ground->reader);
		goes_on = outcome == OK && found.count > 0;
	}
	if (goes_on) {
		int64_t since = desk->circuit_from, at = found.items[0].handover->at;
		goes_on = now >= backoff_end(at > since ? at : since);
	}
	if (goes_on &&
		(queue_is_settled(&desk->queue, found.items[0].cursor) ||
			!desk_is_for(desk, found.items[0].handover))) {
		desk->scanned = found.items[0].cursor;
	} else if (goes_on) {
		end_outage(desk, now);
		tell(desk, &found.items[0]);
	}
	arena_done(&arena);
	return goes_on;
}

void fault_turn(struct desk *desk, int64_t now)
{
	const struct ground *ground = desk->ground;
	if (desk->is_second || fault_of(desk) == FAULT_NONE || desk->scan_job != NULL ||
		now < desk->scan_due || now < backoff_end(desk->circuit_from))
		return;
	desk->scan_due = now + SCAN_AGAIN_MS;
	if (ground->reader == NULL || !intake_can_store(ground->intake))
		return;
	if (scan_one(desk, now))
		desk->scan_due = 0;
	else
		desk->scan_due = now + SCAN_REST_MS;
}

static bool is_open_since(const struct fact *fact)
{
	return fact->has_from && !fact->has_to;
}

static const char *why_of(struct bytes text)
{
	size_t i = 0;
	while (i < sizeof(texts) / sizeof(texts[0]) && !bytes_equal_string(text, texts[i].why))
		i++;
	return i < sizeof(texts) / sizeof(texts[0]) ? texts[i].why : NULL;
}

/* Another process left it shut: it is probed at once, and counts from then. What ops holds is read
 * from the fact that says so. */
void fault_learn(struct desk *desk, const struct fact *fact)
{
	struct circuit *circuit = &desk->outlet->circuit;
	if (!is_open_since(fact))
		return;
	if (fact->kind == FACT_KIND_OUTAGE) {
		desk->outage_from = fact->from;
		desk->outage_why = why_of(fact->text);
		return;
	}
	desk->circuit_from = fact->from;
	if (!circuit->open && !bytes_equal_string(fact->text, texts[FAULT_HELD].name))
		circuit_restore(circuit, fact->from);
}

void fault_let_go(struct desk *desk)
{
	if (desk->scan_job != NULL)
		intake_forget(desk->scan_job);
	desk->scan_job = NULL;
	desk->circuit_from = desk->circuit_to = desk->outage_from = desk->outage_to = 0;
	desk->outage_why = NULL;
	circuit_let_go(&desk->outlet->circuit);
}
