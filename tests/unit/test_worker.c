/* test_worker - who is fenced by late answers of the brokers, and who by another process. */
#include "tests/unit/unit.h"

#include <string.h>

#include "hub/flow/router/worker.h"

#define SILENT_MS 12000

static const struct conf conf = {.router = {.transaction_timeout_ms = SILENT_MS}};
static const struct router_options options = {.conf = &conf};

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(another_process_takes_the_place_again_and_again),
		cmocka_unit_test(kafka_was_silent_before),
		cmocka_unit_test(now_and_then_is_not_again_and_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
