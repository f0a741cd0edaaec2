/* clocks - arms, stops and fires the deadlines of a client and its referrals. */
#include "hub/handover/clock/clocks.h"

#include <assert.h>

#include "hub/base/calendar.h"
#include "hub/base/clock.h"
#include "hub/handover/clock/escalation.h"
#include "hub/handover/row/guard.h"
#include "hub/handover/row/table.h"
#include "hub/handover/tell.h"

#define PLACE_MONTHS 12 /* a Leer Praktijk Centrum keeps nobody longer */

static bool is_of(const struct clock_armed *clock, const struct referral_after *referral)
{
	if (referral == NULL)
		return !clock->has_referral;
	return clock->has_referral && decider_same(clock->referral, referral->referral);
}

static size_t place_of(
	const struct decider *d, enum clock_name name, const struct referral_after *referral)
{
	size_t at = 0;

	while (at < d->clocks_count &&
		!(d->clocks[at].clock == name && is_of(&d->clocks[at], referral)))
		at++;
	return at;
}

static const struct clock_armed *find(
	const struct decider *d, enum clock_name name, const struct referral_after *referral)
{
	size_t at = place_of(d, name, referral);

	return at < d->clocks_count ? &d->clocks[at] : NULL;
}

struct clock_armed *clocks_find(
	struct decider *d, enum clock_name name, const struct referral_after *referral)
{
	size_t at = place_of(d, name, referral);

	return at < d->clocks_count ? &d->clocks[at] : NULL;
}

static void drop(struct decider *d, const struct clock_armed *clock)
{
	size_t at = (size_t)(clock - d->clocks);

	for (; at + 1 < d->clocks_count; at++)
		d->clocks[at] = d->clocks[at + 1];
	d->clocks_count--;
}

void clocks_stop(struct decider *d, enum clock_name name, const struct referral_after *referral)
{
	const struct clock_armed *clock = find(d, name, referral);

	if (clock != NULL)
		drop(d, clock);
}

/* T13 belongs to the place, and the sender's T4 to what it sends, not to the state. */
static bool outlives_state(const struct clock_armed *clock)
{
	return clock->clock == CLOCK_NAME_T13 ||
		(clock->clock == CLOCK_NAME_T4 && clock->role == ROLE_SENDER);
}

static void stop_referral(struct decider *d, const struct referral_after *referral)
{
	bool open = decider_is_open(referral->state);

	for (size_t i = d->clocks_count; i-- > 0;)
		if (is_of(&d->clocks[i], referral) && !(open && outlives_state(&d->clocks[i])))
			drop(d, &d->clocks[i]);
}

void clocks_stop_all(struct decider *d)
{
	d->clocks_count = 0;
}

void clocks_stop_duties(struct decider *d)
{
	for (size_t i = 0; i < d->referrals_count; i++)
		if (!decider_is_open(d->referrals[i].state))
			clocks_stop(d, CLOCK_NAME_T4, &d->referrals[i]);
}

void clocks_arm_at(struct decider *d, enum clock_name name, const struct referral_after *referral,
	enum role role, int64_t due)
{
	clocks_stop(d, name, referral);
	assert(d->clocks_count < DECIDER_CLOCKS_MAX);
	d->clocks[d->clocks_count++] = (struct clock_armed){
		.clock = name,
		.has_referral = referral != NULL,
		.referral = referral != NULL ? referral->referral : (struct uuid){{0}},
		.armed = d->now,
		.due = due,
		.role = role,
	};
}

static bool override_fits(const struct rules_override *override, enum clock_name name,
	const struct referral_after *referral)
{
	if (override->clock != (int32_t)name)
		return false;
	if (override->from_desk != NULL &&
		!bytes_equal_string(referral->giver, override->from_desk))
		return false;
	if (override->to_desk != NULL && !bytes_equal_string(referral->target, override->to_desk))
		return false;
	if (override->question != NULL &&
		!bytes_equal_string(referral->question, override->question))
		return false;
	return override->urgency == NULL ||
		bytes_equal_string(
			bytes_of_string(referral->urgent ? "URGENT" : "NORMAL"), override->urgency);
}

static struct rules_duration first_duration(
	const struct decider *d, enum clock_name name, const struct referral_after *referral)
{
	const struct rules_clock *clock = &d->rules->clocks[name];

	if (referral == NULL)
		return clock->normal[0];
	for (size_t i = 0; i < d->rules->overrides_count; i++)
		if (override_fits(&d->rules->overrides[i], name, referral))
			return d->rules->overrides[i].duration;
	return referral->urgent && clock->urgent[0].count > 0 ? clock->urgent[0] : clock->normal[0];
}

void clocks_arm(struct decider *d, enum clock_name name, const struct referral_after *referral,
	enum role role)
{
	clocks_arm_at(
		d, name, referral, role, rules_due(first_duration(d, name, referral), d->now));
}

static void enter_submitted(struct decider *d, const struct referral_after *referral)
{
	bool rests = referral->kind != REFERRAL_KIND_REQUEST && referral->has_not_before &&
		referral->not_before > d->today;

	if (rests)
		clocks_arm_at(d, CLOCK_NAME_T12, referral, ROLE_HUB,
			calendar_start(referral->not_before));
	else
		clocks_arm(d, CLOCK_NAME_T0, referral, ROLE_HUB);
}

/* Decline and cancel leave a duty: at the giver if it is responsible, else, where the target had
 * the client, at who is. */
static void enter_refused(struct decider *d, const struct referral_after *referral)
{
	if (referral->kind == REFERRAL_KIND_REQUEST)
		return;
	if (bytes_equal(referral->giver, d->owner))
		clocks_arm(d, CLOCK_NAME_T4, referral, ROLE_GIVER);
	else if (referral->kind == REFERRAL_KIND_TRANSFER && referral->accepted)
		clocks_arm(d, CLOCK_NAME_T4, referral, ROLE_OWNER);
}

static void enter_offered(struct decider *d, const struct referral_after *referral)
{
	if (referral->delivery != DELIVERY_SEEN)
		clocks_arm(d, CLOCK_NAME_T1, referral, ROLE_TARGET);
	clocks_arm(d, CLOCK_NAME_T2, referral, ROLE_TARGET);
	if (!clocks_runs(d, CLOCK_NAME_T13, referral))
		clocks_place(d, referral);
}

static void enter_in_progress(struct decider *d, const struct referral_after *referral)
{
	if (referral->kind == REFERRAL_KIND_SERVICE)
		clocks_arm(d, CLOCK_NAME_T6, referral, ROLE_TARGET);
	if (referral->has_progress && referral->progress == PROGRESS_NO_SHOW)
		clocks_arm(d, CLOCK_NAME_T7, referral, ROLE_TARGET);
}

/* Who sent it and carried it out itself has nobody's outcome to acknowledge. */
static void enter_completed(struct decider *d, const struct referral_after *referral)
{
	if (referral->kind != REFERRAL_KIND_REQUEST &&
		!bytes_equal(referral->sender, referral->target))
		clocks_arm(d, CLOCK_NAME_T9, referral, ROLE_SENDER);
}

/* T6 of a client whose desk has put it on hold: due on the day of the hold, and not before. */
static bool life_waits_for_hold(const struct decider *d, const struct referral_after *referral)
{
	const struct clock_armed *life = find(d, CLOCK_NAME_T6, NULL),
				 *hold = find(d, CLOCK_NAME_T10, referral);

	return life != NULL && hold != NULL && life->level == 0 && life->due == hold->due &&
		guard_g4(d, referral);
}

void clocks_enter(struct decider *d, const struct referral_after *referral)
{
	bool held = life_waits_for_hold(d, referral);

	stop_referral(d, referral);
	if (held)
		clocks_arm(d, CLOCK_NAME_T6, NULL, ROLE_OWNER);
	switch (referral->state) {
	case REFERRAL_STATE_SUBMITTED:
		enter_submitted(d, referral);
		break;
	case REFERRAL_STATE_OFFERED:
		enter_offered(d, referral);
		break;
	case REFERRAL_STATE_INFO_NEEDED:
		clocks_arm(d, CLOCK_NAME_T3, referral, ROLE_SENDER);
		break;
	case REFERRAL_STATE_ACCEPTED:
		clocks_arm(d, CLOCK_NAME_T5, referral, ROLE_TARGET);
		if (referral->kind == REFERRAL_KIND_SERVICE)
			clocks_arm(d, CLOCK_NAME_T6, referral, ROLE_TARGET);
		break;
	case REFERRAL_STATE_IN_PROGRESS:
		enter_in_progress(d, referral);
		break;
	case REFERRAL_STATE_ON_HOLD: /* T10 with the date that the desk gave */
		break;
	case REFERRAL_STATE_CANCEL_REQUESTED:
		clocks_arm(d, CLOCK_NAME_T8, referral, ROLE_TARGET);
		break;
	case REFERRAL_STATE_RETURNED:
		clocks_arm(d, CLOCK_NAME_T2, referral, ROLE_GIVER);
		break;
	case REFERRAL_STATE_DECLINED:
	case REFERRAL_STATE_CANCELLED:
		enter_refused(d, referral);
		break;
	case REFERRAL_STATE_COMPLETED:
		enter_completed(d, referral);
		break;
	case REFERRAL_STATE_CLOSED:
	case REFERRAL_STATE_RECALLED:
	case REFERRAL_STATE_ENTERED_IN_ERROR:
		break;
	}
}

int64_t clocks_left(
	const struct decider *d, enum clock_name name, const struct referral_after *referral)
{
	const struct clock_armed *clock = find(d, name, referral);

	return clock != NULL ? calendar_working_ms(d->now, clock->due) : 0;
}

void clocks_resume_decision(
	struct decider *d, const struct referral_after *referral, int64_t left_ms)
{
	static const struct rules_duration least = {RULES_WORKING_DAYS, 2};
	int64_t due = calendar_add_working_ms(d->now, left_ms), earliest = rules_due(least, d->now);

	clocks_arm_at(d, CLOCK_NAME_T2, referral, ROLE_TARGET, due > earliest ? due : earliest);
}

void clocks_show_life(struct decider *d, int64_t at_least)
{
	const struct clock_armed *clock = find(d, CLOCK_NAME_T6, NULL);
	int64_t due = rules_due(first_duration(d, CLOCK_NAME_T6, NULL), d->now);

	due = due > at_least ? due : at_least;
	assert(clock != NULL); /* who is responsible owes a sign of life */
	if (clock->level > 0 || clock->due < due)
		clocks_arm_at(d, CLOCK_NAME_T6, NULL, ROLE_OWNER, due);
}

int32_t clocks_last_day(const struct referral_after *referral)
{
	return calendar_add_months(calendar_date(referral->accepted_at), PLACE_MONTHS);
}

static int64_t sooner(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

void clocks_place(struct decider *d, const struct referral_after *referral)
{
	int64_t due = INT64_MAX;

	clocks_stop(d, CLOCK_NAME_T13, referral);
	if (!decider_is_open(referral->state) ||
		(referral->state == REFERRAL_STATE_SUBMITTED && !referral->accepted))
		return;
	if (referral->has_expires_at)
		due = referral->expires_at;
	if (referral->has_review_every && referral->accepted)
		due = sooner(due,
			sooner(calendar_start(
				       calendar_add_months(d->today, referral->review_every)),
				calendar_start(clocks_last_day(referral))));
	if (due != INT64_MAX)
		clocks_arm_at(
			d, CLOCK_NAME_T13, referral, ROLE_TARGET, due > d->now ? due : d->now);
}

void clocks_review(struct decider *d, const struct referral_after *referral, bool is_outflow)
{
	static const struct rules_duration soon = {RULES_WORKING_DAYS, 5};

	if (is_outflow)
		clocks_arm_at(d, CLOCK_NAME_T13, referral, ROLE_TARGET, rules_due(soon, d->now));
	else
		clocks_place(d, referral);
}

bool clocks_heard(struct decider *d, const struct referral_after *referral, struct bytes desk)
{
	const struct clock_armed *clock = find(d, CLOCK_NAME_T4, referral);

	if (clock == NULL || clock->role != ROLE_SENDER || !bytes_equal(desk, referral->sender))
		return false;
	drop(d, clock);
	return true;
}

/* Whoever is somebody's is kept. */
void clocks_new_owner(struct decider *d)
{
	clocks_stop(d, CLOCK_NAME_T11, NULL);
	clocks_stop_duties(d);
	clocks_arm(d, CLOCK_NAME_T6, NULL, ROLE_OWNER);
}

bool clocks_runs(
	const struct decider *d, enum clock_name name, const struct referral_after *referral)
{
	return find(d, name, referral) != NULL;
}

bool clocks_is_duty_of_giver(const struct decider *d, const struct referral_after *referral)
{
	const struct clock_armed *clock = find(d, CLOCK_NAME_T4, referral);

	return clock != NULL && clock->role == ROLE_GIVER;
}

bool clocks_rests(const struct decider *d, const struct referral_after *referral)
{
	return clocks_runs(d, CLOCK_NAME_T12, referral);
}

bool clocks_deadline(const struct decider *d, const struct referral_after *referral,
	struct bytes desk, int64_t *due)
{
	bool found = false, gave = decider_same(d->owner_via, referral->referral);

	for (size_t i = 0; i < d->clocks_count; i++) {
		const struct clock_armed *clock = &d->clocks[i];

		if (!(is_of(clock, referral) || (gave && is_of(clock, NULL))) ||
			clock->role == ROLE_HUB)
			continue;
		if (!bytes_equal(escalation_desk(d, referral, clock->role), desk))
			continue;
		if (!found || clock->due < *due)
			*due = clock->due;
		found = true;
	}
	return found;
}

/* What comes due on a day that somebody named comes due on that day. */
static bool is_date(enum clock_name name)
{
	return name >= CLOCK_NAME_T10; /* T11: how long something is kept */
}

/* Of the time that was armed last: hours are hours, working days lose working time. T0 is of hours
 * throughout. */
static bool loses_working_time(const struct decider *d, const struct clock_armed *clock,
	const struct referral_after *referral)
{
	enum rules_unit unit = first_duration(d, clock->clock, referral).unit;

	if (clock->level > 0)
		unit = escalation_unit(&d->rules->clocks[clock->clock], clock,
			referral != NULL && referral->urgent);
	return unit == RULES_WORKING_DAYS;
}

/* From when on outages are to be looked at: those before are in its due time already. The end of
 * the reminders is reckoned without outages, so once it has come it has them all still to count. */
static int64_t not_yet_counted(const struct clock_armed *clock, int64_t climbs)
{
	bool comes_to_climb = clock->due >= climbs && clock->counted < climbs;

	return !comes_to_climb && clock->counted > clock->armed ? clock->counted : clock->armed;
}

/* An outage that goes on at the end of the span is counted to its own end, and the span made longer
 * by it, so that a weekend is one Event for a clock and not one per hour; where nobody knows that
 * end yet, the clock is asked again after an hour. */
static int64_t time_lost(const struct decider *d, struct bytes desk, struct handover_span *span)
{
	const struct handover_input *input = d->input;
	int64_t until = 0, lost = 0;

	if (input->outage != NULL)
		lost = input->outage(input->context, desk, span, &until);
	while (until != 0 && until != INT64_MAX) {
		span->to = until;
		lost = input->outage(input->context, desk, span, &until);
	}
	return until != 0 && lost < CLOCK_HOUR_MS ? CLOCK_HOUR_MS : lost;
}

/* Time that the hub or the desk's delivery was down does not count: true when the clock was armed
 * again for that. */
static bool extend(
	struct decider *d, struct clock_armed *clock, const struct referral_after *referral)
{
	int64_t climbs = escalation_climbs(&d->rules->clocks[clock->clock], clock);
	bool working = loses_working_time(d, clock, referral);
	struct bytes desk = clock->clock == CLOCK_NAME_T0
		? (struct bytes){0}
		: escalation_desk(d, referral, clock->role);
	struct handover_span span = {not_yet_counted(clock, climbs), clock->due, working};
	int64_t lost = is_date(clock->clock) ? 0 : time_lost(d, desk, &span), due;

	if (lost == 0)
		return false;
	due = working ? calendar_add_working_ms(clock->due, lost) : clock->due + lost;
	clock->has_counted = true;
	if (clock->due < climbs && due >= climbs) { /* where it counts all anew */
		clock->counted = clock->due;
		clock->due = climbs;
		return true;
	}
	clock->counted = span.to;
	clock->due = due;
	return true;
}

/* The offer's day has come. */
static void start_offer(struct decider *d, struct referral_after *referral)
{
	clocks_stop(d, CLOCK_NAME_T12, referral);
	clocks_arm(d, CLOCK_NAME_T0, referral, ROLE_HUB);
	tell(d, referral->target, ROLE_TARGET, HANDOVER_KIND_OFFER, referral);
}

void clocks_fire(struct decider *d)
{
	const struct clock_id *id = &d->input->clock;
	struct referral_after *referral = id->has_referral ? decider_find(d, id->referral) : NULL;
	struct clock_armed *clock = clocks_find(d, id->clock, referral);

	assert(clock != NULL && clock->due <= d->now);
	if (extend(d, clock, referral))
		return;
	if (id->clock == CLOCK_NAME_T12)
		start_offer(d, referral);
	else if (id->clock == CLOCK_NAME_T11)
		drop(d, clock); /* the Event says that it is over; nothing is deleted by it */
	else
		escalation_climb(d, clock, referral);
}

static void note_change(
	struct decider *d, const struct clock *was, const struct referral_after *referral)
{
	if (find(d, was->clock, referral) != NULL)
		return;
	assert(d->event->stopped_count < HANDOVER_OUT_MAX);
	d->event->stopped[d->event->stopped_count++] = (struct clock_id){
		.clock = was->clock,
		.has_referral = referral != NULL,
		.referral = referral != NULL ? referral->referral : (struct uuid){{0}},
	};
}

static void note_stopped(struct decider *d)
{
	const struct client *client = d->client;

	for (size_t r = 0; r < client->referrals_count; r++)
		for (size_t i = 0; i < client->referrals[r].clocks_count; i++)
			note_change(d, &client->referrals[r].clocks[i], &d->referrals[r]);
	for (size_t i = 0; i < client->clocks_count; i++)
		note_change(d, &client->clocks[i], NULL);
}

static bool was_armed_so(const struct decider *d, const struct clock_armed *clock)
{
	const struct client_referral *of =
		clock->has_referral ? handover_referral(d->client, clock->referral) : NULL;
	const struct clock *was = of != NULL ? of->clocks : d->client->clocks;
	size_t count = of != NULL ? of->clocks_count : d->client->clocks_count;

	if (clock->has_referral && of == NULL)
		return false;
	for (; count > 0; count--, was++)
		if (was->clock == clock->clock)
			return was->armed == clock->armed && was->due == clock->due &&
				was->level == clock->level && was->role == clock->role &&
				was->has_counted == clock->has_counted &&
				was->counted == clock->counted;
	return false;
}

static void note_armed(struct decider *d)
{
	for (size_t i = 0; i < d->clocks_count; i++) {
		if (was_armed_so(d, &d->clocks[i]))
			continue;
		assert(d->event->armed_count < HANDOVER_OUT_MAX);
		d->event->armed[d->event->armed_count++] = d->clocks[i];
	}
}

static size_t age_of(const struct decider *d, const struct clock_armed *clock)
{
	for (size_t i = 0; clock->has_referral && i < d->referrals_count; i++)
		if (decider_same(d->referrals[i].referral, clock->referral))
			return i;
	return d->referrals_count;
}

static bool is_sooner(
	const struct decider *d, const struct clock_armed *a, const struct clock_armed *b)
{
	if (a->due != b->due)
		return a->due < b->due;
	if (a->clock != b->clock)
		return a->clock < b->clock;
	return age_of(d, a) < age_of(d, b);
}

static const enum duty duties[CLOCK_NAME_COUNT] = {
	[CLOCK_NAME_T0] = DUTY_AWAIT_DELIVERY,
	[CLOCK_NAME_T1] = DUTY_AWAIT_DECISION,
	[CLOCK_NAME_T2] = DUTY_AWAIT_DECISION,
	[CLOCK_NAME_T3] = DUTY_ANSWER_QUESTION,
	[CLOCK_NAME_T4] = DUTY_REFER_OR_CLOSE,
	[CLOCK_NAME_T5] = DUTY_CONTACT_CLIENT,
	[CLOCK_NAME_T6] = DUTY_GIVE_SIGN_OF_LIFE,
	[CLOCK_NAME_T7] = DUTY_FOLLOW_UP_NO_SHOW,
	[CLOCK_NAME_T8] = DUTY_CONFIRM_CANCEL,
	[CLOCK_NAME_T9] = DUTY_ACKNOWLEDGE_OUTCOME,
	[CLOCK_NAME_T10] = DUTY_REVIEW_HOLD,
	[CLOCK_NAME_T12] = DUTY_AWAIT_START,
	[CLOCK_NAME_T13] = DUTY_REVIEW_PLACE,
};

static void note_next_action(struct decider *d)
{
	const struct client *client = d->client;
	const struct clock_armed *next = NULL;
	const struct referral_after *about;
	struct next_action *action = &d->out->next_action;

	for (size_t i = 0; i < d->clocks_count; i++)
		if (next == NULL || is_sooner(d, &d->clocks[i], next))
			next = &d->clocks[i];
	if (next == NULL || d->status == CLIENT_STATUS_CLOSED)
		return;
	about = next->has_referral ? decider_find(d, next->referral) : NULL;
	action->duty = duties[next->clock];
	if (about != NULL && about->state == REFERRAL_STATE_RETURNED &&
		next->clock == CLOCK_NAME_T2)
		action->duty = DUTY_TAKE_BACK;
	action->due = next->due;
	action->desk = escalation_desk(d, about, next->role);
	if (client->duty_desk >= 0 && client->duty == action->duty &&
		client->duty_due == action->due &&
		bytes_equal(handover_desk(client, client->duty_desk), action->desk))
		return;
	d->event->next_action = action;
}

void clocks_finish(struct decider *d)
{
	if (d->event->has_status && d->event->status == CLIENT_STATUS_CLOSED)
		clocks_arm(d, CLOCK_NAME_T11, NULL, ROLE_HUB);
	note_stopped(d);
	note_armed(d);
	note_next_action(d);
}
