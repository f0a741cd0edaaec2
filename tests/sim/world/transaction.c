/* transaction - a model of hub/kafka/transaction.h: all of a batch at once, and a fence. */
#include "hub/kafka/transaction.h"

#include <assert.h>
#include <stdlib.h>

#include "tests/sim/world/broker.h"
#include "tests/sim/world/hub.h"
#include "tests/sim/world/judge.h"

/* Of so many calls one fails, where they may. */
#define SENDS_PER_FAULT 3000
#define COMMITS_PER_FAULT 300

struct transaction {
	struct sim *sim;
	struct arena arena;
	struct broker_record *records;
	size_t count, capacity, bytes;
	struct consumer_committed offsets[SIM_PARTITIONS];
	size_t offsets_count;
	bool open;
};

enum outcome transaction_new(struct transaction **out, const struct kafka_settings *settings,
	const struct transaction_options *options, int wait_ms, struct err *err)
{
	(void)settings;
	(void)options;
	(void)wait_ms;
	if (hub_step("init"))
		return hub_unwell(err, "init");
	*out = memory_get_zeroed(1, sizeof(**out));
	(*out)->sim = sim_running();
	return OK;
}

void transaction_free(struct transaction *transaction)
{
	if (transaction == NULL)
		return;
	arena_done(&transaction->arena);
	free(transaction->records);
	free(transaction);
}

enum outcome transaction_ready(struct transaction *transaction, int wait_ms, struct err *err)
{
	(void)transaction;
	(void)wait_ms;
	return hub_is_dead() ? hub_unwell(err, "ready") : OK;
}

enum outcome transaction_begin(struct transaction *transaction, struct err *err)
{
	assert(!transaction->open);
	if (hub_step("begin"))
		return hub_unwell(err, "begin");
	arena_reset(&transaction->arena);
	transaction->count = transaction->bytes = transaction->offsets_count = 0;
	transaction->open = true;
	return OK;
}

enum outcome transaction_send(
	struct transaction *transaction, const struct record_write *record, struct err *err)
{
	struct arena *arena = &transaction->arena;

	assert(transaction->open);
	if (hub_step("send") || hub_fails(SENDS_PER_FAULT))
		return hub_unwell(err, "send");
	if (transaction->count == transaction->capacity) {
		transaction->capacity = 2 * transaction->capacity + 32;
		transaction->records = memory_resize(transaction->records,
			transaction->capacity * sizeof(*transaction->records));
	}
	transaction->records[transaction->count++] = (struct broker_record){
		.topic = record->topic,
		.partition = record->partition,
		.key = arena_copy(arena, record->key),
		.value = arena_copy(arena, record->value),
		.hops = record->headers.hops,
	};
	transaction->bytes += record->key.size + record->value.size;
	return OK;
}

void transaction_offset(struct transaction *transaction, const struct consumer_committed *next)
{
	size_t i = 0;

	while (i < transaction->offsets_count &&
		transaction->offsets[i].place.partition != next->place.partition)
		i++;
	assert(i < SIM_PARTITIONS);
	transaction->offsets[i] = *next;
	transaction->offsets_count += i == transaction->offsets_count;
}

static void commit(struct transaction *transaction)
{
	struct sim *sim = transaction->sim;

	for (size_t i = 0; i < transaction->count; i++)
		broker_append(sim->broker, transaction->records[i]);
	broker_commit(sim->broker, transaction->offsets, transaction->offsets_count);
	sim->counts.commits++;
	judge_commit(sim->judge, transaction->records, transaction->count);
}

static enum transaction_fate fail(
	struct transaction *transaction, enum transaction_fate fate, struct err *err)
{
	transaction->open = false;
	transaction->sim->counts.doubts += fate == TRANSACTION_UNKNOWN;
	hub_unwell(err, "commit");
	return fate;
}

enum transaction_fate transaction_commit(
	struct transaction *transaction, struct consumer *member, struct err *err)
{
	struct sim *sim = transaction->sim;

	assert(transaction->open && transaction->offsets_count > 0);
	if (hub_step("send offsets"))
		return fail(transaction, TRANSACTION_UNKNOWN, err);
	if (sim->options.fence && !broker_is_member(sim->broker, member)) {
		sim->counts.fenced++;
		sim_tell(sim, "kafka", "refuses the commit of a zombie");
		return fail(transaction, TRANSACTION_ABORTED, err);
	}
	if (hub_fails(COMMITS_PER_FAULT))
		return fail(transaction, TRANSACTION_ABORTED, err);
	if (hub_fails(COMMITS_PER_FAULT))
		return fail(transaction, TRANSACTION_UNKNOWN, err);
	commit(transaction);
	if (hub_step("commit") || hub_fails(COMMITS_PER_FAULT))
		return fail(transaction, TRANSACTION_UNKNOWN, err);
	transaction->open = false;
	return TRANSACTION_COMMITTED;
}

enum transaction_fate transaction_abort(struct transaction *transaction, struct err *err)
{
	assert(transaction->open);
	return fail(transaction, TRANSACTION_ABORTED, err);
}

/* Of a transaction's id; what is refused here is refused for the group's sake. */
bool transaction_was_fenced(struct transaction *transaction)
{
	(void)transaction;
	return false;
}

size_t transaction_records(const struct transaction *transaction)
{
	return transaction->count;
}

size_t transaction_bytes(const struct transaction *transaction)
{
	return transaction->bytes;
}
