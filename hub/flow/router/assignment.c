/* assignment - taking partitions over and giving them up, with their state (rules 6 and 11). */
#include "hub/flow/router/assignment.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#include "hub/base/clock.h"
#include "hub/base/crash.h"
#include "hub/base/log.h"
#include "hub/flow/router/batch.h"
#include "hub/flow/router/count.h"
#include "hub/flow/router/emit.h"
#include "hub/wire/wire.h"

#define LOOK_UP_MS 10000
#define READ_MS 60000 /* longest wait for an open transaction on topic clients */

struct taking {
	struct worker *worker;
	struct consumer_committed *places; /* of the partitions to take */
	size_t count;
	int64_t states; /* records read */
	struct arena arena;
};

static enum outcome from_the_start(struct taking *taking, struct err *err)
{
	struct worker *worker = taking->worker;
	for (size_t i = 0; i < taking->count; i++) {
		struct consumer_place *place = &taking->places[i].place;
		if (place->offset >= 0)
			continue;
		if (consumer_begins(worker->member, place, 1, LOOK_UP_MS, err) != OK)
			return err->outcome;
		if (place->offset > 0)
			return err_set(err, FATAL,
				"intake[%d] is kept from offset %" PRId64
				" on and the group has committed nothing: messages may have been "
				"lost; a "
				"person must set the group's offset",
				place->partition, place->offset);
	}
	return OK;
}

static enum outcome read_committed(struct taking *taking, struct err *err)
{
	struct worker *worker = taking->worker;
	const struct consumer_place *assigned = consumer_assigned(worker->member, &taking->count);
	arena_reset(&worker->arena);
	taking->places = arena_get_array(&worker->arena, taking->count, sizeof(*taking->places));
	for (size_t i = 0; i < taking->count; i++)
		taking->places[i] = (struct consumer_committed){.place = assigned[i]};
	if (consumer_committed(worker->member, taking->places, taking->count,
		    worker->options->conf->router.committed_timeout_ms, err) != OK)
		return err->outcome;
	return from_the_start(taking, err);
}

static enum outcome take_client(void *context, const struct record_read *record, struct err *err)
{
	struct taking *taking = context;
	struct client client;
	struct wire_record value = {.value = record->value, .schema = &schema_client};
	if (!record->value.data)
		return OK;
	arena_reset(&taking->arena);
	enum outcome outcome =
		wire_decode(taking->worker->options->wire, &value, &client, &taking->arena, err);
	if (outcome == OK && client.state_version > HANDOVER_STATE_VERSION)
		outcome = err_set(err, REJECT,
			"written with state version %d, and this program knows up to %d",
			client.state_version, HANDOVER_STATE_VERSION);
	if (outcome != OK) {
		err_in(err, "clients[%d]@%" PRId64, record->partition, record->offset);
		return err->outcome = outcome == RETRY ? RETRY : FATAL;
	}
	struct store *store = worker_partition(taking->worker, record->partition)->store;
	struct buffer *bytes = &taking->worker->record;
	buffer_clear(bytes);
	client_encode(&client, bytes);
	store_put(store, &client, buffer_bytes(bytes));
	store_commit(store);
	if (++taking->states == 1)
		crash_point("during-restore");
	return OK;
}

static enum outcome read_clients(struct taking *taking, struct consumer *reader, struct err *err)
{
	struct worker *worker = taking->worker;
	struct consumer_place *places =
		arena_get_array(&worker->arena, taking->count, sizeof(*places));
	for (size_t i = 0; i < taking->count; i++) {
		struct partition *partition =
			worker_partition(worker, taking->places[i].place.partition);
		if (!partition->store)
			partition->store = store_new();
		places[i] = (struct consumer_place){
			TOPIC_CLIENTS, partition->number, partition->restored};
	}
	enum outcome outcome = consumer_read_to_end(reader,
		&(struct consumer_reading){places, taking->count, READ_MS, take_client, taking},
		err);
	for (size_t i = 0; i < taking->count; i++)
		worker_partition(worker, places[i].partition)->restored = places[i].offset;
	return outcome;
}

static enum outcome restore(struct taking *taking, struct err *err)
{
	struct consumer *reader;
	if (taking->count == 0)
		return OK;
	if (consumer_new(&reader, taking->worker->options->kafka, err) != OK)
		return err->outcome;
	enum outcome outcome = read_clients(taking, reader, err);
	consumer_free(reader);
	return outcome;
}

static enum outcome write_outage(
	struct worker *worker, struct partition *partition, struct err *err)
{
	char id[48];
	int64_t from = facts_heartbeat(worker->facts, partition->number), to = clock_wall();
	if (from == 0 || to - from <= worker->options->conf->router.outage_after_ms)
		return OK;
	snprintf(id, sizeof(id), "router/%d/%" PRId64, partition->number, from);
	const struct fact fact = {
		.kind = FACT_KIND_OUTAGE,
		.id = bytes_of_string(id),
		.at = to,
		.has_from = true,
		.from = from,
		.has_to = true,
		.to = to,
	};
	log_info("outage", "partition=%d seconds=%" PRId64, partition->number, (to - from) / 1000);
	if (batch_touch(worker, partition, err) != OK)
		return err->outcome;
	return emit_fact(worker, &fact, err);
}

/* No clock runs before all outages are known, our own included. */
static enum outcome learn_outages(struct taking *taking, struct err *err)
{
	struct worker *worker = taking->worker;
	if (facts_reader_catch_up(worker->facts_reader, READ_MS, err) != OK)
		return err->outcome;
	for (size_t i = 0; i < taking->count; i++)
		if (write_outage(worker,
			    worker_partition(worker, taking->places[i].place.partition), err) != OK)
			return err->outcome;
	if (!worker->batch.open)
		return OK;
	if (batch_commit(worker, err) != OK)
		return err->outcome;
	return facts_reader_catch_up(worker->facts_reader, READ_MS, err);
}

static void place_partitions(struct taking *taking)
{
	struct worker *worker = taking->worker;
	for (size_t i = 0; i < taking->count; i++) {
		const struct consumer_committed *from = &taking->places[i];
		struct partition *partition = worker_partition(worker, from->place.partition);
		partition->place = (struct place){from->place.offset, from->numbers[0]};
		partition->drained = false;
	}
}

static enum outcome take(struct taking *taking, struct err *err)
{
	if (read_committed(taking, err) != OK || restore(taking, err) != OK)
		return err->outcome;
	place_partitions(taking);
	return learn_outages(taking, err);
}

static enum outcome start_reading(struct worker *worker, struct err *err)
{
	arena_reset(&worker->arena);
	struct consumer_place *places = arena_get_array(
		&worker->arena, (size_t)worker->options->kafka->partitions, sizeof(*places));
	size_t count = 0;
	for (int32_t i = 0; i < worker->options->kafka->partitions; i++)
		if (worker->partitions[i].mine)
			places[count++] = (struct consumer_place){
				TOPIC_INTAKE, i, worker->partitions[i].place.next};
	return consumer_assign(worker->member, places, count, err);
}

enum outcome assignment_take(struct worker *worker, struct err *err)
{
	struct taking taking = {.worker = worker};
	int64_t start = clock_monotonic();
	atomic_store(&worker->restoring, true);
	enum outcome outcome = take(&taking, err);
	atomic_store(&worker->restoring, false);
	arena_done(&taking.arena);
	if (outcome != OK)
		return outcome;
	for (size_t i = 0; i < taking.count; i++)
		worker_partition(worker, taking.places[i].place.partition)->mine = true;
	atomic_store(&worker->held, (int)taking.count);
	worker->must_beat = true;
	atomic_store(&worker->has_joined, true);
	worker->last_well = clock_monotonic();
	count_assignment(worker, taking.states, worker->last_well - start);
	return start_reading(worker, err);
}

static void let_go(struct worker *worker, bool lost)
{
	for (int32_t i = 0; i < worker->options->kafka->partitions; i++)
		worker->partitions[i].mine = false;
	atomic_store(&worker->has_joined, false);
	atomic_store(&worker->held, 0);
	log_info("revoked", "worker=%d lost=%d", worker->number, lost);
}

enum outcome assignment_give(struct worker *worker, bool lost, struct err *err)
{
	const struct err why = {.outcome = RETRY, .text = "the partitions were lost"};
	enum outcome outcome = OK;
	if (worker->batch.open)
		outcome = lost ? batch_abort(worker, &why, err) : batch_commit(worker, err);
	let_go(worker, lost);
	return outcome == FATAL ? FATAL : consumer_assign(worker->member, NULL, 0, err);
}

void assignment_drop(struct worker *worker)
{
	assert(!worker->batch.open);
	if (atomic_load(&worker->has_joined))
		let_go(worker, true);
	consumer_free(worker->member);
	worker->member = NULL;
}
