/* invariants - what must hold of one client at every moment. */
#include "hub/handover/state/invariants.h"

#include <stdio.h>

#include "hub/handover/clock/clocks.h"
#include "hub/handover/clock/escalation.h"

void invariants_say(const struct invariants_finder *finder, bool broken, const char *invariant,
	const char *text)
{
	char line[256], id[37];

	if (!broken)
		return;
	if (finder->referral == NULL) {
		finder->found(finder->context, invariant, text);
		return;
	}
	bytes_to_uuid(finder->referral->data, id);
	(void)snprintf(line, sizeof(line), "referral %s: %s", id, text);
	finder->found(finder->context, invariant, line);
}

/* Whom the referral that gave the client gave it to. After a CLOSE or a cancel it may be either: it
 * went back, or the giver could not have it any more. */
static bool fits_owner(const struct referral_after *via, struct bytes owner)
{
	bool to_target = bytes_equal(owner, via->target), to_giver = bytes_equal(owner, via->giver);

	if (via->kind != REFERRAL_KIND_TRANSFER || !via->accepted)
		return to_giver;
	if (decider_is_open(via->state) || via->state == REFERRAL_STATE_COMPLETED)
		return to_target;
	return to_target || to_giver;
}

static void check_owner(struct decider *d, const struct invariants_finder *finder)
{
	const struct rules_desk *desk = rules_desk(d->rules, d->owner);
	const struct referral_after *via = decider_find(d, d->owner_via);

	invariants_say(finder, d->owner.data == NULL, "I1",
		"the client is OPEN and no desk is responsible");
	invariants_say(finder, d->owner.data != NULL && desk == NULL, "I13",
		"the responsible desk is not in config any more");
	invariants_say(
		finder, desk != NULL && !desk->active, "I1", "the responsible desk is not active");
	invariants_say(finder, d->owner.data != NULL && via == NULL, "I2",
		"the referral that gave responsibility is none of the client's");
	invariants_say(finder, d->owner.data != NULL && via != NULL && !fits_owner(via, d->owner),
		"I2", "another desk is responsible than the referral that gave it says");
}

static bool has_clock(const struct decider *d, const struct referral_after *referral)
{
	for (size_t i = 0; i < d->clocks_count; i++)
		if (d->clocks[i].has_referral &&
			decider_same(d->clocks[i].referral, referral->referral))
			return true;
	return false;
}

static const struct clock_armed *find_clock(
	const struct decider *d, enum clock_name name, const struct referral_after *referral)
{
	for (size_t i = 0; i < d->clocks_count; i++)
		if (d->clocks[i].clock == name && d->clocks[i].has_referral &&
			decider_same(d->clocks[i].referral, referral->referral))
			return &d->clocks[i];
	return NULL;
}

/* T6 of the client stands for the referral by which its desk has it. */
static bool asks_for_life(const struct decider *d)
{
	return clocks_runs(d, CLOCK_NAME_T6, NULL);
}

static void check_clocks_of(const struct decider *d, const struct referral_after *referral,
	const struct invariants_finder *finder)
{
	for (size_t i = 0; i < d->clocks_count; i++) {
		const struct clock_armed *clock = &d->clocks[i];

		if (clock->has_referral && decider_same(clock->referral, referral->referral))
			invariants_say(finder,
				escalation_desk(d, referral, clock->role).data == NULL, "I3",
				"an armed clock names no desk that must act");
	}
}

/* G1 keeps all that is on offer in one group. */
static void check_offer(const struct decider *d, const struct referral_after *referral,
	const struct invariants_finder *finder)
{
	if (!decider_is_undecided_transfer(referral))
		return;
	invariants_say(finder, !bytes_equal(referral->giver, d->owner), "I9",
		"it is on offer from a desk that does not have the client");
	for (const struct referral_after *other = d->referrals; other < referral; other++)
		invariants_say(finder,
			decider_is_undecided_transfer(other) &&
				!bytes_equal(other->group, referral->group),
			"G1", "the client is on offer in two groups at once");
}

static void check_open_referral(const struct decider *d, const struct referral_after *referral,
	const struct invariants_finder *finder)
{
	bool transfer = referral->kind == REFERRAL_KIND_TRANSFER;
	bool gave = decider_same(referral->referral, d->owner_via);
	const struct clock_armed *decision = find_clock(d, CLOCK_NAME_T2, referral);
	bool returned = referral->state == REFERRAL_STATE_RETURNED;

	invariants_say(finder,
		!has_clock(d, referral) &&
			!(transfer && referral->accepted && gave && asks_for_life(d)),
		"I3", "it is open and has no armed clock");
	invariants_say(finder, returned && (decision == NULL || decision->role != ROLE_GIVER), "I8",
		"it was returned and leaves its giver no dated duty");
	invariants_say(finder, transfer && referral->accepted && !gave, "I9",
		"it is accepted and running, and another one gave the present desk the client");
	invariants_say(finder,
		referral->kind == REFERRAL_KIND_REQUEST && !bytes_equal(referral->target, d->owner),
		"1d", "it asks a desk for a client that it does not have");
	check_offer(d, referral, finder);
}

static void check_closed(struct decider *d, const struct invariants_finder *finder)
{
	invariants_say(finder, d->clocks_count > (clocks_runs(d, CLOCK_NAME_T11, NULL) ? 1 : 0),
		"I3", "the client is CLOSED and a clock other than T11 is armed");
	for (size_t i = 0; i < d->referrals_count; i++)
		invariants_say(finder, decider_is_open(d->referrals[i].state), "I3",
			"the client is CLOSED and has an open referral");
}

static void check_next_action(const struct decider *d, const struct invariants_finder *finder)
{
	const struct client *client = d->client;
	struct clock_id which;
	int64_t due = 0;
	bool runs = handover_next_due(client, &due, &which); /* T6 does, else that is found */

	invariants_say(finder, client->duty_desk < 0, "I4", "the client has no next action");
	invariants_say(finder, runs && client->duty_desk >= 0 && client->duty_due != due, "I4",
		"the next action has another date than the clock that comes due first");
	invariants_say(finder, !asks_for_life(d), "I4",
		"the client is OPEN and nobody is asked for a sign of life: T6 is not armed");
}

void handover_invariants(const struct client *client, const struct rules *rules,
	void (*found)(void *context, const char *invariant, const char *text), void *context)
{
	struct invariants_finder finder = {.found = found, .context = context};
	struct decider d;

	decider_look(&d, client, rules);
	invariants_say(&finder, client->redriven > client->parked, "I12",
		"more messages were redriven than parked");
	if (d.status == CLIENT_STATUS_CLOSED) {
		check_closed(&d, &finder);
		return;
	}
	invariants_say(&finder, clocks_runs(&d, CLOCK_NAME_T11, NULL), "I3",
		"the client is OPEN and T11 of a closed one is armed");
	check_owner(&d, &finder);
	check_next_action(&d, &finder);
	for (size_t i = 0; i < d.referrals_count; i++) {
		finder.referral = &d.referrals[i].referral;
		check_clocks_of(&d, &d.referrals[i], &finder);
		if (decider_is_open(d.referrals[i].state))
			check_open_referral(&d, &d.referrals[i], &finder);
	}
}
