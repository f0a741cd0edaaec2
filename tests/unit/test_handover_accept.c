/* test_handover_accept - stories of who may take a client, and of passing it on in the same write.
 */
#include "tests/unit/story.h"

static void accept_and_forward(uint8_t referral, const char *desk, const char *to)
{
	world_act(&world, referral, ACTION_ACCEPT, desk);
	world.change.to_desk = bytes_of_string(to);
	world_send(&world);
}

static void a_desk_that_is_gone_takes_nobody(void **state)
{
	(void)state;
	refer(1, "uwv", "wsp");
	delivered(1);
	world.closed_desk = "wsp";
	act(1, ACTION_ACCEPT, "wsp");
	EXPECT_CODE(REJECTION_CODE_ILLEGAL);
	EXPECT_OWNER("uwv");
	assert_int_equal(state_of(1), REFERRAL_STATE_OFFERED);
	act(1, ACTION_DECLINE, "wsp");
	EXPECT_ROWS("6:DECLINED");
}

/* It takes part in what another desk is responsible for. */
static void a_desk_that_holds_nobody_gives_a_service(void **state)
{
	(void)state;
	world_refer(&world, 1, "uwv", "school", REFERRAL_KIND_SERVICE);
	world_send(&world);
	act(1, ACTION_ACCEPT, "school");
	EXPECT_ROWS("2:OFFERED 5:ACCEPTED");
	EXPECT_OWNER("uwv");
}

static void nobody_is_passed_on_to_a_desk_that_is_gone(void **state)
{
	(void)state;
	taken(1);
	refer(2, "gemeente", "leerwerk");
	world.closed_desk = "leerwerk";
	act(2, ACTION_ACCEPT, "wsp");
	EXPECT_CODE(REJECTION_CODE_ILLEGAL);
	act(2, ACTION_DECLINE, "wsp");
	EXPECT_ROWS("2:OFFERED 6:DECLINED");
	EXPECT_OWNER("wsp");
}

static const struct referral_after *last_after(void)
{
	const struct event *event = &world.decision.event;

	return &event->transitions[event->transitions_count - 1].after;
}

/* The desk that everybody may be sent to cannot decline: it forwards. */
static void the_entry_desk_forwards_in_one_write(void **state)
{
	const struct referral_after *onward;

	(void)state;
	refer_urgently(1, "uwv", "entry");
	accept_and_forward(1, "entry", "wsp");
	EXPECT_ROWS("2:OFFERED 5:ACCEPTED 1:SUBMITTED");
	EXPECT_TOLD("DETAILS>entry#2 STATUS>uwv#1 OFFER>wsp#1");
	EXPECT_OWNER("entry");
	onward = last_after();
	assert_int_equal(onward->kind, REFERRAL_KIND_TRANSFER);
	assert_true(bytes_equal_string(onward->giver, "entry"));
	assert_true(bytes_equal_string(onward->sender, "entry"));
	assert_true(bytes_equal_string(onward->question, "WERK"));
	assert_true(onward->urgent);
	assert_int_equal(onward->expires_at, days_on(100));
	assert_true(onward->has_parent);
	assert_memory_equal(onward->parent.data, world_referral(1).data, 16);
	assert_memory_equal(world.state.client.owner_via.data, world_referral(1).data, 16);
}

/* Its day was the first referral's. */
static void what_is_forwarded_waits_for_no_day(void **state)
{
	(void)state;
	world_refer(&world, 1, "uwv", "entry", REFERRAL_KIND_TRANSFER);
	world.body.has_not_before = true;
	world.body.not_before = calendar_date(world.now) + 3;
	world_send(&world);
	accept_and_forward(1, "entry", "wsp");
	EXPECT_ROWS("2:OFFERED 5:ACCEPTED 1:SUBMITTED");
	assert_false(last_after()->has_not_before);
}

static void a_client_is_forwarded_to_a_desk_that_can_have_it(void **state)
{
	(void)state;
	refer(1, "uwv", "entry");
	accept_and_forward(1, "entry", "nowhere");
	EXPECT_CODE(REJECTION_CODE_INVALID);
	assert_true(bytes_equal_string(world.decision.event.field, "body.StatusChange.to_desk"));
	accept_and_forward(1, "entry", "school");
	EXPECT_CODE(REJECTION_CODE_ILLEGAL);
	accept_and_forward(1, "entry", "entry");
	EXPECT_CODE(REJECTION_CODE_ILLEGAL);
	EXPECT_OWNER("uwv");
	accept_and_forward(1, "entry", "uwv"); /* back to where it came from */
	EXPECT_ROWS("2:OFFERED 5:ACCEPTED 1:SUBMITTED");
}

static void only_who_takes_the_client_forwards_it(void **state)
{
	(void)state;
	taken(1);
	refer(2, "gemeente", "leerwerk");
	accept_and_forward(2, "wsp", "roc"); /* a request names its desk itself */
	EXPECT_CODE(REJECTION_CODE_ILLEGAL);
	world_refer(&world, 3, "wsp", "school", REFERRAL_KIND_SERVICE);
	world_send(&world);
	accept_and_forward(3, "school", "roc");
	EXPECT_CODE(REJECTION_CODE_ILLEGAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(a_desk_that_is_gone_takes_nobody),
		STORY(a_desk_that_holds_nobody_gives_a_service),
		STORY(nobody_is_passed_on_to_a_desk_that_is_gone),
		STORY(the_entry_desk_forwards_in_one_write),
		STORY(what_is_forwarded_waits_for_no_day),
		STORY(a_client_is_forwarded_to_a_desk_that_can_have_it),
		STORY(only_who_takes_the_client_forwards_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
