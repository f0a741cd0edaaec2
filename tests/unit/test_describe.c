/* test_describe - who may see a referral: whose desks send, give, get or have it. */
#include "tests/unit/unit.h"

#include <json-c/json.h>

#include "hub/web/referral/describe.h"
#include "tests/support/edge_conf.h"

/* Desks by their place in the client: 0 the city's, 1 the WSP's, -1 nobody's. */
static void test_whose_it_is(void **state)
{
	static const struct {
		int32_t sender, giver, target, owner;
		bool is_citys;
	} rows[] = {
		{0, 1, 1, 1, true},
		{1, 0, 1, 1, true},
		{1, 1, 0, 1, true},
		{1, 1, 1, 0, true},
		{1, 1, 1, 1, false},
		{-1, -1, -1, -1, false},
		{2, 9, 2, 2, false},
	};
	struct bytes desks[] = {bytes_of_string("gemeente-rotterdam"),
		bytes_of_string("wsp-rijnmond"), bytes_of_string("gone")};
	/* The city's message names the referral; that alone gives it no part. */
	const struct message message = {.partner = bytes_of_string(EDGE_CONF_CITY)};
	const struct view_message named_by = {.message = &message};
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		const struct client_referral referral = {
			.sender = rows[i].sender, .giver = rows[i].giver, .target = rows[i].target};
		const struct client client = {
			.desks = desks, .desks_count = 3, .owner = rows[i].owner};
		const struct view_referral found = {
			.client = &client, .referral = &referral, .created_by = &named_by};
		const struct describe describe = {.rules = &edge_conf()->rules,
			.partner = edge_conf()->partners[0].rules,
			.found = &found};
		assert_int_equal(describe_is_own(&describe), rows[i].is_citys);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whose_it_is),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
