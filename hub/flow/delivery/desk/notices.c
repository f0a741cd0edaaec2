/* notices - escalations and reminders that no channel of their desk took: the hub is told. */
#include "hub/flow/delivery/desk/notices.h"

#include <inttypes.h>
#include <stdio.h>

#include "hub/base/calendar.h"
#include "hub/base/clock.h"
#include "hub/base/log.h"
#include "hub/flow/delivery/desk/undelivered.h"
#include "hub/flow/intake/report.h"

#define REST_MS 60000
#define AGAIN_MS 1000 /* the view has not yet what was said, or nothing could be stored */
#define PAGE 50
#define WORKING_DAYS 1

enum fate { WAITS, TOLD, REFUSED };

/* One look at all desks. */
struct look {
	struct ground *ground;
	int64_t now;
	struct view_facts undelivered;
};

/* Who runs the hub is told beside the desk whose turn it is, not in its place. */
static bool is_notice(const struct handover *handover)
{
	bool is_kind = handover->kind == HANDOVER_KIND_ESCALATION ||
		handover->kind == HANDOVER_KIND_REMINDER;
	return is_kind && handover->role != ROLE_OPS && handover->has_clock &&
		handover->has_referral;
}

static struct desk *other_of(const struct desk *desk)
{
	struct ground *ground = desk->ground;
	size_t at = (size_t)(desk - ground->desks), half = ground->desks_count / 2;
	return &ground->desks[at < half ? at + half : at - half];
}

static bool is_served(const struct desk *desk)
{
	return desk->outlet != NULL && desk->begun;
}

/* Whom it is not meant for refuses nothing, and is told nothing. */
static enum fate fate_at(
	const struct look *look, const struct desk *desk, const struct view_handover *found)
{
	char id[UNDELIVERED_ID_SIZE];
	if (!is_served(desk) || !desk_is_for(desk, found->handover))
		return REFUSED;
	if (!queue_is_settled(&desk->queue, found->cursor))
		return WAITS;
	undelivered_id(desk, found->handover->kind, found->cursor, id);
	return view_facts_find(&look->undelivered, bytes_of_string(id)) != NULL ? REFUSED : TOLD;
}

static bool is_late(const struct look *look, const struct desk *desk, int64_t at)
{
	int64_t since = at > desk->begun_at ? at : desk->begun_at;
	return look->now >= calendar_add_working_days(since, WORKING_DAYS);
}

static void take_receipt(void *context, const struct intake_receipt *receipt)
{
	struct ground *ground = context;
	struct notices *notices = &ground->notices;
	notices->job = NULL;
	notices->due = clock_wall() + AGAIN_MS;
	if (receipt->fate == INTAKE_UNKNOWN)
		return;
	if (notices->mark.id.data != NULL)
		intake_fact(ground->intake, &notices->mark, (struct intake_caller){0});
	else
		notices->desk->late_seen = notices->cursor;
}

/* false: it cannot be stored now. */
static bool say(struct desk *desk, const struct view_handover *found)
{
	struct ground *ground = desk->ground;
	const struct handover *handover = found->handover;
	const struct report report = {.referral = handover->referral,
		.action = ACTION_NOT_TOLD,
		.desk = bytes_of_string(desk->rules->id),
		.notice = handover,
		.cursor = found->cursor};
	if (!intake_can_store(ground->intake))
		return false;
	ground->notices.job = intake_report(
		ground->intake, &report, (struct intake_caller){take_receipt, ground});
	if (ground->notices.job == NULL)
		return false;
	ground->notices.desk = desk;
	ground->notices.cursor = found->cursor;
	ground->notices.mark = (struct fact){0};
	log_warn("notice", "id=handover-%" PRId64 " to=%s kind=%s clock=%s level=%d outcome=untold",
		found->cursor, desk->rules->id, handover_kind_name(handover->kind),
		clock_name_name(handover->clock), handover->level);
	return true;
}

/* The last of its channels says so: the first one waits for it. */
static bool is_untold(
	const struct look *look, const struct desk *desk, const struct view_handover *found)
{
	const struct desk *other = other_of(desk);
	switch (fate_at(look, other, found)) {
	case TOLD:
		return false;
	case WAITS:
		return !desk->is_second && is_late(look, other, found->handover->at) &&
			is_late(look, desk, found->handover->at);
	case REFUSED:
		return true;
	}
	return false;
}

/* The facts of what was refused keep that the hub knows. true: one is on its way. */
static bool say_refused(struct look *look, struct desk *desk, const struct fact *fact)
{
	struct undelivered_fact what;
	struct view_handovers found;
	struct err err = {0};
	struct notices *notices = &look->ground->notices;
	if (!fact->has_to || fact->has_number || !undelivered_read(fact, &what) ||
		!bytes_equal_string(what.channel, desk->name))
		return false;
	const struct view_feed feed = {bytes_of_string(desk->rules->id), what.cursor - 1, 1};
	if (view_handovers(look->ground->reader, &feed, &found, &err) != OK || found.count == 0 ||
		found.items[0].cursor != what.cursor || !is_notice(found.items[0].handover) ||
		!is_untold(look, desk, &found.items[0]) || !say(desk, &found.items[0]))
		return false;
	arena_reset(&notices->arena);
	notices->mark = *fact;
	notices->mark.id = arena_copy(&notices->arena, fact->id);
	notices->mark.text = arena_copy(&notices->arena, fact->text);
	notices->mark.has_number = true;
	notices->mark.number = what.cursor;
	return true;
}

/* Of those that wait, from the oldest. true: one is on its way. */
static bool say_late(struct look *look, struct desk *desk)
{
	struct view_handovers found;
	struct err err = {0};
	int64_t settled = queue_settled(&desk->queue);
	bool goes_on = true;
	if (desk->late_seen < settled)
		desk->late_seen = settled;
	while (goes_on) {
		const struct view_feed feed = {
			bytes_of_string(desk->rules->id), desk->late_seen, PAGE};
		if (view_handovers(look->ground->reader, &feed, &found, &err) != OK)
			return false;
		goes_on = found.count == PAGE;
		for (size_t i = 0; i < found.count; i++) {
			if (!is_late(look, desk, found.items[i].handover->at))
				return false;
			if (is_notice(found.items[i].handover) &&
				fate_at(look, desk, &found.items[i]) == WAITS &&
				is_untold(look, desk, &found.items[i]))
				return say(desk, &found.items[i]);
			desk->late_seen = found.items[i].cursor;
		}
	}
	return false;
}

static bool say_next(struct look *look)
{
	struct ground *ground = look->ground;
	for (size_t i = 0; i < ground->desks_count; i++) {
		struct desk *desk = &ground->desks[i];
		if (!is_served(desk))
			continue;
		for (size_t k = 0; k < look->undelivered.count; k++)
			if (say_refused(look, desk, look->undelivered.items[k]))
				return true;
		if (say_late(look, desk))
			return true;
	}
	return false;
}

void notices_turn(struct ground *ground, int64_t now)
{
	struct look look = {.ground = ground, .now = now};
	struct arena arena = {0};
	struct err err = {0};
	if (ground->notices.job != NULL || now < ground->notices.due || ground->stopping ||
		ground->reader == NULL || !view_is_ready(ground->view))
		return;
	ground->notices.due = now + REST_MS;
	enum outcome outcome = view_reader_begin(ground->reader, &arena, &err);
	if (outcome == OK) {
		outcome =
			view_facts(ground->reader, FACT_KIND_UNDELIVERED, &look.undelivered, &err);
		if (outcome == OK)
			say_next(&look);
		view_reader_end(ground->reader);
	}
	if (outcome != OK)
		log_debug("notices", "text=%s", log_quote(err.text));
	arena_done(&arena);
}

void notices_let_go(struct ground *ground)
{
	if (ground->notices.job != NULL)
		intake_forget(ground->notices.job);
	ground->notices.job = NULL;
	arena_done(&ground->notices.arena);
}
