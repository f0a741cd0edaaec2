/* act - what a StatusChange does: who may, when, and the row of the table that says what. */
#include "hub/handover/row/act.h"

#include <stdio.h>

#include "hub/handover/clock/clocks.h"
#include "hub/handover/clock/escalation.h"
#include "hub/handover/row/effect.h"

static bool belongs_to_sender(const struct decider *d, struct bytes desk)
{
	const struct rules_desk *found = rules_desk(d->rules, desk);

	return found != NULL && bytes_equal_string(d->input->message->partner, found->partner);
}

static bool plays(const struct decider *d, const struct referral_after *referral, enum role role)
{
	struct bytes desk, named = d->change->actor.desk;

	if (role == ROLE_HUB)
		return decider_by_hub(d);
	if (role == ROLE_COORDINATOR &&
		!(d->change->actor.has_role && d->change->actor.role == ROLE_COORDINATOR))
		return false;
	desk = escalation_desk(d, referral, role);
	if (!belongs_to_sender(d, desk))
		return false;
	return named.data == NULL || bytes_equal(named, desk);
}

/* The first part that the row allows and the sender of the message has. */
static bool find_part(const struct decider *d, const struct row *row,
	const struct referral_after *referral, enum role *out)
{
	static const enum role order[] = {
		ROLE_HUB, ROLE_TARGET, ROLE_GIVER, ROLE_SENDER, ROLE_OWNER, ROLE_COORDINATOR};

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		if ((row->who & TABLE_BIT(order[i])) == 0 || !plays(d, referral, order[i]))
			continue;
		*out = order[i];
		return true;
	}
	return false;
}

bool act_may(const struct decider *d, const struct row *row, const struct referral_after *referral)
{
	enum role role;

	return find_part(d, row, referral, &role);
}

static int64_t *time_of_part(struct decider *d, struct referral_after *referral)
{
	if (bytes_equal(d->actor, referral->target))
		return &referral->target_at;
	if (bytes_equal(d->actor, referral->sender))
		return &referral->sender_at;
	return NULL;
}

static bool is_stale(struct decider *d, struct referral_after *referral)
{
	const int64_t *latest = time_of_part(d, referral);

	if (decider_by_hub(d))
		return false;
	if (d->change->has_seen_version)
		return d->change->seen_version < referral->version;
	return latest != NULL && d->input->message->occurred_at < *latest;
}

static void note_time(struct decider *d, struct referral_after *referral)
{
	int64_t *latest = decider_by_hub(d) ? NULL : time_of_part(d, referral);

	if (latest != NULL && d->input->message->occurred_at > *latest)
		*latest = d->input->message->occurred_at;
}

/* What the target does with an offer shows that it has it, so row 2 goes before. */
static bool implies_delivery(
	const struct row *row, const struct referral_after *referral, enum role role)
{
	return role == ROLE_TARGET && referral->state == REFERRAL_STATE_SUBMITTED &&
		(row->from & TABLE_BIT(REFERRAL_STATE_SUBMITTED)) == 0 &&
		(row->from & TABLE_BIT(REFERRAL_STATE_OFFERED)) != 0;
}

static bool state_allows(
	const struct row *row, const struct referral_after *referral, enum role role)
{
	return (row->from & TABLE_BIT(referral->state)) != 0 ||
		implies_delivery(row, referral, role);
}

static const enum role parts[] = {
	ROLE_TARGET, ROLE_GIVER, ROLE_SENDER, ROLE_OWNER, ROLE_COORDINATOR};

bool act_has_part(const struct decider *d, const struct referral_after *referral)
{
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (belongs_to_sender(d, escalation_desk(d, referral, parts[i])))
			return true;
	return false;
}

/* TABLE_BIT of each part that the desk has. */
static unsigned parts_of(
	const struct decider *d, const struct referral_after *referral, struct bytes desk)
{
	unsigned has_parts = 0;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (bytes_equal(escalation_desk(d, referral, parts[i]), desk))
			has_parts |= TABLE_BIT(parts[i]);
	return has_parts;
}

static bool is_legal(const struct decider *d, const struct row *row,
	const struct referral_after *referral, unsigned has_parts)
{
	unsigned may = row->who & has_parts;
	enum role role = (may & TABLE_BIT(ROLE_TARGET)) != 0 ? ROLE_TARGET : ROLE_OWNER;

	if (may == 0 || row->action == ACTION_DELIVERED || row->action == ACTION_UNKNOWN)
		return false;
	if (!state_allows(row, referral, role))
		return false;
	return row->guard == NULL || row->guard(d, referral) == NULL;
}

size_t act_legal(const struct decider *d, const struct referral_after *referral, struct bytes desk,
	enum action *out)
{
	unsigned has_parts = parts_of(d, referral, desk);
	size_t count = 0;

	for (size_t i = 0; i < TABLE_ROWS && has_parts != 0; i++)
		if (is_legal(d, &table[i], referral, has_parts))
			out[count++] = table[i].action;
	return count;
}

size_t handover_actions(const struct client *client, const struct client_referral *referral,
	struct bytes desk, const struct rules *rules, enum action *out)
{
	struct decider d;

	decider_look(&d, client, rules);
	return act_legal(&d, decider_find(&d, referral->referral), desk, out);
}

static void reject_state(struct decider *d, const struct referral_after *referral, const char *why)
{
	enum action legal[ACTION_COUNT];
	size_t count = act_legal(d, referral, d->actor, legal);
	char list[160] = "nothing";
	size_t used = 0;

	for (size_t i = 0; i < count && used < sizeof(list) - 24; i++)
		used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s",
			i > 0 ? ", " : "", action_name(legal[i]));
	if (why != NULL)
		decider_reject(d, REJECTION_CODE_ILLEGAL, "body.StatusChange.action",
			"%s; possible now: %s", why, list);
	else
		decider_reject(d, REJECTION_CODE_ILLEGAL, "body.StatusChange.action",
			"%s is not possible in state %s; possible now: %s",
			action_name(d->change->action), referral_state_name(referral->state), list);
}

static void run(
	struct decider *d, const struct row *row, struct referral_after *referral, enum role role)
{
	if (implies_delivery(row, referral, role))
		effect_delivered(d, referral);
	note_time(d, referral);
	clocks_heard(d, referral, d->actor);
	if (row->apply != NULL)
		row->apply(d, referral);
	else
		decider_step(d, (unsigned)(row - table), referral);
}

/* A report on delivery that comes late changes nothing and harms nothing. */
static bool is_late_report(
	const struct decider *d, const struct row *row, const struct referral_after *referral)
{
	struct bytes desk = d->change->actor.desk; /* the owner may be another one by now */

	if (row->action != ACTION_DELIVERED && row->action != ACTION_UNDELIVERABLE)
		return false;
	return referral->state != REFERRAL_STATE_SUBMITTED ||
		(desk.data != NULL && !bytes_equal(desk, referral->target));
}

static void decide_row(struct decider *d, const struct row *row, struct referral_after *referral)
{
	struct table_need missing =
		row->needs != NULL ? row->needs(d, referral) : (struct table_need){0};
	const char *why_not;
	enum role role;

	if (missing.field != NULL) {
		decider_reject(d, REJECTION_CODE_INVALID, missing.field, "%s", missing.text);
		return;
	}
	if (!find_part(d, row, referral, &role)) {
		decider_reject(d, REJECTION_CODE_ILLEGAL, "body.StatusChange.actor.desk",
			"%s is not for this partner or desk to do", action_name(d->change->action));
		return;
	}
	if (role != ROLE_HUB)
		d->actor = escalation_desk(d, referral, role);
	if (is_stale(d, referral)) {
		decider_reject(d, REJECTION_CODE_STALE, "body.StatusChange.seen_version",
			"the referral has changed since: it is at version %d, state %s; look again "
			"and decide anew",
			referral->version, referral_state_name(referral->state));
		return;
	}
	if (is_late_report(d, row, referral))
		return;
	why_not = row->guard != NULL ? row->guard(d, referral) : NULL;
	if (!state_allows(row, referral, role) || why_not != NULL)
		reject_state(d, referral, state_allows(row, referral, role) ? why_not : NULL);
	else
		run(d, row, referral, role);
}

void act_decide(struct decider *d)
{
	const struct status_change *change = d->change;
	struct referral_after *referral =
		change->has_referral ? decider_find(d, change->referral) : NULL;
	const struct row *row =
		referral != NULL ? table_find(change->action, referral->state) : NULL;

	if (referral == NULL)
		decider_reject(d, REJECTION_CODE_UNKNOWN_CASE, "body.StatusChange.referral",
			"no such referral: send the referral first, or name one that the hub "
			"knows");
	else if (change->action == ACTION_UNKNOWN)
		decider_reject(d, REJECTION_CODE_UNKNOWN_CODE, "body.StatusChange.raw.code",
			"the status is not in this partner's mapping: add it to config, then "
			"redrive");
	else if (row == NULL)
		reject_state(d, referral, NULL);
	else
		decide_row(d, row, referral);
}
