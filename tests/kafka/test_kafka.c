/* test_kafka - what hub/kafka promises, against a real broker. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "hub/kafka/producer.h"
#include "hub/kafka/transaction.h"
#include "tests/kafka/broker.h"

#define PARTITIONS 4

static const struct kafka_settings *settings;

/* An id whose slot, and so whose partition, is the number. */
static struct bytes key_of(int number, char key[TOPICS_KEY_SIZE])
{
	uint8_t id[16] = {(uint8_t)(number >> 4), (uint8_t)(number << 4), 7};
	topics_key(id, key);
	return bytes_of_string(key);
}

static struct record_write record_of(
	enum topic topic, int number, char key[TOPICS_KEY_SIZE], const char *value)
{
	return (struct record_write){
		.topic = topic,
		.partition = RECORD_BY_KEY,
		.key = key_of(number, key),
		.value = bytes_of_string(value),
		.headers = {.id = bytes_of_string("id-1"),
			.source = bytes_of_string("test"),
			.time = 1},
	};
}

struct receipts {
	int ok, failed;
	int64_t last_offset;
	void *last_context;
};

static void take_receipt(void *context, const struct producer_receipt *receipt)
{
	struct receipts *receipts = context;
	if (receipt->outcome == OK)
		receipts->ok++;
	else
		receipts->failed++;
	receipts->last_offset = receipt->offset;
	receipts->last_context = receipt->context;
}

static struct producer *new_producer(struct receipts *receipts)
{
	struct producer *producer = NULL;
	const struct producer_options options = {
		.receipt = take_receipt,
		.context = receipts,
		.queue_max = 100,
		.deadline_ms = 10000,
		.linger_ms = 1,
	};
	BROKER_OK(producer_new(&producer, settings, &options, broker_err()));
	return producer;
}

static void count_finding(void *context, const char *text)
{
	(void)text;
	(*(int *)context)++;
}

static void test_topics_are_as_their_rows(void **state)
{
	(void)state;
	int count = 0;
	const struct topics_listener listener = {count_finding, &count};
	size_t made;
	struct topics_options options = {.replicas = 1, .min_insync = 1};
	struct kafka_settings other = *settings;
	struct err err = {0};
	BROKER_OK(topics_check(settings, &options, 10000, &listener, broker_err()));
	assert_int_equal(count, 0);
	BROKER_OK(topics_create(settings, &options, 10000, &made, broker_err()));
	assert_int_equal(made, 0);
	other.partitions = PARTITIONS + 1;
	assert_int_equal(topics_check(&other, &options, 10000, &listener, &err), REJECT);
	assert_int_equal(count, 4);
	count = 0;
	options.min_insync = 2;
	assert_int_equal(topics_check(settings, &options, 10000, &listener, &err), REJECT);
	assert_int_equal(count, TOPIC_COUNT);
}

static void test_properties_of_ours_are_refused(void **state)
{
	(void)state;
	const struct {
		struct setting_pair pairs[2];
		enum outcome outcome;
	} rows[] = {
		{{{"fetch.min.bytes", "1"}}, OK},
		{{{"acks", "1"}}, REJECT},
		{{{"isolation.level", "read_uncommitted"}}, REJECT},
		{{{"no.such.thing", "1"}}, REJECT},
		{{{"linger.ms", "soon"}}, REJECT},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct kafka_settings with = *settings;
		struct err err = {0};
		with.properties = rows[i].pairs;
		assert_int_equal(kafka_settings_check(&with, &err), rows[i].outcome);
	}
}

static void test_each_record_gets_its_receipt(void **state)
{
	(void)state;
	struct receipts receipts = {0};
	struct producer *producer = new_producer(&receipts);
	char key[TOPICS_KEY_SIZE];
	int mark;
	struct record_write record = record_of(TOPIC_INTAKE, 1, key, "one");
	record.context = &mark;
	assert_true(producer_is_well(producer));
	for (int i = 0; i < 50; i++)
		BROKER_OK(producer_send(producer, &record, broker_err()));
	assert_false(producer_is_pressed(producer));
	struct pollfd waiting = {.fd = producer_fd(producer), .events = POLLIN};
	while (receipts.ok < 50 && poll(&waiting, 1, 5000) == 1)
		producer_serve(producer, 0);
	assert_int_equal(receipts.ok, 50);
	assert_int_equal(receipts.last_offset, 49);
	assert_ptr_equal(receipts.last_context, &mark);
	producer_free(producer);
}

static void test_a_full_queue_presses_and_then_refuses(void **state)
{
	(void)state;
	struct receipts receipts = {0};
	struct producer *producer = new_producer(&receipts);
	struct err err = {0};
	char key[TOPICS_KEY_SIZE];
	struct record_write record = record_of(TOPIC_ACCESS, 1, key, "x");
	int sent = 0, pressed_at = 0;
	while (sent < 1000 && producer_send(producer, &record, &err) == OK) {
		sent++;
		if (!pressed_at && producer_is_pressed(producer))
			pressed_at = sent;
	}
	assert_int_equal(sent, 100);
	assert_int_equal(pressed_at, 80);
	assert_int_equal(err.outcome, RETRY);
	BROKER_OK(producer_flush(producer, 10000, broker_err()));
	assert_int_equal(receipts.ok, 100);
	producer_free(producer);
}

static void test_too_large_is_rejected(void **state)
{
	(void)state;
	static uint8_t large[3000000];
	struct receipts receipts = {0};
	struct producer *producer = new_producer(&receipts);
	struct err err = {0};
	char key[TOPICS_KEY_SIZE];
	struct record_write record = record_of(TOPIC_INTAKE, 1, key, "x");
	record.value = bytes_of(large, sizeof(large));
	assert_int_equal(producer_send(producer, &record, &err), REJECT);
	producer_free(producer);
}

static void test_without_brokers_nothing_is_well(void **state)
{
	(void)state;
	struct kafka_settings away = *settings;
	struct producer *producer = NULL;
	const struct producer_options options = {
		.receipt = take_receipt, .queue_max = 10, .deadline_ms = 1000};
	struct err err = {0};
	away.brokers = "127.0.0.1:1";
	assert_int_equal(producer_new(&producer, &away, &options, &err), RETRY);
	assert_non_null(strstr(err.text, "looking up the topics"));
}

static enum outcome count_record(void *context, const struct record_read *record, struct err *err)
{
	(void)err;
	struct record_headers headers;
	record_headers_read(record, &headers);
	assert_true(bytes_equal_string(headers.id, "id-1"));
	assert_true(bytes_equal_string(headers.source, "test"));
	assert_int_equal(headers.time, 1);
	assert_true(record->time > INT64_C(1700000000000));
	(*(int *)context)++;
	return OK;
}

static int read_all(enum topic topic)
{
	int count = 0;
	struct consumer *consumer = NULL;
	struct consumer_place places[PARTITIONS];
	for (int i = 0; i < PARTITIONS; i++)
		places[i] = (struct consumer_place){.topic = topic, .partition = i};
	BROKER_OK(consumer_new(&consumer, settings, broker_err()));
	BROKER_OK(consumer_begins(consumer, places, PARTITIONS, 5000, broker_err()));
	BROKER_OK(consumer_read_to_end(consumer,
		&(struct consumer_reading){places, PARTITIONS, 10000, count_record, &count},
		broker_err()));
	consumer_free(consumer);
	return count;
}

/* Records of transactions that are still open. */
static int64_t waiting_records(enum topic topic, int32_t partition)
{
	struct consumer *consumer = NULL;
	struct consumer_place end = {topic, partition, 0}, high = end;
	BROKER_OK(consumer_new(&consumer, settings, broker_err()));
	for (int i = 0; i < 50 && high.offset == 0; i++) {
		usleep(20000);
		BROKER_OK(consumer_high_ends(consumer, &high, 1, 5000, broker_err()));
	}
	BROKER_OK(consumer_ends(consumer, &end, 1, 5000, broker_err()));
	consumer_free(consumer);
	return high.offset - end.offset;
}

static struct consumer *new_member(const char *group, struct consumer_place *places)
{
	struct consumer *member = NULL;
	enum consumer_news news = CONSUMER_NOTHING;
	struct record_read record;
	char own[100]; /* a static member keeps its assignment, and so that of the run before */
	snprintf(own, sizeof(own), "%s%s", settings->prefix, group);
	const struct consumer_member_options options = {own, "i1", TOPIC_INTAKE, false, 20000};
	BROKER_OK(consumer_new_member(&member, settings, &options, broker_err()));
	for (int i = 0; i < 100 && news != CONSUMER_ASSIGNED; i++)
		BROKER_OK(consumer_poll(member, 100, &news, &record, broker_err()));
	size_t count;
	const struct consumer_place *assigned = consumer_assigned(member, &count);
	assert_int_equal(count, PARTITIONS);
	for (size_t i = 0; i < count; i++) {
		places[i] = assigned[i];
		places[i].offset = 0;
	}
	return member;
}

static void test_transactions_are_all_or_nothing(void **state)
{
	(void)state;
	struct consumer_place places[PARTITIONS];
	struct consumer_committed committed = {.place = {TOPIC_INTAKE, 2, 0}};
	struct consumer *member = new_member("g1", places);
	struct transaction *transaction = NULL;
	char key[TOPICS_KEY_SIZE];
	struct record_write record = record_of(TOPIC_EVENTS, 2, key, "decided");
	BROKER_OK(consumer_assign(member, places, PARTITIONS, broker_err()));
	BROKER_OK(transaction_new(&transaction, settings,
		&(struct transaction_options){"t1", 12000, 1000, 1024}, 10000, broker_err()));

	BROKER_OK(transaction_begin(transaction, broker_err()));
	BROKER_OK(transaction_send(transaction, &record, broker_err()));
	assert_int_equal(transaction_records(transaction), 1);
	assert_int_equal(waiting_records(TOPIC_EVENTS, 2), 1);
	assert_int_equal(transaction_abort(transaction, broker_err()), TRANSACTION_ABORTED);
	assert_int_equal(read_all(TOPIC_EVENTS), 0);
	BROKER_OK(consumer_committed(member, &committed, 1, 10000, broker_err()));
	assert_int_equal(committed.place.offset, -1);

	BROKER_OK(transaction_begin(transaction, broker_err()));
	BROKER_OK(transaction_send(transaction, &record, broker_err()));
	transaction_offset(
		transaction, &(struct consumer_committed){{TOPIC_INTAKE, 2, 5}, {77, 9}});
	transaction_offset(
		transaction, &(struct consumer_committed){{TOPIC_INTAKE, 2, 6}, {78, 9}});
	assert_int_equal(
		transaction_commit(transaction, member, broker_err()), TRANSACTION_COMMITTED);
	assert_int_equal(read_all(TOPIC_EVENTS), 1);
	BROKER_OK(consumer_committed(member, &committed, 1, 10000, broker_err()));
	assert_int_equal(committed.place.offset, 6);
	assert_int_equal(committed.numbers[0], 78);
	assert_int_equal(committed.numbers[1], 9);
	transaction_free(transaction);
	consumer_free(member);
}

static void test_the_same_id_fences_the_one_before(void **state)
{
	(void)state;
	struct consumer_place places[PARTITIONS];
	struct consumer *member = new_member("g2", places);
	struct transaction *old = NULL, *new = NULL;
	struct err err = {0};
	char key[TOPICS_KEY_SIZE];
	struct record_write record = record_of(TOPIC_CLIENTS, 2, key, "mine");
	BROKER_OK(consumer_assign(member, places, PARTITIONS, broker_err()));
	BROKER_OK(transaction_new(&old, settings,
		&(struct transaction_options){"t2", 12000, 1000, 1024}, 10000, broker_err()));
	BROKER_OK(transaction_begin(old, broker_err()));
	BROKER_OK(transaction_send(old, &record, broker_err()));
	BROKER_OK(transaction_new(&new, settings,
		&(struct transaction_options){"t2", 12000, 1000, 1024}, 10000, broker_err()));
	transaction_offset(old, &(struct consumer_committed){{TOPIC_INTAKE, 2, 5}, {1, 9}});
	assert_int_not_equal(transaction_commit(old, member, &err), TRANSACTION_COMMITTED);
	assert_int_equal(read_all(TOPIC_CLIENTS), 0);
	BROKER_OK(transaction_ready(old, 10000, broker_err()));
	BROKER_OK(transaction_begin(old, broker_err()));
	transaction_free(old);
	transaction_free(new);
	consumer_free(member);
}

static void test_a_member_of_a_past_generation_cannot_commit(void **state)
{
	(void)state;
	struct consumer_place places[PARTITIONS];
	struct consumer *member = new_member("g3", places);
	struct transaction *transaction = NULL;
	struct err err = {0};
	char key[TOPICS_KEY_SIZE];
	struct record_write record = record_of(TOPIC_PERSONS, 2, key, "mine");
	BROKER_OK(consumer_assign(member, places, PARTITIONS, broker_err()));
	BROKER_OK(transaction_new(&transaction, settings,
		&(struct transaction_options){"t3", 12000, 1000, 1024}, 10000, broker_err()));
	struct consumer *usurper = new_member("g3", places);
	BROKER_OK(transaction_begin(transaction, broker_err()));
	BROKER_OK(transaction_send(transaction, &record, broker_err()));
	transaction_offset(transaction, &(struct consumer_committed){{TOPIC_INTAKE, 2, 5}, {1, 9}});
	assert_int_not_equal(transaction_commit(transaction, member, &err), TRANSACTION_COMMITTED);
	assert_int_equal(read_all(TOPIC_PERSONS), 0);
	transaction_free(transaction);
	consumer_free(usurper);
	consumer_free(member);
}

static void test_a_gap_stops_with_its_range(void **state)
{
	(void)state;
	struct consumer *consumer = NULL;
	struct consumer_place place = {TOPIC_INTAKE, 3, 1000};
	enum consumer_news news = CONSUMER_NOTHING;
	struct record_read record;
	struct err err = {0};
	enum outcome outcome = OK;
	BROKER_OK(consumer_new(&consumer, settings, broker_err()));
	BROKER_OK(consumer_assign(consumer, &place, 1, broker_err()));
	for (int i = 0; i < 100 && outcome == OK; i++)
		outcome = consumer_poll(consumer, 100, &news, &record, &err);
	assert_int_equal(outcome, FATAL);
	assert_non_null(strstr(err.text, "intake[3]: offset 1000 is not there"));
	consumer_free(consumer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_topics_are_as_their_rows),
		cmocka_unit_test(test_properties_of_ours_are_refused),
		cmocka_unit_test(test_each_record_gets_its_receipt),
		cmocka_unit_test(test_a_full_queue_presses_and_then_refuses),
		cmocka_unit_test(test_too_large_is_rejected),
		cmocka_unit_test(test_without_brokers_nothing_is_well),
		cmocka_unit_test(test_transactions_are_all_or_nothing),
		cmocka_unit_test(test_the_same_id_fences_the_one_before),
		cmocka_unit_test(test_a_member_of_a_past_generation_cannot_commit),
		cmocka_unit_test(test_a_gap_stops_with_its_range),
	};
	settings = broker_start(PARTITIONS);
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	broker_stop();
	return failed;
}
