/* disclose - opens handovers for the desk that receives them: cut to what it may see, and who saw
 * what is stored before anybody gets it. */
#ifndef HUB_FLOW_DISCLOSE_DISCLOSE_H
#define HUB_FLOW_DISCLOSE_DISCLOSE_H

#include "hub/conf/conf.h"
#include "hub/connector/opened.h"
#include "hub/http/loop.h"
#include "hub/kafka/kafka.h"
#include "hub/view/query.h"
#include "hub/view/view.h"
#include "hub/wire/wire.h"

/* One thread uses it: that of the loop. */
struct disclose;

struct disclose_options {
	const struct conf *conf; /* with its secrets */
	const struct kafka_settings *kafka;
	const struct wire *wire;
	struct loop *loop;
	struct view_reader **reader; /* *reader NULL: no view yet */
	const struct view *view; /* whose file that is; NULL: another process's */
};

/* RETRY: Kafka does not answer. REJECT: a secret is missing or malformed. */
enum outcome disclose_new(
	struct disclose **out, const struct disclose_options *options, struct err *err) MUST_CHECK;
/* Who still waits is told RETRY. Batches are freed before or after. */
void disclose_free(struct disclose *disclose);

/* OK: what was opened may be handed out. RETRY: not all is known to be in topic access, so none of
 * it may. Called once, from the loop, never before disclose_open has returned. */
typedef void disclose_done_fn(void *context, enum outcome outcome);

struct disclose_caller {
	disclose_done_fn *done;
	void *context;
};

/* A batch of opened handovers; holds what is personal in them until it is freed. */
struct disclose_batch;

struct disclose_request {
	const struct rules_desk *desk; /* the receiver of all of them */
	/* Oldest first; each with its cursor, by view_cursor where it was read from the topic. What
	 * they point to lives until the batch is freed. */
	struct view_handovers handovers;
	struct disclose_caller caller;
};

/* Opens them in their order; fewer, but never none of some, where the view does not yet have what
 * the next one rests on. Not OK: not even the first, or the view is not ready, so that it would
 * tell of things as they were, or access cannot be written now; `done` is not called then. */
enum outcome disclose_open(struct disclose *disclose, const struct disclose_request *request,
	struct disclose_batch **out, struct err *err) MUST_CHECK;

size_t disclose_batch_count(const struct disclose_batch *batch);
const struct opened *disclose_batch_at(const struct disclose_batch *batch, size_t i);
/* Overwrites what was personal. Before `done`: it will not be called. NULL: nothing. */
void disclose_batch_free(struct disclose_batch *batch);

#endif
