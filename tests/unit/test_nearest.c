/* test_nearest - misspelt words and what they meant. */
#include "tests/unit/unit.h"

#include <string.h>

#include "hub/base/nearest.h"

static const struct {
	const char *a, *b;
	size_t distance;
} distances[] = {
	{"", "", 0},
	{"", "abc", 3},
	{"abc", "", 3},
	{"workers", "workers", 0},
	{"wrokers", "workers", 1},
	{"worker", "workers", 1},
	{"werkers", "workers", 1},
	{"WORKERS", "workers", 0},
	{"ca", "abc", 3},
	{"kitten", "sitting", 3},
	{"port", "host", 2},
	{"0123456789012345678901234567890123456789012345678901234567890123456789", "a", SIZE_MAX},
};

static void counts_the_letters_that_differ(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(distances); i++) {
		size_t distance = nearest_distance(distances[i].a, distances[i].b);
		if (distance != distances[i].distance)
			fail_msg("%s and %s: %zu", distances[i].a, distances[i].b, distance);
	}
}

static void finds_the_word_that_was_meant(void **state)
{
	(void)state;
	static const char *const words[] = {"host", "port", "workers", "wait_max_ms", "id", NULL};
	static const struct {
		const char *word, *meant;
	} rows[] = {
		{"prot", "port"},
		{"hots", "host"},
		{"wait_max", NULL},
		{"wait_maxms", "wait_max_ms"},
		{"worcker", "workers"},
		{"colour", NULL},
		{"ib", "id"},
		{"", NULL},
	};
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		const char *meant = nearest_word(rows[i].word, words);
		if (rows[i].meant == NULL ? meant != NULL
					  : meant == NULL || strcmp(meant, rows[i].meant) != 0)
			fail_msg("%s: %s", rows[i].word, meant != NULL ? meant : "nothing");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_the_letters_that_differ),
		cmocka_unit_test(finds_the_word_that_was_meant),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
