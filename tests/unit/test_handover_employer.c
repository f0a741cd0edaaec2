/* test_handover_employer - an employer may train nobody any more: who has the client hears it. */
#include <string.h>

#include "tests/unit/story.h"

static void say(uint8_t referral)
{
	world_hub(&world, referral, ACTION_RECOGNITION);
	world_send(&world);
}

static void the_owner_hears_it_and_nothing_else_changes(void **state)
{
	struct client_referral before;
	const struct handover *told = &world.decision.handovers[0];

	(void)state;
	taken(1);
	before = *world_find(&world, 1);
	say(1);
	EXPECT_ROWS("31:ACCEPTED");
	EXPECT_TOLD("STATUS>wsp#3");
	assert_int_equal(told->role, ROLE_OWNER);
	assert_int_equal(told->action, ACTION_RECOGNITION);
	assert_non_null(strstr((const char *)told->text.data, "recognition"));
	assert_int_equal(world_find(&world, 1)->version, before.version);
	assert_int_equal(world_find(&world, 1)->clocks_count, before.clocks_count);
	assert_null(world.decision.event.next_action);
	assert_int_equal(world.decision.event.armed_count, 0);
	assert_int_equal(world.decision.event.stopped_count, 0);
}

static void an_offer_is_its_giver_s_to_hear_of(void **state)
{
	(void)state;
	refer(1, "uwv", "wsp");
	say(1);
	EXPECT_ROWS("31:SUBMITTED");
	EXPECT_OWNER("uwv");
	EXPECT_TOLD("STATUS>uwv#1");
}

/* Two edges may say it, or one of them twice. */
static void the_same_word_again_is_a_repeat(void **state)
{
	struct message first;

	(void)state;
	taken(1);
	say(1);
	first = world.message;
	for (int i = 0; i < HANDOVER_RECENT_MAX - 1; i++)
		act(1, ACTION_PROGRESS, "wsp");
	world_hub(&world, 1, ACTION_RECOGNITION);
	world.message.id = first.id;
	world.message.digest = first.digest;
	world_send(&world);
	assert_int_equal(world.decision.event.result, RESULT_DUPLICATE);
	EXPECT_TOLD("");
	say(1); /* another word: of another day */
	EXPECT_ROWS("31:IN_PROGRESS");
}

static void what_is_over_is_no_concern_of_it(void **state)
{
	(void)state;
	taken(1);
	act(1, ACTION_COMPLETE, "wsp");
	say(1);
	assert_int_equal(world.decision.event.result, RESULT_APPLIED);
	EXPECT_ROWS("");
	EXPECT_TOLD("");
}

static void only_the_hub_passes_it_on(void **state)
{
	(void)state;
	taken(1);
	world_act(&world, 1, ACTION_RECOGNITION, "wsp");
	world_send(&world);
	EXPECT_CODE(REJECTION_CODE_ILLEGAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(the_owner_hears_it_and_nothing_else_changes),
		STORY(an_offer_is_its_giver_s_to_hear_of),
		STORY(the_same_word_again_is_a_repeat),
		STORY(what_is_over_is_no_concern_of_it),
		STORY(only_the_hub_passes_it_on),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
