/* decider - a decision in the making: the client as it is so far, and what has been decided about
 * it. */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "hub/base/calendar.h"
#include "hub/handover/clock/clocks.h"
#include "hub/handover/clock/escalation.h"
#include "hub/handover/decider.h"
#include "hub/handover/row/table.h"
#include "hub/handover/state/state.h"
#include "hub/handover/tell.h"

bool decider_same(struct uuid a, struct uuid b)
{
	return memcmp(a.data, b.data, sizeof(a.data)) == 0;
}

static struct referral_after after_of(
	const struct client *client, const struct client_referral *from)
{
	return (struct referral_after){
		.referral = from->referral,
		.kind = from->kind,
		.subject = from->subject,
		.giver = handover_desk(client, from->giver),
		.sender = handover_desk(client, from->sender),
		.target = handover_desk(client, from->target),
		.wished =
			from->has_wished ? handover_desk(client, from->wished) : (struct bytes){0},
		.group = from->group,
		.question = from->question,
		.urgent = from->urgent,
		.state = from->state,
		.delivery = from->delivery,
		.accepted = from->accepted,
		.disputed = from->disputed,
		.escalation = from->escalation,
		.version = from->version,
		.digest = from->digest,
		.created_by = from->created_by,
		.sender_at = from->sender_at,
		.target_at = from->target_at,
		.has_not_before = from->has_not_before,
		.not_before = from->not_before,
		.has_expires_at = from->has_expires_at,
		.expires_at = from->expires_at,
		.has_review_every = from->has_review_every,
		.review_every = from->review_every,
		.has_accepted_at = from->has_accepted_at,
		.accepted_at = from->accepted_at,
		.has_left = from->has_left,
		.left = from->left,
		.has_progress = from->has_progress,
		.progress = from->progress,
		.has_cancel_by = from->has_cancel_by,
		.cancel_by = from->cancel_by,
		.outcome = from->outcome,
		.next_step = from->next_step,
	};
}

static void copy_clock(struct decider *d, const struct clock *clock, const struct uuid *referral)
{
	assert(d->clocks_count < DECIDER_CLOCKS_MAX);
	d->clocks[d->clocks_count++] = (struct clock_armed){
		.clock = clock->clock,
		.has_referral = referral != NULL,
		.referral = referral != NULL ? *referral : (struct uuid){{0}},
		.armed = clock->armed,
		.due = clock->due,
		.level = clock->level,
		.role = clock->role,
		.has_counted = clock->has_counted,
		.counted = clock->counted,
	};
}

static void copy_state(struct decider *d)
{
	const struct client *client = d->client;

	d->status = client->status;
	d->owner = handover_desk(client, client->owner);
	d->owner_via = client->owner_via;
	d->region = client->region;
	d->consent = client->consent;
	d->merging = client->has_merging;
	for (size_t r = 0; r < client->referrals_count; r++) {
		const struct client_referral *referral = &client->referrals[r];

		d->referrals[d->referrals_count++] = after_of(client, referral);
		for (size_t i = 0; i < referral->clocks_count; i++)
			copy_clock(d, &referral->clocks[i], &referral->referral);
	}
	for (size_t i = 0; i < client->clocks_count; i++)
		copy_clock(d, &client->clocks[i], NULL);
}

static void init_event(struct decider *d)
{
	const struct handover_input *input = d->input;
	struct event *event = d->event;

	memset(event, 0, sizeof(*event));
	event->has_client = true;
	event->client = d->client->client;
	event->partition = input->partition;
	event->at = input->now;
	event->result = RESULT_APPLIED;
	event->config = bytes_of_string(d->rules->version);
	event->version = d->client->version;
	event->transitions = d->out->transitions;
	event->armed = d->out->armed;
	event->stopped = d->out->stopped;
	event->handovers = d->out->handover_ids;
	if (input->message == NULL) {
		d->out->clock = input->clock;
		event->clock = &d->out->clock;
		return;
	}
	event->has_offset = true;
	event->offset = input->offset;
	event->has_message = true;
	event->message = input->message->id;
	event->partner = input->message->partner;
}

void decider_look(struct decider *d, const struct client *client, const struct rules *rules)
{
	d->client = client;
	d->known = true;
	d->rules = rules;
	d->change = NULL;
	d->actor = (struct bytes){0};
	d->referrals_count = 0;
	d->clocks_count = 0;
	copy_state(d);
}

void decider_init(struct decider *d, const struct handover_state *state,
	const struct handover_input *input, const struct rules *rules,
	struct handover_decision *out)
{
	decider_look(d, &state->client, rules);
	d->known = state->known;
	d->input = input;
	d->out = out;
	d->event = &out->event;
	d->change = input->message != NULL ? input->message->body_status_change : NULL;
	d->now = input->now;
	d->today = calendar_date(input->now);
	out->handovers_count = 0;
	out->changes_client = state->known;
	out->stores_person = false;
	out->reject_owner = NULL;
	out->actions_count = 0;
	out->sends = false;
	init_event(d);
}

struct referral_after *decider_find(struct decider *d, struct uuid referral)
{
	for (size_t i = 0; i < d->referrals_count; i++)
		if (decider_same(d->referrals[i].referral, referral))
			return &d->referrals[i];
	return NULL;
}

bool decider_has_room(const struct decider *d)
{
	size_t room = HANDOVER_REFERRALS_MAX + state_forgettable(d->client);

	if (d->client->desks_count > HANDOVER_DESKS_MAX - HANDOVER_DESKS_SPARE)
		return false; /* only if nearly all are meant still: fold forgets the others */
	return d->referrals_count < room && d->referrals_count < DECIDER_REFERRALS_MAX;
}

struct referral_after *decider_add(struct decider *d, struct uuid referral)
{
	struct referral_after *added = &d->referrals[d->referrals_count];

	if (!decider_has_room(d))
		return NULL;
	memset(added, 0, sizeof(*added));
	added->referral = referral;
	d->referrals_count++;
	return added;
}

static void record(
	struct decider *d, unsigned row, const struct referral_after *referral, const int *from)
{
	struct event *event = d->event;

	assert(event->transitions_count < HANDOVER_OUT_MAX);
	event->transitions[event->transitions_count++] = (struct transition){
		.row = bytes_of_string(table[row].number),
		.has_from = from != NULL,
		.from = from != NULL ? (enum referral_state) * from : REFERRAL_STATE_SUBMITTED,
		.after = *referral,
	};
}

void decider_step(struct decider *d, unsigned row, struct referral_after *referral)
{
	int to = table[row].to;

	decider_step_to(
		d, row, referral, to == TABLE_SAME ? referral->state : (enum referral_state)to);
}

void decider_step_to(
	struct decider *d, unsigned row, struct referral_after *referral, enum referral_state to)
{
	int from = (int)referral->state;
	bool told = !clocks_rests(d, referral);

	referral->state = to;
	referral->has_left = referral->has_left && to == REFERRAL_STATE_INFO_NEEDED;
	referral->version += table[row].counts ? 1 : 0;
	record(d, row, referral, &from);
	if ((int)to != from)
		clocks_enter(d, referral);
	tell_step(d, row, referral, told);
}

/* I16 looks at what a desk sends; the coordinator and the hub know what they do. */
static const char *sent_round(const struct decider *d, unsigned row, struct bytes desk)
{
	return row == TABLE_1 || row == TABLE_1B ? escalation_sent_round(d->client, d->today, desk)
						 : NULL;
}

/* Whoever refers to itself has accepted; and an offer that joins others (22) leaves them as they
 * are.
 */
static enum referral_state opens_as(unsigned row, const struct referral_after *referral)
{
	int to = table[row].to == TABLE_SAME ? REFERRAL_STATE_SUBMITTED : table[row].to;

	return to == REFERRAL_STATE_SUBMITTED && referral->accepted ? REFERRAL_STATE_ACCEPTED
								    : (enum referral_state)to;
}

void decider_open(struct decider *d, unsigned row, struct referral_after *referral)
{
	bool visits = referral->kind == REFERRAL_KIND_TRANSFER || row == TABLE_1B;
	const char *why = visits ? sent_round(d, row, referral->target) : NULL;

	referral->state = opens_as(row, referral);
	referral->version = 1;
	referral->escalation = why != NULL ? ESCALATION_COORDINATOR : 0;
	record(d, row, referral, NULL);
	clocks_enter(d, referral);
	if (visits)
		d->event->visited = referral->target;
	tell_step(d, row, referral, !clocks_rests(d, referral));
	if (why != NULL)
		escalation_report(d, referral, why);
}

bool decider_is_undecided_transfer(const struct referral_after *referral)
{
	if (referral->kind != REFERRAL_KIND_TRANSFER)
		return false;
	return (table[TABLE_9].from & TABLE_BIT(referral->state)) != 0 && !referral->accepted;
}

bool decider_is_open(enum referral_state state)
{
	return state <= REFERRAL_STATE_CANCEL_REQUESTED || state == REFERRAL_STATE_RETURNED;
}

void decider_copy_terms(struct referral_after *to, const struct referral_after *parent)
{
	to->subject = parent->subject;
	to->question = parent->question;
	to->urgent = parent->urgent;
	to->has_expires_at = parent->has_expires_at;
	to->expires_at = parent->expires_at;
	to->has_review_every = parent->has_review_every;
	to->review_every = parent->review_every;
	to->has_parent = true;
	to->parent = parent->referral;
}

void decider_accept(struct decider *d, struct referral_after *referral)
{
	referral->accepted = true;
	referral->has_accepted_at = true;
	referral->accepted_at = d->now;
	clocks_place(d, referral);
}

void decider_complete(struct decider *d, struct referral_after *referral, const char *outcome)
{
	referral->outcome = bytes_of_string(outcome);
	referral->next_step = (struct bytes){0};
	decider_step(d, TABLE_18, referral);
}

static void follow_owner(struct decider *d, struct referral_after *request)
{
	if (bytes_equal(request->wished, d->owner)) {
		decider_complete(d, request, "TAKEN_OVER");
		return;
	}
	if (request->state == REFERRAL_STATE_CANCEL_REQUESTED) {
		decider_step(d, TABLE_14, request);
		return;
	}
	if (bytes_equal(request->sender, d->owner)) {
		decider_step(d, TABLE_9, request);
		return;
	}
	tell(d, request->target, ROLE_TARGET, HANDOVER_KIND_RECALL, request);
	request->giver = d->owner;
	request->target = d->owner;
	request->target_at = 0; /* it was another partner's */
	request->delivery = DELIVERY_QUEUED;
	decider_step(d, TABLE_1D, request);
	clocks_enter(d, request);
	if (!bytes_equal(request->sender, d->actor))
		tell(d, request->sender, ROLE_SENDER, HANDOVER_KIND_STATUS, request);
}

void decider_give(struct decider *d, struct bytes desk, struct uuid via)
{
	d->out->owner = (struct owner_change){.old = d->owner, .new = desk, .via = via};
	d->event->owner = &d->out->owner;
	d->owner = desk;
	d->owner_via = via;
	clocks_new_owner(d);
}

/* Who asked for the client asks its new owner. */
static void move_requests(struct decider *d)
{
	for (size_t i = 0; i < d->referrals_count; i++)
		if (d->referrals[i].kind == REFERRAL_KIND_REQUEST &&
			decider_is_open(d->referrals[i].state))
			follow_owner(d, &d->referrals[i]);
}

static const char *who_must_act(const struct decider *d, enum rejection_code code)
{
	const struct rules_partner *partner;

	if (code == REJECTION_CODE_UNKNOWN_CODE || code == REJECTION_CODE_PARKED)
		return "ops";
	partner = rules_partner(d->rules, d->input->message->partner);
	return partner != NULL ? partner->home_desk : "ops";
}

void decider_reject(
	struct decider *d, enum rejection_code code, const char *field, const char *format, ...)
{
	struct event *event = d->event;
	va_list args;

	va_start(args, format);
	(void)vsnprintf(d->out->text, sizeof(d->out->text), format, args);
	va_end(args);
	assert(event->transitions_count == 0);
	event->result = RESULT_REJECTED;
	event->has_code = true;
	event->code = code;
	event->field = bytes_of_string(field);
	event->text = bytes_of_string(d->out->text);
	d->out->reject_owner = who_must_act(d, code);
}

bool decider_by_hub(const struct decider *d)
{
	return bytes_equal_string(d->input->message->partner, "hub");
}

struct uuid decider_derive(const struct decider *d, struct uuid parent, struct bytes desk)
{
	uint8_t input[16 + 16 + 64] = {0};
	const uint8_t first[16] = {1},
		      second[16] = {2}; /* tell the halves apart; an id needs no secret */
	const void *cause = &d->now;
	uint64_t hash[2];
	struct uuid id;

	assert(desk.size <= 64);
	memcpy(input, parent.data, 16);
	if (d->input->message != NULL)
		memcpy(input + 16, d->input->message->id.data, 16);
	else
		memcpy(input + 16, cause, sizeof(d->now));
	memcpy(input + 32, desk.data, desk.size);
	hash[0] = bytes_hash(bytes_of(input, sizeof(input)), first);
	hash[1] = bytes_hash(bytes_of(input, sizeof(input)), second);
	memcpy(id.data, hash, sizeof(hash));
	id.data[0] = d->client->client.data[0];
	id.data[1] = (uint8_t)((d->client->client.data[1] & 0xf0) | (id.data[1] & 0x0f));
	id.data[6] = (uint8_t)(0x80 | (id.data[6] & 0x0f));
	id.data[8] = (uint8_t)(0x80 | (id.data[8] & 0x3f));
	return id;
}

void decider_finish(struct decider *d)
{
	if (d->event->owner != NULL)
		move_requests(d);
	if (d->event->result == RESULT_APPLIED || d->event->result == RESULT_PARKED)
		d->event->version++;
	if (d->event->result == RESULT_APPLIED)
		clocks_finish(d);
	tell_finish(d);
}
