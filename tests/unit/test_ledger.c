/* test_ledger - what happened in a played system follows from the seed and the number alone. */
#include "tests/unit/unit.h"

#include "hub/cli/host/ledger.h"

enum { MANY = 20000 };

static struct ledger ledger_for(int64_t seed, const char *partner)
{
	struct ledger ledger = ledger_of(seed, bytes_of_string(partner));
	ledger.between = 1000;
	ledger.said = MANY;
	return ledger;
}

static void the_same_seed_is_the_same(void **state)
{
	(void)state;
	struct ledger one = ledger_for(7, "x"), same = ledger_for(7, "x");
	struct ledger other_seed = ledger_for(8, "x"), other = ledger_for(7, "y");
	size_t differ[2] = {0};
	assert_true(one.mark != other_seed.mark && one.mark != other.mark);
	for (int64_t i = 1; i <= MANY; i++) {
		enum ledger_step step = ledger_step(&one, i);
		assert_int_equal(step, ledger_step(&same, i));
		assert_int_equal(ledger_when(&one, i), ledger_when(&same, i));
		differ[0] += step != ledger_step(&other_seed, i);
		differ[1] += step != ledger_step(&other, i);
	}
	assert_in_range(differ[0], 1, MANY);
	assert_in_range(differ[1], 1, MANY);
}

static void steps_come_as_often_as_they_should(void **state)
{
	(void)state;
	struct ledger ledger = ledger_for(7, "x");
	size_t counts[4] = {0};
	for (int64_t i = 1; i <= MANY; i++)
		counts[ledger_step(&ledger, i)]++;
	assert_in_range(counts[LEDGER_AMEND], MANY * 3 / 100, MANY * 5 / 100);
	assert_in_range(counts[LEDGER_CANCEL], MANY * 3 / 100, MANY * 5 / 100);
	assert_in_range(counts[LEDGER_AGAIN], MANY * 3 / 100, MANY * 5 / 100);
	assert_int_equal(ledger_step(&ledger, 1), LEDGER_REFERRAL);
}

static void nothing_follows_on_a_cancel(void **state)
{
	(void)state;
	struct ledger ledger = ledger_for(7, "x");
	size_t cancels = 0;
	for (int64_t i = 1; i < MANY; i++) {
		if (ledger_step(&ledger, i) != LEDGER_CANCEL)
			continue;
		assert_int_equal(ledger_step(&ledger, i + 1), LEDGER_REFERRAL);
		cancels++;
	}
	assert_in_range(cancels, 1, MANY);
}

static void check_case(struct ledger_case is, struct ledger_case expected)
{
	assert_int_equal(is.referred, expected.referred);
	assert_int_equal(is.changed, expected.changed);
	assert_int_equal(is.cancelled, expected.cancelled);
	assert_int_equal(is.is_amended, expected.is_amended);
}

/* Told step by step, and kept, it is the same as what is computed. */
static void a_case_is_what_its_steps_made_of_it(void **state)
{
	(void)state;
	struct ledger ledger = ledger_for(9, "x");
	struct ledger_case kept = {0};
	for (ledger.said = 1; ledger.said <= MANY; ledger.said++) {
		int64_t number = ledger.said;
		switch (ledger_step(&ledger, number)) {
		case LEDGER_REFERRAL:
			kept = (struct ledger_case){.referred = number};
			break;
		case LEDGER_AMEND:
			kept.is_amended = true;
			break;
		case LEDGER_CANCEL:
			kept.cancelled = number;
			break;
		case LEDGER_AGAIN:
			number = kept.changed;
			break;
		}
		kept.changed = number;
		check_case(ledger_case(&ledger, ledger.said), kept);
		check_case(ledger_case(&ledger, kept.referred), kept);
	}
}

static void what_is_to_come_is_not_there_yet(void **state)
{
	(void)state;
	struct ledger ledger = ledger_for(7, "x");
	int64_t cancel = 1;
	while (ledger_step(&ledger, cancel) != LEDGER_CANCEL)
		cancel++;
	ledger.said = cancel - 1;
	assert_int_equal(ledger_case(&ledger, ledger.said).cancelled, 0);
	ledger.said = cancel;
	assert_int_equal(ledger_case(&ledger, ledger.said).cancelled, cancel);
}

static void steps_keep_their_order_and_pace(void **state)
{
	(void)state;
	struct ledger ledger = ledger_for(7, "x");
	size_t early = 0;
	for (int64_t i = 1; i <= MANY; i++) {
		int64_t when = ledger_when(&ledger, i);
		assert_in_range(when, (i - 1) * 1000, i * 1000);
		early += when < i * 1000 - 500;
	}
	assert_in_range(early, MANY * 45 / 100, MANY * 55 / 100);
}

/* A script may go back to a case, and dice have no say in it. */
static void a_script_is_what_was_said(void **state)
{
	(void)state;
	static const struct {
		enum ledger_step step;
		int64_t of;
	} lines[] = {{LEDGER_REFERRAL, 0}, {LEDGER_AGAIN, 1}, {LEDGER_AMEND, 1},
		{LEDGER_REFERRAL, 0}, {LEDGER_CANCEL, 4}, {LEDGER_AMEND, 1}, {LEDGER_CANCEL, 1},
		{LEDGER_AGAIN, 4}, {LEDGER_REFERRAL, 0}};
	for (int64_t seed = 1; seed <= 20; seed++) {
		struct ledger ledger = ledger_of(seed, bytes_of_string("x"));
		for (size_t i = 0; i < UNIT_COUNT(lines); i++)
			assert_int_equal(
				ledger_say(&ledger, lines[i].step, lines[i].of, (int64_t)i * 10),
				i + 1);
		for (size_t i = 0; i < UNIT_COUNT(lines); i++) {
			assert_int_equal(ledger_step(&ledger, (int64_t)i + 1), lines[i].step);
			assert_int_equal(ledger_when(&ledger, (int64_t)i + 1), i * 10);
		}
		const struct ledger_case first = {
			.referred = 1, .changed = 7, .cancelled = 7, .is_amended = true};
		const struct ledger_case second = {.referred = 4, .changed = 5, .cancelled = 5};
		static const int64_t of_first[] = {1, 2, 3, 6, 7}, of_second[] = {4, 5, 8};
		for (size_t i = 0; i < UNIT_COUNT(of_first); i++)
			check_case(ledger_case(&ledger, of_first[i]), first);
		for (size_t i = 0; i < UNIT_COUNT(of_second); i++)
			check_case(ledger_case(&ledger, of_second[i]), second);
		check_case(
			ledger_case(&ledger, 9), (struct ledger_case){.referred = 9, .changed = 9});
		ledger_done(&ledger);
		assert_null(ledger.script);
	}
}

static void what_a_script_has_not_said_is_not_there(void **state)
{
	(void)state;
	struct ledger ledger = ledger_of(7, bytes_of_string("x"));
	assert_int_equal(ledger_say(&ledger, LEDGER_REFERRAL, 0, 5), 1);
	check_case(ledger_case(&ledger, 1), (struct ledger_case){.referred = 1, .changed = 1});
	for (int64_t number = 2; number <= 100; number++) {
		assert_int_equal(ledger_step(&ledger, number), LEDGER_REFERRAL);
		assert_int_equal(ledger_when(&ledger, number), 0);
	}
	assert_int_equal(ledger_say(&ledger, LEDGER_CANCEL, 1, 6), 2);
	assert_int_equal(ledger_case(&ledger, 1).cancelled, 2);
	ledger.said = 1; /* as CAMBO's list looks back */
	assert_int_equal(ledger_case(&ledger, 1).cancelled, 0);
	ledger_done(&ledger);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_seed_is_the_same),
		cmocka_unit_test(steps_come_as_often_as_they_should),
		cmocka_unit_test(nothing_follows_on_a_cancel),
		cmocka_unit_test(a_case_is_what_its_steps_made_of_it),
		cmocka_unit_test(what_is_to_come_is_not_there_yet),
		cmocka_unit_test(steps_keep_their_order_and_pace),
		cmocka_unit_test(a_script_is_what_was_said),
		cmocka_unit_test(what_a_script_has_not_said_is_not_there),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
