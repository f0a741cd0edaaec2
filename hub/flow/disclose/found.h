/* found - what the view knows about a handover: its client, its referral as it was sent, and where
 * its person lies. */
#ifndef HUB_FLOW_DISCLOSE_FOUND_H
#define HUB_FLOW_DISCLOSE_FOUND_H

#include <stdbool.h>

#include "hub/view/query.h"

struct found {
	const struct client *client; /* NULL: none, or no more there */
	const struct client_referral *referral; /* NULL: none, or forgotten */
	const struct referral *body; /* as it was sent; NULL: no more kept, or not asked for */
	const struct sealed *sealed; /* the person; NULL: there is none */
};

/* Whether it brings all that its desk is told: where the view knows nothing of its client yet,
 * there is nothing to wait for. Of a client that it knows, a consent may have changed with it. */
bool found_is_whole(const struct handover *handover);

/* How long the view has had for a handover when all that was written with it, or before it, is
 * there; what is not there then is gone. A person may never have been sent, so that less time is
 * given to one. */
#define FOUND_ARRIVAL_MS 60000
#define FOUND_PERSON_MS 5000

/* age: ms that the view has had for it, of view_age: since it was written, which may be long after
 * what it tells of. Between view_reader_begin and view_reader_end; what it finds
 * lies in their arena, or is the handover's. RETRY: the view is behind the handover. */
enum outcome found_read(struct view_reader *reader, const struct handover *handover, int64_t age,
	struct found *out, struct err *err) MUST_CHECK;

#endif
