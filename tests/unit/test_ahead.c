/* test_ahead - Events wait for their Client and their message, per partition, and for nothing else.
 */
#include "tests/unit/unit.h"

#include "hub/view/ahead.h"

static const struct pseudonym anna = {{1}}, bram = {{2}};

static void test_waiting(void **state)
{
	struct ahead ahead = {0};
	(void)state;

	assert_int_equal(ahead_decided(&ahead, 0, -1, 0), -1);
	assert_int_equal(ahead_decided(&ahead, 0, 200, 201), 200);
	for (int64_t i = 0; i < 100; i++)
		ahead_add(&ahead, &(struct ahead_item){anna, (int32_t)i + 1, 0, 50 + i});
	ahead_add(&ahead, &(struct ahead_item){bram, 1, 0, 20});
	ahead_add(&ahead, &(struct ahead_item){bram, 7, 3, 5});
	assert_int_equal(ahead_decided(&ahead, 0, 200, 201), 19);
	assert_int_equal(ahead_decided(&ahead, 3, 200, 201), 4);
	assert_int_equal(ahead_decided(&ahead, 1, 200, 201), 200);

	ahead_arrived(&ahead, &bram, 1);
	assert_int_equal(ahead_decided(&ahead, 0, 200, 201), 49);
	assert_int_equal(ahead_decided(&ahead, 3, 200, 201), 4);
	ahead_arrived(&ahead, &anna, 60);
	assert_int_equal(ahead_decided(&ahead, 0, 200, 201), 109);
	ahead_arrived(&ahead, &anna, 1000);
	ahead_arrived(&ahead, &bram, 1000);
	assert_int_equal(ahead.count, 0);
	ahead_done(&ahead);
}

/* A story that was read then would not tell what the actor said. */
static void test_an_event_before_its_message(void **state)
{
	struct ahead ahead = {0};
	(void)state;

	assert_int_equal(ahead_decided(&ahead, 0, 7, 0), -1);
	assert_int_equal(ahead_decided(&ahead, 0, 7, 7), 6);
	assert_int_equal(ahead_decided(&ahead, 0, 7, 8), 7);
	ahead_add(&ahead, &(struct ahead_item){anna, 1, 0, 3});
	assert_int_equal(ahead_decided(&ahead, 0, 7, 7), 2);
	assert_int_equal(ahead_decided(&ahead, 0, 7, 2), 1);
	ahead_done(&ahead);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_waiting), cmocka_unit_test(test_an_event_before_its_message)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
