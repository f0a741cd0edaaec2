/* reach - from the config to what a command talks to: Kafka and the registry. */
#include "hub/cli/reach.h"

#include <stdio.h>

#include "hub/base/clock.h"
#include "hub/base/log.h"
#include "hub/kafka/producer.h"

#define SEND_MS 30000
#define SEND_QUEUE_MAX 10000

struct kafka_settings reach_kafka(const struct conf *conf)
{
	return (struct kafka_settings){
		.brokers = conf->kafka.bootstrap,
		.prefix = conf->kafka.topic_prefix,
		.node = conf->node,
		.partitions = conf->kafka.partitions,
		.properties = conf->kafka.properties,
		.consumer = conf->kafka.consumer,
		.producer = conf->kafka.producer,
		.secrets = conf->kafka.secrets,
	};
}

enum outcome reach_check_kafka(const struct conf *conf, struct conf_problems *problems)
{
	struct err err = {0};
	const struct kafka_settings settings = reach_kafka(conf);
	if (kafka_settings_check(&settings, &err) == OK)
		return OK;
	return conf_refuse_kafka(conf, err.text, problems);
}

struct topics_options reach_topics(const struct conf *conf)
{
	return (struct topics_options){
		.replicas = conf->kafka.replication,
		.min_insync = conf->kafka.min_insync,
		.access_retention_ms = conf->kafka.access_days * CLOCK_DAY_MS,
	};
}

enum outcome reach_registry(
	const struct conf *conf, char line[256], struct wire_settings *out, struct err *err)
{
	const char *file = conf->registry.credentials_file;
	if (file != NULL && conf_read_line(file, line, 256, err) != OK)
		return err_in(err, "credentials of the registry");
	*out = (struct wire_settings){
		.url = conf->registry.url,
		.credentials = file == NULL ? NULL : line,
		.ca_file = conf->registry.ca_file,
		.cache_file = conf->registry.cache_file,
		.topic_prefix = conf->kafka.topic_prefix,
		.timeout_ms = conf->registry.timeout_ms,
	};
	return OK;
}

enum outcome reach_wire(const struct conf *conf, struct wire **out, struct err *err)
{
	static char line[256]; /* the wire borrows it for as long as the process lives */
	struct wire_settings settings;
	if (reach_registry(conf, line, &settings, err) != OK)
		return err->outcome;
	struct wire *wire = wire_new(&settings);
	if (wire_start(wire, err) == OK) {
		*out = wire;
		return OK;
	}
	wire_free(wire);
	return err->outcome;
}

void reach_log_topic(void *context, const char *text)
{
	(void)context;
	log_error("topics", "text=%s", log_quote(text));
}

/* Keeps why the first one was not stored. */
static void take_receipt(void *context, const struct producer_receipt *receipt)
{
	struct err *why = context;
	if (receipt->outcome != OK && why->outcome == OK)
		err_set(why, RETRY, "%s",
			receipt->text == NULL ? "no acknowledgement" : receipt->text);
}

static enum outcome send_all(struct producer *producer, const struct record_write *records,
	size_t count, struct err *err)
{
	for (size_t i = 0; i < count; i++) {
		if (producer_send(producer, &records[i], err) != OK)
			return err->outcome;
		if (producer_is_pressed(producer) && producer_flush(producer, SEND_MS, err) != OK)
			return err->outcome;
	}
	return producer_flush(producer, SEND_MS, err);
}

enum outcome reach_send(
	const struct conf *conf, const struct record_write *records, size_t count, struct err *err)
{
	const struct kafka_settings kafka = reach_kafka(conf);
	struct err why = {0};
	const struct producer_options options = {.receipt = take_receipt,
		.context = &why,
		.queue_max = SEND_QUEUE_MAX,
		.deadline_ms = SEND_MS};
	struct producer *producer;
	if (producer_new(&producer, &kafka, &options, err) != OK)
		return err->outcome;
	enum outcome outcome = send_all(producer, records, count, err);
	producer_free(producer);
	if (outcome == OK && why.outcome != OK)
		outcome = err_set(err, RETRY, "Kafka did not store all: %s", why.text);
	return outcome;
}

enum outcome reach_fact(
	const struct conf *conf, const struct fact *fact, bool deletes, struct err *err)
{
	char key[TOPICS_FACT_KEY_SIZE], id[TOPICS_FACT_KEY_SIZE + 24];
	struct buffer value = {0};
	struct wire *wire = NULL;
	if (reach_wire(conf, &wire, err) != OK)
		return err->outcome;
	wire_begin(wire, &schema_fact, &value);
	fact_encode(fact, &value);
	topics_fact_key(fact, key);
	snprintf(id, sizeof(id), "%s-%lld", key, (long long)fact->at);
	const struct record_write record = {.topic = TOPIC_FACTS,
		.partition = RECORD_BY_KEY,
		.key = bytes_of_string(key),
		.value = deletes ? (struct bytes){0} : buffer_bytes(&value),
		.headers = {.id = bytes_of_string(id),
			.source = bytes_of_string("urn:lokethub"),
			.time = fact->at}};
	enum outcome outcome = reach_send(conf, &record, 1, err);
	buffer_done(&value);
	wire_free(wire);
	return outcome;
}
