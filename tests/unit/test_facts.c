/* test_facts - how long the hub and a desk were down between two moments, and which desks have
 * room. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/calendar.h"
#include "hub/base/clock.h"
#include "hub/flow/router/facts.h"

#define MONDAY INT64_C(1772409600000) /* 2026-03-02 00:00 UTC */
#define HOUR CLOCK_HOUR_MS

static void put(struct facts *facts, const char *key, enum fact_kind kind, int64_t from, int64_t to)
{
	const struct fact fact = {
		.kind = kind,
		.id = bytes_of_string(strchr(key, '/') + 1),
		.at = from,
		.has_from = true,
		.from = from,
		.has_to = to != 0,
		.to = to,
	};
	facts_put(facts, bytes_of_string(key), &fact);
}

static void outages_are_added_up_once(void **state)
{
	(void)state;
	static const struct {
		const char *desk;
		int64_t from, to;
		bool working;
		int64_t sum, until; /* -1: nobody knows */
	} rows[] = {
		{NULL, 0, 10, false, 3, 0}, /* hub: 1 to 3 and 2 to 4 */
		{NULL, 2, 10, false, 2, 0},
		{NULL, 0, 2, false, 1, 3}, /* it goes on at the end */
		{NULL, 0, 4, false, 3, 0}, /* it has just ended */
		{NULL, 2, 2, false, 0, 3}, /* of a clock that is due as soon as it is armed */
		{NULL, 5, 10, false, 0, 0},
		{"wsp", 0, 10, false, 5, 0}, /* and the desk: 6 to 8 */
		{"wsp", 0, 30, false, 15, -1}, /* and from 20 on */
		{"roc", 0, 30, false, 3, 0},
		{"ws", 0, 30, false, 3, 0},
		{"wsp", -24, 10, true, 5, 0}, /* Sunday has no working time */
		{"wsp", -20, -10, false, 10, -5}, /* it was down then */
		{"wsp", -20, -10, true, 0, -5},
	};
	struct facts *facts = facts_new();
	const struct facts_view view = {facts, 3};
	put(facts, "outage/router/3/1", FACT_KIND_OUTAGE, MONDAY + HOUR, MONDAY + 3 * HOUR);
	put(facts, "outage/router/3/2", FACT_KIND_OUTAGE, MONDAY + 2 * HOUR, MONDAY + 4 * HOUR);
	put(facts, "outage/router/4/1", FACT_KIND_OUTAGE, MONDAY, MONDAY + 9 * HOUR);
	put(facts, "outage/desk/wsp/1", FACT_KIND_OUTAGE, MONDAY + 6 * HOUR, MONDAY + 8 * HOUR);
	put(facts, "outage/desk/wsp/2", FACT_KIND_OUTAGE, MONDAY + 20 * HOUR, 0);
	put(facts, "outage/desk/wsp/0", FACT_KIND_OUTAGE, MONDAY - 24 * HOUR, MONDAY - 5 * HOUR);
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		int64_t until,
			expected = rows[i].until == 0 ? 0
			: rows[i].until == -1         ? INT64_MAX
						      : MONDAY + rows[i].until * HOUR;
		const struct handover_span span = {
			MONDAY + rows[i].from * HOUR, MONDAY + rows[i].to * HOUR, rows[i].working};
		int64_t sum = facts_outage(&view, bytes_of_string(rows[i].desk), &span, &until);
		if (sum != rows[i].sum * HOUR || until != expected)
			fail_msg("row %zu: %lld hours, until %lld", i, (long long)(sum / HOUR),
				(long long)until);
	}
	facts_free(facts);
}

static void the_last_fact_of_a_key_counts(void **state)
{
	(void)state;
	struct facts *facts = facts_new();
	const struct facts_view view = {facts, 3};
	const struct handover_span hour = {MONDAY, MONDAY + HOUR, false};
	int64_t until;
	put(facts, "outage/desk/wsp/1", FACT_KIND_OUTAGE, MONDAY, 0);
	facts_outage(&view, bytes_of_string("wsp"), &hour, &until);
	assert_true(until == INT64_MAX);
	put(facts, "outage/desk/wsp/1", FACT_KIND_OUTAGE, MONDAY, MONDAY + 10);
	assert_int_equal(facts_outage(&view, bytes_of_string("wsp"), &hour, &until), 10);
	facts_forget(facts, bytes_of_string("outage/desk/wsp/1"));
	assert_int_equal(facts_outage(&view, bytes_of_string("wsp"), &hour, &until), 0);
	put(facts, "heartbeat/router/3", FACT_KIND_HEARTBEAT, 5, 0);
	put(facts, "heartbeat/router/3", FACT_KIND_HEARTBEAT, 6, 0);
	assert_int_equal(facts_heartbeat(facts, 3), 6);
	assert_int_equal(facts_heartbeat(facts, 33), 0);
	facts_free(facts);
}

static void beat(struct facts *facts, const char *key, int64_t at)
{
	const struct fact fact = {
		.kind = FACT_KIND_HEARTBEAT, .id = bytes_of_string(strchr(key, '/') + 1), .at = at};
	facts_put(facts, bytes_of_string(key), &fact);
}

static void beat_times(struct facts *facts, const char *key, int times)
{
	for (; times > 0; times--)
		beat(facts, key, MONDAY);
}

static void without_an_edge_the_hub_is_down(void **state)
{
	(void)state;
	struct facts *facts = facts_new();
	const struct facts_view view = {facts, 3};
	const struct handover_span day = {MONDAY, MONDAY + 24 * HOUR, false};
	struct handover_span silence;
	int64_t until;
	beat_times(facts, "heartbeat/router/3", 50);
	assert_false(facts_silence(facts, 3, 6, &silence)); /* there never was one */
	beat(facts, "heartbeat/edge/one", MONDAY + HOUR);
	beat_times(facts, "heartbeat/router/3", 4);
	beat(facts, "heartbeat/edge/two", MONDAY + 2 * HOUR);
	beat_times(facts, "heartbeat/router/3", 6);
	beat_times(facts, "heartbeat/router/4", 9);
	assert_false(facts_silence(facts, 3, 6, &silence));
	assert_false(facts_silence(facts, 5, 6, &silence)); /* nobody's yet */
	beat_times(facts, "heartbeat/router/3", 1);
	assert_true(facts_silence(facts, 3, 6, &silence));
	assert_true(silence.from == MONDAY + 2 * HOUR && silence.to == INT64_MAX);

	put(facts, "outage/edge/1", FACT_KIND_OUTAGE, MONDAY + 2 * HOUR, 0);
	assert_false(facts_silence(facts, 3, 6, &silence)); /* it is told */
	assert_int_equal(facts_outage(&view, bytes_of_string("wsp"), &day, &until), 22 * HOUR);
	assert_true(until == INT64_MAX);
	beat(facts, "heartbeat/edge/one", MONDAY + 5 * HOUR);
	assert_true(facts_silence(facts, 9, 6, &silence)); /* by whoever, also after a restart */
	assert_true(silence.from == MONDAY + 2 * HOUR && silence.to == MONDAY + 5 * HOUR);
	put(facts, "outage/edge/1", FACT_KIND_OUTAGE, silence.from, silence.to);
	assert_false(facts_silence(facts, 3, 6, &silence));
	assert_int_equal(facts_outage(&view, bytes_of_string("wsp"), &day, &until), 3 * HOUR);
	assert_int_equal(until, 0);
	facts_free(facts);
}

static void put_capacity(struct facts *facts, const char *key, int64_t number)
{
	const struct fact fact = {
		.kind = FACT_KIND_CAPACITY,
		.id = bytes_of_string(strchr(key, '/') + 1),
		.has_number = true,
		.number = number,
	};
	facts_put(facts, bytes_of_string(key), &fact);
}

static void a_full_desk_has_no_room(void **state)
{
	(void)state;
	const struct rules_desk desk = {.id = "roc"};
	const struct bytes none = {0}, stoof = bytes_of_string("STOOF");
	const int32_t day = 20514; /* 2026-03-02 */
	struct facts *facts = facts_new();
	assert_true(facts_has_room(facts, &desk, none, day));
	put_capacity(facts, "capacity/roc", 1);
	assert_true(facts_has_room(facts, &desk, none, day));
	put_capacity(facts, "capacity/roc", 0);
	assert_false(facts_has_room(facts, &desk, none, day));
	assert_true(facts_has_room(facts, &desk, stoof, day));
	put_capacity(facts, "capacity/roc/STOOF", 0);
	assert_false(facts_has_room(facts, &desk, stoof, day));
	facts_forget(facts, bytes_of_string("capacity/roc"));
	assert_true(facts_has_room(facts, &desk, none, day));
	put(facts, "hold/roc", FACT_KIND_HOLD, MONDAY, MONDAY + 24 * HOUR);
	assert_false(facts_has_room(facts, &desk, none, day));
	assert_true(facts_has_room(facts, &desk, none, day - 1));
	assert_true(facts_has_room(facts, &desk, none, day + 2));
	/* As a release on that day leaves it. */
	put(facts, "hold/roc", FACT_KIND_HOLD, 0, calendar_start(day) - 1);
	assert_true(facts_has_room(facts, &desk, none, day));
	facts_free(facts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(outages_are_added_up_once),
		cmocka_unit_test(the_last_fact_of_a_key_counts),
		cmocka_unit_test(without_an_edge_the_hub_is_down),
		cmocka_unit_test(a_full_desk_has_no_room),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
