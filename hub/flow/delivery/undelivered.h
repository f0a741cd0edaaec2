/* undelivered - what could not be brought to its desk: who is told of it. */
#ifndef HUB_FLOW_DELIVERY_UNDELIVERED_H
#define HUB_FLOW_DELIVERY_UNDELIVERED_H

#include "hub/flow/delivery/desk.h"

struct undelivered {
	int64_t cursor;
	const struct handover *handover;
	const char *why; /* never personal data */
	bool waits; /* it is tried on; else that was all */
};

/* An offer's sender is told, by the hub; of anything else ops is, by a fact: SETTLED, with the id
 * "wsp-rijnmond/STATUS/17592186044417" (desk or second channel, kind, cursor), from: since when it
 * waits, to: when it was given up, none where it waits on. Twice is as once. NULL: it cannot be
 * stored now, and there will be no receipt. */
struct intake_job *undelivered_tell(
	const struct desk *desk, const struct undelivered *what, struct intake_caller caller);

#endif
