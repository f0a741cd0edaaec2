/* test_handover_outages - stories of time that does not count, since the hub or a desk's delivery
 * was down. */
#include <stdio.h>

#include "tests/unit/story.h"

#define CLOCK(name) CLOCK_NAME_##name

/* uwv's offer to wsp, delivered; urgent or not. The world's day is a Monday. */
static void offered(bool urgent)
{
	world_refer(&world, 1, "uwv", "wsp", REFERRAL_KIND_TRANSFER);
	world.body.urgency = bytes_of_string(urgent ? "URGENT" : "NORMAL");
	world_send(&world);
	delivered(1);
}

static int64_t at(const char *text)
{
	int64_t time;

	assert_true(clock_from_text(bytes_of_string(text), &time));
	return time;
}

static void a_desks_outage_does_not_count_against_it(void **state)
{
	int64_t due;

	(void)state;
	offered(false);
	due = due_of(1, CLOCK(T1));
	world_outage(&world, "wsp", days_on(1), days_on(1) + 5 * CLOCK_HOUR_MS);
	world_outage(&world, "uwv", world.now, days_on(1)); /* is not to act */
	world_pass(&world, due);
	EXPECT_TOLD("");
	EXPECT_ROWS("");
	assert_int_equal(due_of(1, CLOCK(T1)), due + 5 * CLOCK_HOUR_MS);
	assert_int_equal(world.decision.event.armed_count, 1); /* an Event says so */
	assert_int_equal(world.decision.event.armed[0].counted, due);
	assert_int_equal(
		world.decision.event.armed[0].armed, world_clock(&world, 1, CLOCK(T2))->armed);
	world_pass(&world, due + 5 * CLOCK_HOUR_MS); /* counted once */
	EXPECT_TOLD("ESCALATION>wsp#2");
	assert_false(
		world_clock(&world, 1, CLOCK(T1))->has_counted); /* of its new time nothing yet */
}

static void what_is_lost_while_it_is_made_good_counts_too(void **state)
{
	int64_t due;

	(void)state;
	offered(false);
	due = due_of(1, CLOCK(T1));
	world_outage(&world, "wsp", days_on(1), days_on(1) + 5 * CLOCK_HOUR_MS);
	world_outage(&world, NULL, due + CLOCK_HOUR_MS, due + 3 * CLOCK_HOUR_MS);
	world_pass(&world, due + 5 * CLOCK_HOUR_MS);
	EXPECT_TOLD("");
	assert_int_equal(due_of(1, CLOCK(T1)), due + 7 * CLOCK_HOUR_MS);
}

static void a_dead_desk_is_no_excuse_for_the_hub(void **state)
{
	int64_t due;

	(void)state;
	refer(1, "uwv", "wsp");
	due = due_of(1, CLOCK(T0));
	world_outage(&world, "wsp", world.now, days_on(9)); /* that is what T0 tells ops */
	world_outage(&world, "uwv", world.now, days_on(9));
	world_pass(&world, due);
	EXPECT_TOLD("ESCALATION>ops#1");
}

static void while_an_outage_runs_a_clock_waits_an_hour_at_least(void **state)
{
	int64_t due;

	(void)state;
	offered(false);
	due = due_of(1, CLOCK(T1));
	world_outage(&world, "wsp", due - CLOCK_MINUTE_MS, INT64_MAX);
	world_pass(&world, due);
	assert_int_equal(due_of(1, CLOCK(T1)), due + CLOCK_HOUR_MS);
	world_pass(&world, due + CLOCK_HOUR_MS); /* and another one */
	EXPECT_TOLD("");
	assert_int_equal(due_of(1, CLOCK(T1)), due + 2 * CLOCK_HOUR_MS);
	world.outages[0].to = due + 90 * CLOCK_MINUTE_MS; /* half of that hour was down too */
	world_pass(&world, due + 2 * CLOCK_HOUR_MS);
	EXPECT_TOLD("");
	assert_int_equal(due_of(1, CLOCK(T1)), due + 2 * CLOCK_HOUR_MS + 30 * CLOCK_MINUTE_MS);
	world_pass(&world, due_of(1, CLOCK(T1)));
	EXPECT_TOLD("ESCALATION>wsp#2");
}

/* On Monday a weekend is one Event for each clock that came due in it. */
static void an_outage_that_has_ended_is_counted_at_once(void **state)
{
	int64_t due, end;

	(void)state;
	refer(1, "uwv", "wsp");
	due = due_of(1, CLOCK(T0));
	end = due + 60 * CLOCK_HOUR_MS;
	world_outage(&world, NULL, due - CLOCK_MINUTE_MS, due + CLOCK_HOUR_MS);
	world_outage(&world, NULL, due + CLOCK_HOUR_MS, end); /* another one follows */
	assert_int_equal(world_pass(&world, due), 1);
	EXPECT_TOLD("");
	assert_int_equal(world.decision.event.armed[0].counted, due + CLOCK_HOUR_MS);
	assert_int_equal(world_pass(&world, end + CLOCK_MINUTE_MS), 2);
	EXPECT_TOLD("ESCALATION>ops#1");
}

/* Working days lose working time: a weekend that was down cost nobody a working hour. */
static void a_clock_of_working_days_loses_working_time(void **state)
{
	int64_t due;

	(void)state;
	world.now = at("2026-03-05T09:00:00Z"); /* Thursday */
	offered(false);
	due = due_of(1, CLOCK(T1));
	assert_int_equal(due, at("2026-03-09T09:00:00Z"));
	world_outage(&world, "wsp", at("2026-03-06T23:00:00Z"), at("2026-03-08T23:00:00Z"));
	world_pass(&world, due);
	EXPECT_TOLD("ESCALATION>wsp#2");
}

/* From Friday evening to Monday morning nobody could know of anything; by then nothing is late. */
static void a_weekend_without_the_hub_makes_nobody_late(void **state)
{
	int64_t due;

	(void)state;
	world.now = at("2026-03-04T12:00:00Z"); /* Wednesday */
	offered(false);
	due = due_of(1, CLOCK(T1));
	assert_int_equal(due, at("2026-03-06T12:00:00Z"));
	world_outage(&world, NULL, at("2026-03-06T11:00:00Z"), at("2026-03-09T07:00:00Z"));
	world_pass(&world, at("2026-03-09T07:00:00Z"));
	EXPECT_TOLD("");
	assert_int_equal(
		due_of(1, CLOCK(T1)), at("2026-03-09T08:00:00Z")); /* the hour that was left */
}

/* Four hours are hours also on a Saturday, and so is what is lost of them. */
static void an_urgent_clock_of_hours_loses_hours(void **state)
{
	int64_t due;

	(void)state;
	world.now = at("2026-03-07T09:00:00Z"); /* Saturday */
	offered(true);
	due = due_of(1, CLOCK(T1));
	assert_int_equal(due, world.now + 4 * CLOCK_HOUR_MS);
	world_outage(&world, NULL, world.now, world.now + 2 * CLOCK_HOUR_MS);
	world_pass(&world, due);
	EXPECT_TOLD("");
	assert_int_equal(due_of(1, CLOCK(T1)), due + 2 * CLOCK_HOUR_MS);
}

static void after_its_first_level_an_urgent_clock_counts_working_time(void **state)
{
	int64_t due;

	(void)state;
	world.now = at("2026-03-06T09:00:00Z"); /* Friday */
	offered(true);
	world_pass(&world, due_of(1, CLOCK(T1)));
	EXPECT_TOLD("ESCALATION>wsp#2");
	act(1, ACTION_SEEN, "wsp");
	act(1, ACTION_ASK, "wsp");
	act(1, ACTION_ANSWER, "uwv");
	due = due_of(1, CLOCK(T2));
	world_outage(&world, "wsp", at("2026-03-07T09:00:00Z"), at("2026-03-08T09:00:00Z"));
	world_pass(&world, due);
	EXPECT_TOLD("ESCALATION>wsp#4"); /* the weekend's outage took no working time */
}

static void an_override_loses_time_in_its_own_unit(void **state)
{
	static const struct rules_override in_hours = {
		.to_desk = "wsp", .clock = CLOCK(T2), .duration = {RULES_MINUTES, 30 * 60}};
	int64_t due;

	(void)state;
	world.overrides = &in_hours;
	world.overrides_count = 1;
	world.now = at("2026-03-07T09:00:00Z"); /* Saturday */
	offered(false);
	act(1, ACTION_SEEN, "wsp");
	due = due_of(1, CLOCK(T2));
	assert_int_equal(due, world.now + 30 * CLOCK_HOUR_MS);
	world_outage(&world, "wsp", world.now, world.now + 6 * CLOCK_HOUR_MS);
	world_pass(&world, due);
	EXPECT_TOLD("");
	assert_int_equal(due_of(1, CLOCK(T2)), due + 6 * CLOCK_HOUR_MS);
	world_pass(&world, due + 6 * CLOCK_HOUR_MS);
	EXPECT_TOLD("ESCALATION>wsp#2");
	due = due_of(
		1, CLOCK(T2)); /* to L2 the working days of everybody: Monday's outage counts */
	assert_int_equal(due, calendar_add_working_days(world.now, 2));
	world_outage(&world, "wsp", at("2026-03-08T23:00:00Z"), at("2026-03-09T03:00:00Z"));
	world_pass(&world, due);
	assert_int_equal(due_of(1, CLOCK(T2)), calendar_add_working_ms(due, 4 * CLOCK_HOUR_MS));
}

static void over(void)
{
	act(1, ACTION_COMPLETE, "wsp");
	act(1, ACTION_ACKNOWLEDGE, "uwv");
}

/* A minute of every reminder's time is lost: the tenth day comes ten minutes later, not never. */
static void short_outages_again_and_again_do_not_silence_a_clock(void **state)
{
	int64_t first, told;

	(void)state;
	taken(1);
	over();
	first = due_of(0, CLOCK(T6));
	for (int i = 0; i < 60; i++) {
		int64_t from = first + i * CLOCK_DAY_MS + CLOCK_HOUR_MS;

		world_outage(&world, "wsp", from, from + CLOCK_MINUTE_MS);
	}
	world_pass(&world, first);
	EXPECT_TOLD("REMINDER>wsp#4");
	told = calendar_next_same_time(first, 10) + 10 * CLOCK_MINUTE_MS;
	world_pass(&world, told - 1);
	assert_int_equal(world_clock(&world, 0, CLOCK(T6))->level, 1);
	assert_int_equal(world_clock(&world, 0, CLOCK(T6))->armed, first);
	assert_int_equal(due_of(0, CLOCK(T6)), told);
	world_pass(&world, told);
	assert_int_equal(world_clock(&world, 0, CLOCK(T6))->level, 2);
}

/* The ten days to the lead are ten days in which the desk could have acted. */
static void what_the_reminders_lost_the_lead_waits_for(void **state)
{
	int64_t first, end;

	(void)state;
	taken(1);
	over();
	first = due_of(0, CLOCK(T6));
	end = calendar_next_same_time(first, 10);
	world_outage(&world, "wsp", first + CLOCK_HOUR_MS, first + 4 * CLOCK_DAY_MS);
	world_pass(&world, end);
	assert_int_equal(world_clock(&world, 0, CLOCK(T6))->level, 1);
	assert_int_equal(due_of(0, CLOCK(T6)), end + 4 * CLOCK_DAY_MS - CLOCK_HOUR_MS);
	world_pass(&world, end + 4 * CLOCK_DAY_MS - CLOCK_HOUR_MS);
	assert_int_equal(world_clock(&world, 0, CLOCK(T6))->level, 2);
}

static void a_month_without_the_hub_climbs_to_nobody(void **state)
{
	int64_t first, back;

	(void)state;
	taken(1);
	over();
	first = due_of(0, CLOCK(T6));
	world_pass(&world, first);
	back = first + 30 * CLOCK_DAY_MS;
	world_outage(&world, NULL, first + CLOCK_HOUR_MS, back);
	world_pass(&world, back + 9 * CLOCK_DAY_MS);
	assert_int_equal(world_clock(&world, 0, CLOCK(T6))->level, 1);
	world_pass(&world, back + 10 * CLOCK_DAY_MS);
	assert_int_equal(world_clock(&world, 0, CLOCK(T6))->level, 2);
}

/* A day that somebody named is that day. */
static void dates_are_not_moved(void **state)
{
	int64_t day;

	(void)state;
	world_refer(&world, 1, "uwv", "wsp", REFERRAL_KIND_TRANSFER);
	world.body.has_not_before = true;
	world.body.not_before = calendar_date(world.now) + 10;
	day = calendar_start(world.body.not_before);
	world_send(&world);
	world_outage(&world, NULL, world.now, days_on(5));
	world_pass(&world, day);
	EXPECT_TOLD("OFFER>wsp#1");
	act(1, ACTION_ACCEPT, "wsp");
	world_act(&world, 1, ACTION_HOLD, "wsp");
	world.change.next_date = calendar_date(world.now) + 10;
	day = calendar_start(world.change.next_date);
	world_send(&world);
	world_outage(&world, "wsp", world.now, days_on(5));
	world_pass(&world, day);
	EXPECT_TOLD("ESCALATION>wsp#3");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(a_desks_outage_does_not_count_against_it),
		STORY(what_is_lost_while_it_is_made_good_counts_too),
		STORY(a_dead_desk_is_no_excuse_for_the_hub),
		STORY(while_an_outage_runs_a_clock_waits_an_hour_at_least),
		STORY(an_outage_that_has_ended_is_counted_at_once),
		STORY(a_clock_of_working_days_loses_working_time),
		STORY(a_weekend_without_the_hub_makes_nobody_late),
		STORY(an_urgent_clock_of_hours_loses_hours),
		STORY(after_its_first_level_an_urgent_clock_counts_working_time),
		STORY(an_override_loses_time_in_its_own_unit),
		STORY(short_outages_again_and_again_do_not_silence_a_clock),
		STORY(what_the_reminders_lost_the_lead_waits_for),
		STORY(a_month_without_the_hub_climbs_to_nobody),
		STORY(dates_are_not_moved),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
