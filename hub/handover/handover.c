/* handover - the core: decides what a message or a due clock means for one client. */
#include "hub/handover/handover.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "hub/handover/clock/clocks.h"
#include "hub/handover/merge.h"
#include "hub/handover/open.h"
#include "hub/handover/row/act.h"
#include "hub/handover/tell.h"

static struct recent recent_of(const struct message *message)
{
	struct recent recent;

	memcpy(recent.id.data, message->id.data, sizeof(recent.id.data));
	memcpy(recent.digest.data, message->digest.data, sizeof(recent.digest.data));
	return recent;
}

static const struct recent *seen_before(const struct client *client, struct tag id)
{
	for (size_t i = 0; i < client->recent_count; i++)
		if (memcmp(client->recent[i].id.data, id.data, sizeof(id.data)) == 0)
			return &client->recent[i];
	return NULL;
}

/* An ASSIGN that is older than those that are remembered: what it made tells, whose id is of it. */
static bool has_assigned(struct decider *d)
{
	const struct status_change *change = d->change;

	if (change == NULL || change->action != ACTION_ASSIGN || !change->has_referral ||
		rules_desk(d->rules, change->to_desk) == NULL)
		return false;
	return decider_find(d, decider_derive(d, change->referral, change->to_desk)) != NULL;
}

/* What the hub says of itself may come again at will, and finds it done; what it passes on of a
 * company is told once. */
static bool is_told_once(const struct decider *d)
{
	return !decider_by_hub(d) || (d->change != NULL && d->change->action == ACTION_RECOGNITION);
}

/* True when the message is a repeat, or a conflict with what came under the same id. A referral
 * whose reference the hub made from its content is compared with the referral itself, later. */
static bool settle_repeat(struct decider *d)
{
	const struct message *message = d->input->message;
	struct recent now = recent_of(message);
	const struct recent *before = seen_before(d->client, now.id);

	if (before == NULL && has_assigned(d)) {
		d->event->result = RESULT_DUPLICATE;
		return true;
	}
	if (before == NULL || !is_told_once(d) ||
		(message->derived_reference && message->body_referral != NULL))
		return false;
	if (memcmp(before->digest.data, now.digest.data, sizeof(now.digest.data)) == 0)
		d->event->result = RESULT_DUPLICATE;
	else
		decider_reject(d, REJECTION_CODE_CONFLICT, "reference",
			"another message with this reference was applied: give a new one to a new "
			"message");
	return true;
}

static void remember(struct decider *d)
{
	if (d->event->result != RESULT_APPLIED || !is_told_once(d))
		return;
	d->out->remembered = recent_of(d->input->message);
	d->event->remembered = &d->out->remembered;
}

/* Queues behind what parked the client. */
static void park(struct decider *d)
{
	d->event->result = RESULT_PARKED;
	d->event->has_code = true;
	d->event->code = REJECTION_CODE_PARKED;
	d->event->text = bytes_of_string(
		"an earlier message of this client could not be read: see `lokethub rejected`");
	d->event->has_parked = true;
	d->event->parked = d->client->parked + 1;
	d->out->changes_client = true;
	d->out->reject_owner = "ops";
}

/* True when the parked queue settles the record. The next one in its order is let through; what was
 * redriven before, or is not its turn, is a repeat. */
static bool settle_parked(struct decider *d)
{
	const struct client *client = d->client;
	int32_t place = d->input->redrive;

	if (place == 0 && client->parked == client->redriven)
		return false;
	if (place == 0) {
		park(d);
		return true;
	}
	if (place != client->redriven + 1 || place > client->parked) {
		d->event->result = RESULT_DUPLICATE;
		return true;
	}
	d->event->has_redriven = true;
	d->event->redriven = place;
	if (!d->input->skip || merge_is_word(d))
		return false;
	d->event->text = bytes_of_string("left out by ops");
	return true;
}

static void note_match(struct decider *d)
{
	const struct message *message = d->input->message;
	const struct client *client = d->client;

	if (d->event->result != RESULT_APPLIED || !message->has_match)
		return;
	if (client->has_match &&
		memcmp(client->match.data, message->match.data, sizeof(message->match.data)) == 0)
		return;
	d->event->has_match = true;
	d->event->match = message->match;
}

static void decide_here(struct decider *d)
{
	if (d->change != NULL)
		act_decide(d);
	else
		open_decide(d);
}

static void decide_message(struct decider *d)
{
	const struct handover_fault *fault = d->input->fault;

	if (settle_parked(d) || settle_repeat(d))
		return;
	if (fault != NULL && !merge_is_word(d))
		decider_reject(d, fault->code, fault->field, "%s", fault->text);
	else if (!merge_hear(d) && !merge_forward(d))
		decide_here(d);
	remember(d);
	note_match(d);
	if (d->event->result == RESULT_APPLIED)
		d->out->changes_client = true;
}

/* Who sent what was refused is told so, under the referral if there is one. */
static void tell_refusal(struct decider *d)
{
	const struct message *message = d->input->message;
	const struct referral_after *about = NULL;
	struct handover *verdict;

	if (d->event->result != RESULT_REJECTED || message == NULL || decider_by_hub(d))
		return;
	if (d->change != NULL && d->change->has_referral)
		about = decider_find(d, d->change->referral);
	else if (message->body_referral != NULL && message->body_referral->has_referral)
		about = decider_find(d, message->body_referral->referral);
	if (about != NULL && !act_has_part(d, about)) /* who guesses ids learns nothing */
		about = NULL;
	verdict = tell_verdict(d, about);
	if (verdict == NULL)
		return;
	verdict->has_code = true;
	verdict->code = d->event->code;
	verdict->text = d->event->text;
}

void handover_decide(const struct handover_state *state, const struct handover_input *input,
	const struct rules *rules, struct handover_decision *out)
{
	struct decider d;

	decider_init(&d, state, input, rules, out);
	if (input->message == NULL)
		clocks_fire(&d);
	else
		decide_message(&d);
	tell_refusal(&d);
	decider_finish(&d);
	/* Nobody known and nothing applied: there is nobody to write about. */
	if (!out->changes_client)
		out->event.has_client = false;
}

void handover_park(const struct handover_state *state, const struct handover_input *input,
	const struct rules *rules, struct handover_decision *out)
{
	const struct handover_fault *fault = input->fault;
	struct decider d;
	bool first = state->client.parked == state->client.redriven;

	assert(fault->code == REJECTION_CODE_UNREADABLE || fault->code == REJECTION_CODE_NO_SCHEMA);
	decider_init(&d, state, input, rules, out);
	d.event->clock = NULL;
	d.event->has_offset = true;
	d.event->offset = input->offset;
	if (input->redrive > 0) { /* still unreadable: it stays at the head of the queue */
		d.event->result = RESULT_REJECTED;
	} else {
		park(&d);
		d.event->result = first ? RESULT_REJECTED : RESULT_PARKED;
	}
	d.event->has_code = true;
	d.event->code = fault->code;
	(void)snprintf(out->text, sizeof(out->text), "%s", fault->text);
	d.event->text = bytes_of_string(out->text);
	out->reject_owner = "ops";
	decider_finish(&d);
	if (d.event->has_parked && first)
		d.event->version++;
}
