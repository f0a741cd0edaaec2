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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_seed_is_the_same),
		cmocka_unit_test(steps_come_as_often_as_they_should),
		cmocka_unit_test(nothing_follows_on_a_cancel),
		cmocka_unit_test(a_case_is_what_its_steps_made_of_it),
		cmocka_unit_test(what_is_to_come_is_not_there_yet),
		cmocka_unit_test(steps_keep_their_order_and_pace),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
