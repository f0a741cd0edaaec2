/* topics_admin - makes the topics, and compares those that exist with their rows. */
#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "hub/base/clock.h"
#include "hub/kafka/topics.h"

#define WANTED_MAX 8

/* The settings that a topic must have at the brokers. */
struct wanted {
	struct {
		const char *name;
		char value[24];
	} items[WANTED_MAX];
	size_t count;
};

struct finding {
	const struct kafka_settings *settings;
	const struct topics_options *options;
	const struct topics_listener *listener;
	size_t count;
};

PRINTF_LIKE(3, 4)
static void want(struct wanted *wanted, const char *name, const char *format, ...)
{
	assert(wanted->count < WANTED_MAX);
	va_list values;
	va_start(values, format);
	wanted->items[wanted->count].name = name;
	vsnprintf(
		wanted->items[wanted->count].value, sizeof(wanted->items[0].value), format, values);
	va_end(values);
	wanted->count++;
}

static struct wanted wanted_of(enum topic topic, const struct topics_options *options)
{
	const struct topics_row *row = topics_row(topic);
	int64_t retention_ms = topic == TOPIC_ACCESS && options->access_retention_ms
		? options->access_retention_ms
		: row->retention_ms;
	struct wanted wanted = {0};
	want(&wanted, "cleanup.policy", "%s", row->compacted ? "compact" : "delete");
	want(&wanted, "message.timestamp.type", "LogAppendTime");
	want(&wanted, "max.message.bytes", "%d", row->max_message_bytes);
	want(&wanted, "min.insync.replicas", "%d", options->min_insync);
	want(&wanted, "retention.ms", "%" PRId64, retention_ms);
	if (row->compacted) {
		want(&wanted, "segment.ms", "%" PRId64, CLOCK_DAY_MS);
		want(&wanted, "max.compaction.lag.ms", "%" PRId64, CLOCK_DAY_MS);
	}
	return wanted;
}

static rd_kafka_t *admin_client(const struct kafka_settings *settings, struct err *err)
{
	rd_kafka_conf_t *conf = kafka_conf(settings, RD_KAFKA_PRODUCER, NULL, err);
	return conf ? kafka_client(RD_KAFKA_PRODUCER, conf, err) : NULL;
}

static rd_kafka_AdminOptions_t *admin_options(
	rd_kafka_t *client, rd_kafka_admin_op_t verb, int timeout_ms)
{
	char ignored[100];
	rd_kafka_AdminOptions_t *options = rd_kafka_AdminOptions_new(client, verb);
	rd_kafka_AdminOptions_set_request_timeout(options, timeout_ms, ignored, sizeof(ignored));
	return options;
}

/* Waits for the answer of an admin request. */
static enum outcome answer_of(
	rd_kafka_queue_t *queue, int timeout_ms, rd_kafka_event_t **out, struct err *err)
{
	rd_kafka_event_t *event = rd_kafka_queue_poll(queue, timeout_ms + 1000);
	if (!event)
		return err_set(err, RETRY, "kafka does not answer");
	if (rd_kafka_event_error(event)) {
		err_set(err, kafka_outcome(rd_kafka_event_error(event)), "%s",
			rd_kafka_event_error_string(event));
		rd_kafka_event_destroy(event);
		return err->outcome;
	}
	*out = event;
	return OK;
}

static rd_kafka_NewTopic_t *new_topic(const struct kafka_settings *settings, enum topic topic,
	const struct topics_options *options)
{
	char name[TOPICS_NAME_SIZE], ignored[100];
	topics_name(settings, topic, name);
	rd_kafka_NewTopic_t *new = rd_kafka_NewTopic_new(name, topics_partitions(settings, topic),
		options->replicas, ignored, sizeof(ignored));
	struct wanted wanted = wanted_of(topic, options);
	for (size_t i = 0; i < wanted.count; i++)
		rd_kafka_NewTopic_set_config(new, wanted.items[i].name, wanted.items[i].value);
	return new;
}

static enum outcome count_made(rd_kafka_event_t *event, size_t *made, struct err *err)
{
	size_t count;
	const rd_kafka_topic_result_t **results = rd_kafka_CreateTopics_result_topics(
		rd_kafka_event_CreateTopics_result(event), &count);
	*made = 0;
	for (size_t i = 0; i < count; i++) {
		rd_kafka_resp_err_t code = rd_kafka_topic_result_error(results[i]);
		if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
			(*made)++;
		else if (code != RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS)
			return err_set(err, kafka_outcome(code), "topic %s: %s",
				rd_kafka_topic_result_name(results[i]),
				rd_kafka_topic_result_error_string(results[i]));
	}
	return OK;
}

struct creation {
	const struct kafka_settings *settings;
	const struct topics_options *options;
	rd_kafka_t *client;
	int timeout_ms;
	size_t made;
};

static enum outcome request(struct creation *creation, struct err *err)
{
	rd_kafka_NewTopic_t *topics[TOPIC_COUNT];
	for (int i = 0; i < TOPIC_COUNT; i++)
		topics[i] = new_topic(creation->settings, (enum topic)i, creation->options);
	rd_kafka_AdminOptions_t *how = admin_options(
		creation->client, RD_KAFKA_ADMIN_OP_CREATETOPICS, creation->timeout_ms);
	rd_kafka_queue_t *queue = rd_kafka_queue_new(creation->client);
	rd_kafka_event_t *event;
	rd_kafka_CreateTopics(creation->client, topics, TOPIC_COUNT, how, queue);
	enum outcome outcome = answer_of(queue, creation->timeout_ms, &event, err);
	if (outcome == OK) {
		outcome = count_made(event, &creation->made, err);
		rd_kafka_event_destroy(event);
	}
	rd_kafka_queue_destroy(queue);
	rd_kafka_AdminOptions_destroy(how);
	rd_kafka_NewTopic_destroy_array(topics, TOPIC_COUNT);
	return outcome;
}

static const struct rd_kafka_metadata_topic *find_topic(
	const struct rd_kafka_metadata *metadata, const char *name)
{
	for (int i = 0; i < metadata->topic_cnt; i++)
		if (strcmp(metadata->topics[i].topic, name) == 0)
			return &metadata->topics[i];
	return NULL;
}

static bool has_leaders(const struct rd_kafka_metadata_topic *topic)
{
	for (int i = 0; topic && i < topic->partition_cnt; i++)
		if (topic->partitions[i].leader < 0)
			return false;
	return topic && !topic->err && topic->partition_cnt > 0;
}

static size_t ready_topics(const struct creation *creation)
{
	const struct rd_kafka_metadata *metadata;
	size_t ready = 0;
	if (rd_kafka_metadata(creation->client, 1, NULL, &metadata, creation->timeout_ms))
		return 0;
	for (int i = 0; i < TOPIC_COUNT; i++) {
		char name[TOPICS_NAME_SIZE];
		topics_name(creation->settings, (enum topic)i, name);
		ready += has_leaders(find_topic(metadata, name));
	}
	rd_kafka_metadata_destroy(metadata);
	return ready;
}

/* The answer to the request comes before all brokers know the topics. */
static enum outcome wait_ready(const struct creation *creation, struct err *err)
{
	int64_t until = clock_monotonic() + creation->timeout_ms;
	while (ready_topics(creation) < TOPIC_COUNT) {
		if (clock_monotonic() > until)
			return err_set(err, RETRY,
				"the topics are made, but have no leaders yet: look whether all "
				"brokers are up, and run this again");
		nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
	}
	return OK;
}

enum outcome topics_create(const struct kafka_settings *settings,
	const struct topics_options *options, int timeout_ms, size_t *made, struct err *err)
{
	struct creation creation = {
		.settings = settings, .options = options, .timeout_ms = timeout_ms};
	creation.client = admin_client(settings, err);
	if (!creation.client)
		return err->outcome;
	enum outcome outcome = request(&creation, err);
	if (outcome == OK)
		outcome = wait_ready(&creation, err);
	if (outcome == OK)
		*made = creation.made;
	rd_kafka_destroy(creation.client);
	return outcome;
}

PRINTF_LIKE(2, 3)
static void tell(struct finding *finding, const char *format, ...)
{
	char text[400];
	va_list values;
	va_start(values, format);
	vsnprintf(text, sizeof(text), format, values);
	va_end(values);
	finding->listener->found(finding->listener->context, text);
	finding->count++;
}

static void check_shape(
	struct finding *finding, enum topic topic, const struct rd_kafka_metadata_topic *is)
{
	int32_t partitions = topics_partitions(finding->settings, topic);
	if (is->err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) {
		tell(finding, "topic %s does not exist: make it with `lokethub topics create`",
			is->topic);
		return;
	}
	if (is->err)
		tell(finding, "topic %s: %s", is->topic, rd_kafka_err2str(is->err));
	else if (is->partition_cnt != partitions)
		tell(finding,
			"topic %s has %d partitions and config says %d: the number is fixed when a "
			"topic is made: set `partitions` back",
			is->topic, is->partition_cnt, partitions);
	for (int i = 0; i < is->partition_cnt; i++)
		if (is->partitions[i].replica_cnt != finding->options->replicas) {
			tell(finding,
				"topic %s[%d] has %d replicas and config says %d: reassign it",
				is->topic, i, is->partitions[i].replica_cnt,
				finding->options->replicas);
			return;
		}
}

static enum outcome check_shapes(
	rd_kafka_t *client, struct finding *finding, int timeout_ms, struct err *err)
{
	const struct rd_kafka_metadata *metadata;
	rd_kafka_resp_err_t code = rd_kafka_metadata(client, 1, NULL, &metadata, timeout_ms);
	if (code)
		return kafka_err(err, code, "looking up the topics");
	for (int i = 0; i < TOPIC_COUNT; i++) {
		char name[TOPICS_NAME_SIZE];
		topics_name(finding->settings, (enum topic)i, name);
		const struct rd_kafka_metadata_topic missing = {
			.topic = name,
			.err = RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART,
		};
		const struct rd_kafka_metadata_topic *is = find_topic(metadata, name);
		check_shape(finding, (enum topic)i, is ? is : &missing);
	}
	rd_kafka_metadata_destroy(metadata);
	return OK;
}

static const char *value_of(const rd_kafka_ConfigResource_t *resource, const char *name)
{
	size_t count;
	const rd_kafka_ConfigEntry_t **entries = rd_kafka_ConfigResource_configs(resource, &count);
	for (size_t i = 0; i < count; i++)
		if (strcmp(rd_kafka_ConfigEntry_name(entries[i]), name) == 0)
			return rd_kafka_ConfigEntry_value(entries[i]);
	return NULL;
}

static void check_config(struct finding *finding, const rd_kafka_ConfigResource_t *resource)
{
	enum topic topic;
	const char *name = rd_kafka_ConfigResource_name(resource);
	if (rd_kafka_ConfigResource_error(resource) ||
		!topics_from_name(finding->settings, name, &topic))
		return;
	struct wanted wanted = wanted_of(topic, finding->options);
	for (size_t i = 0; i < wanted.count; i++) {
		const char *is = value_of(resource, wanted.items[i].name);
		if (!is || strcmp(is, wanted.items[i].value) != 0)
			tell(finding, "topic %s has %s=%s and needs %s: set it with kafka-configs",
				name, wanted.items[i].name, is ? is : "(none)",
				wanted.items[i].value);
	}
}

static void check_config_answer(struct finding *finding, rd_kafka_event_t *event)
{
	size_t count;
	const rd_kafka_ConfigResource_t **resources = rd_kafka_DescribeConfigs_result_resources(
		rd_kafka_event_DescribeConfigs_result(event), &count);
	for (size_t i = 0; i < count; i++)
		check_config(finding, resources[i]);
}

static enum outcome check_configs(
	rd_kafka_t *client, struct finding *finding, int timeout_ms, struct err *err)
{
	rd_kafka_ConfigResource_t *resources[TOPIC_COUNT];
	for (int i = 0; i < TOPIC_COUNT; i++) {
		char name[TOPICS_NAME_SIZE];
		topics_name(finding->settings, (enum topic)i, name);
		resources[i] = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, name);
	}
	rd_kafka_AdminOptions_t *how =
		admin_options(client, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, timeout_ms);
	rd_kafka_queue_t *queue = rd_kafka_queue_new(client);
	rd_kafka_event_t *event;
	rd_kafka_DescribeConfigs(client, resources, TOPIC_COUNT, how, queue);
	enum outcome outcome = answer_of(queue, timeout_ms, &event, err);
	if (outcome == OK) {
		check_config_answer(finding, event);
		rd_kafka_event_destroy(event);
	}
	rd_kafka_queue_destroy(queue);
	rd_kafka_AdminOptions_destroy(how);
	rd_kafka_ConfigResource_destroy_array(resources, TOPIC_COUNT);
	return outcome;
}

enum outcome topics_check(const struct kafka_settings *settings,
	const struct topics_options *options, int timeout_ms,
	const struct topics_listener *listener, struct err *err)
{
	struct finding finding = {settings, options, listener, 0};
	rd_kafka_t *client = admin_client(settings, err);
	if (!client)
		return err->outcome;
	enum outcome outcome = check_shapes(client, &finding, timeout_ms, err);
	if (outcome == OK)
		outcome = check_configs(client, &finding, timeout_ms, err);
	rd_kafka_destroy(client);
	if (outcome == OK && finding.count > 0)
		return err_set(err, REJECT, "%zu things are wrong with the topics", finding.count);
	return outcome;
}
