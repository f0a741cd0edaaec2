/* teller - tells the routers that a source has referrals of a list no more: VANISHED, once each. */
#ifndef HUB_FLOW_SOURCE_SNAPSHOT_TELLER_H
#define HUB_FLOW_SOURCE_SNAPSHOT_TELLER_H

#include "hub/flow/source/outside.h"

struct teller;

/* All borrowed until it is done. */
struct teller_options {
	const struct outside *outside;
	struct bytes
		snapshot; /* which list they are missing from: what is told again is the same */
	const struct uuid *items;
	size_t count;
	/* All are stored; the teller is gone behind it. Called from the loop. */
	void (*done)(void *context);
	void *context;
};

/* Tries again, as long as it takes, what cannot be stored. */
void teller_start(struct teller **out, const struct teller_options *options);
/* What is on its way arrives. NULL: nothing. */
void teller_cancel(struct teller *teller);

#endif
