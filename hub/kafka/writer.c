/* writer - a client with its topics, and handing over one record with its headers. */
#include "hub/kafka/writer.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "hub/base/clock.h"

static enum outcome open_topics(struct writer *writer, uint32_t topics, struct err *err)
{
	for (int i = 0; i < TOPIC_COUNT; i++) {
		char name[TOPICS_NAME_SIZE];
		if (topics != 0 && (topics & TOPIC_BIT(i)) == 0)
			continue;
		topics_name(writer->settings, (enum topic)i, name);
		snprintf(writer->types[i], sizeof(writer->types[i]), "nl.lokethub.%s",
			topics_row((enum topic)i)->value->name);
		rd_kafka_topic_conf_t *conf = rd_kafka_default_topic_conf_dup(writer->client);
		rd_kafka_topic_conf_set_opaque(conf, (void *)(uintptr_t)i);
		writer->topics[i] = rd_kafka_topic_new(writer->client, name, conf);
		if (!writer->topics[i]) {
			rd_kafka_topic_conf_destroy(conf);
			return kafka_err(err, rd_kafka_last_error(), name);
		}
	}
	return OK;
}

static enum outcome look_up(struct writer *writer, int timeout_ms, struct err *err)
{
	const struct rd_kafka_metadata *found = NULL;
	rd_kafka_resp_err_t code = rd_kafka_metadata(writer->client, 0, NULL, &found, timeout_ms);
	if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
		return kafka_err(err, code, "looking up the topics");
	enum outcome outcome = OK;
	for (int i = 0; i < found->topic_cnt && outcome == OK; i++)
		if (found->topics[i].err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
			outcome = err_set(err, RETRY,
				"topic %s: does not exist; make it with `lokethub topics create`",
				found->topics[i].topic);
		else if (found->topics[i].err != RD_KAFKA_RESP_ERR_NO_ERROR)
			outcome = kafka_err(err, found->topics[i].err, found->topics[i].topic);
	rd_kafka_metadata_destroy(found);
	return outcome;
}

enum outcome writer_init(struct writer *writer, rd_kafka_t *client,
	const struct writer_options *options, struct err *err)
{
	*writer = (struct writer){.client = client, .settings = options->settings};
	enum outcome outcome = open_topics(writer, options->topics, err);
	if (outcome == OK && options->timeout_ms > 0)
		outcome = look_up(writer, options->timeout_ms, err);
	if (outcome != OK)
		writer_done(writer);
	return outcome;
}

void writer_done(struct writer *writer)
{
	if (!writer->client)
		return;
	rd_kafka_purge(writer->client, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
	for (int i = 0; i < TOPIC_COUNT; i++)
		if (writer->topics[i])
			rd_kafka_topic_destroy(writer->topics[i]);
	rd_kafka_destroy(writer->client);
	*writer = (struct writer){0};
}

static void add(rd_kafka_headers_t *headers, const char *name, size_t name_size, struct bytes value)
{
	if (value.data)
		rd_kafka_header_add(
			headers, name, (ssize_t)name_size, value.data, (ssize_t)value.size);
}

#define ADD(headers, name, value) add(headers, name, sizeof(name) - 1, value)
#define LITERAL(text) bytes_of(text, sizeof(text) - 1)

#define ADD_COUNT(headers, name, count) add_count(headers, name, sizeof(name) - 1, count)

static void add_count(
	rd_kafka_headers_t *headers, const char *name, size_t name_size, int32_t count)
{
	char number[12];
	if (count <= 0)
		return;
	snprintf(number, sizeof(number), "%d", count);
	add(headers, name, name_size, bytes_of_string(number));
}

static rd_kafka_headers_t *headers_of(
	const struct writer *writer, const struct record_write *record)
{
	const struct record_headers *from = &record->headers;
	rd_kafka_headers_t *headers = rd_kafka_headers_new(8);
	char time[25];
	clock_to_text(from->time, time);
	ADD(headers, "ce_id", from->id);
	ADD(headers, "ce_source", from->source);
	ADD(headers, "ce_type", bytes_of_string(writer->types[record->topic]));
	ADD(headers, "ce_specversion", LITERAL("1.0"));
	ADD(headers, "ce_time", bytes_of_string(time));
	ADD(headers, "content-type", LITERAL("application/vnd.confluent.avro"));
	ADD(headers, "traceparent", from->trace);
	ADD_COUNT(headers, "hops", from->hops);
	ADD_COUNT(headers, "redrive", from->redrive);
	if (from->redrive > 0)
		ADD(headers, "redrive-skip", from->skip);
	return headers;
}

enum outcome writer_write(struct writer *writer, const struct record_write *record, struct err *err)
{
	assert(writer->topics[record->topic] != NULL);
	rd_kafka_headers_t *headers = headers_of(writer, record);
	int32_t partition = record->partition == RECORD_BY_KEY
		? topics_partition(writer->settings, record->topic, record->key)
		: record->partition;
	rd_kafka_resp_err_t code = rd_kafka_producev(writer->client,
		RD_KAFKA_V_RKT(writer->topics[record->topic]), RD_KAFKA_V_PARTITION(partition),
		RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
		RD_KAFKA_V_KEY(record->key.data, record->key.size),
		RD_KAFKA_V_VALUE(record_borrowed(record->value.data), record->value.size),
		RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_OPAQUE(record->context), RD_KAFKA_V_END);
	if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
		return OK;
	rd_kafka_headers_destroy(headers);
	return kafka_err(err, code, topics_row(record->topic)->name);
}

enum topic writer_topic(const rd_kafka_message_t *message)
{
	uintptr_t number = (uintptr_t)rd_kafka_topic_opaque(message->rkt);
	assert(number < TOPIC_COUNT);
	return (enum topic)number;
}
