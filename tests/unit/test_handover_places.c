/* test_handover_places - stories of vouchers that expire, and of places that are looked at every
 * few months and end within a year. */
#include <stdio.h>

#include "tests/unit/story.h"

#define MONTHS(n) calendar_add_months(calendar_date(world.now), n)

static void refer_with(uint8_t referral, int32_t review_every, int64_t expires_at)
{
	world_refer(&world, referral, "uwv", "wsp", REFERRAL_KIND_TRANSFER);
	world.body.has_review_every = review_every > 0;
	world.body.review_every = review_every;
	world.body.has_expires_at = expires_at > 0;
	world.body.expires_at = expires_at;
	world_send(&world);
}

static int64_t place_due(void)
{
	return due_of(1, CLOCK_NAME_T13);
}

/* Signs of life in between, so that T13 is what comes due. */
static void pass_until(int64_t until)
{
	while (world.now < until) {
		int64_t next = days_on(20);

		world_pass(&world, next < until ? next : until - 1);
		act(1, ACTION_SIGN_OF_LIFE, "wsp");
		if (world.now == until - 1)
			break;
	}
	world_pass(&world, until);
}

static void a_place_is_reviewed_every_three_months(void **state)
{
	int64_t due;

	(void)state;
	refer_with(1, 3, 0);
	delivered(1);
	assert_false(runs(1, CLOCK_NAME_T13)); /* nobody is there yet */
	act(1, ACTION_ACCEPT, "wsp");
	act(1, ACTION_PROGRESS, "wsp");
	due = place_due();
	assert_int_equal(due, calendar_start(MONTHS(3)));
	assert_int_equal(world_clock(&world, 1, CLOCK_NAME_T13)->role, ROLE_TARGET);
	pass_until(due);
	EXPECT_ROWS("22:IN_PROGRESS");
	EXPECT_TOLD("ESCALATION>wsp#3");
	assert_int_equal(world.state.client.duty, DUTY_REVIEW_PLACE);
	assert_int_equal(place_due(), calendar_add_working_days(due, 5));
	world_pass(&world, place_due());
	EXPECT_ROWS("");
	EXPECT_TOLD("ESCALATION>wsp#4"); /* until somebody looks */
	act(1, ACTION_REVIEW, "wsp");
	EXPECT_ROWS("29:IN_PROGRESS");
	EXPECT_TOLD("STATUS>uwv#3");
	assert_int_equal(place_due(), calendar_start(MONTHS(3)));
	assert_int_equal(world_clock(&world, 1, CLOCK_NAME_T13)->level, 0);
	assert_int_equal(
		due_of(0, CLOCK_NAME_T6), days_on(30)); /* a review is work on the client */
}

static void a_place_ends_within_a_year(void **state)
{
	int32_t last_day = MONTHS(12);

	(void)state;
	refer_with(1, 5, 0);
	act(1, ACTION_ACCEPT, "wsp");
	act(1, ACTION_PROGRESS, "wsp");
	for (int i = 0; i < 2; i++) {
		pass_until(place_due());
		act(1, ACTION_REVIEW, "wsp");
	}
	assert_int_equal(place_due(), calendar_start(last_day)); /* not fifteen months */
	pass_until(place_due());
	act(1, ACTION_REVIEW, "wsp");
	EXPECT_CODE(REJECTION_CODE_INVALID);
	world_act(&world, 1, ACTION_REVIEW, "wsp");
	world.change.review = bytes_of_string("OUTFLOW");
	world_send(&world);
	EXPECT_ROWS("29:IN_PROGRESS");
	assert_int_equal(place_due(), calendar_add_working_days(world.now, 5));
	act(1, ACTION_COMPLETE, "wsp");
	assert_false(runs(1, CLOCK_NAME_T13));
	EXPECT_OWNER("wsp");
}

/* Said in good time: the desk has a week for it, whenever the next review would have been. */
static void whoever_flows_out_does_so_soon(void **state)
{
	(void)state;
	refer_with(1, 5, 0);
	act(1, ACTION_ACCEPT, "wsp");
	world_act(&world, 1, ACTION_REVIEW, "wsp");
	world.change.review = bytes_of_string("OUTFLOW");
	world_send(&world);
	EXPECT_ROWS("29:ACCEPTED");
	assert_int_equal(place_due(), calendar_add_working_days(world.now, 5));
	assert_int_equal(world_clock(&world, 1, CLOCK_NAME_T13)->role, ROLE_TARGET);
}

static void a_voucher_runs_from_the_offer_to_its_end(void **state)
{
	int64_t expires = days_on(90);

	(void)state;
	refer_with(1, 0, expires);
	assert_false(runs(1, CLOCK_NAME_T13)); /* the target does not have it yet */
	delivered(1);
	assert_int_equal(place_due(), expires);
	act(1, ACTION_ASK, "wsp");
	act(1, ACTION_ANSWER, "uwv");
	act(1, ACTION_ACCEPT, "wsp");
	act(1, ACTION_HOLD, "wsp");
	assert_int_equal(place_due(), expires);
	act(1, ACTION_RESUME, "wsp");
	act(1, ACTION_RETURN, "wsp");
	assert_int_equal(place_due(), expires);
	act(1, ACTION_TAKE_BACK, "uwv");
	assert_false(runs(1, CLOCK_NAME_T13));
}

static void the_earlier_of_voucher_and_review_counts(void **state)
{
	(void)state;
	refer_with(1, 3, days_on(40));
	act(1, ACTION_ACCEPT, "wsp");
	assert_int_equal(place_due(), days_on(40));
	pass_until(days_on(40));
	act(1, ACTION_REVIEW, "wsp");
	assert_int_equal(place_due(), world.now); /* it has expired and stays so */
}

static void only_what_is_said_of_the_place_moves_its_review(void **state)
{
	int64_t due;

	(void)state;
	refer_with(1, 3, 0);
	act(1, ACTION_ACCEPT, "wsp");
	due = place_due();
	pass_until(days_on(60));
	refer_with(1, 3, 0); /* another telephone number */
	EXPECT_ROWS("1c:ACCEPTED");
	assert_int_equal(place_due(), due);
	refer_with(1, 1, 0);
	assert_int_equal(place_due(), calendar_start(MONTHS(1)));
	refer_with(1, 1, days_on(7));
	assert_int_equal(place_due(), days_on(7));
	refer_with(1, 0, 0);
	assert_false(runs(1, CLOCK_NAME_T13));
}

static void what_runs_again_after_a_dispute_expires_again(void **state)
{
	(void)state;
	refer_with(1, 0, days_on(90));
	act(1, ACTION_ACCEPT, "wsp");
	act(1, ACTION_COMPLETE, "wsp");
	assert_false(runs(1, CLOCK_NAME_T13));
	act(1, ACTION_DISPUTE, "uwv");
	assert_int_equal(place_due(), days_on(90));
}

static void what_the_hub_makes_keeps_the_dates(void **state)
{
	struct uuid made;

	(void)state;
	refer_with(1, 4, days_on(300));
	act(1, ACTION_ACCEPT, "wsp");
	coordinate(1, ACTION_ASSIGN, "leerwerk");
	made = world.state.client.owner_via;
	assert_int_equal(handover_referral(&world.state.client, made)->review_every, 4);
	assert_int_equal(handover_referral(&world.state.client, made)->expires_at, days_on(300));
	assert_int_equal(
		handover_referral(&world.state.client, made)->clocks_count, 2); /* T5, T13 */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(a_place_is_reviewed_every_three_months),
		STORY(a_place_ends_within_a_year),
		STORY(whoever_flows_out_does_so_soon),
		STORY(a_voucher_runs_from_the_offer_to_its_end),
		STORY(the_earlier_of_voucher_and_review_counts),
		STORY(only_what_is_said_of_the_place_moves_its_review),
		STORY(what_runs_again_after_a_dispute_expires_again),
		STORY(what_the_hub_makes_keeps_the_dates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
