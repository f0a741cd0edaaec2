/* guard - when a step that its row and state allow may still not be taken, or takes another way.
 */
#include "hub/handover/row/guard.h"

#include <string.h>

#include "hub/handover/clock/escalation.h"

static bool may_hold(const struct rules *rules, struct bytes desk)
{
	const struct rules_desk *found = rules_desk(rules, desk);

	return found != NULL && found->active && found->holds;
}

/* Of a request: whether the owner could pass the client on. */
static const char *may_pass_on(const struct decider *d, struct bytes desk)
{
	if (bytes_equal(desk, d->owner))
		return NULL;
	if (!may_hold(d->rules, desk))
		return "the desk that is wished may not hold clients any more: decline";
	if (!decider_has_room(d))
		return "the client has too many open referrals: end some first";
	return NULL;
}

/* Accept, and refer on in the same write. */
static const char *may_forward(
	const struct decider *d, const struct referral_after *referral, struct bytes desk)
{
	if (bytes_equal(desk, referral->target))
		return "this desk cannot refer the client on to itself: name another desk";
	if (!may_hold(d->rules, desk))
		return "the desk in to_desk may not hold clients: name another one";
	if (!decider_has_room(d))
		return "the client has too many open referrals: end some first";
	return NULL;
}

const char *guard_accept(const struct decider *d, const struct referral_after *referral)
{
	bool forwards = d->change != NULL && d->change->action == ACTION_ACCEPT &&
		d->change->to_desk.data != NULL;

	if (forwards && referral->kind != REFERRAL_KIND_TRANSFER)
		return "only who becomes responsible can refer the client on: leave to_desk out";
	if (referral->kind == REFERRAL_KIND_REQUEST)
		return may_pass_on(d, referral->wished);
	if (referral->kind == REFERRAL_KIND_TRANSFER && !may_hold(d->rules, referral->target))
		return "this desk may not hold clients any more: decline";
	return forwards ? may_forward(d, referral, d->change->to_desk) : NULL;
}

const char *guard_decline(const struct decider *d, const struct referral_after *referral)
{
	if (referral->kind != REFERRAL_KIND_REQUEST &&
		escalation_is_entry_desk(d, referral->target))
		return "the entry desk may forward but not decline: the service is for everyone";
	return NULL;
}

const char *guard_open(const struct decider *d, const struct referral_after *referral)
{
	(void)referral;
	return d->status == CLIENT_STATUS_OPEN ? NULL : "the client is closed";
}

const char *guard_close(const struct decider *d, const struct referral_after *referral)
{
	(void)referral;
	if (d->status == CLIENT_STATUS_CLOSED)
		return "the client is closed already";
	for (size_t i = 0; i < d->referrals_count; i++)
		if (decider_is_open(d->referrals[i].state))
			return "the client has an open referral: complete or cancel it first";
	if (d->merging)
		return "a merge is under way";
	return NULL;
}

const char *guard_merge(const struct decider *d, const struct referral_after *referral)
{
	const struct status_change *change = d->change;

	if (d->merging)
		return "a merge is under way";
	if (change != NULL && change->action == ACTION_MERGE &&
		memcmp(change->other_client.data, d->client->client.data,
			sizeof(change->other_client.data)) == 0)
		return "both referrals are of this client already";
	return guard_open(d, referral);
}

const char *guard_outcome(const struct decider *d, const struct referral_after *referral)
{
	return guard_g5(d, referral)
		? NULL
		: "it was never accepted, so nothing can have come of it: confirm the cancel";
}

bool guard_can_go_back(const struct decider *d, const struct referral_after *referral)
{
	return guard_g4(d, referral) && may_hold(d->rules, referral->giver);
}

const char *guard_take_back(const struct decider *d, const struct referral_after *referral)
{
	if (guard_g4(d, referral) && !guard_can_go_back(d, referral))
		return "this desk may not hold clients any more: ask the regional coordinator";
	return NULL;
}

const char *guard_dispute(const struct decider *d, const struct referral_after *referral)
{
	bool is_service = referral->kind == REFERRAL_KIND_SERVICE;

	if (referral->disputed)
		return "the outcome was disputed once: the coordinator decides";
	if (d->status != CLIENT_STATUS_OPEN)
		return "the client is closed";
	if (!is_service && !guard_g4(d, referral))
		return "another desk has the client by now: refer anew";
	return NULL;
}

const char *guard_assign(const struct decider *d, const struct referral_after *referral)
{
	if (d->change == NULL || d->change->action != ACTION_ASSIGN)
		return guard_open(d, referral);
	if (!may_hold(d->rules, d->change->to_desk))
		return "that desk may not hold clients: name another one";
	if (bytes_equal(d->change->to_desk, d->owner))
		return "that desk is responsible already";
	if (!decider_has_room(d))
		return "the client has too many open referrals: end some first";
	return guard_open(d, referral);
}

bool guard_g1(const struct decider *d, struct bytes group)
{
	for (size_t i = 0; i < d->referrals_count; i++) {
		const struct referral_after *other = &d->referrals[i];

		if (decider_is_undecided_transfer(other) &&
			!(group.size > 0 && bytes_equal(other->group, group)))
			return false;
	}
	return true;
}

bool guard_g2(const struct decider *d, const struct referral_after *referral)
{
	return referral->kind != REFERRAL_KIND_TRANSFER || bytes_equal(d->owner, referral->giver);
}

bool guard_g3_recalls(const struct decider *d, const struct referral_after *other)
{
	(void)d;
	return decider_is_undecided_transfer(other);
}

bool guard_g3_completes(
	const struct decider *d, const struct referral_after *other, struct uuid given_by)
{
	(void)d;
	return decider_same(other->referral, given_by) && other->kind == REFERRAL_KIND_TRANSFER &&
		other->accepted && decider_is_open(other->state);
}

bool guard_g4(const struct decider *d, const struct referral_after *referral)
{
	return d->status == CLIENT_STATUS_OPEN && referral->kind == REFERRAL_KIND_TRANSFER &&
		referral->accepted && decider_same(d->owner_via, referral->referral);
}

bool guard_g5(const struct decider *d, const struct referral_after *referral)
{
	(void)d;
	return referral->accepted;
}

bool guard_g6_recalls(const struct decider *d, const struct referral_after *other)
{
	(void)d;
	return decider_is_undecided_transfer(other);
}

bool guard_g6_completes(const struct decider *d, const struct referral_after *other)
{
	return guard_g3_completes(d, other, d->owner_via);
}
