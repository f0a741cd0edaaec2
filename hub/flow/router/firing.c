/* firing - firing what is due, and the heartbeat of a router. */
#include "hub/flow/router/firing.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "hub/base/clock.h"
#include "hub/base/log.h"
#include "hub/flow/router/batch.h"
#include "hub/flow/router/count.h"
#include "hub/flow/router/emit.h"
#include "hub/flow/router/settle.h"

#define LOOK_MS 10
#define ENDS_MS 500

enum outcome firing_due(
	struct worker *worker, struct partition *partition, int64_t until, struct err *err)
{
	int64_t due;
	struct bytes client;
	if (atomic_load(&worker->clocks_stopped))
		return OK;
	for (; worker->clocks_left > 0; worker->clocks_left--) {
		if (batch_is_full(worker) || !store_due(partition->store, until, &due, &client))
			return OK;
		if (settle_clock(worker, partition, client, err) != OK)
			return err->outcome;
	}
	return OK;
}

void firing_watch_time(struct worker *worker)
{
	int64_t drift = clock_wall() - clock_monotonic() - worker->drift_base;
	if (llabs(drift) <= worker->options->conf->router.drift_max_ms ||
		atomic_exchange(&worker->clocks_stopped, true))
		return;
	log_error("clocks",
		"worker=%d drift_ms=%" PRId64 " text=\"wall time has jumped: no clock fires any "
		"more; set the time right and restart\"",
		worker->number, drift);
}

/* For a short catch-up when partitions move; without an answer the one of before will do. */
static void note_ends(struct worker *worker)
{
	struct err ignored = {0};
	size_t count = 0;
	arena_reset(&worker->arena);
	struct consumer_place *ends = arena_get_array(
		&worker->arena, (size_t)worker->options->kafka->partitions, sizeof(*ends));
	for (int32_t i = 0; i < worker->options->kafka->partitions; i++)
		if (worker->partitions[i].mine)
			ends[count++] = (struct consumer_place){TOPIC_CLIENTS, i, 0};
	if (consumer_ends(worker->member, ends, count, ENDS_MS, &ignored) != OK)
		return;
	for (size_t i = 0; i < count; i++)
		worker_partition(worker, ends[i].partition)->stored_end = ends[i].offset;
}

static enum outcome beat(struct worker *worker, struct partition *partition, struct err *err)
{
	char id[24];
	snprintf(id, sizeof(id), "router/%d", partition->number);
	const struct fact fact = {
		.kind = FACT_KIND_HEARTBEAT,
		.id = bytes_of_string(id),
		.at = clock_wall(),
	};
	if (batch_touch(worker, partition, err) != OK)
		return err->outcome;
	return emit_fact(worker, &fact, err);
}

static void log_silence(const struct handover_span *silence)
{
	if (silence->to == INT64_MAX)
		log_error("outage",
			"edges=0 text=\"no edge is alive: nobody can answer, nothing is brought, "
			"and no clock counts that time; start one\"");
	else
		log_info(
			"outage", "edges=0 seconds=%" PRId64, (silence->to - silence->from) / 1000);
}

/* Each worker tells the same under the same key, so none need be asked to. */
static enum outcome tell_silence(
	struct worker *worker, const struct partition *partition, struct err *err)
{
	const struct conf_router *settings = &worker->options->conf->router;
	struct handover_span silence;
	char id[40];
	if (!facts_silence(worker->facts, partition->number,
		    settings->outage_after_ms / settings->heartbeat_ms, &silence))
		return OK;
	snprintf(id, sizeof(id), "edge/%" PRId64, silence.from);
	const struct fact fact = {
		.kind = FACT_KIND_OUTAGE,
		.id = bytes_of_string(id),
		.at = clock_wall(),
		.has_from = true,
		.from = silence.from,
		.has_to = silence.to != INT64_MAX,
		.to = silence.to,
		.text = bytes_of_string("no edge was alive"),
	};
	log_silence(&silence);
	return emit_fact(worker, &fact, err);
}

static enum outcome beat_all(struct worker *worker, struct err *err)
{
	const struct partition *last = NULL;
	note_ends(worker);
	for (int32_t i = 0; i < worker->options->kafka->partitions; i++) {
		struct partition *partition = &worker->partitions[i];
		if (!partition->mine)
			continue;
		if (beat(worker, partition, err) != OK)
			return err->outcome;
		last = partition;
	}
	return last != NULL ? tell_silence(worker, last, err) : OK;
}

/* Where messages wait it is not known yet what was said in time: no later than the last one that
 * was read. Another partition is the first each time, so that none has to wait for all clocks of
 * another. */
static enum outcome fire_all(struct worker *worker, struct err *err)
{
	int64_t wall = clock_wall();
	int32_t count = worker->options->kafka->partitions;
	worker->looked = (worker->looked + 1) % count;
	for (int32_t i = 0; i < count; i++) {
		struct partition *partition = &worker->partitions[(worker->looked + i) % count];
		if (partition->mine &&
			firing_due(worker, partition,
				partition->drained ? wall : partition->place.now, err) != OK)
			return err->outcome;
	}
	return OK;
}

bool firing_has_more(const struct worker *worker)
{
	return worker->clocks_left == 0;
}

/* The time of the look is that of its end: so long there is then for messages, however long the
 * clocks took. */
enum outcome firing_run(struct worker *worker, bool is_idle, struct err *err)
{
	int64_t now = clock_monotonic();
	if (!(is_idle && firing_has_more(worker)) && llabs(now - worker->last_look) < LOOK_MS)
		return OK;
	worker->clocks_left = worker->options->conf->router.clocks_per_turn;
	firing_watch_time(worker);
	count_clients(worker);
	if (facts_reader_follow(worker->facts_reader, err) != OK || fire_all(worker, err) != OK)
		return err->outcome;
	worker->last_look = clock_monotonic();
	if (atomic_load(&worker->held) == 0 ||
		(!worker->must_beat &&
			llabs(now - worker->last_heartbeat) <
				worker->options->conf->router.heartbeat_ms))
		return OK;
	worker->last_heartbeat = now;
	worker->must_beat = false;
	count_worker(worker);
	return beat_all(worker, err);
}
