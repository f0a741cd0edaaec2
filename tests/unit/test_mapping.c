/* test_mapping - what settings say that a partner's codes mean. */
#include "tests/unit/unit.h"

#include <string.h>

#include "connectors/common/mapping.h"

#define DAY 20514 /* 2026-03-02 */

static void test_referral(void **state)
{
	struct arena arena = {0};
	struct referral referral = {0};
	struct err err = {0};
	(void)state;
	assert_int_equal(mapping_referral("question=TAAL  kind=SERVICE to_desk=roc-twente "
					  "target_groups=JONGERE,VSO urgency=URGENT ",
				 &arena, &referral, &err),
		OK);
	assert_true(bytes_equal_string(referral.question, "TAAL"));
	assert_int_equal(referral.kind, REFERRAL_KIND_SERVICE);
	assert_true(bytes_equal_string(referral.to_desk, "roc-twente"));
	assert_int_equal(referral.target_groups_count, 2);
	assert_true(bytes_equal_string(referral.target_groups[1], "VSO"));
	assert_true(bytes_equal_string(referral.urgency, "URGENT"));
	arena_done(&arena);
}

static void test_alike(void **state)
{
	static const struct {
		const char *a, *b;
		bool is_alike;
	} rows[] = {
		{"In behandeling", "in BEHANDELING", true},
		{"In behandeling", "In behandelin", false},
		{"3", "03", false},
		{"", "", false},
		{NULL, NULL, false},
		{"a", NULL, false},
	};
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(rows); i++)
		assert_int_equal(
			mapping_alike(bytes_of_string(rows[i].a), bytes_of_string(rows[i].b)),
			rows[i].is_alike);
}

static void test_change(void **state)
{
	struct arena arena = {0};
	struct status_change change = {0};
	struct err err = {0};
	(void)state;
	assert_int_equal(
		mapping_change("HOLD hold_reason=ILLNESS days=30", DAY, &arena, &change, &err), OK);
	assert_int_equal(change.action, ACTION_HOLD);
	assert_true(bytes_equal_string(change.hold_reason, "ILLNESS"));
	assert_true(change.has_next_date && change.next_date == DAY + 30);
	change = (struct status_change){0};
	assert_int_equal(mapping_change("PROGRESS progress=SCHEDULED worker=team-w", DAY, &arena,
				 &change, &err),
		OK);
	assert_true(change.has_progress && change.progress == PROGRESS_SCHEDULED);
	assert_true(bytes_equal_string(change.actor.worker, "team-w"));
	assert_false(change.has_next_date);
	arena_done(&arena);
}

static void test_refused(void **state)
{
	static const struct row {
		bool is_change;
		const char *words, *text;
	} rows[] = {
		{false, "", "question=… is missing"},
		{false, "kind=SERVICE", "question=… is missing"},
		{false, "question=TAAL colour=red", "colour is not a known name"},
		{false, "question=TAAL kind=BOTH", "BOTH is no value of kind"},
		{false, "question=", " is no value of question"},
		{false, "TAAL", "TAAL is not a known name"},
		{false, "question=TAAL target_groups=", " is no value of target_groups"},
		{true, "", " is no action"},
		{true, "STOP", "STOP is no action"},
		{true, "CANCEL NOW", "NOW is not a known name"},
		{true, "HOLD days=0", "0 is no value of days"},
		{true, "HOLD days=367", "367 is no value of days"},
		{true, "HOLD days=x", "x is no value of days"},
		{true, "PROGRESS progress=FAR", "FAR is no value of progress"},
	};
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		struct arena arena = {0};
		struct referral referral = {0};
		struct status_change change = {0};
		struct err err = {0};
		enum outcome outcome = rows[i].is_change
			? mapping_change(rows[i].words, DAY, &arena, &change, &err)
			: mapping_referral(rows[i].words, &arena, &referral, &err);
		assert_int_equal(outcome, REJECT);
		assert_string_equal(err.text, rows[i].text);
		arena_done(&arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_referral),
		cmocka_unit_test(test_alike),
		cmocka_unit_test(test_change),
		cmocka_unit_test(test_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
