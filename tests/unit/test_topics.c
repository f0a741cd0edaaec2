/* test_topics - which partition a key belongs to, and what errors of the library mean. */
#include "tests/unit/unit.h"

#include <string.h>

#include "hub/kafka/topics.h"

static const struct kafka_settings settings = {.prefix = "lokethub.", .partitions = 12};

static void the_slot_is_the_first_twelve_bits(void **state)
{
	(void)state;
	static const struct {
		const char *key;
		int32_t slot, partition; /* slot mod 12 */
	} rows[] = {
		{"00000000000000000000000000000000", 0, 0},
		{"001fffffffffffffffffffffffffffff", 1, 1},
		{"00c00000000000000000000000000000", 12, 0},
		{"abc00000000000000000000000000001", 2748, 0},
		{"fff0000000000000000000000000000a", 4095, 3},
	};
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		uint8_t id[16];
		char key[TOPICS_KEY_SIZE];
		assert_true(topics_key_id(bytes_of_string(rows[i].key), id));
		assert_int_equal(topics_slot(id), rows[i].slot);
		topics_key(id, key);
		assert_string_equal(key, rows[i].key);
		assert_int_equal(
			topics_partition(&settings, TOPIC_INTAKE, bytes_of_string(rows[i].key)),
			rows[i].partition);
	}
}

static void what_is_no_id_is_no_key(void **state)
{
	(void)state;
	static const char *const rows[] = {"", "abc", "abc0000000000000000000000000000",
		"abc000000000000000000000000000000", "abc0000000000000000000000000000g",
		"abc00000-0000-0000-0000-00000000"};
	uint8_t id[16];
	for (size_t i = 0; i < UNIT_COUNT(rows); i++)
		assert_false(topics_key_id(bytes_of_string(rows[i]), id));
	assert_false(topics_key_id((struct bytes){0}, id));
}

static void other_keys_go_by_crc32(void **state)
{
	(void)state;
	static const struct {
		const char *key;
		int32_t partition; /* Python: zlib.crc32(key) % 12 */
	} rows[] = {{"wsp-rijnmond", 10}, {"uwv", 9},
		{"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 5}, {"", 0}};
	for (size_t i = 0; i < UNIT_COUNT(rows); i++)
		assert_int_equal(
			topics_partition(&settings, TOPIC_HANDOVERS, bytes_of_string(rows[i].key)),
			rows[i].partition);
	assert_int_equal(topics_partition(&settings, TOPIC_FACTS, bytes_of_string("x/y")), 0);
}

static void names_carry_the_prefix(void **state)
{
	(void)state;
	for (int i = 0; i < TOPIC_COUNT; i++) {
		char name[TOPICS_NAME_SIZE];
		enum topic topic;
		topics_name(&settings, (enum topic)i, name);
		assert_memory_equal(name, "lokethub.", 9);
		assert_true(topics_from_name(&settings, name, &topic));
		assert_int_equal(topic, i);
		assert_false(topics_from_name(&settings, name + 1, &topic));
	}
}

static void partitions_are_those_of_the_design(void **state)
{
	(void)state;
	static const int32_t rows[TOPIC_COUNT] = {
		[TOPIC_INTAKE] = 24,
		[TOPIC_EVENTS] = 24,
		[TOPIC_CLIENTS] = 24,
		[TOPIC_PERSONS] = 24,
		[TOPIC_KEYS] = 12,
		[TOPIC_HANDOVERS] = 12,
		[TOPIC_REJECTED] = 12,
		[TOPIC_FETCH] = 12,
		[TOPIC_FACTS] = 1,
		[TOPIC_ACCESS] = 12,
	};
	const struct kafka_settings other = {.prefix = "", .partitions = 24};
	for (int i = 0; i < TOPIC_COUNT; i++)
		assert_int_equal(topics_partitions(&other, (enum topic)i), rows[i]);
}

static void errors_say_what_to_do(void **state)
{
	(void)state;
	static const struct {
		rd_kafka_resp_err_t code;
		enum outcome outcome;
	} rows[] = {
		{RD_KAFKA_RESP_ERR_NO_ERROR, OK},
		{RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, RETRY},
		{RD_KAFKA_RESP_ERR__TRANSPORT, RETRY},
		{RD_KAFKA_RESP_ERR__MSG_TIMED_OUT, RETRY},
		{RD_KAFKA_RESP_ERR__QUEUE_FULL, RETRY},
		{RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, RETRY},
		{RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RETRY},
		{RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, RETRY},
		{RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, REJECT},
		{RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET, FATAL},
		{RD_KAFKA_RESP_ERR__FATAL, RETRY},
		{RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID, RETRY},
		{RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, FATAL},
	};
	for (size_t i = 0; i < UNIT_COUNT(rows); i++)
		assert_int_equal(kafka_outcome(rows[i].code), rows[i].outcome);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_slot_is_the_first_twelve_bits),
		cmocka_unit_test(what_is_no_id_is_no_key),
		cmocka_unit_test(other_keys_go_by_crc32),
		cmocka_unit_test(names_carry_the_prefix),
		cmocka_unit_test(partitions_are_those_of_the_design),
		cmocka_unit_test(errors_say_what_to_do),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
