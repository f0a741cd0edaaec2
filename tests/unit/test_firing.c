/* test_firing - clocks stop when wall and monotonic time part. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "hub/base/clock.h"
#include "hub/flow/router/batch.h"
#include "hub/flow/router/firing.h"

static struct conf conf = {
	.router = {.drift_max_ms = 60000, .clocks_per_turn = 500, .batch_messages = 10}};
static struct router_options options = {.conf = &conf};

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

/* The worker has no transaction: a clock that fired would end the test. */
static void a_stopped_clock_does_not_fire(void **state)
{
	(void)state;
	struct worker worker = {.options = &options};
	struct partition partition = {.store = store_new()};
	struct clock clock = {.clock = CLOCK_NAME_T6, .due = 1000};
	struct client client = {.clocks = &clock, .clocks_count = 1};
	struct buffer record = {0};
	struct err err = {0};
	client_encode(&client, &record);
	store_put(partition.store, &client, buffer_bytes(&record));
	atomic_store(&worker.clocks_stopped, true);
	assert_int_equal(firing_due(&worker, &partition, 5000, &err), OK);
	assert_int_equal(partition.place.now, 0);
	buffer_done(&record);
	store_free(partition.store);
}

/* Nor here. */
static void a_full_batch_takes_no_clock(void **state)
{
	(void)state;
	struct worker worker = {.options = &options, .batch = {.open = true, .messages = 10}};
	struct partition partition = {.store = store_new()};
	struct clock clock = {.clock = CLOCK_NAME_T6, .due = 1000};
	struct client client = {.clocks = &clock, .clocks_count = 1};
	struct buffer record = {0};
	struct err err = {0};
	client_encode(&client, &record);
	store_put(partition.store, &client, buffer_bytes(&record));
	assert_true(batch_is_full(&worker));
	assert_int_equal(firing_due(&worker, &partition, 5000, &err), OK);
	assert_int_equal(partition.place.now, 0);
	worker.batch.open = false;
	assert_false(batch_is_full(&worker));
	buffer_done(&record);
	store_free(partition.store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(time_is_trusted_within_the_limit_and_never_again_beyond_it),
		cmocka_unit_test(a_stopped_clock_does_not_fire),
		cmocka_unit_test(a_full_batch_takes_no_clock),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
