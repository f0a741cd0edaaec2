/* batch - what one transaction holds: begun with its first record, committed or put back as a
 * whole. */
#include "hub/flow/router/batch.h"

#include <assert.h>
#include <sodium.h>

#include "hub/base/clock.h"
#include "hub/base/crash.h"
#include "hub/base/log.h"
#include "hub/flow/router/count.h"

#define IDLE_MS 50
#define BACK_OFF_FIRST_MS 20
#define BACK_OFF_MAX_MS 5000
#define READY_MS 15000

static const struct conf_router *settings_of(const struct worker *worker)
{
	return &worker->options->conf->router;
}

static enum outcome get_ready(struct worker *worker, struct err *err)
{
	if (transaction_was_fenced(worker->transaction) &&
		worker_note_fence(worker, clock_monotonic(), err) != OK)
		return FATAL;
	return transaction_ready(worker->transaction, READY_MS, err);
}

enum outcome batch_touch(struct worker *worker, struct partition *partition, struct err *err)
{
	struct batch *batch = &worker->batch;
	if (!batch->open) {
		if (get_ready(worker, err) != OK ||
			transaction_begin(worker->transaction, err) != OK)
			return err->outcome;
		batch->open = true;
		batch->since = clock_monotonic();
		batch->messages = batch->clocks = 0;
		randombytes_buf(&batch->number, sizeof(batch->number));
	}
	partition->touched = true;
	return OK;
}

enum outcome batch_send(struct worker *worker, const struct record_write *record, struct err *err)
{
	enum outcome outcome = transaction_send(worker->transaction, record, err);
	if (outcome != REJECT)
		return outcome;
	err_in(err, "a record of ours");
	return err->outcome = FATAL;
}

bool batch_is_full(const struct worker *worker)
{
	const struct conf_router *settings = settings_of(worker);
	return worker->batch.open &&
		(worker->batch.messages >= settings->batch_messages ||
			transaction_records(worker->transaction) >=
				(size_t)settings->send_queue_messages / 5 * 4 ||
			transaction_bytes(worker->transaction) >=
				(size_t)settings->send_queue_kb * 1024 / 5 * 4);
}

/* A clock that was set back in a test must not make a batch wait. */
static bool has_passed(int64_t since, int64_t ms, int64_t now)
{
	return now - since >= ms || now < since;
}

bool batch_is_due(const struct worker *worker, bool drained)
{
	const struct conf_router *settings = settings_of(worker);
	const struct batch *batch = &worker->batch;
	int64_t now = clock_monotonic();
	if (!batch->open)
		return false;
	if (drained && has_passed(batch->last_commit, settings->commit_gap_ms, now))
		return true;
	return batch_is_full(worker) || has_passed(batch->since, settings->commit_interval_ms, now);
}

int batch_patience(const struct worker *worker)
{
	const struct conf_router *settings = settings_of(worker);
	const struct batch *batch = &worker->batch;
	if (!batch->open)
		return IDLE_MS;
	int64_t gap = batch->last_commit + settings->commit_gap_ms - clock_monotonic();
	if (gap < settings->drain_idle_ms || gap > settings->commit_gap_ms)
		return settings->drain_idle_ms;
	return (int)gap;
}

static void keep(struct partition *partition)
{
	store_commit(partition->store);
	if (partition->stored_end > partition->restored)
		partition->restored = partition->stored_end;
	partition->touched = false;
}

static void put_back(struct partition *partition)
{
	store_rollback(partition->store);
	partition->drained = false;
	partition->touched = false;
}

/* Ends the batch for each partition that took part: kept if it was confirmed, else put back. False:
 * some were. */
static bool settle(struct worker *worker)
{
	bool all = true;
	for (int32_t i = 0; i < worker->options->kafka->partitions; i++) {
		struct partition *partition = &worker->partitions[i];
		if (!partition->touched)
			continue;
		if (partition->confirmed)
			keep(partition);
		else
			put_back(partition);
		all = all && partition->confirmed;
	}
	worker->batch.open = false;
	worker->batch.last_commit = clock_monotonic();
	return all;
}

static void confirm(struct worker *worker, bool confirmed)
{
	for (int32_t i = 0; i < worker->options->kafka->partitions; i++)
		worker->partitions[i].confirmed = confirmed;
}

/* The places of the partitions that take part. */
static size_t touched_places(struct worker *worker)
{
	size_t count = 0;
	for (int32_t i = 0; i < worker->options->kafka->partitions; i++) {
		const struct partition *partition = &worker->partitions[i];
		if (partition->touched)
			worker->places[count++] = (struct consumer_committed){
				.place = {TOPIC_INTAKE, i, partition->place.next},
				.numbers = {partition->place.now, worker->batch.number},
			};
	}
	return count;
}

static void back_off(struct worker *worker)
{
	int64_t ms = BACK_OFF_FIRST_MS;
	for (int64_t i = 0; i < worker->batch.aborts && ms < BACK_OFF_MAX_MS; i++)
		ms *= 2;
	if (ms > BACK_OFF_MAX_MS)
		ms = BACK_OFF_MAX_MS;
	worker->batch.aborts++;
	for (; ms > 0 && !atomic_load(worker->stop); ms -= BACK_OFF_FIRST_MS)
		clock_sleep(BACK_OFF_FIRST_MS);
}

static enum outcome look_up(struct worker *worker, size_t count, struct err *err)
{
	struct consumer *onlooker;
	if (consumer_new_onlooker(&onlooker, worker->options->kafka, worker->group, err) != OK)
		return err->outcome;
	enum outcome outcome = consumer_committed(
		onlooker, worker->places, count, settings_of(worker)->committed_timeout_ms, err);
	consumer_free(onlooker);
	return outcome;
}

/* What became of the batch: its number stands beside the committed offsets, or another's. */
static enum outcome find_out(struct worker *worker, struct err *err)
{
	size_t count = touched_places(worker), confirmed = 0;
	enum outcome outcome = get_ready(worker, err);
	if (outcome == OK)
		outcome = look_up(worker, count, err);
	for (size_t i = 0; i < count && outcome == OK; i++) {
		bool ours = worker->places[i].numbers[1] == worker->batch.number;
		worker_partition(worker, worker->places[i].place.partition)->confirmed = ours;
		confirmed += ours;
	}
	if (outcome == OK)
		log_info("doubt", "worker=%d partitions=%zu committed=%zu", worker->number, count,
			confirmed);
	return outcome;
}

/* Nothing else can be done before this is known, however long Kafka is away. */
static enum outcome find_out_at_last(struct worker *worker, struct err *err)
{
	enum outcome outcome;
	while ((outcome = find_out(worker, err)) == RETRY && !atomic_load(worker->stop)) {
		log_warn("doubt", "worker=%d text=%s", worker->number, log_quote(err->text));
		back_off(worker);
	}
	return outcome == FATAL ? FATAL : OK;
}

static enum outcome take_fate(
	struct worker *worker, enum transaction_fate fate, const struct err *why, struct err *err)
{
	count_commit(worker, fate, why);
	confirm(worker, fate == TRANSACTION_COMMITTED);
	if (fate == TRANSACTION_UNKNOWN && find_out_at_last(worker, err) != OK)
		return FATAL;
	if (!settle(worker))
		return err_set(err, RETRY, "the batch was not committed");
	worker->batch.aborts = 0;
	worker->last_well = worker->batch.last_commit;
	atomic_store(&worker->last_commit, clock_wall());
	return OK;
}

enum outcome batch_commit(struct worker *worker, struct err *err)
{
	struct err why = {0};
	size_t count = touched_places(worker);
	assert(worker->batch.open && count > 0);
	for (size_t i = 0; i < count; i++)
		transaction_offset(worker->transaction, &worker->places[i]);
	crash_point("before-commit");
	enum transaction_fate fate = transaction_commit(worker->transaction, worker->member, &why);
	return take_fate(worker, fate, &why, err);
}

enum outcome batch_abort(struct worker *worker, const struct err *why, struct err *err)
{
	struct err reason = *why, ignored = {0};
	enum outcome outcome = OK;
	if (worker->batch.open)
		outcome = take_fate(
			worker, transaction_abort(worker->transaction, &ignored), &reason, err);
	else
		log_warn("router", "worker=%d text=%s", worker->number, log_quote(reason.text));
	back_off(worker);
	return outcome == FATAL ? FATAL : OK;
}
