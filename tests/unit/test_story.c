/* test_story - an event as a line that people read. */
#include "tests/unit/unit.h"

#include <string.h>

#include "hub/view/story.h"
#include "tests/support/world.h"

static struct bytes text(const char *s)
{
	return bytes_of_string(s);
}

static struct transition transition_of(const char *row, const char *target)
{
	return (struct transition){.row = text(row),
		.after = {.giver = text("gemeente"),
			.sender = text("school"),
			.target = text(target),
			.wished = text("roc"),
			.question = text("TAAL"),
			.outcome = text("REFERRED_ON"),
			.referral = {{1}},
			.state = REFERRAL_STATE_ACCEPTED,
			.escalation = 2}};
}

static struct story story;
static struct event event;
static struct message message;
static struct status_change change;
static struct transition transitions[5];
static struct owner_change owner;
static struct clock_id clock_id;
static struct handover_id handovers[3];

static int start(void **state)
{
	(void)state;
	event = (struct event){.result = RESULT_APPLIED, .transitions = transitions};
	message = (struct message){.body_status_change = &change};
	change = (struct status_change){.action = ACTION_ACCEPT};
	owner = (struct owner_change){.new = text("wsp")};
	clock_id = (struct clock_id){.clock = CLOCK_NAME_T2};
	story = (struct story){.language = WORDS_ENGLISH};
	return 0;
}

static void expect(const struct message *said, const char *told)
{
	const struct report_event row = {.event = &event, .message = said};
	struct buffer out = {0};
	buffer_add_string(&out, "what was there before");
	story_what(&story, &row, &out);
	assert_string_equal(buffer_string(&out), told);
	buffer_done(&out);
}

static void test_rows(void **state)
{
	static const struct {
		const char *row, *told;
	} rows[] = {
		{"1", "referred by school to wsp for TAAL"},
		{"1b", "registered, and offered to wsp for TAAL"},
		{"1d", "school asked wsp to let go, for roc"},
		{"6", "declined by wsp"},
		{"10", "in progress at wsp"},
		{"11", "resumed by wsp"},
		{"14", "request to wsp cancelled"},
		{"16", "returned by wsp to gemeente"},
		{"17", "taken back by gemeente"},
		{"18", "ended at wsp: REFERRED_ON"},
		{"22", "nobody acted on the referral to wsp in time: level L2"},
		{"25", "noted"},
		{"23", "assigned to wsp by coordinator school"},
		{"26", "sign of life given"},
		{"99", "changed"},
	};
	(void)state;
	event.transitions_count = 1;
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		transitions[0] = transition_of(rows[i].row, "wsp");
		expect(NULL, rows[i].told);
	}
}

static void test_what_the_actor_said(void **state)
{
	(void)state;
	transitions[0] = transition_of("6", "wsp");
	event.transitions_count = 1;
	change.reason = text("NO_CAPACITY");
	expect(&message, "declined by wsp: NO_CAPACITY");
	change.suggested_desk = text("roc");
	expect(&message, "declined by wsp: NO_CAPACITY, suggests roc");
	change.reason = (struct bytes){0};
	expect(&message, "declined by wsp: suggests roc");
	change = (struct status_change){.outcome = text("PLACED_WORK"), .next_step = text("NONE")};
	event.owner = &owner;
	expect(&message, "declined by wsp: PLACED_WORK, NONE; now with wsp");
}

static void test_many_transitions_are_counted(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(transitions); i++)
		transitions[i] = transition_of("9", i == 0 ? "wsp" : "roc");
	event.transitions_count = UNIT_COUNT(transitions);
	expect(NULL,
		"offer to wsp recalled; offer to roc recalled; offer to roc recalled; and 2 more");
}

static void test_client_changes(void **state)
{
	(void)state;
	event.has_status = true;
	event.status = CLIENT_STATUS_CLOSED;
	event.closing_reason = text("PLACED_WORK");
	expect(NULL, "closed: PLACED_WORK");
	expect(&message, "ACCEPT; closed: PLACED_WORK");
	transitions[0] = transition_of("25", "wsp");
	event.transitions_count = 1;
	expect(&message, "closed: PLACED_WORK");
	event.transitions_count = 0;
	event.has_status = false;
	event.has_consent = true;
	event.consent = CONSENT_WITHDRAWN;
	expect(NULL, "consent withdrawn: nothing more is shared");
}

static void test_clocks(void **state)
{
	(void)state;
	event.clock = &clock_id;
	expect(NULL, "offer to decide on: not done in time");
	handovers[0].desk = handovers[2].desk = text("wsp");
	handovers[1].desk = text("uwv");
	event.handovers = handovers;
	event.handovers_count = 3;
	expect(NULL, "offer to decide on: not done in time; told wsp, uwv");
}

static void test_late_reports_on_delivery(void **state)
{
	(void)state;
	change.action = ACTION_DELIVERED;
	expect(&message, "delivery reported late: nothing changes");
	change.action = ACTION_UNDELIVERABLE;
	expect(&message, "reported late as undeliverable: nothing changes");
	transitions[0] = transition_of("3", "wsp");
	event.transitions_count = 1;
	expect(&message, "could not be delivered to wsp");
}

static void test_results(void **state)
{
	(void)state;
	expect(NULL, "noted");
	event.text = text("left out by ops");
	expect(NULL, "left out by ops");
	event.result = RESULT_DUPLICATE;
	expect(NULL, "said again: nothing changes");
	event.result = RESULT_REJECTED;
	event.has_code = true;
	event.code = REJECTION_CODE_ILLEGAL;
	event.text = text("not now");
	expect(NULL, "refused ILLEGAL: not now");
	event.result = RESULT_PARKED;
	event.code = REJECTION_CODE_PARKED;
	expect(NULL, "parked: not now");
	event.result = RESULT_REJECTED;
	event.code = REJECTION_CODE_UNREADABLE;
	expect(NULL, "refused UNREADABLE: not now");
}

/* All rows of the design, in both languages, and nothing left in braces. */
static void test_every_row_duty_and_clock_has_words(void **state)
{
	static const char *const rows[] = {"1", "1b", "1c", "1d", "2", "3", "4", "5", "6", "7", "8",
		"9", "10", "11", "12", "13", "14", "15", "16", "17", "18", "19", "20", "21", "22",
		"23", "25", "26", "27", "28", "29", "30", "31"};
	struct buffer out = {0};
	const struct report_event row = {.event = &event, .message = &message};
	(void)state;
	for (int language = 0; language < WORDS_LANGUAGES; language++) {
		story.language = (enum words_language)language;
		for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
			transitions[0] = transition_of(rows[i], "wsp");
			event.transitions_count = 1;
			story_what(&story, &row, &out);
			assert_null(strpbrk(buffer_string(&out), "{}"));
			assert_string_not_equal(
				buffer_string(&out), language ? "gewijzigd" : "changed");
		}
		for (int duty = 0; duty < DUTY_COUNT; duty++)
			assert_non_null(words_duty((enum duty)duty, story.language));
		for (int clock = 0; clock < CLOCK_NAME_COUNT; clock++)
			assert_non_null(words_clock((enum clock_name)clock, story.language));
		for (int progress = 0; progress < PROGRESS_COUNT; progress++)
			assert_non_null(words_progress((enum progress)progress, story.language));
		for (int phrase = 0; phrase < WORDS_PHRASES; phrase++)
			assert_non_null(words_phrase((enum words_phrase)phrase, story.language));
	}
	buffer_done(&out);
}

static void test_what_depends_on_the_action(void **state)
{
	(void)state;
	event.transitions_count = 1;
	transitions[0] = transition_of("11", "wsp");
	transitions[0].after.state = REFERRAL_STATE_ON_HOLD;
	change = (struct status_change){.action = ACTION_HOLD,
		.hold_reason = text("ILLNESS"),
		.has_next_date = true,
		.next_date = 20545};
	expect(&message, "put on hold by wsp: ILLNESS, next on 2026-04-02");
	transitions[0] = transition_of("14", "wsp");
	change = (struct status_change){.action = ACTION_CONFIRM_CANCEL};
	expect(&message, "cancelling confirmed by wsp");
	transitions[0] = transition_of("18", "wsp");
	change = (struct status_change){.action = ACTION_COMPLETE,
		.outcome = text("PLACED_WORK"),
		.next_step = text("NONE")};
	expect(&message, "completed by wsp: PLACED_WORK, NONE");
	transitions[0] = transition_of("10", "wsp");
	change = (struct status_change){
		.action = ACTION_PROGRESS, .has_progress = true, .progress = PROGRESS_NO_SHOW};
	expect(&message, "in progress at wsp: did not show up");
}

static void test_in_dutch_codes_have_their_labels(void **state)
{
	struct codes *codes = codes_new();
	struct err err = {0};
	const struct code reason = {"reason", "NO_CAPACITY", "Geen plek"},
			  question = {"question", "TAAL", "Taal leren"};
	(void)state;
	assert_int_equal(codes_add(codes, &reason, &err), OK);
	assert_int_equal(codes_add(codes, &question, &err), OK);
	story.codes = codes;
	event.transitions_count = 1;
	transitions[0] = transition_of("6", "wsp");
	change.reason = text("NO_CAPACITY");
	expect(&message, "declined by wsp: NO_CAPACITY");
	story.language = WORDS_DUTCH;
	expect(&message, "afgewezen door wsp: Geen plek");
	change.reason = text("OF_TOMORROW");
	change.suggested_desk = text("roc");
	expect(&message, "afgewezen door wsp: OF_TOMORROW, raadt aan: roc");
	transitions[0] = transition_of("1", "wsp");
	expect(NULL, "door school verwezen naar wsp voor Taal leren");
	codes_free(codes);
}

/* Of desks it may name wsp only; that something was accepted it may not know. */
static bool may_name(const void *context, struct bytes desk)
{
	(void)context;
	return bytes_equal_string(desk, "wsp");
}

static bool may_know(const void *context, enum referral_state state)
{
	(void)context;
	return state != REFERRAL_STATE_ACCEPTED;
}

static void test_a_listener_hears_what_it_may(void **state)
{
	const struct story_listener listener = {.referral = {{1}},
		.partner = text("00000099000000001000"),
		.may_name = may_name,
		.may_know = may_know};
	(void)state;
	story.listener = &listener;
	event.partner = text("00000099000000002000");
	event.transitions_count = 2;
	change = (struct status_change){
		.action = ACTION_RETURN, .referral = {{1}}, .reason = text("NO_CAPACITY")};
	transitions[0] = transition_of("16", "wsp");
	transitions[0].after.state = REFERRAL_STATE_RETURNED;
	transitions[1] = transition_of("9", "wsp");
	transitions[1].after.referral = (struct uuid){{2}};
	expect(&message, "returned by wsp to another desk: NO_CAPACITY");
	transitions[0].after.state = REFERRAL_STATE_ACCEPTED;
	expect(&message, "");
	owner.new = text("roc");
	event.owner = &owner;
	expect(&message, "now with another desk");
	event.owner = NULL;
	event.partner = listener.partner;
	expect(&message, "returned by wsp to another desk: NO_CAPACITY");
	change.referral = (struct uuid){{2}};
	expect(&message, "returned by wsp to another desk");
	event.result = RESULT_REJECTED;
	event.text = text("not possible in state ACCEPTED");
	expect(&message, "");
	change.referral = (struct uuid){{1}};
	expect(&message, "refused");
	event.partner = text("00000099000000002000");
	expect(&message, "");
}

static void expect_who(const char *who)
{
	const struct report_event row = {.event = &event, .message = &message};
	struct buffer out = {0};
	story_who(&story, &row, &out);
	assert_string_equal(buffer_string(&out), who);
	buffer_done(&out);
}

/* A partner only where one of its desks that may be named has part in it. */
static void test_who_it_was(void **state)
{
	const struct rules rules = world_rules();
	const struct story_listener listener = {.referral = {{1}},
		.partner = text("00000099000000000001"),
		.may_name = may_name,
		.may_know = may_know};
	(void)state;
	story.rules = &rules;
	event.partner = text("000000990000000003");
	expect_who("000000990000000003");
	event.partner = bytes_of_string(rules_partner_of_desk(&rules, text("wsp"))->oin);
	expect_who("WSP");
	story.listener = &listener;
	expect_who("");
	event.transitions_count = 1;
	transitions[0] = transition_of("5", "wsp");
	expect_who("WSP");
	transitions[0] = transition_of("5", "roc");
	event.partner = bytes_of_string(rules_partner_of_desk(&rules, text("roc"))->oin);
	expect_who("");
	event.partner = text("hub");
	expect_who("hub");
	event.partner = (struct bytes){0};
	event.clock = &clock_id;
	story.language = WORDS_DUTCH;
	expect_who("klok T2");
}

#define STORY(test) cmocka_unit_test_setup(test, start)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(test_rows),
		STORY(test_what_the_actor_said),
		STORY(test_many_transitions_are_counted),
		STORY(test_client_changes),
		STORY(test_clocks),
		STORY(test_late_reports_on_delivery),
		STORY(test_results),
		STORY(test_every_row_duty_and_clock_has_words),
		STORY(test_what_depends_on_the_action),
		STORY(test_in_dutch_codes_have_their_labels),
		STORY(test_a_listener_hears_what_it_may),
		STORY(test_who_it_was),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
