/* test_handover_life - stories of a referral from the question to the outcome: who has the client
 * then, which clock runs, who is told. */
#include <stdio.h>

#include "tests/unit/story.h"

#define CLOCK(name) CLOCK_NAME_##name

static int64_t working_days_on(int32_t days)
{
	return calendar_add_working_days(world.now, days);
}

static void a_question_stops_the_targets_clocks_and_starts_the_senders(void **state)
{
	(void)state;
	refer(1, "uwv", "wsp");
	act(1, ACTION_ASK, "wsp");
	EXPECT_ROWS("2:OFFERED 7:INFO_NEEDED");
	EXPECT_TOLD("QUESTION>uwv#1");
	assert_true(world.decision.handovers[0].has_deadline);
	EXPECT_OWNER("uwv");
	assert_false(runs(1, CLOCK(T1)));
	assert_false(runs(1, CLOCK(T2)));
	assert_int_equal(due_of(1, CLOCK(T3)), working_days_on(5));
	assert_int_equal(world_clock(&world, 1, CLOCK(T3))->role, ROLE_SENDER);
	assert_int_equal(world.state.client.duty, DUTY_ANSWER_QUESTION);
	assert_int_equal(world_find(&world, 1)->delivery, DELIVERY_SEEN);
	act(1, ACTION_ANSWER, "uwv");
	EXPECT_ROWS("8:OFFERED");
	EXPECT_TOLD("ANSWER>wsp#2");
	assert_false(runs(1, CLOCK(T3)));
	assert_false(runs(1, CLOCK(T1))); /* it has been seen */
	assert_false(world_find(&world, 1)->has_left);
	act(1, ACTION_ACCEPT, "wsp");
	EXPECT_OWNER("wsp");
}

static void after_an_answer_the_decision_has_what_was_left(void **state)
{
	(void)state;
	refer(1, "uwv", "wsp");
	delivered(1);
	world_pass(&world, working_days_on(1) + CLOCK_HOUR_MS); /* of five */
	act(1, ACTION_ASK, "wsp");
	assert_true(world_find(&world, 1)->has_left);
	assert_int_equal(
		world_find(&world, 1)->left, 4 * CLOCK_DAY_MS - CLOCK_HOUR_MS); /* working time */
	world_pass(&world, working_days_on(2));
	act(1, ACTION_ANSWER, "uwv");
	assert_int_equal(due_of(1, CLOCK(T2)), working_days_on(4) - CLOCK_HOUR_MS);
}

static void after_an_answer_the_decision_has_two_working_days_at_least(void **state)
{
	(void)state;
	refer(1, "uwv", "wsp");
	delivered(1);
	act(1, ACTION_SEEN, "wsp");
	world_pass(&world, working_days_on(6)); /* told once already */
	assert_int_equal(world_clock(&world, 1, CLOCK(T2))->level, 1);
	act(1, ACTION_ASK, "wsp");
	act(1, ACTION_ANSWER, "uwv");
	assert_int_equal(due_of(1, CLOCK(T2)), working_days_on(2));
	assert_int_equal(world_clock(&world, 1, CLOCK(T2))->level, 0);
	assert_int_equal(world_find(&world, 1)->escalation, 1); /* what was, was */
}

static void whoever_is_asked_for_a_client_may_ask_back(void **state)
{
	(void)state;
	taken(1);
	refer(2, "gemeente", "leerwerk");
	act(2, ACTION_ASK, "wsp");
	EXPECT_ROWS("2:OFFERED 7:INFO_NEEDED");
	EXPECT_TOLD("QUESTION>gemeente#2");
	refer(3, "wsp", "roc");
	act(3, ACTION_ACCEPT,
		"roc"); /* the question is the old owner's: it is put anew to the new */
	EXPECT_ROWS("2:OFFERED 5:ACCEPTED 18:COMPLETED 1d:SUBMITTED");
	assert_false(world_find(&world, 2)->has_left);
	assert_false(runs(2, CLOCK(T3)));
	assert_true(runs(2, CLOCK(T0)));
}

static void first_contact_is_progress(void **state)
{
	(void)state;
	taken(1);
	assert_int_equal(due_of(1, CLOCK(T5)), working_days_on(10));
	act(1, ACTION_PROGRESS, "wsp");
	EXPECT_ROWS("10:IN_PROGRESS");
	EXPECT_TOLD("STATUS>uwv#2");
	assert_false(runs(1, CLOCK(T5)));
	assert_false(runs(1, CLOCK(T7)));
	assert_true(world_find(&world, 1)->has_progress);
	assert_int_equal(world_find(&world, 1)->progress, PROGRESS_CONTACTED);
	EXPECT_OWNER("wsp");
}

static void who_did_not_show_up_is_followed_up(void **state)
{
	(void)state;
	taken(1);
	world_act(&world, 1, ACTION_PROGRESS, "wsp");
	world.change.progress = PROGRESS_NO_SHOW;
	world_send(&world);
	assert_int_equal(due_of(1, CLOCK(T7)), working_days_on(5));
	assert_int_equal(world.state.client.duty, DUTY_FOLLOW_UP_NO_SHOW);
	world_pass(&world, world.now + CLOCK_HOUR_MS);
	world_act(&world, 1, ACTION_PROGRESS, "wsp");
	world.change.progress = PROGRESS_SCHEDULED;
	world_send(&world);
	EXPECT_ROWS("10:IN_PROGRESS");
	assert_false(runs(1, CLOCK(T7)));
	assert_int_equal(due_of(0, CLOCK(T6)), days_on(30)); /* it is not forgotten */
}

static void progress_of_a_service_is_its_own_sign_of_life(void **state)
{
	int64_t of_client;

	(void)state;
	taken(1);
	of_client = due_of(0, CLOCK(T6));
	world_refer(&world, 2, "wsp", "roc", REFERRAL_KIND_SERVICE);
	world_send(&world);
	act(2, ACTION_ACCEPT, "roc");
	world_pass(&world, days_on(7));
	act(2, ACTION_PROGRESS, "roc");
	assert_int_equal(due_of(2, CLOCK(T6)), days_on(30));
	assert_int_equal(due_of(0, CLOCK(T6)), of_client); /* roc does not have the client */
	act(2, ACTION_HOLD, "roc");
	assert_false(runs(2, CLOCK(T6)));
	assert_int_equal(due_of(0, CLOCK(T6)), of_client);
	act(2, ACTION_RESUME, "roc");
	assert_int_equal(due_of(2, CLOCK(T6)), days_on(30));
}

static void work_does_not_shorten_a_date_that_was_given(void **state)
{
	(void)state;
	taken(1);
	world_act(&world, 1, ACTION_SIGN_OF_LIFE, "wsp");
	world.change.has_next_date = true;
	world.change.next_date = calendar_date(world.now) + 60;
	world_send(&world);
	act(1, ACTION_PROGRESS, "wsp");
	assert_int_equal(due_of(0, CLOCK(T6)), calendar_start(calendar_date(world.now) + 60));
}

static void a_hold_is_looked_at_on_its_day(void **state)
{
	int32_t today = calendar_date(world.now);

	(void)state;
	taken(1);
	world_act(&world, 1, ACTION_HOLD, "wsp");
	world.change.next_date = today + 20;
	world_send(&world);
	EXPECT_ROWS("11:ON_HOLD");
	EXPECT_TOLD("STATUS>uwv#2");
	assert_int_equal(due_of(1, CLOCK(T10)), calendar_start(today + 20));
	assert_int_equal(world.state.client.duty, DUTY_REVIEW_HOLD);
	assert_int_equal(due_of(0, CLOCK(T6)), days_on(30));
	assert_false(runs(1, CLOCK(T5)));
	act(1, ACTION_RESUME, "wsp");
	world_act(&world, 1, ACTION_HOLD, "wsp");
	world.change.next_date = today + 90;
	world_send(&world);
	assert_int_equal(due_of(0, CLOCK(T6)), calendar_start(today + 90));
	assert_int_equal(world_pass(&world, calendar_start(today + 90) - 1), 0); /* nor before */
}

static void hold_for(int32_t days)
{
	world_act(&world, 1, ACTION_HOLD, "wsp");
	world.change.next_date = calendar_date(world.now) + days;
	world_send(&world);
}

/* However a hold ends, what waited for its day does not wait on. */
static void a_hold_that_ends_early_leaves_nobody_asleep(void **state)
{
	static const struct {
		enum action action;
		const char *desk;
	} ways[] = {
		{ACTION_RESUME, "wsp"},
		{ACTION_COMPLETE, "wsp"},
		{ACTION_RETURN, "wsp"},
		{ACTION_CANCEL, "uwv"},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(ways); i++) {
		world_done(&world);
		world_init(&world);
		taken(1);
		hold_for(90);
		world_pass(&world, days_on(1));
		act(1, ways[i].action, ways[i].desk);
		assert_int_equal(due_of(0, CLOCK(T6)), days_on(30));
		assert_int_equal(world_clock(&world, 0, CLOCK(T6))->armed, world.now);
		EXPECT_OWNER("wsp");
	}
}

static void a_hold_that_ends_leaves_a_date_that_was_given(void **state)
{
	int32_t today = calendar_date(world.now);

	(void)state;
	taken(1);
	hold_for(60);
	world_act(&world, 1, ACTION_SIGN_OF_LIFE, "wsp");
	world.change.has_next_date = true;
	world.change.next_date = today + 80;
	world_send(&world);
	act(1, ACTION_RESUME, "wsp");
	assert_int_equal(due_of(0, CLOCK(T6)), calendar_start(today + 80));
}

/* Its day has come, and both clocks have been told of. */
static void who_takes_up_what_was_on_hold_gives_a_sign_of_life(void **state)
{
	(void)state;
	taken(1);
	hold_for(60);
	world_pass(&world, days_on(61));
	assert_int_equal(world_clock(&world, 0, CLOCK(T6))->level, 1);
	act(1, ACTION_RESUME, "wsp");
	assert_int_equal(world_clock(&world, 0, CLOCK(T6))->level, 0);
	assert_int_equal(due_of(0, CLOCK(T6)), days_on(30));
}

/* A service on hold says nothing of who has the client. */
static void the_hold_of_a_service_leaves_the_clients_own_sign_of_life(void **state)
{
	int32_t day = calendar_date(world.now) + 60;

	(void)state;
	taken(1);
	world_act(&world, 1, ACTION_SIGN_OF_LIFE, "wsp");
	world.change.has_next_date = true;
	world.change.next_date = day;
	world_send(&world);
	world_refer(&world, 2, "wsp", "roc", REFERRAL_KIND_SERVICE);
	world_send(&world);
	act(2, ACTION_ACCEPT, "roc");
	world_act(&world, 2, ACTION_HOLD, "roc");
	world.change.next_date = day;
	world_send(&world);
	act(2, ACTION_RESUME, "roc");
	assert_int_equal(due_of(0, CLOCK(T6)), calendar_start(day));
}

static void a_hold_ends_where_it_began(void **state)
{
	(void)state;
	taken(1);
	act(1, ACTION_HOLD, "wsp");
	act(1, ACTION_RESUME, "wsp");
	EXPECT_ROWS("11:ACCEPTED");
	EXPECT_TOLD("STATUS>uwv#3");
	assert_false(runs(1, CLOCK(T10)));
	assert_int_equal(due_of(1, CLOCK(T5)), working_days_on(10));
	world_act(&world, 1, ACTION_PROGRESS, "wsp");
	world.change.progress = PROGRESS_NO_SHOW;
	world_send(&world);
	act(1, ACTION_HOLD, "wsp");
	assert_false(runs(1, CLOCK(T7)));
	act(1, ACTION_RESUME, "wsp");
	EXPECT_ROWS("11:IN_PROGRESS");
	assert_true(runs(1, CLOCK(T7)));
	assert_false(runs(1, CLOCK(T5)));
}

static void an_outcome_is_kept_and_acknowledged(void **state)
{
	(void)state;
	taken(1);
	act(1, ACTION_COMPLETE, "wsp");
	EXPECT_ROWS("18:COMPLETED");
	EXPECT_TOLD("STATUS>uwv#2");
	EXPECT_OWNER("wsp");
	assert_true(bytes_equal_string(world_find(&world, 1)->outcome, "ADVICE_GIVEN"));
	assert_true(bytes_equal_string(world_find(&world, 1)->next_step, "NONE"));
	assert_int_equal(due_of(1, CLOCK(T9)), working_days_on(10));
	assert_int_equal(world_clock(&world, 1, CLOCK(T9))->role, ROLE_SENDER);
	act(1, ACTION_ACKNOWLEDGE, "uwv");
	EXPECT_ROWS("19:CLOSED");
	EXPECT_TOLD("STATUS>wsp#3");
	assert_false(runs(1, CLOCK(T9)));
	assert_true(bytes_equal_string(world_find(&world, 1)->outcome, "ADVICE_GIVEN"));
	EXPECT_OWNER("wsp");
}

static void who_refers_to_itself_has_nothing_to_acknowledge(void **state)
{
	(void)state;
	refer(1, "uwv", "uwv");
	EXPECT_ROWS("1:ACCEPTED");
	act(1, ACTION_COMPLETE, "uwv");
	assert_false(runs(1, CLOCK(T9)));
	EXPECT_TOLD("");
}

static void the_hub_says_what_became_of_what_it_ends(void **state)
{
	(void)state;
	taken(1);
	refer(2, "gemeente", "leerwerk");
	act(2, ACTION_ACCEPT, "wsp");
	assert_true(bytes_equal_string(world_find(&world, 2)->outcome, "REFERRED_ON"));
	assert_false(runs(2, CLOCK(T9))); /* a request is answered, and that is all */
	refer(3, "roc", "leerwerk"); /* asks wsp for what leerwerk gets by itself */
	world_act(&world, 1, ACTION_ACCEPT, "leerwerk");
	world.change.referral = world.state.referrals[2].referral;
	world_send(&world);
	EXPECT_OWNER("leerwerk");
	assert_true(bytes_equal_string(world_find(&world, 1)->outcome, "REFERRED_ON"));
	assert_true(runs(1, CLOCK(T9)));
	assert_true(bytes_equal_string(world_find(&world, 3)->outcome, "TAKEN_OVER"));
	assert_int_equal(world_find(&world, 3)->next_step.size, 0);
}

static void an_outcome_is_disputed_once(void **state)
{
	(void)state;
	taken(1);
	act(1, ACTION_PROGRESS, "wsp");
	act(1, ACTION_COMPLETE, "wsp");
	act(1, ACTION_DISPUTE, "uwv");
	EXPECT_ROWS("20:IN_PROGRESS");
	EXPECT_TOLD("STATUS>wsp#3 STATUS>coordinator#1");
	assert_int_equal(world.decision.handovers[1].role, ROLE_COORDINATOR);
	assert_true(world_find(&world, 1)->disputed);
	assert_null(world_find(&world, 1)->outcome.data);
	assert_false(runs(1, CLOCK(T9)));
	EXPECT_OWNER("wsp");
	act(1, ACTION_COMPLETE, "wsp");
	act(1, ACTION_DISPUTE, "uwv");
	EXPECT_CODE(REJECTION_CODE_ILLEGAL);
	coordinate(1, ACTION_ACKNOWLEDGE, NULL);
	EXPECT_ROWS("19:CLOSED");
	EXPECT_TOLD("STATUS>wsp#4 STATUS>uwv#6");
}

static void what_another_desk_has_by_now_is_not_disputed(void **state)
{
	(void)state;
	taken(1);
	act(1, ACTION_COMPLETE, "wsp");
	refer(2, "wsp", "roc");
	act(2, ACTION_ACCEPT, "roc");
	act(1, ACTION_DISPUTE, "uwv");
	EXPECT_CODE(REJECTION_CODE_ILLEGAL);
	act(2, ACTION_COMPLETE, "roc");
	act(2, ACTION_CLOSE, "roc");
	act(2, ACTION_DISPUTE, "wsp"); /* nor of a closed client */
	EXPECT_CODE(REJECTION_CODE_ILLEGAL);
}

static void a_row_that_vanished_is_asked_about_at_its_sender(void **state)
{
	struct message again;

	(void)state;
	taken(1);
	world_hub(&world, 1, ACTION_VANISHED);
	world_send(&world);
	EXPECT_ROWS("30:ACCEPTED");
	EXPECT_TOLD("DUTY>uwv#2");
	assert_int_equal(due_of(1, CLOCK(T4)), working_days_on(3));
	assert_int_equal(world_clock(&world, 1, CLOCK(T4))->role, ROLE_SENDER);
	assert_true(runs(1, CLOCK(T5)));
	world_hub(&world, 1, ACTION_VANISHED); /* the next snapshot lacks it too */
	world_send(&world);
	assert_int_equal(world.decision.event.result, RESULT_APPLIED);
	EXPECT_ROWS("");
	act(1, ACTION_PROGRESS, "wsp"); /* what its desk does answers for nobody else */
	assert_true(runs(1, CLOCK(T4)));
	refer(1, "uwv", "wsp"); /* the row is there again */
	again = world.message;
	again.derived_reference = true;
	EXPECT_ROWS("1c:IN_PROGRESS");
	assert_false(runs(1, CLOCK(T4)));
	world_hub(&world, 1, ACTION_VANISHED);
	world_send(&world);
	world.message = again; /* without a change */
	world.message.body_referral = &world.body;
	world.message.occurred_at = world.now;
	world_send(&world);
	assert_int_equal(world.decision.event.result, RESULT_APPLIED);
	EXPECT_ROWS("");
	EXPECT_TOLD("");
	assert_false(runs(1, CLOCK(T4)));
	world_send(&world);
	assert_int_equal(world.decision.event.result, RESULT_DUPLICATE);
	world_hub(&world, 1, ACTION_VANISHED);
	world_send(&world);
	act(1, ACTION_CANCEL, "uwv");
	assert_false(runs(1, CLOCK(T4)));
	act(1, ACTION_COMPLETE, "wsp");
	world_hub(&world, 1, ACTION_VANISHED); /* it is over: that it is gone is right */
	world_send(&world);
	EXPECT_CODE(REJECTION_CODE_ILLEGAL);
}

static void a_registration_that_is_sent_again_has_not_vanished(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		world_refer(&world, 1, "school", "leerwerk", REFERRAL_KIND_TRANSFER);
		world.body.from_desk = (struct bytes){0};
		world_send(&world);
		world_hub(&world, 1, ACTION_VANISHED);
		if (i == 0)
			world_send(&world);
		assert_int_equal(runs(1, CLOCK(T4)), i == 0);
	}
}

/* The request that was put to wsp waits at leerwerk now; what comes late is of wsp's machine. */
static void a_report_of_the_desk_before_says_nothing_of_this_one(void **state)
{
	static const enum action reports[] = {ACTION_DELIVERED, ACTION_UNDELIVERABLE};

	(void)state;
	taken(1);
	refer(2, "gemeente", "roc");
	refer(3, "wsp", "leerwerk");
	act(3, ACTION_ACCEPT, "leerwerk");
	for (size_t i = 0; i < UNIT_COUNT(reports); i++) {
		world_hub(&world, 2, reports[i]);
		world.change.actor.desk = bytes_of_string("wsp");
		world_send(&world);
		assert_int_equal(world.decision.event.result, RESULT_APPLIED);
		EXPECT_ROWS("");
		assert_true(runs(2, CLOCK(T0)));
	}
	world_hub(&world, 2, ACTION_DELIVERED);
	world.change.actor.desk = bytes_of_string("leerwerk");
	world_send(&world);
	EXPECT_ROWS("2:OFFERED");
}

static void a_report_of_no_delivery_is_told_once(void **state)
{
	int64_t due;

	(void)state;
	refer(1, "uwv", "wsp");
	world_hub(&world, 1, ACTION_UNDELIVERABLE);
	world_send(&world);
	due = due_of(1, CLOCK(T4));
	world_pass(&world, world.now + CLOCK_HOUR_MS);
	world_hub(&world, 1, ACTION_UNDELIVERABLE); /* the edge was killed in between */
	world_send(&world);
	EXPECT_ROWS("");
	EXPECT_TOLD("");
	assert_int_equal(due_of(1, CLOCK(T4)), due);
}

/* What is passed on with the news: who reads it need not ask. */
static void what_is_told_says_what_was_done(void **state)
{
	const struct handover *told = world.decision.handovers;

	(void)state;
	refer(1, "uwv", "wsp");
	delivered(1);
	refer(1, "uwv", "wsp");
	assert_int_equal(told->kind, HANDOVER_KIND_OFFER);
	assert_int_equal(told->actions_count, 4); /* SEEN, ACCEPT, DECLINE, ASK */
	assert_int_equal(told->actions[1], ACTION_ACCEPT);
	assert_int_equal(told->deadline, due_of(1, CLOCK(T1)));
	act(1, ACTION_DECLINE, "wsp");
	assert_int_equal(told->kind, HANDOVER_KIND_DUTY);
	assert_true(told->has_duty);
	assert_int_equal(told->duty, DUTY_REFER_OR_CLOSE);
	assert_true(told->has_message);
	assert_memory_equal(told->message.data, world.message.id.data, 16);
	assert_true(told->has_client && told->has_referral);
	assert_true(told->has_action);
	assert_int_equal(told->action, ACTION_DECLINE);
	assert_true(bytes_equal_string(told->reason, "OTHER"));
	assert_true(bytes_equal_string(told->suggested_desk, "unknown"));
	assert_true(told->has_state);
	assert_int_equal(told->state, REFERRAL_STATE_DECLINED);
	taken(2);
	act(2, ACTION_COMPLETE, "wsp");
	assert_true(bytes_equal_string(told->outcome, "ADVICE_GIVEN"));
	assert_true(bytes_equal_string(told->next_step, "NONE"));
	assert_true(bytes_equal_string(told->row, "18"));
	assert_true(bytes_equal_string(told->owner, "wsp"));
	assert_int_equal(told->version, world_find(&world, 2)->version);
	act(2, ACTION_CLOSE, "wsp");
	assert_true(bytes_equal_string(world.state.client.closing_reason, "PLACED_WORK"));
	assert_int_equal(told->version, world_find(&world, 2)->version); /* 25 does not count */
	assert_int_equal(told->version, 3);
}

static void what_starts_today_does_not_rest(void **state)
{
	(void)state;
	world_refer(&world, 1, "uwv", "wsp", REFERRAL_KIND_TRANSFER);
	world.body.has_not_before = true;
	world.body.not_before = calendar_date(world.now);
	world_send(&world);
	EXPECT_TOLD("OFFER>wsp#1");
	assert_true(runs(1, CLOCK(T0)));
}

/* The owner has acted on its duty, and its transfer rests as long as what was asked. */
static void who_grants_a_request_has_referred(void **state)
{
	struct uuid made;

	(void)state;
	refer(1, "uwv", "wsp");
	act(1, ACTION_DECLINE, "wsp");
	world_refer(&world, 2, "gemeente", "leerwerk", REFERRAL_KIND_TRANSFER);
	world.body.has_not_before = true;
	world.body.not_before = calendar_date(world.now) + 5;
	world_send(&world);
	assert_true(runs(1, CLOCK(T4)));
	act(2, ACTION_ACCEPT, "uwv");
	EXPECT_ROWS("2:OFFERED 5:COMPLETED 1:SUBMITTED");
	EXPECT_TOLD("STATUS>gemeente#2"); /* no offer before its day */
	assert_false(runs(1, CLOCK(T4)));
	made = world.decision.event.transitions[2].after.referral;
	assert_int_equal(
		handover_referral(&world.state.client, made)->not_before, world.body.not_before);
}

static void of_two_that_come_due_together_the_lower_number_is_next(void **state)
{
	(void)state;
	taken(1);
	world_act(&world, 1, ACTION_HOLD, "wsp");
	world.change.next_date = calendar_date(world.now) + 90;
	world_send(&world);
	assert_int_equal(due_of(0, CLOCK(T6)), due_of(1, CLOCK(T10)));
	assert_int_equal(world.state.client.duty, DUTY_GIVE_SIGN_OF_LIFE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(a_question_stops_the_targets_clocks_and_starts_the_senders),
		STORY(after_an_answer_the_decision_has_what_was_left),
		STORY(after_an_answer_the_decision_has_two_working_days_at_least),
		STORY(whoever_is_asked_for_a_client_may_ask_back),
		STORY(first_contact_is_progress),
		STORY(who_did_not_show_up_is_followed_up),
		STORY(progress_of_a_service_is_its_own_sign_of_life),
		STORY(work_does_not_shorten_a_date_that_was_given),
		STORY(a_hold_is_looked_at_on_its_day),
		STORY(a_hold_that_ends_early_leaves_nobody_asleep),
		STORY(a_hold_that_ends_leaves_a_date_that_was_given),
		STORY(who_takes_up_what_was_on_hold_gives_a_sign_of_life),
		STORY(the_hold_of_a_service_leaves_the_clients_own_sign_of_life),
		STORY(a_hold_ends_where_it_began),
		STORY(an_outcome_is_kept_and_acknowledged),
		STORY(who_refers_to_itself_has_nothing_to_acknowledge),
		STORY(the_hub_says_what_became_of_what_it_ends),
		STORY(an_outcome_is_disputed_once),
		STORY(what_another_desk_has_by_now_is_not_disputed),
		STORY(a_row_that_vanished_is_asked_about_at_its_sender),
		STORY(a_registration_that_is_sent_again_has_not_vanished),
		STORY(a_report_of_the_desk_before_says_nothing_of_this_one),
		STORY(a_report_of_no_delivery_is_told_once),
		STORY(what_is_told_says_what_was_done),
		STORY(what_starts_today_does_not_rest),
		STORY(who_grants_a_request_has_referred),
		STORY(of_two_that_come_due_together_the_lower_number_is_next),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
