/* test_firing - clocks stop when wall and monotonic time part, and let messages through when many
 * come due at once. Nothing is written here: a clock that fires is counted. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "hub/base/clock.h"
#include "hub/flow/router/batch.h"
#include "hub/flow/router/firing.h"
#include "hub/flow/router/settle.h"

#define PARTITIONS 2
#define CLIENTS 6 /* of each partition */
#define PER_TURN 4
#define LOOK_MS 10 /* as in firing.c */
#define TRIES 1000

static struct conf conf = {
	.router = {.drift_max_ms = 60000, .clocks_per_turn = PER_TURN, .batch_messages = 10}};
static struct kafka_settings kafka = {.partitions = PARTITIONS};
static struct router_options options = {.conf = &conf, .kafka = &kafka};
static int fired[PARTITIONS];

static void put(struct partition *partition, uint8_t number, int64_t due)
{
	struct clock clock = {.clock = CLOCK_NAME_T6, .due = due};
	struct client client = {
		.client = {{0, number}}, .clocks = &clock, .clocks_count = due > 0 ? 1 : 0};
	struct buffer record = {0};
	client_encode(&client, &record);
	store_put(partition->store, &client, buffer_bytes(&record));
	buffer_done(&record);
}

/* What firing.c calls: the clock has fired, and there is none after it. */
enum outcome settle_clock(
	struct worker *worker, struct partition *partition, struct bytes client, struct err *err)
{
	(void)worker;
	(void)err;
	put(partition, client.data[1], 0);
	fired[partition->number]++;
	return OK;
}

/* And in place of all that worker.c brings with it. */
struct partition *worker_partition(struct worker *worker, int32_t number)
{
	return &worker->partitions[number];
}

enum outcome worker_note_fence(struct worker *worker, int64_t now, struct err *err)
{
	(void)worker;
	(void)now;
	(void)err;
	return OK;
}

enum outcome facts_reader_follow(struct facts_reader *reader, struct err *err)
{
	(void)reader;
	(void)err;
	return OK;
}

static void time_is_trusted_within_the_limit_and_never_again_beyond_it(void **state)
{
	(void)state;
	static const struct {
		int64_t drift;
		bool stops;
	} rows[] = {{0, false}, {59000, false}, {-59000, false}, {61000, true}, {-61000, true}};
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		struct worker worker = {.options = &options, .number = 1};
		int64_t base = clock_wall() - clock_monotonic();
		worker.drift_base = base - rows[i].drift;
		firing_watch_time(&worker);
		assert_int_equal(atomic_load(&worker.clocks_stopped), rows[i].stops);
		worker.drift_base = base;
		firing_watch_time(&worker);
		assert_int_equal(atomic_load(&worker.clocks_stopped), rows[i].stops);
	}
}

static void a_stopped_clock_does_not_fire(void **state)
{
	(void)state;
	struct worker worker = {.options = &options, .clocks_left = 1};
	struct partition partition = {.store = store_new()};
	struct err err = {0};
	put(&partition, 1, 1000);
	fired[0] = 0;
	atomic_store(&worker.clocks_stopped, true);
	assert_int_equal(firing_due(&worker, &partition, 5000, &err), OK);
	assert_int_equal(fired[0], 0);
	atomic_store(&worker.clocks_stopped, false);
	assert_int_equal(firing_due(&worker, &partition, 5000, &err), OK);
	assert_int_equal(fired[0], 1);
	store_free(partition.store);
}

static void a_full_batch_takes_no_clock(void **state)
{
	(void)state;
	struct worker worker = {
		.options = &options, .clocks_left = 1, .batch = {.open = true, .messages = 10}};
	struct partition partition = {.store = store_new()};
	struct err err = {0};
	put(&partition, 1, 1000);
	fired[0] = 0;
	assert_true(batch_is_full(&worker));
	assert_int_equal(firing_due(&worker, &partition, 5000, &err), OK);
	assert_int_equal(fired[0], 0);
	worker.batch.open = false;
	assert_false(batch_is_full(&worker));
	store_free(partition.store);
}

static void look(struct worker *worker, bool is_idle)
{
	struct err err = {0};
	assert_int_equal(firing_run(worker, is_idle, &err), OK);
}

/* A look so soon after another that it is not due yet: it fires nothing where messages wait. */
static void look_too_soon(struct worker *worker)
{
	for (int i = 0; i < TRIES; i++) {
		int before = fired[0] + fired[1];
		worker->last_look = clock_monotonic();
		int64_t began = worker->last_look;
		look(worker, false);
		if (clock_monotonic() - began >= LOOK_MS)
			continue;
		assert_int_equal(fired[0] + fired[1], before);
		return;
	}
	fail_msg("no look took less than %d ms", LOOK_MS);
}

/* What waits to be read may have been said in time. */
static void where_messages_wait_clocks_are_due_by_the_last_one(void **state)
{
	(void)state;
	struct partition partitions[PARTITIONS] = {0};
	struct worker worker = {.options = &options, .partitions = partitions};
	worker.drift_base = clock_wall() - clock_monotonic();
	for (int i = 0; i < PARTITIONS; i++) {
		partitions[i] = (struct partition){.number = i,
			.store = store_new(),
			.mine = true,
			.place.now = 2000,
			.drained = i == 1};
		put(&partitions[i], 1, 1500);
		put(&partitions[i], 2, 2500);
	}
	memset(fired, 0, sizeof(fired));
	look(&worker, true);
	assert_int_equal(fired[0], 1);
	assert_int_equal(fired[1], 2);
	for (int i = 0; i < PARTITIONS; i++)
		store_free(partitions[i].store);
}

static void many_at_once_let_messages_through(void **state)
{
	(void)state;
	struct partition partitions[PARTITIONS] = {0};
	struct worker worker = {.options = &options, .partitions = partitions};
	struct err err = {0};
	worker.drift_base = clock_wall() - clock_monotonic();
	for (int i = 0; i < PARTITIONS; i++) {
		partitions[i] = (struct partition){
			.number = i, .store = store_new(), .mine = true, .drained = true};
		for (uint8_t k = 1; k <= CLIENTS; k++)
			put(&partitions[i], k, 1000 + k);
	}
	memset(fired, 0, sizeof(fired));
	look(&worker, false);
	assert_int_equal(fired[0] + fired[1], PER_TURN);
	assert_true(firing_has_more(&worker));
	for (int i = 0; i < PARTITIONS; i++) /* as before a message of that partition */
		assert_int_equal(firing_due(&worker, &partitions[i], 5000, &err), OK);
	look_too_soon(&worker);
	assert_int_equal(fired[0] + fired[1], PER_TURN);
	look(&worker, true);
	assert_int_equal(fired[0], PER_TURN);
	assert_int_equal(fired[1], PER_TURN);
	look(&worker, true);
	assert_int_equal(fired[0] + fired[1], PARTITIONS * CLIENTS);
	look(&worker, true);
	assert_false(firing_has_more(&worker));
	assert_int_equal(fired[0] + fired[1], PARTITIONS * CLIENTS);
	for (int i = 0; i < PARTITIONS; i++)
		store_free(partitions[i].store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(time_is_trusted_within_the_limit_and_never_again_beyond_it),
		cmocka_unit_test(a_stopped_clock_does_not_fire),
		cmocka_unit_test(a_full_batch_takes_no_clock),
		cmocka_unit_test(where_messages_wait_clocks_are_due_by_the_last_one),
		cmocka_unit_test(many_at_once_let_messages_through),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
