/* steps - whether those who are asked for something can do it. */
#ifndef TESTS_SUPPORT_STEPS_H
#define TESTS_SUPPORT_STEPS_H

#include "hub/handover/handover.h"

/* Whoever a clock of a referral asks must be able to do something about it: calls `found` where a
 * desk has no action but those on the client. */
void steps_check_asked(const struct client *client, const struct rules *rules,
	void (*found)(void *context, const char *invariant, const char *text), void *context);

#endif
