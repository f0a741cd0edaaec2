/* test_undelivered - facts of what could not be brought: what they are about, and until when. */
#include "tests/unit/unit.h"

#include "hub/flow/delivery/desk/undelivered.h"

#define TOLD_AT 1000

static struct fact told(const char *id)
{
	return (struct fact){.kind = FACT_KIND_UNDELIVERED,
		.id = bytes_of_string(id),
		.at = TOLD_AT,
		.has_from = true,
		.from = 10};
}

static void its_id_says_what_it_is_about(void **state)
{
	(void)state;
	static const struct {
		const char *id, *channel, *desk, *kind; /* channel NULL: no such fact */
		int64_t cursor;
	} rows[] = {
		{"wsp-a/STATUS/17", "wsp-a", "wsp-a", "STATUS", 17},
		{"wsp-a/mail/ESCALATION/18", "wsp-a/mail", "wsp-a", "ESCALATION", 18},
		{"wsp-a/STATUS/", NULL, NULL, NULL, 0},
		{"wsp-a", NULL, NULL, NULL, 0},
		{"", NULL, NULL, NULL, 0},
	};
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		struct fact fact = told(rows[i].id);
		struct undelivered_fact what;
		assert_int_equal(undelivered_read(&fact, &what), rows[i].channel != NULL);
		if (rows[i].channel == NULL)
			continue;
		assert_true(bytes_equal_string(what.channel, rows[i].channel));
		assert_true(bytes_equal_string(what.desk, rows[i].desk));
		assert_true(bytes_equal_string(what.kind, rows[i].kind));
		assert_int_equal(what.cursor, rows[i].cursor);
	}
}

static bool is_over(bool given_up, const struct fact *settled, const struct fact *hold)
{
	struct fact fact = told("wsp-a/STATUS/17");
	struct undelivered_fact what;
	fact.has_to = given_up;
	assert_true(undelivered_read(&fact, &what));
	return undelivered_is_over(&what, settled, hold);
}

static struct fact settled_up_to(int64_t cursor, const char *rest)
{
	return (struct fact){.kind = FACT_KIND_SETTLED,
		.has_number = true,
		.number = cursor,
		.text = bytes_of_string(rest)};
}

static void over_when_it_has_come(void **state)
{
	(void)state;
	const struct fact before = settled_up_to(16, NULL), with = settled_up_to(17, NULL),
			  beside = settled_up_to(16, "20 18"), but = settled_up_to(16, "20 17");
	assert_false(is_over(false, NULL, NULL));
	assert_false(is_over(false, &before, NULL));
	assert_true(is_over(false, &with, NULL));
	assert_true(is_over(false, &beside, NULL));
	assert_false(is_over(false, &but, NULL));
	assert_false(is_over(true, &with, NULL)); /* settled, as it was given up */
}

static void over_when_its_desk_was_released_since(void **state)
{
	(void)state;
	const struct fact holds = {.at = 2 * TOLD_AT, .has_to = true, .to = 9 * TOLD_AT},
			  for_ever = {.at = 2 * TOLD_AT},
			  before = {.at = TOLD_AT - 1, .has_to = true, .to = TOLD_AT - 2},
			  since = {.at = 2 * TOLD_AT, .has_to = true, .to = 2 * TOLD_AT - 1};
	for (int given_up = 0; given_up < 2; given_up++) {
		assert_false(is_over(given_up == 1, NULL, &holds));
		assert_false(is_over(given_up == 1, NULL, &for_ever));
		assert_false(is_over(given_up == 1, NULL, &before));
		assert_true(is_over(given_up == 1, NULL, &since));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(its_id_says_what_it_is_about),
		cmocka_unit_test(over_when_it_has_come),
		cmocka_unit_test(over_when_its_desk_was_released_since),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
