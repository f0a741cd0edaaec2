/* test_handover - stories of one client: who has it, who is told, which clocks run. */
#include <stdio.h>

#include "tests/unit/story.h"

static void a_referral_makes_the_sender_responsible_until_the_target_accepts(void **state)
{
	(void)state;
	refer(1, "uwv", "wsp");
	EXPECT_ROWS("1:SUBMITTED");
	EXPECT_TOLD("OFFER>wsp#1");
	EXPECT_OWNER("uwv");
	assert_true(world.decision.stores_person);
	assert_non_null(world_clock(&world, 1, CLOCK_NAME_T0));
	assert_non_null(world_clock(&world, 0, CLOCK_NAME_T6));

	delivered(1);
	EXPECT_ROWS("2:OFFERED");
	assert_null(world_clock(&world, 1, CLOCK_NAME_T0));
	assert_non_null(world_clock(&world, 1, CLOCK_NAME_T2));

	act(1, ACTION_ACCEPT, "wsp");
	EXPECT_ROWS("5:ACCEPTED");
	EXPECT_TOLD("DETAILS>wsp#2 STATUS>uwv#1");
	EXPECT_OWNER("wsp");
	assert_non_null(world_clock(&world, 1, CLOCK_NAME_T5));
	assert_true(bytes_equal_string(world.decision.event.owner->old, "uwv"));
}

static void what_the_target_does_shows_that_it_has_the_offer(void **state)
{
	(void)state;
	refer(1, "uwv", "wsp");
	act(1, ACTION_ACCEPT, "wsp");
	EXPECT_ROWS("2:OFFERED 5:ACCEPTED");
	EXPECT_OWNER("wsp");
}

static void a_decline_leaves_the_giver_a_dated_duty(void **state)
{
	(void)state;
	refer(1, "uwv", "wsp");
	delivered(1);
	act(1, ACTION_DECLINE, "wsp");
	EXPECT_ROWS("6:DECLINED");
	EXPECT_TOLD("DUTY>uwv#1");
	EXPECT_OWNER("uwv");
	assert_non_null(world_clock(&world, 1, CLOCK_NAME_T4));
	assert_int_equal(world.state.client.duty, DUTY_REFER_OR_CLOSE);
	assert_true(world.decision.handovers[0].has_deadline);

	refer(2, "uwv", "leerwerk");
	assert_null(world_clock(&world, 1, CLOCK_NAME_T4));
}

static void a_decline_needs_reason_text_and_a_suggestion(void **state)
{
	(void)state;
	refer(1, "uwv", "wsp");
	world_act(&world, 1, ACTION_DECLINE, "wsp");
	world.change.suggested_desk = (struct bytes){0};
	world_send(&world);
	EXPECT_CODE(REJECTION_CODE_INVALID);
	assert_true(
		bytes_equal_string(world.decision.event.field, "body.StatusChange.suggested_desk"));
	EXPECT_TOLD("VERDICT>wsp#2");
	assert_int_equal(world_find(&world, 1)->state, REFERRAL_STATE_SUBMITTED);
}

static void the_entry_desk_may_not_decline_but_a_request_it_may(void **state)
{
	(void)state;
	refer(1, "uwv", "entry");
	act(1, ACTION_DECLINE, "entry");
	EXPECT_CODE(REJECTION_CODE_ILLEGAL);
	act(1, ACTION_ACCEPT, "entry");
	refer(2, "gemeente", "wsp");
	EXPECT_ROWS("1d:SUBMITTED");
	act(2, ACTION_DECLINE, "entry");
	EXPECT_ROWS("2:OFFERED 6:DECLINED");
	EXPECT_TOLD("STATUS>gemeente#2");
	assert_null(world_clock(&world, 2, CLOCK_NAME_T4));
}

static void a_second_partner_asks_the_responsible_desk(void **state)
{
	struct uuid made;

	(void)state;
	refer(1, "uwv", "wsp");
	act(1, ACTION_ACCEPT, "wsp");
	refer(2, "gemeente", "leerwerk");
	EXPECT_ROWS("1d:SUBMITTED");
	EXPECT_TOLD("VERDICT>gemeente#1 OFFER>wsp#1");
	EXPECT_OWNER("wsp");

	act(2, ACTION_ACCEPT, "wsp");
	EXPECT_ROWS("2:OFFERED 5:COMPLETED 1:SUBMITTED");
	EXPECT_TOLD("STATUS>gemeente#2 OFFER>leerwerk#1");
	made = world.decision.event.transitions[2].after.referral;
	assert_memory_equal(made.data, world_referral(1).data, 1); /* the slot of its parent */
	assert_true(world.decision.event.transitions[2].after.has_parent);
	EXPECT_OWNER("wsp");
}

static void a_desk_may_ask_for_the_client_itself(void **state)
{
	(void)state;
	refer(1, "uwv", "wsp");
	refer(2, "gemeente", "gemeente");
	EXPECT_ROWS("1d:SUBMITTED");
	refer(3, "uwv", "uwv"); /* but nobody refers to itself who has the client */
	EXPECT_CODE(REJECTION_CODE_ILLEGAL);
}

static void open_requests_follow_the_client(void **state)
{
	(void)state;
	refer(1, "uwv", "wsp");
	refer(2, "gemeente", "leerwerk"); /* asks uwv for leerwerk */
	world_refer(&world, 3, "roc", "wsp", REFERRAL_KIND_TRANSFER); /* asks uwv for wsp */
	world_send(&world);
	act(1, ACTION_ACCEPT, "wsp");
	EXPECT_ROWS("2:OFFERED 5:ACCEPTED 1d:SUBMITTED 18:COMPLETED");
	assert_true(bytes_equal_string(world.state.desks[world_find(&world, 2)->target], "wsp"));
	assert_non_null(world_clock(&world, 2, CLOCK_NAME_T0));
}

static void a_registration_goes_to_the_entry_desk_first(void **state)
{
	(void)state;
	world_refer(&world, 1, "school", "leerwerk", REFERRAL_KIND_TRANSFER);
	world.body.from_desk = (struct bytes){0};
	world_send(&world);
	EXPECT_ROWS("1b:SUBMITTED");
	EXPECT_TOLD("OFFER>leerwerk#1 STATUS>entry#1");
	EXPECT_OWNER("entry");

	world_done(&world);
	world_init(&world);
	world_refer(&world, 1, "school", NULL,
		REFERRAL_KIND_TRANSFER); /* routed to the entry desk itself */
	world_send(&world);
	EXPECT_ROWS("1b:ACCEPTED");
	EXPECT_TOLD("DETAILS>entry#1");
	assert_non_null(world_clock(&world, 1, CLOCK_NAME_T5));
}

static void of_several_desks_the_first_acceptance_wins(void **state)
{
	(void)state;
	for (uint8_t i = 1; i <= 3; i++) {
		static const char *const to[] = {"", "wsp", "leerwerk", "roc"};

		world_refer(&world, i, "uwv", to[i], REFERRAL_KIND_TRANSFER);
		world.body.group = bytes_of_string("g");
		world_send(&world);
		EXPECT_ROWS("1:SUBMITTED");
	}
	refer(4, "uwv", "gemeente"); /* not of the group */
	EXPECT_CODE(REJECTION_CODE_ILLEGAL);
	act(2, ACTION_ACCEPT, "leerwerk");
	EXPECT_ROWS("2:OFFERED 5:ACCEPTED 9:RECALLED 9:RECALLED");
	EXPECT_TOLD("DETAILS>leerwerk#2 STATUS>uwv#1 RECALL>wsp#2 STATUS>uwv#1 RECALL>roc#2 "
		    "STATUS>uwv#1");
	act(1, ACTION_ACCEPT, "wsp");
	EXPECT_CODE(REJECTION_CODE_ILLEGAL);
	EXPECT_OWNER("leerwerk");
}

/* G2: rows that end offers leave none like it, but nothing may rest on that alone. */
static void an_offer_of_who_has_the_client_no_more_is_recalled(void **state)
{
	(void)state;
	refer(1, "uwv", "wsp");
	world_refer(&world, 2, "uwv", "roc", REFERRAL_KIND_SERVICE);
	world_send(&world);
	while (!bytes_equal_string(world_owner(&world), "roc"))
		world.state.client.owner++;
	world.state.client.owner_via = world.state.client.referrals[1].referral;
	world.state.client.referrals[1].giver = world.state.client.owner;
	act(1, ACTION_ACCEPT, "wsp");
	EXPECT_ROWS("2:OFFERED 9:RECALLED");
	EXPECT_TOLD("RECALL>wsp#2 STATUS>uwv#1");
	EXPECT_OWNER("roc");
}

static void passing_a_client_on_completes_what_gave_it(void **state)
{
	(void)state;
	refer(1, "uwv", "wsp");
	act(1, ACTION_ACCEPT, "wsp");
	refer(2, "wsp", "leerwerk");
	act(2, ACTION_ACCEPT, "leerwerk");
	EXPECT_ROWS("2:OFFERED 5:ACCEPTED 18:COMPLETED");
	EXPECT_OWNER("leerwerk");
	assert_int_equal(world_find(&world, 1)->state, REFERRAL_STATE_COMPLETED);
}

static void a_repeat_is_a_duplicate_and_other_content_a_conflict(void **state)
{
	struct uuid id;

	(void)state;
	refer(1, "uwv", "wsp");
	world_send(&world);
	assert_int_equal(world.decision.event.result, RESULT_DUPLICATE);
	EXPECT_TOLD("");
	id = world.message.id;
	world_refer(&world, 1, "uwv", "wsp", REFERRAL_KIND_TRANSFER);
	world.message.id = id;
	world_send(&world);
	EXPECT_CODE(REJECTION_CODE_CONFLICT);
}

/* Whatever was said since, and under another reference too: there is nothing new in it. */
static void an_old_repeat_is_a_duplicate_too(void **state)
{
	struct digest first;

	(void)state;
	world_refer(&world, 1, "uwv", "wsp", REFERRAL_KIND_TRANSFER);
	first = world.message.digest;
	world_send(&world);
	for (int i = 0; i <= HANDOVER_RECENT_MAX; i++)
		act(1, ACTION_SIGN_OF_LIFE, "uwv");
	EXPECT_ROWS("26:SUBMITTED");
	world_refer(&world, 1, "uwv", "wsp", REFERRAL_KIND_TRANSFER);
	world.message.digest = first;
	world_send(&world);
	assert_int_equal(world.decision.event.result, RESULT_DUPLICATE);
	EXPECT_TOLD("");
}

static void a_row_sent_again_amends(void **state)
{
	struct digest first;

	(void)state;
	world_refer(&world, 1, "uwv", "wsp", REFERRAL_KIND_TRANSFER);
	world.message.derived_reference = true;
	first = world.message.digest;
	world_send(&world);
	world_refer(&world, 1, "uwv", "wsp", REFERRAL_KIND_TRANSFER);
	world.message.derived_reference = true;
	world_send(&world);
	EXPECT_ROWS("1c:SUBMITTED");
	EXPECT_TOLD("OFFER>wsp#2");
	assert_true(world.decision.stores_person);

	world_refer(&world, 1, "uwv", "wsp", REFERRAL_KIND_TRANSFER); /* A, B, A: two changes */
	world.message.derived_reference = true;
	world.message.digest = first;
	world_send(&world);
	EXPECT_ROWS("1c:SUBMITTED");
	world_send(&world);
	assert_int_equal(world.decision.event.result, RESULT_DUPLICATE);

	refer(1, "uwv", "leerwerk");
	EXPECT_CODE(REJECTION_CODE_ILLEGAL);
}

static void late_updates_are_stale(void **state)
{
	(void)state;
	refer(1, "uwv", "wsp");
	world_act(&world, 1, ACTION_ACCEPT, "wsp");
	world.change.has_seen_version = true;
	world.change.seen_version = 0;
	world_send(&world);
	EXPECT_CODE(REJECTION_CODE_STALE);
	world_refer(&world, 1, "uwv", "wsp", REFERRAL_KIND_TRANSFER);
	world.message.occurred_at -= 1;
	world_send(&world);
	EXPECT_CODE(REJECTION_CODE_STALE);
}

static void others_may_not_act(void **state)
{
	(void)state;
	refer(1, "uwv", "wsp");
	act(1, ACTION_ACCEPT, "leerwerk");
	EXPECT_CODE(REJECTION_CODE_ILLEGAL);
	act(1, ACTION_CANCEL, "wsp");
	EXPECT_CODE(REJECTION_CODE_ILLEGAL);
	world_act(&world, 1, ACTION_CANCEL, "uwv-2"); /* the partner, but not the desk that sent */
	world_send(&world);
	EXPECT_CODE(REJECTION_CODE_ILLEGAL);
	act(1, ACTION_CANCEL, "uwv");
	EXPECT_ROWS("12:CANCELLED");
	EXPECT_TOLD("RECALL>wsp#3"); /* 2 was the verdict on its own try */
	assert_non_null(world_clock(&world, 1, CLOCK_NAME_T4));
}

static void a_client_closes_only_with_a_reason_and_no_open_referral(void **state)
{
	(void)state;
	refer(1, "uwv", "wsp");
	act(1, ACTION_CLOSE, "uwv");
	EXPECT_CODE(REJECTION_CODE_ILLEGAL);
	act(1, ACTION_ACCEPT, "wsp");
	act(1, ACTION_COMPLETE, "wsp");
	EXPECT_ROWS("18:COMPLETED");
	EXPECT_TOLD("STATUS>uwv#3");
	EXPECT_OWNER("wsp");
	act(1, ACTION_CLOSE, "wsp");
	EXPECT_ROWS("25:COMPLETED");
	EXPECT_TOLD("STATUS>uwv#4");
	assert_int_equal(world.state.client.status, CLIENT_STATUS_CLOSED);
	assert_int_equal(world.state.client.clocks_count, 1);
	assert_int_equal(due_of(0, CLOCK_NAME_T11), days_on(365));
	act(1, ACTION_SIGN_OF_LIFE, "wsp");
	EXPECT_CODE(REJECTION_CODE_ILLEGAL);

	refer(2, "gemeente", "wsp"); /* 24 */
	EXPECT_ROWS("1:SUBMITTED");
	assert_int_equal(world.state.client.status, CLIENT_STATUS_OPEN);
	EXPECT_OWNER("gemeente");
	assert_false(runs(0, CLOCK_NAME_T11));
}

static void a_year_after_closing_an_event_says_so_and_nothing_else_happens(void **state)
{
	(void)state;
	taken(1);
	act(1, ACTION_COMPLETE, "wsp");
	act(1, ACTION_CLOSE, "wsp");
	world_outage(&world, NULL, world.now, days_on(1));
	assert_int_equal(world_pass(&world, days_on(364)), 0);
	assert_int_equal(world_pass(&world, days_on(1)), 1);
	assert_int_equal(world.decision.event.clock->clock, CLOCK_NAME_T11);
	assert_int_equal(world.decision.event.stopped_count, 1);
	EXPECT_ROWS("");
	EXPECT_TOLD("");
	assert_int_equal(world.state.client.status, CLIENT_STATUS_CLOSED);
	assert_int_equal(world.state.client.clocks_count, 0);
	assert_int_equal(world_pass(&world, days_on(1000)), 0);
	refer(2, "gemeente", "wsp"); /* it is known still */
	EXPECT_ROWS("1:SUBMITTED");
	assert_int_equal(world.state.client.referrals_count, 2);
}

static void consent_withdrawn_stops_sharing_not_responsibility(void **state)
{
	(void)state;
	refer(1, "uwv", "wsp");
	act(1, ACTION_WITHDRAW_CONSENT, "uwv");
	EXPECT_TOLD("STATUS>wsp#2");
	assert_int_equal(world.state.client.consent, CONSENT_WITHDRAWN);
	act(1, ACTION_ACCEPT, "wsp");
	EXPECT_OWNER("wsp");
	assert_null(world.decision.handovers[0].sealed);
}

static void refer_with_consent(uint8_t referral, int64_t given_at)
{
	world_refer(&world, referral, "uwv", "leerwerk", REFERRAL_KIND_SERVICE);
	world.body.legal_basis.kind = LEGAL_BASIS_KIND_CONSENT;
	world.body.legal_basis.has_given_at = true;
	world.body.legal_basis.given_at = given_at;
	world_send(&world);
}

/* A batch of yesterday comes in today. */
static void an_older_consent_does_not_bring_back_what_was_withdrawn(void **state)
{
	int64_t withdrawn;

	(void)state;
	refer_with_consent(1, world.now);
	assert_int_equal(world.state.client.consent, CONSENT_GIVEN);
	world_pass(&world, world.now + CLOCK_HOUR_MS);
	act(1, ACTION_WITHDRAW_CONSENT, "uwv");
	withdrawn = world.now;
	world_pass(&world, world.now + CLOCK_HOUR_MS);
	refer_with_consent(2, withdrawn);
	EXPECT_ROWS("1:SUBMITTED"); /* nobody is lost by it */
	assert_int_equal(world.state.client.consent, CONSENT_WITHDRAWN);
	refer_with_consent(3, withdrawn + 1);
	assert_int_equal(world.state.client.consent, CONSENT_GIVEN);
	refer_with_consent(4, withdrawn - 1); /* nor does it take away what was given since */
	assert_int_equal(world.state.client.consent, CONSENT_GIVEN);
}

static void whoever_has_the_client_hears_that_consent_is_withdrawn(void **state)
{
	(void)state;
	taken(1);
	act(1, ACTION_COMPLETE, "wsp"); /* nothing of it is open */
	act(1, ACTION_WITHDRAW_CONSENT, "uwv");
	EXPECT_TOLD("STATUS>wsp#3");
	assert_int_equal(world.decision.handovers[0].role, ROLE_OWNER);
	act(1, ACTION_WITHDRAW_CONSENT, "wsp");
	EXPECT_TOLD("");
}

static void a_service_leaves_responsibility_where_it_is(void **state)
{
	(void)state;
	refer(1, "uwv", "wsp");
	act(1, ACTION_ACCEPT, "wsp");
	world_refer(&world, 2, "gemeente", "roc", REFERRAL_KIND_SERVICE);
	world_send(&world);
	EXPECT_ROWS("1:SUBMITTED");
	EXPECT_TOLD("OFFER>roc#1 STATUS>wsp#1");
	act(2, ACTION_ACCEPT, "roc");
	EXPECT_OWNER("wsp");
	assert_non_null(world_clock(&world, 2, CLOCK_NAME_T6));
}

static void unknown_codes_and_cases_are_visible(void **state)
{
	(void)state;
	refer(1, "uwv", "wsp");
	act(1, ACTION_UNKNOWN, "wsp");
	EXPECT_CODE(REJECTION_CODE_UNKNOWN_CODE);
	assert_string_equal(world.decision.reject_owner, "ops");
	act(9, ACTION_ACCEPT, "wsp");
	EXPECT_CODE(REJECTION_CODE_UNKNOWN_CASE);
	EXPECT_TOLD("VERDICT>wsp#0");
}

static void the_oldest_ended_referral_makes_room(void **state)
{
	(void)state;
	refer(1, "uwv", "wsp");
	act(1, ACTION_ACCEPT, "wsp");
	for (uint8_t i = 2; i < 100; i++) {
		world_refer(&world, i, "wsp", "roc", REFERRAL_KIND_SERVICE);
		world_send(&world);
		EXPECT_ROWS("1:SUBMITTED");
		act(i, ACTION_ACCEPT, "roc");
		act(i, ACTION_COMPLETE, "roc");
		EXPECT_ROWS("18:COMPLETED");
		act(i, ACTION_ACKNOWLEDGE, "wsp");
	}
	assert_int_equal(world.state.client.referrals_count, HANDOVER_REFERRALS_MAX);
	assert_null(world_find(&world, 2));
	assert_non_null(world_find(&world, 1));
	assert_non_null(world_find(&world, 99));
}

static void a_client_full_of_open_referrals_refuses_more(void **state)
{
	(void)state;
	refer(1, "uwv", "wsp");
	for (uint8_t i = 2; i <= HANDOVER_REFERRALS_MAX; i++) {
		world_refer(&world, i, "uwv", "roc", REFERRAL_KIND_SERVICE);
		world_send(&world);
		EXPECT_ROWS("1:SUBMITTED");
	}
	world_refer(&world, 200, "uwv", "roc", REFERRAL_KIND_SERVICE);
	world_send(&world);
	EXPECT_CODE(REJECTION_CODE_ILLEGAL);
}

/* A long life names many desks; those that nothing means any more go. */
static void desks_that_nothing_means_are_forgotten(void **state)
{
	static char names[HANDOVER_DESKS_MAX][8];

	(void)state;
	refer(1, "uwv", "wsp");
	while (world.state.client.desks_count < HANDOVER_DESKS_MAX) {
		size_t at = world.state.client.desks_count++;

		snprintf(names[at], sizeof(names[at]), "d%zu", at);
		world.state.desks[at] = bytes_of_string(names[at]);
	}
	refer(2, "uwv", "roc");
	EXPECT_CODE(REJECTION_CODE_ILLEGAL);
	assert_true(world.state.client.desks_count < 10);
	act(1, ACTION_ACCEPT, "wsp");
	EXPECT_OWNER("wsp");
	EXPECT_TOLD("DETAILS>wsp#2 STATUS>uwv#1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(a_referral_makes_the_sender_responsible_until_the_target_accepts),
		STORY(what_the_target_does_shows_that_it_has_the_offer),
		STORY(a_decline_leaves_the_giver_a_dated_duty),
		STORY(a_decline_needs_reason_text_and_a_suggestion),
		STORY(the_entry_desk_may_not_decline_but_a_request_it_may),
		STORY(a_second_partner_asks_the_responsible_desk),
		STORY(a_desk_may_ask_for_the_client_itself),
		STORY(open_requests_follow_the_client),
		STORY(a_registration_goes_to_the_entry_desk_first),
		STORY(of_several_desks_the_first_acceptance_wins),
		STORY(an_offer_of_who_has_the_client_no_more_is_recalled),
		STORY(passing_a_client_on_completes_what_gave_it),
		STORY(a_repeat_is_a_duplicate_and_other_content_a_conflict),
		STORY(an_old_repeat_is_a_duplicate_too),
		STORY(a_row_sent_again_amends),
		STORY(late_updates_are_stale),
		STORY(others_may_not_act),
		STORY(a_client_closes_only_with_a_reason_and_no_open_referral),
		STORY(a_year_after_closing_an_event_says_so_and_nothing_else_happens),
		STORY(consent_withdrawn_stops_sharing_not_responsibility),
		STORY(an_older_consent_does_not_bring_back_what_was_withdrawn),
		STORY(whoever_has_the_client_hears_that_consent_is_withdrawn),
		STORY(a_service_leaves_responsibility_where_it_is),
		STORY(unknown_codes_and_cases_are_visible),
		STORY(the_oldest_ended_referral_makes_room),
		STORY(desks_that_nothing_means_are_forgotten),
		STORY(a_client_full_of_open_referrals_refuses_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
