/* test_clock - texts of times and dates against gmtime, hostile texts, and the offset file. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "hub/base/clock.h"

static const struct {
	const char *text;
	int64_t ms;
	const char *again;
} good_times[] = {
	{"1970-01-01T00:00:00Z", 0, "1970-01-01T00:00:00Z"},
	{"1970-01-01T00:00:00.001Z", 1, "1970-01-01T00:00:00.001Z"},
	{"1969-12-31T23:59:59.999Z", -1, "1969-12-31T23:59:59.999Z"},
	{"2026-03-02T09:30:00.000Z", 1772443800000, "2026-03-02T09:30:00Z"},
	{"2026-03-02t09:30:00z", 1772443800000, "2026-03-02T09:30:00Z"},
	{"2026-03-02T10:30:00+01:00", 1772443800000, "2026-03-02T09:30:00Z"},
	{"2026-03-01T22:00:00-11:30", 1772443800000, "2026-03-02T09:30:00Z"},
	{"2026-03-02T09:30:00-00:00", 1772443800000, "2026-03-02T09:30:00Z"},
	{"2026-03-02T09:30:00.5Z", 1772443800500, "2026-03-02T09:30:00.500Z"},
	{"2026-03-02T09:30:00.05Z", 1772443800050, "2026-03-02T09:30:00.050Z"},
	{"2026-03-02T09:30:00.1239999999999999999999999Z", 1772443800123,
		"2026-03-02T09:30:00.123Z"},
	{"2016-12-31T23:59:60Z", 1483228800000, "2017-01-01T00:00:00Z"},
	{"2017-01-01T00:59:60+01:00", 1483228800000, "2017-01-01T00:00:00Z"},
	{"2000-02-29T00:00:00Z", 951782400000, "2000-02-29T00:00:00Z"},
	{"0001-01-01T00:00:00Z", CLOCK_FIRST_MS, "0001-01-01T00:00:00Z"},
	{"9999-12-31T23:59:59.999Z", CLOCK_LAST_MS, "9999-12-31T23:59:59.999Z"},
};

static const char *const bad_times[] = {"", "Z", "2026", "2026-03-02", "2026-03-02T",
	"2026-03-02T09:30Z", "2026-03-02T09:30:00", "2026-03-02 09:30:00Z", "2026-03-02T09:30:00.Z",
	"2026-03-02T09:30:00,5Z", "2026-03-02T09:30:00ZZ", "2026-03-02T09:30:00Z ",
	" 2026-03-02T09:30:00Z", "2026-03-02T09:30:00+0100", "2026-03-02T09:30:00+01",
	"2026-03-02T09:30:00+1:00", "2026-03-02T09:30:00+24:00", "2026-03-02T09:30:00+01:60",
	"2026-03-02T09:30:00+01:00Z", "2026-03-02T09:30:00Europe", "2026-3-02T09:30:00Z",
	"02-03-2026T09:30:00Z", "2026-00-02T09:30:00Z", "2026-13-02T09:30:00Z",
	"2026-03-00T09:30:00Z", "2026-03-32T09:30:00Z", "2026-02-29T09:30:00Z",
	"1900-02-29T09:30:00Z", "2026-04-31T09:30:00Z", "2026-03-02T24:00:00Z",
	"2026-03-02T09:60:00Z", "2026-03-02T09:30:61Z", "2026-03-02T09:30:60Z",
	"2026-03-02T23:59:60+01:00", "0000-12-31T23:59:59Z", "0001-01-01T00:00:00+00:01",
	"9999-12-31T23:59:59-00:01", "9999-12-31T23:59:60Z", "+2026-03-02T09:30:00Z",
	"-026-03-02T09:30:00Z", "12026-03-02T09:30:00Z", "2026-03-0xT09:30:00Z",
	"2026-03-02T09:30:0 Z", "2026-03-02T09:30:00.5", "2026-03-02T09:30:00.-5Z",
	"2026-03-02T09:30:00−01:00", "2026-03-02T09:30:00.\xd9\xa5Z",
	"99999999999999999999999999999999999999"};

static void test_good_times(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(good_times); i++) {
		int64_t ms;
		char again[25];
		if (!clock_from_text(bytes_of_string(good_times[i].text), &ms) ||
			ms != good_times[i].ms)
			fail_msg("%s", good_times[i].text);
		clock_to_text(ms, again);
		assert_string_equal(again, good_times[i].again);
	}
}

static void test_bad_times(void **state)
{
	(void)state;
	int64_t ms = 77;
	for (size_t i = 0; i < UNIT_COUNT(bad_times); i++) {
		if (clock_from_text(bytes_of_string(bad_times[i]), &ms))
			fail_msg("%s", bad_times[i]);
	}
	assert_false(clock_from_text(bytes_of_string(NULL), &ms));
	assert_int_equal(ms, 77);
}

/* Each good text cut anywhere, with a zero in its place, and with one byte changed: never read
 * beyond the end (the copy is exact, for the sanitizer), and what is taken is written again. */
static void test_damaged_times(void **state)
{
	(void)state;
	uint64_t seed = 5;
	for (size_t i = 0; i < UNIT_COUNT(good_times); i++) {
		size_t size = strlen(good_times[i].text);
		for (size_t cut = 0; cut < size; cut++) {
			uint8_t *copy = malloc(cut + 1);
			int64_t ms;
			memcpy(copy, good_times[i].text, cut + 1);
			assert_false(clock_from_text(bytes_of(copy, cut), &ms));
			copy[cut] = 0;
			assert_false(clock_from_text(bytes_of(copy, cut + 1), &ms));
			free(copy);
		}
		for (int k = 0; k < 2000; k++) {
			char copy[64], again[25];
			int64_t ms, same;
			memcpy(copy, good_times[i].text, size);
			copy[unit_random(&seed) % size] = (char)unit_random(&seed);
			if (!clock_from_text(bytes_of(copy, size), &ms))
				continue;
			clock_to_text(ms, again);
			assert_true(clock_from_text(bytes_of_string(again), &same));
			assert_true(ms == same);
		}
	}
}

static void test_texts_against_gmtime(void **state)
{
	(void)state;
	uint64_t seed = 6;
	for (int i = 0; i < 20000; i++) {
		uint64_t span = (uint64_t)(CLOCK_LAST_MS - CLOCK_FIRST_MS) + 1;
		int64_t ms = CLOCK_FIRST_MS + (int64_t)(unit_random(&seed) % span);
		ms -= i % 2 == 0 ? ((ms % 1000) + 1000) % 1000 : 0;
		time_t seconds = (ms - ((ms % 1000) + 1000) % 1000) / 1000;
		struct tm parts;
		char expected[80], text[25];
		assert_non_null(gmtime_r(&seconds, &parts));
		int size = snprintf(expected, sizeof(expected), "%04d-%02d-%02dT%02d:%02d:%02d",
			parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour,
			parts.tm_min, parts.tm_sec);
		int fraction = (int)(ms - (int64_t)seconds * 1000);
		snprintf(expected + size, sizeof(expected) - (size_t)size,
			fraction != 0 ? ".%03dZ" : "Z", fraction);
		clock_to_text(ms, text);
		assert_string_equal(text, expected);
		int64_t again;
		assert_true(clock_from_text(bytes_of_string(text), &again) && again == ms);
	}
}

static void test_out_of_range_is_the_nearest(void **state)
{
	(void)state;
	char text[25], date[11];
	clock_to_text(INT64_MIN, text);
	assert_string_equal(text, "0001-01-01T00:00:00Z");
	clock_to_text(INT64_MAX, text);
	assert_string_equal(text, "9999-12-31T23:59:59.999Z");
	clock_date_to_text(INT32_MIN, date);
	assert_string_equal(date, "0001-01-01");
	clock_date_to_text(INT32_MAX, date);
	assert_string_equal(date, "9999-12-31");
}

/* Every day of all years, counted up with the plain rule of the calendar. */
static void test_every_date(void **state)
{
	(void)state;
	static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	struct clock_date date = {1, 1, 1};
	for (int32_t days = CLOCK_FIRST_DATE; days <= CLOCK_LAST_DATE; days++) {
		struct clock_date same = clock_date_of(days);
		if (same.year != date.year || same.month != date.month || same.day != date.day ||
			clock_date_days(date) != days)
			fail_msg("day %d", days);
		bool leap = date.year % 4 == 0 && (date.year % 100 != 0 || date.year % 400 == 0);
		if (date.day++ < lengths[date.month - 1] + (date.month == 2 && leap))
			continue;
		date.day = 1;
		date.month = date.month % 12 + 1;
		date.year += date.month == 1;
	}
	assert_int_equal(date.year, 10000);
}

static void test_dates(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		bool good;
		int32_t days;
	} rows[] = {
		{"1970-01-01", true, 0},
		{"1969-12-31", true, -1},
		{"2026-03-02", true, 20514},
		{"2000-02-29", true, 11016},
		{"0001-01-01", true, CLOCK_FIRST_DATE},
		{"9999-12-31", true, CLOCK_LAST_DATE},
		{"2026-02-29", false, 0},
		{"2026-3-2", false, 0},
		{"2026-03-02 ", false, 0},
		{"2026-03-02T", false, 0},
		{"20260302", false, 0},
		{"0000-01-01", false, 0},
		{"", false, 0},
	};
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		int32_t days = 12345;
		char text[11];
		bool good = clock_date_from_text(bytes_of_string(rows[i].text), &days);
		assert_int_equal(good, rows[i].good);
		assert_int_equal(days, good ? rows[i].days : 12345);
		if (!good)
			continue;
		clock_date_to_text(days, text);
		assert_string_equal(text, rows[i].text);
	}
	int32_t days;
	assert_false(clock_date_from_text(bytes_of_string(NULL), &days));
}

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static int64_t system_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Waits, up to 10 s, until the file has been read again and says so. */
static bool offset_becomes(int64_t offset)
{
	const struct timespec pause = {.tv_nsec = 20000000};
	for (int i = 0; i < 500; i++) {
		if (clock_offset() == offset)
			return true;
		nanosleep(&pause, NULL);
	}
	return false;
}

static void test_offset_file(void **state)
{
	(void)state;
	char path[] = P_tmpdir "/lokethub-clock-XXXXXX";
	int file = mkstemp(path);
	assert_true(file >= 0);
	close(file);
	struct err err = {0};
	int64_t plain = clock_monotonic();
	assert_int_equal(clock_offset(), 0);
	write_file(path, "86400000\n");
	assert_int_equal(clock_use_offset_file(path, &err), OK);
	assert_int_equal(clock_offset(), CLOCK_DAY_MS);
	int64_t before = system_ms(), wall = clock_wall(), after = system_ms();
	assert_true(before + CLOCK_DAY_MS <= wall && wall <= after + CLOCK_DAY_MS);
	assert_true(clock_monotonic() - plain >= CLOCK_DAY_MS);
	write_file(path, "-5000");
	assert_true(offset_becomes(-5000));
	write_file(path, "7000\r\n");
	assert_true(offset_becomes(7000));
	write_file(path, "-5000");
	assert_true(offset_becomes(-5000));
	static const char *const bad[] = {"", "tomorrow", "1.5", "99999999999999999999999",
		"999999999999999999", "12345678901234567890123456789012345678"};
	for (size_t i = 0; i < UNIT_COUNT(bad); i++) {
		write_file(path, bad[i]);
		assert_int_equal(clock_use_offset_file(path, &err), REJECT);
		assert_non_null(strstr(err.text, "not a number of milliseconds"));
	}
	const struct timespec pause = {.tv_nsec = 150000000};
	nanosleep(&pause, NULL);
	assert_int_equal(clock_offset(), -5000);
	assert_int_equal(unlink(path), 0);
	nanosleep(&pause, NULL);
	assert_int_equal(clock_offset(), -5000);
	assert_int_equal(clock_use_offset_file(path, &err), REJECT);
	assert_non_null(strstr(err.text, "No such file"));
	assert_int_equal(clock_use_offset_file(NULL, &err), OK);
	assert_int_equal(clock_offset(), 0);
}

static void test_clocks_go_on(void **state)
{
	(void)state;
	int64_t from = clock_monotonic();
	double cpu = clock_cpu_seconds();
	while (clock_monotonic() < from + 20)
		;
	assert_true(clock_cpu_seconds() > cpu);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good_times),
		cmocka_unit_test(test_bad_times),
		cmocka_unit_test(test_damaged_times),
		cmocka_unit_test(test_texts_against_gmtime),
		cmocka_unit_test(test_out_of_range_is_the_nearest),
		cmocka_unit_test(test_every_date),
		cmocka_unit_test(test_dates),
		cmocka_unit_test(test_offset_file),
		cmocka_unit_test(test_clocks_go_on),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
