/* invariants_step - what must hold of each step of a client, beside what its state shows. */
#include <string.h>

#include "hub/base/calendar.h"
#include "hub/handover/clock/escalation.h"
#include "hub/handover/state/invariants.h"

/* Who has the client by this row; absent: it gives the client to nobody. */
static struct bytes new_owner(const struct transition *transition)
{
	static const struct {
		const char *row;
		bool to_target;
	} rows[] = {{"1", false}, {"1b", false}, {"5", true}, {"14", false}, {"17", false},
		{"21", false}, {"23", true}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (bytes_equal_string(transition->row, rows[i].row))
			return rows[i].to_target ? transition->after.target
						 : transition->after.giver;
	return (struct bytes){0};
}

static bool is_row(const struct transition *transition, const char *row)
{
	return bytes_equal_string(transition->row, row);
}

static bool goes_back(const struct transition *transition)
{
	return is_row(transition, "14") || is_row(transition, "17") || is_row(transition, "21");
}

/* The row by which responsibility moved; NULL: none does. */
static const struct transition *find_move(
	const struct event *event, const struct owner_change *change)
{
	const struct transition *by = NULL;

	for (size_t i = 0; i < event->transitions_count; i++)
		if (decider_same(event->transitions[i].after.referral, change->via) &&
			new_owner(&event->transitions[i]).data != NULL)
			by = &event->transitions[i];
	return by;
}

static struct bytes owner_of(const struct client *client)
{
	bool is_open = client->version > 0 && client->status == CLIENT_STATUS_OPEN;

	return is_open ? handover_desk(client, client->owner) : (struct bytes){0};
}

static void check_change(const struct handover_step *step, const struct invariants_finder *finder)
{
	const struct owner_change *change = step->event->owner;
	const struct transition *by = find_move(step->event, change);

	invariants_say(finder, by == NULL || !bytes_equal(new_owner(by), change->new), "I2",
		"responsibility moved by no row that moves it");
	if (step->before == NULL)
		return;
	invariants_say(finder, !bytes_equal(change->old, owner_of(step->before)), "I2",
		"the Event names another old desk than the one that had the client");
	invariants_say(finder,
		!bytes_equal(change->new, handover_desk(step->after, step->after->owner)) ||
			!decider_same(change->via, step->after->owner_via),
		"I2", "the Event names another new desk or referral than the state");
	invariants_say(finder,
		by != NULL && goes_back(by) && !decider_same(step->before->owner_via, change->via),
		"I2", "responsibility went back by a referral that had not given it");
}

static void check_move(const struct handover_step *step, const struct invariants_finder *finder)
{
	const struct client *before = step->before, *after = step->after;

	if (step->event->owner != NULL)
		check_change(step, finder);
	else if (before != NULL)
		invariants_say(finder,
			!bytes_equal(handover_desk(before, before->owner),
				handover_desk(after, after->owner)) ||
				!decider_same(before->owner_via, after->owner_via),
			"I2", "responsibility moved and the Event does not say so");
}

/* referral NULL: of the client itself. */
static const struct clock *find_clock(
	const struct client *client, const struct client_referral *referral, enum clock_name name)
{
	const struct clock *clocks = referral != NULL ? referral->clocks : client->clocks;
	size_t count = referral != NULL ? referral->clocks_count : client->clocks_count;

	for (size_t i = 0; i < count; i++)
		if (clocks[i].clock == name)
			return &clocks[i];
	return NULL;
}

static const struct clock *find_fired(const struct client *client, const struct clock_id *id)
{
	const struct client_referral *referral =
		id->has_referral ? handover_referral(client, id->referral) : NULL;

	return id->has_referral && referral == NULL ? NULL
						    : find_clock(client, referral, id->clock);
}

/* Consent that is withdrawn under a record that was merged away stops sharing in both. */
static bool says_nothing(const struct event *event)
{
	return event->transitions_count == 0 && event->armed_count == 0 &&
		event->stopped_count == 0 && event->owner == NULL && !event->has_status &&
		!(event->has_consent && event->result != RESULT_FORWARDED) && !event->has_merging &&
		event->next_action == NULL;
}

static bool leaves_duty(const struct client *client, const struct client_referral *referral)
{
	bool refused = referral->state == REFERRAL_STATE_DECLINED ||
		referral->state == REFERRAL_STATE_CANCELLED;

	if (referral->kind == REFERRAL_KIND_REQUEST || !refused)
		return false;
	return referral->giver == client->owner ||
		(referral->kind == REFERRAL_KIND_TRANSFER && referral->accepted);
}

/* That of a RETURNED one its state shows. */
static void check_duty(const struct handover_step *step, const struct transition *transition,
	const struct invariants_finder *finder)
{
	const struct client_referral *referral =
		handover_referral(step->after, transition->after.referral);

	if (referral == NULL || referral->state != transition->after.state ||
		(transition->has_from && transition->from == referral->state))
		return;
	invariants_say(finder,
		leaves_duty(step->after, referral) &&
			find_clock(step->after, referral, CLOCK_NAME_T4) == NULL,
		"I8", "it was refused and leaves no dated duty");
}

static void check_acceptance(const struct handover_step *step, const struct transition *transition,
	const struct invariants_finder *finder)
{
	const struct referral_after *accepted = &transition->after;
	const struct owner_change *owner = step->event->owner;

	if (!is_row(transition, "5") || accepted->kind != REFERRAL_KIND_TRANSFER)
		return;
	invariants_say(finder, owner == NULL || !decider_same(owner->via, accepted->referral), "I2",
		"it was accepted and responsibility did not move by it");
	invariants_say(finder, owner != NULL && !bytes_equal(owner->old, accepted->giver), "I2",
		"it was accepted and its giver could not give the client");
}

static void check_transition(const struct handover_step *step, const struct transition *transition,
	const struct invariants_finder *finder)
{
	const struct referral_after *after = &transition->after;
	bool moves = !(transition->has_from && transition->from == after->state);
	bool came_of_it = is_row(transition, "15") || is_row(transition, "18");

	invariants_say(finder,
		step->event->clock != NULL && moves && !decider_is_open(after->state), "I7",
		"a clock ended it");
	invariants_say(finder,
		came_of_it && after->kind != REFERRAL_KIND_REQUEST && !after->accepted, "G5",
		"something came of it that nobody had accepted");
	check_acceptance(step, transition, finder);
	if (step->after != NULL)
		check_duty(step, transition, finder);
}

/* As the core does it: the desks that were asked in the last 60 days are in the state before. */
static void check_round(const struct handover_step *step, const struct transition *transition,
	const struct invariants_finder *finder)
{
	const struct referral_after *opened = &transition->after;
	bool by_sender = is_row(transition, "1") && opened->kind == REFERRAL_KIND_TRANSFER;

	if (transition->has_from || (!by_sender && !is_row(transition, "1b")) ||
		step->before->visited_count == 0 || opened->escalation >= ESCALATION_COORDINATOR)
		return;
	invariants_say(finder,
		escalation_sent_round(
			step->before, calendar_date(step->event->at), opened->target) != NULL,
		"I16", "the client is sent round, and the coordinator was not told at once");
}

/* So none fires twice: what fired runs no more, or to a later date. */
static void check_fired(const struct handover_step *step, const struct invariants_finder *finder)
{
	const struct event *event = step->event;
	const struct clock *before, *after;

	if (event->clock == NULL)
		return;
	before = find_fired(step->before, event->clock);
	after = find_fired(step->after, event->clock);
	invariants_say(finder, before == NULL || before->due > event->at, "I3",
		"a clock fired that did not run, or before its time");
	invariants_say(finder, before != NULL && after != NULL && after->due <= before->due, "I3",
		"a clock fired and still runs to the same date");
}

static bool is_stale(const struct status_change *change, const struct client_referral *referral,
	int64_t occurred_at, const struct client *client)
{
	struct bytes desk = change->actor.desk;

	if (change->has_seen_version)
		return change->seen_version < referral->version;
	if (desk.data != NULL && bytes_equal(desk, handover_desk(client, referral->target)))
		return occurred_at < referral->target_at;
	return desk.data != NULL && bytes_equal(desk, handover_desk(client, referral->sender)) &&
		occurred_at < referral->sender_at;
}

/* A repeat under an id that is remembered is none but a repeat, and another message no repeat. A
 * referral whose reference the hub made from its content is compared with the referral instead. */
static void check_repeat(const struct handover_step *step, const struct invariants_finder *finder)
{
	const struct message *message = step->message;
	const struct client *before = step->before;
	enum result result = step->event->result;

	if (message->derived_reference && message->body_referral != NULL)
		return;
	for (size_t i = 0; i < before->recent_count; i++) {
		const struct recent *recent = &before->recent[i];
		bool same = memcmp(recent->digest.data, message->digest.data,
				    sizeof(recent->digest.data)) == 0;

		if (memcmp(recent->id.data, message->id.data, sizeof(recent->id.data)) != 0)
			continue;
		invariants_say(finder,
			result == RESULT_APPLIED || (same && result == RESULT_REJECTED), "I10",
			"a message that was applied before was not taken for a repeat");
		invariants_say(finder, !same && result == RESULT_DUPLICATE, "I10",
			"a message was taken for a repeat of another one");
	}
}

/* What the desk did not see, or knew later, it cannot have decided about. */
static void check_stale(const struct handover_step *step, const struct invariants_finder *finder)
{
	const struct message *message = step->message;
	const struct referral *body = message->body_referral;
	const struct status_change *change = message->body_status_change;
	const struct client_referral *referral = NULL;
	bool is_old;

	if (body != NULL && body->has_referral)
		referral = handover_referral(step->before, body->referral);
	else if (change != NULL && change->has_referral)
		referral = handover_referral(step->before, change->referral);
	if (referral == NULL || step->event->result != RESULT_APPLIED)
		return;
	is_old = body != NULL ? message->occurred_at < referral->sender_at
			      : is_stale(change, referral, message->occurred_at, step->before);
	invariants_say(finder, is_old, "I11", "a stale update was applied");
}

static void check_message(const struct handover_step *step, const struct invariants_finder *finder)
{
	if (step->message == NULL || bytes_equal_string(step->message->partner, "hub"))
		return;
	check_repeat(step, finder);
	check_stale(step, finder);
}

/* Nothing that is counted or dated goes back. */
static void check_versions(const struct handover_step *step, struct invariants_finder *finder)
{
	const struct client *before = step->before, *after = step->after;

	invariants_say(finder,
		after->version != before->version && after->version != before->version + 1, "I11",
		"the client's version does not follow the one before");
	for (size_t i = 0; i < before->referrals_count; i++) {
		const struct client_referral *was = &before->referrals[i];
		const struct client_referral *is = handover_referral(after, was->referral);

		finder->referral = &was->referral;
		invariants_say(finder,
			is != NULL &&
				(is->version < was->version || is->sender_at < was->sender_at),
			"I11", "it went back to an older version");
	}
	finder->referral = NULL;
}

static bool is_unreadable(const struct event *event)
{
	return event->has_code &&
		(event->code == REJECTION_CODE_UNREADABLE ||
			event->code == REJECTION_CODE_NO_SCHEMA);
}

/* Whether what came while the client was parked went to its queue, or out of it in its turn. */
static bool keeps_queue(const struct client *before, const struct event *event)
{
	if (event->has_parked && event->parked != before->parked + 1)
		return false;
	if (event->has_redriven &&
		(event->redriven != before->redriven + 1 || event->redriven > before->parked))
		return false;
	if (before->parked == before->redriven)
		return event->result != RESULT_PARKED &&
			(!event->has_parked || is_unreadable(event));
	return event->has_parked || event->has_redriven || event->result == RESULT_DUPLICATE ||
		is_unreadable(event);
}

static void check_order(const struct handover_step *step, const struct invariants_finder *finder)
{
	const struct client *before = step->before, *after = step->after;
	const struct event *event = step->event;

	invariants_say(finder,
		after->applied != (event->has_offset ? event->offset : before->applied), "I12",
		"it is not known how far the client's messages were read");
	if (!event->has_offset)
		return;
	invariants_say(finder, before->version > 0 && event->offset <= before->applied, "I12",
		"a message was decided after a later one");
	invariants_say(finder, !keeps_queue(before, event), "I12",
		"a message was decided outside of the order that parking keeps");
}

static int32_t number_of(
	const struct client *client, const struct client_referral *referral, struct bytes desk)
{
	for (size_t i = 0; i < referral->handovers_count; i++)
		if (bytes_equal(handover_desk(client, referral->handovers[i].desk), desk))
			return referral->handovers[i].number;
	return 0;
}

/* Those of one Event are in order, and the state keeps the last. 0: there was no room to count. */
static void check_numbers(const struct handover_step *step, struct invariants_finder *finder)
{
	const struct event *event = step->event;

	for (size_t i = 0; i < event->handovers_count; i++) {
		const struct handover_id *told = &event->handovers[i];
		const struct client_referral *was = handover_referral(step->before, told->referral);
		int32_t last = was != NULL ? number_of(step->before, was, told->desk) : 0;

		for (size_t j = 0; j < i; j++)
			if (decider_same(event->handovers[j].referral, told->referral) &&
				bytes_equal(event->handovers[j].desk, told->desk))
				last = event->handovers[j].number;
		finder->referral = &told->referral;
		invariants_say(finder, told->number != 0 && told->number != last + 1, "I19",
			"the numbers of what a desk is told about it have a gap");
	}
	finder->referral = NULL;
}

static bool is_nobody(struct pseudonym client)
{
	return memcmp(client.data, (uint8_t[sizeof(client.data)]){0}, sizeof(client.data)) == 0;
}

static bool opens_referral(const struct event *event)
{
	for (size_t i = 0; i < event->transitions_count; i++)
		if (!event->transitions[i].has_from)
			return true;
	return false;
}

static void check_event(const struct handover_step *step, const struct invariants_finder *finder)
{
	const struct event *event = step->event;
	bool by_hub = bytes_equal_string(event->partner, "hub");

	invariants_say(finder, event->result != RESULT_APPLIED && !says_nothing(event), "I11",
		"what was not applied changed something");
	invariants_say(finder, event->clock != NULL && (event->has_status || event->owner != NULL),
		"I7", "a clock opened, closed or moved the client");
	invariants_say(finder,
		event->has_consent && event->consent != CONSENT_WITHDRAWN && !opens_referral(event),
		"I15", "consent was given by no new referral");
	invariants_say(finder, event->has_merging && !is_nobody(event->merging) && by_hub, "I17",
		"a merge began that no person asked for");
	invariants_say(finder, event->has_merged_into && !by_hub, "I17",
		"the client was merged into another one that did not ask for it");
}

void handover_step_invariants(const struct handover_step *step,
	void (*found)(void *context, const char *invariant, const char *text), void *context)
{
	struct invariants_finder finder = {.found = found, .context = context};
	const struct event *event = step->event;

	check_event(step, &finder);
	check_move(step, &finder);
	for (size_t i = 0; i < event->transitions_count; i++) {
		finder.referral = &event->transitions[i].after.referral;
		check_transition(step, &event->transitions[i], &finder);
		if (step->before != NULL)
			check_round(step, &event->transitions[i], &finder);
	}
	finder.referral = NULL;
	if (step->before == NULL || !event->has_client)
		return;
	check_fired(step, &finder);
	check_message(step, &finder);
	check_versions(step, &finder);
	check_order(step, &finder);
	check_numbers(step, &finder);
}
