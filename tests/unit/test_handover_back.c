/* test_handover_back - stories of what is cancelled, returned or in error: to whom the client goes
 * then, or does not. */
#include <stdio.h>

#include "tests/unit/story.h"

#define CLOCK(name) CLOCK_NAME_##name

static int64_t working_days_on(int32_t days)
{
	return calendar_add_working_days(world.now, days);
}

static void what_was_accepted_ends_only_when_its_desk_confirms(void **state)
{
	(void)state;
	taken(1);
	act(1, ACTION_CANCEL, "uwv");
	EXPECT_ROWS("13:CANCEL_REQUESTED");
	EXPECT_TOLD("STATUS>wsp#3");
	EXPECT_OWNER("wsp");
	assert_int_equal(due_of(1, CLOCK(T8)), working_days_on(5));
	assert_int_equal(world_find(&world, 1)->cancel_by, ROLE_SENDER);
	act(1, ACTION_CONFIRM_CANCEL, "wsp");
	EXPECT_ROWS("14:CANCELLED");
	EXPECT_TOLD("DUTY>uwv#2");
	EXPECT_OWNER("uwv");
	assert_true(bytes_equal_string(world.decision.event.owner->old, "wsp"));
	assert_memory_equal(world.state.client.owner_via.data, world_referral(1).data,
		16); /* by this one still */
	assert_int_equal(due_of(1, CLOCK(T4)), working_days_on(3));
	assert_int_equal(world_clock(&world, 1, CLOCK(T4))->role, ROLE_GIVER);
	assert_int_equal(world.state.client.duty, DUTY_REFER_OR_CLOSE);
}

static void what_the_client_does_not_want_leaves_it_where_it_is(void **state)
{
	(void)state;
	for (int by_code = 0; by_code <= 1; by_code++) {
		world_done(&world);
		world_init(&world);
		taken(1);
		world_act(&world, 1, ACTION_CANCEL, "uwv");
		if (by_code)
			world.change.reason = bytes_of_string("CLIENT_DECLINED");
		world.change.actor.has_role = !by_code;
		world.change.actor.role = ROLE_CLIENT;
		world_send(&world);
		assert_int_equal(world_find(&world, 1)->cancel_by, ROLE_CLIENT);
		act(1, ACTION_CONFIRM_CANCEL, "wsp");
		EXPECT_ROWS("14:CANCELLED");
		EXPECT_TOLD("STATUS>uwv#2");
		EXPECT_OWNER("wsp");
		assert_int_equal(world_clock(&world, 1, CLOCK(T4))->role, ROLE_OWNER);
		assert_int_equal(world.state.client.duty, DUTY_REFER_OR_CLOSE);
		assert_true(bytes_equal_string(
			handover_desk(&world.state.client, world.state.client.duty_desk), "wsp"));
	}
}

static void a_cancelled_offer_was_never_the_targets(void **state)
{
	(void)state;
	refer(1, "uwv", "wsp");
	delivered(1);
	act(1, ACTION_CANCEL, "uwv");
	EXPECT_ROWS("13:CANCEL_REQUESTED");
	act(1, ACTION_COMPLETE, "wsp"); /* G5: nothing can have come of it */
	EXPECT_CODE(REJECTION_CODE_ILLEGAL);
	act(1, ACTION_CONFIRM_CANCEL, "wsp");
	EXPECT_ROWS("14:CANCELLED");
	EXPECT_TOLD("DUTY>uwv#1");
	EXPECT_OWNER("uwv");
	assert_null(world.decision.event.owner);
}

static void an_outcome_beats_a_cancel(void **state)
{
	(void)state;
	taken(1);
	act(1, ACTION_CANCEL, "uwv");
	act(1, ACTION_COMPLETE, "wsp");
	EXPECT_ROWS("15:COMPLETED");
	EXPECT_TOLD("STATUS>uwv#2");
	EXPECT_OWNER("wsp");
	assert_false(runs(1, CLOCK(T8)));
	assert_int_equal(due_of(1, CLOCK(T9)), working_days_on(10));
	assert_true(bytes_equal_string(world_find(&world, 1)->outcome, "ADVICE_GIVEN"));
	act(1, ACTION_CONFIRM_CANCEL, "wsp");
	EXPECT_CODE(REJECTION_CODE_ILLEGAL);
}

static void a_service_is_cancelled_beside_its_client(void **state)
{
	(void)state;
	taken(1);
	world_refer(&world, 2, "gemeente", "roc", REFERRAL_KIND_SERVICE);
	world_send(&world);
	act(2, ACTION_ACCEPT, "roc");
	act(2, ACTION_CANCEL, "gemeente");
	act(2, ACTION_CONFIRM_CANCEL, "roc");
	EXPECT_ROWS("14:CANCELLED");
	EXPECT_TOLD("DUTY>wsp#4 STATUS>gemeente#2");
	EXPECT_OWNER("wsp");
	assert_null(world.decision.event.owner);
}

static void a_service_of_a_former_owner_leaves_no_duty(void **state)
{
	(void)state;
	taken(1);
	world_refer(&world, 2, "wsp", "roc", REFERRAL_KIND_SERVICE);
	world_send(&world);
	act(2, ACTION_ACCEPT, "roc");
	refer(3, "wsp", "leerwerk");
	act(3, ACTION_ACCEPT, "leerwerk");
	act(2, ACTION_CANCEL, "wsp");
	act(2, ACTION_CONFIRM_CANCEL, "roc");
	EXPECT_ROWS("14:CANCELLED");
	EXPECT_TOLD("STATUS>wsp#2");
	assert_false(runs(2, CLOCK(T4))); /* whoever has the client never asked for it */
}

/* The target keeps the client until the giver takes it back. */
static void returned_is_not_yet_taken_back(void **state)
{
	(void)state;
	taken(1);
	act(1, ACTION_RETURN, "wsp");
	EXPECT_ROWS("16:RETURNED");
	EXPECT_TOLD("DUTY>uwv#2");
	EXPECT_OWNER("wsp");
	assert_int_equal(world.decision.handovers[0].duty, DUTY_TAKE_BACK);
	assert_int_equal(due_of(1, CLOCK(T2)), working_days_on(5));
	assert_int_equal(world_clock(&world, 1, CLOCK(T2))->role, ROLE_GIVER);
	assert_int_equal(world.state.client.duty, DUTY_TAKE_BACK);
	assert_true(bytes_equal_string(
		handover_desk(&world.state.client, world.state.client.duty_desk), "uwv"));
	act(1, ACTION_TAKE_BACK, "uwv");
	EXPECT_ROWS("17:CLOSED");
	EXPECT_TOLD("STATUS>wsp#3");
	EXPECT_OWNER("uwv");
	assert_int_equal(due_of(1, CLOCK(T4)), working_days_on(3));
	refer(2, "uwv", "roc");
	assert_false(runs(1, CLOCK(T4)));
}

static void what_its_desk_had_on_offer_ends_when_the_client_goes_back(void **state)
{
	(void)state;
	taken(1);
	refer(2, "wsp", "roc");
	refer(3, "gemeente", "leerwerk"); /* asks wsp */
	act(1, ACTION_RETURN, "wsp");
	act(1, ACTION_TAKE_BACK, "uwv");
	EXPECT_ROWS("9:RECALLED 17:CLOSED 1d:SUBMITTED");
	EXPECT_TOLD("RECALL>roc#2 STATUS>wsp#1 STATUS>wsp#3 RECALL>wsp#2 OFFER>uwv#1 "
		    "STATUS>gemeente#2");
	EXPECT_OWNER("uwv");
	act(2, ACTION_ACCEPT, "roc");
	EXPECT_CODE(REJECTION_CODE_ILLEGAL);
}

/* The client stays with the desk that has it; what was agreed is over all the same. */
static void a_desk_that_is_closed_takes_nobody_back(void **state)
{
	(void)state;
	taken(1);
	act(1, ACTION_RETURN, "wsp");
	world.closed_desk = "uwv";
	act(1, ACTION_TAKE_BACK, "uwv");
	EXPECT_CODE(REJECTION_CODE_ILLEGAL);
	act(1, ACTION_ENTERED_IN_ERROR, "uwv");
	EXPECT_ROWS("21:ENTERED_IN_ERROR");
	EXPECT_OWNER("wsp");
	world.closed_desk = NULL;
	world_done(&world);
	world_init(&world);
	taken(1);
	act(1, ACTION_CANCEL, "uwv");
	world.closed_desk = "uwv";
	act(1, ACTION_CONFIRM_CANCEL, "wsp");
	EXPECT_ROWS("14:CANCELLED");
	EXPECT_OWNER("wsp");
	assert_int_equal(world_clock(&world, 1, CLOCK(T4))->role, ROLE_OWNER);
}

static void a_service_returns_without_the_client(void **state)
{
	(void)state;
	taken(1);
	world_refer(&world, 2, "wsp", "roc", REFERRAL_KIND_SERVICE);
	world_send(&world);
	act(2, ACTION_ACCEPT, "roc");
	act(2, ACTION_RETURN, "roc");
	act(2, ACTION_TAKE_BACK, "wsp");
	EXPECT_ROWS("17:CLOSED");
	EXPECT_OWNER("wsp");
	assert_null(world.decision.event.owner);
	assert_false(runs(2, CLOCK(T4)));
}

/* G4: by which referral the desk has the client counts, not which desk it is. */
static void an_error_in_the_first_referral_leaves_what_the_second_gave(void **state)
{
	(void)state;
	taken(1);
	act(1, ACTION_RETURN, "wsp");
	act(1, ACTION_TAKE_BACK, "uwv");
	taken(2);
	EXPECT_OWNER("wsp");
	act(1, ACTION_ENTERED_IN_ERROR, "uwv");
	EXPECT_ROWS("21:ENTERED_IN_ERROR");
	assert_null(world.decision.event.owner);
	EXPECT_OWNER("wsp");
	act(2, ACTION_ENTERED_IN_ERROR, "uwv");
	EXPECT_ROWS("21:ENTERED_IN_ERROR");
	EXPECT_TOLD("RECALL>wsp#3");
	EXPECT_OWNER("uwv");
	assert_true(runs(0, CLOCK(T6)));
	act(2, ACTION_ENTERED_IN_ERROR, "uwv");
	EXPECT_CODE(REJECTION_CODE_ILLEGAL);
}

static void an_error_found_after_the_client_came_back_moves_nobody(void **state)
{
	(void)state;
	taken(1);
	act(1, ACTION_RETURN, "wsp");
	act(1, ACTION_TAKE_BACK, "uwv");
	act(1, ACTION_ENTERED_IN_ERROR, "uwv");
	EXPECT_ROWS("21:ENTERED_IN_ERROR");
	assert_null(world.decision.event.owner);
	EXPECT_OWNER("uwv");
	taken(2);
	act(2, ACTION_COMPLETE, "wsp");
	act(2, ACTION_CLOSE, "wsp");
	act(2, ACTION_ENTERED_IN_ERROR, "uwv"); /* a closed client belongs to nobody new */
	EXPECT_ROWS("21:ENTERED_IN_ERROR");
	assert_null(world.decision.event.owner);
	assert_int_equal(world.state.client.status, CLIENT_STATUS_CLOSED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(what_was_accepted_ends_only_when_its_desk_confirms),
		STORY(what_the_client_does_not_want_leaves_it_where_it_is),
		STORY(a_cancelled_offer_was_never_the_targets),
		STORY(an_outcome_beats_a_cancel),
		STORY(a_service_is_cancelled_beside_its_client),
		STORY(a_service_of_a_former_owner_leaves_no_duty),
		STORY(returned_is_not_yet_taken_back),
		STORY(what_its_desk_had_on_offer_ends_when_the_client_goes_back),
		STORY(a_desk_that_is_closed_takes_nobody_back),
		STORY(a_service_returns_without_the_client),
		STORY(an_error_in_the_first_referral_leaves_what_the_second_gave),
		STORY(an_error_found_after_the_client_came_back_moves_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
