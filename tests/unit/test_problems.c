/* test_problems - paths, texts and the limit of the list of problems. */
#include "tests/unit/unit.h"

#include <string.h>

#include "hub/base/problems.h"

static void test_paths(void **state)
{
	(void)state;
	struct arena arena = {0};
	struct problems problems;
	problems_init(&problems, &arena);
	problems_add(&problems, NULL, NULL, "is not an object");
	problems_add(&problems, "partner", "00000001234567890000", "is missing");
	size_t body = problems_enter(&problems, "body");
	size_t referral = problems_enter(&problems, "Referral");
	problems_add(&problems, "question", NULL, "is not in the code list %s", "question");
	size_t groups = problems_enter(&problems, "target_groups");
	size_t place = problems_enter_place(&problems, 12);
	problems_add(&problems, NULL, NULL, "is empty");
	problems_add(&problems, "code", NULL, "is empty");
	problems_leave(&problems, place);
	problems_leave(&problems, groups);
	problems_leave(&problems, referral);
	problems_add(&problems, "x", NULL, "is unknown");
	problems_add(&problems, "", NULL, "is odd");
	problems_leave(&problems, body);
	problems_add(&problems, "", NULL, "is too large");
	static const char *const paths[] = {"", "partner", "body.Referral.question",
		"body.Referral.target_groups[12]", "body.Referral.target_groups[12].code", "body.x",
		"body", ""};
	assert_int_equal(problems.count, UNIT_COUNT(paths));
	for (size_t i = 0; i < UNIT_COUNT(paths); i++)
		assert_string_equal(problems.items[i].path, paths[i]);
	assert_string_equal(problems.items[2].text, "is not in the code list question");
	assert_string_equal(problems.items[1].example, "00000001234567890000");
	assert_null(problems.items[0].example);
	arena_done(&arena);
}

static void test_more_than_kept(void **state)
{
	(void)state;
	struct arena arena = {0};
	struct problems problems;
	problems_init(&problems, &arena);
	for (int i = 0; i < 3 * PROBLEMS_MAX; i++)
		problems_add(&problems, "field", NULL, "is wrong in way %d", i);
	assert_int_equal(problems.count, 3 * PROBLEMS_MAX);
	assert_string_equal(problems.items[PROBLEMS_MAX - 1].text, "is wrong in way 63");
	problems_init(&problems, &arena);
	assert_int_equal(problems.count, 0);
	arena_done(&arena);
}

static void test_a_path_that_just_fits(void **state)
{
	(void)state;
	struct arena arena = {0};
	struct problems problems;
	char name[sizeof(problems.path) + 1];
	problems_init(&problems, &arena);
	memset(name, 'n', sizeof(name));
	name[sizeof(problems.path)] = '\0';
	(void)problems_enter(&problems, name);
	assert_string_equal(problems.path, "");
	name[sizeof(problems.path) - 1] = '\0';
	(void)problems_enter(&problems, name);
	assert_string_equal(problems.path, name);
	problems_leave(&problems, 0);
	name[sizeof(problems.path) - 2] = '\0';
	(void)problems_enter(&problems, name);
	(void)problems_enter(&problems, "n");
	assert_string_equal(problems.path, name);
	arena_done(&arena);
}

/* However deep, the path stays whole names, and the way back leads to the start. */
static void test_too_deep(void **state)
{
	(void)state;
	struct arena arena = {0};
	struct problems problems;
	problems_init(&problems, &arena);
	size_t before[100];
	for (size_t i = 0; i < 100; i++)
		before[i] = i % 2 == 0 ? problems_enter(&problems, "longname")
				       : problems_enter_place(&problems, i);
	problems_add(&problems, "end", NULL, "is wrong");
	assert_true(strlen(problems.items[0].path) < sizeof(problems.path) + 4);
	assert_memory_equal(problems.items[0].path, "longname[1].longname[3].", 24);
	for (size_t i = 100; i-- > 0;)
		problems_leave(&problems, before[i]);
	problems_add(&problems, "back", NULL, "is wrong");
	assert_string_equal(problems.items[1].path, "back");
	arena_done(&arena);
}

static void test_nothing_wrong_needs_no_memory(void **state)
{
	(void)state;
	struct arena arena = {0};
	struct problems problems;
	problems_init(&problems, &arena);
	problems_leave(&problems, problems_enter(&problems, "body"));
	assert_int_equal(arena.used, 0);
	assert_null(arena.block);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_more_than_kept),
		cmocka_unit_test(test_a_path_that_just_fits),
		cmocka_unit_test(test_too_deep),
		cmocka_unit_test(test_nothing_wrong_needs_no_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
