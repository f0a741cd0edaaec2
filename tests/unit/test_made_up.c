/* test_made_up - whom the test lane takes, and whom it refuses. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "hub/base/format.h"
#include "hub/flow/intake/made_up.h"

/* A number that passes the 11-test and begins like this; nobody's is written here. */
static const char *number_like(const char *begin, struct arena *arena)
{
	for (int i = 0; i < 10000000; i++) {
		char *text = arena_format(arena, "%s%07d", begin, i);
		text[9] = '\0';
		if (format_is("bsn", bytes_of_string(text)))
			return text;
	}
	fail_msg("no number begins with %s", begin);
	return NULL;
}

static size_t problems_of(const struct person *person, struct arena *arena, const char **path)
{
	struct problems problems;
	problems_init(&problems, arena);
	made_up_check(person, &problems);
	*path = problems.count > 0 ? problems.items[0].path : NULL;
	return problems.count;
}

static void ranges_that_are_nobodys(void **state)
{
	(void)state;
	static const struct {
		const char *begin;
		bool is_taken;
	} rows[] = {{"99999", true}, {"0000", true}, {"9999", false}, {"000", false}, {"1", false},
		{"50", false}, {"9", false}};
	struct arena arena = {0};
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		char begin[8];
		/* 1 to 8 behind it, so that a shorter beginning is not one of the longer. */
		snprintf(begin, sizeof(begin), "%s%s", rows[i].begin, rows[i].is_taken ? "" : "1");
		const struct person person = {.bsn = bytes_of_string(number_like(begin, &arena))};
		const char *path = NULL;
		assert_int_equal(problems_of(&person, &arena, &path), rows[i].is_taken ? 0 : 1);
		if (!rows[i].is_taken)
			assert_string_equal(path, "person.bsn");
	}
	arena_done(&arena);
}

static void addresses(void **state)
{
	(void)state;
	static const struct {
		const char *address;
		bool is_taken;
	} rows[] = {{"a@example.nl", true}, {"a@mail.example.com", true}, {"a@EXAMPLE.org", true},
		{"a@gemeente.example", true}, {"a@x.test", true}, {"a@b@example.net", true},
		{"", true}, {"a@rotterdam.nl", false}, {"a@notexample.nl", false},
		{"a@example.nl.com", false}, {"a@example.de", false},
		{"example.nl@gmail.com", false}, {"a@", false}};
	struct arena arena = {0};
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		const struct person client = {.email = bytes_of_string(rows[i].address)};
		const struct person worker = {.worker_email = bytes_of_string(rows[i].address)};
		const char *path = NULL;
		size_t wrong = rows[i].is_taken ? 0 : 1;
		if (problems_of(&client, &arena, &path) != wrong)
			fail_msg("%s", rows[i].address);
		assert_int_equal(problems_of(&worker, &arena, &path), wrong);
	}
	arena_done(&arena);
}

static void numbers_in_texts(void **state)
{
	(void)state;
	struct arena arena = {0};
	const char *somebodys = number_like("12", &arena), *nobodys = number_like("99999", &arena);
	const struct {
		const char *text;
		bool is_taken;
	} rows[] = {
		{arena_format(&arena, "belt met %s.", somebodys), false},
		{somebodys, false},
		{arena_format(&arena, "eerst %s dan %s", nobodys, somebodys), false},
		{nobodys, true},
		{arena_format(&arena, "1%s", somebodys), true},
		{arena_format(&arena, "%.8s", somebodys), true},
		{"WZ-4711, 06-12345678, 3011AB 25", true},
		{"", true},
	};
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		const struct person text = {.text = bytes_of_string(rows[i].text)};
		const struct person number = {.own_number = bytes_of_string(rows[i].text)};
		const char *path = NULL;
		size_t wrong = rows[i].is_taken ? 0 : 1;
		if (problems_of(&text, &arena, &path) != wrong)
			fail_msg("row %zu", i);
		assert_int_equal(problems_of(&number, &arena, &path), wrong);
	}
	arena_done(&arena);
}

static void all_that_is_wrong_at_once(void **state)
{
	(void)state;
	struct arena arena = {0};
	struct problems problems;
	const char *somebodys = number_like("12", &arena);
	const struct person person = {.bsn = bytes_of_string(somebodys),
		.own_number = bytes_of_string(somebodys),
		.family_name = bytes_of_string("Voorbeeld"),
		.email = bytes_of_string("a@rotterdam.nl")};
	problems_init(&problems, &arena);
	made_up_check(&person, &problems);
	made_up_check(&(struct person){0}, &problems);
	assert_int_equal(problems.count, 3);
	for (size_t i = 0; i < problems.count; i++)
		assert_null(strstr(problems.items[i].text, somebodys));
	arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ranges_that_are_nobodys),
		cmocka_unit_test(addresses),
		cmocka_unit_test(numbers_in_texts),
		cmocka_unit_test(all_that_is_wrong_at_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
