/* steps - the invariants that one step of a client can break, beside those that its state shows. */
#ifndef TESTS_SUPPORT_STEPS_H
#define TESTS_SUPPORT_STEPS_H

#include "hub/handover/handover.h"

/* A client before an Event, and after its fold. */
struct steps_step {
	const struct client *before;
	const struct event *event;
	const struct client *after;
};

/* Calls `found` for each that is broken ("I2", one English line): I2, I7, I8, I9; that an OPEN
 * client has T6, that each clock names a desk that is there, that only who has the client has it on
 * offer, in one group, that a CLOSED one has no open referral, that an outcome needs an acceptance,
 * and that what is refused changes nothing. */
void steps_check(const struct steps_step *step,
	void (*found)(void *context, const char *invariant, const char *text), void *context);

/* Whoever a clock of a referral asks must be able to do something about it: calls `found` where a
 * desk has no action but those on the client. */
void steps_check_asked(const struct client *client, const struct rules *rules,
	void (*found)(void *context, const char *invariant, const char *text), void *context);

#endif
