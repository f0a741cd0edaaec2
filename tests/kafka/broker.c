/* broker - the Kafka of the tests, with topics of this run alone. */
#include "tests/kafka/broker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static char brokers[40], prefix[60];
static struct kafka_settings settings = {.brokers = brokers, .prefix = prefix, .node = "test"};

static void end(const char *what, const struct err *err)
{
	fprintf(stderr, "broker: %s: %s\n", what, err->text);
	exit(1);
}

const struct kafka_settings *broker_start(int32_t partitions)
{
	const struct topics_options options = {.replicas = 1, .min_insync = 1};
	const char *port = getenv("LOKETHUB_KAFKA_PORT");
	struct err err = {0};
	size_t made;
	snprintf(brokers, sizeof(brokers), "127.0.0.1:%s", port ? port : "9092");
	snprintf(prefix, sizeof(prefix), "test-%d-%lld.", getpid(), (long long)time(NULL));
	settings.partitions = partitions;
	if (topics_create(&settings, &options, 15000, &made, &err) != OK)
		end("making the topics", &err);
	return &settings;
}

void broker_delete(const struct kafka_settings *of)
{
	struct err err = {0};
	rd_kafka_conf_t *conf = kafka_conf(of, RD_KAFKA_PRODUCER, NULL, &err);
	rd_kafka_t *client = kafka_client(RD_KAFKA_PRODUCER, conf, &err);
	rd_kafka_DeleteTopic_t *topics[TOPIC_COUNT];
	for (int i = 0; i < TOPIC_COUNT; i++) {
		char name[TOPICS_NAME_SIZE];
		topics_name(of, (enum topic)i, name);
		topics[i] = rd_kafka_DeleteTopic_new(name);
	}
	rd_kafka_queue_t *queue = rd_kafka_queue_new(client);
	rd_kafka_DeleteTopics(client, topics, TOPIC_COUNT, NULL, queue);
	rd_kafka_event_destroy(rd_kafka_queue_poll(queue, 15000));
	rd_kafka_queue_destroy(queue);
	rd_kafka_DeleteTopic_destroy_array(topics, TOPIC_COUNT);
	rd_kafka_destroy(client);
}

void broker_stop(void)
{
	broker_delete(&settings);
}

static struct err last_err;

struct err *broker_err(void)
{
	last_err = (struct err){0};
	return &last_err;
}

void broker_check(enum outcome outcome, const char *call)
{
	if (outcome != OK)
		fail_msg("%s: %s", call, last_err.text);
}
