/* ruling - one Event with all that was committed beside it, and what must hold of it. */
#include "tests/sim/world/ruling.h"

#include <stdio.h>
#include <string.h>

#include "hub/base/calendar.h"
#include "hub/base/clock.h"
#include "tests/sim/world/hub.h"
#include "tests/sim/world/town.h"

#define ROUND_DAYS 60
#define COORDINATOR 3

/* Read from the design, not from the code. Where a day is named, the farthest that anybody names
 * here, and the day after it. */
const struct ladder ruling_ladders[CLOCK_NAME_COUNT] = {
	[CLOCK_NAME_T0] = {.working_days = 1},
	[CLOCK_NAME_T1] = {.working_days = 2, .levels = 1},
	[CLOCK_NAME_T2] = {.working_days = 5, .then_working_days = 2 + 3 + 5, .levels = 4},
	[CLOCK_NAME_T3] = {.working_days = 5, .then_working_days = 5, .levels = 2},
	[CLOCK_NAME_T4] = {.working_days = 3, .then_working_days = 5, .levels = 2},
	[CLOCK_NAME_T5] = {.working_days = 10, .then_working_days = 5, .levels = 2},
	[CLOCK_NAME_T6] = {.days = SIM_DAYS_NAMED + 1, .then_days = 10, .levels = 2},
	[CLOCK_NAME_T7] = {.working_days = 5, .levels = 1},
	[CLOCK_NAME_T8] = {.working_days = 5, .levels = 1},
	[CLOCK_NAME_T9] = {.working_days = 10, .levels = 1},
	[CLOCK_NAME_T10] = {.days = SIM_DAYS_NAMED + 1, .levels = 1},
	[CLOCK_NAME_T11] = {.days = 365},
	[CLOCK_NAME_T12] = {.days = SIM_DAYS_NAMED + 1},
	[CLOCK_NAME_T13] = {.days = 93, .levels = 1},
};

static void found(void *context, const char *invariant, const char *text)
{
	sim_broken(context, invariant, "%s", text);
}

static void check_steps(struct sim *sim, const struct ruling *ruling)
{
	const struct handover_step step = {
		.before = &ruling->before, .event = &ruling->event, .after = &ruling->after};

	handover_step_invariants(&step, found, sim);
	handover_invariants(&ruling->after, &sim->rules, found, sim);
}

static void check_version(struct sim *sim, const struct ruling *ruling)
{
	const struct event *event = &ruling->event;
	bool counts = event->result == RESULT_APPLIED || event->result == RESULT_PARKED;
	int32_t before = ruling->before.version;

	/* What parks a client is REJECTED, and counts. */
	counts = counts || event->has_parked;
	if (event->version != before + (counts ? 1 : 0))
		sim_broken(sim, "I20", "version %d follows version %d", event->version, before);
}

const struct clock *ruling_clock(const struct client *client, const struct clock_id *id)
{
	const struct client_referral *referral =
		id->has_referral ? handover_referral(client, id->referral) : NULL;
	const struct clock *clocks = id->has_referral ? NULL : client->clocks;
	size_t count = id->has_referral ? 0 : client->clocks_count;

	if (referral != NULL) {
		clocks = referral->clocks;
		count = referral->clocks_count;
	}
	for (size_t i = 0; i < count; i++)
		if (clocks[i].clock == id->clock)
			return &clocks[i];
	return NULL;
}

struct bytes ruling_desk(const struct client *client, const struct clock_id *id, enum role role)
{
	const struct client_referral *referral =
		id->has_referral ? handover_referral(client, id->referral) : NULL;
	int32_t place = client->owner;

	if (referral != NULL && role == ROLE_TARGET)
		place = referral->target;
	else if (referral != NULL && role == ROLE_GIVER)
		place = referral->giver;
	else if (referral != NULL && role == ROLE_SENDER)
		place = referral->sender;
	return handover_desk(client, place);
}

static bool tells_somebody(const struct ruling *ruling, enum handover_kind kind)
{
	for (size_t i = 0; i < ruling->handovers_count; i++) {
		const struct handover *handover = &ruling->handovers[i];
		bool person = town_partner(handover->desk) != NULL;

		if (handover->kind == kind &&
			(person || ruling->event.clock->clock == CLOCK_NAME_T0))
			return true;
	}
	return false;
}

/* It came due, was not asked to wait on for time that was lost, and so tells somebody. */
static void check_told_by_clock(
	struct sim *sim, const struct ruling *ruling, const struct clock *was)
{
	const struct clock *is = ruling_clock(&ruling->after, ruling->event.clock);
	bool waits_on = is != NULL && is->has_counted && is->counted >= was->due &&
		is->level == was->level && is->due > was->due;
	bool tells = tells_somebody(ruling, HANDOVER_KIND_ESCALATION) ||
		tells_somebody(ruling, HANDOVER_KIND_REMINDER) ||
		tells_somebody(ruling, HANDOVER_KIND_OFFER);

	if (is != NULL && is->due <= was->due)
		sim_broken(sim, "clock", "%s fires, and is due at once again",
			clock_name_name(was->clock));
	if (!tells && !waits_on && was->clock != CLOCK_NAME_T11)
		sim_broken(
			sim, "clock", "%s comes due and tells nobody", clock_name_name(was->clock));
}

static const struct pending *pending_of(const struct ruling *ruling)
{
	const struct clock_id *id = ruling->event.clock;
	const struct judge_client *subject = ruling->subject;

	for (size_t i = 0; i < subject->clocks_count; i++) {
		const struct clock_id *other = &subject->clocks[i].id;

		if (other->clock == id->clock && other->has_referral == id->has_referral &&
			memcmp(&other->referral, &id->referral, sizeof(id->referral)) == 0)
			return &subject->clocks[i];
	}
	return NULL;
}

/* No false alarm: without what was lost since it was armed, the desk had all its time. What is of
 * hours, or of a day that somebody named, is left out. That no edge is there is noticed after some
 * time, and a clock that comes due meanwhile loses so much; and who was alive while its time was
 * behind seems to have been away since then. */
static void check_not_early(struct sim *sim, const struct ruling *ruling, const struct clock *was)
{
	const struct pending *pending = pending_of(ruling);
	bool counts_days = ruling_ladders[was->clock].working_days > 0 &&
		was->clock != CLOCK_NAME_T0 && was->clock != CLOCK_NAME_T1;
	const struct handover_span span = {pending != NULL ? pending->armed : 0, was->due, true};
	int64_t had, lost;

	if (pending == NULL || !counts_days || was->level > 0 || ruling->handovers_count == 0)
		return;
	lost = judge_lost(sim->judge, ruling->event.client,
		ruling_desk(&ruling->before, ruling->event.clock, was->role), &span);
	had = calendar_working_ms(span.from, span.to) - lost;
	had += CLOCK_MINUTE_MS + sim->behind_most +
		HUB_NOTICE_MS * (int64_t)judge_silences(sim->judge, &span);
	if (had < calendar_working_ms(span.from, pending->due))
		sim_broken(sim, "clock", "%s tells, and the desk had %.1f hours less than its time",
			clock_name_name(was->clock),
			(double)(calendar_working_ms(span.from, pending->due) - had) /
				(double)CLOCK_HOUR_MS);
}

static void check_clock(struct sim *sim, const struct ruling *ruling)
{
	const struct clock_id *id = ruling->event.clock;
	const struct clock *was = ruling_clock(&ruling->before, id);
	struct clock_id first;
	int64_t due;

	if (was == NULL) {
		sim_broken(sim, "clock", "%s fires and is not armed", clock_name_name(id->clock));
		return;
	}
	if (was->due > sim->now + sim->ahead_most)
		sim_broken(sim, "clock", "%s fires before it is due", clock_name_name(id->clock));
	if (ruling->event.at != (was->due > ruling->last_at ? was->due : ruling->last_at))
		sim_broken(sim, "clock", "%s fires as of another time than it was due at",
			clock_name_name(id->clock));
	if (handover_next_due(&ruling->before, &due, &first) && due < was->due)
		sim_broken(sim, "clock", "%s fires before %s", clock_name_name(id->clock),
			clock_name_name(first.clock));
	check_told_by_clock(sim, ruling, was);
	check_not_early(sim, ruling, was);
}

/* What is due by then comes before a message, where no clock was ever wrong: routers stop theirs
 * then. */
static void check_passed_over(struct sim *sim, const struct ruling *ruling)
{
	struct clock_id first;
	int64_t due;

	if (sim->ahead_most == 0 && sim->behind_most == 0 &&
		handover_next_due(&ruling->before, &due, &first) && due <= ruling->event.at)
		sim_broken(sim, "clock", "a message comes before %s, which is due",
			clock_name_name(first.clock));
}

bool ruling_arms(const struct event *event, const struct clock_armed *armed)
{
	const struct clock_id *fired = event->clock;
	bool goes_on = fired != NULL && fired->clock == armed->clock &&
		fired->has_referral == armed->has_referral &&
		memcmp(&fired->referral, &armed->referral, sizeof(armed->referral)) == 0;

	return armed->level == 0 && !armed->has_counted && !goes_on;
}

static void check_armed(struct sim *sim, const struct ruling *ruling)
{
	for (size_t i = 0; i < ruling->event.armed_count; i++) {
		const struct clock_armed *armed = &ruling->event.armed[i];
		const struct ladder *ladder = &ruling_ladders[armed->clock];
		int64_t at = ruling->event.at;
		int64_t latest = ladder->days > 0
			? calendar_next_same_time(at, ladder->days)
			: calendar_add_working_days(at, ladder->working_days);

		if (ruling_arms(&ruling->event, armed) && armed->due > latest + sim->behind_most)
			sim_broken(sim, "clock", "%s is armed for later than its rule says",
				clock_name_name(armed->clock));
	}
}

static bool has_seen(const struct judge_client *subject, struct uuid message)
{
	for (size_t i = 0; i < HANDOVER_RECENT_MAX; i++)
		if (memcmp(&subject->recent[i], &message, sizeof(message)) == 0)
			return true;
	return false;
}

/* I10, I11, and of I12 that who is parked is applied in its turn only. */
static void check_answer(struct sim *sim, const struct ruling *ruling)
{
	const struct event *event = &ruling->event;
	const struct status_change *change = ruling->message.body_status_change;
	bool applied = event->result == RESULT_APPLIED;
	bool by_hub = bytes_equal_string(event->partner, "hub");
	bool is_parked = ruling->before.parked > ruling->before.redriven;

	if (applied && event->has_message && !by_hub && has_seen(ruling->subject, event->message))
		sim_broken(sim, "I10", "a message is applied again");
	if (applied && is_parked && event->clock == NULL &&
		ruling->intake->redrive != ruling->before.redriven + 1)
		sim_broken(sim, "I12", "a message overtakes what is parked");
	if (applied && ruling->is_readable && change != NULL && change->has_seen_version &&
		!by_hub) {
		const struct client_referral *referral =
			handover_referral(&ruling->before, change->referral);

		if (referral != NULL && change->seen_version < referral->version)
			sim_broken(sim, "I11", "what was decided on an old version is applied");
	}
}

/* I6 */
static void check_rejection(struct sim *sim, const struct ruling *ruling)
{
	const struct event *event = &ruling->event;
	const struct rejection *rejection = &ruling->rejection;
	bool wants = event->result == RESULT_REJECTED || event->result == RESULT_PARKED;

	if (wants != ruling->has_rejection)
		sim_broken(sim, "I6", "a Rejection is missing, or one too many");
	if (wants &&
		(rejection->owner.size == 0 || rejection->since != event->at ||
			rejection->code != event->code || rejection->text.size == 0 ||
			(!bytes_equal_string(rejection->owner, "ops") &&
				rules_desk(&sim->rules, rejection->owner) == NULL)))
		sim_broken(sim, "I6", "a Rejection has no reason, owner or age");
}

static int32_t last_number(const struct client *client, const struct handover *handover)
{
	const struct client_referral *referral = handover_referral(client, handover->referral);

	for (size_t i = 0; referral != NULL && i < referral->handovers_count; i++)
		if (bytes_equal(handover_desk(client, referral->handovers[i].desk), handover->desk))
			return referral->handovers[i].number;
	return 0;
}

/* Each follows the one before of the same desk and referral, in this Event or before it. */
static void check_told(struct sim *sim, const struct ruling *ruling)
{
	size_t listed = 0;

	for (size_t i = 0; i < ruling->handovers_count; i++) {
		const struct handover *handover = &ruling->handovers[i];
		int32_t last = last_number(&ruling->before, handover);

		for (size_t k = 0; k < i; k++)
			if (bytes_equal(ruling->handovers[k].desk, handover->desk) &&
				memcmp(&ruling->handovers[k].referral, &handover->referral,
					sizeof(handover->referral)) == 0)
				last = ruling->handovers[k].number;
		listed += handover->number > 0;
		if (handover->number > 0 && handover->number != last + 1)
			sim_broken(sim, "I19", "handover %d follows %d", handover->number, last);
		if (handover->number == 0 && handover->has_referral &&
			ruling->subject->record.size > 0 && last > 0)
			sim_broken(sim, "I19", "a handover has no number");
	}
	if (listed != ruling->event.handovers_count)
		sim_broken(sim, "I19", "the Event names other handovers than were written");
}

/* I15 */
static void check_sharing(struct sim *sim, const struct ruling *ruling)
{
	for (size_t i = 0; i < ruling->handovers_count; i++)
		if (ruling->after.consent == CONSENT_WITHDRAWN &&
			ruling->handovers[i].sealed != NULL)
			sim_broken(
				sim, "I15", "personal data goes out after consent was withdrawn");
}

static bool was_there(const struct ruling *ruling, struct bytes desk)
{
	const struct client *before = &ruling->before;
	int32_t since = calendar_date(ruling->event.at) - ROUND_DAYS;

	for (size_t i = 0; i < before->visited_count; i++)
		if (before->visited[i].date >= since &&
			bytes_equal(handover_desk(before, before->visited[i].desk), desk))
			return true;
	return false;
}

/* I16 */
static void check_round(struct sim *sim, const struct ruling *ruling)
{
	const struct event *event = &ruling->event;

	for (size_t i = 0; i < event->transitions_count; i++) {
		const struct transition *step = &event->transitions[i];

		if (step->has_from || step->after.kind != REFERRAL_KIND_TRANSFER ||
			!(bytes_equal_string(step->row, "1") ||
				bytes_equal_string(step->row, "1b")))
			continue;
		if (was_there(ruling, step->after.target) && step->after.escalation < COORDINATOR)
			sim_broken(sim, "I16",
				"a client is sent round, and the coordinator does not know");
	}
}

void ruling_check(struct sim *sim, const struct ruling *ruling)
{
	check_rejection(sim, ruling);
	if (ruling->client.data == NULL)
		return;
	check_version(sim, ruling);
	check_steps(sim, ruling);
	if (ruling->event.clock != NULL)
		check_clock(sim, ruling);
	else
		check_passed_over(sim, ruling);
	check_armed(sim, ruling);
	check_answer(sim, ruling);
	check_told(sim, ruling);
	check_sharing(sim, ruling);
	check_round(sim, ruling);
}

/* "APPLIED c3: 2 r5 OFFERED, 5 r5 ACCEPTED; OFFER wsp". */
void ruling_tell(struct sim *sim, const struct ruling *ruling)
{
	const struct event *event = &ruling->event;
	struct buffer line = {0};

	if (!sim->options.story)
		return;
	buffer_add_format(&line, "%s %s",
		event->clock != NULL ? clock_name_name(event->clock->clock)
				     : result_name(event->result),
		event->has_client ? sim_name(sim, 'c', event->client.data) : "nobody");
	if (event->has_parked || event->has_redriven)
		buffer_add_format(
			&line, " (%d)", event->has_parked ? event->parked : event->redriven);
	if (event->has_code)
		buffer_add_format(&line, " %s", rejection_code_name(event->code));
	if (event->text.size > 0)
		buffer_add_format(&line, ": %.*s", BYTES_ARG(event->text));
	for (size_t i = 0; i < event->transitions_count; i++) {
		const struct transition *step = &event->transitions[i];

		buffer_add_format(&line, ", %.*s %s %.*s to %.*s %s", BYTES_ARG(step->row),
			sim_name(sim, 'r', step->after.referral.data), BYTES_ARG(step->after.giver),
			BYTES_ARG(step->after.target), referral_state_name(step->after.state));
	}
	if (event->owner != NULL)
		buffer_add_format(&line, "; now of %.*s", BYTES_ARG(event->owner->new));
	if (event->has_status && event->status == CLIENT_STATUS_CLOSED)
		buffer_add_format(&line, "; closed, %.*s", BYTES_ARG(event->closing_reason));
	for (size_t i = 0; i < ruling->handovers_count; i++)
		buffer_add_format(&line, "%s%s %.*s", i == 0 ? "; tells " : ", ",
			handover_kind_name(ruling->handovers[i].kind),
			BYTES_ARG(ruling->handovers[i].desk));
	sim_tell(sim, "hub", "%s", buffer_string(&line));
	buffer_done(&line);
}
