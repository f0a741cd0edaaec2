/* ledger - what is counted of deliveries. */
#include "hub/flow/delivery/ledger.h"

#include "hub/base/metrics.h"

enum { DELIVERED, UNDELIVERABLE, FAILURES, WAITING, OLDEST, CIRCUIT, METRICS };

static struct metric metrics[METRICS] = {
	[DELIVERED] = {.name = "lokethub_delivered_total",
		.kind = METRICS_COUNTER,
		.doc = "Handovers that their desk's system took.",
		.label = "desk"},
	[UNDELIVERABLE] = {.name = "lokethub_undeliverable_total",
		.kind = METRICS_COUNTER,
		.doc = "Handovers that were given up: a person must act.",
		.label = "desk"},
	[FAILURES] = {.name = "lokethub_delivery_failures_total",
		.kind = METRICS_COUNTER,
		.doc = "Tries that did not succeed.",
		.label = "desk"},
	[WAITING] = {.name = "lokethub_delivery_waiting",
		.kind = METRICS_GAUGE,
		.doc = "Handovers in memory that are not settled, and 1 if there are more.",
		.label = "desk"},
	[OLDEST] = {.name = "lokethub_delivery_oldest_seconds",
		.kind = METRICS_GAUGE,
		.doc = "Age of the oldest handover in memory that is not settled.",
		.label = "desk"},
	[CIRCUIT] = {.name = "lokethub_delivery_circuit",
		.kind = METRICS_GAUGE,
		.doc = "0: the desk's system answers; 1: it does not; 2: it said that it is no "
		       "more; 3: the desk is on hold.",
		.label = "desk"},
};

void ledger_start(void)
{
	metrics_register(metrics, METRICS);
}

void ledger_end(const char *desk, bool delivered)
{
	metrics_add(&metrics[delivered ? DELIVERED : UNDELIVERABLE], desk, 1);
}

void ledger_failure(const char *desk)
{
	metrics_add(&metrics[FAILURES], desk, 1);
}

void ledger_desk(const char *desk, const struct ledger_state *state)
{
	metrics_set(&metrics[WAITING], desk, state->waiting);
	metrics_set(&metrics[OLDEST], desk, state->oldest_s);
	metrics_set(&metrics[CIRCUIT], desk, state->circuit);
}
