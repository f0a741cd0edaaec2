/* test_ahead - Events wait for their Client, per partition, and nothing else waits. */
#include "tests/unit/unit.h"

#include "hub/view/ahead.h"

static const struct pseudonym anna = {{1}}, bram = {{2}};

static void test_waiting(void **state)
{
	struct ahead ahead = {0};
	(void)state;

	assert_int_equal(ahead_first(&ahead, 0), INT64_MAX);
	for (int64_t i = 0; i < 100; i++)
		ahead_add(&ahead, &(struct ahead_item){anna, (int32_t)i + 1, 0, 50 + i});
	ahead_add(&ahead, &(struct ahead_item){bram, 1, 0, 20});
	ahead_add(&ahead, &(struct ahead_item){bram, 7, 3, 5});
	assert_int_equal(ahead_first(&ahead, 0), 20);
	assert_int_equal(ahead_first(&ahead, 3), 5);
	assert_int_equal(ahead_first(&ahead, 1), INT64_MAX);

	ahead_arrived(&ahead, &bram, 1);
	assert_int_equal(ahead_first(&ahead, 0), 50);
	assert_int_equal(ahead_first(&ahead, 3), 5);
	ahead_arrived(&ahead, &anna, 60);
	assert_int_equal(ahead_first(&ahead, 0), 110);
	ahead_arrived(&ahead, &anna, 1000);
	ahead_arrived(&ahead, &bram, 1000);
	assert_int_equal(ahead.count, 0);
	ahead_done(&ahead);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_waiting)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
