/* test_settle_marks - which keys can be a client that nobody has heard of. */
#include "tests/unit/unit.h"

#include "hub/flow/router/settle.h"
#include "hub/seal/ids.h"
#include "hub/seal/seal.h"

static void the_id_of_a_referral_is_marked(void **state)
{
	(void)state;
	static const struct {
		uint8_t sixth, eighth;
		bool marked;
	} rows[] = {{0x80, 0x80, true}, {0x8F, 0xBF, true}, {0x70, 0x80, false},
		{0x80, 0x40, false}, {0x80, 0xC0, false}, {0x00, 0x00, false}};
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		const uint8_t id[16] = {[6] = rows[i].sixth, [8] = rows[i].eighth};
		assert_int_equal(settle_is_marked(id), rows[i].marked);
	}
	struct err err = {0};
	assert_int_equal(seal_start(&err), OK);
	static const struct ids_secrets secrets;
	const uint8_t client[16] = {1};
	struct ids *ids = ids_new(&secrets);
	uint8_t referral[16];
	ids_referral(ids,
		&(struct ids_referral){.partner = bytes_of_string("p"),
			.system = bytes_of_string("s"),
			.case_ = bytes_of_string("c"),
			.client = client},
		referral);
	assert_true(settle_is_marked(referral));
	ids_free(ids);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_id_of_a_referral_is_marked),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
