/* assignment - taking partitions over and giving them up, with their state (rules 6 and 11). */
#ifndef HUB_FLOW_ROUTER_ASSIGNMENT_H
#define HUB_FLOW_ROUTER_ASSIGNMENT_H

#include "hub/flow/router/worker.h"

/* Committed offsets, then the state behind them, then the outage since the last heartbeat, then
 * reading. RETRY: not within four minutes; the member is of no use any more. FATAL: a gap in the
 * log, or a state that this version cannot read. */
enum outcome assignment_take(struct worker *worker, struct err *err) MUST_CHECK;
/* Commits what is open (`lost`: drops it), keeps the stores, and lets go. */
enum outcome assignment_give(struct worker *worker, bool lost, struct err *err) MUST_CHECK;
/* Reads on from the last commit, after a batch was put back. */
enum outcome assignment_resume(struct worker *worker, struct err *err) MUST_CHECK;

#endif
