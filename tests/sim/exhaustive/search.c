/* search - every state that a small world can reach, breadth first, until one breaks an invariant.
 */
#include "tests/sim/exhaustive/search.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/steps.h"

#define REPEATS_EVERY 16 /* one applied action in so many is sent twice, and once stale */

struct search {
	struct moves_world world;
	struct rules rules;
	size_t limit;
	unsigned illegal;
	const char *ignored; /* NULL: no invariant */
	struct small *keys; /* in the order in which they were found */
	uint32_t *parents; /* places in keys */
	uint32_t *table; /* places in keys plus one, by hash; open addressing */
	size_t mask; /* of the table's size, a power of two */
	size_t count;
	bool full;
	struct search_result result;
	char text[256]; /* of the result */
	struct move last; /* what broke an invariant */
	size_t at; /* in this state */
	struct handover_state now, next;
	struct handover_decision decision;
	struct move moves[MOVES_MAX];
	struct moves_room room;
	struct handover_input input;
};

static void *get(size_t count, size_t size)
{
	void *room = calloc(count, size);

	if (room == NULL)
		abort();
	return room;
}

struct search *search_new(const struct moves_world *world, size_t states, unsigned illegal)
{
	struct search *search = get(1, sizeof(*search));
	size_t size = 1024;

	while (size < 2 * states)
		size *= 2;
	search->world = *world;
	search->rules = small_rules();
	search->limit = states;
	search->illegal = illegal;
	search->keys = get(states, sizeof(*search->keys));
	search->parents = get(states, sizeof(*search->parents));
	search->table = get(size, sizeof(*search->table));
	search->mask = size - 1;
	return search;
}

void search_ignore(struct search *search, const char *invariant)
{
	search->ignored = invariant;
}

void search_free(struct search *search)
{
	free(search->keys);
	free(search->parents);
	free(search->table);
	free(search);
}

/* True when it is new. */
static bool insert(struct search *search, struct small key, size_t parent)
{
	size_t slot = small_hash(key) & search->mask;

	while (search->table[slot] != 0) {
		if (small_equal(search->keys[search->table[slot] - 1], key))
			return false;
		slot = (slot + 1) & search->mask;
	}
	if (search->count == search->limit) {
		search->full = true;
		return false;
	}
	search->keys[search->count] = key;
	search->parents[search->count] = (uint32_t)parent;
	search->table[slot] = (uint32_t)++search->count;
	return true;
}

static void found(void *context, const char *invariant, const char *text)
{
	struct search *search = context;

	bool ignored = search->ignored != NULL && strcmp(search->ignored, invariant) == 0;

	if (search->result.invariant != NULL || ignored)
		return;
	search->result.invariant = invariant;
	(void)snprintf(search->text, sizeof(search->text), "%s", text);
	search->result.text = search->text;
}

static void expect(struct search *search, bool holds, const char *what, const char *text)
{
	if (!holds)
		found(search, what, text);
}

static void decide(struct search *search, const struct handover_state *state)
{
	handover_decide(state, &search->input, &search->rules, &search->decision);
	search->result.steps++;
}

/* Brings `next` to what the decision makes of the state with this key. */
static void fold(struct search *search, struct small key)
{
	small_unpack(key, 0, &search->next);
	if (search->decision.changes_client)
		handover_fold(&search->next, &search->decision.event);
}

static void check_step(struct search *search)
{
	const struct handover_step step = {&search->now.client, &search->decision.event,
		&search->next.client, search->input.message};

	handover_step_invariants(&step, found, search);
}

static void check_state(struct search *search)
{
	handover_invariants(&search->next.client, &search->rules, found, search);
	steps_check_asked(&search->next.client, &search->rules, found, search);
}

/* What was applied is a repeat when it comes again, and is refused where it names an old version.
 */
static void check_again(struct search *search, size_t at, const struct move *move)
{
	struct move stale = *move;

	decide(search, &search->next);
	expect(search, search->decision.event.result == RESULT_DUPLICATE, "I10",
		"the same message was not taken for a repeat");
	stale.stale = true;
	moves_input(&stale, &search->now, &search->room, &search->input);
	decide(search, &search->now);
	fold(search, search->keys[at]);
	check_step(search);
	expect(search,
		search->decision.event.result == RESULT_REJECTED &&
			search->decision.event.code == REJECTION_CODE_STALE,
		"I11", "a stale action was not refused");
	search->result.refused++;
}

static bool must_apply(const struct move *move)
{
	return move->kind == MOVE_ACT || move->kind == MOVE_HUB || move->kind == MOVE_CLOCK;
}

static void take(struct search *search, size_t at, const struct move *move)
{
	struct small key = search->keys[at], next;
	bool applied;

	moves_input(move, &search->now, &search->room, &search->input);
	decide(search, &search->now);
	applied = search->decision.event.result == RESULT_APPLIED;
	expect(search, applied || !must_apply(move), "legal",
		"what was said to be possible was refused");
	if (!search->decision.changes_client)
		return;
	fold(search, key);
	check_step(search);
	if (search->next.client.referrals_count > SMALL_REFERRALS) {
		search->result.beyond++;
		check_state(search);
		return;
	}
	next = small_pack(&search->next.client, search->world.how);
	if (!small_equal(key, next) && insert(search, next, at))
		check_state(search);
	if (applied && move->kind == MOVE_ACT && small_hash(next) % REPEATS_EVERY == 0)
		check_again(search, at, move);
}

static void take_illegal(struct search *search, size_t at, uint64_t chance)
{
	struct move move;

	if (!moves_illegal(&search->now, &search->rules, chance, &move))
		return;
	search->last = move;
	moves_input(&move, &search->now, &search->room, &search->input);
	decide(search, &search->now);
	fold(search, search->keys[at]);
	check_step(search);
	expect(search, search->decision.event.result == RESULT_REJECTED, "legal",
		"what was not said to be possible was not refused");
	expect(search,
		small_equal(search->keys[at], small_pack(&search->next.client, search->world.how)),
		"refused", "what was refused changed the client");
	search->result.refused++;
}

static void look_at(struct search *search, size_t at)
{
	uint64_t chance = small_hash(search->keys[at]) >> 16;
	size_t count;

	search->at = at;
	small_unpack(search->keys[at], 0, &search->now);
	count = moves_list(&search->world, &search->now, &search->rules, search->moves);
	for (size_t i = 0; i < count && search->result.invariant == NULL; i++) {
		search->last = search->moves[i];
		take(search, at, &search->moves[i]);
		if (search->moves[i].last_level)
			small_unpack(search->keys[at], 0, &search->now);
	}
	for (unsigned i = 0; i < search->illegal && search->result.invariant == NULL; i++) {
		chance = chance * 6364136223846793005u + 1442695040888963407u;
		take_illegal(search, at, chance >> 20);
	}
}

static size_t depth_of(const struct search *search, size_t at)
{
	size_t depth = 0;

	for (; at > 0; at = search->parents[at])
		depth++;
	return depth;
}

struct search_result search_run(struct search *search)
{
	small_unpack((struct small){0}, 0, &search->next);
	insert(search, small_pack(&search->next.client, search->world.how), 0);
	for (size_t at = 0; at < search->count && search->result.invariant == NULL; at++)
		look_at(search, at);
	for (size_t i = 0; i < search->count; i++)
		search->result.weight += small_weight(search->keys[i], search->world.how);
	search->result.states = search->count;
	search->result.depth = depth_of(search, search->at);
	search->result.complete = !search->full && search->result.invariant == NULL;
	return search->result;
}

/* By what the second state came from the first. */
static const struct move *find_move(struct search *search, struct small from, struct small to)
{
	size_t count;

	small_unpack(from, 0, &search->now);
	count = moves_list(&search->world, &search->now, &search->rules, search->moves);
	for (size_t i = 0; i < count; i++) {
		small_unpack(from, 0, &search->now);
		moves_input(&search->moves[i], &search->now, &search->room, &search->input);
		handover_decide(&search->now, &search->input, &search->rules, &search->decision);
		fold(search, from);
		if (search->next.client.referrals_count <= SMALL_REFERRALS &&
			small_equal(to, small_pack(&search->next.client, search->world.how)))
			return &search->moves[i];
	}
	return NULL;
}

static void print_way(struct search *search, size_t at)
{
	const struct move *move;

	if (at == 0)
		return;
	print_way(search, search->parents[at]);
	move = find_move(search, search->keys[search->parents[at]], search->keys[at]);
	assert(move != NULL);
	printf("  %s\n", moves_text(move, &search->now.client));
	if (!small_equal(search->keys[at],
		    small_pack(&search->next.client, search->world.how & ~(unsigned)SMALL_TWINS)))
		printf("  (from here on a is called b, and b a)\n");
}

static void print_client(const struct search *search)
{
	const struct client *client = &search->next.client;
	struct bytes owner = handover_desk(client, client->owner);

	printf("  so: %s at %.*s\n", client_status_name(client->status), BYTES_ARG(owner));
	for (size_t i = 0; i < client->referrals_count; i++)
		printf("      %s\n", small_text(client, &client->referrals[i]));
}

void search_print_story(struct search *search)
{
	struct move last = search->last;

	print_way(search, search->at);
	small_unpack(search->keys[search->at], 0, &search->now);
	moves_input(&last, &search->now, &search->room, &search->input);
	handover_decide(&search->now, &search->input, &search->rules, &search->decision);
	fold(search, search->keys[search->at]);
	printf("  %s\n", moves_text(&last, &search->now.client));
	print_client(search);
}
