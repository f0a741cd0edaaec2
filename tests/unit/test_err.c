/* test_err - texts of errors: context before cause, one line, cut between characters. */
#include "tests/unit/unit.h"

#include <string.h>

#include "hub/base/err.h"

static void test_context_before_cause(void **state)
{
	(void)state;
	struct err err = {0};
	assert_int_equal(err_set(&err, RETRY, "token file %s: no such file", "t.key"), RETRY);
	assert_int_equal(err_in(&err, "partner %d", 7), RETRY);
	assert_int_equal(err_in(&err, "config"), RETRY);
	assert_string_equal(err.text, "config: partner 7: token file t.key: no such file");
	assert_int_equal(err.outcome, RETRY);
}

static void test_no_err_is_fine(void **state)
{
	(void)state;
	assert_int_equal(err_set(NULL, FATAL, "%s", "nobody asked"), FATAL);
}

static void test_own_text_as_argument(void **state)
{
	(void)state;
	struct err err = {0};
	(void)err_set(&err, REJECT, "cause");
	(void)err_set(&err, REJECT, "first, %s", err.text);
	assert_string_equal(err.text, "first, cause");
}

static void test_one_line(void **state)
{
	(void)state;
	struct err err = {0};
	(void)err_set(&err, REJECT, "a\nb\r\tc\x1b[1md\x7f é");
	assert_string_equal(err.text, "a b  c [1md  é");
}

/* What fits stays whole; one byte more ends in "…", and no character is cut in two. */
static void test_too_long(void **state)
{
	(void)state;
	struct err err = {0};
	char text[400];
	for (size_t size = 230; size < 250; size++) {
		memset(text, 'x', size);
		text[size] = '\0';
		(void)err_set(&err, REJECT, "%s", text);
		if (size < sizeof(err.text)) {
			assert_string_equal(err.text, text);
			continue;
		}
		assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
		assert_string_equal(err.text + sizeof(err.text) - 1 - strlen("…"), "…");
	}
}

static void test_cut_between_characters(void **state)
{
	(void)state;
	for (size_t shift = 0; shift < 4; shift++) {
		char text[400] = "xxx";
		text[shift] = '\0';
		for (size_t i = 0; i < 90; i++)
			strcat(text, "€");
		struct err err = {0};
		(void)err_set(&err, REJECT, "%s", text);
		size_t kept = strlen(err.text) - strlen("…");
		assert_string_equal(err.text + kept, "…");
		assert_int_equal((kept - shift) % strlen("€"), 0);
		assert_memory_equal(err.text, text, kept);
		assert_true(kept + 2 * strlen("…") >= sizeof(err.text) - 1);
	}
}

static void test_long_context_and_cause(void **state)
{
	(void)state;
	struct err err = {0};
	char text[400];
	memset(text, 'y', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	(void)err_set(&err, REJECT, "%s", text);
	(void)err_in(&err, "partner");
	assert_memory_equal(err.text, "partner: yyy", 12);
	assert_string_equal(err.text + strlen(err.text) - strlen("…"), "…");
	(void)err_in(&err, "%s", text);
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
	assert_string_equal(err.text + strlen(err.text) - strlen("…"), "…");
}

static void name_no_outcome(void)
{
	(void)outcome_name((enum outcome)4);
}

static void test_names(void **state)
{
	(void)state;
	assert_string_equal(outcome_name(OK), "ok");
	assert_string_equal(outcome_name(RETRY), "retry");
	assert_string_equal(outcome_name(REJECT), "reject");
	assert_string_equal(outcome_name(FATAL), "fatal");
	assert_true(unit_aborts(name_no_outcome));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_context_before_cause),
		cmocka_unit_test(test_no_err_is_fine),
		cmocka_unit_test(test_own_text_as_argument),
		cmocka_unit_test(test_one_line),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_cut_between_characters),
		cmocka_unit_test(test_long_context_and_cause),
		cmocka_unit_test(test_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
