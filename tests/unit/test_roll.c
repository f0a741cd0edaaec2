/* test_roll - the cases that a document named: which, how many, in how little memory. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "hub/flow/source/snapshot/roll.h"

static void add(struct roll *roll, const char *text)
{
	roll_add(roll, bytes_of_string(text));
}

static void has_what_was_named(void **state)
{
	struct roll roll = {0};
	(void)state;
	roll_close(&roll);
	assert_false(roll_has(&roll, bytes_of_string("WZ-1")));
	add(&roll, "WZ-2");
	add(&roll, "WZ-1");
	add(&roll, "WZ-2");
	roll_close(&roll);
	assert_int_equal(roll.count, 2);
	assert_true(roll_has(&roll, bytes_of_string("WZ-1")));
	assert_true(roll_has(&roll, bytes_of_string("WZ-2")));
	assert_false(roll_has(&roll, bytes_of_string("WZ-3")));
	assert_false(roll_has(&roll, bytes_of_string("wz-1")));
	roll_done(&roll);
}

static void counts_what_named_nothing(void **state)
{
	struct roll roll = {0};
	(void)state;
	add(&roll, NULL);
	add(&roll, "");
	add(&roll, "WZ-1");
	roll_close(&roll);
	assert_int_equal(roll.nameless, 2);
	assert_int_equal(roll.count, 1);
	assert_false(roll_has(&roll, bytes_of_string("")));
	roll_done(&roll);
}

/* Into the hash, of the numbers of the cases in their order. */
static void hash_of(const char *numbers, int64_t number, char out[ROLL_HASH_SIZE])
{
	struct roll roll = {0};
	for (; *numbers != '\0'; numbers++)
		roll_add(&roll, bytes_of(numbers, 1));
	roll_close(&roll);
	roll_hash(&roll, number, out);
	roll_done(&roll);
}

static void its_hash_names_cases_and_time(void **state)
{
	static const struct {
		const char *numbers;
		int64_t number;
		bool is_same;
	} rows[] = {{"123", 7, true}, {"321", 7, true}, {"11223", 7, true}, {"123", 8, false},
		{"12", 7, false}, {"1234", 7, false}, {"", 7, false}};
	char first[ROLL_HASH_SIZE], next[ROLL_HASH_SIZE];
	(void)state;
	hash_of("123", 7, first);
	assert_int_equal(strlen(first), 32);
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		hash_of(rows[i].numbers, rows[i].number, next);
		assert_int_equal(strcmp(first, next) == 0, rows[i].is_same);
	}
}

static void add_numbers(struct roll *roll, int from, int to)
{
	char text[16];
	for (int i = from; i < to; i++) {
		snprintf(text, sizeof(text), "WZ-%d", i);
		add(roll, text);
	}
}

static void a_million_take_little_and_are_told_apart(void **state)
{
	struct roll roll = {0};
	char text[16];
	(void)state;
	add_numbers(&roll, 0, 1000000);
	roll_close(&roll);
	assert_int_equal(roll.count, 1000000);
	assert_true(roll.capacity * sizeof(*roll.items) <= 16 * 1024 * 1024);
	for (int i = 0; i < 2000000; i += 997) {
		snprintf(text, sizeof(text), "WZ-%d", i);
		assert_int_equal(roll_has(&roll, bytes_of_string(text)), i < 1000000);
	}
	roll_done(&roll);
}

static void too_many_are_none(void **state)
{
	struct roll roll = {0};
	(void)state;
	add_numbers(&roll, 0, (int)ROLL_MAX);
	assert_false(roll.is_full);
	add(&roll, "one more");
	assert_true(roll.is_full);
	assert_int_equal(roll.count, ROLL_MAX);
	roll_done(&roll);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(has_what_was_named),
		cmocka_unit_test(counts_what_named_nothing),
		cmocka_unit_test(its_hash_names_cases_and_time),
		cmocka_unit_test(a_million_take_little_and_are_told_apart),
		cmocka_unit_test(too_many_are_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
