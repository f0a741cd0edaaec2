/* needs - what an action must bring along, and the guards that say why it may not be. */
#include "hub/handover/act.h"
#include "hub/handover/escalation.h"

#define FIELD(name) "body.StatusChange." name

static struct table_need need(bool missing, const char *field, const char *text)
{
	return missing ? (struct table_need){.field = field, .text = text} : (struct table_need){0};
}

struct table_need act_needs_worker(const struct decider *d)
{
	return need(d->change->actor.worker.size == 0, FIELD("actor.worker"),
		"name the worker or team who takes the client");
}

struct table_need act_needs_reason(const struct decider *d)
{
	return need(d->change->reason.data == NULL, FIELD("reason"),
		"give a code from the list reason");
}

struct table_need act_needs_decline(const struct decider *d)
{
	struct table_need missing = act_needs_reason(d);

	if (missing.field != NULL)
		return missing;
	if (!d->change->has_text)
		return need(true, "person.text", "say in words why");
	return need(d->change->suggested_desk.data == NULL, FIELD("suggested_desk"),
		"name a better desk, or \"unknown\"");
}

struct table_need act_needs_outcome(const struct decider *d)
{
	if (d->change->outcome.data == NULL)
		return need(true, FIELD("outcome"), "give a code from the list outcome");
	return need(d->change->next_step.data == NULL, FIELD("next_step"),
		"give a code from the list next_step");
}

struct table_need act_needs_closing(const struct decider *d)
{
	const struct status_change *change = d->change;
	bool alone;

	if (change->closing_reason.data == NULL)
		return need(
			true, FIELD("closing_reason"), "give a code from the list closing_reason");
	if (bytes_equal_string(change->closing_reason, "MERGED_INTO"))
		return need(true, FIELD("closing_reason"),
			"MERGED_INTO is set by the hub alone: use MERGE");
	if (!bytes_equal_string(change->closing_reason, "UNREACHABLE"))
		return (struct table_need){0};
	if (change->actor.worker.size == 0)
		return need(true, FIELD("actor.worker"),
			"UNREACHABLE needs two persons: name the first");
	alone = change->second_worker.size == 0 ||
		bytes_equal(change->second_worker, change->actor.worker);
	return need(
		alone, FIELD("second_worker"), "UNREACHABLE needs two persons: name another one");
}

struct table_need act_needs_date(const struct decider *d)
{
	const struct status_change *change = d->change;

	if (change->has_next_date && change->next_date > d->today + HANDOVER_DAYS_AHEAD_MAX)
		return need(true, FIELD("next_date"),
			"lies more than two years ahead: give an earlier day");
	return need(change->has_next_date && change->next_date < d->today, FIELD("next_date"),
		"the next action lies in the past: give today or later");
}

const char *act_may_accept(const struct decider *d, const struct referral_after *referral)
{
	if (referral->kind == REFERRAL_KIND_REQUEST && !decider_has_room(d))
		return "the client has too many open referrals: end some first";
	return NULL;
}

const char *act_may_decline(const struct decider *d, const struct referral_after *referral)
{
	if (referral->kind != REFERRAL_KIND_REQUEST &&
		escalation_is_entry_desk(d, referral->target))
		return "the entry desk may forward but not decline: the service is for everyone";
	return NULL;
}

const char *act_must_be_open(const struct decider *d, const struct referral_after *referral)
{
	(void)referral;
	return d->status == CLIENT_STATUS_OPEN ? NULL : "the client is closed";
}

const char *act_may_close(const struct decider *d, const struct referral_after *referral)
{
	(void)referral;
	if (d->status == CLIENT_STATUS_CLOSED)
		return "the client is closed already";
	for (size_t i = 0; i < d->referrals_count; i++)
		if (decider_is_open(d->referrals[i].state))
			return "the client has an open referral: complete or cancel it first";
	if (d->client->has_merging)
		return "a merge is under way";
	return NULL;
}
