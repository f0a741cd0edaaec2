/* firing - firing what is due: before messages, and when a partition has nothing more to read (rule
 * 5). */
#ifndef HUB_FLOW_ROUTER_FIRING_H
#define HUB_FLOW_ROUTER_FIRING_H

#include "hub/flow/router/worker.h"

/* Fires the partition's clocks that are due at `until` or before, as many as worker->clocks_left
 * allows. */
enum outcome firing_due(struct worker *worker, struct partition *partition, int64_t until,
	struct err *err) MUST_CHECK;
/* What comes before a message that was appended then, at most router.clocks_per_turn; and the
 * partition's time is the message's, unless it was later already. */
enum outcome firing_before(struct worker *worker, struct partition *partition, int64_t appended,
	struct err *err) MUST_CHECK;
/* Looks now and then: clocks of drained partitions, the heartbeat, the facts of others, and whether
 * time can be trusted. In one look at most router.clocks_per_turn fire, in all partitions together;
 * `is_idle`: there is nothing to read, so the next look need not wait if not all have fired. */
enum outcome firing_run(struct worker *worker, bool is_idle, struct err *err) MUST_CHECK;
/* Whether more clocks may be due than were allowed to fire. */
bool firing_has_more(const struct worker *worker);

/* Stops all clocks for good, and tells ops, once wall and monotonic time have drifted apart by more
 * than router.drift_max_ms: nobody can tell which of the two is right, so no deadline may pass on
 * its word. */
void firing_watch_time(struct worker *worker);

#endif
