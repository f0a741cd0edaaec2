/* test_properties - which of librdkafka's properties a configuration may set. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "hub/cli/reach.h"

static const char *const ours[][2] = {
	{"acks", "1"},
	{"enable.idempotence", "false"},
	{"transactional.id", "x"},
	{"isolation.level", "read_uncommitted"},
	{"max.poll.interval.ms", "1000000"},
	{"session.timeout.ms", "7000"},
	{"transaction.timeout.ms", "70000"},
	{"message.max.bytes", "1000"},
	{"queue.buffering.max.messages", "10"},
	{"no.such.property", "1"},
	{"linger.ms", "soon"},
};

static void what_is_ours_or_unknown_is_refused_in_every_list(void **state)
{
	(void)state;
	static const struct setting_pair good[] = {{"linger.ms", "1"}, {NULL, NULL}};
	for (size_t i = 0; i < UNIT_COUNT(ours); i++)
		for (int list = 0; list < 4; list++) {
			const struct setting_pair pairs[] = {
				{ours[i][0], ours[i][1]}, {NULL, NULL}};
			struct err err = {0};
			const struct kafka_settings settings = {
				.brokers = "127.0.0.1:9",
				.node = "n1",
				.properties = list == 0 ? pairs : good,
				.consumer = list == 1 ? pairs : NULL,
				.producer = list == 2 ? pairs : NULL,
				.secrets = list == 3 ? pairs : NULL,
			};
			assert_int_equal(kafka_settings_check(&settings, &err), REJECT);
			assert_non_null(strstr(err.text, ours[i][0]));
		}
}

static void config_may_make_us_slower_but_not_less_safe(void **state)
{
	(void)state;
	static const struct setting_pair theirs[] = {
		{"acks", "1"}, {"linger.ms", "7"}, {NULL, NULL}};
	static const struct setting_pair own[] = {
		{"acks", "all"}, {"linger.ms", "20"}, {NULL, NULL}};
	const struct kafka_settings settings = {
		.brokers = "127.0.0.1:9", .node = "n1", .producer = theirs};
	struct err err = {0};
	char value[20];
	size_t size = sizeof(value);
	rd_kafka_conf_t *conf = kafka_conf(&settings, RD_KAFKA_PRODUCER, own, &err);
	assert_non_null(conf);
	assert_int_equal(rd_kafka_conf_get(conf, "linger.ms", value, &size), RD_KAFKA_CONF_OK);
	assert_string_equal(value, "7");
	size = sizeof(value);
	assert_int_equal(rd_kafka_conf_get(conf, "acks", value, &size), RD_KAFKA_CONF_OK);
	assert_string_equal(value, "-1");
	rd_kafka_conf_destroy(conf);
}

static void a_refused_property_is_told_with_file_and_line(void **state)
{
	(void)state;
	struct setting_pair acks[] = {{"acks", "1"}, {NULL, NULL}};
	struct conf_problems problems = {0};
	struct conf *conf = NULL;
	assert_int_equal(conf_load("config/lokethub.conf", NULL, &conf, &problems), OK);
	size_t before = problems.count;
	assert_int_equal(reach_check_kafka(conf, &problems), OK);
	conf->kafka.producer = acks;
	assert_int_equal(reach_check_kafka(conf, &problems), REJECT);
	assert_int_equal(problems.count, before + 1);
	for (size_t i = 0; i < problems.count; i++)
		if (!problems.items[i].warning) {
			assert_string_equal(problems.items[i].file, "config/lokethub.conf");
			assert_true(problems.items[i].line > 0);
			assert_non_null(strstr(problems.items[i].text, "acks"));
		}
	assert_int_equal(problems.errors, 1);
	conf_problems_done(&problems);
	conf_free(conf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_ours_or_unknown_is_refused_in_every_list),
		cmocka_unit_test(config_may_make_us_slower_but_not_less_safe),
		cmocka_unit_test(a_refused_property_is_told_with_file_and_line),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
