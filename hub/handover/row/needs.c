/* needs - what an action must bring along. */
#include "hub/handover/row/needs.h"

#include "hub/handover/clock/clocks.h"

#define FIELD(name) "body.StatusChange." name

static struct table_need need(bool missing, const char *field, const char *text)
{
	return missing ? (struct table_need){.field = field, .text = text} : (struct table_need){0};
}

struct table_need needs_worker(const struct decider *d, const struct referral_after *referral)
{
	(void)referral;
	if (d->change->actor.worker.size == 0)
		return need(true, FIELD("actor.worker"),
			"name the worker or team who takes the client");
	return need(
		d->change->to_desk.data != NULL && rules_desk(d->rules, d->change->to_desk) == NULL,
		FIELD("to_desk"), "is no desk: name the one that the client is referred on to");
}

struct table_need needs_reason(const struct decider *d, const struct referral_after *referral)
{
	(void)referral;
	return need(d->change->reason.data == NULL, FIELD("reason"),
		"give a code from the list reason");
}

struct table_need needs_decline(const struct decider *d, const struct referral_after *referral)
{
	struct table_need missing = needs_reason(d, referral);

	if (missing.field != NULL)
		return missing;
	if (!d->change->has_text)
		return need(true, "person.text", "say in words why");
	return need(d->change->suggested_desk.data == NULL, FIELD("suggested_desk"),
		"name a better desk, or \"unknown\"");
}

struct table_need needs_outcome(const struct decider *d, const struct referral_after *referral)
{
	(void)referral;
	if (d->change->outcome.data == NULL)
		return need(true, FIELD("outcome"), "give a code from the list outcome");
	return need(d->change->next_step.data == NULL, FIELD("next_step"),
		"give a code from the list next_step");
}

static struct table_need second_person(const struct decider *d, const char *text)
{
	const struct status_change *change = d->change;

	if (change->actor.worker.size == 0)
		return need(true, FIELD("actor.worker"), text);
	return need(change->second_worker.size == 0 ||
			bytes_equal(change->second_worker, change->actor.worker),
		FIELD("second_worker"), text);
}

struct table_need needs_closing(const struct decider *d, const struct referral_after *referral)
{
	(void)referral;
	const struct status_change *change = d->change;

	if (change->closing_reason.data == NULL)
		return need(
			true, FIELD("closing_reason"), "give a code from the list closing_reason");
	if (bytes_equal_string(change->closing_reason, "MERGED_INTO"))
		return need(true, FIELD("closing_reason"),
			"MERGED_INTO is set by the hub alone: use MERGE");
	if (!bytes_equal_string(change->closing_reason, "UNREACHABLE"))
		return (struct table_need){0};
	return second_person(d, "UNREACHABLE needs two persons: name another one");
}

struct table_need needs_date(const struct decider *d, const struct referral_after *referral)
{
	(void)referral;
	const struct status_change *change = d->change;

	if (change->has_next_date && change->next_date > d->today + HANDOVER_DAYS_AHEAD_MAX)
		return need(true, FIELD("next_date"),
			"lies more than two years ahead: give an earlier day");
	return need(change->has_next_date && change->next_date < d->today, FIELD("next_date"),
		"the next action lies in the past: give today or later");
}

struct table_need needs_text(const struct decider *d, const struct referral_after *referral)
{
	(void)referral;
	return need(!d->change->has_text, "person.text", "say in words what you ask or answer");
}

struct table_need needs_progress(const struct decider *d, const struct referral_after *referral)
{
	(void)referral;
	return need(!d->change->has_progress, FIELD("progress"), "say how far it is");
}

struct table_need needs_hold(const struct decider *d, const struct referral_after *referral)
{
	const struct status_change *change = d->change;
	int32_t days = d->rules->clocks[CLOCK_NAME_T10].normal[0].count;

	(void)referral;
	if (change->hold_reason.data == NULL)
		return need(true, FIELD("hold_reason"), "give a code from the list hold_reason");
	if (!change->has_next_date || change->next_date <= d->today)
		return need(true, FIELD("next_date"),
			"give the day on which the hold is looked at again: tomorrow or later");
	return need(change->next_date > d->today + days, FIELD("next_date"),
		"a hold is looked at again within 90 days: give an earlier day");
}

struct table_need needs_return(const struct decider *d, const struct referral_after *referral)
{
	struct table_need missing = needs_reason(d, referral);

	if (missing.field != NULL)
		return missing;
	return need(!d->change->has_text, "person.text", "say in words why");
}

struct table_need needs_error(const struct decider *d, const struct referral_after *referral)
{
	struct table_need missing = needs_reason(d, referral);

	if (missing.field != NULL || !referral->accepted)
		return missing;
	return second_person(
		d, "the referral was accepted: two persons must say that it was an error");
}

struct table_need needs_assign(const struct decider *d, const struct referral_after *referral)
{
	struct table_need missing = needs_reason(d, referral);

	if (missing.field != NULL)
		return missing;
	return need(
		d->change->to_desk.data == NULL || rules_desk(d->rules, d->change->to_desk) == NULL,
		FIELD("to_desk"), "name the desk that becomes responsible");
}

struct table_need needs_merge(const struct decider *d, const struct referral_after *referral)
{
	(void)referral;
	if (d->change->actor.worker.size == 0)
		return need(true, FIELD("actor.worker"),
			"only a person may say that two records are of one person: name the "
			"worker");
	return need(!d->change->has_other_referral || !d->change->has_other_client,
		FIELD("other_referral"), "name any referral of the other record of this person");
}

struct table_need needs_review(const struct decider *d, const struct referral_after *referral)
{
	const struct status_change *change = d->change;
	bool goes_on = bytes_equal_string(change->review, "CONTINUE");

	if (!goes_on && !bytes_equal_string(change->review, "OUTFLOW"))
		return need(true, FIELD("review"), "say CONTINUE or OUTFLOW");
	return need(goes_on && referral->has_review_every && referral->has_accepted_at &&
			d->today >= clocks_last_day(referral),
		FIELD("review"), "twelve months are over: it ends with OUTFLOW");
}
