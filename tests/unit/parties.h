/* parties - several clients and the intake between them, for stories of merges. */
#ifndef TESTS_UNIT_PARTIES_H
#define TESTS_UNIT_PARTIES_H

#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "hub/base/memory.h"
#include "tests/support/world.h"

#define CLIENTS_MAX 7
#define QUEUE_MAX 24

/* A record on its way to a client. */
struct record {
	struct bytes value; /* a Message */
	int32_t hops;
};

/* The intake of one client, and the client. Its own referral has the client's number. */
struct party {
	struct world world;
	struct record queue[QUEUE_MAX];
	size_t first, count;
};

static struct party *parties; /* CLIENTS_MAX of them; clients are numbered from 1 */
static size_t parties_count;
static struct arena arena;

static const char *const owners[CLIENTS_MAX] = {
	"wsp", "roc", "leerwerk", "gemeente", "uwv", "entry", "uwv-2"};

static inline struct world *world_of(size_t client)
{
	return &parties[client - 1].world;
}

static inline struct pseudonym pseudonym_of(size_t client)
{
	return (struct pseudonym){{(uint8_t)client, 0x40, 0x56}};
}

static inline size_t number_of(struct pseudonym client)
{
	return client.data[0];
}

static inline void queue_up(size_t client, const struct message *message, int32_t hops)
{
	struct party *party = &parties[client - 1];
	struct buffer bytes = {0};
	message_encode(message, &bytes);
	assert_true(party->first + party->count < QUEUE_MAX);
	party->queue[party->first + party->count++] =
		(struct record){arena_copy(&arena, buffer_bytes(&bytes)), hops};
	buffer_done(&bytes);
}

/* As a router does: what the decision sends goes to intake with all else. */
static inline const struct event *send_to(size_t client)
{
	struct world *world = world_of(client);
	const struct event *event = world_send(world);
	const struct handover_sent *sent = &world->decision.sent;
	if (world->decision.sends)
		queue_up(number_of(sent->message.client), &sent->message, sent->hops);
	world->hops = 0;
	return event;
}

/* Whoever closes into another is let in by it: it is OPEN, and waits for just this one. */
static inline void check_closing(size_t client, const struct event *event)
{
	const struct client *survivor;
	if (!event->has_merged_into)
		return;
	survivor = &world_of(number_of(event->merged_into))->state.client;
	assert_int_equal(survivor->status, CLIENT_STATUS_OPEN);
	assert_true(survivor->has_merging);
	assert_int_equal(number_of(survivor->merging), client);
}

static inline const struct event *take_next(size_t client)
{
	struct party *party = &parties[client - 1];
	struct world *world = &party->world;
	struct record record = party->queue[party->first];
	struct err err = {0};
	assert_true(party->count > 0);
	party->first++;
	party->count--;
	assert_int_equal(message_decode(&world->message, record.value, &arena, &err), OK);
	world->hops = record.hops;
	const struct event *event = send_to(client);
	check_closing(client, event);
	return event;
}

static inline void take_all(void)
{
	for (bool more = true; more;) {
		more = false;
		for (size_t i = 1; i <= parties_count; i++)
			for (; parties[i - 1].count > 0; more = true)
				take_next(i);
	}
}

/* Each had one referral from the school's neighbour, which is over; the desk has the client. */
static inline void live(size_t client)
{
	struct world *world = world_of(client);
	const char *from = client == 5 ? "gemeente" : "uwv";
	uint8_t referral = (uint8_t)client;
	world_init(world);
	world->next_message = (uint8_t)(client * 30);
	handover_state_new(&world->state, pseudonym_of(client));
	world_refer(world, referral, from, owners[client - 1], REFERRAL_KIND_TRANSFER);
	world_send(world);
	world_act(world, referral, ACTION_ACCEPT, owners[client - 1]);
	world_send(world);
	world_act(world, referral, ACTION_COMPLETE, owners[client - 1]);
	world_send(world);
	assert_true(bytes_equal_string(world_owner(world), owners[client - 1]));
}

static inline void start(size_t clients)
{
	parties_count = clients;
	memset(parties, 0, clients * sizeof(*parties));
	arena_reset(&arena);
	for (size_t i = 1; i <= clients; i++)
		live(i);
}

static inline void end(void)
{
	for (size_t i = 1; i <= parties_count; i++)
		world_done(world_of(i));
}

static inline void prepare_merge(size_t survivor, size_t loser)
{
	struct world *world = world_of(survivor);
	world_act(world, (uint8_t)survivor, ACTION_MERGE, owners[survivor - 1]);
	world->change.has_other_referral = world->change.has_other_client = true;
	world->change.other_referral = world_referral((uint8_t)loser);
	world->change.other_client = pseudonym_of(loser);
}

static inline const struct event *merge(size_t survivor, size_t loser)
{
	prepare_merge(survivor, loser);
	return send_to(survivor);
}

static inline void merge_away(size_t survivor, size_t loser)
{
	merge(survivor, loser);
	take_all();
	assert_int_equal(world_of(loser)->state.client.status, CLIENT_STATUS_CLOSED);
}

static inline const struct event *act_on(
	size_t client, uint8_t referral, enum action action, const char *desk)
{
	world_act(world_of(client), referral, action, desk);
	return send_to(client);
}

#define EXPECT_RESULT(event, expected) assert_int_equal((event)->result, RESULT_##expected)
#define EXPECT_TEXT(event, part)                                                                   \
	assert_non_null(memmem((event)->text.data, (event)->text.size, part, strlen(part)))

static inline const struct event *refer_to(size_t client, uint8_t referral, const char *from)
{
	world_refer(world_of(client), referral, from, "leerwerk", REFERRAL_KIND_TRANSFER);
	return send_to(client);
}

static inline int parties_free(void **state)
{
	(void)state;
	arena_done(&arena);
	free(parties);
	return 0;
}

/* Runs a test program's group with the room that the parties need. */
#define PARTIES_RUN(tests)                                                                         \
	(parties = memory_get_zeroed(CLIENTS_MAX, sizeof(*parties)),                               \
		cmocka_run_group_tests(tests, NULL, parties_free))

#endif
