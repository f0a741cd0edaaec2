/* test_handover_clocks - stories of deadlines: what is told to whom when nobody acts. */
#include <stdio.h>

#include "tests/unit/story.h"

static void an_undecided_offer_climbs_level_by_level(void **state)
{
	int64_t due;

	(void)state;
	refer(1, "uwv", "wsp");
	delivered(1);
	act(1, ACTION_SEEN, "wsp");
	due = world_clock(&world, 1, CLOCK_NAME_T2)->due;
	assert_int_equal(due, calendar_add_working_days(world.now, 5));
	world_pass(&world, due);
	EXPECT_ROWS("22:OFFERED");
	EXPECT_TOLD("ESCALATION>wsp#2");
	world_pass(&world, calendar_add_working_days(due, 2));
	EXPECT_TOLD("ESCALATION>wsp#3 ESCALATION>uwv#1");
	world_pass(&world, calendar_add_working_days(due, 5));
	EXPECT_TOLD("ESCALATION>coordinator#1 ESCALATION>ops#1");
	world_pass(&world, calendar_add_working_days(due, 10));
	EXPECT_ROWS("22:OFFERED 22:SUBMITTED");
	EXPECT_TOLD("OFFER>entry#1");
	assert_int_equal(world_find(&world, 1)->state, REFERRAL_STATE_OFFERED);
	assert_int_equal(world_find(&world, 1)->escalation, 4);
	EXPECT_OWNER("uwv");
}

static void a_client_nobody_speaks_of_is_asked_about(void **state)
{
	(void)state;
	refer(1, "uwv", "wsp");
	act(1, ACTION_ACCEPT, "wsp");
	act(1, ACTION_COMPLETE, "wsp");
	world_pass(&world, days_on(30));
	EXPECT_TOLD("REMINDER>wsp#3");
	world_pass(&world, days_on(10) - 1);
	assert_int_equal(world_clock(&world, 0, CLOCK_NAME_T6)->level, 1);
	assert_int_equal(world_pass(&world, world.now + 1), 1);
	assert_int_equal(world_clock(&world, 0, CLOCK_NAME_T6)->level, 2);
	act(1, ACTION_SIGN_OF_LIFE, "wsp");
	assert_int_equal(world_clock(&world, 0, CLOCK_NAME_T6)->level, 0);
	assert_int_equal(world_clock(&world, 0, CLOCK_NAME_T6)->due, days_on(30));
}

static void a_fixed_date_is_the_next_action(void **state)
{
	(void)state;
	refer(1, "uwv", "wsp");
	act(1, ACTION_DECLINE, "wsp");
	world_act(&world, 1, ACTION_SIGN_OF_LIFE, "uwv");
	world.change.has_next_date = true;
	world.change.next_date = calendar_date(world.now) + 60;
	world_send(&world);
	assert_null(world_clock(&world, 1, CLOCK_NAME_T4));
	assert_int_equal(world.state.client.duty_due, calendar_start(world.change.next_date));
	assert_int_equal(world_pass(&world, days_on(59)), 0);
	assert_int_equal(world_pass(&world, days_on(2)), 1);
	EXPECT_TOLD("REMINDER>uwv#2");
}

static void an_offer_rests_until_its_day(void **state)
{
	(void)state;
	world_refer(&world, 1, "uwv", "wsp", REFERRAL_KIND_TRANSFER);
	world.body.has_not_before = true;
	world.body.not_before = calendar_date(world.now) + 10;
	world_send(&world);
	EXPECT_TOLD("");
	assert_null(world_clock(&world, 1, CLOCK_NAME_T0));
	assert_int_equal(world.state.client.duty, DUTY_AWAIT_START);
	assert_int_equal(world_pass(&world, calendar_start(world.body.not_before)), 1);
	EXPECT_TOLD("OFFER>wsp#1");
	assert_non_null(world_clock(&world, 1, CLOCK_NAME_T0));
}

static void the_hubs_own_outage_does_not_count(void **state)
{
	int64_t due;

	(void)state;
	refer(1, "uwv", "wsp");
	due = world_clock(&world, 1, CLOCK_NAME_T0)->due;
	world.lost = 3 * CLOCK_MINUTE_MS;
	assert_int_equal(world_pass(&world, due), 1);
	EXPECT_TOLD("");
	assert_int_equal(world_clock(&world, 1, CLOCK_NAME_T0)->due, due + 3 * CLOCK_MINUTE_MS);
	world.lost = 0;
	world_pass(&world, due + 3 * CLOCK_MINUTE_MS);
	EXPECT_TOLD("ESCALATION>ops#1");
	assert_int_equal(world_clock(&world, 1, CLOCK_NAME_T0)->due,
		calendar_add_working_days(world.now, 5));
}

static void desks_beyond_those_that_can_be_counted_get_no_number(void **state)
{
	static char names[HANDOVER_NUMBERS_MAX][8];
	struct client_referral *referral;

	(void)state;
	refer(1, "uwv", "wsp");
	delivered(1);
	act(1, ACTION_SEEN, "wsp");
	referral = &world.state.referrals[0];
	while (referral->handovers_count < HANDOVER_NUMBERS_MAX - 2) {
		size_t at = world.state.client.desks_count++;

		snprintf(names[referral->handovers_count], sizeof(names[0]), "d%zu", at);
		world.state.desks[at] = bytes_of_string(names[referral->handovers_count]);
		referral->handovers[referral->handovers_count++] =
			(struct desk_number){.desk = (int32_t)at, .number = 1};
	}
	world_pass(&world, calendar_add_working_days(world.now, 10));
	EXPECT_TOLD("ESCALATION>coordinator#1 ESCALATION>ops#0");
}

static void dates_far_ahead_are_slips_of_the_pen(void **state)
{
	(void)state;
	refer(1, "uwv", "wsp");
	world_act(&world, 1, ACTION_SIGN_OF_LIFE, "uwv");
	world.change.has_next_date = true;
	world.change.next_date = calendar_date(world.now) + 36525;
	world_send(&world);
	EXPECT_CODE(REJECTION_CODE_INVALID);
	world_refer(&world, 2, "uwv", "wsp", REFERRAL_KIND_SERVICE);
	world.body.has_not_before = true;
	world.body.not_before = calendar_date(world.now) + 36525;
	world_send(&world);
	EXPECT_CODE(REJECTION_CODE_INVALID);
}

static void undeliverable_is_the_givers_duty(void **state)
{
	(void)state;
	refer(1, "uwv", "wsp");
	world_hub(&world, 1, ACTION_UNDELIVERABLE);
	world_send(&world);
	EXPECT_ROWS("3:SUBMITTED");
	EXPECT_TOLD("STATUS>ops#1 DUTY>uwv#1");
	assert_null(world_clock(&world, 1, CLOCK_NAME_T0));
	assert_non_null(world_clock(&world, 1, CLOCK_NAME_T4));
	delivered(1);
	EXPECT_ROWS("2:OFFERED");
	assert_null(world_clock(&world, 1, CLOCK_NAME_T4));
	world_hub(&world, 1, ACTION_UNDELIVERABLE); /* late: harmless */
	world_send(&world);
	assert_int_equal(world.decision.event.result, RESULT_APPLIED);
	EXPECT_ROWS("");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(an_undecided_offer_climbs_level_by_level),
		STORY(a_client_nobody_speaks_of_is_asked_about),
		STORY(a_fixed_date_is_the_next_action),
		STORY(an_offer_rests_until_its_day),
		STORY(the_hubs_own_outage_does_not_count),
		STORY(desks_beyond_those_that_can_be_counted_get_no_number),
		STORY(dates_far_ahead_are_slips_of_the_pen),
		STORY(undeliverable_is_the_givers_duty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
