/* test_types - generated structs: Avro round trips, hostile bytes, and every schema by itself. */
#include "tests/unit/unit.h"

#include <string.h>

#include "schemas/types.h"

static struct bytes text(const char *s)
{
	return bytes_of_string(s);
}

static struct message sample(struct referral *referral, struct sealed *sealed)
{
	static struct bytes groups[] = {{(const uint8_t *)"JONGERE", 7}, {(const uint8_t *)"", 0}};

	*sealed = (struct sealed){.box = text("not really sealed")};
	*referral = (struct referral){
		.kind = REFERRAL_KIND_SERVICE,
		.subject = SUBJECT_PERSON,
		.from_desk = text("gemeente-rotterdam"),
		.question = text("LEERBAAN"),
		.target_groups = groups,
		.target_groups_count = 2,
		.origin = text("PARTNER"),
		.urgency = text("NORMAL"),
		.has_not_before = true,
		.not_before = 20500,
		.purpose = text("GUIDANCE"),
		.legal_basis = {.kind = LEGAL_BASIS_KIND_CONSENT,
			.has_given_at = true,
			.given_at = -1},
	};
	return (struct message){
		.id = {{1, 2, 3}},
		.partner = text("00000099000000001000"),
		.system = text(""),
		.reference = text("r-1"),
		.case_ = text("2026-1"),
		.leg = text(""),
		.has_client = true,
		.client = {{0xff}},
		.occurred_at = INT64_MIN,
		.sealed = sealed,
		.body_referral = referral,
	};
}

static void test_round_trip(void **state)
{
	struct referral referral;
	struct sealed sealed;
	struct message in = sample(&referral, &sealed), out;
	struct buffer first = {0}, second = {0};
	struct arena arena = {0};
	struct err err = {0};

	(void)state;
	message_encode(&in, &first);
	assert_int_equal(message_decode(&out, buffer_bytes(&first), &arena, &err), OK);
	assert_true(bytes_equal(out.partner, in.partner));
	assert_non_null(out.system.data);
	assert_int_equal(out.system.size, 0);
	assert_null(out.trace.data);
	assert_false(out.has_match);
	assert_int_equal(out.occurred_at, INT64_MIN);
	assert_null(out.body_status_change);
	assert_int_equal(out.body_referral->kind, REFERRAL_KIND_SERVICE);
	assert_int_equal(out.body_referral->target_groups_count, 2);
	assert_true(bytes_equal_string(out.body_referral->target_groups[0], "JONGERE"));
	assert_int_equal(out.body_referral->legal_basis.given_at, -1);
	message_encode(&out, &second);
	assert_true(bytes_equal(buffer_bytes(&first), buffer_bytes(&second)));
	buffer_done(&first);
	buffer_done(&second);
	arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
