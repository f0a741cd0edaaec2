/* test_handover_forward - what comes for a record that was merged away goes to the one that goes
 * on. */
#include "tests/unit/parties.h"

static void a_referral_for_the_loser_goes_to_the_survivor_with_all_that_follows(void **state)
{
	(void)state;
	start(2);
	merge_away(1, 2);
	const struct event *event = refer_to(2, 50, "gemeente");
	EXPECT_RESULT(event, FORWARDED);
	assert_int_equal(event->transitions_count, 0);
	assert_int_equal(world_of(2)->state.client.forwarded_count, 1);
	assert_int_equal(world_of(2)->state.client.recent_count, 3);
	EXPECT_RESULT(take_next(1), APPLIED);
	assert_string_equal(world_rows(world_of(1)), "1d:SUBMITTED");
	assert_true(world_of(1)->decision.stores_person);

	EXPECT_RESULT(refer_to(2, 50, "gemeente"), FORWARDED);
	assert_int_equal(world_of(2)->state.client.forwarded_count, 1);
	EXPECT_RESULT(take_next(1), APPLIED);
	assert_string_equal(world_rows(world_of(1)), "1c:SUBMITTED");

	world_hub(world_of(2), 50, ACTION_DELIVERED);
	EXPECT_RESULT(send_to(2), FORWARDED);
	EXPECT_RESULT(take_next(1), APPLIED);
	assert_string_equal(world_rows(world_of(1)), "2:OFFERED");
	EXPECT_RESULT(act_on(2, 50, ACTION_ACCEPT, "wsp"), FORWARDED);
	EXPECT_RESULT(take_next(1), APPLIED);
	assert_string_equal(world_rows(world_of(1)), "5:COMPLETED 1:SUBMITTED");
	end();
}

/* What the hub makes of a referral that came from elsewhere has the slot of the client it is of:
 * else nobody would find it. */
static void what_follows_from_it_has_the_slot_of_the_survivor(void **state)
{
	(void)state;
	start(2);
	merge_away(1, 2);
	refer_to(2, 50, "gemeente");
	take_next(1);
	act_on(2, 50, ACTION_ACCEPT, "wsp");
	take_next(1);
	const struct client *survivor = &world_of(1)->state.client;
	const struct uuid *made = &survivor->referrals[survivor->referrals_count - 1].referral;
	assert_int_equal(made->data[0], pseudonym_of(1).data[0]);
	assert_int_equal(made->data[1] & 0xf0, pseudonym_of(1).data[1] & 0xf0);
	end();
}

static void a_message_sent_twice_is_a_repeat_at_the_survivor(void **state)
{
	(void)state;
	start(2);
	merge_away(1, 2);
	refer_to(2, 50, "gemeente");
	struct record copy = parties[0].queue[parties[0].first];
	EXPECT_RESULT(take_next(1), APPLIED);
	EXPECT_RESULT(send_to(2), FORWARDED);
	EXPECT_RESULT(take_next(1), DUPLICATE);
	assert_int_equal(copy.hops, 1);
	end();
}

static void what_names_the_losers_own_referral_is_decided_by_the_loser(void **state)
{
	(void)state;
	start(2);
	merge_away(1, 2);
	EXPECT_RESULT(act_on(2, 2, ACTION_ACKNOWLEDGE, "uwv"), APPLIED);
	assert_string_equal(world_rows(world_of(2)), "19:CLOSED");
	const struct event *event = act_on(2, 2, ACTION_SIGN_OF_LIFE, "roc");
	EXPECT_RESULT(event, REJECTED);
	EXPECT_TEXT(event, "closed");
	world_refer(world_of(2), 2, "uwv", "roc", REFERRAL_KIND_TRANSFER);
	EXPECT_RESULT(send_to(2), APPLIED);
	assert_string_equal(world_rows(world_of(2)), "1c:CLOSED");
	assert_int_equal(world_of(2)->state.client.status, CLIENT_STATUS_CLOSED);
	end();
}

static void consent_withdrawn_under_the_loser_is_withdrawn_at_the_survivor(void **state)
{
	(void)state;
	start(3);
	merge_away(1, 2);
	merge_away(3, 1);
	EXPECT_RESULT(act_on(2, 2, ACTION_WITHDRAW_CONSENT, "leerwerk"), REJECTED);
	EXPECT_RESULT(act_on(2, 2, ACTION_WITHDRAW_CONSENT, "uwv"), FORWARDED);
	assert_int_equal(world_of(2)->state.client.consent, CONSENT_WITHDRAWN);
	EXPECT_RESULT(take_next(1), FORWARDED);
	EXPECT_RESULT(take_next(3), APPLIED);
	assert_string_equal(world_rows(world_of(3)), "27:COMPLETED");
	assert_int_equal(world_of(3)->state.client.consent, CONSENT_WITHDRAWN);
	end();
}

static void after_four_hops_it_is_rejected(void **state)
{
	(void)state;
	start(6);
	for (size_t i = 1; i < 6; i++)
		merge_away(i + 1, i);
	refer_to(2, 60, "gemeente");
	for (size_t i = 3; i < 6; i++)
		EXPECT_RESULT(take_next(i), FORWARDED);
	EXPECT_RESULT(take_next(6), APPLIED);

	refer_to(1, 61, "gemeente");
	for (size_t i = 2; i < 5; i++)
		EXPECT_RESULT(take_next(i), FORWARDED);
	const struct event *event = take_next(5);
	EXPECT_RESULT(event, REJECTED);
	EXPECT_TEXT(event, "5 times");
	assert_string_equal(world_told(world_of(5)), "VERDICT>gemeente#0");
	assert_int_equal(parties[5].count, 0);
	end();
}

static void the_oldest_of_many_that_were_sent_on_is_forgotten(void **state)
{
	(void)state;
	start(2);
	merge_away(1, 2);
	for (uint8_t i = 0; i < HANDOVER_FORWARDED_MAX + 1; i++) {
		world_refer(world_of(2), (uint8_t)(60 + i), "gemeente", "leerwerk",
			REFERRAL_KIND_TRANSFER);
		world_send(world_of(2));
	}
	const struct client *loser = &world_of(2)->state.client;
	assert_int_equal(loser->forwarded_count, HANDOVER_FORWARDED_MAX);
	assert_int_equal(loser->forwarded[0].data[2], 61);
	assert_int_equal(
		loser->forwarded[HANDOVER_FORWARDED_MAX - 1].data[2], 60 + HANDOVER_FORWARDED_MAX);
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_referral_for_the_loser_goes_to_the_survivor_with_all_that_follows),
		cmocka_unit_test(what_follows_from_it_has_the_slot_of_the_survivor),
		cmocka_unit_test(a_message_sent_twice_is_a_repeat_at_the_survivor),
		cmocka_unit_test(what_names_the_losers_own_referral_is_decided_by_the_loser),
		cmocka_unit_test(consent_withdrawn_under_the_loser_is_withdrawn_at_the_survivor),
		cmocka_unit_test(after_four_hops_it_is_rejected),
		cmocka_unit_test(the_oldest_of_many_that_were_sent_on_is_forgotten),
	};
	return PARTIES_RUN(tests);
}
