/* test_terminal - times, ages and widths as people read them. */
#include "tests/unit/unit.h"

#include <locale.h>

#include "hub/base/clock.h"
#include "hub/cli/screen/terminal.h"

static int64_t at(const char *text)
{
	int64_t ms;
	assert_true(clock_from_text(bytes_of_string(text), &ms));
	return ms;
}

/* Summer time begins on 29 March 2026 and ends on 25 October, both at 01:00 UTC. */
static void test_time(void **state)
{
	static const struct {
		const char *utc, *shown;
	} rows[] = {
		{"2026-01-02T23:30:00Z", "Sat  3 Jan 00:30"},
		{"2026-03-28T23:30:00Z", "Sun 29 Mar 00:30"},
		{"2026-03-29T00:59:59Z", "Sun 29 Mar 01:59"},
		{"2026-03-29T01:00:00Z", "Sun 29 Mar 03:00"},
		{"2026-07-01T22:00:00Z", "Thu  2 Jul 00:00"},
		{"2026-10-25T00:30:00Z", "Sun 25 Oct 02:30"},
		{"2026-10-25T01:00:00Z", "Sun 25 Oct 02:00"},
		{"2026-10-25T23:00:00Z", "Mon 26 Oct 00:00"},
		{"2025-12-31T22:59:00Z", "Wed 31 Dec 2025 23:59"},
		{"2025-12-31T23:00:00Z", "Thu  1 Jan 00:00"},
	};
	char text[TERMINAL_TIME_SIZE];
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		terminal_time(at(rows[i].utc), at("2026-06-01T00:00:00Z"), text);
		assert_string_equal(text, rows[i].shown);
	}
}

static void test_age(void **state)
{
	static const struct {
		int64_t ms;
		const char *shown;
	} rows[] = {
		{-5, "0 s"},
		{0, "0 s"},
		{999, "0 s"},
		{119999, "119 s"},
		{120000, "2 min"},
		{7199999, "119 min"},
		{7200000, "2 h"},
		{172799999, "47 h"},
		{172800000, "2 d"},
		{INT64_C(86400000) * 4000, "4000 d"},
	};
	char text[TERMINAL_TIME_SIZE];
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		terminal_age(rows[i].ms, text);
		assert_string_equal(text, rows[i].shown);
	}
}

static void test_due(void **state)
{
	char text[TERMINAL_TIME_SIZE];
	(void)state;
	terminal_due(1000000, 700000, text);
	assert_string_equal(text, "in 5 min");
	terminal_due(700000, 1000000, text);
	assert_string_equal(text, "5 min late");
	terminal_due(7, 7, text);
	assert_string_equal(text, "in 0 s");
}

static void test_width(void **state)
{
	(void)state;
	setlocale(LC_CTYPE, "C.UTF-8");
	assert_int_equal(terminal_width_of(""), 0);
	assert_int_equal(terminal_width_of("Súdwest-Fryslân"), 15);
	assert_int_equal(terminal_width_of("…"), 1);
	assert_int_equal(terminal_width_of("a\xff\xfe"), 3);
	assert_int_equal(terminal_width_of("日本"), 4);
}

static void test_fit(void **state)
{
	static const struct {
		const char *text;
		int columns, size, taken;
	} rows[] = {
		{"abc", 2, 2, 2},
		{"abc", 5, 3, 3},
		{"née", 2, 3, 2},
		{"日本", 3, 3, 2},
		{"a\xff\xfe", 2, 2, 2},
		{"abc", 0, 0, 0},
		{"a", -1, 0, 0},
	};
	(void)state;
	setlocale(LC_CTYPE, "C.UTF-8");
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		struct terminal_part part = terminal_fit(rows[i].text, rows[i].columns);
		assert_int_equal(part.size, rows[i].size);
		assert_int_equal(part.columns, rows[i].taken);
	}
}

static void test_nothing_steers_the_terminal(void **state)
{
	char text[100] = "";
	struct terminal terminal = {.out = fmemopen(text, sizeof(text), "w"), .colour = true};
	(void)state;
	terminal_say(&terminal, TERMINAL_PLAIN, "%s",
		"a\033[2Jb\xc2\x9b"
		"c\rd\te\x7fé");
	terminal_say(&terminal, TERMINAL_GOOD, "ok");
	fclose(terminal.out);
	assert_string_equal(text, "a?[2Jb??c?d\te?é\033[32mok\033[0m");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_time),
		cmocka_unit_test(test_age),
		cmocka_unit_test(test_due),
		cmocka_unit_test(test_width),
		cmocka_unit_test(test_fit),
		cmocka_unit_test(test_nothing_steers_the_terminal),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
