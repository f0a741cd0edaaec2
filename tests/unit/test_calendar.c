/* test_calendar - holidays, clock changes and working time, against known days and made rows. */
#include "tests/unit/unit.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "hub/base/calendar.h"
#include "hub/base/clock.h"

static int32_t date_of(const char *text)
{
	int32_t date = 0;
	assert_true(clock_date_from_text(bytes_of_string(text), &date));
	return date;
}

static int64_t time_of(const char *text)
{
	int64_t at = 0;
	assert_true(clock_from_text(bytes_of_string(text), &at));
	return at;
}

/* As published by rijksoverheid.nl for these years, without the Sundays. */
static const char *const holidays[] = {"2023-01-01", "2023-04-07", "2023-04-10", "2023-04-27",
	"2023-05-05", "2023-05-18", "2023-05-29", "2023-12-25", "2023-12-26", "2024-01-01",
	"2024-03-29", "2024-04-01", "2024-04-27", "2024-05-05", "2024-05-09", "2024-05-20",
	"2024-12-25", "2024-12-26", "2025-01-01", "2025-04-18", "2025-04-21", "2025-04-26",
	"2025-05-05", "2025-05-29", "2025-06-09", "2025-12-25", "2025-12-26", "2026-01-01",
	"2026-04-03", "2026-04-06", "2026-04-27", "2026-05-05", "2026-05-14", "2026-05-25",
	"2026-12-25", "2026-12-26"};

static void test_known_years(void **state)
{
	(void)state;
	size_t at = 0;
	for (int32_t date = date_of("2023-01-01"); date < date_of("2027-01-01"); date++) {
		int32_t of_week = (date + 4) % 7; /* 1970-01-01 was a Thursday */
		bool holiday = at < UNIT_COUNT(holidays) && date == date_of(holidays[at]);
		bool working = of_week != 0 && of_week != 6 && !holiday;
		if (calendar_is_working_day(date) != working)
			fail_msg("day %d", date);
		at += holiday;
	}
	assert_int_equal(at, UNIT_COUNT(holidays));
}

/* Weekdays that no year's holidays are, and the earliest and latest Easter there is. */
static void test_single_days(void **state)
{
	(void)state;
	static const struct {
		const char *date;
		bool working;
	} rows[] = {
		{"2025-04-28", true}, /* King's Day on the 26th does not move to Monday */
		{"2026-12-24", true},
		{"2026-12-31", true},
		{"2026-05-04", true},
		{"2014-04-26", false},
		{"2008-03-21", false}, /* Easter 23 March 2008 */
		{"2008-03-24", false},
		{"2008-05-01", false},
		{"2008-05-12", false},
		{"2038-04-23", false}, /* Easter 25 April 2038 */
		{"2038-04-26", false},
		{"2038-06-03", false},
		{"2038-06-14", false},
		{"2049-04-16", false}, /* the epacts that the rule treats apart */
		{"2049-04-19", false},
		{"1981-04-20", false},
		{"1954-04-19", false},
		{"2011-06-02", false},
	};
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		if (calendar_is_working_day(date_of(rows[i].date)) != rows[i].working)
			fail_msg("%s", rows[i].date);
	}
}

static void test_clock_changes(void **state)
{
	(void)state;
	static const struct {
		const char *date, *start;
		int hours;
	} rows[] = {
		{"2026-03-28", "2026-03-27T23:00:00Z", 24},
		{"2026-03-29", "2026-03-28T23:00:00Z", 23},
		{"2026-03-30", "2026-03-29T22:00:00Z", 24},
		{"2026-10-24", "2026-10-23T22:00:00Z", 24},
		{"2026-10-25", "2026-10-24T22:00:00Z", 25},
		{"2026-10-26", "2026-10-25T23:00:00Z", 24},
		{"2024-03-31", "2024-03-30T23:00:00Z", 23},
		{"2024-10-27", "2024-10-26T22:00:00Z", 25},
	};
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		int32_t date = date_of(rows[i].date);
		int64_t start = calendar_start(date);
		assert_true(start == time_of(rows[i].start));
		assert_true(calendar_start(date + 1) - start == rows[i].hours * CLOCK_HOUR_MS);
		assert_int_equal(calendar_date(start), date);
		assert_int_equal(calendar_date(start - 1), date - 1);
	}
}

static void test_same_time(void **state)
{
	(void)state;
	static const struct {
		const char *at;
		int32_t days;
		const char *then;
	} rows[] = {
		{"2026-03-28T09:00:00+01:00", 1, "2026-03-29T09:00:00+02:00"},
		{"2026-10-24T09:00:00+02:00", 1, "2026-10-25T09:00:00+01:00"},
		{"2026-03-30T09:00:00+02:00", -2, "2026-03-28T09:00:00+01:00"},
		{"2026-03-28T02:30:00+01:00", 1, "2026-03-29T03:30:00+02:00"}, /* skipped */
		{"2026-03-28T01:59:59.999+01:00", 1, "2026-03-29T01:59:59.999+01:00"},
		{"2026-03-28T03:00:00+01:00", 1, "2026-03-29T03:00:00+02:00"},
		{"2026-10-24T02:30:00+02:00", 1, "2026-10-25T02:30:00+02:00"}, /* comes twice */
		{"2026-10-24T03:00:00+02:00", 1, "2026-10-25T03:00:00+01:00"},
		{"2026-10-25T02:30:00+01:00", 0, "2026-10-25T02:30:00+01:00"}, /* its second */
		{"2026-10-25T02:30:00+01:00", 1, "2026-10-26T02:30:00+01:00"},
	};
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		int64_t then = calendar_next_same_time(time_of(rows[i].at), rows[i].days);
		if (then != time_of(rows[i].then))
			fail_msg("%s + %d", rows[i].at, rows[i].days);
	}
}

static void test_adding_working_days(void **state)
{
	(void)state;
	static const struct {
		const char *at;
		int32_t days;
		const char *then;
	} rows[] = {
		{"2025-12-24T16:00:00+01:00", 0, "2025-12-24T16:00:00+01:00"},
		{"2025-12-24T16:00:00+01:00", 1, "2025-12-29T16:00:00+01:00"},
		{"2025-12-24T16:00:00+01:00", 4, "2026-01-02T16:00:00+01:00"},
		{"2025-12-25T16:00:00+01:00", 0, "2025-12-29T00:00:00+01:00"},
		{"2025-12-27T23:59:59.999+01:00", 1, "2025-12-30T00:00:00+01:00"},
		{"2026-03-27T17:00:00+01:00", 1,
			"2026-03-30T17:00:00+02:00"}, /* a change between */
		{"2026-10-23T17:00:00+02:00", 1, "2026-10-26T17:00:00+01:00"},
		{"2026-04-02T10:00:00+02:00", 1, "2026-04-07T10:00:00+02:00"}, /* over Easter */
		{"2025-04-25T10:00:00+02:00", 1, "2025-04-28T10:00:00+02:00"},
	};
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		int64_t then = calendar_add_working_days(time_of(rows[i].at), rows[i].days);
		if (then != time_of(rows[i].then))
			fail_msg("%s + %d", rows[i].at, rows[i].days);
	}
}

static void test_working_time(void **state)
{
	(void)state;
	static const struct {
		const char *from, *to;
		int64_t ms;
		const char *end; /* the first time with so much; NULL: to */
	} rows[] = {
		{"2025-12-24T16:00:00+01:00", "2025-12-24T16:00:00+01:00", 0, NULL},
		{"2025-12-24T16:00:00+01:00", "2025-12-24T23:00:00+01:00", 7 * CLOCK_HOUR_MS, NULL},
		{"2025-12-24T16:00:00+01:00", "2025-12-29T00:00:00+01:00", 8 * CLOCK_HOUR_MS,
			"2025-12-25T00:00:00+01:00"},
		{"2025-12-24T16:00:00+01:00", "2025-12-29T00:00:00.001+01:00",
			8 * CLOCK_HOUR_MS + 1, NULL},
		{"2025-12-24T16:00:00+01:00", "2026-01-03T12:00:00+01:00",
			8 * CLOCK_HOUR_MS + 4 * CLOCK_DAY_MS, "2026-01-03T00:00:00+01:00"},
		{"2026-03-27T12:00:00+01:00", "2026-03-30T12:00:00+02:00", CLOCK_DAY_MS, NULL},
		{"2026-10-23T12:00:00+02:00", "2026-10-26T12:00:00+01:00", CLOCK_DAY_MS, NULL},
		{"2026-12-26T00:00:00+01:00", "2026-12-27T12:00:00+01:00", 0,
			"2026-12-26T00:00:00+01:00"},
	};
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		int64_t from = time_of(rows[i].from), to = time_of(rows[i].to);
		int64_t end = rows[i].end != NULL ? time_of(rows[i].end) : to;
		if (calendar_working_ms(from, to) != rows[i].ms ||
			calendar_add_working_ms(from, rows[i].ms) != end)
			fail_msg("%s to %s", rows[i].from, rows[i].to);
		assert_true(calendar_working_ms(to, from) == 0);
	}
}

/* What was added is found again, and a millisecond less does not do. */
static void test_adding_undone(void **state)
{
	(void)state;
	uint64_t seed = 9;
	int64_t from = time_of("1996-01-01T00:00:00Z"), span = 80 * 365 * CLOCK_DAY_MS;
	for (int i = 0; i < 20000; i++) {
		int64_t at = from + (int64_t)(unit_random(&seed) % (uint64_t)span);
		int64_t ms = (int64_t)(unit_random(&seed) % (uint64_t)(25 * CLOCK_DAY_MS));
		int64_t end = calendar_add_working_ms(at, ms);
		assert_true(calendar_working_ms(at, end) == ms);
		assert_true(ms == 0 || calendar_working_ms(at, end - 1) == ms - 1);
		int64_t middle = at + (end - at) / 3;
		assert_true(
			calendar_working_ms(at, middle) + calendar_working_ms(middle, end) == ms);
	}
}

/* Times that no clock will show come from outside too: an answer, soon, and no overflow. */
static void test_extremes(void **state)
{
	(void)state;
	static const int64_t times[] = {INT64_MIN, CLOCK_FIRST_MS, CLOCK_LAST_MS, INT64_MAX};
	for (size_t i = 0; i < UNIT_COUNT(times); i++) {
		int32_t date = calendar_date(times[i]);
		assert_int_equal(date, i < 2 ? CLOCK_FIRST_DATE : CLOCK_LAST_DATE);
		assert_true(calendar_add_working_days(times[i], INT32_MAX) > 0);
		assert_true(calendar_add_working_ms(times[i], INT64_MAX) == CLOCK_LAST_MS);
		int64_t moved = calendar_next_same_time(times[i], i < 2 ? INT32_MIN : INT32_MAX);
		assert_true(moved == (i < 2 ? CLOCK_FIRST_MS : CLOCK_LAST_MS));
	}
	assert_true(calendar_working_ms(INT64_MIN, INT64_MAX) > INT64_C(200000000000000));
	assert_true(calendar_start(INT32_MIN) == CLOCK_FIRST_MS);
	assert_false(calendar_is_working_day(date_of("9999-12-25")));
	(void)calendar_is_working_day(INT32_MAX);
	(void)calendar_is_working_day(INT32_MIN);
}

static int64_t answer(const char *kind, int64_t a, int64_t b)
{
	if (strcmp(kind, "date") == 0)
		return calendar_date(a);
	if (strcmp(kind, "start") == 0)
		return calendar_start((int32_t)a);
	if (strcmp(kind, "working_day") == 0)
		return calendar_is_working_day((int32_t)a);
	if (strcmp(kind, "same_time") == 0)
		return calendar_next_same_time(a, (int32_t)b);
	if (strcmp(kind, "add_days") == 0)
		return calendar_add_working_days(a, (int32_t)b);
	if (strcmp(kind, "working_ms") == 0)
		return calendar_working_ms(a, b);
	assert_string_equal(kind, "add_ms");
	return calendar_add_working_ms(a, b);
}

/* tests/data/calendar/make_rows.py says where the rows come from. */
static void test_made_rows(void **state)
{
	(void)state;
	FILE *file = fopen("tests/data/calendar/rows.csv", "r");
	assert_non_null(file);
	char line[200];
	int rows = 0;
	for (; fgets(line, sizeof(line), file) != NULL; rows++) {
		char kind[20];
		int64_t a, b, c;
		int found =
			sscanf(line, "%19[^,],%" SCNd64 ",%" SCNd64 ",%" SCNd64, kind, &a, &b, &c);
		bool one_argument = strcmp(kind, "date") == 0 || strcmp(kind, "start") == 0 ||
			strcmp(kind, "working_day") == 0;
		assert_true(found >= (one_argument ? 3 : 4));
		if (answer(kind, a, b) != (one_argument ? b : c))
			fail_msg("%s", line);
	}
	fclose(file);
	assert_true(rows > 5000);
}

static void test_months(void **state)
{
	static const struct {
		const char *from;
		int32_t months;
		const char *to;
	} rows[] = {
		{"2026-03-02", 3, "2026-06-02"},
		{"2026-11-30", 3, "2027-02-28"}, /* that month has no 30th */
		{"2027-11-30", 3, "2028-02-29"},
		{"2026-12-31", 12, "2027-12-31"},
		{"2026-10-15", 2, "2026-12-15"}, /* December is of the year */
		{"2026-01-31", -2, "2025-11-30"},
		{"2026-05-05", 0, "2026-05-05"},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(rows); i++)
		if (calendar_add_months(date_of(rows[i].from), rows[i].months) !=
			date_of(rows[i].to))
			fail_msg("%s and %d months", rows[i].from, rows[i].months);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known_years),
		cmocka_unit_test(test_single_days),
		cmocka_unit_test(test_clock_changes),
		cmocka_unit_test(test_same_time),
		cmocka_unit_test(test_adding_working_days),
		cmocka_unit_test(test_working_time),
		cmocka_unit_test(test_adding_undone),
		cmocka_unit_test(test_extremes),
		cmocka_unit_test(test_made_rows),
		cmocka_unit_test(test_months),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
