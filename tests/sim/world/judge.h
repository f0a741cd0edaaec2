/* judge - sees all that is committed, and says which invariant is broken. */
#ifndef TESTS_SIM_WORLD_JUDGE_H
#define TESTS_SIM_WORLD_JUDGE_H

#include "hub/handover/handover.h"
#include "tests/sim/world/broker.h"

/* It folds the Events by itself and keeps what a reader of the topics can know. Where each
 * invariant of the design (section 6) is looked at, of every Event that is committed:
 *
 *   I1 I4 I13    handover_invariants, hub/handover/state/invariants.c, which `orphans` uses too
 *   I3 I8 I9     the same, and handover_step_invariants beside it, invariants_step.c
 *   I2 I7        handover_step_invariants; that a client never lives in two partitions: check_order
 *   I5           check_order: each record of intake has one Event, in order, none twice, none
 *                left out, also over crashes and zombies; at the end ends_are_reached: each message
 *                that came in was answered, whatever was sent on, parked and redriven between
 *   I6           check_rejection
 *   I10 I11      check_answer
 *   I12          check_order and handover_invariants; parked ones in order: check_answer
 *   I15          check_sharing
 *   I16          check_round
 *   I20          check_state: the fold of the Event is the Client beside it, byte for byte
 *
 * and beside them: a clock fires once per arming, the earliest first, never before it is due, and
 * somebody is told or it waits on for time that was lost (check_clock), and told not before the
 * desk had all its time (check_not_early); none is armed for later than its rule says
 * (check_armed); the handovers are those of the Event, and numbered without gaps (check_told).
 * Liveness is in ends.h. Not here: I14, I18 and I19, which edges keep; I17, of which the core only
 * carries the mark. */
struct judge;

/* A client as it is. */
struct judge_client {
	struct pseudonym client;
	struct buffer record; /* Avro; empty: nobody yet */
	struct pending *clocks; /* armed ones */
	size_t clocks_count, clocks_capacity;
	struct uuid recent[HANDOVER_RECENT_MAX]; /* applied messages of partners, newest first */
	int64_t told; /* when a desk last had news that asks it for something */
	bool is_open, has_clock, has_action;
	int64_t due, action_due; /* of the first clock, and the next action */
	enum clock_name clock;
};

/* A clock that is armed. */
struct pending {
	struct clock_id id;
	int64_t armed, due; /* when it was armed first, and for when */
};

struct parked {
	struct pseudonym client;
	int32_t number;
	struct bytes value; /* of the record; absent: unreadable */
	bool is_copy, redriven; /* is_copy: it was sent on after a merge */
};

struct judge *judge_new(struct sim *sim);
void judge_free(struct judge *judge);
void judge_commit(struct judge *judge, const struct broker_record *records, size_t count);
void judge_fact(struct judge *judge, struct bytes key, struct bytes value);

/* A number for a message that will be sent; it came in; how many came in and were never answered.
 */
uint32_t judge_expect(struct judge *judge);
void judge_arrived(struct judge *judge, uint32_t number);
size_t judge_unanswered(const struct judge *judge, uint32_t *first);

size_t judge_count(const struct judge *judge); /* of clients */
struct judge_client *judge_subject(struct judge *judge, size_t place);
struct judge_client *judge_find(struct judge *judge, struct pseudonym client); /* NULL: unknown */
/* Decodes; lives until the arena is reset. */
struct client judge_look(const struct judge_client *subject, struct arena *arena);
/* What is parked, in the order in which it was. */
struct parked *judge_parked(struct judge *judge, size_t *count);
/* Of outages, about a client's clock, within that time; in working ms, if the span is. */
int64_t judge_lost(const struct judge *judge, struct pseudonym client, struct bytes desk,
	const struct handover_span *span);
/* How often no edge was there within that time. */
size_t judge_silences(const struct judge *judge, const struct handover_span *span);

#endif
