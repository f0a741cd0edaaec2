/* moves - all that can happen next to a client of a small world. */
#include "tests/sim/exhaustive/moves.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "hub/base/calendar.h"

struct list {
	const struct moves_world *world;
	const struct handover_state *state;
	const struct rules *rules;
	struct move *out;
	size_t count;
};

static void add(struct list *list, struct move move)
{
	assert(list->count < MOVES_MAX);
	list->out[list->count++] = move;
}

static bool takes_part(const struct moves_world *world, size_t desk)
{
	return desk == SMALL_K || (world->desks & (1u << desk)) != 0;
}

static bool is_open(enum referral_state state)
{
	return state <= REFERRAL_STATE_CANCEL_REQUESTED || state == REFERRAL_STATE_RETURNED;
}

static bool runs(const struct client_referral *referral, enum clock_name name)
{
	for (size_t i = 0; i < referral->clocks_count; i++)
		if (referral->clocks[i].clock == name)
			return true;
	return false;
}

/* Plain, and with each thing that the world has. */
static void add_referrals(struct list *list, struct move move)
{
	struct move grouped = move, resting = move, consented = move;

	grouped.group = true;
	resting.rests = true;
	consented.consent = true;
	add(list, move);
	if (move.of == REFERRAL_KIND_TRANSFER)
		add(list, grouped);
	if (list->world->rests)
		add(list, resting);
	if (list->world->consent)
		add(list, consented);
}

static void list_referrals_from(struct list *list, size_t from)
{
	const struct client *client = &list->state->client;
	bool may_transfer = client->status == CLIENT_STATUS_CLOSED || list->world->requests ||
		client->owner == (int32_t)from;

	for (size_t to = 0; to < SMALL_K; to++) {
		struct move move = {.kind = MOVE_REFER,
			.desk = (uint8_t)from,
			.to = (uint8_t)to,
			.of = REFERRAL_KIND_TRANSFER};

		if (!takes_part(list->world, to))
			continue;
		if (may_transfer)
			add_referrals(list, move);
		move.of = REFERRAL_KIND_SERVICE;
		if (list->world->services)
			add_referrals(list, move);
	}
}

static void list_referrals(struct list *list)
{
	const struct client *client = &list->state->client;
	bool closed = list->state->known && client->status == CLIENT_STATUS_CLOSED;

	if (client->referrals_count == list->world->most || (closed && !list->world->closes))
		return;
	for (size_t from = 0; from < SMALL_DESKS; from++)
		if (takes_part(list->world, from))
			list_referrals_from(list, from);
}

static void add_assignments(struct list *list, struct move move)
{
	for (size_t to = 0; to < SMALL_K; to++) {
		if (!takes_part(list->world, to) || list->state->client.owner == (int32_t)to)
			continue;
		move.to = (uint8_t)to;
		add(list, move);
	}
}

/* And refers on at once. */
static void add_acceptances(struct list *list, struct move move)
{
	const struct client *client = &list->state->client;

	add(list, move);
	if (client->referrals_count == list->world->most ||
		client->referrals[move.referral].kind != REFERRAL_KIND_TRANSFER)
		return;
	move.other_way = true;
	for (size_t to = 0; to < SMALL_K; to++) {
		if (!takes_part(list->world, to) || to == move.desk)
			continue;
		move.to = (uint8_t)to;
		add(list, move);
	}
}

static void add_both_ways(struct list *list, struct move move)
{
	add(list, move);
	move.other_way = true;
	add(list, move);
}

/* An action on the client names any referral of it: the first one does for all. */
static void add_action(struct list *list, struct move move)
{
	const struct moves_world *world = list->world;
	bool first = move.referral == 0;

	if (move.action == ACTION_ASSIGN && first)
		add_assignments(list, move);
	else if (move.action == ACTION_ACCEPT)
		add_acceptances(list, move);
	else if (move.action == ACTION_SIGN_OF_LIFE && first)
		add_both_ways(list, move);
	else if (move.action == ACTION_CLOSE && first && world->closes)
		add(list, move);
	else if (move.action == ACTION_WITHDRAW_CONSENT && first && world->consent)
		add(list, move);
	else if (move.action == ACTION_CANCEL ||
		(move.action == ACTION_PROGRESS && world->no_shows))
		add_both_ways(list, move);
	else if (move.action < ACTION_ASSIGN || move.action == ACTION_REVIEW)
		add(list, move);
}

static void list_actions(struct list *list, size_t place)
{
	const struct client *client = &list->state->client;

	for (size_t desk = 0; desk < SMALL_DESKS; desk++) {
		enum action legal[ACTION_COUNT];
		size_t count;

		if (!takes_part(list->world, desk))
			continue;
		count = handover_actions(
			client, &client->referrals[place], small_desk(desk), list->rules, legal);
		for (size_t i = 0; i < count; i++)
			add_action(list,
				(struct move){.kind = MOVE_ACT,
					.referral = (uint8_t)place,
					.desk = (uint8_t)desk,
					.action = legal[i]});
	}
}

static void list_hub(struct list *list, size_t place)
{
	const struct client_referral *referral = &list->state->client.referrals[place];
	struct move move = {.kind = MOVE_HUB, .referral = (uint8_t)place};

	if (referral->state == REFERRAL_STATE_SUBMITTED && !runs(referral, CLOCK_NAME_T12)) {
		move.action = ACTION_DELIVERED;
		add(list, move);
		move.action = ACTION_UNDELIVERABLE;
		add(list, move);
	}
	move.action = ACTION_VANISHED;
	if (list->world->vanishes && is_open(referral->state))
		add(list, move);
	move.action = ACTION_RECOGNITION;
	if (list->world->vanishes)
		add(list, move);
}

static void list_amendments(struct list *list, size_t place)
{
	const struct client_referral *referral = &list->state->client.referrals[place];
	struct move move = {.kind = MOVE_AMEND,
		.referral = (uint8_t)place,
		.desk = (uint8_t)referral->sender,
		.to = (uint8_t)(referral->has_wished ? referral->wished : referral->target),
		.of = referral->kind == REFERRAL_KIND_SERVICE ? REFERRAL_KIND_SERVICE
							      : REFERRAL_KIND_TRANSFER};

	if (!is_open(referral->state) || !(list->world->rests || list->world->vanishes))
		return;
	add(list, move);
	move.rests = true;
	if (list->world->rests)
		add(list, move);
}

static void list_clocks(struct list *list, size_t place, const struct clock *clocks, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct move move = {
			.kind = MOVE_CLOCK, .referral = (uint8_t)place, .clock = clocks[i].clock};

		add(list, move);
		move.last_level = true;
		if (move.clock == CLOCK_NAME_T2)
			add(list, move);
	}
}

size_t moves_list(const struct moves_world *world, const struct handover_state *state,
	const struct rules *rules, struct move *out)
{
	struct list list = {.world = world, .state = state, .rules = rules, .out = out};
	const struct client *client = &state->client;

	list_referrals(&list);
	for (size_t i = 0; i < client->referrals_count; i++) {
		const struct client_referral *referral = &client->referrals[i];

		list_actions(&list, i);
		list_hub(&list, i);
		list_amendments(&list, i);
		list_clocks(&list, i, referral->clocks, referral->clocks_count);
	}
	list_clocks(&list, SMALL_REFERRALS, client->clocks, client->clocks_count);
	return list.count;
}

bool moves_illegal(const struct handover_state *state, const struct rules *rules, uint64_t chance,
	struct move *out)
{
	const struct client *client = &state->client;
	enum action legal[ACTION_COUNT];
	size_t count;

	if (client->referrals_count == 0)
		return false;
	*out = (struct move){.kind = MOVE_ACT,
		.referral = (uint8_t)(chance % client->referrals_count),
		.desk = (uint8_t)(chance / 8 % SMALL_DESKS),
		.action = (enum action)(ACTION_SEEN + chance / 64 % (ACTION_COUNT - ACTION_SEEN))};
	count = handover_actions(
		client, &client->referrals[out->referral], small_desk(out->desk), rules, legal);
	for (size_t i = 0; i < count; i++)
		if (legal[i] == out->action)
			return false;
	return true;
}

static struct bytes partner_of(size_t desk)
{
	static const char *const partners[SMALL_DESKS] = {
		"00000099000000001", "00000099000000002", "00000099000000003", "00000099000000004"};

	return bytes_of_string(partners[desk]);
}

static void fill_change(const struct move *move, struct pseudonym client, struct moves_room *room)
{
	bool hub = move->kind == MOVE_HUB, way = move->other_way;
	struct status_change *change = &room->change;

	*change = (struct status_change){
		.has_referral = true,
		.referral = small_referral(client, move->referral),
		.action = move->action,
		.reason = bytes_of_string(way ? "CLIENT_DECLINED" : "OTHER"),
		.has_text = true,
		.suggested_desk = bytes_of_string("unknown"),
		.outcome = bytes_of_string("ADVICE_GIVEN"),
		.next_step = bytes_of_string("NONE"),
		.closing_reason = bytes_of_string("PLACED_WORK"),
		.second_worker = bytes_of_string("team-2"),
		.has_progress = true,
		.progress = way ? PROGRESS_NO_SHOW : PROGRESS_CONTACTED,
		.hold_reason = bytes_of_string("ILLNESS"),
		.has_next_date = move->action == ACTION_HOLD || way,
		.next_date = calendar_date(small_now()) + 30,
		.review = bytes_of_string("CONTINUE"),
		.has_seen_version = move->stale,
	};
	if (move->action == ACTION_ASSIGN || (move->action == ACTION_ACCEPT && way))
		change->to_desk = small_desk(move->to);
	if (!hub)
		change->actor = (struct actor){.desk = small_desk(move->desk),
			.worker = bytes_of_string("team-1"),
			.has_role = move->desk == SMALL_K,
			.role = ROLE_COORDINATOR};
	room->message.partner = hub ? bytes_of_string("hub") : partner_of(move->desk);
	room->message.body_status_change = change;
}

static void fill_body(
	const struct move *move, const struct handover_state *state, struct moves_room *room)
{
	struct referral *body = &room->body;
	bool amends = move->kind == MOVE_AMEND;

	*body = (struct referral){
		.has_referral = true,
		.referral = small_referral(state->client.client,
			amends ? move->referral : state->client.referrals_count),
		.kind = move->of,
		.subject = SUBJECT_PERSON,
		.from_desk = small_desk(move->desk),
		.to_desk = small_desk(move->to),
		.question = bytes_of_string("WERK"),
		.region = bytes_of_string("AM22"),
		.origin = bytes_of_string("PARTNER"),
		.urgency = bytes_of_string("NORMAL"),
		.purpose = bytes_of_string("GUIDANCE"),
		.has_not_before = move->rests,
		.not_before = calendar_date(small_now()) + 10,
	};
	if (move->group)
		body->group = bytes_of_string("g");
	if (move->consent)
		body->legal_basis = (struct legal_basis){.kind = LEGAL_BASIS_KIND_CONSENT,
			.has_given_at = true,
			.given_at = small_now()};
	room->message.partner = partner_of(move->desk);
	room->message.body_referral = body;
}

static void set_last_level(const struct move *move, struct handover_state *state)
{
	struct client_referral *referral = &state->referrals[move->referral];

	for (size_t i = 0; i < referral->clocks_count; i++)
		if (referral->clocks[i].clock == move->clock)
			referral->clocks[i].level = 3;
}

void moves_input(const struct move *move, struct handover_state *state, struct moves_room *room,
	struct handover_input *input)
{
	*input = (struct handover_input){.now = small_now(), .offset = 1};
	if (move->kind == MOVE_CLOCK) {
		input->clock = (struct clock_id){.clock = move->clock,
			.has_referral = move->referral < SMALL_REFERRALS,
			.referral = small_referral(state->client.client, move->referral)};
		if (move->last_level)
			set_last_level(move, state);
		return;
	}
	room->message = (struct message){
		.id = {{7, 1, 2, 3, 4, 5, 0x80, 7, 0x80}},
		.digest = {{7}},
		.system = bytes_of_string("sim"),
		.reference = bytes_of_string("r"),
		.has_client = true,
		.client = state->client.client,
		.occurred_at = small_now(),
	};
	input->message = &room->message;
	if (move->kind == MOVE_ACT || move->kind == MOVE_HUB)
		fill_change(move, state->client.client, room);
	else
		fill_body(move, state, room);
}

static const char *about(const struct move *move, const struct client *client)
{
	return move->referral < client->referrals_count
		? small_text(client, &client->referrals[move->referral])
		: "the client";
}

static const char *name_of(size_t desk)
{
	return (const char *)small_desk(desk).data;
}

static void write_referral(const struct move *move, char *text, size_t size)
{
	(void)snprintf(text, size, "%s refers to %s (%s%s%s%s)", name_of(move->desk),
		name_of(move->to), referral_kind_name(move->of), move->group ? ", in a group" : "",
		move->rests ? ", from a later day" : "", move->consent ? ", with consent" : "");
}

const char *moves_text(const struct move *move, const struct client *client)
{
	static char text[160];
	const char *desk = name_of(move->desk), *to = name_of(move->to);

	if (move->kind == MOVE_REFER)
		write_referral(move, text, sizeof(text));
	else if (move->kind == MOVE_AMEND)
		(void)snprintf(text, sizeof(text), "%s amends (%s)", desk, about(move, client));
	else if (move->kind == MOVE_CLOCK)
		(void)snprintf(text, sizeof(text), "%s comes due%s (%s)",
			clock_name_name(move->clock), move->last_level ? " for the last time" : "",
			about(move, client));
	else
		(void)snprintf(text, sizeof(text), "%s: %s%s%s%s (%s)",
			move->kind == MOVE_HUB ? "hub" : desk, action_name(move->action),
			move->action == ACTION_ASSIGN ? " to " : "",
			move->action == ACTION_ASSIGN ? to : "",
			move->other_way ? ", as the client wants, with a date, or sent on" : "",
			about(move, client));
	return text;
}
