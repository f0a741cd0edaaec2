/* test_handover_coordinator - stories of the regional coordinator: who gets the client, what ends
 * by that, who is told. */
#include <stdio.h>
#include <string.h>

#include "tests/unit/story.h"

static const struct referral_after *made_by(const char *row)
{
	const struct event *event = &world.decision.event;

	for (size_t i = 0; i < event->transitions_count; i++)
		if (bytes_equal_string(event->transitions[i].row, row))
			return &event->transitions[i].after;
	fail_msg("no row %s", row);
	return NULL;
}

static void the_coordinator_gives_a_client_to_another_desk(void **state)
{
	const struct referral_after *made;

	(void)state;
	refer_urgently(1, "uwv", "wsp");
	act(1, ACTION_ACCEPT, "wsp");
	coordinate(1, ACTION_ASSIGN, "leerwerk");
	EXPECT_ROWS("18:COMPLETED 23:ACCEPTED");
	EXPECT_TOLD("STATUS>wsp#3 STATUS>uwv#2 DETAILS>leerwerk#1 STATUS>wsp#1");
	EXPECT_OWNER("leerwerk");
	made = made_by("23");
	assert_int_equal(made->kind, REFERRAL_KIND_TRANSFER);
	assert_true(made->accepted);
	assert_true(bytes_equal_string(made->giver, "wsp"));
	assert_true(bytes_equal_string(made->sender, "coordinator"));
	assert_true(bytes_equal_string(made->target, "leerwerk"));
	assert_int_equal(made->group.size, 0);
	assert_true(bytes_equal_string(made->question, "WERK"));
	assert_true(made->urgent);
	assert_int_equal(made->expires_at, days_on(100));
	assert_true(made->has_parent);
	assert_memory_equal(made->parent.data, world_referral(1).data, 16);
	assert_memory_equal(made->referral.data, world_referral(1).data, 1); /* its slot */
	assert_memory_equal(world.state.client.owner_via.data, made->referral.data, 16);
	assert_true(bytes_equal_string(world_find(&world, 1)->outcome, "TAKEN_OVER"));
	assert_true(bytes_equal_string(world.decision.event.owner->old, "wsp"));
	assert_null(world.decision.handovers[2].body);
}

/* Else it would take the client from whoever has it by then. */
static void an_old_decision_that_comes_again_decides_nothing(void **state)
{
	struct message first;
	struct status_change change;

	(void)state;
	taken(1);
	coordinate(1, ACTION_ASSIGN, "leerwerk");
	first = world.message;
	change = world.change;
	coordinate(1, ACTION_ASSIGN, "roc");
	for (int i = 0; i <= HANDOVER_RECENT_MAX; i++)
		act(1, ACTION_SIGN_OF_LIFE, "roc");
	world.message = first;
	world.change = change;
	world_send(&world);
	assert_int_equal(world.decision.event.result, RESULT_DUPLICATE);
	EXPECT_OWNER("roc");
	EXPECT_TOLD("");
	coordinate(1, ACTION_ASSIGN, "leerwerk");
	EXPECT_OWNER("leerwerk");
}

/* G6: nothing stays on offer, and nothing runs on at the old owner; what is only a service does. */
static void a_decision_ends_what_was_on_offer(void **state)
{
	(void)state;
	taken(1);
	offer(2, "wsp", "roc");
	offer(3, "wsp", "gemeente");
	world_refer(&world, 4, "wsp", "roc", REFERRAL_KIND_SERVICE);
	world_send(&world);
	coordinate(1, ACTION_ASSIGN, "leerwerk");
	EXPECT_ROWS("9:RECALLED 9:RECALLED 18:COMPLETED 23:ACCEPTED");
	EXPECT_TOLD("RECALL>roc#2 STATUS>wsp#1 RECALL>gemeente#2 STATUS>wsp#1 STATUS>wsp#3 "
		    "STATUS>uwv#2 DETAILS>leerwerk#1 STATUS>wsp#1");
	EXPECT_OWNER("leerwerk");
	assert_int_equal(state_of(4), REFERRAL_STATE_SUBMITTED);
	act(2, ACTION_ACCEPT, "roc");
	EXPECT_CODE(REJECTION_CODE_ILLEGAL);
	EXPECT_OWNER("leerwerk");
}

static void a_decision_ends_what_ran_in_any_state(void **state)
{
	static const enum action last[] = {
		ACTION_PROGRESS, ACTION_HOLD, ACTION_CANCEL, ACTION_RETURN};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(last); i++) {
		world_done(&world);
		world_init(&world);
		taken(1);
		act(1, last[i], last[i] == ACTION_CANCEL ? "uwv" : "wsp");
		coordinate(1, ACTION_ASSIGN, "leerwerk");
		EXPECT_ROWS("18:COMPLETED 23:ACCEPTED");
		EXPECT_OWNER("leerwerk");
	}
	act(1, ACTION_TAKE_BACK, "uwv");
	EXPECT_CODE(REJECTION_CODE_ILLEGAL);
}

static void requests_follow_the_coordinators_decision(void **state)
{
	(void)state;
	taken(1);
	refer(2, "gemeente", "leerwerk"); /* is what happens */
	refer(3, "roc", "uwv"); /* asks wsp for uwv */
	refer(4, "leerwerk", "roc"); /* leerwerk has it now */
	coordinate(1, ACTION_ASSIGN, "leerwerk");
	EXPECT_ROWS("18:COMPLETED 23:ACCEPTED 18:COMPLETED 1d:SUBMITTED 9:RECALLED");
	assert_true(bytes_equal_string(world_find(&world, 2)->outcome, "TAKEN_OVER"));
	assert_true(bytes_equal_string(
		handover_desk(&world.state.client, world_find(&world, 3)->target), "leerwerk"));
}

static void a_cancelled_request_is_not_put_to_the_new_owner(void **state)
{
	(void)state;
	taken(1);
	refer(2, "gemeente", "roc");
	world_hub(&world, 2, ACTION_DELIVERED);
	world_send(&world);
	act(2, ACTION_CANCEL, "gemeente");
	EXPECT_ROWS("13:CANCEL_REQUESTED");
	coordinate(1, ACTION_ASSIGN, "leerwerk");
	EXPECT_ROWS("18:COMPLETED 23:ACCEPTED 14:CANCELLED");
}

/* G4 again: the way back from the first referral is not the way back from the second. */
static void an_error_in_what_the_coordinator_undid_moves_nobody(void **state)
{
	(void)state;
	taken(1);
	coordinate(1, ACTION_ASSIGN, "uwv"); /* back to who gave it */
	EXPECT_OWNER("uwv");
	taken(2);
	EXPECT_OWNER("wsp");
	act(1, ACTION_ENTERED_IN_ERROR, "uwv");
	EXPECT_ROWS("21:ENTERED_IN_ERROR");
	assert_null(world.decision.event.owner);
	EXPECT_OWNER("wsp");
}

/* What the coordinator gave can come back like any other. */
static void an_assigned_client_is_returned_to_the_desk_that_had_it(void **state)
{
	struct uuid made;

	(void)state;
	taken(1);
	coordinate(1, ACTION_ASSIGN, "leerwerk");
	made = made_by("23")->referral;
	world_act(&world, 1, ACTION_RETURN, "leerwerk");
	world.change.referral = made;
	world_send(&world);
	EXPECT_ROWS("16:RETURNED");
	EXPECT_TOLD("DUTY>wsp#2 STATUS>coordinator#1");
	world_act(&world, 1, ACTION_TAKE_BACK, "wsp");
	world.change.referral = made;
	world_send(&world);
	EXPECT_ROWS("17:CLOSED");
	EXPECT_OWNER("wsp");
}

static void the_coordinator_judges_what_it_gave_itself(void **state)
{
	struct uuid made;

	(void)state;
	taken(1);
	coordinate(1, ACTION_ASSIGN, "leerwerk");
	made = made_by("23")->referral;
	world_act(&world, 1, ACTION_COMPLETE, "leerwerk");
	world.change.referral = made;
	world_send(&world);
	EXPECT_TOLD("STATUS>wsp#2 STATUS>coordinator#1");
	world_act(&world, 1, ACTION_DISPUTE, "coordinator");
	world.change.referral = made;
	world_send(&world);
	EXPECT_ROWS("20:IN_PROGRESS");
	EXPECT_TOLD("STATUS>leerwerk#2 STATUS>wsp#3"); /* not the desk that acted */
}

static void only_the_regions_coordinator_assigns(void **state)
{
	static const struct {
		const char *desk, *to;
		bool is_coordinator;
	} rows[] = {
		{"coordinator", "leerwerk", false}, /* of its partner, without the role */
		{"entry", "leerwerk", true}, /* its partner, another desk */
		{"uwv", "leerwerk", true}, /* another partner */
		{"coordinator", "school", true}, /* holds nobody */
		{"coordinator", "wsp", true}, /* has it already */
	};

	(void)state;
	taken(1);
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		world_act(&world, 1, ACTION_ASSIGN, rows[i].desk);
		world.change.actor.has_role = rows[i].is_coordinator;
		world.change.actor.role = ROLE_COORDINATOR;
		world.change.to_desk = bytes_of_string(rows[i].to);
		world_send(&world);
		EXPECT_CODE(REJECTION_CODE_ILLEGAL);
		EXPECT_OWNER("wsp");
	}
	world_act(&world, 1, ACTION_ASSIGN, "coordinator"); /* the desk left out is found */
	world.change.actor.desk = (struct bytes){0};
	world.change.actor.has_role = true;
	world.change.actor.role = ROLE_COORDINATOR;
	world.change.to_desk = bytes_of_string("leerwerk");
	world_send(&world);
	EXPECT_OWNER("leerwerk");
}

static void a_closed_client_is_nobodys_to_assign(void **state)
{
	(void)state;
	taken(1);
	act(1, ACTION_COMPLETE, "wsp");
	act(1, ACTION_CLOSE, "wsp");
	coordinate(1, ACTION_ASSIGN, "leerwerk");
	EXPECT_CODE(REJECTION_CODE_ILLEGAL);
	assert_int_equal(world.state.client.status, CLIENT_STATUS_CLOSED);
}

static void a_client_full_of_open_referrals_is_not_assigned(void **state)
{
	(void)state;
	taken(1);
	for (uint8_t i = 2; i <= HANDOVER_REFERRALS_MAX; i++) {
		world_refer(&world, i, "wsp", "roc", REFERRAL_KIND_SERVICE);
		world_send(&world);
	}
	coordinate(1, ACTION_ASSIGN, "leerwerk");
	EXPECT_CODE(REJECTION_CODE_ILLEGAL);
	EXPECT_OWNER("wsp");
}

static void the_new_desk_is_asked_for_first_contact_and_the_old_for_nothing(void **state)
{
	struct clock_id next;
	int64_t due;

	(void)state;
	refer(1, "uwv", "wsp");
	act(1, ACTION_DECLINE, "wsp");
	assert_true(runs(1, CLOCK_NAME_T4));
	coordinate(1, ACTION_ASSIGN, "leerwerk");
	EXPECT_ROWS("23:ACCEPTED");
	assert_false(runs(1, CLOCK_NAME_T4));
	assert_int_equal(due_of(0, CLOCK_NAME_T6), days_on(30));
	assert_true(handover_next_due(&world.state.client, &due, &next));
	assert_int_equal(next.clock, CLOCK_NAME_T5);
	assert_true(bytes_equal_string(
		handover_desk(&world.state.client, world.state.client.duty_desk), "leerwerk"));
}

/* uwv's client is offered and declined again and again. */
static void decline_at(uint8_t referral, const char *desk)
{
	refer(referral, "uwv", desk);
	act(referral, ACTION_DECLINE, desk);
}

static const struct handover *told_last(void)
{
	return &world.decision.handovers[world.decision.handovers_count - 1];
}

static void a_client_that_comes_to_a_desk_again_is_looked_at(void **state)
{
	(void)state;
	decline_at(1, "wsp");
	world_pass(&world, days_on(60));
	refer(2, "uwv", "wsp");
	EXPECT_ROWS("1:SUBMITTED");
	EXPECT_TOLD("OFFER>wsp#1 ESCALATION>coordinator#1 ESCALATION>ops#1");
	assert_int_equal(world_find(&world, 2)->escalation, 3);
	assert_int_equal(told_last()->level, 3);
	assert_int_equal(told_last()->role, ROLE_OPS);
	assert_false(told_last()->has_clock);
	assert_null(told_last()->sealed);
	assert_true(bytes_equal_string(told_last()->text,
		"the client was sent to this desk within the last 60 days already"));
	act(2, ACTION_ACCEPT, "wsp"); /* it ends nothing */
	EXPECT_OWNER("wsp");
}

static void after_sixty_days_a_desk_may_be_asked_again(void **state)
{
	(void)state;
	decline_at(1, "wsp");
	world_pass(&world, days_on(61));
	refer(2, "uwv", "wsp");
	EXPECT_TOLD("OFFER>wsp#1");
	assert_int_equal(world_find(&world, 2)->escalation, 0);
}

static void the_fifth_desk_in_sixty_days_is_one_too_many(void **state)
{
	static const char *const desks[] = {"wsp", "leerwerk", "roc", "gemeente"};

	(void)state;
	for (uint8_t i = 0; i < UNIT_COUNT(desks); i++) {
		decline_at((uint8_t)(i + 1), desks[i]);
		world_pass(&world, days_on(1));
		assert_int_equal(world_find(&world, (uint8_t)(i + 1))->escalation, 0);
	}
	refer(5, "uwv", "entry");
	EXPECT_TOLD("OFFER>entry#1 ESCALATION>coordinator#1 ESCALATION>ops#1");
	assert_true(bytes_equal_string(
		told_last()->text, "the client was sent to more than four desks in 60 days"));
	assert_int_equal(world.state.client.visited_count, 5);
}

static void services_and_requests_send_nobody_round(void **state)
{
	(void)state;
	taken(1);
	for (uint8_t i = 2; i < 8; i++) {
		world_refer(&world, i, "wsp", "roc", REFERRAL_KIND_SERVICE);
		world_send(&world);
		EXPECT_TOLD("OFFER>roc#1");
	}
	refer(8, "gemeente", "leerwerk");
	refer(9, "gemeente", "leerwerk");
	EXPECT_TOLD("VERDICT>gemeente#1 OFFER>wsp#1");
	assert_int_equal(world.state.client.visited_count, 1);
	act(8, ACTION_ACCEPT, "wsp"); /* what the owner sends then does */
	EXPECT_TOLD("STATUS>gemeente#2 OFFER>leerwerk#1");
	assert_int_equal(world.state.client.visited_count, 2);
}

static void what_the_coordinator_decides_is_no_news_to_it(void **state)
{
	(void)state;
	taken(1);
	coordinate(1, ACTION_ASSIGN, "leerwerk");
	coordinate(1, ACTION_ASSIGN, "wsp");
	EXPECT_TOLD("STATUS>leerwerk#2 STATUS>wsp#2 DETAILS>wsp#1 STATUS>leerwerk#1");
	assert_int_equal(world.state.client.visited_count, 3);
}

/* Whom a desk's own coordinator is told of, the region's may decide. */
static void whoever_may_decide_is_told_too(void **state)
{
	(void)state;
	world.own_coordinator = "gemeente";
	refer(1, "uwv", "wsp");
	delivered(1);
	act(1, ACTION_SEEN, "wsp");
	for (int level = 1; level <= 3; level++)
		world_pass(&world, due_of(1, CLOCK_NAME_T2));
	EXPECT_TOLD("ESCALATION>gemeente#1 ESCALATION>coordinator#1 ESCALATION>ops#1");
	coordinate(1, ACTION_ASSIGN, "leerwerk");
	EXPECT_OWNER("leerwerk");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(the_coordinator_gives_a_client_to_another_desk),
		STORY(an_old_decision_that_comes_again_decides_nothing),
		STORY(a_decision_ends_what_was_on_offer),
		STORY(a_decision_ends_what_ran_in_any_state),
		STORY(requests_follow_the_coordinators_decision),
		STORY(a_cancelled_request_is_not_put_to_the_new_owner),
		STORY(an_error_in_what_the_coordinator_undid_moves_nobody),
		STORY(an_assigned_client_is_returned_to_the_desk_that_had_it),
		STORY(the_coordinator_judges_what_it_gave_itself),
		STORY(only_the_regions_coordinator_assigns),
		STORY(a_closed_client_is_nobodys_to_assign),
		STORY(a_client_full_of_open_referrals_is_not_assigned),
		STORY(a_client_that_comes_to_a_desk_again_is_looked_at),
		STORY(after_sixty_days_a_desk_may_be_asked_again),
		STORY(the_fifth_desk_in_sixty_days_is_one_too_many),
		STORY(services_and_requests_send_nobody_round),
		STORY(what_the_coordinator_decides_is_no_news_to_it),
		STORY(whoever_may_decide_is_told_too),
		STORY(the_new_desk_is_asked_for_first_contact_and_the_old_for_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
