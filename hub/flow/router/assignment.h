/* assignment - taking partitions over and giving them up, with their state (rules 6 and 11). */
#ifndef HUB_FLOW_ROUTER_ASSIGNMENT_H
#define HUB_FLOW_ROUTER_ASSIGNMENT_H

#include "hub/flow/router/worker.h"

/* Committed offsets, then the state behind them, then the outage since the last heartbeat, then
 * reading. FATAL: a gap in the log, or a state that this version cannot read. */
enum outcome assignment_take(struct worker *worker, struct err *err) MUST_CHECK;
/* Commits what is open (`lost`: drops it), keeps the stores, and lets go. */
enum outcome assignment_give(struct worker *worker, bool lost, struct err *err) MUST_CHECK;
/* Gives up the partitions together with the place in the group. Nothing is open. */
void assignment_drop(struct worker *worker);

#endif
