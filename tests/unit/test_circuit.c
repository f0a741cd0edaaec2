/* test_circuit - when a place that fails is left alone, for how long, and when one gives up. */
#include "tests/unit/unit.h"

#include "hub/base/clock.h"
#include "hub/flow/delivery/place/backoff.h"
#include "hub/flow/delivery/place/circuit.h"

#define LEAST 0
#define MOST UINT32_MAX
#define HOUR CLOCK_HOUR_MS

static void waits_double_up_to_an_hour(void **state)
{
	(void)state;
	static const struct {
		int32_t failures;
		uint32_t random;
		int64_t asked, ms;
	} rows[] = {
		{1, LEAST, 0, 500},
		{1, MOST, 0, 1000},
		{2, MOST, 0, 2000},
		{5, LEAST, 0, 8000},
		{12, MOST, 0, 2048000},
		{13, MOST, 0, HOUR},
		{1000000, MOST, 0, HOUR},
		{1000000, LEAST, 0, HOUR / 2},
		{1, MOST, 7000, 7000},
		{8, MOST, 7000, 128000},
		{1, MOST, INT64_MAX, 4 * HOUR},
	};
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		int64_t ms = backoff_ms(rows[i].failures, rows[i].random, rows[i].asked);
		if (ms != rows[i].ms)
			fail_msg("row %zu: %d", i, (int)ms);
	}
}

static int64_t time_of(const char *text)
{
	int64_t at = 0;
	assert_true(clock_from_text(bytes_of_string(text), &at));
	return at;
}

/* Friday 18:00 to Monday 8:00 is everyday. */
static void it_ends_after_five_working_days(void **state)
{
	(void)state;
	assert_int_equal(backoff_end(time_of("2026-03-06T18:00:00+01:00")),
		time_of("2026-03-13T18:00:00+01:00"));
	assert_int_equal(backoff_end(time_of("2026-04-02T12:00:00+02:00")),
		time_of("2026-04-13T12:00:00+02:00"));
}

static void fail_often(struct circuit *circuit, int times)
{
	for (int i = 0; i < times; i++)
		assert_false(circuit_fail(circuit, 1000 + i, MOST, 0));
}

static void it_opens_after_five_failures_in_a_row(void **state)
{
	(void)state;
	struct circuit circuit = {0};
	fail_often(&circuit, 4);
	assert_false(circuit_succeed(&circuit));
	fail_often(&circuit, 4);
	assert_true(circuit_may_send(&circuit, 1010));
	assert_true(circuit_fail(&circuit, 1010, MOST, 0));
	assert_int_equal(circuit.since, 1000);
	assert_false(circuit_may_send(&circuit, 2009));
	assert_true(circuit_may_send(&circuit, 2010));
	assert_false(circuit_may_send(&circuit, 2010));
	assert_false(circuit_fail(&circuit, 2020, MOST, 0));
	assert_false(circuit_may_send(&circuit, 4019));
	assert_true(circuit_may_send(&circuit, 4020));
	assert_true(circuit_succeed(&circuit));
	assert_true(circuit_may_send(&circuit, 4021));
	assert_true(circuit_may_send(&circuit, 4021));
	assert_int_equal(circuit.since, 0);
}

/* One that was let out before it opened and ends later does not count as a probe. */
static void a_probe_that_says_nothing_makes_room_for_another(void **state)
{
	(void)state;
	struct circuit circuit = {0};
	circuit_restore(&circuit, 500);
	assert_true(circuit_may_send(&circuit, 1000));
	assert_false(circuit_may_send(&circuit, 1000));
	circuit_let_go(&circuit);
	assert_true(circuit_may_send(&circuit, 1000));
	assert_int_equal(circuit.since, 500);
	assert_false(circuit_fail(&circuit, 1001, MOST, 0));
	assert_int_equal(circuit.since, 500);
}

/* A desk that takes 32 at once had all of them fail within a moment, and was left alone for an hour
 * instead of a second. */
static void those_that_fail_together_are_one_failure(void **state)
{
	(void)state;
	struct circuit circuit = {0};
	fail_often(&circuit, 4);
	assert_true(circuit_fail(&circuit, 1010, MOST, 0));
	for (int i = 0; i < 27; i++)
		assert_false(circuit_fail(&circuit, 1011 + i, MOST, 0));
	assert_false(circuit_may_send(&circuit, 2009));
	assert_true(circuit_may_send(&circuit, 2010));
	assert_false(circuit_fail(&circuit, 2011, MOST, 0));
	assert_true(circuit_may_send(&circuit, 4011));
}

static void who_asks_for_time_gets_it(void **state)
{
	(void)state;
	struct circuit circuit = {0};
	assert_false(circuit_fail(&circuit, 1000, MOST, 30000));
	assert_false(circuit.open);
	assert_false(circuit_may_send(&circuit, 30999));
	assert_true(circuit_may_send(&circuit, 31000));
	assert_true(circuit_may_send(&circuit, 31000));
}

static void who_is_gone_is_not_probed(void **state)
{
	(void)state;
	struct circuit circuit = {0};
	assert_true(circuit_give_up(&circuit, 1000));
	assert_false(circuit_give_up(&circuit, 1001));
	assert_false(circuit_may_send(&circuit, 1000 + 1000 * HOUR));
	assert_int_equal(circuit.since, 1000);
	circuit = (struct circuit){0};
	fail_often(&circuit, 4);
	assert_true(circuit_fail(&circuit, 1010, MOST, 0));
	assert_true(circuit_give_up(&circuit, 5000));
	assert_int_equal(circuit.since, 1000);
}

static void who_is_released_is_probed_at_once(void **state)
{
	(void)state;
	struct circuit circuit = {0};
	assert_false(circuit_release(&circuit));
	assert_true(circuit_give_up(&circuit, 1000));
	assert_true(circuit_release(&circuit));
	assert_true(circuit_may_send(&circuit, 1001));
	assert_false(circuit_may_send(&circuit, 1001));
	assert_true(circuit_give_up(&circuit, 1002)); /* it is told anew */
	assert_false(circuit_may_send(&circuit, 1003));
	assert_true(circuit_release(&circuit));
	assert_true(circuit_may_send(&circuit, 1004));
	assert_true(circuit_succeed(&circuit));
	circuit = (struct circuit){0};
	fail_often(&circuit, 4);
	assert_true(circuit_fail(&circuit, 1010, MOST, HOUR));
	assert_true(circuit_release(&circuit));
	assert_true(circuit_may_send(&circuit, 1011));
	assert_int_equal(circuit.since, 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(waits_double_up_to_an_hour),
		cmocka_unit_test(it_ends_after_five_working_days),
		cmocka_unit_test(it_opens_after_five_failures_in_a_row),
		cmocka_unit_test(a_probe_that_says_nothing_makes_room_for_another),
		cmocka_unit_test(those_that_fail_together_are_one_failure),
		cmocka_unit_test(who_asks_for_time_gets_it),
		cmocka_unit_test(who_is_gone_is_not_probed),
		cmocka_unit_test(who_is_released_is_probed_at_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
