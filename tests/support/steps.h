/* steps - what each step must keep, and that those who are asked for something can do it. */
#ifndef TESTS_SUPPORT_STEPS_H
#define TESTS_SUPPORT_STEPS_H

#include "hub/handover/handover.h"

/* A client before an Event, and after its fold. */
struct steps_step {
	const struct client *before;
	const struct event *event;
	const struct client *after;
};

/* handover_step_invariants, where the message is not at hand. */
void steps_check(const struct steps_step *step,
	void (*found)(void *context, const char *invariant, const char *text), void *context);

/* Whoever a clock of a referral asks must be able to do something about it: calls `found` where a
 * desk has no action but those on the client. */
void steps_check_asked(const struct client *client, const struct rules *rules,
	void (*found)(void *context, const char *invariant, const char *text), void *context);

#endif
