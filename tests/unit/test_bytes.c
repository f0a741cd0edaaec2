/* test_bytes - views, hexadecimal, UUIDs, numbers, UTF-8 and the growing buffer. */
#include "tests/unit/unit.h"

#include "hub/base/bytes.h"

static void test_equal(void **state)
{
	(void)state;
	assert_true(bytes_equal_string(bytes_of_string("desk"), "desk"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_equal),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
