/* test_routed - the referrals for which a desk was chosen, and what the choice went by. */
#include "tests/support/life.h"
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "hub/view/routed.h"

#define HOUR INT64_C(3600000)

static struct life life;
static char
	seen[400]; /* " 1:wsp@- 2:roc@AM22": a referral's number, its desk, its client's region */

static int start(void **state)
{
	(void)state;
	life_init(&life);
	view_file_begin(life.file);
	view_file_end(life.file);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	life_done(&life);
	return 0;
}

static void refer(uint8_t referral, const char *to, const char *region)
{
	world_refer(&life.world, referral, "uwv", to, REFERRAL_KIND_SERVICE);
	life.world.body.region = bytes_of_string(region);
	world_send(&life.world);
	assert_int_equal(life.world.decision.event.result, RESULT_APPLIED);
	life_put_decision(&life);
	life.world.now += HOUR;
}

static enum outcome note(const struct routed *routed, void *context, struct err *err)
{
	size_t size = strlen(seen);
	(void)context;
	(void)err;
	assert_non_null(routed->client);
	snprintf(seen + size, sizeof(seen) - size, " %d:%.*s@%.*s",
		routed->message->body_referral->referral.data[2],
		BYTES_ARG(routed->event->routing->desk),
		routed->region.data == NULL ? 1 : (int)routed->region.size,
		routed->region.data == NULL ? "-" : (const char *)routed->region.data);
	return OK;
}

static const char *routed_since(int64_t since)
{
	seen[0] = '\0';
	assert_int_equal(routed_each(life.file->reader, since, note, NULL, &life.file->err), OK);
	return seen;
}

static void a_choice_goes_by_what_was_known_then(void **state)
{
	int64_t begun = life.world.now;
	(void)state;
	refer(1, "wsp", "AM22");
	life_deliver(&life, 1);
	refer(2, "roc", NULL);
	refer(3, "wsp", "AM22");
	assert_string_equal(routed_since(begun), " 1:wsp@- 2:roc@AM22 3:wsp@-");
	assert_string_equal(routed_since(begun + 1), " 2:roc@AM22 3:wsp@-");
	assert_string_equal(routed_since(begun + 2 * HOUR), " 3:wsp@-");
	assert_string_equal(routed_since(life.world.now), "");
}

/* An offer that came first knows no region; of one whose first Events are gone, the present one. */
static void what_was_not_known_is_left_out(void **state)
{
	(void)state;
	refer(1, "wsp", NULL);
	refer(2, "roc", NULL);
	assert_string_equal(routed_since(0), " 1:wsp@- 2:roc@AM22");
	life_spoil(&life, "DELETE FROM events WHERE place = 0");
	assert_string_equal(routed_since(0), " 2:roc@AM22");
	life_spoil(&life, "UPDATE messages SET value = NULL");
	assert_string_equal(routed_since(0), "");
}

static enum outcome count(const struct routed *routed, void *context, struct err *err)
{
	(void)routed;
	(void)err;
	++*(int *)context;
	return OK;
}

/* More than one transaction's. */
static void many_are_all_seen(void **state)
{
	struct event event;
	int counted = 0;
	(void)state;
	refer(1, "wsp", "AM22");
	event = life.world.decision.event;
	event.offset = 0;
	for (int i = 1; i < 1200; i++)
		life_put(&life, TOPIC_EVENTS, &event);
	assert_int_equal(routed_each(life.file->reader, 0, count, &counted, &life.file->err), OK);
	assert_int_equal(counted, 1200);
}

#define LIFE(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LIFE(a_choice_goes_by_what_was_known_then),
		LIFE(what_was_not_known_is_left_out),
		LIFE(many_are_all_seen),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
