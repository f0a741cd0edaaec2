/* settle - one intake record or one due clock: decided, folded, and written as one Event with all
 * that follows. */
#ifndef HUB_FLOW_ROUTER_SETTLE_H
#define HUB_FLOW_ROUTER_SETTLE_H

#include "hub/flow/router/worker.h"

/* The client's clocks that are due by the message's time, and exactly one Event (rule 4), or none
 * for what was settled before (rule 8). */
enum outcome settle_record(struct worker *worker, struct partition *partition,
	const struct record_read *record, struct err *err) MUST_CHECK;
/* The client's clock that is due first, as of its due time, or the partition's last one if that is
 * later. */
enum outcome settle_clock(struct worker *worker, struct partition *partition, struct bytes client,
	struct err *err) MUST_CHECK;
/* Whether it has a UUIDv8's marks, as the ids of referrals have (hub/seal/ids.h), and of pseudonyms
 * one in 64 by chance. RFC 9562, section 5.8. */
bool settle_is_marked(const uint8_t id[16]);

#endif
