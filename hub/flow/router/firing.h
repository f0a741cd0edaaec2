/* firing - looks at what is due, as time passes (rule 5). */
#ifndef HUB_FLOW_ROUTER_FIRING_H
#define HUB_FLOW_ROUTER_FIRING_H

#include "hub/flow/router/worker.h"

/* Fires the partition's clocks that are due at `until` or before, as many as worker->clocks_left
 * allows. */
enum outcome firing_due(struct worker *worker, struct partition *partition, int64_t until,
	struct err *err) MUST_CHECK;
/* Looks now and then: clocks, the heartbeat, the facts of others, and whether time can be trusted.
 * Where messages wait to be read, clocks are due by the partition's time only. In one look at most
 * router.clocks_per_turn fire, in all partitions together; `is_idle`: there is nothing to read, so
 * the next look need not wait if not all have fired. */
enum outcome firing_run(struct worker *worker, bool is_idle, struct err *err) MUST_CHECK;
/* Whether more clocks may be due than were allowed to fire. */
bool firing_has_more(const struct worker *worker);

/* Stops all clocks for good, and tells ops, once wall and monotonic time have drifted apart by more
 * than router.drift_max_ms: nobody can tell which of the two is right, so no deadline may pass on
 * its word. */
void firing_watch_time(struct worker *worker);

#endif
