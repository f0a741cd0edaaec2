/* test_codes - look-up, labels and order of the code lists. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "hub/base/codes.h"

static void add(struct codes *codes, const char *list, const char *code, const char *label)
{
	struct err err = {0};
	struct code row = {list, code, label};
	assert_int_equal(codes_add(codes, &row, &err), OK);
}

/* NULL: it is not in the list. */
static const char *label_of(const struct codes *codes, const char *list, struct bytes code)
{
	const struct code *row;
	size_t at = 0;
	while ((row = codes_next(codes, list, &at)) != NULL)
		if (bytes_equal_string(code, row->code))
			return row->label_nl;
	return NULL;
}

static void test_look_up(void **state)
{
	(void)state;
	struct codes *codes = codes_new();
	add(codes, "question", "JOB", "werk");
	add(codes, "reason", "JOB", "heeft al werk");
	add(codes, "reason", "", "leeg");
	static const struct {
		const char *list, *code, *label;
	} rows[] = {
		{"question", "JOB", "werk"},
		{"reason", "JOB", "heeft al werk"},
		{"reason", "", "leeg"},
		{"question", "", NULL},
		{"question", "job", NULL},
		{"question", "JO", NULL},
		{"question", "JOBS", NULL},
		{"question", NULL, NULL},
		{"questionJOB", "", NULL},
		{"questio", "nJOB", NULL},
		{"", "questionJOB", NULL},
		{"other", "JOB", NULL},
	};
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		struct bytes code = bytes_of_string(rows[i].code);
		const char *label = label_of(codes, rows[i].list, code);
		assert_int_equal(codes_has(codes, rows[i].list, code), rows[i].label != NULL);
		if (rows[i].label == NULL)
			assert_null(label);
		else
			assert_string_equal(label, rows[i].label);
	}
	assert_true(codes_has(codes, "question", bytes_of("JOBS", 3)));
	assert_false(codes_has(codes, "question", bytes_of("JOB\0", 4)));
	codes_free(codes);
	codes_free(NULL);
}

static void test_twice_is_refused(void **state)
{
	(void)state;
	struct codes *codes = codes_new();
	struct err err = {0};
	add(codes, "reason", "FULL", "vol");
	struct code row = {"reason", "FULL", "anders"};
	assert_int_equal(codes_add(codes, &row, &err), REJECT);
	assert_string_equal(err.text, "code FULL is in the list reason twice: remove one");
	assert_string_equal(label_of(codes, "reason", bytes_of_string("FULL")), "vol");
	size_t at = 0;
	assert_non_null(codes_next(codes, NULL, &at));
	assert_null(codes_next(codes, NULL, &at));
	codes_free(codes);
}

/* Many, of two lists in turn, from a buffer that changes: copies are kept, and in order. */
static void test_order_of_many(void **state)
{
	(void)state;
	struct codes *codes = codes_new();
	char code[16], label[24];
	for (int i = 0; i < 3000; i++) {
		snprintf(code, sizeof(code), "C%d", i / 2);
		snprintf(label, sizeof(label), "label %d", i);
		add(codes, i % 2 == 0 ? "even" : "odd", code, label);
	}
	size_t at = 0, all = 0;
	int expected = 1;
	for (const struct code *row; (row = codes_next(codes, "odd", &at)) != NULL; expected += 2) {
		snprintf(label, sizeof(label), "label %d", expected);
		assert_string_equal(row->label_nl, label);
		assert_true(codes_has(codes, "odd", bytes_of_string(row->code)));
	}
	assert_int_equal(expected, 3001);
	for (at = 0; codes_next(codes, NULL, &at) != NULL;)
		all++;
	assert_int_equal(all, 3000);
	at = 0;
	assert_null(codes_next(codes, "none", &at));
	codes_free(codes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_look_up),
		cmocka_unit_test(test_twice_is_refused),
		cmocka_unit_test(test_order_of_many),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
