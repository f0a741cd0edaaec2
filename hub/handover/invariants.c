/* invariants - the invariants that one client can show. */
#include "hub/handover/clocks.h"

struct finder {
	void (*found)(void *context, const char *invariant, const char *text);
	void *context;
};

static void say(const struct finder *finder, bool broken, const char *invariant, const char *text)
{
	if (broken)
		finder->found(finder->context, invariant, text);
}

static void check_owner(const struct decider *d, const struct finder *finder)
{
	const struct rules_desk *desk = rules_desk(d->rules, d->owner);

	say(finder, d->owner.data == NULL, "I1", "the client is OPEN and no desk is responsible");
	say(finder, d->owner.data != NULL && desk == NULL, "I13",
		"the responsible desk is not in config any more");
	say(finder, desk != NULL && !desk->active, "I1", "the responsible desk is not active");
}

static bool has_clock(const struct decider *d, const struct referral_after *referral)
{
	for (size_t i = 0; i < d->clocks_count; i++)
		if (d->clocks[i].has_referral &&
			decider_same(d->clocks[i].referral, referral->referral))
			return true;
	return false;
}

/* T6 of the client stands for the referral by which its desk has it. */
static bool asks_for_life(const struct decider *d)
{
	return clocks_runs(d, CLOCK_NAME_T6, NULL);
}

static void check_referral(
	const struct decider *d, const struct referral_after *referral, const struct finder *finder)
{
	bool open = decider_is_open(referral->state);
	bool transfer = referral->kind == REFERRAL_KIND_TRANSFER;

	bool has_client =
		transfer && referral->accepted && decider_same(referral->referral, d->owner_via);

	say(finder, open && !has_clock(d, referral) && !(has_client && asks_for_life(d)), "I3",
		"an open referral has no armed clock");
	say(finder,
		referral->state == REFERRAL_STATE_RETURNED &&
			!clocks_runs(d, CLOCK_NAME_T2, referral),
		"I8", "a returned referral leaves its giver no dated duty");
	say(finder,
		open && transfer && referral->accepted &&
			!decider_same(referral->referral, d->owner_via),
		"I9",
		"a transfer is accepted and running, and another one gave the present desk the "
		"client");
}

void handover_invariants(const struct client *client, const struct rules *rules,
	void (*found)(void *context, const char *invariant, const char *text), void *context)
{
	struct finder finder = {.found = found, .context = context};
	struct clock_id which;
	struct decider d;
	int64_t due = 0;

	decider_look(&d, client, rules);
	say(&finder, client->redriven > client->parked, "I12",
		"more messages were redriven than parked");
	if (d.status == CLIENT_STATUS_CLOSED) {
		say(&finder, d.clocks_count > (clocks_runs(&d, CLOCK_NAME_T11, NULL) ? 1 : 0), "I3",
			"the client is CLOSED and a clock other than T11 is armed");
		return;
	}
	say(&finder, clocks_runs(&d, CLOCK_NAME_T11, NULL), "I3",
		"the client is OPEN and T11 of a closed one is armed");
	check_owner(&d, &finder);
	say(&finder, client->duty_desk < 0, "I4", "the client has no next action");
	say(&finder, !handover_next_due(client, &due, &which), "I4",
		"the client has no armed clock");
	for (size_t i = 0; i < d.referrals_count; i++)
		check_referral(&d, &d.referrals[i], &finder);
}
