/* story - what the stories of the core have in common: one world, and short words for its steps. */
#ifndef TESTS_UNIT_STORY_H
#define TESTS_UNIT_STORY_H

#include "tests/support/world.h"
#include "tests/unit/unit.h"

#include "hub/base/calendar.h"
#include "hub/base/clock.h"

static struct world world;

static inline int start(void **state)
{
	(void)state;
	world_init(&world);
	return 0;
}

static inline int stop(void **state)
{
	(void)state;
	world_done(&world);
	return 0;
}

#define EXPECT_ROWS(text) assert_string_equal(world_rows(&world), text)
#define EXPECT_TOLD(text) assert_string_equal(world_told(&world), text)
#define EXPECT_OWNER(desk) assert_true(bytes_equal_string(world_owner(&world), desk))
#define EXPECT_CODE(expected)                                                                      \
	do {                                                                                       \
		assert_int_equal(world.decision.event.result, RESULT_REJECTED);                    \
		assert_int_equal(world.decision.event.code, expected);                             \
		assert_int_equal(world.decision.event.transitions_count, 0);                       \
		assert_null(world.decision.event.owner);                                           \
	} while (0)

static inline void refer(uint8_t referral, const char *from, const char *to)
{
	world_refer(&world, referral, from, to, REFERRAL_KIND_TRANSFER);
	world_send(&world);
}

/* With others of the same group, if there are any. */
static inline void offer(uint8_t referral, const char *from, const char *to)
{
	world_refer(&world, referral, from, to, REFERRAL_KIND_TRANSFER);
	world.body.group = bytes_of_string("g");
	world_send(&world);
}

/* And it ends in a hundred days. */
static inline void refer_urgently(uint8_t referral, const char *from, const char *to)
{
	world_refer(&world, referral, from, to, REFERRAL_KIND_TRANSFER);
	world.body.urgency = bytes_of_string("URGENT");
	world.body.has_expires_at = true;
	world.body.expires_at = calendar_next_same_time(world.now, 100);
	world_send(&world);
}

static inline void act(uint8_t referral, enum action action, const char *desk)
{
	world_act(&world, referral, action, desk);
	world_send(&world);
}

static inline void delivered(uint8_t referral)
{
	world_hub(&world, referral, ACTION_DELIVERED);
	world_send(&world);
}

/* uwv refers to wsp, which takes the client. */
static inline void taken(uint8_t referral)
{
	refer(referral, "uwv", "wsp");
	act(referral, ACTION_ACCEPT, "wsp");
}

/* By the region's coordinator; to: the desk that becomes responsible, or NULL. */
static inline void coordinate(uint8_t referral, enum action action, const char *to)
{
	world_act(&world, referral, action, "coordinator");
	world.change.actor.has_role = true;
	world.change.actor.role = ROLE_COORDINATOR;
	world.change.to_desk = bytes_of_string(to);
	world_send(&world);
}

static inline enum referral_state state_of(uint8_t referral)
{
	return world_find(&world, referral)->state;
}

static inline bool runs(uint8_t referral, enum clock_name clock)
{
	return world_clock(&world, referral, clock) != NULL;
}

static inline int64_t due_of(uint8_t referral, enum clock_name clock)
{
	const struct clock *found = world_clock(&world, referral, clock);

	assert_non_null(found);
	return found->due;
}

static inline int64_t days_on(int32_t days)
{
	return calendar_next_same_time(world.now, days);
}

#define STORY(name) cmocka_unit_test_setup_teardown(name, start, stop)

#endif
