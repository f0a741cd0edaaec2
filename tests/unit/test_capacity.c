/* test_capacity - what a desk says of its room, as routers and partners then see it. */
#include "tests/unit/unit.h"

#include "hub/base/calendar.h"
#include "hub/flow/intake/capacity.h"
#include "hub/flow/router/facts.h"
#include "hub/kafka/topics.h"
#include "tests/support/edge_conf.h"

#define NOW 1772442000000 /* Monday 2 March 2026, 10:00 in Amsterdam */

static const struct rules_desk fund = {.id = "fonds-scholing"};
static const struct rules_desk other = {.id = "fonds"};
static const struct bytes none = {0};

static void say(struct facts *facts, const struct capacity *capacity)
{
	char id[CAPACITY_ID_SIZE], key[TOPICS_FACT_KEY_SIZE];
	const struct fact fact = capacity_fact(capacity, id);
	topics_fact_key(&fact, key);
	facts_put(facts, bytes_of_string(key), &fact);
}

static void test_a_desk_is_full_until_a_day(void **state)
{
	struct facts *facts = facts_new();
	struct capacity capacity = {.desk = &fund, .is_full = true, .now = NOW};
	int32_t today = calendar_date(NOW);
	(void)state;
	capacity.until = today + 3;
	say(facts, &capacity);
	assert_false(facts_has_room(facts, &fund, none, today));
	assert_false(facts_has_room(facts, &fund, none, today + 3));
	assert_true(facts_has_room(facts, &fund, none, today + 4));
	assert_true(facts_has_room(facts, &other, none, today));
	capacity.is_full = false;
	say(facts, &capacity);
	assert_true(facts_has_room(facts, &fund, none, today));
	facts_free(facts);
}

static void test_of_one_kind_of_voucher(void **state)
{
	struct facts *facts = facts_new();
	int32_t today = calendar_date(NOW);
	const struct bytes stoof = bytes_of_string("STOOF"), stap = bytes_of_string("STAP");
	struct capacity capacity = {
		.desk = &fund, .voucher_kind = stoof, .is_full = true, .until = today, .now = NOW};
	(void)state;
	say(facts, &capacity);
	assert_false(facts_has_room(facts, &fund, stoof, today));
	assert_true(facts_has_room(facts, &fund, stap, today));
	assert_true(facts_has_room(facts, &fund, none, today));
	assert_true(facts_has_room(facts, &fund, stoof, today + 1));
	capacity.is_full = false;
	say(facts, &capacity);
	assert_true(facts_has_room(facts, &fund, stoof, today));
	facts_free(facts);
}

static void test_what_partners_see(void **state)
{
	char id[CAPACITY_ID_SIZE];
	int32_t today = calendar_date(NOW);
	struct capacity capacity = {.desk = &fund, .is_full = true, .until = today + 3, .now = NOW};
	struct capacity_full full;
	struct fact fact = capacity_fact(&capacity, id);
	(void)state;
	assert_true(capacity_read(&fact, &fund, today, &full));
	assert_null(full.voucher_kind.data);
	assert_true(full.has_until);
	assert_int_equal(full.until, today + 3);
	assert_true(capacity_read(&fact, &fund, today + 3, &full));
	assert_false(capacity_read(&fact, &fund, today + 4, &full));
	assert_false(capacity_read(&fact, &other, today, &full));
	capacity.voucher_kind = bytes_of_string("STOOF");
	fact = capacity_fact(&capacity, id);
	assert_true(capacity_read(&fact, &fund, today, &full));
	assert_true(bytes_equal_string(full.voucher_kind, "STOOF"));
	capacity.is_full = false;
	fact = capacity_fact(&capacity, id);
	assert_false(capacity_read(&fact, &fund, today, &full));
}

static void test_what_is_refused(void **state)
{
	static const struct {
		const char *kind;
		bool is_full;
		int32_t in_days;
		const char *field; /* NULL: none */
	} rows[] = {{NULL, true, 0, NULL}, {NULL, true, 731, NULL}, {NULL, true, 732, "full_until"},
		{NULL, true, -1, "full_until"}, {NULL, false, -1, NULL}, {"STOOF", true, 1, NULL},
		{"stoof", true, 1, "voucher_kind"}};
	const struct codes *codes = edge_conf()->codes;
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		const struct capacity capacity = {.desk = &fund,
			.voucher_kind = bytes_of_string(rows[i].kind),
			.is_full = rows[i].is_full,
			.until = calendar_date(NOW) + rows[i].in_days,
			.now = NOW};
		const char *field = NULL;
		const char *fault = capacity_fault(&capacity, codes, &field);
		if (rows[i].field == NULL)
			assert_null(fault);
		else
			assert_string_equal(field, rows[i].field);
		assert_int_equal(fault != NULL, rows[i].field != NULL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_desk_is_full_until_a_day),
		cmocka_unit_test(test_of_one_kind_of_voucher),
		cmocka_unit_test(test_what_partners_see),
		cmocka_unit_test(test_what_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
