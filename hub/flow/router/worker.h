/* worker - one thread of the router: its partitions, its transaction, and the loop over its input.
 */
#ifndef HUB_FLOW_ROUTER_WORKER_H
#define HUB_FLOW_ROUTER_WORKER_H

#include <pthread.h>
#include <stdatomic.h>

#include "hub/flow/router/facts_reader.h"
#include "hub/flow/router/router.h"
#include "hub/flow/store/store.h"
#include "hub/handover/handover.h"
#include "hub/kafka/transaction.h"

/* For the files of this folder. */

/* Where a partition of intake stands. */
struct place {
	int64_t next; /* offset of intake to read next */
	int64_t now; /* of the last decision, epoch ms */
};

struct partition {
	int32_t number;
	struct store *store; /* NULL: never held; kept after a revocation, to be caught up */
	int64_t restored; /* offset in topic clients up to which the store has been read */
	/* An end of topic clients that was asked for while the partition was ours. Once a commit
	 * has shown that it still was, nobody else has written before it: `restored` may go there.
	 */
	int64_t stored_end;
	bool mine;
	bool drained; /* all of intake that is committed has been settled */
	bool touched; /* has part in the open batch */
	bool confirmed; /* the batch that just ended was committed for it */
	struct place place;
};

struct batch {
	bool open;
	int64_t number; /* stands in the committed offsets, to recognise them */
	int64_t since, last_commit; /* monotonic ms */
	int32_t messages, clocks;
	struct buffer value; /* of the record being made */
	int64_t aborts; /* in a row */
};

struct worker {
	const struct router_options *options;
	int32_t number; /* from 1 */
	char id[TOPICS_NAME_SIZE + 100]; /* of its transactions, and its name in the group */
	char group[TOPICS_NAME_SIZE + sizeof(TOPICS_GROUP)];
	pthread_t thread;
	struct err err; /* why it ended; outcome OK: it was asked to */

	struct consumer *member;
	struct transaction *transaction;
	struct facts *facts;
	struct facts_reader *facts_reader;
	struct partition *partitions; /* N of them */
	struct consumer_committed *places; /* room for N */
	struct batch batch;
	bool must_beat; /* partitions were taken over: tell so at once */
	int64_t drift_base; /* wall minus monotonic time at the start */
	int64_t last_news; /* as clock_steady counts */
	int64_t last_look, last_heartbeat; /* monotonic ms */
	int32_t clocks_left; /* that may fire until the next look */
	int32_t looked; /* which partition's clocks came first in the last look */
	int64_t last_well; /* a commit or an assignment; monotonic ms */
	int64_t last_fenced;
	int32_t fenced; /* in a row */

	/* For the record at hand. */
	struct arena arena;
	struct handover_state *state;
	struct handover_decision *decision;
	struct buffer record; /* the client's new state */

	/* Read by others. */
	atomic_bool *stop;
	atomic_bool running, restoring, clocks_stopped;
	atomic_bool
		has_joined; /* an assignment has come, be it of nothing, and was not taken back */
	atomic_int held;
	atomic_llong clients, last_commit;
};

/* Notes that another client has taken the place of this worker's. FATAL: it is another process. */
enum outcome worker_note_fence(struct worker *worker, int64_t now, struct err *err) MUST_CHECK;
/* Once round: what has come, and what is due. Other than OK: the worker cannot go on. */
enum outcome worker_turn(struct worker *worker, struct err *err) MUST_CHECK;
/* RETRY: there is something to read in intake, and nothing has come for long. */
enum outcome worker_watch_progress(
	struct worker *worker, enum consumer_news news, struct err *err) MUST_CHECK;
/* The loop; returns when it was asked to stop or cannot go on. */
void worker_run(struct worker *worker);
struct partition *worker_partition(struct worker *worker, int32_t number);

#endif
