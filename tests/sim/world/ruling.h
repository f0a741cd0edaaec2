/* ruling - one Event with all that was committed beside it, and what must hold of it. */
#ifndef TESTS_SIM_WORLD_RULING_H
#define TESTS_SIM_WORLD_RULING_H

#include "tests/sim/world/judge.h"
#include "tests/sim/world/post.h"

struct ruling {
	struct event event;
	int64_t last_at; /* of the Event before it in its partition */
	const struct broker_record *intake; /* NULL: a clock */
	struct message message; /* of it, if is_readable */
	bool is_readable, has_rejection;
	struct bytes client; /* the record; absent: none was written */
	struct handover *handovers;
	size_t handovers_count;
	struct rejection rejection;
	struct judge_client *subject; /* NULL: about nobody */
	struct client before, after; /* where a client was written */
};

/* A step that a clock waits for; the last ones of a ladder are in ruling.c. */
struct ladder {
	int32_t working_days, days; /* at most, from arming to the first level */
	int32_t then_working_days, then_days; /* from there to the last one */
	int32_t levels; /* 0: it climbs none */
};

extern const struct ladder ruling_ladders[CLOCK_NAME_COUNT];

void ruling_check(struct sim *sim, const struct ruling *ruling);
void ruling_tell(struct sim *sim, const struct ruling *ruling); /* a line of the story */
/* It is armed afresh, and does not just go on. */
bool ruling_arms(const struct event *event, const struct clock_armed *armed);
const struct clock *ruling_clock(const struct client *client, const struct clock_id *id);
/* Whom a clock runs against; the hub's own: the responsible desk. */
struct bytes ruling_desk(const struct client *client, const struct clock_id *id, enum role role);

#endif
