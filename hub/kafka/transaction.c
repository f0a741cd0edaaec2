/* transaction - one batch of records and the offsets it was made from, all or nothing. */
#include "hub/kafka/transaction.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "hub/base/arena.h"
#include "hub/base/crash.h"
#include "hub/kafka/places.h"
#include "hub/kafka/writer.h"

#define OFFSETS_MS 5000
#define FREE_MS 1000

struct transaction {
	const struct kafka_settings *settings;
	struct transaction_options options;
	char *id;
	struct writer writer;
	struct consumer_committed *offsets;
	size_t offsets_count, records, bytes;
	bool open, fenced;
};

/* Commit and abort tell of records that failed; counting them here would add nothing, but without a
 * callback a flush passes over them in silence. */
static void take_report(rd_kafka_t *client, const rd_kafka_message_t *message, void *context)
{
	(void)client;
	(void)message;
	(void)context;
}

static rd_kafka_conf_t *conf_of(const struct transaction *transaction, struct err *err)
{
	const struct transaction_options *options = &transaction->options;
	char timeout[12], messages[12], kbytes[12];
	const struct setting_pair own[] = {
		{"transactional.id", options->id},
		{"transaction.timeout.ms", timeout},
		{"retry.backoff.ms", "10"},
		{"linger.ms", "20"},
		{"compression.codec", "zstd"},
		/* Of a router's time level 3, the library's own choice, takes a third; this one
		 * makes a hundredth more bytes in little more than half the time. */
		{"compression.level", "1"},
		{"delivery.report.only.error", "true"},
		{"queue.buffering.max.messages", messages},
		{"queue.buffering.max.kbytes", kbytes},
		{"message.max.bytes", "2097152"},
		{NULL, NULL},
	};
	snprintf(timeout, sizeof(timeout), "%d", options->timeout_ms);
	snprintf(messages, sizeof(messages), "%d", options->queue_messages);
	snprintf(kbytes, sizeof(kbytes), "%d", options->queue_kb);
	rd_kafka_conf_t *conf = kafka_conf(transaction->settings, RD_KAFKA_PRODUCER, own, err);
	if (conf)
		rd_kafka_conf_set_dr_msg_cb(conf, take_report);
	return conf;
}

static enum outcome open_client(struct transaction *transaction, int timeout_ms, struct err *err)
{
	rd_kafka_conf_t *conf = conf_of(transaction, err);
	rd_kafka_t *client = conf ? kafka_client(RD_KAFKA_PRODUCER, conf, err) : NULL;
	if (!client)
		return FATAL;
	const struct writer_options options = {
		.settings = transaction->settings, .timeout_ms = timeout_ms};
	if (writer_init(&transaction->writer, client, &options, err) != OK)
		return err->outcome;
	rd_kafka_error_t *error =
		rd_kafka_init_transactions(transaction->writer.client, timeout_ms);
	enum outcome outcome = kafka_error(err, error, "ending what was left open");
	if (outcome != OK)
		writer_done(&transaction->writer);
	return outcome;
}

enum outcome transaction_new(struct transaction **out, const struct kafka_settings *settings,
	const struct transaction_options *options, int wait_ms, struct err *err)
{
	struct transaction *transaction = memory_get_zeroed(1, sizeof(*transaction));
	transaction->settings = settings;
	transaction->options = *options;
	transaction->options.id = transaction->id = memory_string(options->id);
	transaction->offsets =
		memory_get_zeroed((size_t)settings->partitions, sizeof(*transaction->offsets));
	enum outcome outcome = open_client(transaction, wait_ms, err);
	if (outcome != OK) {
		transaction_free(transaction);
		return err_in(err, "transaction %s", options->id);
	}
	*out = transaction;
	return OK;
}

void transaction_free(struct transaction *transaction)
{
	if (!transaction)
		return;
	if (transaction->open) {
		rd_kafka_error_t *error =
			rd_kafka_abort_transaction(transaction->writer.client, FREE_MS);
		if (error)
			rd_kafka_error_destroy(error);
	}
	writer_done(&transaction->writer);
	free(transaction->offsets);
	free(transaction->id);
	free(transaction);
}

static void note_fence(struct transaction *transaction, const rd_kafka_error_t *error)
{
	if (kafka_is_fenced(rd_kafka_error_code(error)))
		transaction->fenced = true;
}

/* Takes error. */
static enum transaction_fate doubt(
	struct transaction *transaction, rd_kafka_error_t *error, const char *what, struct err *err)
{
	note_fence(transaction, error);
	kafka_error(err, error, what);
	transaction->open = false;
	kafka_count_renewal("transaction");
	writer_done(&transaction->writer);
	return TRANSACTION_UNKNOWN;
}

enum outcome transaction_ready(struct transaction *transaction, int wait_ms, struct err *err)
{
	return transaction->writer.client ? OK : open_client(transaction, wait_ms, err);
}

enum outcome transaction_begin(struct transaction *transaction, struct err *err)
{
	assert(!transaction->open && transaction->writer.client);
	crash_point("before-begin");
	transaction->offsets_count = transaction->records = transaction->bytes = 0;
	rd_kafka_error_t *error = rd_kafka_begin_transaction(transaction->writer.client);
	transaction->open = !error;
	if (!error)
		return OK;
	doubt(transaction, error, "beginning a transaction", err);
	return err->outcome = RETRY;
}

enum outcome transaction_send(
	struct transaction *transaction, const struct record_write *record, struct err *err)
{
	assert(transaction->open);
	enum outcome outcome = writer_write(&transaction->writer, record, err);
	if (outcome == OK) {
		transaction->records++;
		transaction->bytes += record->key.size + record->value.size;
	}
	return outcome;
}

void transaction_offset(struct transaction *transaction, const struct consumer_committed *next)
{
	size_t i = 0;
	while (i < transaction->offsets_count &&
		transaction->offsets[i].place.partition != next->place.partition)
		i++;
	assert(i < (size_t)transaction->settings->partitions);
	transaction->offsets[i] = *next;
	if (i == transaction->offsets_count)
		transaction->offsets_count++;
}

static rd_kafka_error_t *send_offsets(struct transaction *transaction, struct consumer *member)
{
	rd_kafka_consumer_group_metadata_t *generation =
		rd_kafka_consumer_group_metadata(consumer_client(member));
	rd_kafka_topic_partition_list_t *list = places_committed_list(
		transaction->settings, transaction->offsets, transaction->offsets_count);
	rd_kafka_error_t *error = rd_kafka_send_offsets_to_transaction(
		transaction->writer.client, list, generation, OFFSETS_MS);
	rd_kafka_topic_partition_list_destroy(list);
	rd_kafka_consumer_group_metadata_destroy(generation);
	return error;
}

/* Only a refusal that asks for an abort is certain; after anything else the brokers may still act
 * on what we sent. */
static enum transaction_fate settle(
	struct transaction *transaction, rd_kafka_error_t *error, struct err *err)
{
	struct err ignored = {0};
	if (!rd_kafka_error_txn_requires_abort(error))
		return doubt(transaction, error, "transaction", err);
	note_fence(transaction, error);
	kafka_error(err, error, "transaction");
	return transaction_abort(transaction, &ignored);
}

/* The deadline is ours: told to take what is left of transaction.timeout.ms, librdkafka 2.0.2 goes
 * on for as long as the brokers are silent. */
enum transaction_fate transaction_commit(
	struct transaction *transaction, struct consumer *member, struct err *err)
{
	assert(transaction->open);
	assert(transaction->offsets_count > 0);
	rd_kafka_error_t *error = send_offsets(transaction, member);
	if (error)
		return settle(transaction, error, err);
	crash_point("after-send-offsets");
	error = rd_kafka_commit_transaction(
		transaction->writer.client, transaction->options.timeout_ms);
	if (error)
		return settle(transaction, error, err);
	crash_point("after-commit");
	transaction->open = false;
	return TRANSACTION_COMMITTED;
}

enum transaction_fate transaction_abort(struct transaction *transaction, struct err *err)
{
	assert(transaction->open);
	rd_kafka_error_t *error = rd_kafka_abort_transaction(
		transaction->writer.client, transaction->options.timeout_ms);
	transaction->open = false;
	if (!error)
		return TRANSACTION_ABORTED;
	return doubt(transaction, error, "abort", err);
}

bool transaction_was_fenced(struct transaction *transaction)
{
	bool fenced = transaction->fenced;
	transaction->fenced = false;
	return fenced;
}

size_t transaction_records(const struct transaction *transaction)
{
	return transaction->records;
}

size_t transaction_bytes(const struct transaction *transaction)
{
	return transaction->bytes;
}
