/* foreign - writes records to topics that are not ours: durably, each with its receipt. */
#include "hub/kafka/foreign.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "hub/base/clock.h"
#include "hub/base/memory.h"
#include "hub/kafka/record.h"

#define RENEW_EVERY_MS 5000

struct foreign {
	const struct kafka_settings *settings;
	foreign_receipt_fn *receipt;
	int32_t deadline_ms;
	rd_kafka_t *client; /* NULL: none at the moment */
	bool failed;
	int64_t renewed; /* monotonic ms */
	size_t outstanding;
	int fd;
};

static void take_report(rd_kafka_t *client, const rd_kafka_message_t *message, void *context)
{
	struct foreign *foreign = context;
	enum outcome outcome = kafka_outcome(message->err);
	(void)client;
	foreign->outstanding--;
	foreign->receipt(message->_private, outcome == FATAL ? RETRY : outcome,
		message->err ? rd_kafka_err2str(message->err) : "");
}

static void take_error(rd_kafka_t *client, int code, const char *text, void *context)
{
	struct foreign *foreign = context;
	(void)client;
	(void)text;
	foreign->failed = foreign->failed || code == RD_KAFKA_RESP_ERR__FATAL;
}

static enum outcome open_client(struct foreign *foreign, struct err *err)
{
	static const uint64_t one = 1;
	char deadline[12];
	const struct setting_pair own[] = {
		{"enable.idempotence", "true"},
		{"acks", "all"},
		{"message.timeout.ms", deadline},
		{"linger.ms", "1"},
		{"partitioner", "murmur2_random"}, /* as the Java clients have it */
		{NULL, NULL},
	};
	snprintf(deadline, sizeof(deadline), "%d", foreign->deadline_ms);
	rd_kafka_conf_t *conf = kafka_conf(foreign->settings, RD_KAFKA_PRODUCER, own, err);
	if (conf == NULL)
		return REJECT;
	rd_kafka_conf_set_opaque(conf, foreign);
	rd_kafka_conf_set_dr_msg_cb(conf, take_report);
	rd_kafka_conf_set_error_cb(conf, take_error);
	foreign->client = kafka_client(RD_KAFKA_PRODUCER, conf, err);
	if (foreign->client == NULL)
		return FATAL;
	rd_kafka_queue_t *queue = rd_kafka_queue_get_main(foreign->client);
	rd_kafka_queue_io_event_enable(queue, foreign->fd, &one, sizeof(one));
	rd_kafka_queue_destroy(queue);
	return OK;
}

/* Every record taken gets its receipt before the client goes. */
static void close_client(struct foreign *foreign)
{
	if (foreign->client == NULL)
		return;
	rd_kafka_purge(foreign->client, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
	while (foreign->outstanding > 0)
		rd_kafka_poll(foreign->client, 100);
	rd_kafka_destroy(foreign->client);
	foreign->client = NULL;
}

enum outcome foreign_new(struct foreign **out, const struct kafka_settings *settings,
	int32_t deadline_ms, foreign_receipt_fn *receipt, struct err *err)
{
	struct foreign *foreign = memory_get_zeroed(1, sizeof(*foreign));
	*foreign = (struct foreign){.settings = settings,
		.receipt = receipt,
		.deadline_ms = deadline_ms,
		.fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)};
	assert(foreign->fd >= 0);
	enum outcome outcome = open_client(foreign, err);
	if (outcome == OK)
		*out = foreign;
	else
		foreign_free(foreign);
	return outcome;
}

void foreign_free(struct foreign *foreign)
{
	if (foreign == NULL)
		return;
	close_client(foreign);
	close(foreign->fd);
	free(foreign);
}

static void renew(struct foreign *foreign)
{
	struct err ignored = {0};
	int64_t now = clock_monotonic();
	if (foreign->renewed != 0 && now - foreign->renewed < RENEW_EVERY_MS)
		return;
	close_client(foreign);
	kafka_count_renewal("foreign producer");
	foreign->failed = open_client(foreign, &ignored) != OK;
	foreign->renewed = now;
}

enum outcome foreign_send(
	struct foreign *foreign, const struct foreign_record *record, struct err *err)
{
	if (foreign->failed || foreign->client == NULL)
		return err_set(err, RETRY, "kafka: no client at the moment");
	rd_kafka_headers_t *headers = rd_kafka_headers_new(1);
	if (record->type.data != NULL)
		rd_kafka_header_add(
			headers, "content-type", -1, record->type.data, (ssize_t)record->type.size);
	rd_kafka_resp_err_t code = rd_kafka_producev(foreign->client,
		RD_KAFKA_V_TOPIC(record->topic), RD_KAFKA_V_PARTITION(RD_KAFKA_PARTITION_UA),
		RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
		RD_KAFKA_V_KEY(record->key.data, record->key.size),
		RD_KAFKA_V_VALUE(record_borrowed(record->value.data), record->value.size),
		RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_OPAQUE(record->context), RD_KAFKA_V_END);
	if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
		foreign->outstanding++;
		return OK;
	}
	rd_kafka_headers_destroy(headers);
	return kafka_err(err, code, record->topic);
}

int foreign_fd(const struct foreign *foreign)
{
	return foreign->fd;
}

void foreign_serve(struct foreign *foreign)
{
	uint64_t events;
	ssize_t got = read(foreign->fd, &events, sizeof(events));
	(void)got;
	if (foreign->client != NULL)
		rd_kafka_poll(foreign->client, 0);
	if (foreign->failed)
		renew(foreign);
}
