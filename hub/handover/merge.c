/* merge - two records of one person become one: a conversation between two clients. */
#include "hub/handover/merge.h"

#include <stdio.h>
#include <string.h>

#include "hub/handover/row/act.h"
#include "hub/handover/row/effect.h"
#include "hub/handover/row/guard.h"
#include "hub/handover/tell.h"

static bool same_client(struct pseudonym a, struct pseudonym b)
{
	return memcmp(a.data, b.data, sizeof(a.data)) == 0;
}

/* The hub's word to the other client, about a referral of theirs; an answer to it names ours. */
static struct status_change *say(
	struct decider *d, enum action action, struct uuid theirs, struct uuid ours)
{
	struct handover_sent *sent = &d->out->sent;
	struct message *message = &sent->message;

	sent->change = (struct status_change){
		.has_referral = true,
		.referral = theirs,
		.action = action,
		.actor = d->change->actor,
		.has_other_referral = true,
		.other_referral = ours,
		.has_other_client = true,
		.other_client = d->client->client,
	};
	*message = (struct message){
		.id = decider_derive(d, theirs, bytes_of_string(action_name(action))),
		.partner = bytes_of_string("hub"),
		.system = bytes_of_string(""),
		.reference = bytes_of_string("merge"),
		.leg = bytes_of_string(""),
		.has_client = true,
		.client = d->change->other_client,
		.occurred_at = d->now,
		.trace = d->input->message->trace,
		.body_status_change = &sent->change,
	};
	memcpy(message->digest.data, message->id.data, sizeof(message->id.data));
	sent->hops = 0;
	d->out->sends = true;
	return &sent->change;
}

void merge_begin(struct decider *d, struct referral_after *referral)
{
	struct status_change *said;

	d->merging = true;
	d->event->has_merging = true;
	d->event->merging = d->change->other_client;
	decider_step(d, TABLE_28, referral);
	said = say(d, ACTION_CLOSE, d->change->other_referral, referral->referral);
	said->closing_reason = bytes_of_string("MERGED_INTO");
	said->actor.partner = d->input->message->partner;
	said->actor.desk = d->actor;
}

/* The referral that the word names, or where it is forgotten the one that gave the owner the
 * client. */
static struct referral_after *find_named(struct decider *d)
{
	struct referral_after *named =
		d->change->has_referral ? decider_find(d, d->change->referral) : NULL;

	return named != NULL ? named : decider_find(d, d->owner_via);
}

static void tell_of_closing(
	struct decider *d, struct bytes desk, enum role role, const struct referral_after *via)
{
	struct handover *status = tell(d, desk, role, HANDOVER_KIND_STATUS, via);

	status->row = bytes_of_string(table[TABLE_28].number);
	status->text = bytes_of_string("this record was merged into another one of the same "
				       "person, which goes on");
}

static void close_merged(struct decider *d, struct referral_after *named)
{
	const struct referral_after *via = decider_find(d, d->owner_via);

	d->event->has_merged_into = true;
	d->event->merged_into = d->change->other_client;
	effect_end_client(d, bytes_of_string("MERGED_INTO"));
	decider_step(d, TABLE_28, named);
	tell_of_closing(d, d->owner, ROLE_OWNER, via);
	if (!bytes_equal(via->sender, d->owner))
		tell_of_closing(d, via->sender, ROLE_SENDER, via);
	say(d, ACTION_MERGED, d->change->other_referral, d->change->referral);
}

/* The desk that has the record can do something about it. */
static void refuse(struct decider *d, const char *why)
{
	const struct rules_desk *owner = rules_desk(d->rules, d->owner);
	struct handover_sent *sent = &d->out->sent;

	decider_reject(
		d, REJECTION_CODE_ILLEGAL, "client", "the other record was not merged: %s", why);
	if (owner != NULL)
		d->out->reject_owner = owner->id;
	say(d, ACTION_NOT_MERGED, d->change->other_referral, d->change->referral);
	sent->raw = (struct raw_status){.scheme = bytes_of_string("merge"), .text = d->event->text};
	sent->change.raw = &sent->raw;
}

static const char *why_not_merged(const struct decider *d, const struct referral_after *named)
{
	if (named == NULL)
		return "there is no such record";
	if (d->client->has_merged_into)
		return "it was merged into another record before: name that one";
	return guard_close(d, named);
}

/* What is merged into the asker's record already is as the asker wants it. */
static void hear_close(struct decider *d)
{
	struct referral_after *named = find_named(d);
	const char *why_not = why_not_merged(d, named);

	if (d->client->has_merged_into &&
		same_client(d->client->merged_into, d->change->other_client))
		say(d, ACTION_MERGED, d->change->other_referral, d->change->referral);
	else if (why_not != NULL)
		refuse(d, why_not);
	else
		close_merged(d, named);
}

static void tell_asker(struct decider *d, const struct referral_after *named)
{
	const struct rules_partner *asker = rules_partner(d->rules, d->change->actor.partner);
	struct handover *verdict;

	if (asker == NULL)
		return;
	verdict = tell(
		d, bytes_of_string(asker->home_desk), ROLE_SENDER, HANDOVER_KIND_VERDICT, named);
	verdict->has_code = true;
	verdict->code = REJECTION_CODE_ILLEGAL;
	if (d->change->raw != NULL)
		verdict->text = d->change->raw->text;
}

/* One that nobody waits for changes nothing. */
static void hear_answer(struct decider *d)
{
	struct referral_after *named = find_named(d);

	if (named == NULL) {
		decider_reject(d, REJECTION_CODE_UNKNOWN_CASE, "client", "there is no such record");
		return;
	}
	if (!d->client->has_merging || !same_client(d->client->merging, d->change->other_client))
		return;
	d->merging = false;
	d->event->has_merging = true;
	d->event->merging = (struct pseudonym){{0}};
	decider_step(d, TABLE_28, named);
	if (d->change->action == ACTION_NOT_MERGED)
		tell_asker(d, named);
}

/* It names a referral of the record that was merged into this one, where it was found to be said by
 * who may say it. */
static void hear_withdrawal(struct decider *d)
{
	struct referral_after *via = decider_find(d, d->owner_via);
	const char *why_not = via != NULL ? guard_open(d, via) : "there is no such record";

	if (why_not != NULL)
		decider_reject(d, REJECTION_CODE_ILLEGAL, "client", "%s", why_not);
	else
		effect_withdraw(d, via);
}

static bool is_known(struct decider *d)
{
	const struct referral *body = d->input->message->body_referral;

	if (d->change != NULL)
		return d->change->has_referral && decider_find(d, d->change->referral) != NULL;
	return body->has_referral && decider_find(d, body->referral) != NULL;
}

bool merge_is_word(const struct decider *d)
{
	const struct status_change *change = d->change;

	return change != NULL && decider_by_hub(d) &&
		(change->action == ACTION_CLOSE || change->action == ACTION_MERGED ||
			change->action == ACTION_NOT_MERGED);
}

bool merge_hear(struct decider *d)
{
	if (d->change == NULL)
		return false;
	if (merge_is_word(d)) {
		if (d->change->action == ACTION_CLOSE)
			hear_close(d);
		else
			hear_answer(d);
		return true;
	}
	if (d->change->action != ACTION_WITHDRAW_CONSENT || d->input->hops == 0 || is_known(d) ||
		d->client->has_merged_into)
		return false;
	hear_withdrawal(d);
	return true;
}

static bool was_forwarded(const struct client *client, struct uuid referral)
{
	for (size_t i = 0; i < client->forwarded_count; i++)
		if (decider_same(client->forwarded[i], referral))
			return true;
	return false;
}

/* What comes later under its id comes here too, since the id has this client's slot. */
static void note_referral(struct decider *d)
{
	const struct referral *body = d->input->message->body_referral;

	if (body == NULL || was_forwarded(d->client, body->referral))
		return;
	d->event->has_forwarded = true;
	d->event->forwarded = body->referral;
}

static void send_on(struct decider *d)
{
	struct handover_sent *sent = &d->out->sent;

	if (d->input->hops >= HANDOVER_HOPS_MAX) {
		decider_reject(d, REJECTION_CODE_ILLEGAL, "client",
			"the record was merged into another one, and that again, %d times: send it "
			"for the record that goes on",
			HANDOVER_HOPS_MAX + 1);
		return;
	}
	d->event->result = RESULT_FORWARDED;
	note_referral(d);
	sent->message = *d->input->message;
	sent->message.has_client = true;
	sent->message.client = d->client->merged_into;
	sent->hops = d->input->hops + 1;
	d->out->sends = true;
}

bool merge_forward(struct decider *d)
{
	bool withdraws = d->change != NULL && d->change->action == ACTION_WITHDRAW_CONSENT;

	if (!d->client->has_merged_into)
		return false;
	if (is_known(d)) {
		if (!withdraws ||
			!act_may(d, &table[TABLE_27], decider_find(d, d->change->referral)))
			return false;
		d->event->has_consent = true;
		d->event->consent = CONSENT_WITHDRAWN;
	}
	send_on(d);
	return true;
}
