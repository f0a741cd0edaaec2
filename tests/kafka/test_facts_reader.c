/* test_facts_reader - a fact that cannot be read, and a registry that is away. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "hub/flow/router/facts_reader.h"
#include "hub/kafka/producer.h"
#include "hub/wire/publish.h"
#include "hub/wire/wire.h"
#include "tests/kafka/broker.h"

#define SECOND_US 1000000

static const struct kafka_settings *settings;

static void take_receipt(void *context, const struct producer_receipt *receipt)
{
	(void)context;
	assert_int_equal(receipt->outcome, OK);
}

static void put(struct bytes key, struct bytes value)
{
	struct producer *producer;
	const struct producer_options options = {
		.receipt = take_receipt, .queue_max = 10, .deadline_ms = 10000, .linger_ms = 1};
	const struct record_write record = {
		.topic = TOPIC_FACTS,
		.partition = RECORD_BY_KEY,
		.key = key,
		.value = value,
		.headers = {.id = bytes_of_string("id"),
			.source = bytes_of_string("test"),
			.time = 1},
	};
	BROKER_OK(producer_new(&producer, settings, &options, broker_err()));
	BROKER_OK(producer_send(producer, &record, broker_err()));
	BROKER_OK(producer_flush(producer, 10000, broker_err()));
	producer_free(producer);
}

static struct wire *new_wire(const char *port)
{
	static char url[80];
	static struct wire_settings registry;
	struct publish_row rows[PUBLISH_SUBJECTS];
	snprintf(url, sizeof(url), "http://127.0.0.1:%s/apis/ccompat/v7", port ? port : "8081");
	registry = (struct wire_settings){
		.url = url, .topic_prefix = settings->prefix, .timeout_ms = 10000};
	assert_int_equal(publish_register(&registry, rows), OK);
	struct wire *wire = wire_new(&registry);
	BROKER_OK(wire_start(wire, broker_err()));
	return wire;
}

static void what_cannot_be_read_is_passed_over(void **state)
{
	(void)state;
	struct wire *wire = new_wire(getenv("LOKETHUB_REGISTRY_PORT"));
	struct facts *facts = facts_new();
	struct facts_reader *reader;
	struct buffer value = {0};
	const struct fact beat = {
		.kind = FACT_KIND_HEARTBEAT, .id = bytes_of_string("router/3"), .at = 77000};
	put(bytes_of_string("capacity/x"), bytes_of_string("no such thing"));
	wire_begin(wire, topics_row(TOPIC_FACTS)->value, &value);
	fact_encode(&beat, &value);
	put(bytes_of_string("heartbeat/router/3"), buffer_bytes(&value));
	BROKER_OK(facts_reader_new(&reader, settings, wire, facts, broker_err()));
	BROKER_OK(facts_reader_catch_up(reader, 20000, broker_err()));
	assert_int_equal(facts_heartbeat(facts, 3), 77000);
	put(bytes_of_string("capacity/y"), bytes_of_string("nor this"));
	buffer_clear(&value);
	wire_begin(wire, topics_row(TOPIC_FACTS)->value, &value);
	fact_encode(&(struct fact){.kind = FACT_KIND_HEARTBEAT,
			    .id = bytes_of_string("router/3"),
			    .at = 78000},
		&value);
	put(bytes_of_string("heartbeat/router/3"), buffer_bytes(&value));
	for (int i = 0; i < 100 && facts_heartbeat(facts, 3) != 78000; i++) {
		BROKER_OK(facts_reader_follow(reader, broker_err()));
		usleep(SECOND_US / 10);
	}
	assert_int_equal(facts_heartbeat(facts, 3), 78000);
	facts_reader_free(reader);
	facts_free(facts);
	buffer_done(&value);
	wire_free(wire);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_cannot_be_read_is_passed_over),
	};
	settings = broker_start(4);
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	broker_stop();
	return failed;
}
