/* couple - every state that two records of one person can reach while they are merged. */
#include "tests/sim/exhaustive/couple.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is under way about the merge that a client began; two bits each. */
enum word { WORD_NONE, WORD_CLOSE, WORD_MERGED, WORD_NOT_MERGED };

/* Which of the two is to be merged into the other is in its state. `refused`: both asked at once,
 * and both heard no. */
struct pair {
	struct small clients[2];
	uint64_t words, refused;
};

struct couple {
	struct moves_world world;
	struct rules rules;
	size_t limit, mask, count, at;
	struct pair *keys; /* in the order in which they were found */
	uint32_t *parents, *table; /* places in keys; and plus one, by hash */
	bool full;
	const char *ignored; /* NULL: no invariant */
	struct couple_result result;
	char broken_text[256]; /* of the result */
	/* The step at hand. */
	struct pair from;
	bool is_beyond, is_broken;
	struct handover_state now[2], next[2];
	struct handover_decision decision;
	struct move moves[MOVES_MAX];
	struct moves_room room;
	struct handover_input input;
	struct handover_sent sent;
	char text[200];
	/* What to do with it. */
	void (*visit)(struct couple *couple, struct pair to);
	struct pair wanted;
	char wanted_text[200];
};

static void *get(size_t count, size_t size)
{
	void *room = calloc(count, size);

	if (room == NULL)
		abort();
	return room;
}

struct couple *couple_new(const struct moves_world *world, size_t states)
{
	struct couple *couple = get(1, sizeof(*couple));
	size_t size = 1024;

	while (size < 2 * states)
		size *= 2;
	couple->world = *world;
	couple->rules = small_rules();
	couple->limit = states;
	couple->mask = size - 1;
	couple->keys = get(states, sizeof(*couple->keys));
	couple->parents = get(states, sizeof(*couple->parents));
	couple->table = get(size, sizeof(*couple->table));
	return couple;
}

void couple_ignore(struct couple *couple, const char *invariant)
{
	couple->ignored = invariant;
}

void couple_free(struct couple *couple)
{
	free(couple->keys);
	free(couple->parents);
	free(couple->table);
	free(couple);
}

static enum word word_of(struct pair pair, unsigned who)
{
	return (enum word)(pair.words >> 2 * who & 3);
}

static void set_word(struct pair *pair, unsigned who, enum word word)
{
	pair->words &= ~(3ul << 2 * who);
	pair->words |= (uint64_t)word << 2 * who;
}

static bool is_marked(struct small small)
{
	return (small.client >> 22 & 1) != 0;
}

static bool was_merged(struct small small)
{
	return (small.client >> 21 & 1) != 0;
}

static void found(void *context, const char *invariant, const char *text)
{
	struct couple *couple = context;

	if (couple->ignored != NULL && strcmp(couple->ignored, invariant) == 0)
		return;
	couple->is_broken = true;
	if (couple->result.invariant != NULL)
		return;
	couple->result.invariant = invariant;
	(void)snprintf(couple->broken_text, sizeof(couple->broken_text), "%s", text);
	couple->result.text = couple->broken_text;
}

static void expect(struct couple *couple, bool holds, const char *text)
{
	if (!holds)
		found(couple, "merge", text);
}

static uint64_t hash(struct pair pair)
{
	uint64_t first = small_hash(pair.clients[0]), second = small_hash(pair.clients[1]);

	return (first ^ (second << 21 | second >> 43)) * 0x9e3779b97f4a7c15u >> 17 ^
		(pair.words << 1 | pair.refused) * 0xff51afd7ed558ccdu;
}

static void insert(struct couple *couple, struct pair key)
{
	size_t slot = hash(key) & couple->mask;

	while (couple->table[slot] != 0) {
		if (memcmp(&couple->keys[couple->table[slot] - 1], &key, sizeof(key)) == 0)
			return;
		slot = (slot + 1) & couple->mask;
	}
	if (couple->count == couple->limit) {
		couple->full = true;
		return;
	}
	couple->keys[couple->count] = key;
	couple->parents[couple->count] = (uint32_t)couple->at;
	couple->table[slot] = (uint32_t)++couple->count;
}

static void unpack(struct couple *couple, unsigned who)
{
	small_unpack(couple->from.clients[who], who, &couple->now[who]);
}

/* One of the two decides, and becomes what it decided. */
static void decide(struct couple *couple, unsigned who)
{
	const struct handover_decision *decision = &couple->decision;
	const struct handover_step step = {&couple->now[who].client, &decision->event,
		&couple->next[who].client, couple->input.message};

	handover_decide(&couple->now[who], &couple->input, &couple->rules, &couple->decision);
	couple->result.steps++;
	small_unpack(couple->from.clients[who], who, &couple->next[who]);
	if (decision->changes_client)
		handover_fold(&couple->next[who], &decision->event);
	handover_step_invariants(&step, found, couple);
	if (decision->event.result == RESULT_APPLIED) /* or else it is as it was */
		handover_invariants(&couple->next[who].client, &couple->rules, found, couple);
}

static void put(struct couple *couple, struct pair *to, unsigned who)
{
	const struct client *client = &couple->next[who].client;

	couple->is_beyond = couple->is_beyond || client->referrals_count > couple->world.most;
	if (!couple->is_beyond)
		to->clients[who] = small_pack(client, couple->world.how);
}

/* What was sent on is decided there at once: had it been under way for longer, it would be the same
 * as if it had been sent later. */
static void send_on(struct couple *couple, struct pair *to, unsigned other)
{
	couple->input.message = &couple->sent.message;
	couple->input.hops = couple->sent.hops;
	decide(couple, other);
	expect(couple, couple->decision.event.result != RESULT_FORWARDED,
		"what was sent on is sent on again: nobody has the client");
	put(couple, to, other);
}

static void begin(struct couple *couple, struct pair *to, unsigned who)
{
	expect(couple, word_of(couple->from, who) == WORD_NONE,
		"a merge began while another one is under way");
	set_word(to, who, WORD_CLOSE);
}

/* The other one began; this one answers. */
static void answer(struct couple *couple, struct pair *to, unsigned who, enum action said)
{
	bool merged = said == ACTION_MERGED;
	bool was = couple->now[who].client.has_merged_into;

	expect(couple, couple->next[who].client.has_merged_into == (merged || was),
		"the answer says something else than the state");
	expect(couple, !(was && couple->decision.event.has_merged_into),
		"what was merged was merged again");
	expect(couple, merged || !was, "what was merged is said not to be");
	expect(couple, word_of(couple->from, 1 - who) == WORD_CLOSE, "nobody asked");
	set_word(to, 1 - who, merged ? WORD_MERGED : WORD_NOT_MERGED);
	if (!merged && is_marked(couple->from.clients[who]))
		to->refused = 1;
}

static void check_pair(struct couple *couple, struct pair pair)
{
	expect(couple, !(was_merged(pair.clients[0]) && was_merged(pair.clients[1])),
		"both were merged into each other: nobody has the client");
	for (unsigned who = 0; who < 2; who++) {
		expect(couple, is_marked(pair.clients[who]) == (word_of(pair, who) != WORD_NONE),
			"a mark that no answer will clear, or an answer without a mark");
		expect(couple,
			!was_merged(couple->from.clients[who]) || was_merged(pair.clients[who]),
			"what was merged came back");
	}
}

/* Takes the step that the input says, and hands on what comes of it. */
static void take(struct couple *couple, unsigned who, struct pair to)
{
	couple->is_beyond = couple->is_broken = false;
	decide(couple, who);
	put(couple, &to, who);
	if (couple->decision.sends) {
		couple->sent = couple->decision.sent;
		if (couple->decision.event.result == RESULT_FORWARDED)
			send_on(couple, &to, 1 - who);
		else if (couple->decision.sent.change.action == ACTION_CLOSE)
			begin(couple, &to, who);
		else
			answer(couple, &to, who, couple->decision.sent.change.action);
	}
	if (couple->is_beyond) {
		couple->result.beyond++;
		return;
	}
	check_pair(couple, to);
	couple->visit(couple, to);
}

static void take_move(struct couple *couple, unsigned who, const struct move *move)
{
	const struct client *other = &couple->now[1 - who].client;

	(void)snprintf(couple->text, sizeof(couple->text), "%c: %s", 'X' + (int)who,
		moves_text(move, &couple->now[who].client));
	moves_input(move, &couple->now[who], &couple->room, &couple->input);
	if (move->action == ACTION_MERGE) {
		couple->room.change.has_other_client = true;
		couple->room.change.other_client = other->client;
		couple->room.change.has_other_referral = true;
		couple->room.change.other_referral = small_referral(other->client, 0);
	}
	take(couple, who, couple->from);
	if (move->last_level)
		unpack(couple, who);
}

/* The word about the merge that `began` began arrives. */
static void take_word(struct couple *couple, unsigned began)
{
	static const struct move none = {.kind = MOVE_HUB};
	enum word word = word_of(couple->from, began);
	unsigned hears = word == WORD_CLOSE ? 1 - began : began;
	struct pair to = couple->from;

	if (word == WORD_NONE)
		return;
	(void)snprintf(couple->text, sizeof(couple->text), "%c hears %s", 'X' + (int)hears,
		word == WORD_CLOSE            ? "CLOSE"
			: word == WORD_MERGED ? "MERGED"
					      : "NOT_MERGED");
	moves_input(&none, &couple->now[hears], &couple->room, &couple->input);
	couple->room.change = (struct status_change){
		.has_referral = true,
		.referral = small_referral(couple->now[hears].client.client, 0),
		.action = word == WORD_CLOSE  ? ACTION_CLOSE
			: word == WORD_MERGED ? ACTION_MERGED
					      : ACTION_NOT_MERGED,
		.closing_reason = bytes_of_string("MERGED_INTO"),
		.has_other_referral = true,
		.other_referral = small_referral(couple->now[1 - hears].client.client, 0),
		.has_other_client = true,
		.other_client = couple->now[1 - hears].client.client,
	};
	set_word(&to, began, WORD_NONE);
	take(couple, hears, to);
}

static void take_merge(struct couple *couple, unsigned who)
{
	const struct client *client = &couple->now[who].client;

	if (client->referrals_count > 0)
		take_move(couple, who,
			&(struct move){.kind = MOVE_ACT,
				.action = ACTION_MERGE,
				.desk = (uint8_t)client->owner});
}

/* All that can happen to the pair next. */
static void take_all(struct couple *couple, size_t at)
{
	couple->at = at;
	couple->from = couple->keys[at];
	unpack(couple, 0);
	unpack(couple, 1);
	for (unsigned who = 0; who < 2; who++) {
		size_t count = moves_list(
			&couple->world, &couple->now[who], &couple->rules, couple->moves);

		take_merge(couple, who);
		take_word(couple, who);
		for (size_t i = 0; i < count; i++)
			take_move(couple, who, &couple->moves[i]);
	}
}

static void keep(struct couple *couple, struct pair to)
{
	if (couple->is_broken)
		(void)snprintf(
			couple->wanted_text, sizeof(couple->wanted_text), "%s", couple->text);
	else
		insert(couple, to);
}

static void count(struct couple *couple)
{
	struct couple_result *result = &couple->result;

	for (size_t i = 0; i < couple->count; i++) {
		const struct pair *pair = &couple->keys[i];
		bool merged = was_merged(pair->clients[0]) || was_merged(pair->clients[1]);

		result->both_ask +=
			word_of(*pair, 0) == WORD_CLOSE && word_of(*pair, 1) == WORD_CLOSE;
		result->merged += merged;
		result->retried += merged && pair->refused != 0;
	}
	result->states = couple->count;
	result->complete = !couple->full && result->invariant == NULL;
}

struct couple_result couple_run(struct couple *couple)
{
	couple->visit = keep;
	insert(couple, (struct pair){0});
	for (size_t at = 0; at < couple->count && couple->result.invariant == NULL; at++)
		take_all(couple, at);
	count(couple);
	return couple->result;
}

static void compare(struct couple *couple, struct pair to)
{
	if (memcmp(&to, &couple->wanted, sizeof(to)) == 0)
		(void)snprintf(
			couple->wanted_text, sizeof(couple->wanted_text), "%s", couple->text);
}

static void print_way(struct couple *couple, size_t at)
{
	if (at == 0)
		return;
	print_way(couple, couple->parents[at]);
	couple->wanted = couple->keys[at];
	take_all(couple, couple->parents[at]);
	printf("  %s\n", couple->wanted_text);
}

void couple_print_story(struct couple *couple)
{
	char last[sizeof(couple->wanted_text)];

	memcpy(last, couple->wanted_text, sizeof(last));
	couple->visit = compare;
	print_way(couple, couple->at);
	printf("  %s\n", last);
}
