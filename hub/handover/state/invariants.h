/* invariants - inside the core: how what must hold of a client is found broken. */
#ifndef HUB_HANDOVER_STATE_INVARIANTS_H
#define HUB_HANDOVER_STATE_INVARIANTS_H

#include "hub/handover/decider.h"

struct invariants_finder {
	void (*found)(void *context, const char *invariant, const char *text);
	void *context;
	const struct uuid *referral; /* at hand, and named in the line; NULL: it is the client's */
};

/* Calls found if it is broken. */
void invariants_say(const struct invariants_finder *finder, bool broken, const char *invariant,
	const char *text);

#endif
