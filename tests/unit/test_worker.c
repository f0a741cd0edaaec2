/* test_worker - who is fenced by late answers of the brokers, and who by another process; how long
 * is waited for news. */
#include "tests/unit/unit.h"

#include <string.h>

#include "hub/base/clock.h"
#include "hub/flow/router/worker.h"
#include "tests/support/folder.h"

#define SILENT_MS 12000

static const struct conf conf = {.router = {.transaction_timeout_ms = SILENT_MS}};
static const struct kafka_settings kafka = {.partitions = 1};
static const struct router_options options = {.conf = &conf, .kafka = &kafka};

struct row {
	int64_t after, quiet; /* ms since the last time; since the last commit or assignment */
	int32_t count;
};

static void run(const struct row *rows, size_t count, enum outcome last)
{
	struct worker worker = {.options = &options};
	struct err err = {0};
	int64_t now = 1000000;
	for (size_t i = 0; i < count; i++) {
		now += rows[i].after;
		worker.last_well = now - rows[i].quiet;
		assert_int_equal(worker_note_fence(&worker, now, &err), i + 1 < count ? OK : last);
		assert_int_equal(worker.fenced, rows[i].count);
	}
	if (last == FATAL)
		assert_non_null(strstr(err.text, "another process runs under the same node name"));
}

static void another_process_takes_the_place_again_and_again(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{0, 10, 1}, {3000, 100, 2}, {3000, 100, 3}, {100, 50, 4}, {9000, 5000, 5}};
	run(rows, UNIT_COUNT(rows), FATAL);
}

static void kafka_was_silent_before(void **state)
{
	(void)state;
	static const struct row rows[] = {{0, SILENT_MS, 0}, {20000, SILENT_MS + 1, 0},
		{100, 50, 1}, {20000, SILENT_MS, 0}, {100, 50, 1}, {20000, SILENT_MS, 0},
		{100, 50, 1}};
	run(rows, UNIT_COUNT(rows), OK);
}

static void now_and_then_is_not_again_and_again(void **state)
{
	(void)state;
	static const struct row rows[] = {{0, 10, 1}, {60000, 10, 2}, {60001, 10, 1},
		{60001, 10, 1}, {1, 1, 2}, {1, 1, 3}, {1, 1, 4}, {70000, 10, 1}};
	run(rows, UNIT_COUNT(rows), OK);
}

/* Else a router would start over, and take the day for one on which nobody ran. */
static void a_day_that_is_passed_over_is_no_silence_of_the_brokers(void **state)
{
	struct partition partition = {.mine = true}; /* a record has come, and its end has not */
	struct worker worker = {.options = &options, .partitions = &partition, .has_joined = true};
	struct err err = {0};
	struct folder folder;
	(void)state;
	folder_make(&folder);
	folder_write(&folder, "offset", "0\n");
	assert_int_equal(clock_use_offset_file(folder_path(&folder, "offset"), &err), OK);
	assert_int_equal(worker_watch_progress(&worker, CONSUMER_RECORD, &err), OK);
	int64_t before = clock_monotonic();
	folder_write(&folder, "offset", "86400000\n");
	clock_sleep(150);
	assert_true(clock_monotonic() - before >= CLOCK_DAY_MS);
	assert_int_equal(worker_watch_progress(&worker, CONSUMER_NOTHING, &err), OK);
	assert_int_equal(clock_use_offset_file(NULL, &err), OK);
	folder_remove(&folder);
}

static void who_waits_a_minute_for_what_is_there_starts_over(void **state)
{
	struct partition partition = {.mine = true};
	struct worker worker = {.options = &options, .partitions = &partition, .has_joined = true};
	struct err err = {0};
	(void)state;
	worker.last_news = clock_steady() - 59000;
	assert_int_equal(worker_watch_progress(&worker, CONSUMER_NOTHING, &err), OK);
	worker.last_news = clock_steady() - 60000;
	assert_int_equal(worker_watch_progress(&worker, CONSUMER_NOTHING, &err), RETRY);
	partition.drained = true;
	assert_int_equal(worker_watch_progress(&worker, CONSUMER_NOTHING, &err), OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(another_process_takes_the_place_again_and_again),
		cmocka_unit_test(kafka_was_silent_before),
		cmocka_unit_test(now_and_then_is_not_again_and_again),
		cmocka_unit_test(a_day_that_is_passed_over_is_no_silence_of_the_brokers),
		cmocka_unit_test(who_waits_a_minute_for_what_is_there_starts_over),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
