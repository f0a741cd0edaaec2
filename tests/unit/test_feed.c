/* test_feed - one desk's handovers in their order, and which of its offers nobody has reported. */
#include "tests/support/life.h"
#include "tests/unit/unit.h"

#include <string.h>

#include "hub/handover/handover.h"
#include "hub/view/database.h"

static struct life life;

static int start(void **state)
{
	(void)state;
	life_init(&life);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	life_done(&life);
	return 0;
}

static struct view_handovers page(const char *desk, int64_t after, int32_t limit)
{
	const struct view_feed feed = {bytes_of_string(desk), after, limit};
	struct view_handovers found;
	view_file_begin(life.file);
	assert_int_equal(view_handovers(life.file->reader, &feed, &found, &life.file->err), OK);
	view_file_end(life.file);
	return found;
}

static int64_t last(const char *desk)
{
	int64_t cursor = -1;
	view_file_begin(life.file);
	assert_int_equal(view_last_handover(life.file->reader, bytes_of_string(desk), &cursor,
				 &life.file->err),
		OK);
	view_file_end(life.file);
	return cursor;
}

static struct view_undelivered undelivered(int64_t after, int32_t limit)
{
	const struct view_feed feed = {bytes_of_string("wsp"), after, limit};
	struct view_undelivered found;
	int64_t until = last("wsp");
	view_file_begin(life.file);
	assert_int_equal(
		view_undelivered(life.file->reader, &feed, until, &found, &life.file->err), OK);
	view_file_end(life.file);
	return found;
}

static void put_for(const char *desk, struct sealed *sealed)
{
	struct handover handover = {.desk = bytes_of_string(desk),
		.kind = HANDOVER_KIND_STATUS,
		.number = (int32_t)life.offsets[TOPIC_HANDOVERS],
		.sealed = sealed};
	life_put(&life, TOPIC_HANDOVERS, &handover);
}

static void pages_follow_each_other(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++) {
		put_for("wsp", NULL);
		put_for("uwv", NULL);
	}
	struct view_handovers found = page("wsp", 0, 2);
	assert_int_equal(found.count, 2);
	assert_int_equal(found.items[0].handover->number, 0);
	assert_int_equal(found.items[1].cursor, view_cursor(0, 2));
	found = page("wsp", found.items[1].cursor, 2);
	assert_int_equal(found.count, 1);
	assert_int_equal(found.items[0].handover->number, 4);
	assert_int_equal(found.items[0].cursor, last("wsp"));
	assert_int_equal(page("wsp", last("wsp"), 2).count, 0);
	assert_int_equal(last("roc"), 0);
}

/* However many were asked for: what is read lies in memory. */
static void large_ones_make_short_pages(void **state)
{
	static char box[VIEW_FEED_BYTES / 4];
	struct sealed sealed = {.box = bytes_of(box, sizeof(box))};
	int64_t after = 0;
	int pages = 0;
	(void)state;
	for (int i = 0; i < 10; i++)
		put_for("wsp", &sealed);
	for (int count = 0; count < 10; pages++) {
		struct view_handovers found = page("wsp", after, 100);
		assert_in_range(found.count, 1, 4);
		count += (int)found.count;
		after = found.items[found.count - 1].cursor;
	}
	assert_int_equal(pages, 3);
	assert_int_equal(after, last("wsp"));
}

static void offers_are_undelivered_until_somebody_says_so(void **state)
{
	(void)state;
	life_refer(&life, 1, "uwv", "wsp");
	struct view_undelivered found = undelivered(0, 100);
	assert_int_equal(found.count, 1);
	struct uuid expected = world_referral(1);
	assert_memory_equal(&found.items[0].referral, &expected, sizeof(expected));
	assert_true(found.items[0].is_here);
	assert_int_equal(found.until, last("wsp"));
	assert_int_equal(undelivered(found.until, 100).count, 0);
	life_deliver(&life, 1);
	assert_int_equal(undelivered(0, 100).count, 0);
}

/* Another desk's offers, and what is none, are not among them; a short look says how far it went.
 */
static void a_look_goes_so_far(void **state)
{
	(void)state;
	put_for("wsp", NULL);
	life_refer(&life, 1, "uwv", "wsp");
	struct view_undelivered found = undelivered(0, 1);
	assert_int_equal(found.count, 0);
	assert_int_equal(found.until, view_cursor(0, 0));
	found = undelivered(found.until, 1);
	assert_int_equal(found.count, 1);
	assert_int_equal(found.until, last("wsp"));
}

/* The client comes by another topic: not at all yet, or as it was before the offer. */
static void an_offer_may_come_before_its_client(void **state)
{
	(void)state;
	life_refer(&life, 1, "uwv", "wsp");
	life_deliver(&life, 1);
	struct handover handover = *page("wsp", 0, 1).items[0].handover;
	handover.at = 0;
	handover.version++;
	life_put(&life, TOPIC_HANDOVERS, &handover);
	handover.referral = world_referral(2);
	handover.at = life.world.now;
	life_put(&life, TOPIC_HANDOVERS, &handover);
	struct view_undelivered found = undelivered(0, 100);
	assert_int_equal(found.count, 2);
	assert_false(found.items[0].is_here);
	assert_false(found.items[1].is_here);
	assert_int_equal(found.items[1].cursor, last("wsp"));
	assert_in_range(found.items[0].written_at, 1000, 2000); /* the record's, in this file */
	assert_int_equal(found.items[1].written_at, life.world.now);
}

/* A request goes on to the next owner, and its first receiver's feed says nothing of him. */
static void what_went_on_to_another_desk_is_not_delivered(void **state)
{
	struct handover handover = {.desk = bytes_of_string("roc"),
		.kind = HANDOVER_KIND_OFFER,
		.number = 1,
		.has_referral = true,
		.referral = world_referral(1)};
	(void)state;
	life_refer(&life, 1, "uwv", "wsp");
	life_put(&life, TOPIC_HANDOVERS, &handover);
	const struct view_feed feed = {bytes_of_string("roc"), 0, 100};
	struct view_undelivered found;
	view_file_begin(life.file);
	assert_int_equal(
		view_undelivered(life.file->reader, &feed, INT64_MAX, &found, &life.file->err), OK);
	view_file_end(life.file);
	assert_int_equal(found.count, 0);
}

#define LIFE(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LIFE(pages_follow_each_other),
		LIFE(large_ones_make_short_pages),
		LIFE(offers_are_undelivered_until_somebody_says_so),
		LIFE(a_look_goes_so_far),
		LIFE(an_offer_may_come_before_its_client),
		LIFE(what_went_on_to_another_desk_is_not_delivered),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
