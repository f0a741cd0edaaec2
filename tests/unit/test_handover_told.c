/* test_handover_told - stories of what a handover says: words go only to who has part in what they
 * are about, and what the hub decided itself is said too. */
#include <string.h>

#include "tests/unit/story.h"

static struct sealed words; /* who it is for sees by the address which */

/* As act, with words for who gets it. */
static void act_with_words(uint8_t referral, enum action action, const char *desk)
{
	world_act(&world, referral, action, desk);
	world.message.sealed = &words;
	world_send(&world);
}

static const struct handover *told_to(const char *desk)
{
	for (size_t i = 0; i < world.decision.handovers_count; i++)
		if (bytes_equal_string(world.decision.handovers[i].desk, desk))
			return &world.decision.handovers[i];
	fail_msg("%s is told nothing", desk);
	return NULL;
}

/* The words of who accepts are for the giver: not for who was asked too, nor for who asked for the
 * client. */
static void words_about_one_referral_do_not_go_out_with_another(void **state)
{
	(void)state;
	offer(1, "uwv", "wsp");
	offer(2, "uwv", "leerwerk");
	refer(3, "gemeente", "roc"); /* a request */
	act_with_words(1, ACTION_ACCEPT, "wsp");
	EXPECT_TOLD("DETAILS>wsp#2 STATUS>uwv#1 RECALL>leerwerk#2 STATUS>uwv#1 RECALL>uwv#2 "
		    "OFFER>wsp#1 STATUS>gemeente#2");
	assert_ptr_equal(told_to("uwv")->sealed, &words);
	assert_true(bytes_equal_string(told_to("uwv")->reason, "OTHER"));
	assert_null(told_to("leerwerk")->sealed);
	assert_int_equal(told_to("leerwerk")->reason.size, 0);
	assert_true(told_to("leerwerk")->has_action); /* what happened it may know */
	assert_null(told_to("gemeente")->sealed);
	assert_int_equal(told_to("gemeente")->suggested_desk.size, 0);
}

static void who_is_recalled_hears_why(void **state)
{
	(void)state;
	offer(1, "uwv", "wsp");
	offer(2, "uwv", "leerwerk");
	act(1, ACTION_ACCEPT, "wsp");
	assert_true(bytes_equal_string(
		told_to("leerwerk")->text, "another desk has the client by now"));
	assert_int_equal(told_to("uwv")->text.size, 0);
}

/* What a coordinator says is for who had the client. */
static void the_old_owner_reads_why_the_coordinator_decided(void **state)
{
	(void)state;
	taken(1);
	world_act(&world, 1, ACTION_ASSIGN, "coordinator");
	world.change.actor.has_role = true;
	world.change.actor.role = ROLE_COORDINATOR;
	world.change.to_desk = bytes_of_string("leerwerk");
	world.message.sealed = &words;
	world_send(&world);
	EXPECT_TOLD("STATUS>wsp#3 STATUS>uwv#2 DETAILS>leerwerk#1 STATUS>wsp#1");
	assert_ptr_equal(world.decision.handovers[3].sealed, &words);
	assert_true(bytes_equal_string(world.decision.handovers[3].reason, "OTHER"));
	assert_true(world.decision.handovers[3].has_parent);
	assert_memory_equal(world.decision.handovers[3].parent.data, world_referral(1).data, 16);
}

/* The outcome that the hub found is on the referral, not in the message. */
static void an_outcome_of_the_hub_is_told(void **state)
{
	(void)state;
	taken(1);
	refer(2, "wsp", "leerwerk");
	act(2, ACTION_ACCEPT, "leerwerk");
	EXPECT_ROWS("2:OFFERED 5:ACCEPTED 18:COMPLETED");
	assert_int_equal(told_to("uwv")->state, REFERRAL_STATE_COMPLETED);
	assert_true(bytes_equal_string(told_to("uwv")->outcome, "REFERRED_ON"));
	assert_int_equal(told_to("uwv")->next_step.size, 0);
}

static void an_outcome_of_a_desk_is_told(void **state)
{
	(void)state;
	taken(1);
	act(1, ACTION_COMPLETE, "wsp");
	assert_true(bytes_equal_string(told_to("uwv")->outcome, "ADVICE_GIVEN"));
	assert_true(bytes_equal_string(told_to("uwv")->next_step, "NONE"));
}

/* What was sent goes to whom it is for; who is told that it was, or that it is over, gets a word.
 */
static void only_the_target_gets_what_was_sent(void **state)
{
	(void)state;
	refer(1, "school", "wsp");
	EXPECT_TOLD("OFFER>wsp#1 STATUS>entry#1");
	assert_ptr_equal(told_to("wsp")->body, &world.body);
	assert_null(told_to("entry")->body);
	act(1, ACTION_CANCEL, "school");
	assert_int_equal(told_to("wsp")->kind, HANDOVER_KIND_RECALL);
	assert_int_equal(told_to("wsp")->text.size, 0);
}

static void who_must_see_to_a_refusal_is_named(void **state)
{
	struct handover_fault fault = {REJECTION_CODE_UNKNOWN_CODE, "reason", "is in no list"};

	(void)state;
	taken(1);
	act(1, ACTION_DECLINE, "wsp");
	EXPECT_CODE(REJECTION_CODE_ILLEGAL);
	assert_string_equal(world.decision.reject_owner, "wsp");
	world_act(&world, 1, ACTION_PROGRESS, "wsp");
	world.fault = &fault;
	world_send(&world);
	EXPECT_CODE(REJECTION_CODE_UNKNOWN_CODE);
	assert_string_equal(world.decision.reject_owner, "ops");
}

/* Who guesses the id of another's referral learns nothing, and leaves no trace in it. */
static void a_stranger_hears_only_that_it_may_not(void **state)
{
	(void)state;
	taken(1);
	act_with_words(1, ACTION_ACCEPT, "roc");
	EXPECT_CODE(REJECTION_CODE_ILLEGAL);
	EXPECT_TOLD("VERDICT>roc#0");
	assert_null(told_to("roc")->sealed);
	assert_int_equal(told_to("roc")->reason.size, 0);
	assert_false(told_to("roc")->has_state);
	assert_false(told_to("roc")->has_referral);
	assert_int_equal(world.decision.event.handovers_count, 0);
	act(1, ACTION_ACCEPT, "uwv"); /* who gave it has part in it */
	EXPECT_CODE(REJECTION_CODE_ILLEGAL);
	assert_true(told_to("uwv")->has_state);
}

static void expect_roles(const enum role *roles, size_t count)
{
	assert_int_equal(world.decision.handovers_count, count);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(world.decision.handovers[i].role, roles[i]);
}

/* As what a desk is told: the one that must act reads it by that. */
static void each_is_told_as_what_it_is(void **state)
{
	static const enum role declined[] = {ROLE_GIVER, ROLE_SENDER};

	(void)state;
	refer(1, "uwv", "wsp");
	assert_int_equal(told_to("wsp")->role, ROLE_TARGET);
	assert_ptr_equal(told_to("wsp")->body, &world.body);
	act(1, ACTION_ACCEPT, "wsp");
	assert_int_equal(told_to("uwv")->role, ROLE_GIVER);
	assert_null(told_to("uwv")->body);
	world_refer(&world, 2, "roc", "gemeente", REFERRAL_KIND_SERVICE); /* roc asks, wsp gives */
	world_send(&world);
	delivered(2);
	act(2, ACTION_DECLINE, "gemeente");
	expect_roles(declined, 2);
	refer(3, "gemeente", "roc"); /* a request */
	refer(4, "wsp", "leerwerk");
	act(4, ACTION_ACCEPT, "leerwerk");
	EXPECT_TOLD("DETAILS>leerwerk#2 STATUS>wsp#1 STATUS>wsp#3 STATUS>uwv#2 RECALL>wsp#2 "
		    "OFFER>leerwerk#1 STATUS>gemeente#2");
}

/* Numbers of a referral and a desk grow one by one, also where both change in one decision. */
static void one_decision_tells_a_desk_of_one_referral_twice(void **state)
{
	(void)state;
	taken(1);
	refer(2, "leerwerk", "leerwerk"); /* asks wsp for the client */
	refer(3, "wsp", "leerwerk");
	act(3, ACTION_ACCEPT, "leerwerk"); /* what was asked for has happened */
	EXPECT_ROWS("2:OFFERED 5:ACCEPTED 18:COMPLETED 18:COMPLETED");
	for (size_t i = 0; i < world.decision.handovers_count; i++)
		for (size_t j = 0; j < i; j++) {
			const struct handover *one = &world.decision.handovers[j],
					      *other = &world.decision.handovers[i];

			if (bytes_equal(one->desk, other->desk) &&
				memcmp(one->referral.data, other->referral.data, 16) == 0)
				assert_true(one->number < other->number);
		}
}

/* Whoever referred to itself was sent no offer that could be recalled. */
static void what_was_not_sent_is_not_recalled(void **state)
{
	(void)state;
	refer(1, "uwv", "uwv");
	EXPECT_TOLD("");
	act(1, ACTION_ENTERED_IN_ERROR, "uwv");
	EXPECT_ROWS("21:ENTERED_IN_ERROR");
	EXPECT_TOLD("");
}

/* A school that cannot hold a client is neither its owner nor gives it: it hears what it sent. */
static void who_sent_what_is_recalled_hears_of_it(void **state)
{
	(void)state;
	offer(1, "school", "wsp");
	offer(2, "entry", "leerwerk");
	act(2, ACTION_ACCEPT, "leerwerk");
	EXPECT_TOLD(
		"DETAILS>leerwerk#2 STATUS>entry#1 RECALL>wsp#2 STATUS>entry#2 STATUS>school#1");
}

/* A reminder of the client itself says by when. */
static void a_sign_of_life_has_a_deadline(void **state)
{
	(void)state;
	taken(1);
	act(1, ACTION_PROGRESS, "wsp"); /* no clock of the referral runs */
	world_pass(&world, due_of(0, CLOCK_NAME_T6));
	EXPECT_TOLD("REMINDER>wsp#3");
	assert_true(told_to("wsp")->has_deadline);
	assert_int_equal(told_to("wsp")->deadline, due_of(0, CLOCK_NAME_T6));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(words_about_one_referral_do_not_go_out_with_another),
		STORY(who_is_recalled_hears_why),
		STORY(the_old_owner_reads_why_the_coordinator_decided),
		STORY(an_outcome_of_the_hub_is_told),
		STORY(an_outcome_of_a_desk_is_told),
		STORY(only_the_target_gets_what_was_sent),
		STORY(who_must_see_to_a_refusal_is_named),
		STORY(a_stranger_hears_only_that_it_may_not),
		STORY(each_is_told_as_what_it_is),
		STORY(one_decision_tells_a_desk_of_one_referral_twice),
		STORY(what_was_not_sent_is_not_recalled),
		STORY(who_sent_what_is_recalled_hears_of_it),
		STORY(a_sign_of_life_has_a_deadline),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
