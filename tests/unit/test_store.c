/* test_store - the store against a plain list: random changes in batches that are kept or undone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/memory.h"
#include "hub/flow/store/store.h"

#define CLIENTS 40
#define REFERRALS 5
#define IDS (CLIENTS * REFERRALS * 4)

/* One client as the plain list has it. */
struct plain {
	bool known;
	int32_t version;
	size_t referrals;
	int ids[REFERRALS];
	int64_t due; /* 0: no clock */
};

static struct plain now[CLIENTS], batch_start[CLIENTS];
static uint32_t seed;
static int next_id;

static uint32_t dice(uint32_t sides)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % sides;
}

static void id_of(int kind, int number, uint8_t id[16])
{
	uint32_t mixed[4] = {(uint32_t)number * 2654435761u, (uint32_t)kind * 40503u + 7,
		(uint32_t)number * 2246822519u, (uint32_t)number};
	memcpy(id, mixed, 16);
	id[0] = 0xab;
	id[1] = (uint8_t)(0xc0 | (id[1] & 0xf));
}

/* A client of the list as the store gets it. */
struct made {
	struct client client;
	struct client_referral referrals[REFERRALS];
	struct clock clock;
	struct buffer record;
};

static void make(struct made *made, int number)
{
	const struct plain *plain = &now[number];
	*made = (struct made){0};
	made->client = (struct client){
		.state_version = 1,
		.version = plain->version,
		.referrals = made->referrals,
		.referrals_count = plain->referrals,
		.clocks = &made->clock,
		.clocks_count = plain->due != 0,
	};
	id_of(1, number, made->client.client.data);
	made->clock = (struct clock){.clock = CLOCK_NAME_T6, .due = plain->due};
	for (size_t i = 0; i < plain->referrals; i++) {
		made->referrals[i].question = bytes_of_string("LEERBAAN");
		id_of(2, plain->ids[i], made->referrals[i].referral.data);
	}
	if (plain->referrals > 0)
		made->client.owner_via = made->referrals[0].referral;
	client_encode(&made->client, &made->record);
}

static void put(struct store *store, int number)
{
	struct made made;
	make(&made, number);
	store_put(store, &made.client, buffer_bytes(&made.record));
	buffer_done(&made.record);
}

/* A new referral, and where there is no room the oldest is forgotten; another due time. */
static void change(struct plain *plain)
{
	plain->known = true;
	plain->version++;
	if (dice(3) == 0 && next_id < IDS) {
		if (plain->referrals == REFERRALS)
			memmove(plain->ids, plain->ids + 1, --plain->referrals * sizeof(int));
		plain->ids[plain->referrals++] = next_id++;
	}
	if (dice(2) == 0)
		plain->due = dice(4) == 0 ? 0 : 1000 + (int64_t)dice(100000);
}

static void assert_record(struct bytes is, int number)
{
	struct made made;
	make(&made, number);
	assert_true(bytes_equal(is, buffer_bytes(&made.record)));
	buffer_done(&made.record);
}

static int owner_of(int id)
{
	for (int i = 0; i < CLIENTS; i++)
		for (size_t k = 0; now[i].known && k < now[i].referrals; k++)
			if (now[i].ids[k] == id)
				return i;
	return -1;
}

static void assert_equal_to_list(struct store *store)
{
	uint8_t id[16];
	size_t known = 0, referrals = 0;
	for (int i = 0; i < CLIENTS; i++) {
		id_of(1, i, id);
		struct bytes is = store_find(store, id);
		assert_int_equal(is.data != NULL, now[i].known);
		if (now[i].known)
			assert_record(is, i);
		known += now[i].known;
		referrals += now[i].known ? now[i].referrals : 0;
	}
	for (int i = 0; i < next_id; i++) {
		int owner = owner_of(i);
		id_of(2, i, id);
		struct bytes is = store_find_referral(store, id);
		assert_int_equal(is.data != NULL, owner >= 0);
		if (owner >= 0)
			assert_record(is, owner);
	}
	assert_int_equal(store_count(store), known);
	assert_int_equal(store_referrals(store), referrals);
}

static int64_t earliest(void)
{
	int64_t due = INT64_MAX;
	for (int i = 0; i < CLIENTS; i++)
		if (now[i].known && now[i].due != 0 && now[i].due < due)
			due = now[i].due;
	return due;
}

static void assert_due(struct store *store)
{
	int64_t due = 0, first = earliest();
	struct bytes record;
	assert_false(store_due(store, first - 1, &due, &record));
	if (first == INT64_MAX)
		return;
	assert_true(store_due(store, first, &due, &record));
	assert_int_equal(due, first);
	assert_non_null(record.data);
}

static void random_changes(struct store *store)
{
	for (uint32_t i = dice(20); i > 0; i--) {
		int number = (int)dice(CLIENTS);
		change(&now[number]);
		put(store, number);
		if (dice(4) == 0)
			assert_due(store);
	}
}

static void random_batch(struct store *store)
{
	memcpy(batch_start, now, sizeof(now));
	random_changes(store);
	assert_equal_to_list(store);
	if (dice(2) == 0) {
		store_commit(store);
	} else {
		store_rollback(store);
		memcpy(now, batch_start, sizeof(now));
	}
	assert_equal_to_list(store);
	assert_due(store);
}

static void test_random_batches(void **state)
{
	(void)state;
	for (uint32_t start = 1; start <= 60; start++) {
		struct store *store = store_new();
		seed = start;
		memset(now, 0, sizeof(now));
		next_id = 0;
		for (int batch = 0; batch < 60; batch++)
			random_batch(store);
		store_free(store);
	}
}

static void test_clocks_come_in_order(void **state)
{
	(void)state;
	struct store *store = store_new();
	int64_t due, last = 0;
	struct bytes record;
	int fired = 0;
	memset(now, 0, sizeof(now));
	for (int i = 0; i < CLIENTS; i++) {
		now[i] = (struct plain){
			.known = true, .version = 1, .due = 1000 + 77 * (i * 7 % CLIENTS)};
		put(store, i);
	}
	while (store_due(store, 5000, &due, &record)) {
		int number = 0;
		uint8_t id[16];
		assert_true(due >= last);
		last = due;
		for (id_of(1, 0, id); memcmp(record.data, id, 16) != 0; id_of(1, number, id))
			number++;
		assert_int_equal(now[number].due, due);
		now[number].due = number % 3 == 0 ? due + 10000 : 0;
		put(store, number);
		fired++;
	}
	assert_int_equal(fired, CLIENTS);
	assert_false(store_due(store, 10999, &due, &record));
	store_free(store);
}

/* Seconds are kept in 32 bits: a due time beyond 2106 once hid all later ones of its client. */
static void test_a_far_due_time_hides_no_near_one(void **state)
{
	(void)state;
	struct store *store = store_new();
	struct bytes record;
	int64_t due;
	memset(now, 0, sizeof(now));
	now[0] = (struct plain){.known = true, .version = 1, .due = INT64_C(4930502400000)};
	put(store, 0);
	assert_false(store_due(store, INT64_C(2000000000000), &due, &record));
	now[0].due = INT64_C(1900000000000);
	put(store, 0);
	assert_true(store_due(store, INT64_C(2000000000000), &due, &record));
	assert_int_equal(due, INT64_C(1900000000000));
	store_free(store);
}

static struct buffer encoded(const struct client *client)
{
	struct buffer record = {0};
	client_encode(client, &record);
	return record;
}

static void put_client(struct store *store, const struct client *client)
{
	struct buffer record = encoded(client);
	store_put(store, client, buffer_bytes(&record));
	buffer_done(&record);
}

static void assert_found(const struct store *store, struct uuid id, const struct client *client)
{
	struct bytes found = store_find_referral(store, id.data);
	assert_int_equal(found.size == 0, client == NULL);
	if (client != NULL)
		assert_memory_equal(found.data, client->client.data, 16);
}

/* A client that was merged away is found by what was sent on, also where the survivor, which has
 * the referral, lies in the same partition: it then is the loser's to send on, or is there already.
 */
static void test_a_merged_client_is_found_by_what_was_sent_on(void **state)
{
	struct store *store = store_new();
	struct uuid sent_on[2] = {{{0xab, 0xc1, 1}}, {{0xab, 0xc1, 2}}};
	struct client_referral of_survivor = {
		.referral = sent_on[1], .question = bytes_of_string("LEERBAAN")};
	struct client loser = {
		.client = {{0xab, 0xc2}}, .forwarded = sent_on, .forwarded_count = 1};
	struct client survivor = {
		.client = {{0xab, 0xc3}}, .referrals = &of_survivor, .referrals_count = 1};
	(void)state;
	put_client(store, &loser);
	assert_found(store, sent_on[0], &loser);
	assert_found(store, sent_on[1], NULL);
	store_commit(store);

	put_client(store, &survivor);
	loser.forwarded_count = 2;
	put_client(store, &loser);
	assert_int_equal(store_referrals(store), 3);
	store_rollback(store);
	assert_found(store, sent_on[0], &loser);
	assert_found(store, sent_on[1], NULL);

	put_client(store, &survivor);
	put_client(store, &loser);
	store_commit(store);
	loser.forwarded_count = 0;
	put_client(store, &loser);
	store_commit(store);
	assert_found(store, sent_on[0], NULL);
	assert_found(store, sent_on[1], &survivor);
	assert_int_equal(store_referrals(store), 1);
	store_free(store);
}

static void test_the_empty_store(void **state)
{
	(void)state;
	struct store *store = store_new();
	int64_t due;
	struct bytes record;
	uint8_t id[16] = {0};
	assert_null(store_find(store, id).data);
	assert_null(store_find_referral(store, id).data);
	assert_false(store_due(store, INT64_MAX, &due, &record));
	store_rollback(store);
	store_commit(store);
	store_free(store);
	store_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_empty_store),
		cmocka_unit_test(test_random_batches),
		cmocka_unit_test(test_a_merged_client_is_found_by_what_was_sent_on),
		cmocka_unit_test(test_clocks_come_in_order),
		cmocka_unit_test(test_a_far_due_time_hides_no_near_one),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
