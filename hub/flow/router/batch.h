/* batch - what one transaction holds: begun with its first record, committed or put back as a
 * whole. */
#ifndef HUB_FLOW_ROUTER_BATCH_H
#define HUB_FLOW_ROUTER_BATCH_H

#include "hub/flow/router/worker.h"

/* Has the partition take part: its next offset and its `now` are committed with the rest, moved or
 * not (rule 3). Begins a transaction if none is open. */
enum outcome batch_touch(
	struct worker *worker, struct partition *partition, struct err *err) MUST_CHECK;
/* Adds a record. Its partition of intake must take part. */
enum outcome batch_send(
	struct worker *worker, const struct record_write *record, struct err *err) MUST_CHECK;

/* Whether it holds as much as it may. */
bool batch_is_full(const struct worker *worker);
/* Whether it is time to commit. `drained`: there was nothing more to read. */
bool batch_is_due(const struct worker *worker, bool drained);
/* How long to wait for input at most, in ms. */
int batch_patience(const struct worker *worker);

/* Commits. RETRY: of some partitions nothing was committed. Their clients are back at the last
 * commit, and their records must be read again. FATAL: cannot go on. */
enum outcome batch_commit(struct worker *worker, struct err *err) MUST_CHECK;
/* Puts back what is open, if anything is, and waits the longer the more often in a row: `why` says
 * for what, and may be `err` itself. Its records must be read again. FATAL: cannot go on. */
enum outcome batch_abort(struct worker *worker, const struct err *why, struct err *err) MUST_CHECK;

#endif
