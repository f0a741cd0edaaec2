/* count - what the router measures of itself, and the lines that it logs. */
#ifndef HUB_FLOW_ROUTER_COUNT_H
#define HUB_FLOW_ROUTER_COUNT_H

#include "hub/flow/router/worker.h"

void count_start(void); /* once per process */
void count_event(
	struct worker *worker, const struct record_read *record); /* record NULL: a clock */
void count_commit(struct worker *worker, enum transaction_fate fate, const struct err *why);
void count_clients(struct worker *worker); /* worker->clients */
void count_worker(const struct worker *worker); /* now and then */
void count_skipped(void);
void count_assignment(struct worker *worker, int64_t states, int64_t took_ms);

#endif
