/* test_handover_clocks - stories of deadlines: what is told to whom when nobody acts. */
#include <stdio.h>

#include "hub/handover/clock/escalation.h"
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
	world_act(&world, 1, ACTION_SIGN_OF_LIFE,
		"uwv"); /* today is a date too, and is asked for now */
	world.change.has_next_date = true;
	world.change.next_date = calendar_date(world.now);
	world_send(&world);
	assert_int_equal(world.state.client.duty_due, world.now);
	world_act(&world, 1, ACTION_SIGN_OF_LIFE, "uwv");
	world.change.has_next_date = true;
	world.change.next_date = calendar_date(world.now) + 60;
	world_send(&world);
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
	world_outage(&world, NULL, world.now, world.now + 3 * CLOCK_MINUTE_MS);
	assert_int_equal(world_pass(&world, due), 1);
	EXPECT_TOLD("");
	assert_int_equal(world_clock(&world, 1, CLOCK_NAME_T0)->due, due + 3 * CLOCK_MINUTE_MS);
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

/* Whether it was told so since. */
static bool escalated_to(const char *desk, enum role role, int32_t level)
{
	for (size_t i = 0; i < world.decision.handovers_count; i++) {
		const struct handover *told = &world.decision.handovers[i];

		if (bytes_equal_string(told->desk, desk) && told->role == role &&
			told->kind == HANDOVER_KIND_ESCALATION && told->level == level)
			return true;
	}
	return false;
}

static bool climbs_to_entry_desk(void)
{
	int64_t due;
	struct clock_id which;
	bool told = false;

	for (int i = 0; i < 400 && !told; i++) {
		assert_true(handover_next_due(&world.state.client, &due, &which));
		world_pass(&world, due);
		told = escalated_to("entry", ROLE_ENTRY_DESK, ESCALATION_ENTRY_DESK);
	}
	return told;
}

/* It is told, where it cannot join: it is asked already, it is the giver, or there is no room. */
static void the_entry_desk_is_told_where_it_cannot_join(void **state)
{
	(void)state;
	offer(1, "uwv", "entry");
	world.now += CLOCK_MINUTE_MS; /* clocks come due one by one */
	offer(2, "uwv", "wsp");
	delivered(2);
	assert_true(climbs_to_entry_desk());
	assert_int_equal(world.state.client.referrals_count, 2);

	world_done(&world);
	start(state);
	refer(1, "school", "wsp");
	delivered(1);
	EXPECT_OWNER("entry");
	assert_true(climbs_to_entry_desk());
	assert_int_equal(world.state.client.referrals_count, 1);

	world_done(&world);
	start(state);
	refer(1, "uwv", "wsp");
	delivered(1);
	for (uint8_t i = 2; i <= HANDOVER_REFERRALS_MAX; i++) {
		world.now += CLOCK_MINUTE_MS;
		world_refer(&world, i, "uwv", "leerwerk", REFERRAL_KIND_SERVICE);
		world_send(&world);
	}
	refer(HANDOVER_REFERRALS_MAX + 1, "roc", "roc");
	EXPECT_CODE(REJECTION_CODE_ILLEGAL);
	assert_true(climbs_to_entry_desk());
	assert_int_equal(world.state.client.referrals_count, HANDOVER_REFERRALS_MAX);
}

/* What is as it was is not written again. */
static void a_next_action_is_said_once(void **state)
{
	(void)state;
	refer(1, "uwv", "wsp");
	assert_int_equal(world.decision.event.next_action->duty, DUTY_AWAIT_DELIVERY);
	assert_true(bytes_equal_string(world.decision.event.next_action->desk, "uwv"));
	refer(1, "uwv", "wsp"); /* with other words */
	EXPECT_ROWS("1c:SUBMITTED");
	assert_null(world.decision.event.next_action);
	act(1, ACTION_ACCEPT, "wsp");
	assert_int_equal(world.decision.event.next_action->duty, DUTY_CONTACT_CLIENT);
	act(1, ACTION_COMPLETE, "wsp");
	act(1, ACTION_ACKNOWLEDGE, "uwv");
	act(1, ACTION_CLOSE, "wsp");
	EXPECT_ROWS("25:CLOSED");
	assert_null(world.decision.event.next_action); /* how long it is kept is nobody's duty */
}

static void dates_far_ahead_are_slips_of_the_pen(void **state)
{
	(void)state;
	refer(1, "uwv", "wsp");
	for (int32_t beyond = 0; beyond <= 1; beyond++) {
		world_act(&world, 1, ACTION_SIGN_OF_LIFE, "uwv");
		world.change.has_next_date = true;
		world.change.next_date =
			calendar_date(world.now) + HANDOVER_DAYS_AHEAD_MAX + beyond;
		world_send(&world);
		assert_int_equal(
			world.decision.event.result, beyond > 0 ? RESULT_REJECTED : RESULT_APPLIED);
	}
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

static void to_asked(void)
{
	refer(1, "uwv", "wsp");
	act(1, ACTION_ASK, "wsp");
}

static void to_offered(void)
{
	static const struct rules_override late = {
		.clock = CLOCK_NAME_T2, .duration = {RULES_WORKING_DAYS, 100}};

	world.overrides = &late; /* so that T1 is alone */
	world.overrides_count = 1;
	refer(1, "uwv", "wsp");
	delivered(1);
}

static void to_declined(void)
{
	refer(1, "uwv", "wsp");
	act(1, ACTION_DECLINE, "wsp");
}

static void to_accepted(void)
{
	taken(1);
}

static void to_no_show(void)
{
	taken(1);
	world_act(&world, 1, ACTION_PROGRESS, "wsp");
	world.change.progress = PROGRESS_NO_SHOW;
	world_send(&world);
}

static void to_cancel_requested(void)
{
	taken(1);
	act(1, ACTION_CANCEL, "uwv");
}

static void to_completed(void)
{
	taken(1);
	act(1, ACTION_COMPLETE, "wsp");
}

static void to_returned(void)
{
	taken(1);
	act(1, ACTION_RETURN, "wsp");
}

/* Passes time until this clock comes due; true: it is the one that fired last. */
static bool comes_due(enum clock_name clock)
{
	world_pass(&world, due_of(1, clock));
	return world.decision.event.clock != NULL && world.decision.event.clock->clock == clock;
}

/* Working days to each level, who is told there; 0: it repeats every five. */
static void each_clock_climbs_its_levels(void **state)
{
	static const struct {
		void (*arm)(void);
		enum clock_name clock;
		struct {
			int32_t days;
			const char *told;
		} levels[4];
		int32_t escalation;
	} rows[] = {
		{to_offered, CLOCK_NAME_T1, {{2, "ESCALATION>wsp#2"}}, 1},
		{to_asked, CLOCK_NAME_T3, {{5, "ESCALATION>uwv#2"}, {5, "ESCALATION>uwv#3"}}, 2},
		{to_declined, CLOCK_NAME_T4,
			{{3, "ESCALATION>uwv#2"}, {5, "ESCALATION>coordinator#1 ESCALATION>ops#1"}},
			3},
		{to_accepted, CLOCK_NAME_T5,
			{{10, "ESCALATION>wsp#3"}, {5, "ESCALATION>wsp#4 ESCALATION>uwv#2"}}, 2},
		{to_no_show, CLOCK_NAME_T7, {{5, "ESCALATION>wsp#3"}}, 1},
		{to_cancel_requested, CLOCK_NAME_T8, {{5, "ESCALATION>wsp#4 ESCALATION>uwv#2"}}, 2},
		{to_completed, CLOCK_NAME_T9, {{10, "ESCALATION>uwv#3"}}, 2},
		{to_returned, CLOCK_NAME_T2,
			{{5, "ESCALATION>uwv#3"}, {2, "ESCALATION>uwv#4"},
				{3, "ESCALATION>coordinator#1 ESCALATION>ops#1"},
				{5, "ESCALATION>entry#1"}},
			4},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		int64_t due;

		world_done(&world);
		world_init(&world);
		rows[i].arm();
		due = world.now;
		for (size_t level = 0; level < 4 && rows[i].levels[level].days > 0; level++) {
			due = calendar_add_working_days(due, rows[i].levels[level].days);
			assert_int_equal(due_of(1, rows[i].clock), due);
			assert_true(comes_due(rows[i].clock));
			EXPECT_TOLD(rows[i].levels[level].told);
			assert_int_equal(world.decision.handovers[0].clock, rows[i].clock);
			assert_int_equal(world.decision.handovers[0].level,
				world_find(&world, 1)->escalation);
		}
		assert_int_equal(world_find(&world, 1)->escalation, rows[i].escalation);
		assert_int_equal(due_of(1, rows[i].clock), calendar_add_working_days(world.now, 5));
		assert_true(comes_due(rows[i].clock)); /* after its last level it stays there */
		assert_int_equal(world_find(&world, 1)->escalation, rows[i].escalation);
		EXPECT_ROWS("");
	}
}

static void what_is_urgent_comes_due_sooner(void **state)
{
	(void)state;
	world_refer(&world, 1, "uwv", "wsp", REFERRAL_KIND_TRANSFER);
	world.body.urgency = bytes_of_string("URGENT");
	world_send(&world);
	delivered(1);
	assert_int_equal(due_of(1, CLOCK_NAME_T1), world.now + 4 * CLOCK_HOUR_MS);
	assert_int_equal(due_of(1, CLOCK_NAME_T2), calendar_add_working_days(world.now, 1));
	assert_true(comes_due(CLOCK_NAME_T2));
	assert_int_equal(due_of(1, CLOCK_NAME_T2), calendar_add_working_days(world.now, 2));
	act(1, ACTION_ACCEPT, "wsp");
	assert_int_equal(due_of(1, CLOCK_NAME_T5), calendar_add_working_days(world.now, 2));
}

/* The first row that fits is it; it replaces the first time only. */
static void a_time_is_overridden_for_desks_question_and_urgency(void **state)
{
	static const struct rules_override overrides[] = {
		{.clock = CLOCK_NAME_T1, .urgency = "URGENT", .duration = {RULES_MINUTES, 30}},
		{.clock = CLOCK_NAME_T2, .question = "LEERBAAN", .duration = {RULES_DAYS, 3}},
		{.clock = CLOCK_NAME_T2,
			.from_desk = "uwv",
			.to_desk = "wsp",
			.duration = {RULES_WORKING_DAYS, 8}},
		{.clock = CLOCK_NAME_T2, .to_desk = "wsp", .duration = {RULES_WORKING_DAYS, 6}},
		{.clock = CLOCK_NAME_T5, .duration = {RULES_WORKING_DAYS, 1}},
		{.clock = CLOCK_NAME_T6, .duration = {RULES_DAYS, 1}}, /* not of the client */
	};
	static const struct {
		const char *from, *to, *question, *urgency;
		int64_t t1, t2; /* minutes; working days, or 0: three days */
	} rows[] = {
		{"uwv", "wsp", "WERK", "NORMAL", 0, 8},
		{"uwv", "wsp", "WERK", "URGENT", 30, 8},
		{"uwv", "wsp", "LEERBAAN", "NORMAL", 0, 0},
		{"gemeente", "wsp", "WERK", "NORMAL", 0, 6},
		{"uwv", "roc", "WERK", "NORMAL", 0, 5},
		{"uwv", "roc", "WERK", "URGENT", 30, 1},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		world_done(&world);
		world_init(&world);
		world.overrides = overrides;
		world.overrides_count = UNIT_COUNT(overrides);
		world_refer(&world, 1, rows[i].from, rows[i].to, REFERRAL_KIND_TRANSFER);
		world.body.question = bytes_of_string(rows[i].question);
		world.body.urgency = bytes_of_string(rows[i].urgency);
		world_send(&world);
		delivered(1);
		assert_int_equal(due_of(1, CLOCK_NAME_T1),
			rows[i].t1 > 0 ? world.now + rows[i].t1 * CLOCK_MINUTE_MS
				       : calendar_add_working_days(world.now, 2));
		assert_int_equal(due_of(1, CLOCK_NAME_T2),
			rows[i].t2 > 0 ? calendar_add_working_days(world.now, (int32_t)rows[i].t2)
				       : days_on(3));
		act(1, ACTION_ACCEPT, rows[i].to);
		assert_int_equal(due_of(1, CLOCK_NAME_T5), calendar_add_working_days(world.now, 1));
		assert_int_equal(due_of(0, CLOCK_NAME_T6), days_on(30));
	}
}

static void a_hold_comes_due_on_its_day_and_again(void **state)
{
	(void)state;
	taken(1);
	act(1, ACTION_HOLD, "wsp");
	assert_int_equal(due_of(1, CLOCK_NAME_T10), calendar_start(world.change.next_date));
	assert_true(comes_due(CLOCK_NAME_T10));
	EXPECT_ROWS("22:ON_HOLD");
	EXPECT_TOLD("ESCALATION>wsp#3");
	assert_int_equal(due_of(1, CLOCK_NAME_T10), calendar_add_working_days(world.now, 5));
	assert_true(comes_due(CLOCK_NAME_T10));
	EXPECT_ROWS("");
	assert_int_equal(state_of(1), REFERRAL_STATE_ON_HOLD); /* no clock ends anything */
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
		STORY(the_entry_desk_is_told_where_it_cannot_join),
		STORY(a_next_action_is_said_once),
		STORY(dates_far_ahead_are_slips_of_the_pen),
		STORY(undeliverable_is_the_givers_duty),
		STORY(each_clock_climbs_its_levels),
		STORY(what_is_urgent_comes_due_sooner),
		STORY(a_time_is_overridden_for_desks_question_and_urgency),
		STORY(a_hold_comes_due_on_its_day_and_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
