/* test_story - an event as a line that people read. */
#include "tests/unit/unit.h"

#include "hub/cli/screen/story.h"

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
			.escalation = 2}};
}

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
	return 0;
}

static void expect(const struct message *said, const char *told)
{
	const struct report_event row = {.event = &event, .message = said};
	struct buffer out = {0};
	buffer_add_string(&out, "what was there before");
	story_what(&row, &out);
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
		{"17", "taken back by gemeente"},
		{"22", "nobody acted on the referral to wsp in time: level L2"},
		{"25", "noted"},
		{"26", "sign of life given by wsp"},
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

static void test_every_duty_and_clock_has_words(void **state)
{
	(void)state;
	for (int duty = 0; duty < DUTY_COUNT; duty++)
		assert_non_null(story_duty((enum duty)duty));
	for (int clock = 0; clock < CLOCK_NAME_COUNT; clock++)
		assert_non_null(story_clock((enum clock_name)clock));
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
		STORY(test_every_duty_and_clock_has_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
