/* test_play - made-up people, chance that can be repeated, and what stands for names in templates.
 */
#include "tests/unit/unit.h"

#include <string.h>

#include "hub/base/format.h"
#include "hub/cli/play/script.h"
#include "hub/cli/play/template.h"
#include "hub/flow/intake/made_up.h"
#include "tests/support/edge_conf.h"

enum { MANY = 20000 };

static void the_test_lane_takes_everybody(void **state)
{
	(void)state;
	struct arena arena = {0};
	struct problems problems;
	struct dice dice = dice_of(7, bytes_of_string("x"));
	size_t high = 0;
	for (int i = 0; i < MANY; i++) {
		const struct someone someone = someone_new(&dice, &arena);
		const struct person person = {.bsn = bytes_of_string(someone.bsn),
			.email = bytes_of_string(someone.email),
			.own_number = bytes_of_string(someone.phone)};
		problems_init(&problems, &arena);
		made_up_check(&person, &problems);
		assert_int_equal(problems.count, 0);
		assert_true(format_is("bsn", person.bsn));
		assert_true(format_is("partial-date", bytes_of_string(someone.birth_date)));
		high += someone.bsn[0] == '9';
		arena_reset(&arena);
	}
	assert_in_range(high, MANY / 3, 2 * MANY / 3);
	arena_done(&arena);
}

static void chance_is_the_same_for_the_same_seed(void **state)
{
	(void)state;
	struct dice one = dice_of(7, bytes_of_string("x")), same = one;
	struct dice other_seed = dice_of(8, bytes_of_string("x"));
	struct dice other = dice_of(7, bytes_of_string("y"));
	size_t equal = 0;
	for (int i = 0; i < 100; i++) {
		uint64_t fell = dice_throw(&one);
		assert_int_equal(fell, dice_throw(&same));
		equal += fell == dice_throw(&other_seed);
		equal += fell == dice_throw(&other);
	}
	assert_int_equal(equal, 0);
}

static void chance_is_fair(void **state)
{
	(void)state;
	struct dice dice = dice_of(7, bytes_of_string("x"));
	size_t below[6] = {0}, percent = 0;
	double waited = 0;
	for (int i = 0; i < MANY; i++) {
		below[dice_below(&dice, 6)]++;
		percent += dice_percent(&dice, 25);
		int64_t wait = dice_wait(&dice, 1000);
		assert_in_range(wait, 0, 10000);
		waited += (double)wait;
		assert_false(dice_percent(&dice, 0));
		assert_true(dice_percent(&dice, 100));
	}
	for (size_t i = 0; i < UNIT_COUNT(below); i++)
		assert_in_range(below[i], MANY / 6 - MANY / 60, MANY / 6 + MANY / 60);
	assert_in_range(percent, MANY / 4 - MANY / 40, MANY / 4 + MANY / 40);
	assert_in_range((int64_t)(waited / MANY), 950, 1050);
}

static const char *known(void *context, struct bytes name)
{
	(void)context;
	return bytes_equal_string(name, "a") ? "1" : bytes_equal_string(name, "") ? "-" : NULL;
}

static void names_in_templates(void **state)
{
	(void)state;
	static const struct {
		const char *text, *filled; /* NULL: refused */
	} rows[] = {{"{{a}}", "1"}, {"x{{a}}y{{a}}", "x1y1"}, {"{a}", "{a}"}, {"{{}}", "-"},
		{"{{a}", "{{a}"}, {"{{a", "{{a"}, {"}}{{", "}}{{"}, {"", ""}, {"{{b}}", NULL},
		{"{{{a}}", NULL}, {"{\"x\": {\"y\": \"{{a}}\"}}", "{\"x\": {\"y\": \"1\"}}"}};
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		const struct template template = {
			.path = "own/x.json", .text = bytes_of_string(rows[i].text)};
		struct buffer out = {0};
		struct err err = {0};
		enum outcome outcome = template_fill(&template, known, NULL, &out, &err);
		assert_int_equal(outcome, rows[i].filled != NULL ? OK : REJECT);
		if (outcome == OK)
			assert_string_equal(buffer_string(&out), rows[i].filled);
		else
			assert_non_null(strstr(err.text, "own/x.json"));
		buffer_done(&out);
	}
}

static struct script script_of(struct dice *dice, struct arena *arena)
{
	static const struct setting_pair values[] = {{"brin", "99XX"}, {"desk", "mine"}, {0}};
	static const struct conf_simulation plan = {.values = values};
	const struct conf *conf = edge_conf();
	return (struct script){.conf = conf,
		.plan = &plan,
		.desk = &conf->rules.desks[0],
		.dice = dice,
		.arena = arena};
}

static const char *value(struct script *script, const char *name)
{
	return script_value(script, bytes_of_string(name));
}

static void what_stands_for_names(void **state)
{
	(void)state;
	struct arena arena = {0};
	struct dice dice = dice_of(7, bytes_of_string("x"));
	struct script script = script_of(&dice, &arena);
	size_t picked[3] = {0};
	assert_null(value(&script, "case"));
	assert_null(value(&script, "bsn"));
	script_begin_case(&script, 7, 12);
	assert_non_null(strstr(value(&script, "case"), "SIM-7-"));
	assert_int_equal(strlen(value(&script, "number")), 8);
	assert_int_equal(strspn(value(&script, "number"), "0123456789"), 8);
	assert_true(format_is("bsn", bytes_of_string(value(&script, "bsn"))));
	assert_true(format_is("am", bytes_of_string(value(&script, "region"))));
	assert_true(format_is("gm", bytes_of_string(value(&script, "municipality"))));
	assert_string_equal(value(&script, "brin"), "99XX");
	assert_string_equal(value(&script, "desk"), "mine");
	assert_null(value(&script, "to_desk"));
	assert_string_equal(value(&script, "digits brin"), "99");
	assert_int_equal(strlen(value(&script, "digits birth_date")), 8);
	assert_int_equal(strlen(value(&script, "digits local")), 17);
	assert_null(value(&script, "digits nothing"));
	assert_null(value(&script, "digits "));
	assert_null(value(&script, "nothing"));
	assert_string_equal(value(&script, "pick a"), "a");
	for (int i = 0; i < 300; i++)
		picked[value(&script, "pick a|b|c")[0] - 'a']++;
	for (size_t i = 0; i < UNIT_COUNT(picked); i++)
		assert_in_range(picked[i], 60, 140);
	arena_done(&arena);
}

static int64_t number_of(struct script *script, int64_t seed, int64_t number)
{
	int64_t found;
	script_begin_case(script, seed, number);
	assert_int_equal(strlen(value(script, "number")), 8);
	assert_true(bytes_to_int64(bytes_of_string(value(script, "number")), &found));
	assert_in_range(found, 10000000, 99999999);
	return found;
}

/* Millions of cases of a partner have as many numbers. */
static void numbers_tell_cases_apart(void **state)
{
	(void)state;
	struct arena arena = {0};
	struct dice dice = dice_of(7, bytes_of_string("x"));
	struct script script = script_of(&dice, &arena);
	const int64_t first = number_of(&script, 7, 0);
	for (int64_t number = 1; number < 90000000; number += 999999) {
		int64_t found = number_of(&script, 7, number);
		assert_int_equal(found, 10000000 + (first - 10000000 + number) % 90000000);
	}
	arena_done(&arena);
}

/* Of any seed and those that come behind it, as runs that begin in seconds that follow do: where
 * the numbers of two begin, there is room for the cases of the first. */
static void seeds_have_numbers_of_their_own(void **state)
{
	(void)state;
	static const int64_t seeds[] = {1, 8, 1764295436, INT64_C(9223372036854765807)};
	for (size_t i = 0; i < UNIT_COUNT(seeds); i++) {
		struct arena arena = {0};
		struct dice dice = dice_of(7, bytes_of_string("x"));
		struct script script = script_of(&dice, &arena);
		const int64_t first = number_of(&script, seeds[i], 0);
		int64_t least = INT64_MAX;
		for (int64_t more = 1; more <= 10000; more++) {
			int64_t other = number_of(&script, seeds[i] + more, 0);
			int64_t apart = other > first ? other - first : first - other;
			least = apart < least ? apart : least;
			least = 90000000 - apart < least ? 90000000 - apart : least;
		}
		assert_in_range(least, 5000, 10000);
		arena_done(&arena);
	}
}

static void the_time_can_be_another(void **state)
{
	(void)state;
	struct arena arena = {0};
	struct dice dice = dice_of(7, bytes_of_string("x"));
	struct script script = script_of(&dice, &arena);
	script.at = INT64_C(1772404200000);
	assert_string_equal(value(&script, "now"), "2026-03-01T22:30:00Z");
	assert_string_equal(value(&script, "local"), "2026-03-01T23:30:00");
	assert_string_equal(value(&script, "today"), "2026-03-01");
	assert_string_equal(value(&script, "excel_day"), "46082");
	arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_test_lane_takes_everybody),
		cmocka_unit_test(chance_is_the_same_for_the_same_seed),
		cmocka_unit_test(chance_is_fair),
		cmocka_unit_test(names_in_templates),
		cmocka_unit_test(what_stands_for_names),
		cmocka_unit_test(numbers_tell_cases_apart),
		cmocka_unit_test(seeds_have_numbers_of_their_own),
		cmocka_unit_test(the_time_can_be_another),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
