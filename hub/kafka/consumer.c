/* consumer - reads committed records, as a member of a group or from places of one's own. */
#include "hub/kafka/consumer.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "hub/base/arena.h"
#include "hub/base/clock.h"
#include "hub/kafka/places.h"

#define BEGIN_MS 10000
#define FETCH_QUEUE_KB 65536
#define READER "lokethub-reader" /* librdkafka wants a group; it is never joined */

struct consumer {
	const struct kafka_settings *settings;
	rd_kafka_t *client;
	rd_kafka_message_t *message; /* given with the last poll */
	enum consumer_news change; /* that the group told and no poll has given yet */
	enum consumer_news unanswered; /* change that was given and waits for consumer_assign */
	struct consumer_place *assigned;
	size_t assigned_count;
	bool closing;
};

static void keep_assigned(struct consumer *consumer, const rd_kafka_topic_partition_list_t *list)
{
	size_t count = (size_t)list->cnt;
	consumer->assigned =
		memory_resize(consumer->assigned, count * sizeof(struct consumer_place));
	consumer->assigned_count = 0;
	for (size_t i = 0; i < count; i++) {
		struct consumer_place place = {.partition = list->elems[i].partition, .offset = -1};
		if (topics_from_name(consumer->settings, list->elems[i].topic, &place.topic))
			consumer->assigned[consumer->assigned_count++] = place;
	}
}

/* Only notes the change; the flow answers it with consumer_assign when it has settled what it
 * holds. */
static void take_rebalance(rd_kafka_t *client, rd_kafka_resp_err_t code,
	rd_kafka_topic_partition_list_t *list, void *context)
{
	struct consumer *consumer = context;
	if (consumer->closing) {
		rd_kafka_assign(client, NULL);
		return;
	}
	if (code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
		keep_assigned(consumer, list);
		consumer->change = CONSUMER_ASSIGNED;
	} else {
		consumer->change =
			rd_kafka_assignment_lost(client) ? CONSUMER_LOST : CONSUMER_REVOKED;
	}
	rd_kafka_yield(client);
}

/* A full prefetch queue makes librdkafka 2.0.2 stop fetching for up to a second, so the bytes alone
 * bound it. */
static rd_kafka_conf_t *conf_of(const struct kafka_settings *settings,
	const struct consumer_member_options *options, struct err *err)
{
	char least[12], kbytes[12], session[12];
	const struct setting_pair own[] = {
		{"isolation.level", options->uncommitted ? "read_uncommitted" : "read_committed"},
		{"enable.auto.commit", "false"},
		{"enable.auto.offset.store", "false"},
		{"auto.offset.reset", "error"},
		{"enable.partition.eof", "true"},
		{"partition.assignment.strategy", "roundrobin"},
		{"fetch.wait.max.ms", "20"},
		{"fetch.min.bytes", least},
		{"queued.min.messages", "1000000"},
		{"queued.max.messages.kbytes", kbytes},
		{"session.timeout.ms", session},
		{"group.id", options->group},
		{options->instance ? "group.instance.id" : NULL, options->instance},
		{NULL, NULL},
	};
	snprintf(least, sizeof(least), "%d",
		settings->fetch_least_bytes ? settings->fetch_least_bytes : 1);
	snprintf(kbytes, sizeof(kbytes), "%d",
		settings->fetch_queue_kb ? settings->fetch_queue_kb : FETCH_QUEUE_KB);
	snprintf(session, sizeof(session), "%d", options->session_timeout_ms);
	return kafka_conf(settings, RD_KAFKA_CONSUMER, own, err);
}

static enum outcome open_client(struct consumer **out, const struct kafka_settings *settings,
	const struct consumer_member_options *options, struct err *err)
{
	struct consumer *consumer = memory_get_zeroed(1, sizeof(*consumer));
	consumer->settings = settings;
	rd_kafka_conf_t *conf = conf_of(settings, options, err);
	if (conf) {
		rd_kafka_conf_set_opaque(conf, consumer);
		rd_kafka_conf_set_rebalance_cb(conf, take_rebalance);
		consumer->client = kafka_client(RD_KAFKA_CONSUMER, conf, err);
	}
	if (!consumer->client) {
		free(consumer);
		return err_in(err, "consumer");
	}
	rd_kafka_poll_set_consumer(consumer->client);
	*out = consumer;
	return OK;
}

enum outcome consumer_new_member(struct consumer **out, const struct kafka_settings *settings,
	const struct consumer_member_options *options, struct err *err)
{
	struct consumer *consumer;
	if (open_client(&consumer, settings, options, err) != OK)
		return err->outcome;
	const struct consumer_place all = {options->topic, RD_KAFKA_PARTITION_UA, 0};
	rd_kafka_topic_partition_list_t *list = places_list(settings, &all, 1);
	enum outcome outcome =
		kafka_err(err, rd_kafka_subscribe(consumer->client, list), "joining the group");
	rd_kafka_topic_partition_list_destroy(list);
	if (outcome != OK) {
		consumer_free(consumer);
		return outcome;
	}
	*out = consumer;
	return OK;
}

enum outcome consumer_new(
	struct consumer **out, const struct kafka_settings *settings, struct err *err)
{
	return consumer_new_onlooker(out, settings, READER, err);
}

enum outcome consumer_new_onlooker(struct consumer **out, const struct kafka_settings *settings,
	const char *group, struct err *err)
{
	const struct consumer_member_options options = {
		.group = group, .session_timeout_ms = 20000};
	return open_client(out, settings, &options, err);
}

void consumer_free(struct consumer *consumer)
{
	if (!consumer)
		return;
	if (consumer->message)
		rd_kafka_message_destroy(consumer->message);
	consumer->closing = true;
	if (consumer->unanswered != CONSUMER_NOTHING || consumer->change != CONSUMER_NOTHING)
		rd_kafka_assign(consumer->client, NULL);
	rd_kafka_consumer_close(consumer->client);
	rd_kafka_destroy(consumer->client);
	free(consumer->assigned);
	free(consumer);
}

/* An empty assignment is answered with an empty list; a revocation with none. */
enum outcome consumer_assign(struct consumer *consumer, const struct consumer_place *places,
	size_t count, struct err *err)
{
	bool clear = count == 0 && consumer->unanswered != CONSUMER_ASSIGNED;
	rd_kafka_topic_partition_list_t *list =
		clear ? NULL : places_list(consumer->settings, places, count);
	consumer->unanswered = CONSUMER_NOTHING;
	enum outcome outcome =
		kafka_err(err, rd_kafka_assign(consumer->client, list), "taking partitions");
	if (list)
		rd_kafka_topic_partition_list_destroy(list);
	return outcome;
}

const struct consumer_place *consumer_assigned(const struct consumer *consumer, size_t *count)
{
	*count = consumer->assigned_count;
	return consumer->assigned;
}

static enum outcome gap_err(struct consumer *consumer, struct consumer_place place, struct err *err)
{
	int64_t wanted = place.offset;
	struct err ignored = {0};
	if (consumer_begins(consumer, &place, 1, BEGIN_MS, &ignored) != OK)
		place.offset = -1;
	return err_set(err, FATAL,
		"%s[%d]: offset %lld is not there, the topic is kept from %lld on; records may be "
		"lost: "
		"find out why before going on",
		topics_row(place.topic)->name, place.partition, (long long)wanted,
		(long long)place.offset);
}

static enum outcome fatal_err(struct consumer *consumer, struct err *err)
{
	char text[200];
	rd_kafka_resp_err_t code = rd_kafka_fatal_error(consumer->client, text, sizeof(text));
	if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
		return OK;
	return err_set(err, RETRY, "kafka consumer: %s", text);
}

bool consumer_is_fenced(const struct consumer *consumer)
{
	return kafka_is_fenced(rd_kafka_fatal_error(consumer->client, NULL, 0));
}

static void locate(struct consumer *consumer, struct record_read *record)
{
	const rd_kafka_message_t *message = consumer->message;
	*record = (struct record_read){
		.partition = message->partition,
		.offset = message->offset,
		.message = message,
	};
	bool ours = topics_from_name(
		consumer->settings, rd_kafka_topic_name(message->rkt), &record->topic);
	assert(ours);
}

static enum outcome take_message(struct consumer *consumer, enum consumer_news *news,
	struct record_read *record, struct err *err)
{
	const rd_kafka_message_t *message = consumer->message;
	if (message->err == RD_KAFKA_RESP_ERR__FATAL)
		return fatal_err(consumer, err);
	if (!message->rkt)
		return err_set(err, kafka_outcome(message->err), "kafka consumer: %s",
			rd_kafka_message_errstr(message));
	locate(consumer, record);
	if (message->err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET)
		return gap_err(consumer,
			(struct consumer_place){record->topic, record->partition, record->offset},
			err);
	if (message->err && message->err != RD_KAFKA_RESP_ERR__PARTITION_EOF)
		return err_set(err, kafka_outcome(message->err), "%s[%d]: %s",
			topics_row(record->topic)->name, record->partition,
			rd_kafka_message_errstr(message));
	*news = message->err ? CONSUMER_DRAINED : CONSUMER_RECORD;
	record->time = rd_kafka_message_timestamp(message, NULL);
	record->key = (struct bytes){message->key, message->key_len};
	record->value = (struct bytes){message->payload, message->len};
	return OK;
}

static bool give_change(struct consumer *consumer, enum consumer_news *news)
{
	if (consumer->change == CONSUMER_NOTHING)
		return false;
	*news = consumer->unanswered = consumer->change;
	consumer->change = CONSUMER_NOTHING;
	return true;
}

enum outcome consumer_poll(struct consumer *consumer, int timeout_ms, enum consumer_news *news,
	struct record_read *record, struct err *err)
{
	if (consumer->message)
		rd_kafka_message_destroy(consumer->message);
	consumer->message = NULL;
	*news = CONSUMER_NOTHING;
	if (give_change(consumer, news))
		return OK;
	consumer->message = rd_kafka_consumer_poll(consumer->client, timeout_ms);
	if (consumer->message)
		return take_message(consumer, news, record, err);
	return give_change(consumer, news) ? OK : fatal_err(consumer, err);
}

enum outcome consumer_high_ends(struct consumer *consumer, struct consumer_place *places,
	size_t count, int timeout_ms, struct err *err)
{
	struct consumer *all;
	if (open_client(&all, consumer->settings,
		    &(struct consumer_member_options){
			    .group = READER, .session_timeout_ms = 20000, .uncommitted = true},
		    err) != OK)
		return err->outcome;
	enum outcome outcome = consumer_ends(all, places, count, timeout_ms, err);
	consumer_free(all);
	return outcome;
}

enum outcome consumer_commit(struct consumer *consumer, const struct consumer_place *places,
	size_t count, struct err *err)
{
	rd_kafka_topic_partition_list_t *list = places_list(consumer->settings, places, count);
	rd_kafka_resp_err_t code = rd_kafka_commit(consumer->client, list, 1);
	rd_kafka_topic_partition_list_destroy(list);
	return kafka_err(err, code, "committing");
}

void consumer_pause(struct consumer *consumer, bool paused)
{
	rd_kafka_topic_partition_list_t *list = NULL;
	if (rd_kafka_assignment(consumer->client, &list) != RD_KAFKA_RESP_ERR_NO_ERROR)
		return;
	if (paused)
		rd_kafka_pause_partitions(consumer->client, list);
	else
		rd_kafka_resume_partitions(consumer->client, list);
	rd_kafka_topic_partition_list_destroy(list);
}

rd_kafka_t *consumer_client(struct consumer *consumer)
{
	return consumer->client;
}

const struct kafka_settings *consumer_settings(const struct consumer *consumer)
{
	return consumer->settings;
}
