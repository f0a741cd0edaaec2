/* errand - one handover of a desk in memory: tried until it is settled. */
#include "hub/flow/delivery/desk/errand.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/clock.h"
#include "hub/base/log.h"
#include "hub/base/memory.h"
#include "hub/flow/delivery/desk/attempt.h"
#include "hub/flow/delivery/desk/fault.h"
#include "hub/flow/delivery/desk/undelivered.h"
#include "hub/flow/delivery/ledger.h"
#include "hub/flow/delivery/outlet.h"
#include "hub/flow/delivery/place/backoff.h"
#include "hub/flow/disclose/found.h"
#include "hub/flow/intake/report.h"
#include "hub/view/query.h"

/* Where the view is behind, or Kafka cannot store now. */
#define SOON_MS 10
#define AGAIN_MS 500
/* Clocks of many clients come due at one instant, on a Monday at nine: what is told of them comes
 * within a moment. */
#define TOGETHER_MS 2000
/* A handover that is refused again and again is not given up before so many tries, however old it
 * is. */
#define TRIES_LEAST 5

static void put_order(struct queue_item *place, const struct handover *handover)
{
	if (handover->has_client)
		memcpy(place->of, handover->client.data, sizeof(place->of));
	else if (handover->has_referral)
		memcpy(place->of, handover->referral.data, sizeof(place->of));
}

struct errand_page *errand_page_new(void)
{
	struct errand_page *page = memory_get_zeroed(1, sizeof(*page));
	page->users = 1;
	return page;
}

void errand_page_leave(struct errand_page *page)
{
	if (--page->users > 0)
		return;
	arena_done(&page->arena);
	free(page);
}

static bool may_go_together(const struct desk *desk, const struct handover *handover)
{
	return desk->conf->notices_together && !desk->is_second &&
		(handover->kind == HANDOVER_KIND_REMINDER ||
			handover->kind == HANDOVER_KIND_ESCALATION);
}

struct errand *errand_new(
	struct desk *desk, struct errand_page *page, const struct view_handover *handover)
{
	struct errand *errand = memory_get_zeroed(1, sizeof(*errand));
	errand->desk = desk;
	errand->page = page;
	page->users++;
	errand->handover = handover->handover;
	errand->written_at = handover->written_at;
	errand->place.cursor = handover->cursor;
	errand->times.loaded = clock_wall();
	if (desk_way(desk) == CONF_MAIL)
		errand->place.due =
			errand->times.loaded + (int64_t)desk->ground->conf->mail.fold_s * 1000;
	else if (may_go_together(desk, handover->handover))
		errand->place.due = errand->times.loaded + TOGETHER_MS;
	put_order(&errand->place, handover->handover);
	return errand;
}

void errand_free(struct errand *errand)
{
	attempt_cancel(errand->attempt);
	if (errand->report != NULL)
		intake_forget(errand->report);
	errand_page_leave(errand->page);
	free(errand);
}

bool errand_is_reported(const struct handover *handover)
{
	return handover->kind == HANDOVER_KIND_OFFER && handover->role == ROLE_TARGET &&
		handover->has_referral;
}

static void log_end(const struct errand *errand)
{
	const struct desk *desk = errand->desk;
	const struct errand_times *times = &errand->times;
	char message[37] = "";
	if (errand->handover->has_message)
		bytes_to_uuid(errand->handover->message.data, message);
	log_info("deliver",
		"partner=%s id=handover-%" PRId64 " message=%s from=handovers[%d] to=%s kind=%s "
		"via=%s tries=%d delays=%.3f/%.3f/%.3f/%.3f outcome=%s",
		desk->rules->partner, errand->place.cursor, message, desk->partition,
		desk->rules->id, handover_kind_name(errand->handover->kind), desk->outlet->name,
		errand->tries, (double)(times->loaded - errand->handover->at) / 1000,
		(double)(times->tried > times->loaded ? times->tried - times->loaded : 0) / 1000,
		times->opening, times->sending, errand->delivered ? "ok" : "undeliverable");
}

static void leave(struct errand *errand)
{
	if (errand->place.out)
		errand->desk->out--;
	errand->place.out = false;
}

static void settle(struct errand *errand)
{
	struct desk *desk = errand->desk;
	log_end(errand);
	ledger_end(desk->name, errand->delivered);
	leave(errand);
	desk_kick(desk);
	queue_settle(&desk->queue, &errand->place);
	desk->notes[DESK_SETTLED].is_due = true;
	errand_free(errand);
}

/* Looked at again in a later turn of the loop: within this one the view stays as it is. */
static void wait(struct errand *errand, int64_t ms)
{
	errand->place.due = clock_wall() + ms;
	errand->desk->due = 0;
	leave(errand);
}

/* Whether the view has read the report. */
static bool is_read(const struct errand *errand)
{
	struct view_reader *reader = errand->desk->ground->reader;
	struct view_positions positions = {0};
	struct arena arena = {0};
	struct err err = {0};
	bool is_read = false;
	if (reader == NULL || view_reader_begin(reader, &arena, &err) != OK)
		return false;
	enum outcome outcome = view_positions(reader, &positions, &err);
	for (size_t i = 0; i < positions.count && outcome == OK; i++) {
		const struct view_position *position = &positions.items[i];
		is_read = is_read ||
			(bytes_equal_string(position->topic, "intake") &&
				position->partition == errand->reported.partition &&
				position->next > errand->reported.offset);
	}
	view_reader_end(reader);
	arena_done(&arena);
	return is_read;
}

/* What comes next for this client rests on the case that the receiver answered with. */
static void settle_once_read(struct errand *errand)
{
	struct errand_report *reported = &errand->reported;
	bool is_over = clock_wall() >= reported->until && view_is_ready(errand->desk->ground->view);
	if (is_over || is_read(errand)) {
		settle(errand);
		return;
	}
	wait(errand, reported->pause_ms);
	reported->pause_ms *= reported->pause_ms < AGAIN_MS ? 2 : 1;
}

static void take_report(void *context, const struct intake_receipt *receipt)
{
	struct errand *errand = context;
	errand->report = NULL;
	if (receipt->fate == INTAKE_UNKNOWN) {
		wait(errand, AGAIN_MS);
		return;
	}
	if (receipt->fate == INTAKE_STORED && errand->partner_case.size > 0)
		errand->reported = (struct errand_report){clock_wall() + FOUND_ARRIVAL_MS,
			receipt->offset, receipt->partition, SOON_MS};
	settle_once_read(errand);
}

static struct intake_job *tell(struct errand *errand)
{
	struct desk *desk = errand->desk;
	const struct intake_caller caller = {take_report, errand};
	const struct report said = {.referral = errand->handover->referral,
		.action = ACTION_DELIVERED,
		.desk = bytes_of_string(desk->rules->id),
		.case_ = errand->partner_case};
	const struct undelivered what = {
		.cursor = errand->place.cursor, .handover = errand->handover, .why = errand->why};
	return errand->delivered ? intake_report(desk->ground->intake, &said, caller)
				 : undelivered_tell(desk, &what, caller);
}

static void report(struct errand *errand)
{
	if (intake_can_store(errand->desk->ground->intake))
		errand->report = tell(errand);
	if (errand->report == NULL)
		wait(errand, AGAIN_MS);
}

static void end(struct errand *errand, bool delivered)
{
	errand->ended = true;
	errand->delivered = delivered;
	if (delivered && !errand_is_reported(errand->handover))
		settle(errand);
	else
		report(errand);
}

static void give_up(struct errand *errand, const char *why)
{
	log_error("deliver", "id=handover-%" PRId64 " to=%s kind=%s outcome=undeliverable text=%s",
		errand->place.cursor, errand->desk->rules->id,
		handover_kind_name(errand->handover->kind), log_quote(why));
	errand->why = arena_string(&errand->page->arena, bytes_of_string(why));
	end(errand, false);
}

static void try_again(struct errand *errand, const struct attempt_result *result)
{
	struct desk *desk = errand->desk;
	int64_t now = clock_wall(),
		wait_ms = backoff_ms(errand->tries, randombytes_random(), result->after_ms);
	bool is_over = errand->tries >= TRIES_LEAST && now >= backoff_end(errand->handover->at);
	log_info("retry",
		"id=handover-%" PRId64 " to=%s via=%s tries=%d wait_ms=%" PRId64 " text=%s",
		errand->place.cursor, desk->name, desk->outlet->name, errand->tries, wait_ms,
		log_quote(result->text));
	ledger_failure(desk->name);
	if (is_over && fault_of(desk) == FAULT_NONE)
		give_up(errand, result->text);
	else
		wait(errand, wait_ms);
}

void errand_take_result(struct errand *errand, const struct attempt_result *result)
{
	struct outlet *outlet = errand->desk->outlet;
	errand->attempt = NULL;
	errand->tries++;
	errand->times.opening = result->opening;
	errand->times.sending = result->sending;
	switch (result->end) {
	case ATTEMPT_TAKEN:
		errand->partner_case = arena_copy(&errand->page->arena, result->partner_case);
		outlet_succeeded(outlet);
		end(errand, true);
		break;
	case ATTEMPT_LATER:
		errand->tries--;
		circuit_let_go(&outlet->circuit);
		wait(errand, AGAIN_MS);
		break;
	case ATTEMPT_REFUSED_NOW:
		outlet_succeeded(outlet);
		try_again(errand, result);
		break;
	case ATTEMPT_REFUSED:
		circuit_let_go(&outlet->circuit);
		give_up(errand, result->text);
		break;
	case ATTEMPT_FAILED:
		try_again(errand, result);
		if (!result->is_told)
			outlet_failed(outlet, result->after_ms, result->text);
		break;
	case ATTEMPT_GONE:
		try_again(errand, result);
		outlet_is_gone(outlet, result->text);
		break;
	}
}

/* Not all may be to blame. */
static bool are_refused_together(const struct attempt_result *result)
{
	return result->told > 1 &&
		(result->end == ATTEMPT_REFUSED || result->end == ATTEMPT_REFUSED_NOW);
}

static void take_result(void *context, const struct attempt_result *result)
{
	struct errand *errand = context, *next;
	struct attempt_result each = *result;
	bool is_each_alone = are_refused_together(result);
	if (is_each_alone)
		log_info("together", "to=%s notices=%zu outcome=refused text=%s",
			errand->desk->name, result->told, log_quote(result->text));
	for (size_t i = 0; errand != NULL; i++, errand = next) {
		next = errand->with;
		errand->with = NULL;
		errand->alone = is_each_alone;
		if (is_each_alone || i >= result->told)
			each.end = ATTEMPT_LATER;
		errand_take_result(errand, &each);
		each.is_told = true;
	}
}

static struct view_handover given(const struct errand *errand)
{
	return (struct view_handover){.cursor = errand->place.cursor,
		.handover = errand->handover,
		.written_at = errand->written_at};
}

/* Notices that wait go out with the first of them; items has QUEUE_MAX places. */
static size_t gather(struct errand *first, int64_t now, struct view_handover *items)
{
	struct desk *desk = first->desk;
	struct errand *last = first;
	size_t count = 0;
	items[count++] = given(first);
	if (first->alone || !may_go_together(desk, first->handover))
		return count;
	for (struct queue_item *place = desk->queue.first; place != NULL && count < QUEUE_MAX;
		place = place->behind) {
		struct errand *other = (struct errand *)place;
		if (!queue_may_go_along(&desk->queue, place) || other->ended || other->alone ||
			!may_go_together(desk, other->handover))
			continue;
		place->out = true;
		desk->out++;
		other->times.tried = now;
		last = last->with = other;
		items[count++] = given(other);
	}
	return count;
}

static void leave_those_with(struct errand *first)
{
	for (struct errand *other = first->with, *next; other != NULL; other = next) {
		next = other->with;
		other->with = NULL;
		wait(other, SOON_MS);
	}
	first->with = NULL;
}

/* Out of it, it must be opened anew: who may see what can have changed. */
static void try_it(struct errand *errand, int64_t now)
{
	struct desk *desk = errand->desk;
	struct ground *ground = desk->ground;
	struct err err = {0};
	struct view_handover items[QUEUE_MAX];
	const struct attempt_options options = {.disclose = ground->disclose,
		.loop = ground->loop,
		.desk = desk->rules,
		.delivery = desk->conf,
		.endpoint = desk->outlet->endpoint,
		.filing = desk->outlet->filing,
		.posts = ground->posts,
		.sign = desk->sign,
		.handovers = {items, gather(errand, now, items)},
		.done = take_result,
		.context = errand};
	errand->times.tried = now;
	enum outcome outcome = attempt_start(&errand->attempt, &options, &err);
	if (outcome == OK)
		return;
	leave_those_with(errand);
	circuit_let_go(&desk->outlet->circuit);
	if (outcome == REJECT)
		give_up(errand, err.text);
	else
		wait(errand, SOON_MS);
}

void errand_start(struct errand *errand, int64_t now)
{
	errand->place.out = true;
	errand->desk->out++;
	if (errand->reported.until > 0)
		settle_once_read(errand);
	else if (errand->ended)
		report(errand);
	else
		try_it(errand, now);
}
