/* test_handover_detail - what a decision says in detail: as what each is told, what one may do
 * next, in which region a client is, and why somebody else was chosen. */
#include <stdio.h>
#include <string.h>

#include "tests/unit/story.h"

static const struct handover *told_as(const char *desk, enum handover_kind kind)
{
	for (size_t i = 0; i < world.decision.handovers_count; i++)
		if (bytes_equal_string(world.decision.handovers[i].desk, desk) &&
			world.decision.handovers[i].kind == kind)
			return &world.decision.handovers[i];
	fail_msg("%s is not told so", desk);
	return NULL;
}

static void every_offer_and_recall_is_for_the_target(void **state)
{
	(void)state;
	world_refer(&world, 1, "uwv", "wsp", REFERRAL_KIND_TRANSFER);
	world.body.has_not_before = true;
	world.body.not_before = calendar_date(world.now) + 3;
	world_send(&world);
	world_pass(&world, due_of(1, CLOCK_NAME_T12));
	assert_int_equal(told_as("wsp", HANDOVER_KIND_OFFER)->role, ROLE_TARGET);
	delivered(1);
	for (int i = 0; i < 60 && world.state.client.referrals_count == 1; i++) {
		int64_t due;
		struct clock_id which;

		assert_true(handover_next_due(&world.state.client, &due, &which));
		world_pass(&world, due);
	}
	assert_int_equal(told_as("entry", HANDOVER_KIND_OFFER)->role, ROLE_TARGET);
}

static void whoever_was_asked_before_hears_it_as_the_target(void **state)
{
	int64_t due;

	(void)state;
	refer(1, "uwv", "wsp");
	refer(2, "gemeente", "roc"); /* asks uwv */
	due = due_of(2, CLOCK_NAME_T0);
	world.now += CLOCK_MINUTE_MS;
	act(1, ACTION_ACCEPT, "wsp");
	assert_int_equal(told_as("uwv", HANDOVER_KIND_RECALL)->role, ROLE_TARGET);
	assert_int_equal(due_of(2, CLOCK_NAME_T0), due + CLOCK_MINUTE_MS); /* it is sent anew */
	world_hub(&world, 2, ACTION_UNDELIVERABLE);
	world_send(&world);
	assert_string_equal(world_told_whom(&world), "STATUS>ops DUTY>wsp STATUS>gemeente");
}

static void consent_withdrawn_is_told_to_targets(void **state)
{
	(void)state;
	refer(1, "uwv", "wsp");
	assert_false(world.state.client.has_withdrawn_at);
	act(1, ACTION_WITHDRAW_CONSENT, "uwv");
	assert_int_equal(told_as("wsp", HANDOVER_KIND_STATUS)->role, ROLE_TARGET);
	assert_true(world.state.client.has_withdrawn_at);
}

static void consent_that_is_given_is_not_withdrawn(void **state)
{
	(void)state;
	world_refer(&world, 1, "uwv", "wsp", REFERRAL_KIND_TRANSFER);
	world.body.legal_basis = (struct legal_basis){
		.kind = LEGAL_BASIS_KIND_CONSENT, .has_given_at = true, .given_at = world.now};
	world_send(&world);
	assert_int_equal(world.state.client.consent, CONSENT_GIVEN);
	assert_false(world.state.client.has_withdrawn_at);
}

static void whoever_closes_is_not_told(void **state)
{
	(void)state;
	refer(1, "uwv", "wsp");
	act(1, ACTION_DECLINE, "wsp");
	act(1, ACTION_CLOSE, "uwv");
	EXPECT_ROWS("25:DECLINED");
	EXPECT_TOLD("");
}

static void a_client_that_comes_back_is_its_givers_duty(void **state)
{
	(void)state;
	taken(1);
	act(1, ACTION_RETURN, "wsp");
	act(1, ACTION_TAKE_BACK, "uwv");
	assert_int_equal(world_clock(&world, 1, CLOCK_NAME_T4)->role, ROLE_GIVER);
}

static void a_sender_cancels_as_itself(void **state)
{
	(void)state;
	taken(1);
	world_act(&world, 1, ACTION_CANCEL, "uwv");
	world.change.actor.has_role = true;
	world.change.actor.role = ROLE_SENDER;
	world_send(&world);
	EXPECT_ROWS("13:CANCEL_REQUESTED");
	assert_int_equal(world_find(&world, 1)->cancel_by, ROLE_SENDER);
}

static void a_request_that_is_granted_was_accepted(void **state)
{
	(void)state;
	offer(1, "uwv", "wsp");
	refer(2, "gemeente", "leerwerk"); /* asks uwv */
	act(2, ACTION_ACCEPT, "uwv");
	assert_true(world_find(&world, 2)->accepted);
	assert_int_equal(world.state.client.referrals_count, 3);
	/* It joins what is on offer. */
	assert_true(bytes_equal_string(world.state.client.referrals[2].group, "g"));
}

static void what_was_refused_leaves_the_client_at_its_version(void **state)
{
	int32_t version;

	(void)state;
	taken(1);
	version = world.state.client.version;
	act(1, ACTION_DECLINE, "wsp");
	EXPECT_CODE(REJECTION_CODE_ILLEGAL);
	assert_int_equal(world.state.client.version, version);
}

static const char *may(uint8_t referral, const char *desk)
{
	static char list[300];
	struct rules rules = world_rules();
	enum action legal[ACTION_COUNT];
	size_t count = handover_actions(&world.state.client, world_find(&world, referral),
		bytes_of_string(desk), &rules, legal);

	list[0] = '\0';
	for (size_t i = 0; i < count; i++) {
		strcat(list, i > 0 ? " " : "");
		strcat(list, action_name(legal[i]));
	}
	return list;
}

static void what_one_may_do_is_said_in_full(void **state)
{
	(void)state;
	refer(1, "uwv", "wsp");
	assert_string_equal(may(1, "wsp"), "SEEN ACCEPT DECLINE ASK");
	assert_string_equal(
		may(1, "uwv"), "CANCEL ENTERED_IN_ERROR SIGN_OF_LIFE WITHDRAW_CONSENT MERGE");
	assert_string_equal(may(1, "coordinator"), "ASSIGN");
	assert_string_equal(may(1, "roc"), "");
	delivered(1);
	act(1, ACTION_COMPLETE, "wsp");
	EXPECT_CODE(REJECTION_CODE_ILLEGAL);
	assert_true(bytes_equal_string(world.decision.event.text,
		"COMPLETE is not possible in state OFFERED; possible now: SEEN, ACCEPT, DECLINE, "
		"ASK"));
	act(1, ACTION_COMPLETE, "coordinator");
	EXPECT_CODE(REJECTION_CODE_ILLEGAL);
	assert_true(told_as("entry", HANDOVER_KIND_VERDICT)->has_state); /* it has part in it */
}

static void refer_from(const char *region, const char *municipality, const char *question)
{
	world_refer(&world, 1, "uwv", NULL, REFERRAL_KIND_TRANSFER);
	world.body.region = bytes_of_string(region);
	world.body.municipality = bytes_of_string(municipality);
	world.body.question = bytes_of_string(question);
	world_send(&world);
}

/* Of AM23 gemeente is the entry desk, of AM22 entry. */
static void a_client_is_of_the_region_that_was_named(void **state)
{
	(void)state;
	refer_from("AM23", NULL, "WERK");
	assert_true(bytes_equal_string(world.state.client.region, "AM23"));
	assert_true(bytes_equal_string(world_find(&world, 1)->question, "WERK"));
	assert_true(bytes_equal_string(world.decision.event.routing->desk, "gemeente"));
	refer_from(NULL, NULL, "SCHULDEN"); /* says nothing of it: it stays */
	EXPECT_ROWS("1c:SUBMITTED");
	assert_null(world.decision.event.region.data);
	refer_from("AM23", NULL, "WERK");
	assert_null(world.decision.event.region.data);
	refer_from("AM22", NULL, "SCHULDEN"); /* moves the client, not what was referred */
	assert_true(bytes_equal_string(world.state.client.region, "AM22"));
	assert_int_equal(world.state.client.referrals_count, 1);
}

static void an_amendment_may_name_another_region(void **state)
{
	(void)state;
	refer(1, "uwv", "wsp");
	assert_true(bytes_equal_string(world.state.client.region, "AM22"));
	for (int i = 0; i < 2; i++) {
		world_refer(&world, 1, "uwv", "wsp", REFERRAL_KIND_TRANSFER);
		world.body.region = bytes_of_string(i == 0 ? "AM23" : NULL);
		world.body.municipality = bytes_of_string(i == 0 ? NULL : "GM0599");
		world_send(&world);
		EXPECT_ROWS("1c:SUBMITTED");
		assert_true(
			bytes_equal_string(world.state.client.region, i == 0 ? "AM23" : "AM22"));
	}
	world_refer(&world, 1, "uwv", "wsp", REFERRAL_KIND_TRANSFER);
	world.body.region = (struct bytes){0};
	world_send(&world);
	assert_true(bytes_equal_string(world.state.client.region, "AM22"));
	assert_null(world.decision.event.region.data);
}

/* Its sender's desk stands for the region of who names none; the client's own goes before that. */
static void where_no_region_is_named_the_clients_counts(void **state)
{
	(void)state;
	refer_from(NULL, "GM0505", "WERK");
	assert_true(bytes_equal_string(world.state.client.region, "AM23"));
	assert_true(bytes_equal_string(world.decision.event.routing->desk, "gemeente"));
	act(1, ACTION_DECLINE, "gemeente");
	world_refer(&world, 2, "uwv", NULL, REFERRAL_KIND_SERVICE);
	world.body.region = (struct bytes){0};
	world_send(&world);
	EXPECT_ROWS("1:SUBMITTED");
	assert_true(bytes_equal_string(world.decision.event.routing->desk, "gemeente"));
	world_refer(&world, 3, "uwv", NULL, REFERRAL_KIND_SERVICE);
	world_send(&world); /* AM22 */
	assert_true(bytes_equal_string(world.decision.event.routing->desk, "entry"));

	world_done(&world);
	start(state);
	refer_from(NULL, NULL, "WERK");
	assert_true(bytes_equal_string(world.state.client.region, "AM22"));

	world_done(&world);
	start(state);
	world_refer(&world, 1, "uwv", "wsp", REFERRAL_KIND_TRANSFER);
	world.body.region = (struct bytes){0};
	world.body.from_desk = (struct bytes){0}; /* a registration */
	world_send(&world);
	EXPECT_ROWS("1b:SUBMITTED");
	assert_true(bytes_equal_string(world.state.client.region, "AM22"));
}

static void expect_fact(const char *fact)
{
	assert_int_equal(world.decision.event.routing->facts_count, 1);
	assert_true(bytes_equal_string(world.decision.event.routing->facts[0], fact));
}

static void routing_says_who_was_full(void **state)
{
	struct voucher voucher = {.kind = bytes_of_string("STOOF")};

	(void)state;
	refer_from("AM22", NULL, "LEERBAAN");
	assert_true(bytes_equal_string(world.decision.event.routing->desk, "leerwerk"));
	assert_int_equal(world.decision.event.routing->facts_count, 0);
	for (int i = 0; i < 3; i++) {
		world_done(&world);
		start(state);
		world.full_desk = "leerwerk";
		world.full_by = i == 0 ? "hold" : "capacity";
		world_refer(&world, 1, "uwv", NULL, REFERRAL_KIND_TRANSFER);
		world.body.question = bytes_of_string("LEERBAAN");
		world.body.voucher = i == 2 ? &voucher : NULL;
		world_send(&world);
		assert_true(bytes_equal_string(world.decision.event.routing->desk, "entry"));
		expect_fact(i == 0       ? "hold/leerwerk=1"
				: i == 1 ? "capacity/leerwerk=0"
					 : "capacity/leerwerk/STOOF=0");
	}
}

static void who_asks_for_a_client_hears_that_it_asked(void **state)
{
	(void)state;
	taken(1);
	refer(2, "gemeente", "roc");
	assert_non_null(strstr((const char *)told_as("gemeente", HANDOVER_KIND_VERDICT)->text.data,
		"became a request"));
}

static void a_client_that_was_an_error_stays_closed(void **state)
{
	(void)state;
	taken(1);
	act(1, ACTION_COMPLETE, "wsp");
	act(1, ACTION_ACKNOWLEDGE, "uwv");
	world_act(&world, 1, ACTION_CLOSE, "wsp");
	world.change.closing_reason = bytes_of_string("ENTERED_IN_ERROR");
	world_send(&world);
	assert_int_equal(world.state.client.status, CLIENT_STATUS_CLOSED);
	refer(2, "uwv", "wsp");
	EXPECT_CODE(REJECTION_CODE_ILLEGAL);
	assert_int_equal(world.state.client.status, CLIENT_STATUS_CLOSED);
}

static void whoever_amends_speaks_for_a_desk_of_its_own(void **state)
{
	(void)state;
	refer(1, "uwv", "wsp");
	world_refer(&world, 1, "uwv", "wsp", REFERRAL_KIND_TRANSFER);
	world.body.from_desk = bytes_of_string("gemeente");
	world_send(&world);
	EXPECT_CODE(REJECTION_CODE_INVALID);
	assert_true(bytes_equal_string(world.decision.event.field, "body.Referral.from_desk"));
}

/* What is urgent is so where a time of its own is set, and else as all. */
static void a_clock_without_an_urgent_time_is_as_for_all(void **state)
{
	(void)state;
	refer_urgently(1, "uwv", "wsp");
	delivered(1);
	act(1, ACTION_ASK, "wsp");
	assert_int_equal(due_of(1, CLOCK_NAME_T3), calendar_add_working_days(world.now, 5));
}

/* A hold until the day that was given already says nothing new of it. */
static void a_sign_of_life_is_as_old_as_what_gave_it(void **state)
{
	int64_t armed;

	(void)state;
	taken(1);
	for (int i = 0; i < 2; i++) {
		world_act(&world, 1, i == 0 ? ACTION_SIGN_OF_LIFE : ACTION_HOLD, "wsp");
		world.change.has_next_date = true;
		world.change.next_date = calendar_date(world.now) + 60 - i;
		world_send(&world);
		if (i == 0)
			armed = world_clock(&world, 0, CLOCK_NAME_T6)->armed;
		world.now += CLOCK_DAY_MS;
	}
	assert_int_equal(state_of(1), REFERRAL_STATE_ON_HOLD);
	assert_int_equal(world_clock(&world, 0, CLOCK_NAME_T6)->armed, armed);
}

static void of_whom_is_closed_nothing_is_withdrawn(void **state)
{
	(void)state;
	taken(1);
	act(1, ACTION_COMPLETE, "wsp");
	act(1, ACTION_ACKNOWLEDGE, "uwv");
	act(1, ACTION_CLOSE, "wsp");
	EXPECT_ROWS("25:CLOSED");
	act(1, ACTION_WITHDRAW_CONSENT, "wsp");
	EXPECT_CODE(REJECTION_CODE_ILLEGAL);
	assert_false(world.state.client.has_withdrawn_at);
}

static void who_names_no_place_at_all_is_asked_for_one(void **state)
{
	(void)state;
	world.nowhere = true;
	world_refer(&world, 1, "uwv", NULL, REFERRAL_KIND_TRANSFER);
	world.body.region = (struct bytes){0};
	world.body.from_desk = (struct bytes){0};
	world_send(&world);
	EXPECT_CODE(REJECTION_CODE_INVALID);
	assert_true(bytes_equal_string(world.decision.event.field, "body.Referral.region"));
}

/* Of as many desks as a client may name, so many are kept for what happens to what is there. */
static void desks_are_forgotten_when_hardly_any_room_is_left(void **state)
{
	static char names[HANDOVER_DESKS_MAX][8];

	(void)state;
	for (size_t more = 0; more < 2; more++) {
		world_done(&world);
		start(state);
		refer(1, "uwv", "wsp");
		while (world.state.client.desks_count <
			HANDOVER_DESKS_MAX - HANDOVER_DESKS_SPARE + more) {
			size_t at = world.state.client.desks_count++;

			snprintf(names[at], sizeof(names[at]), "d%zu", at);
			world.state.desks[at] = bytes_of_string(names[at]);
		}
		world_refer(&world, 2, "uwv", "wsp", REFERRAL_KIND_SERVICE);
		world_send(&world);
		assert_int_equal(
			world.decision.event.result, more > 0 ? RESULT_REJECTED : RESULT_APPLIED);
		assert_int_equal(world.decision.event.transitions_count, more > 0 ? 0 : 1);
		assert_int_equal(world.state.client.desks_count<10, more> 0);
	}
}

/* The deadline of a handover is about its referral, and the client where that gave it. */
static void a_deadline_is_of_the_referral_that_is_told(void **state)
{
	(void)state;
	taken(1);
	world_refer(&world, 2, "wsp", "leerwerk", REFERRAL_KIND_SERVICE);
	world_send(&world);
	delivered(2);
	act(1, ACTION_CANCEL, "uwv");
	EXPECT_ROWS("13:CANCEL_REQUESTED");
	assert_int_equal(told_as("wsp", HANDOVER_KIND_STATUS)->deadline, due_of(1, CLOCK_NAME_T8));
	assert_true(due_of(2, CLOCK_NAME_T1) < due_of(1, CLOCK_NAME_T8));
}

static const struct pseudonym other_client = {{0x77, 1}};

/* From the record of another client, in a merge. */
static void hear(uint8_t referral, enum action action)
{
	world_hub(&world, referral, action);
	world.change.has_other_client = world.change.has_other_referral = true;
	world.change.other_client = other_client;
	world.change.closing_reason = bytes_of_string("MERGED_INTO");
	world_send(&world);
}

static void an_answer_that_nobody_waits_for_changes_nothing(void **state)
{
	(void)state;
	hear(1, ACTION_MERGED);
	EXPECT_CODE(REJECTION_CODE_UNKNOWN_CASE);
	taken(1);
	world_act(&world, 1, ACTION_MERGE, "wsp");
	world.change.has_other_client = world.change.has_other_referral = true;
	world.change.other_client = (struct pseudonym){{0x66}};
	world.change.other_referral = world_referral(9);
	world_send(&world);
	EXPECT_ROWS("28:ACCEPTED");
	hear(1, ACTION_NOT_MERGED); /* another record was asked */
	EXPECT_ROWS("");
	assert_true(world.state.client.has_merging);
}

/* What the word names may have been forgotten. */
static void a_record_is_merged_by_whichever_referral_it_has(void **state)
{
	(void)state;
	taken(1);
	act(1, ACTION_COMPLETE, "wsp");
	act(1, ACTION_ACKNOWLEDGE, "uwv");
	hear(9, ACTION_CLOSE);
	EXPECT_ROWS("28:CLOSED");
	assert_true(bytes_equal_string(world.state.client.closing_reason, "MERGED_INTO"));
}

/* It was said of a referral of the record that was merged into this one. */
static void only_a_withdrawal_that_was_sent_on_needs_no_part(void **state)
{
	(void)state;
	taken(1);
	act(9, ACTION_WITHDRAW_CONSENT, "roc");
	EXPECT_CODE(REJECTION_CODE_UNKNOWN_CASE);
	world.hops = 1;
	act(9, ACTION_SIGN_OF_LIFE, "roc");
	EXPECT_CODE(REJECTION_CODE_UNKNOWN_CASE);
	act(1, ACTION_WITHDRAW_CONSENT, "roc"); /* of this one it must have part in it */
	EXPECT_CODE(REJECTION_CODE_ILLEGAL);
	act(9, ACTION_WITHDRAW_CONSENT, "roc");
	assert_int_equal(world.state.client.consent, CONSENT_WITHDRAWN);
	world.hops = 0;
	act(1, ACTION_COMPLETE, "wsp");
	act(1, ACTION_ACKNOWLEDGE, "uwv");
	act(1, ACTION_CLOSE, "wsp");
	EXPECT_ROWS("25:CLOSED");
	world.hops = 1;
	act(9, ACTION_WITHDRAW_CONSENT, "roc");
	EXPECT_CODE(REJECTION_CODE_ILLEGAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(every_offer_and_recall_is_for_the_target),
		STORY(whoever_was_asked_before_hears_it_as_the_target),
		STORY(consent_withdrawn_is_told_to_targets),
		STORY(consent_that_is_given_is_not_withdrawn),
		STORY(whoever_closes_is_not_told),
		STORY(a_client_that_comes_back_is_its_givers_duty),
		STORY(a_sender_cancels_as_itself),
		STORY(a_request_that_is_granted_was_accepted),
		STORY(what_was_refused_leaves_the_client_at_its_version),
		STORY(what_one_may_do_is_said_in_full),
		STORY(a_client_is_of_the_region_that_was_named),
		STORY(an_amendment_may_name_another_region),
		STORY(where_no_region_is_named_the_clients_counts),
		STORY(routing_says_who_was_full),
		STORY(who_asks_for_a_client_hears_that_it_asked),
		STORY(a_client_that_was_an_error_stays_closed),
		STORY(whoever_amends_speaks_for_a_desk_of_its_own),
		STORY(a_clock_without_an_urgent_time_is_as_for_all),
		STORY(a_sign_of_life_is_as_old_as_what_gave_it),
		STORY(of_whom_is_closed_nothing_is_withdrawn),
		STORY(who_names_no_place_at_all_is_asked_for_one),
		STORY(desks_are_forgotten_when_hardly_any_room_is_left),
		STORY(an_answer_that_nobody_waits_for_changes_nothing),
		STORY(a_record_is_merged_by_whichever_referral_it_has),
		STORY(only_a_withdrawal_that_was_sent_on_needs_no_part),
		STORY(a_deadline_is_of_the_referral_that_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
