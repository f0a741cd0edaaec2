/* count - what the router measures of itself, and the lines that it logs. */
#include "hub/flow/router/count.h"

#include <inttypes.h>
#include <stdio.h>

#include "hub/base/clock.h"
#include "hub/base/log.h"
#include "hub/base/metrics.h"

enum {
	EVENTS,
	CLOCKS,
	SKIPPED,
	COMMITS,
	COMMIT_SECONDS,
	RESTORED,
	CLIENTS,
	PARTITIONS,
	CLOCKS_STOPPED,
};

static struct metric table[] = {
	[EVENTS] = {"lokethub_router_messages_total", METRICS_COUNTER,
		"Intake records settled, by what became of them.", "result", NULL},
	[CLOCKS] = {"lokethub_router_clocks_total", METRICS_COUNTER, "Clocks that came due.",
		"clock", NULL},
	[SKIPPED] = {"lokethub_router_skipped_total", METRICS_COUNTER,
		"Intake records that had been settled before.", NULL, NULL},
	[COMMITS] = {"lokethub_router_commits_total", METRICS_COUNTER,
		"Transactions, by what became of them.", "fate", NULL},
	[COMMIT_SECONDS] = {"lokethub_router_batch_seconds", METRICS_HISTOGRAM,
		"From the first record of a transaction to its end.", NULL, NULL},
	[RESTORED] = {"lokethub_router_restored_states_total", METRICS_COUNTER,
		"States read back when partitions were taken over.", NULL, NULL},
	[CLIENTS] = {"lokethub_router_clients", METRICS_GAUGE, "Clients held in memory.", "worker",
		NULL},
	[PARTITIONS] = {"lokethub_router_partitions", METRICS_GAUGE,
		"Partitions of intake held and restored.", "worker", NULL},
	[CLOCKS_STOPPED] = {"lokethub_router_clocks_stopped", METRICS_GAUGE,
		"1: wall time has jumped, so no clock fires any more: a person must look.",
		"worker", NULL},
};

void count_start(void)
{
	metrics_register(table, sizeof(table) / sizeof(table[0]));
}

void count_event(struct worker *worker, const struct record_read *record)
{
	const struct event *event = &worker->decision->event;
	if (record)
		metrics_add(&table[EVENTS], result_name(event->result), 1);
	else
		metrics_add(&table[CLOCKS], clock_name_name(event->clock->clock), 1);
}

void count_clients(struct worker *worker)
{
	int64_t clients = 0;
	for (int32_t i = 0; i < worker->options->kafka->partitions; i++)
		if (worker->partitions[i].mine)
			clients += (int64_t)store_count(worker->partitions[i].store);
	atomic_store(&worker->clients, clients);
}

void count_worker(const struct worker *worker)
{
	char number[12];
	snprintf(number, sizeof(number), "%d", worker->number);
	metrics_set(&table[CLIENTS], number, atomic_load(&worker->clients));
	metrics_set(&table[PARTITIONS], number, atomic_load(&worker->held));
	metrics_set(&table[CLOCKS_STOPPED], number, atomic_load(&worker->clocks_stopped));
}

void count_skipped(void)
{
	metrics_add(&table[SKIPPED], NULL, 1);
}

void count_commit(struct worker *worker, enum transaction_fate fate, const struct err *why)
{
	static const char *const names[] = {
		[TRANSACTION_COMMITTED] = "committed",
		[TRANSACTION_ABORTED] = "aborted",
		[TRANSACTION_UNKNOWN] = "unknown",
	};
	const struct batch *batch = &worker->batch;
	int64_t took = clock_monotonic() - batch->since;
	metrics_add(&table[COMMITS], names[fate], 1);
	metrics_observe(&table[COMMIT_SECONDS], NULL, (double)took / 1000);
	log_line(fate == TRANSACTION_COMMITTED ? LOG_DEBUG : LOG_WARN, "batch",
		"worker=%d messages=%d clocks=%d records=%zu took_ms=%" PRId64 " fate=%s text=%s",
		worker->number, batch->messages, batch->clocks,
		transaction_records(worker->transaction), took, names[fate], log_quote(why->text));
}

void count_assignment(struct worker *worker, int64_t states, int64_t took_ms)
{
	count_clients(worker);
	metrics_add(&table[RESTORED], NULL, states);
	log_info("assigned",
		"worker=%d partitions=%d clients=%" PRId64 " states_read=%" PRId64
		" took_ms=%" PRId64,
		worker->number, atomic_load(&worker->held), (int64_t)atomic_load(&worker->clients),
		states, took_ms);
}
