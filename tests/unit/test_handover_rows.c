/* test_handover_rows - each row of a referral's life against all states, other parties, missing
 * fields and late words. */
#include <stdio.h>
#include <string.h>

#include "tests/unit/story.h"

/* How the one referral, uwv to wsp, came to each state. */
static void to_submitted(void)
{
	refer(1, "uwv", "wsp");
}

static void to_offered(void)
{
	to_submitted();
	delivered(1);
}

static void to_info_needed(void)
{
	to_offered();
	act(1, ACTION_ASK, "wsp");
}

static void to_accepted(void)
{
	taken(1);
}

static void to_in_progress(void)
{
	to_accepted();
	act(1, ACTION_PROGRESS, "wsp");
}

static void to_on_hold(void)
{
	to_accepted();
	act(1, ACTION_HOLD, "wsp");
}

static void to_cancel_requested(void)
{
	to_accepted();
	act(1, ACTION_CANCEL, "uwv");
}

static void to_declined(void)
{
	to_offered();
	act(1, ACTION_DECLINE, "wsp");
}

static void to_returned(void)
{
	to_accepted();
	act(1, ACTION_RETURN, "wsp");
}

static void to_cancelled(void)
{
	to_submitted();
	act(1, ACTION_CANCEL, "uwv");
}

static void to_completed(void)
{
	to_accepted();
	act(1, ACTION_COMPLETE, "wsp");
}

static void to_closed(void)
{
	to_completed();
	act(1, ACTION_ACKNOWLEDGE, "uwv");
}

static void to_recalled(void)
{
	world_refer(&world, 1, "uwv", "wsp", REFERRAL_KIND_TRANSFER);
	world.body.group = bytes_of_string("g");
	world_send(&world);
	world_refer(&world, 2, "uwv", "roc", REFERRAL_KIND_TRANSFER);
	world.body.group = bytes_of_string("g");
	world_send(&world);
	act(2, ACTION_ACCEPT, "roc");
}

static void to_entered_in_error(void)
{
	to_submitted();
	act(1, ACTION_ENTERED_IN_ERROR, "uwv");
}

static void (*const ways[REFERRAL_STATE_COUNT])(void) = {
	[REFERRAL_STATE_SUBMITTED] = to_submitted,
	[REFERRAL_STATE_OFFERED] = to_offered,
	[REFERRAL_STATE_INFO_NEEDED] = to_info_needed,
	[REFERRAL_STATE_ACCEPTED] = to_accepted,
	[REFERRAL_STATE_IN_PROGRESS] = to_in_progress,
	[REFERRAL_STATE_ON_HOLD] = to_on_hold,
	[REFERRAL_STATE_CANCEL_REQUESTED] = to_cancel_requested,
	[REFERRAL_STATE_DECLINED] = to_declined,
	[REFERRAL_STATE_RETURNED] = to_returned,
	[REFERRAL_STATE_CANCELLED] = to_cancelled,
	[REFERRAL_STATE_COMPLETED] = to_completed,
	[REFERRAL_STATE_CLOSED] = to_closed,
	[REFERRAL_STATE_RECALLED] = to_recalled,
	[REFERRAL_STATE_ENTERED_IN_ERROR] = to_entered_in_error,
};

static void go_to(enum referral_state state)
{
	world_done(&world);
	world_init(&world);
	ways[state]();
	assert_int_equal(state_of(1), state);
}

#define S(state) (1u << REFERRAL_STATE_##state)
#define RUNNING (S(ACCEPTED) | S(IN_PROGRESS) | S(ON_HOLD))
#define UNDECIDED (S(SUBMITTED) | S(OFFERED) | S(INFO_NEEDED))
#define ANY ((1u << REFERRAL_STATE_COUNT) - 1)

/* The design's table: who acts, and from where; SUBMITTED where row 2 goes before. */
static const struct {
	enum action action;
	const char *desk, *stranger;
	unsigned from;
} rows[] = {
	{ACTION_SEEN, "wsp", "uwv", S(SUBMITTED) | S(OFFERED)},
	{ACTION_ACCEPT, "wsp", "uwv", UNDECIDED},
	{ACTION_DECLINE, "wsp", "uwv", UNDECIDED},
	{ACTION_ASK, "wsp", "uwv", S(SUBMITTED) | S(OFFERED)},
	{ACTION_ANSWER, "uwv", "wsp", S(INFO_NEEDED)},
	{ACTION_PROGRESS, "wsp", "uwv", S(ACCEPTED) | S(IN_PROGRESS)},
	{ACTION_HOLD, "wsp", "uwv", S(ACCEPTED) | S(IN_PROGRESS)},
	{ACTION_RESUME, "wsp", "uwv", S(ON_HOLD)},
	{ACTION_CANCEL, "uwv", "wsp", UNDECIDED | RUNNING},
	{ACTION_CONFIRM_CANCEL, "wsp", "uwv", S(CANCEL_REQUESTED)},
	{ACTION_RETURN, "wsp", "uwv", RUNNING},
	{ACTION_TAKE_BACK, "uwv", "wsp", S(RETURNED)},
	{ACTION_COMPLETE, "wsp", "uwv", RUNNING | S(CANCEL_REQUESTED)},
	{ACTION_ACKNOWLEDGE, "uwv", "wsp", S(COMPLETED)},
	{ACTION_DISPUTE, "uwv", "wsp", S(COMPLETED)},
	{ACTION_ENTERED_IN_ERROR, "uwv", "wsp", ANY & ~S(ENTERED_IN_ERROR)},
	{ACTION_REVIEW, "wsp", "uwv", S(ACCEPTED) | S(IN_PROGRESS)},
	{ACTION_ASSIGN, "coordinator", "wsp", ANY},
};

static void prepare(enum action action, const char *desk)
{
	world_act(&world, 1, action, desk);
	if (action != ACTION_ASSIGN)
		return;
	world.change.actor.has_role = true;
	world.change.actor.role = ROLE_COORDINATOR;
	world.change.to_desk = bytes_of_string("leerwerk");
}

static void each_row_begins_in_its_states_and_no_other(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		for (int from = 0; from < REFERRAL_STATE_COUNT; from++) {
			bool legal = (rows[i].from & (1u << from)) != 0;
			bool counts = legal && rows[i].action != ACTION_SEEN;
			int32_t version;

			go_to((enum referral_state)from);
			version = world_find(&world, 1)->version;
			prepare(rows[i].action, rows[i].desk);
			world_send(&world);
			if ((world.decision.event.result == RESULT_APPLIED) != legal)
				fail_msg("%s from %s", action_name(rows[i].action),
					referral_state_name((enum referral_state)from));
			if (rows[i].action != ACTION_ASSIGN) /* changes another one */
				assert_int_equal(world_find(&world, 1)->version, version + counts);
			if (legal)
				continue;
			EXPECT_CODE(REJECTION_CODE_ILLEGAL);
			assert_int_equal(state_of(1), from);
		}
	}
}

/* What its machine says late, or again, does not begin it anew. */
static void what_is_delivered_twice_stays_as_it_is(void **state)
{
	static const enum action said[] = {ACTION_DELIVERED, ACTION_UNDELIVERABLE};

	(void)state;
	for (int from = REFERRAL_STATE_OFFERED; from < REFERRAL_STATE_COUNT; from++)
		for (size_t i = 0; i < UNIT_COUNT(said); i++) {
			go_to((enum referral_state)from);
			world_hub(&world, 1, said[i]);
			world_send(&world);
			assert_int_equal(state_of(1), from);
			EXPECT_ROWS("");
		}
}

static enum referral_state first_state(unsigned from)
{
	for (int state = REFERRAL_STATE_OFFERED; state < REFERRAL_STATE_COUNT; state++)
		if ((from & (1u << state)) != 0)
			return (enum referral_state)state;
	fail_msg("no state");
	return REFERRAL_STATE_SUBMITTED;
}

static void each_row_is_for_its_party(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		enum referral_state from = first_state(rows[i].from);

		go_to(from);
		prepare(rows[i].action, rows[i].stranger);
		world_send(&world);
		EXPECT_CODE(REJECTION_CODE_ILLEGAL);
		assert_true(bytes_equal_string(
			world.decision.event.field, "body.StatusChange.actor.desk"));
		assert_int_equal(state_of(1), from);
	}
}

static void who_saw_an_older_version_decides_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		enum referral_state from = first_state(rows[i].from);

		go_to(from);
		prepare(rows[i].action, rows[i].desk);
		world.change.has_seen_version = true;
		world.change.seen_version = world_find(&world, 1)->version - 1;
		world_send(&world);
		EXPECT_CODE(REJECTION_CODE_STALE);
		assert_int_equal(state_of(1), from);
		prepare(rows[i].action, rows[i].desk);
		world.change.has_seen_version = true;
		world.change.seen_version = world_find(&world, 1)->version;
		world_send(&world);
		assert_int_equal(world.decision.event.result, RESULT_APPLIED);
	}
}

/* Without a version seen, what happened before the part's last word comes too late. */
static void an_older_word_of_the_same_part_is_stale(void **state)
{
	(void)state;
	to_accepted();
	act(1, ACTION_PROGRESS, "wsp");
	world_act(&world, 1, ACTION_HOLD, "wsp");
	world.message.occurred_at--;
	world_send(&world);
	EXPECT_CODE(REJECTION_CODE_STALE);
	world_act(&world, 1, ACTION_CANCEL, "uwv"); /* the other part's clock is its own */
	world.message.occurred_at = world_find(&world, 1)->sender_at;
	world_send(&world);
	EXPECT_ROWS("13:CANCEL_REQUESTED");
}

/* What is no decision about it leaves a referral at its version: who saw it still may act. */
static void what_decides_nothing_leaves_the_version(void **state)
{
	static const enum action by_hub[] = {
		ACTION_UNDELIVERABLE, ACTION_VANISHED, ACTION_RECOGNITION, ACTION_DELIVERED};
	static const enum action by_owner[] = {ACTION_SIGN_OF_LIFE, ACTION_WITHDRAW_CONSENT};

	(void)state;
	to_submitted();
	for (size_t i = 0; i < UNIT_COUNT(by_hub); i++) {
		world_hub(&world, 1, by_hub[i]);
		world_send(&world);
	}
	act(1, ACTION_SEEN, "wsp");
	assert_int_equal(world_find(&world, 1)->delivery, DELIVERY_SEEN);
	for (size_t i = 0; i < UNIT_COUNT(by_owner); i++)
		act(1, by_owner[i], "uwv");
	world_pass(&world, due_of(1, CLOCK_NAME_T2));
	EXPECT_ROWS("22:OFFERED");
	assert_int_equal(world_find(&world, 1)->version, 1);
}

static void go(enum action action, const char *desk)
{
	world_act(&world, 1, action, desk != NULL ? desk : "the hub");
	if (desk == NULL)
		world.change.actor = (struct actor){0};
	world.change.actor.has_role = desk != NULL && strcmp(desk, "coordinator") == 0;
	world.change.actor.role = ROLE_COORDINATOR;
	world_send(&world);
}

/* gemeente asks roc for a service while wsp has the client: sender, target and giver are three. */
static void each_row_tells_target_giver_and_sender(void **state)
{
	static const struct {
		struct {
			enum action action;
			const char *desk; /* NULL: the hub */
		} steps[4]; /* the last one tells */
		const char *told;
	} stories[] = {
		{{{ACTION_UNDELIVERABLE, NULL}}, "STATUS>ops DUTY>wsp STATUS>gemeente"},
		{{{ACTION_DELIVERED, NULL}}, ""},
		{{{ACTION_VANISHED, NULL}}, "DUTY>gemeente"},
		{{{ACTION_RECOGNITION, NULL}}, "STATUS>wsp"},
		{{{ACTION_SEEN, "roc"}}, ""},
		{{{ACTION_CANCEL, "gemeente"}}, "RECALL>roc DUTY>wsp"},
		{{{ACTION_DECLINE, "roc"}}, "DUTY>wsp STATUS>gemeente"},
		{{{ACTION_ASK, "roc"}}, "QUESTION>gemeente"},
		{{{ACTION_ASK, "roc"}, {ACTION_ANSWER, "gemeente"}}, "ANSWER>roc"},
		{{{ACTION_SEEN, "roc"}, {ACTION_CANCEL, "gemeente"}}, "STATUS>roc STATUS>wsp"},
		{{{ACTION_SEEN, "roc"}, {ACTION_CANCEL, "gemeente"},
			 {ACTION_CONFIRM_CANCEL, "roc"}},
			"DUTY>wsp STATUS>gemeente"},
		{{{ACTION_ENTERED_IN_ERROR, "gemeente"}}, "RECALL>roc STATUS>wsp"},
		{{{ACTION_ACCEPT, "roc"}}, "DETAILS>roc STATUS>wsp STATUS>gemeente"},
		{{{ACTION_ACCEPT, "roc"}, {ACTION_PROGRESS, "roc"}}, "STATUS>wsp STATUS>gemeente"},
		{{{ACTION_ACCEPT, "roc"}, {ACTION_HOLD, "roc"}}, "STATUS>wsp STATUS>gemeente"},
		{{{ACTION_ACCEPT, "roc"}, {ACTION_HOLD, "roc"}, {ACTION_RESUME, "roc"}},
			"STATUS>wsp STATUS>gemeente"},
		{{{ACTION_ACCEPT, "roc"}, {ACTION_REVIEW, "roc"}}, "STATUS>wsp STATUS>gemeente"},
		{{{ACTION_ACCEPT, "roc"}, {ACTION_CANCEL, "gemeente"}, {ACTION_COMPLETE, "roc"}},
			"STATUS>wsp STATUS>gemeente"},
		{{{ACTION_ACCEPT, "roc"}, {ACTION_RETURN, "roc"}}, "DUTY>wsp STATUS>gemeente"},
		{{{ACTION_ACCEPT, "roc"}, {ACTION_RETURN, "roc"}, {ACTION_TAKE_BACK, "wsp"}},
			"STATUS>roc STATUS>gemeente"},
		{{{ACTION_ACCEPT, "roc"}, {ACTION_COMPLETE, "roc"}}, "STATUS>wsp STATUS>gemeente"},
		{{{ACTION_ACCEPT, "roc"}, {ACTION_COMPLETE, "roc"},
			 {ACTION_ACKNOWLEDGE, "gemeente"}},
			"STATUS>roc"},
		{{{ACTION_ACCEPT, "roc"}, {ACTION_COMPLETE, "roc"},
			 {ACTION_ACKNOWLEDGE, "coordinator"}},
			"STATUS>roc STATUS>gemeente"},
		{{{ACTION_ACCEPT, "roc"}, {ACTION_COMPLETE, "roc"}, {ACTION_DISPUTE, "gemeente"}},
			"STATUS>roc STATUS>wsp STATUS>coordinator"},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(stories); i++) {
		world_done(&world);
		world_init(&world);
		taken(2);
		world_refer(&world, 1, "gemeente", "roc", REFERRAL_KIND_SERVICE);
		world_send(&world);
		assert_string_equal(world_told_whom(&world), "OFFER>roc STATUS>wsp");
		for (size_t step = 0; step < 4 && stories[i].steps[step].action != 0; step++)
			go(stories[i].steps[step].action, stories[i].steps[step].desk);
		assert_int_equal(world.decision.event.result, RESULT_APPLIED);
		assert_string_equal(world_told_whom(&world), stories[i].told);
	}
}

static void no_reason(struct status_change *change)
{
	change->reason = (struct bytes){0};
}

static void no_text(struct status_change *change)
{
	change->has_text = false;
}

static void no_progress(struct status_change *change)
{
	change->has_progress = false;
}

static void no_hold_reason(struct status_change *change)
{
	change->hold_reason = (struct bytes){0};
}

static void no_date(struct status_change *change)
{
	change->has_next_date = false;
}

static void today(struct status_change *change)
{
	change->next_date = calendar_date(world.now);
}

static void too_long(struct status_change *change)
{
	change->next_date = calendar_date(world.now) + 91;
}

static void no_outcome(struct status_change *change)
{
	change->outcome = (struct bytes){0};
}

static void no_next_step(struct status_change *change)
{
	change->next_step = (struct bytes){0};
}

static void no_worker(struct status_change *change)
{
	change->actor.worker = (struct bytes){0};
}

static void no_second(struct status_change *change)
{
	change->second_worker = (struct bytes){0};
}

static void same_second(struct status_change *change)
{
	change->second_worker = change->actor.worker;
}

static void no_review(struct status_change *change)
{
	change->review = (struct bytes){0};
}

static void other_review(struct status_change *change)
{
	change->review = bytes_of_string("SOMETHING");
}

static void no_closing_reason(struct status_change *change)
{
	change->closing_reason = (struct bytes){0};
}

static void merged(struct status_change *change)
{
	change->closing_reason = bytes_of_string("MERGED_INTO");
}

static void unreachable(struct status_change *change)
{
	change->closing_reason = bytes_of_string("UNREACHABLE");
	change->second_worker = (struct bytes){0};
}

static void yesterday(struct status_change *change)
{
	change->has_next_date = true;
	change->next_date = calendar_date(world.now) - 1;
}

static void no_desk(struct status_change *change)
{
	change->to_desk = (struct bytes){0};
}

static void unknown_desk(struct status_change *change)
{
	change->to_desk = bytes_of_string("nowhere");
}

#define IN(name) "body.StatusChange." name

static void what_a_row_needs_must_be_there(void **state)
{
	static const struct {
		enum action action;
		const char *desk;
		void (*spoil)(struct status_change *change);
		const char *field;
	} missing[] = {
		{ACTION_ASK, "wsp", no_text, "person.text"},
		{ACTION_ANSWER, "uwv", no_text, "person.text"},
		{ACTION_PROGRESS, "wsp", no_progress, IN("progress")},
		{ACTION_HOLD, "wsp", no_hold_reason, IN("hold_reason")},
		{ACTION_HOLD, "wsp", no_date, IN("next_date")},
		{ACTION_HOLD, "wsp", today, IN("next_date")},
		{ACTION_HOLD, "wsp", too_long, IN("next_date")},
		{ACTION_CANCEL, "uwv", no_reason, IN("reason")},
		{ACTION_COMPLETE, "wsp", no_outcome, IN("outcome")},
		{ACTION_COMPLETE, "wsp", no_next_step, IN("next_step")},
		{ACTION_RETURN, "wsp", no_reason, IN("reason")},
		{ACTION_RETURN, "wsp", no_text, "person.text"},
		{ACTION_DISPUTE, "uwv", no_text, "person.text"},
		{ACTION_ENTERED_IN_ERROR, "uwv", no_reason, IN("reason")},
		{ACTION_ENTERED_IN_ERROR, "uwv", no_worker, IN("actor.worker")},
		{ACTION_ENTERED_IN_ERROR, "uwv", no_second, IN("second_worker")},
		{ACTION_ENTERED_IN_ERROR, "uwv", same_second, IN("second_worker")},
		{ACTION_REVIEW, "wsp", no_review, IN("review")},
		{ACTION_REVIEW, "wsp", other_review, IN("review")},
		{ACTION_CLOSE, "wsp", no_closing_reason, IN("closing_reason")},
		{ACTION_CLOSE, "wsp", merged, IN("closing_reason")},
		{ACTION_CLOSE, "wsp", unreachable, IN("second_worker")},
		{ACTION_SIGN_OF_LIFE, "wsp", yesterday, IN("next_date")},
		{ACTION_ACCEPT, "wsp", no_worker, IN("actor.worker")},
		{ACTION_DECLINE, "wsp", no_reason, IN("reason")},
		{ACTION_DECLINE, "wsp", no_text, "person.text"},
		{ACTION_ASSIGN, "coordinator", no_reason, IN("reason")},
		{ACTION_ASSIGN, "coordinator", no_desk, IN("to_desk")},
		{ACTION_ASSIGN, "coordinator", unknown_desk, IN("to_desk")},
	};

	(void)state;
	to_accepted();
	for (size_t i = 0; i < UNIT_COUNT(missing); i++) {
		prepare(missing[i].action, missing[i].desk);
		missing[i].spoil(&world.change);
		world_send(&world);
		EXPECT_CODE(REJECTION_CODE_INVALID);
		if (!bytes_equal_string(world.decision.event.field, missing[i].field))
			fail_msg("%s: %.*s", action_name(missing[i].action),
				BYTES_ARG(world.decision.event.field));
		assert_int_equal(state_of(1), REFERRAL_STATE_ACCEPTED);
	}
}

static void a_second_person_is_needed_only_once_accepted(void **state)
{
	(void)state;
	to_cancel_requested();
	world_act(&world, 1, ACTION_COMPLETE, "wsp");
	no_outcome(&world.change); /* row 15 needs what row 18 needs */
	world_send(&world);
	EXPECT_CODE(REJECTION_CODE_INVALID);
	go_to(REFERRAL_STATE_OFFERED);
	world_act(&world, 1, ACTION_ENTERED_IN_ERROR, "uwv");
	no_second(&world.change); /* nobody had accepted */
	no_worker(&world.change);
	world_send(&world);
	EXPECT_ROWS("21:ENTERED_IN_ERROR");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(each_row_begins_in_its_states_and_no_other),
		STORY(what_is_delivered_twice_stays_as_it_is),
		STORY(each_row_is_for_its_party),
		STORY(who_saw_an_older_version_decides_nothing),
		STORY(an_older_word_of_the_same_part_is_stale),
		STORY(what_decides_nothing_leaves_the_version),
		STORY(each_row_tells_target_giver_and_sender),
		STORY(what_a_row_needs_must_be_there),
		STORY(a_second_person_is_needed_only_once_accepted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
