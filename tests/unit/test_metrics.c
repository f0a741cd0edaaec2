/* test_metrics - values, the written text, and sums from several threads. */
#include "tests/unit/unit.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "hub/base/metrics.h"

enum { MESSAGES, BY_PARTNER, DEPTH, DELAY, DELAY_BY_DESK, EMPTY };

static struct metric table[] = {
	[MESSAGES] = {.name = "lokethub_messages_total", .kind = METRICS_COUNTER, .doc = "All."},
	[BY_PARTNER] = {.name = "lokethub_by_partner_total",
		.kind = METRICS_COUNTER,
		.doc = "Line one\nwith \\ and \".",
		.label = "partner"},
	[DEPTH] = {.name = "lokethub_depth", .kind = METRICS_GAUGE, .doc = "Now."},
	[DELAY] = {.name = "lokethub_delay_seconds", .kind = METRICS_HISTOGRAM, .doc = "Wait."},
	[DELAY_BY_DESK] = {.name = "lokethub_desk_seconds",
		.kind = METRICS_HISTOGRAM,
		.doc = "Wait.",
		.label = "desk"},
	[EMPTY] = {.name = "lokethub_empty_total",
		.kind = METRICS_COUNTER,
		.doc = "None.",
		.label = "x"},
};

static void test_values_before_registration(void **state)
{
	(void)state;
	assert_int_equal(metrics_value(&table[MESSAGES], NULL), 0);
	assert_int_equal(metrics_value(&table[BY_PARTNER], "nobody"), 0);
	metrics_add(&table[MESSAGES], NULL, 2);
	metrics_register(table, UNIT_COUNT(table));
	metrics_register(table, UNIT_COUNT(table));
	assert_int_equal(metrics_value(&table[MESSAGES], NULL), 2);
}

static void test_text(void **state)
{
	(void)state;
	metrics_add(&table[MESSAGES], NULL, 5);
	metrics_add(&table[BY_PARTNER], "b", 1);
	metrics_add(&table[BY_PARTNER], "a\"\\\n", 2);
	metrics_add(&table[BY_PARTNER], "b", 3);
	metrics_set(&table[DEPTH], NULL, 9);
	metrics_add(&table[DEPTH], NULL, -12);
	static const double seconds[] = {0, -1, NAN, 0.001, 0.0011, 0.5, 60, 60.5};
	for (size_t i = 0; i < UNIT_COUNT(seconds); i++)
		metrics_observe(&table[DELAY], NULL, seconds[i]);
	metrics_observe(&table[DELAY_BY_DESK], "wsp", INFINITY);
	struct buffer out = {0};
	metrics_write(&out);
	static const char start[] =
		"# HELP lokethub_messages_total All.\n"
		"# TYPE lokethub_messages_total counter\n"
		"lokethub_messages_total 7\n"
		"# HELP lokethub_by_partner_total Line one\\nwith \\\\ and \".\n"
		"# TYPE lokethub_by_partner_total counter\n"
		"lokethub_by_partner_total{partner=\"a\\\"\\\\\\n\"} 2\n"
		"lokethub_by_partner_total{partner=\"b\"} 4\n"
		"# HELP lokethub_depth Now.\n"
		"# TYPE lokethub_depth gauge\n"
		"lokethub_depth -3\n"
		"# HELP lokethub_delay_seconds Wait.\n"
		"# TYPE lokethub_delay_seconds histogram\n"
		"lokethub_delay_seconds_bucket{le=\"0.001\"} 4\n"
		"lokethub_delay_seconds_bucket{le=\"0.002\"} 5\n";
	static const char *const parts[] = {
		"\nlokethub_delay_seconds_bucket{le=\"0.2\"} 5\n",
		"\nlokethub_delay_seconds_bucket{le=\"0.5\"} 6\n",
		"\nlokethub_delay_seconds_bucket{le=\"30\"} 6\n",
		"\nlokethub_delay_seconds_bucket{le=\"60\"} 7\n",
		"\nlokethub_delay_seconds_bucket{le=\"+Inf\"} 8\n",
		"\nlokethub_delay_seconds_sum 121.002100000\n",
		"\nlokethub_delay_seconds_count 8\n",
		"\nlokethub_desk_seconds_bucket{desk=\"wsp\",le=\"60\"} 0\n",
		"\nlokethub_desk_seconds_bucket{desk=\"wsp\",le=\"+Inf\"} 1\n",
		"\nlokethub_desk_seconds_count{desk=\"wsp\"} 1\n",
		"\n# TYPE lokethub_empty_total counter\n",
	};
	const char *text = buffer_string(&out);
	assert_true(out.size > sizeof(start));
	assert_memory_equal(text, start, sizeof(start) - 1);
	for (size_t i = 0; i < UNIT_COUNT(parts); i++) {
		if (strstr(text, parts[i]) == NULL)
			fail_msg("%s is not in:\n%s", parts[i], text);
	}
	assert_null(strstr(strstr(text, "lokethub_messages_total 7"), "HELP lokethub_messages"));
	assert_int_equal(metrics_value(&table[DELAY], NULL), 8);
	buffer_done(&out);
}

static struct metric racing[] = {
	{.name = "a_total", .kind = METRICS_COUNTER, .doc = "A.", .label = "n"},
	{.name = "b_seconds", .kind = METRICS_HISTOGRAM, .doc = "B.", .label = "n"},
};

enum { THREADS = 4, ROUNDS = 20000, LABELS = 1000 };

static atomic_int ready;

static void *race(void *argument)
{
	(void)argument;
	for (ready++; ready < THREADS;)
		; /* all at once, or nobody meets anybody */
	char label[4] = "000";
	for (int i = 0; i < ROUNDS; i++) {
		label[0] = (char)('0' + i % 1000 / 100);
		label[1] = (char)('0' + i % 100 / 10);
		label[2] = (char)('0' + i % 10);
		metrics_add(&racing[0], label, 1);
		metrics_observe(&racing[1], label, 0.25);
	}
	return NULL;
}

static void test_threads(void **state)
{
	(void)state;
	pthread_t threads[THREADS];
	struct buffer out = {0};
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, race, NULL), 0);
	metrics_register(racing, UNIT_COUNT(racing));
	metrics_write(&out);
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	buffer_clear(&out);
	metrics_write(&out);
	size_t found = 0;
	const char *line = buffer_string(&out);
	for (; (line = strstr(line, "\na_total{n=\"")) != NULL; line++, found++) {
		char expected[40];
		snprintf(expected, sizeof(expected), "\na_total{n=\"%03zu\"} %d\n", found,
			THREADS * ROUNDS / LABELS);
		assert_memory_equal(line, expected, strlen(expected));
	}
	assert_int_equal(found, LABELS);
	assert_non_null(strstr(buffer_string(&out), "\nb_seconds_sum{n=\"999\"} 20.0"));
	assert_int_equal(metrics_value(&racing[1], "007"), THREADS * ROUNDS / LABELS);
	buffer_done(&out);
}

static void set_a_counter(void)
{
	metrics_set(&table[MESSAGES], NULL, 1);
}

static void add_to_a_histogram(void)
{
	metrics_add(&table[DELAY], NULL, 1);
}

static void forget_the_label(void)
{
	metrics_add(&table[BY_PARTNER], NULL, 1);
}

static void test_misuse_is_a_bug(void **state)
{
	(void)state;
	assert_true(unit_aborts(set_a_counter));
	assert_true(unit_aborts(add_to_a_histogram));
	assert_true(unit_aborts(forget_the_label));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values_before_registration),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_threads),
		cmocka_unit_test(test_misuse_is_a_bug),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
