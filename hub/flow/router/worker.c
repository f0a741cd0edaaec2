/* worker - one thread of the router: the loop over its input. */
#include "hub/flow/router/worker.h"

#include <assert.h>

#include "hub/base/clock.h"
#include "hub/base/log.h"
#include "hub/flow/router/assignment.h"
#include "hub/flow/router/batch.h"
#include "hub/flow/router/firing.h"
#include "hub/flow/router/settle.h"

#define OPEN_MS 30000
#define BETWEEN_TRIES_MS 500
#define STALL_MS 60000
#define FENCED_MAX 5
#define FENCED_WITHIN_MS 60000

struct partition *worker_partition(struct worker *worker, int32_t number)
{
	assert(number >= 0 && number < worker->options->kafka->partitions);
	return &worker->partitions[number];
}

static enum outcome take_record(
	struct worker *worker, const struct record_read *record, struct err *err)
{
	struct partition *partition = worker_partition(worker, record->partition);
	if (!partition->mine || record->offset < partition->place.next)
		return OK;
	partition->drained = false;
	return settle_record(worker, partition, record, err);
}

static enum outcome take_news(struct worker *worker, enum consumer_news news,
	const struct record_read *record, struct err *err)
{
	switch (news) {
	case CONSUMER_NOTHING:
		return OK;
	case CONSUMER_RECORD:
		return take_record(worker, record, err);
	case CONSUMER_DRAINED:
		worker_partition(worker, record->partition)->drained = true;
		return OK;
	case CONSUMER_ASSIGNED:
		return assignment_take(worker, err);
	case CONSUMER_REVOKED:
		return assignment_give(worker, false, err);
	case CONSUMER_LOST:
		return assignment_give(worker, true, err);
	}
	assert(!"news that is not listed");
	return OK;
}

static enum outcome open_transaction(struct worker *worker, struct err *err)
{
	const struct conf_router *settings = &worker->options->conf->router;
	const struct transaction_options options = {
		.id = worker->id,
		.timeout_ms = settings->transaction_timeout_ms,
		.queue_messages = settings->send_queue_messages,
		.queue_kb = settings->send_queue_kb,
	};
	return transaction_new(
		&worker->transaction, worker->options->kafka, &options, OPEN_MS, err);
}

static enum outcome open_member(struct worker *worker, struct err *err)
{
	const struct consumer_member_options options = {
		.group = worker->group,
		.instance = worker->id,
		.topic = TOPIC_INTAKE,
		.session_timeout_ms = worker->options->conf->router.session_timeout_ms,
	};
	return consumer_new_member(&worker->member, worker->options->kafka, &options, err);
}

/* What is open already is not opened again. */
static enum outcome try_open(struct worker *worker, struct err *err)
{
	const struct router_options *options = worker->options;
	if (!worker->facts_reader &&
		facts_reader_new(&worker->facts_reader, options->kafka, options->wire,
			worker->facts, err) != OK)
		return err->outcome;
	if (!worker->transaction && open_transaction(worker, err) != OK)
		return err->outcome;
	return open_member(worker, err);
}

static enum outcome open_all(struct worker *worker, struct err *err)
{
	enum outcome outcome = try_open(worker, err);
	while (outcome == RETRY && !atomic_load(worker->stop)) {
		log_warn("router", "worker=%d text=%s", worker->number, log_quote(err->text));
		clock_sleep(BETWEEN_TRIES_MS);
		outcome = try_open(worker, err);
	}
	return atomic_load(worker->stop) ? OK : outcome;
}

static bool is_drained(const struct worker *worker)
{
	for (int32_t i = 0; i < worker->options->kafka->partitions; i++)
		if (worker->partitions[i].mine && !worker->partitions[i].drained)
			return false;
	return true;
}

/* librdkafka 2.0.2 can hang on a dead broker's metadata; what helps is another client. Time that
 * was moved is no time that the brokers had: a router that went for it would find that it had been
 * away for as long. */
enum outcome worker_watch_progress(struct worker *worker, enum consumer_news news, struct err *err)
{
	int64_t now = clock_steady();
	if (news != CONSUMER_NOTHING || (atomic_load(&worker->has_joined) && is_drained(worker)))
		worker->last_news = now;
	if (now - worker->last_news < STALL_MS)
		return OK;
	return err_set(err, RETRY, "nothing comes from intake");
}

/* After Kafka was silent the brokers may come late to what we had asked for before, and take the
 * place that we have now for that. Another process takes it again and again, and we its: who has
 * lost it first is the first to give in, so this is asked before the place is taken again. */
enum outcome worker_note_fence(struct worker *worker, int64_t now, struct err *err)
{
	bool was_silent =
		now - worker->last_well >= worker->options->conf->router.transaction_timeout_ms;
	bool is_new = now - worker->last_fenced > FENCED_WITHIN_MS;
	worker->fenced = was_silent ? 0 : is_new ? 1 : worker->fenced + 1;
	worker->last_fenced = now;
	if (worker->fenced < FENCED_MAX)
		return OK;
	return err_set(err, FATAL,
		"another process runs under the same node name, and took our place %d times in a "
		"row: give each its own `node`",
		worker->fenced);
}

/* Whatever the fault was, another client in the group reads again from what is committed. */
static enum outcome start_over(struct worker *worker, struct err *err)
{
	enum outcome outcome = batch_abort(worker, err, err);
	if (outcome != OK)
		return outcome;
	if (transaction_was_fenced(worker->transaction) ||
		(worker->member && consumer_is_fenced(worker->member)))
		outcome = worker_note_fence(worker, clock_monotonic(), err);
	assignment_drop(worker);
	kafka_count_renewal("consumer");
	worker->last_news = clock_steady();
	return outcome;
}

enum outcome worker_turn(struct worker *worker, struct err *err)
{
	enum consumer_news news = CONSUMER_NOTHING;
	struct record_read record;
	enum outcome outcome = OK;
	int patience = firing_has_more(worker) ? 0 : batch_patience(worker);
	if (!worker->member)
		outcome = open_member(worker, err);
	if (outcome == OK)
		outcome = consumer_poll(worker->member, patience, &news, &record, err);
	if (outcome == OK)
		outcome = take_news(worker, news, &record, err);
	bool is_idle = news == CONSUMER_NOTHING;
	if (outcome == OK)
		outcome = firing_run(worker, is_idle, err);
	if (outcome == OK && batch_is_due(worker, is_idle && !firing_has_more(worker)))
		outcome = batch_commit(worker, err);
	if (outcome == OK)
		outcome = worker_watch_progress(worker, news, err);
	return outcome == RETRY ? start_over(worker, err) : outcome;
}

void worker_run(struct worker *worker)
{
	struct err err = {0};
	enum outcome outcome = open_all(worker, &err);
	while (outcome == OK && !atomic_load(worker->stop))
		outcome = worker_turn(worker, &err);
	if (outcome == OK && worker->batch.open && batch_commit(worker, &err) == FATAL)
		outcome = FATAL;
	if (outcome != OK)
		log_error("router", "worker=%d text=%s", worker->number, log_quote(err.text));
	worker->err = err;
	worker->err.outcome = outcome;
	atomic_store(&worker->running, false);
}
