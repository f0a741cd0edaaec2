/* test_handover_notice - stories of notices that nobody could deliver: they climb. */
#include "tests/unit/story.h"

/* What an edge says of a notice. */
static const struct event *not_told(uint8_t referral, const char *clock, int32_t level)
{
	struct raw_status notice = {
		.scheme = bytes_of_string("notice"),
		.code = bytes_of_string(clock),
		.has_number = true,
		.number = level,
	};

	world_hub(&world, referral, ACTION_NOT_TOLD);
	world.change.raw = &notice;
	return world_send(&world);
}

/* As the last story line left it. */
static void expect_nothing(const struct event *event)
{
	assert_int_equal(event->result, RESULT_APPLIED);
	assert_int_equal(event->armed_count, 0);
	EXPECT_ROWS("");
	EXPECT_TOLD("");
}

/* At L1, which was told on time. */
static void offer_undecided(void)
{
	refer(1, "uwv", "wsp");
	delivered(1);
	act(1, ACTION_SEEN, "wsp");
	world_pass(&world, world_clock(&world, 1, CLOCK_NAME_T2)->due);
	EXPECT_TOLD("ESCALATION>wsp#2");
}

static void a_desk_that_was_not_told_is_passed_over(void **state)
{
	int64_t at;

	(void)state;
	offer_undecided();
	at = world.now = calendar_add_working_days(world.now, 1);
	not_told(1, "T2", 1);
	EXPECT_ROWS("22:OFFERED");
	EXPECT_TOLD("ESCALATION>wsp#3 ESCALATION>uwv#1");
	assert_int_equal(world_clock(&world, 1, CLOCK_NAME_T2)->level, 2);
	assert_int_equal(world_clock(&world, 1, CLOCK_NAME_T2)->armed, at);
	assert_int_equal(
		world_clock(&world, 1, CLOCK_NAME_T2)->due, calendar_add_working_days(at, 3));
	assert_int_equal(world_find(&world, 1)->escalation, 2);
}

static void each_level_is_passed_over_once(void **state)
{
	(void)state;
	offer_undecided();
	not_told(1, "T2", 1);
	expect_nothing(not_told(1, "T2", 1)); /* the other channel says so too */
	not_told(1, "T2", 2);
	EXPECT_TOLD("ESCALATION>coordinator#1 ESCALATION>ops#1");
	not_told(1, "T2", 3);
	EXPECT_TOLD("OFFER>entry#1");
	expect_nothing(not_told(1, "T2", 4)); /* the last: it is told again in five working days */
}

static void who_acted_meanwhile_need_not_be_told(void **state)
{
	(void)state;
	offer_undecided();
	act(1, ACTION_ACCEPT, "wsp");
	expect_nothing(not_told(1, "T2", 1));
	expect_nothing(not_told(1, "T5", 1)); /* runs, but has told nobody */
}

/* Its first level is the second: the one below it is not one that it stands at. */
static void a_clock_that_begins_higher_has_told_nobody_before(void **state)
{
	(void)state;
	refer(1, "uwv", "wsp");
	act(1, ACTION_DECLINE, "wsp");
	assert_int_equal(world_clock(&world, 1, CLOCK_NAME_T4)->level, 0);
	expect_nothing(not_told(1, "T4", 1));
}

static void what_names_no_level_changes_nothing(void **state)
{
	(void)state;
	offer_undecided();
	expect_nothing(not_told(1, "T99", 1));
	expect_nothing(not_told(1, "T2", 0));
	expect_nothing(not_told(1, "T0", 0));
	world_hub(&world, 1, ACTION_NOT_TOLD);
	expect_nothing(world_send(&world));
}

static void a_reminder_that_was_not_told_reminds_nobody_again(void **state)
{
	(void)state;
	refer(1, "uwv", "wsp");
	act(1, ACTION_ACCEPT, "wsp");
	act(1, ACTION_PROGRESS, "wsp");
	world_pass(&world, world_clock(&world, 0, CLOCK_NAME_T6)->due);
	assert_int_equal(world_clock(&world, 0, CLOCK_NAME_T6)->level, 1);
	not_told(1, "T6", 1);
	assert_int_equal(world_clock(&world, 0, CLOCK_NAME_T6)->level, 2);
	EXPECT_TOLD("ESCALATION>wsp#4 ESCALATION>uwv#3");
}

/* The service's own sign of life has been given meanwhile: the client's is another matter. */
static void a_notice_of_a_service_is_not_one_of_the_client(void **state)
{
	(void)state;
	world_refer(&world, 1, "uwv", "school", REFERRAL_KIND_SERVICE);
	world_send(&world);
	act(1, ACTION_ACCEPT, "school");
	act(1, ACTION_PROGRESS, "school");
	world_pass(&world, due_of(1, CLOCK_NAME_T6));
	act(1, ACTION_PROGRESS, "school"); /* its time runs anew */
	world_pass(&world, world.now + 1);
	assert_int_equal(world_clock(&world, 0, CLOCK_NAME_T6)->level, 1);
	expect_nothing(not_told(1, "T6", 1));
	assert_int_equal(world_clock(&world, 0, CLOCK_NAME_T6)->level, 1);
}

static void nobody_but_the_hub_says_so(void **state)
{
	struct raw_status notice = {.scheme = bytes_of_string("notice"),
		.code = bytes_of_string("T2"),
		.has_number = true,
		.number = 1};

	(void)state;
	offer_undecided();
	world_act(&world, 1, ACTION_NOT_TOLD, "wsp");
	world.change.raw = &notice;
	world_send(&world);
	EXPECT_CODE(REJECTION_CODE_ILLEGAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(a_desk_that_was_not_told_is_passed_over),
		STORY(each_level_is_passed_over_once),
		STORY(who_acted_meanwhile_need_not_be_told),
		STORY(a_clock_that_begins_higher_has_told_nobody_before),
		STORY(what_names_no_level_changes_nothing),
		STORY(a_reminder_that_was_not_told_reminds_nobody_again),
		STORY(a_notice_of_a_service_is_not_one_of_the_client),
		STORY(nobody_but_the_hub_says_so),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
