/* producer - writes records durably (idempotent, acks=all) and gives each its receipt. */
#include "hub/kafka/producer.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "hub/base/arena.h"
#include "hub/base/clock.h"
#include "hub/kafka/writer.h"

#define LOOK_UP_MS 5000
#define PROBE_MS 2000
#define PROBE_EVERY_MS 1000 /* while it is not well */
#define SILENCE_MS 5000 /* after which it is asked for while it is */
#define FREE_MS 1000
#define RENEW_EVERY_MS 5000
#define QUEUE_KBYTES "65536"
#define QUEUE_BYTES (INT64_C(65536) * 1024)

/* Of the question whether the brokers are back. */
enum probe { PROBE_NONE, PROBE_RUNS, PROBE_ANSWERED, PROBE_SILENT };

struct producer {
	const struct kafka_settings *settings;
	struct producer_options options;
	struct writer writer;
	int32_t outstanding;
	int64_t outstanding_bytes;
	bool well, failed;
	int64_t heard, probed, renewed; /* monotonic ms */
	_Atomic enum probe probe;
	pthread_t prober; /* unless PROBE_NONE */
	int fd;
};

static void take_report(rd_kafka_t *client, const rd_kafka_message_t *message, void *context)
{
	struct producer *producer = context;
	(void)client;
	struct producer_receipt receipt = {
		.outcome = kafka_outcome(message->err),
		.topic = writer_topic(message),
		.partition = message->partition,
		.offset = message->offset,
		.text = message->err ? rd_kafka_err2str(message->err) : NULL,
		.context = message->_private,
	};
	if (receipt.outcome == FATAL)
		receipt.outcome = RETRY;
	if (receipt.outcome != REJECT)
		producer->well = receipt.outcome == OK;
	if (receipt.outcome == OK)
		producer->heard = clock_monotonic();
	producer->outstanding--;
	producer->outstanding_bytes -= (int64_t)(message->len + message->key_len);
	producer->options.receipt(producer->options.context, &receipt);
}

static void take_error(rd_kafka_t *client, int code, const char *text, void *context)
{
	struct producer *producer = context;
	(void)client;
	(void)text;
	if (code == RD_KAFKA_RESP_ERR__FATAL)
		producer->failed = true;
	if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN)
		producer->well = false;
}

static void watch(struct producer *producer)
{
	const uint64_t one = 1;
	rd_kafka_queue_t *queue = rd_kafka_queue_get_main(producer->writer.client);
	rd_kafka_queue_io_event_enable(queue, producer->fd, &one, sizeof(one));
	rd_kafka_queue_destroy(queue);
}

static enum outcome open_client(struct producer *producer, int timeout_ms, struct err *err)
{
	char linger[12], deadline[12], queue[12];
	const struct setting_pair own[] = {
		{"enable.idempotence", "true"},
		{"acks", "all"},
		/* A batch holds a record or two, most of it sealed. */
		{"compression.codec", "none"},
		{"message.timeout.ms", deadline},
		{"linger.ms", linger},
		{"queue.buffering.max.messages", queue},
		{"queue.buffering.max.kbytes", QUEUE_KBYTES},
		{"message.max.bytes", "2097152"},
		{NULL, NULL},
	};
	snprintf(linger, sizeof(linger), "%d", producer->options.linger_ms);
	snprintf(deadline, sizeof(deadline), "%d", producer->options.deadline_ms);
	snprintf(queue, sizeof(queue), "%d", producer->options.queue_max);
	rd_kafka_conf_t *conf = kafka_conf(producer->settings, RD_KAFKA_PRODUCER, own, err);
	if (!conf)
		return REJECT;
	rd_kafka_conf_set_opaque(conf, producer);
	rd_kafka_conf_set_dr_msg_cb(conf, take_report);
	rd_kafka_conf_set_error_cb(conf, take_error);
	rd_kafka_t *client = kafka_client(RD_KAFKA_PRODUCER, conf, err);
	if (!client)
		return FATAL;
	const struct writer_options options = {.settings = producer->settings,
		.topics = producer->options.topics,
		.timeout_ms = timeout_ms};
	enum outcome outcome = writer_init(&producer->writer, client, &options, err);
	if (outcome == OK)
		watch(producer);
	return outcome;
}

enum outcome producer_new(struct producer **out, const struct kafka_settings *settings,
	const struct producer_options *options, struct err *err)
{
	assert(options->receipt && options->queue_max > 0);
	struct producer *producer = memory_get_zeroed(1, sizeof(*producer));
	producer->settings = settings;
	producer->options = *options;
	producer->well = true;
	producer->heard = clock_monotonic();
	producer->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	assert(producer->fd >= 0);
	enum outcome outcome = open_client(producer, LOOK_UP_MS, err);
	if (outcome != OK) {
		producer_free(producer);
		return outcome;
	}
	*out = producer;
	return OK;
}

/* Waits, for PROBE_MS at most where it still runs. */
static enum probe end_probe(struct producer *producer)
{
	if (atomic_load(&producer->probe) == PROBE_NONE)
		return PROBE_NONE;
	pthread_join(producer->prober, NULL);
	return atomic_exchange(&producer->probe, PROBE_NONE);
}

/* Every record taken gets its receipt before the client goes. */
static void close_client(struct producer *producer)
{
	end_probe(producer);
	rd_kafka_purge(producer->writer.client, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
	while (producer->outstanding > 0)
		rd_kafka_poll(producer->writer.client, 100);
	writer_done(&producer->writer);
}

void producer_free(struct producer *producer)
{
	if (!producer)
		return;
	if (producer->writer.client) {
		rd_kafka_flush(producer->writer.client, FREE_MS);
		close_client(producer);
	}
	close(producer->fd);
	free(producer);
}

enum outcome producer_send(
	struct producer *producer, const struct record_write *record, struct err *err)
{
	if (!producer->writer.client)
		return err_set(err, RETRY, "kafka: no client at the moment");
	enum outcome outcome = writer_write(&producer->writer, record, err);
	if (outcome != OK)
		return outcome;
	producer->outstanding++;
	producer->outstanding_bytes += (int64_t)(record->key.size + record->value.size);
	return OK;
}

bool producer_is_pressed(const struct producer *producer)
{
	return producer->outstanding >= producer->options.queue_max / 5 * 4 ||
		producer->outstanding_bytes >= QUEUE_BYTES / 5 * 4;
}

static void *ask(void *context)
{
	struct producer *producer = context;
	const struct rd_kafka_metadata *found = NULL;
	rd_kafka_resp_err_t code = rd_kafka_metadata(producer->writer.client, 0,
		producer->writer.topics[TOPIC_INTAKE], &found, PROBE_MS);
	if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
		rd_kafka_metadata_destroy(found);
	atomic_store(&producer->probe,
		code == RD_KAFKA_RESP_ERR_NO_ERROR ? PROBE_ANSWERED : PROBE_SILENT);
	return NULL;
}

static void take_answer(struct producer *producer)
{
	bool answered = end_probe(producer) == PROBE_ANSWERED;
	producer->well = answered || producer->heard > producer->probed;
	if (answered)
		producer->heard = clock_monotonic();
}

static bool is_to_ask(const struct producer *producer, int64_t now)
{
	return producer->well ? now - producer->heard >= SILENCE_MS
			      : now - producer->probed >= PROBE_EVERY_MS;
}

/* Without traffic nothing tells that the brokers are gone or back, so ask them, seldom, and in a
 * thread of its own: the library can ask only in a way that waits, and nobody's loop may. */
static void look_after_brokers(struct producer *producer)
{
	enum probe probe = atomic_load(&producer->probe);
	if (probe == PROBE_ANSWERED || probe == PROBE_SILENT)
		take_answer(producer);
	int64_t now = clock_monotonic();
	if (probe == PROBE_RUNS || !producer->writer.client || !is_to_ask(producer, now))
		return;
	producer->probed = now;
	atomic_store(&producer->probe, PROBE_RUNS);
	if (pthread_create(&producer->prober, NULL, ask, producer) != 0)
		atomic_store(&producer->probe, PROBE_NONE);
}

bool producer_is_well(struct producer *producer)
{
	look_after_brokers(producer);
	return producer->well && producer->writer.client;
}

int producer_fd(const struct producer *producer)
{
	return producer->fd;
}

static void renew(struct producer *producer)
{
	struct err ignored = {0};
	if (producer->renewed && clock_monotonic() - producer->renewed < RENEW_EVERY_MS)
		return;
	if (producer->writer.client)
		close_client(producer);
	kafka_count_renewal("producer");
	producer->failed = open_client(producer, 0, &ignored) != OK;
	producer->renewed = clock_monotonic();
	producer->well = false;
}

void producer_serve(struct producer *producer, int timeout_ms)
{
	uint64_t events;
	if (read(producer->fd, &events, sizeof(events)) < 0)
		events = 0;
	if (producer->writer.client)
		rd_kafka_poll(producer->writer.client, timeout_ms);
	if (producer->failed)
		renew(producer);
}

enum outcome producer_flush(struct producer *producer, int timeout_ms, struct err *err)
{
	int64_t until = clock_monotonic() + timeout_ms;
	while (producer->outstanding > 0 && clock_monotonic() < until) {
		if (producer->writer.client)
			rd_kafka_flush(producer->writer.client, 100);
		producer_serve(producer, 0);
	}
	if (producer->outstanding > 0)
		return err_set(err, RETRY, "kafka: %d records have no receipt after %d ms",
			producer->outstanding, timeout_ms);
	return OK;
}
