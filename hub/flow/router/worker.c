/* worker - one thread of the router: the loop over its input. */
#include "hub/flow/router/worker.h"

#include <assert.h>
#include <stdio.h>
#include <time.h>

#include "hub/base/clock.h"
#include "hub/base/log.h"
#include "hub/flow/router/assignment.h"
#include "hub/flow/router/batch.h"
#include "hub/flow/router/firing.h"
#include "hub/flow/router/settle.h"

#define OPEN_MS 30000
#define BETWEEN_TRIES_MS 500
#define STALL_MS 60000

struct partition *worker_partition(struct worker *worker, int32_t number)
{
	assert(number >= 0 && number < worker->options->kafka->partitions);
	return &worker->partitions[number];
}

static enum outcome take_record(
	struct worker *worker, const struct record_read *record, struct err *err)
{
	struct partition *partition = worker_partition(worker, record->partition);
	int64_t appended = record->time + clock_offset();
	if (!partition->mine || record->offset < partition->place.next)
		return OK;
	partition->drained = false;
	if (firing_due(worker, partition, appended, err) != OK)
		return err->outcome;
	if (appended > partition->place.now)
		partition->place.now = appended;
	return settle_record(worker, partition, record, err);
}

/* Gives up the partitions and the place in the group; the next turn joins again. */
static enum outcome drop_member(struct worker *worker, struct err *err)
{
	worker->last_news = clock_monotonic();
	if (assignment_give(worker, true, err) == FATAL)
		return FATAL;
	consumer_free(worker->member);
	worker->member = NULL;
	return OK;
}

static enum outcome take_partitions(struct worker *worker, struct err *err)
{
	enum outcome outcome = assignment_take(worker, err);
	if (outcome != RETRY || atomic_load(worker->stop))
		return outcome;
	log_warn("router", "worker=%d text=%s", worker->number, log_quote(err->text));
	return drop_member(worker, err);
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
		return take_partitions(worker, err);
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
	char group[TOPICS_NAME_SIZE + sizeof(TOPICS_GROUP)];
	snprintf(group, sizeof(group), "%s%s", worker->options->kafka->prefix, TOPICS_GROUP);
	const struct consumer_member_options options = {
		.group = group,
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
		nanosleep(&(struct timespec){.tv_nsec = BETWEEN_TRIES_MS * 1000000}, NULL);
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

/* librdkafka 2.0.2 can hang on a dead broker's metadata; what helps is another client. */
static enum outcome watch_progress(struct worker *worker, enum consumer_news news, struct err *err)
{
	int64_t now = clock_monotonic();
	if (news != CONSUMER_NOTHING || is_drained(worker))
		worker->last_news = now;
	if (!worker->member || now - worker->last_news < STALL_MS)
		return OK;
	log_warn("router", "worker=%d text=\"nothing comes from intake: trying another client\"",
		worker->number);
	return drop_member(worker, err);
}

static enum outcome turn(struct worker *worker, struct err *err)
{
	enum consumer_news news = CONSUMER_NOTHING;
	struct record_read record;
	enum outcome outcome = OK;
	if (!worker->member)
		outcome = open_member(worker, err);
	if (outcome == OK && worker->must_resume)
		outcome = assignment_resume(worker, err);
	if (outcome == OK)
		outcome =
			consumer_poll(worker->member, batch_patience(worker), &news, &record, err);
	if (outcome == OK)
		outcome = take_news(worker, news, &record, err);
	if (outcome == OK)
		outcome = firing_run(worker, err);
	if (outcome == OK && batch_is_due(worker, news == CONSUMER_NOTHING))
		outcome = batch_commit(worker, err);
	if (outcome == RETRY)
		outcome = batch_abort(worker, err, err);
	return outcome == OK ? watch_progress(worker, news, err) : outcome;
}

void worker_run(struct worker *worker)
{
	struct err err = {0};
	enum outcome outcome = open_all(worker, &err);
	while (outcome == OK && !atomic_load(worker->stop))
		outcome = turn(worker, &err);
	if (outcome == OK && worker->batch.open)
		outcome = batch_commit(worker, &err);
	if (outcome != OK)
		log_error("router", "worker=%d text=%s", worker->number, log_quote(err.text));
	worker->err = err;
	worker->err.outcome = outcome;
	atomic_store(&worker->running, false);
}
