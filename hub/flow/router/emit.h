/* emit - the records that follow from one decision, in the order that readers rely on. */
#ifndef HUB_FLOW_ROUTER_EMIT_H
#define HUB_FLOW_ROUTER_EMIT_H

#include "hub/flow/router/worker.h"

/* What was decided, and about what. */
struct emit {
	struct partition *partition;
	struct bytes key; /* of the event: the client, or what intake had */
	const struct message *message; /* NULL: a clock, or unreadable */
	const struct record_read *record; /* NULL: a clock */
	const struct client *client; /* after it; NULL: not written */
};

/* Event, Client, Handovers, SealedPerson, Rejection, and what goes back into intake. */
enum outcome emit_all(struct worker *worker, const struct emit *emit, struct err *err) MUST_CHECK;
/* A fact; its key is its kind in lower case, "/" and its id. */
enum outcome emit_fact(struct worker *worker, const struct fact *fact, struct err *err) MUST_CHECK;

#endif
