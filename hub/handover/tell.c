/* tell - the handovers that a decision causes: who is told, what, and with which number. */
#include "hub/handover/tell.h"

#include <assert.h>
#include <string.h>

#include "hub/handover/clock/clocks.h"
#include "hub/handover/row/act.h"
#include "hub/handover/row/table.h"

struct handover *tell(struct decider *d, struct bytes desk, enum role role, enum handover_kind kind,
	const struct referral_after *referral)
{
	struct handover *handover = &d->out->handovers[d->out->handovers_count];

	assert(d->out->handovers_count < HANDOVER_OUT_MAX);
	d->out->handovers_count++;
	memset(handover, 0, sizeof(*handover));
	handover->desk = desk;
	handover->kind = kind;
	handover->role = role;
	handover->at = d->now;
	handover->has_client = true;
	handover->client = d->client->client;
	if (referral != NULL) {
		handover->has_referral = true;
		handover->referral = referral->referral;
		handover->has_parent = referral->has_parent;
		handover->parent = referral->parent;
	}
	return handover;
}

static const enum handover_kind kinds[] = {
	[TELL_OFFER] = HANDOVER_KIND_OFFER,
	[TELL_DETAILS] = HANDOVER_KIND_DETAILS,
	[TELL_QUESTION] = HANDOVER_KIND_QUESTION,
	[TELL_ANSWER] = HANDOVER_KIND_ANSWER,
	[TELL_STATUS] = HANDOVER_KIND_STATUS,
	[TELL_RECALL] = HANDOVER_KIND_RECALL,
	[TELL_DUTY] = HANDOVER_KIND_DUTY,
};

static int32_t last_number(
	const struct client *client, const struct client_referral *referral, struct bytes desk)
{
	for (size_t i = 0; referral != NULL && i < referral->handovers_count; i++)
		if (bytes_equal(handover_desk(client, referral->handovers[i].desk), desk))
			return referral->handovers[i].number;
	return 0;
}

static bool was_told(const struct decider *d, const struct referral_after *referral)
{
	const struct client_referral *counted = handover_referral(d->client, referral->referral);

	return last_number(d->client, counted, referral->target) > 0;
}

/* Offers that rest are not sent out yet, and what was never sent out is not recalled. */
static enum table_tell for_target(
	const struct decider *d, unsigned row, const struct referral_after *referral, bool offered)
{
	enum table_tell what = table[row].target;

	if (row == TABLE_5 && referral->kind == REFERRAL_KIND_REQUEST)
		return TELL_NONE;
	if (what == TELL_OFFER && referral->state == REFERRAL_STATE_ACCEPTED)
		return bytes_equal(referral->target, d->actor) ? TELL_NONE : TELL_DETAILS;
	if (what == TELL_OFFER && clocks_rests(d, referral))
		return TELL_NONE;
	if (what == TELL_RECALL && !(offered && was_told(d, referral)))
		return TELL_NONE;
	if ((what == TELL_STATUS || what == TELL_ANSWER) && bytes_equal(referral->target, d->actor))
		return TELL_NONE;
	return what;
}

static enum table_tell for_giver(
	const struct decider *d, unsigned row, const struct referral_after *referral)
{
	enum table_tell what = table[row].giver;

	if (row == TABLE_5 && referral->kind == REFERRAL_KIND_REQUEST)
		return TELL_NONE;
	if (bytes_equal(referral->giver, d->actor))
		return TELL_NONE;
	if (what == TELL_DUTY && referral->state != REFERRAL_STATE_RETURNED &&
		!clocks_is_duty_of_giver(d, referral))
		return TELL_STATUS;
	return what;
}

static enum table_tell for_sender(
	const struct decider *d, unsigned row, const struct referral_after *referral)
{
	return bytes_equal(referral->sender, d->actor) ? TELL_NONE : table[row].sender;
}

struct told {
	struct bytes desk;
	enum role role;
	enum table_tell what;
};

static void tell_one(
	struct decider *d, unsigned row, const struct referral_after *referral, struct told told)
{
	struct handover *handover;

	if (told.what == TELL_NONE)
		return;
	handover = tell(d, told.desk, told.role, kinds[told.what], referral);
	handover->row = bytes_of_string(table[row].number);
	if (row == TABLE_9 && told.what == TELL_RECALL)
		handover->text = bytes_of_string("another desk has the client by now");
	if (told.what == TELL_DUTY) {
		handover->has_duty = true;
		handover->duty = referral->state == REFERRAL_STATE_RETURNED ? DUTY_TAKE_BACK
									    : DUTY_REFER_OR_CLOSE;
	}
}

/* A desk with two parts is told once, in the first of them in which there is anything to tell. */
static bool is_told(const struct told *told, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (told[i].what != TELL_NONE && bytes_equal(told[i].desk, told[at].desk))
			return true;
	return false;
}

void tell_step(struct decider *d, unsigned row, const struct referral_after *referral, bool offered)
{
	struct told told[] = {
		{bytes_of_string("ops"), ROLE_OPS, row == TABLE_3 ? TELL_STATUS : TELL_NONE},
		{referral->target, ROLE_TARGET, for_target(d, row, referral, offered)},
		{referral->giver, ROLE_GIVER, for_giver(d, row, referral)},
		{referral->sender, ROLE_SENDER, for_sender(d, row, referral)},
	};

	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++)
		if (!is_told(told, i))
			tell_one(d, row, referral, told[i]);
}

struct handover *tell_verdict(struct decider *d, const struct referral_after *referral)
{
	const struct rules_partner *partner = rules_partner(d->rules, d->input->message->partner);

	if (partner == NULL)
		return NULL;
	return tell(d, bytes_of_string(partner->home_desk), ROLE_SENDER, HANDOVER_KIND_VERDICT,
		referral);
}

/* Desks that get their first handover about this referral in this very decision. */
static bool is_new_desk(const struct decider *d, size_t at, size_t *new_desks)
{
	const struct handover *handover = &d->out->handovers[at];

	*new_desks = 0;
	for (size_t i = 0; i < at; i++) {
		const struct handover *other = &d->out->handovers[i];

		if (!other->has_referral || !decider_same(other->referral, handover->referral))
			continue;
		if (bytes_equal(other->desk, handover->desk))
			return false;
		*new_desks += other->number == 1 ? 1 : 0;
	}
	return true;
}

static int32_t number_of(const struct decider *d, size_t at)
{
	const struct handover *handover = &d->out->handovers[at];
	const struct client_referral *counted = handover_referral(d->client, handover->referral);
	int32_t number = last_number(d->client, counted, handover->desk);
	size_t desks = counted != NULL ? counted->handovers_count : 0, new_desks;

	if (number == 0 && is_new_desk(d, at, &new_desks) &&
		desks + new_desks >= HANDOVER_NUMBERS_MAX)
		return 0;
	for (size_t i = 0; i < at; i++) {
		const struct handover *other = &d->out->handovers[i];

		if (other->has_referral && decider_same(other->referral, handover->referral) &&
			bytes_equal(other->desk, handover->desk))
			number = other->number;
	}
	return number + 1;
}

/* What a message says is for those who have part in the referral that it names; a decision may tell
 * of others too, which other desks have part in. */
static bool is_about(const struct decider *d, const struct handover *handover)
{
	const struct message *message = d->input->message;
	const struct status_change *change = message->body_status_change;
	const struct referral *body = message->body_referral;

	if (!handover->has_referral)
		return false;
	if (body != NULL)
		return body->has_referral && decider_same(body->referral, handover->referral);
	return (change->has_referral && decider_same(change->referral, handover->referral)) ||
		bytes_equal_string(handover->row, table[TABLE_23].number); /* made by it */
}

static void pass_on_words(const struct decider *d, struct handover *handover)
{
	const struct message *message = d->input->message;
	const struct status_change *change = message->body_status_change;

	if (handover->kind != HANDOVER_KIND_DETAILS && handover->kind != HANDOVER_KIND_ESCALATION &&
		d->consent != CONSENT_WITHDRAWN)
		handover->sealed = message->sealed;
	if (change != NULL) {
		handover->reason = change->reason;
		handover->outcome = change->outcome;
		handover->next_step = change->next_step;
		handover->suggested_desk = change->suggested_desk;
		return;
	}
	handover->case_ = message->case_;
	if (handover->kind == HANDOVER_KIND_OFFER || handover->kind == HANDOVER_KIND_DETAILS)
		handover->body = message->body_referral;
}

static void pass_on_message(const struct decider *d, struct handover *handover)
{
	const struct message *message = d->input->message;

	handover->has_message = true;
	handover->message = message->id;
	if (message->body_status_change != NULL) {
		handover->has_action = true;
		handover->action = message->body_status_change->action;
	}
	if (is_about(d, handover))
		pass_on_words(d, handover);
}

static void fill_from_referral(struct decider *d, struct handover *handover)
{
	const struct referral_after *referral = decider_find(d, handover->referral);
	enum action *actions = d->out->actions + d->out->actions_count;

	if (referral == NULL)
		return;
	handover->has_state = true;
	handover->state = referral->state;
	handover->version = referral->version;
	if (referral->state == REFERRAL_STATE_COMPLETED) {
		handover->outcome = referral->outcome;
		handover->next_step = referral->next_step;
	}
	handover->has_deadline = clocks_deadline(d, referral, handover->desk, &handover->deadline);
	if (d->out->actions_count + ACTION_COUNT > HANDOVER_ACTIONS_MAX)
		return;
	handover->actions = actions;
	handover->actions_count = act_legal(d, referral, handover->desk, actions);
	d->out->actions_count += handover->actions_count;
}

static void list(struct decider *d, const struct handover *handover)
{
	struct event *event = d->event;

	event->handovers[event->handovers_count++] = (struct handover_id){
		.desk = handover->desk,
		.referral = handover->referral,
		.number = handover->number,
		.kind = handover->kind,
	};
}

void tell_finish(struct decider *d)
{
	for (size_t i = 0; i < d->out->handovers_count; i++) {
		struct handover *handover = &d->out->handovers[i];

		if (d->input->message != NULL)
			pass_on_message(d, handover);
		if (d->status == CLIENT_STATUS_OPEN)
			handover->owner = d->owner;
		if (!handover->has_referral)
			continue;
		fill_from_referral(d, handover);
		handover->number = number_of(d, i);
		if (handover->number > 0)
			list(d, handover);
	}
}
