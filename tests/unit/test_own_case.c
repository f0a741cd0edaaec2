/* test_own_case - each receiver of a handover is told its own reference, and nobody else's. */
#include "tests/unit/unit.h"

#include <string.h>

#include "hub/flow/disclose/own_case.h"
#include "tests/support/life.h"

struct stage {
	struct life life;
	const char *system; /* that the handovers are brought to */
	struct arena arena;
	struct err err;
};

static int set_up(void **state)
{
	static struct stage stage;
	memset(&stage, 0, sizeof(stage));
	life_init(&stage.life);
	view_file_begin(stage.life.file);
	view_file_end(stage.life.file);
	*state = &stage;
	return 0;
}

static int tear_down(void **state)
{
	struct stage *stage = *state;
	life_done(&stage->life);
	arena_done(&stage->arena);
	return 0;
}

static void refer(struct stage *stage, const char *from, const char *to, const char *case_)
{
	world_refer(&stage->life.world, 1, from, to, REFERRAL_KIND_TRANSFER);
	stage->life.world.message.case_ = bytes_of_string(case_);
	world_send(&stage->life.world);
	life_put_decision(&stage->life);
}

/* As the edge reports what a desk's system answered. */
static void deliver(struct stage *stage, const char *desk, const char *case_)
{
	struct world *world = &stage->life.world;
	world_hub(world, 1, ACTION_DELIVERED);
	world->change.actor.desk = bytes_of_string(desk);
	world->message.case_ = bytes_of_string(case_);
	world_send(world);
	life_put_decision(&stage->life);
}

/* Of the last handover to the desk, so long after it was made. */
static enum outcome read_own_case(
	struct stage *stage, const char *desk, int64_t age, struct bytes *out)
{
	struct view_reader *reader = stage->life.file->reader;
	const struct view_feed feed = {.desk = bytes_of_string(desk), .limit = 100};
	struct view_handovers all;
	struct found found;
	assert_int_equal(view_reader_begin(reader, &stage->arena, &stage->err), OK);
	assert_int_equal(view_handovers(reader, &feed, &all, &stage->err), OK);
	assert_true(all.count > 0);
	const struct handover *last = all.items[all.count - 1].handover;
	assert_int_equal(found_read(reader, last, FOUND_ARRIVAL_MS, &found, &stage->err), OK);
	const struct own_case_asked asked = {.handover = last,
		.found = &found,
		.rules = &stage->life.rules,
		.desk = rules_desk(&stage->life.rules, feed.desk),
		.system = stage->system,
		.age = age};
	enum outcome outcome = own_case_read(reader, &asked, out, &stage->err);
	view_reader_end(reader);
	return outcome;
}

static void check(struct stage *stage, const char *desk, const char *expected)
{
	struct bytes found;
	assert_int_equal(read_own_case(stage, desk, FOUND_ARRIVAL_MS, &found), OK);
	if (!bytes_equal(found, bytes_of_string(expected)))
		fail_msg("%s: \"%.*s\"", desk, BYTES_ARG(found));
}

static void test_each_partner_is_told_its_own(void **state)
{
	struct stage *stage = *state;
	refer(stage, "uwv", "wsp", "UWV-1");
	check(stage, "wsp", NULL);
	deliver(stage, "wsp", "WSP-9");
	life_act(&stage->life, 1, ACTION_ACCEPT, "wsp");
	check(stage, "wsp", "WSP-9");
	check(stage, "uwv", "UWV-1");
}

static void test_who_named_none_gets_none_of_others(void **state)
{
	struct stage *stage = *state;
	refer(stage, "uwv", "wsp", "UWV-1");
	life_deliver(&stage->life, 1);
	life_act(&stage->life, 1, ACTION_ACCEPT, "wsp");
	check(stage, "wsp", NULL);
	deliver(stage, "roc", "ROC-3");
	life_act(&stage->life, 1, ACTION_COMPLETE, "wsp");
	check(stage, "wsp", NULL);
	check(stage, "uwv", "UWV-1");
}

static void test_what_was_answered_last_counts(void **state)
{
	struct stage *stage = *state;
	refer(stage, "uwv", "wsp", "UWV-1");
	deliver(stage, "wsp", "WSP-9");
	life_act(&stage->life, 1, ACTION_ACCEPT, "wsp");
	deliver(stage, "wsp", "WSP-10");
	check(stage, "wsp", "WSP-10");
}

static void test_a_verdict_names_the_case_of_its_message(void **state)
{
	struct stage *stage = *state;
	refer(stage, "uwv", "wsp", "UWV-1");
	life_deliver(&stage->life, 1);
	life_act(&stage->life, 1, ACTION_ACKNOWLEDGE, "uwv");
	check(stage, "uwv", "UWV-1");
	refer(stage, "uwv", "roc", "UWV-1"); /* another target: refused */
	assert_int_equal(stage->life.world.decision.event.result, RESULT_REJECTED);
	stage->system = "test";
	check(stage, "uwv", "UWV-1");
	stage->system = "another";
	check(stage, "uwv", NULL);
}

/* Of a new client, so that the message is all that there is: also of this system alone. */
static void test_a_verdict_on_what_never_was(void **state)
{
	struct stage *stage = *state;
	struct bytes found;
	refer(stage, "uwv", "wsp", "UWV-1");
	refer(stage, "uwv", "nowhere", "UWV-2");
	assert_int_equal(stage->life.world.decision.event.result, RESULT_REJECTED);
	stage->system = "test";
	check(stage, "uwv", "UWV-2");
	stage->system = "another";
	check(stage, "uwv", NULL);
	stage->system = "test";
	life_spoil(&stage->life, "DELETE FROM messages");
	assert_int_equal(read_own_case(stage, "uwv", 0, &found), RETRY);
	check(stage, "uwv", NULL);
}

/* The desk that is offered the client is of the partner that sent it. */
static void test_an_offer_to_oneself_has_it_at_once(void **state)
{
	struct stage *stage = *state;
	struct bytes found;
	refer(stage, "uwv", "uwv-2", "UWV-1");
	life_spoil(&stage->life, "DELETE FROM messages");
	assert_int_equal(read_own_case(stage, "uwv-2", 0, &found), OK);
	assert_true(bytes_equal_string(found, "UWV-1"));
}

/* Before it is accepted: what was made of it is what it is about. */
static void test_an_offer_that_was_changed(void **state)
{
	struct stage *stage = *state;
	refer(stage, "uwv", "wsp", "UWV-1");
	refer(stage, "uwv", "wsp", "UWV-1");
	assert_true(bytes_equal_string(stage->life.world.decision.event.transitions[0].row, "1c"));
	check(stage, "wsp", NULL);
	deliver(stage, "wsp", "WSP-9");
	refer(stage, "uwv", "wsp", "UWV-1");
	check(stage, "wsp", "WSP-9");
}

/* A municipality's zaaksysteem was told of zaken of its other system, by their numbers there. */
static void test_a_case_of_another_system_is_not_its_own(void **state)
{
	struct stage *stage = *state;
	refer(stage, "uwv", "wsp", "UWV-1");
	life_deliver(&stage->life, 1);
	life_act(&stage->life, 1, ACTION_ACCEPT, "wsp");
	stage->system = "test";
	check(stage, "uwv", "UWV-1");
	stage->system = "another";
	check(stage, "uwv", NULL);
	deliver(stage, "uwv", "Z-7");
	check(stage, "uwv", "Z-7");
}

/* Topics come to the view in any order; what is not there in the end is kept no more. */
static void test_the_message_of_a_sender_is_waited_for(void **state)
{
	struct stage *stage = *state;
	struct bytes found;
	refer(stage, "uwv", "wsp", "UWV-1");
	deliver(stage, "wsp", "WSP-9");
	life_act(&stage->life, 1, ACTION_ACCEPT, "wsp");
	life_spoil(&stage->life, "DELETE FROM messages");
	assert_int_equal(read_own_case(stage, "uwv", 0, &found), RETRY);
	assert_int_equal(read_own_case(stage, "wsp", 0, &found), OK);
	assert_null(found.data);
	check(stage, "uwv", NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_partner_is_told_its_own),
		TEST(who_named_none_gets_none_of_others),
		TEST(what_was_answered_last_counts),
		TEST(a_verdict_names_the_case_of_its_message),
		TEST(a_verdict_on_what_never_was),
		TEST(an_offer_to_oneself_has_it_at_once),
		TEST(an_offer_that_was_changed),
		TEST(a_case_of_another_system_is_not_its_own),
		TEST(the_message_of_a_sender_is_waited_for),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
