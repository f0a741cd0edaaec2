/* steps - the invariants that one step of a client can break, beside those that its state shows. */
#include "tests/support/steps.h"

#include <string.h>

struct finder {
	const struct steps_step *step;
	void (*found)(void *context, const char *invariant, const char *text);
	void *context;
};

static void say(const struct finder *finder, bool broken, const char *invariant, const char *text)
{
	if (broken)
		finder->found(finder->context, invariant, text);
}

static bool same(struct uuid a, struct uuid b)
{
	return memcmp(a.data, b.data, sizeof(a.data)) == 0;
}

static bool is_open(enum referral_state state)
{
	return state <= REFERRAL_STATE_CANCEL_REQUESTED || state == REFERRAL_STATE_RETURNED;
}

static bool is_row(const struct transition *transition, const char *row)
{
	return bytes_equal_string(transition->row, row);
}

static bool is_on_offer(const struct client_referral *referral)
{
	return referral->kind == REFERRAL_KIND_TRANSFER && !referral->accepted &&
		is_open(referral->state);
}

static const struct clock *find(const struct clock *clocks, size_t count, enum clock_name name)
{
	for (size_t i = 0; i < count; i++)
		if (clocks[i].clock == name)
			return &clocks[i];
	return NULL;
}

/* Who has the client by this row; absent: it gives the client to nobody. */
static struct bytes new_owner(const struct transition *transition)
{
	static const struct {
		const char *row;
		bool to_target;
	} rows[] = {{"1", false}, {"1b", false}, {"5", true}, {"14", false}, {"17", false},
		{"21", false}, {"23", true}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (is_row(transition, rows[i].row))
			return rows[i].to_target ? transition->after.target
						 : transition->after.giver;
	return (struct bytes){0};
}

static bool goes_back(const struct transition *transition)
{
	return is_row(transition, "14") || is_row(transition, "17") || is_row(transition, "21");
}

static void check_change(const struct finder *finder, const struct owner_change *change)
{
	const struct client *before = finder->step->before, *after = finder->step->after;
	const struct event *event = finder->step->event;
	const struct transition *by = NULL;
	bool was_open = before->version > 0 && before->status == CLIENT_STATUS_OPEN;
	struct bytes old = was_open ? handover_desk(before, before->owner) : (struct bytes){0};

	for (size_t i = 0; i < event->transitions_count; i++)
		if (same(event->transitions[i].after.referral, change->via) &&
			new_owner(&event->transitions[i]).data != NULL)
			by = &event->transitions[i];
	say(finder, !bytes_equal(change->old, old), "I2",
		"the Event names another old desk than the one that had the client");
	say(finder,
		!bytes_equal(change->new, handover_desk(after, after->owner)) ||
			!same(change->via, after->owner_via),
		"I2", "the Event names another new desk or referral than the state");
	say(finder, by == NULL || !bytes_equal(new_owner(by), change->new), "I2",
		"responsibility moved by no row that moves it");
	say(finder, by != NULL && goes_back(by) && !same(before->owner_via, change->via), "I2",
		"responsibility went back by a referral that had not given it");
}

static void check_owner(const struct finder *finder)
{
	const struct client *before = finder->step->before, *after = finder->step->after;
	const struct event *event = finder->step->event;

	if (event->owner != NULL)
		check_change(finder, event->owner);
	else
		say(finder,
			!bytes_equal(handover_desk(before, before->owner),
				handover_desk(after, after->owner)) ||
				!same(before->owner_via, after->owner_via),
			"I2", "responsibility moved and the Event does not say so");
	say(finder, after->status == CLIENT_STATUS_OPEN && after->owner < 0, "I1",
		"the client is OPEN and no desk is responsible");
}

static void check_clock(const struct finder *finder, const struct transition *transition)
{
	bool ended = !is_open(transition->after.state) &&
		!(transition->has_from && transition->from == transition->after.state);

	say(finder, ended, "I7", "a clock ended a referral");
}

static void check_duty(const struct finder *finder, const struct transition *transition)
{
	const struct client *after = finder->step->after;
	const struct client_referral *referral =
		handover_referral(after, transition->after.referral);
	const struct clock *duty;
	bool returned, refused;

	if (referral == NULL || referral->state != transition->after.state ||
		referral->kind == REFERRAL_KIND_REQUEST ||
		(transition->has_from && transition->from == referral->state))
		return;
	returned = referral->state == REFERRAL_STATE_RETURNED;
	refused = referral->state == REFERRAL_STATE_DECLINED ||
		referral->state == REFERRAL_STATE_CANCELLED;
	if (!returned && !(refused && referral->giver == after->owner) &&
		!(refused && referral->kind == REFERRAL_KIND_TRANSFER && referral->accepted))
		return;
	duty = find(
		referral->clocks, referral->clocks_count, returned ? CLOCK_NAME_T2 : CLOCK_NAME_T4);
	say(finder, duty == NULL, "I8", "a refusal or return left no dated duty");
	say(finder, duty != NULL && returned && duty->role != ROLE_GIVER, "I8",
		"a return left its duty at another desk than the giver");
	say(finder, referral->giver < 0, "I8", "a refusal or return left its duty to nobody");
}

static void check_acceptance(const struct finder *finder, const struct transition *transition)
{
	const struct referral_after *accepted = &transition->after;
	const struct client *after = finder->step->after;
	const struct owner_change *owner = finder->step->event->owner;

	if (!is_row(transition, "5") || accepted->kind != REFERRAL_KIND_TRANSFER)
		return;
	say(finder, owner == NULL || !same(owner->via, accepted->referral), "I2",
		"a transfer was accepted and responsibility did not move by it");
	say(finder, owner != NULL && !bytes_equal(owner->old, accepted->giver), "I2",
		"a transfer was accepted that its giver could not give");
	for (size_t i = 0; accepted->group.size > 0 && i < after->referrals_count; i++)
		say(finder,
			is_on_offer(&after->referrals[i]) &&
				bytes_equal(after->referrals[i].group, accepted->group),
			"I9", "one of a group was accepted, and another one is still on offer");
}

static void check_opening(const struct finder *finder, const struct transition *transition)
{
	const struct client *after = finder->step->after;
	const struct client_referral *opened = handover_referral(after, transition->after.referral);

	if (transition->has_from || opened == NULL || !is_on_offer(opened))
		return;
	for (size_t i = 0; i < after->referrals_count; i++)
		say(finder,
			is_on_offer(&after->referrals[i]) &&
				!bytes_equal(after->referrals[i].group, opened->group),
			"G1", "the client is on offer in two groups at once");
}

static void check_transition(const struct finder *finder, const struct transition *transition)
{
	const struct referral_after *after = &transition->after;
	bool came_of_it = is_row(transition, "15") || is_row(transition, "18");

	if (finder->step->event->clock != NULL)
		check_clock(finder, transition);
	check_duty(finder, transition);
	check_acceptance(finder, transition);
	check_opening(finder, transition);
	say(finder, came_of_it && after->kind != REFERRAL_KIND_REQUEST && !after->accepted, "G5",
		"something came of a referral that nobody had accepted");
}

static int32_t desk_of(
	const struct client *client, const struct client_referral *referral, enum role role)
{
	if (role == ROLE_TARGET)
		return referral->target;
	if (role == ROLE_GIVER)
		return referral->giver;
	return role == ROLE_SENDER ? referral->sender : client->owner;
}

static void check_referral(const struct finder *finder, const struct client_referral *referral)
{
	const struct client *after = finder->step->after;

	for (size_t i = 0; i < referral->clocks_count; i++)
		say(finder, desk_of(after, referral, referral->clocks[i].role) < 0, "I3",
			"an armed clock names no desk that must act");
	say(finder, is_on_offer(referral) && referral->giver != after->owner, "I9",
		"a client is on offer from a desk that does not have it");
	say(finder,
		referral->kind == REFERRAL_KIND_REQUEST && is_open(referral->state) &&
			referral->target != after->owner,
		"1d", "a desk is asked for a client that it does not have");
}

static void check_state(const struct finder *finder)
{
	const struct client *after = finder->step->after;
	bool open = after->status == CLIENT_STATUS_OPEN;

	say(finder, open && find(after->clocks, after->clocks_count, CLOCK_NAME_T6) == NULL, "I4",
		"the client is OPEN and T6 is not armed");
	for (size_t i = 0; i < after->referrals_count; i++) {
		say(finder, !open && is_open(after->referrals[i].state), "I3",
			"the client is CLOSED and has an open referral");
		if (open)
			check_referral(finder, &after->referrals[i]);
	}
}

/* Consent that is withdrawn under a record that was merged away stops sharing in both. */
static bool says_nothing(const struct event *event)
{
	return event->transitions_count == 0 && event->armed_count == 0 &&
		event->stopped_count == 0 && event->owner == NULL && !event->has_status &&
		!(event->has_consent && event->result != RESULT_FORWARDED) && !event->has_merging &&
		event->next_action == NULL;
}

void steps_check(const struct steps_step *step,
	void (*found)(void *context, const char *invariant, const char *text), void *context)
{
	struct finder finder = {.step = step, .found = found, .context = context};
	const struct event *event = step->event;

	say(&finder, event->result != RESULT_APPLIED && !says_nothing(event), "refused",
		"what was not applied changed something");
	say(&finder, event->clock != NULL && (event->has_status || event->owner != NULL), "I7",
		"a clock opened, closed or moved a client");
	check_owner(&finder);
	for (size_t i = 0; i < event->transitions_count; i++)
		check_transition(&finder, &event->transitions[i]);
	check_state(&finder);
}

static bool is_on_client(enum action action)
{
	return action == ACTION_ASSIGN || action == ACTION_CLOSE || action == ACTION_SIGN_OF_LIFE ||
		action == ACTION_WITHDRAW_CONSENT || action == ACTION_MERGE ||
		action == ACTION_ENTERED_IN_ERROR;
}

static bool can_act(const struct client *client, const struct client_referral *referral,
	struct bytes desk, const struct rules *rules)
{
	enum action legal[ACTION_COUNT];
	size_t count = handover_actions(client, referral, desk, rules, legal);

	for (size_t i = 0; i < count; i++)
		if (!is_on_client(legal[i]))
			return true;
	return false;
}

/* The duty that a refusal leaves is done by a new referral or by an action on the client; who is
 * asked what became of a referral amends it. */
static bool is_done_elsewhere(const struct clock *clock)
{
	return clock->role == ROLE_HUB || clock->clock == CLOCK_NAME_T4;
}

void steps_check_asked(const struct client *client, const struct rules *rules,
	void (*found)(void *context, const char *invariant, const char *text), void *context)
{
	for (size_t i = 0; i < client->referrals_count; i++) {
		const struct client_referral *referral = &client->referrals[i];

		for (size_t c = 0; c < referral->clocks_count; c++) {
			const struct clock *clock = &referral->clocks[c];
			int32_t desk = desk_of(client, referral, clock->role);

			if (!is_done_elsewhere(clock) &&
				!can_act(client, referral, handover_desk(client, desk), rules))
				found(context, "asked",
					"a clock asks a desk that can do nothing about it");
		}
	}
}
