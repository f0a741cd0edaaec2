/* metrics - counters, gauges and histograms as documented rows, written for Prometheus. */
#include "hub/base/metrics.h"

#include <assert.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/memory.h"

static const double bounds[] = {
	0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60};

enum { BOUNDS = sizeof(bounds) / sizeof(bounds[0]), CHAINS = 64 };

/* The values under one label. count[i] of a histogram: observations up to bounds[i] and above the
 * bound before; the last: above all. Of another metric: count[0] is the value. */
struct series {
	struct series *next;
	char *label;
	_Atomic int64_t sum_ns;
	_Atomic int64_t count[];
};

/* Chains only grow at the front, so readers need no lock. */
struct metric_values {
	size_t chain_count;
	struct series *_Atomic chains[];
};

struct table {
	struct metric *metrics;
	size_t count;
};

/* Guards the tables and the making of values. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct table *tables;
static size_t table_count;

static size_t counts_of(const struct metric *metric)
{
	return metric->kind == METRICS_HISTOGRAM ? BOUNDS + 1 : 1;
}

/* FNV-1a (Fowler, Noll, Vo; 64 bits). */
static struct series *_Atomic *chain_of(struct metric_values *values, const char *label)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);
	for (; label != NULL && *label != '\0'; label++)
		hash = (hash ^ (uint8_t)*label) * UINT64_C(0x100000001b3);
	return &values->chains[hash % values->chain_count];
}

static struct series *find(const struct metric *metric, const char *label)
{
	assert((metric->label == NULL) == (label == NULL));
	struct metric_values *values = metric->values;
	struct series *series = values != NULL ? *chain_of(values, label) : NULL;
	while (series != NULL && label != NULL && strcmp(series->label, label) != 0)
		series = series->next;
	return series;
}

static struct series *make(struct metric *metric, const char *label)
{
	struct metric_values *values = metric->values;
	if (values == NULL) {
		size_t chains = metric->label != NULL ? CHAINS : 1;
		values = memory_get_zeroed(1, sizeof(*values) + chains * sizeof(struct series *));
		values->chain_count = chains;
		metric->values = values;
	}
	struct series *series =
		memory_get_zeroed(1, sizeof(*series) + counts_of(metric) * sizeof(int64_t));
	series->label = label != NULL ? memory_string(label) : NULL;
	struct series *_Atomic *chain = chain_of(values, label);
	series->next = *chain;
	*chain = series;
	return series;
}

static struct series *find_or_make(struct metric *metric, const char *label)
{
	struct series *series = find(metric, label);
	if (series != NULL)
		return series;
	pthread_mutex_lock(&lock);
	series = find(metric, label);
	if (series == NULL)
		series = make(metric, label);
	pthread_mutex_unlock(&lock);
	return series;
}

static void register_table(struct metric *metrics, size_t count)
{
	for (size_t i = 0; i < table_count; i++) {
		if (tables[i].metrics == metrics)
			return;
	}
	tables = memory_resize(tables, memory_product(table_count + 1, sizeof(*tables)));
	tables[table_count++] = (struct table){metrics, count};
}

void metrics_register(struct metric *table, size_t count)
{
	pthread_mutex_lock(&lock);
	register_table(table, count);
	pthread_mutex_unlock(&lock);
	for (size_t i = 0; i < count; i++) {
		if (table[i].label == NULL)
			find_or_make(&table[i], NULL);
	}
}

void metrics_add(struct metric *metric, const char *label_value, int64_t n)
{
	assert(metric->kind != METRICS_HISTOGRAM);
	struct series *series = find_or_make(metric, label_value);
	atomic_fetch_add_explicit(&series->count[0], n, memory_order_relaxed);
}

void metrics_set(struct metric *metric, const char *label_value, int64_t n)
{
	assert(metric->kind == METRICS_GAUGE);
	find_or_make(metric, label_value)->count[0] = n;
}

void metrics_observe(struct metric *metric, const char *label_value, double seconds)
{
	assert(metric->kind == METRICS_HISTOGRAM);
	struct series *series = find_or_make(metric, label_value);
	/* A clock that was set back gives less than nothing. */
	double sane = seconds > 0 ? seconds : 0;
	sane = sane < 1e9 ? sane : 1e9;
	size_t at = 0;
	while (at < BOUNDS && sane > bounds[at])
		at++;
	atomic_fetch_add_explicit(&series->count[at], 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&series->sum_ns, (int64_t)(sane * 1e9), memory_order_relaxed);
}

int64_t metrics_value(const struct metric *metric, const char *label_value)
{
	const struct series *series = find(metric, label_value);
	int64_t sum = 0;
	for (size_t i = 0; series != NULL && i < counts_of(metric); i++)
		sum += series->count[i];
	return sum;
}

static void write_escaped(struct buffer *out, const char *text, bool quotes)
{
	for (; *text != '\0'; text++) {
		if (*text == '\n')
			buffer_add_string(out, "\\n");
		else if (*text == '\\' || (quotes && *text == '"'))
			buffer_add_format(out, "\\%c", *text);
		else
			buffer_add(out, text, 1);
	}
}

/* name + suffix, and the labels; le may be NULL. */
static void write_name(struct buffer *out, const struct metric *metric, const char *suffix,
	const struct series *series, const char *le)
{
	buffer_add_format(out, "%s%s", metric->name, suffix);
	if (metric->label == NULL && le == NULL)
		return;
	buffer_add_string(out, "{");
	if (metric->label != NULL) {
		buffer_add_format(out, "%s=\"", metric->label);
		write_escaped(out, series->label, true);
		buffer_add_string(out, le != NULL ? "\"," : "\"");
	}
	if (le != NULL)
		buffer_add_format(out, "le=\"%s\"", le);
	buffer_add_string(out, "}");
}

static void write_histogram(
	struct buffer *out, const struct metric *metric, const struct series *series)
{
	int64_t below = 0;
	for (size_t i = 0; i <= BOUNDS; i++) {
		char le[32] = "+Inf";
		if (i < BOUNDS)
			snprintf(le, sizeof(le), "%g", bounds[i]);
		below += series->count[i];
		write_name(out, metric, "_bucket", series, le);
		buffer_add_format(out, " %" PRId64 "\n", below);
	}
	write_name(out, metric, "_sum", series, NULL);
	buffer_add_format(out, " %.9f\n", (double)series->sum_ns / 1e9);
	write_name(out, metric, "_count", series, NULL);
	buffer_add_format(out, " %" PRId64 "\n", below);
}

static void write_series(
	struct buffer *out, const struct metric *metric, const struct series *series)
{
	if (metric->kind == METRICS_HISTOGRAM) {
		write_histogram(out, metric, series);
		return;
	}
	write_name(out, metric, "", series, NULL);
	buffer_add_format(out, " %" PRId64 "\n", (int64_t)series->count[0]);
}

static int by_label(const void *a, const void *b)
{
	const struct series *const *left = a, *const *right = b;
	return strcmp((*left)->label, (*right)->label);
}

/* Into buffer as pointers, sorted; an unlabelled metric has at most one. */
static size_t collect(const struct metric *metric, struct buffer *found)
{
	struct metric_values *values = metric->values;
	for (size_t i = 0; values != NULL && i < values->chain_count; i++) {
		struct series *series = values->chains[i];
		for (; series != NULL; series = series->next)
			buffer_add(found, &series, sizeof(series));
	}
	size_t count = found->size / sizeof(struct series *);
	if (count > 1)
		qsort(found->data, count, sizeof(struct series *), by_label);
	return count;
}

static void write_metric(struct buffer *out, const struct metric *metric)
{
	static const char *const kinds[] = {"counter", "gauge", "histogram"};
	buffer_add_format(out, "# HELP %s ", metric->name);
	write_escaped(out, metric->doc, false);
	buffer_add_format(out, "\n# TYPE %s %s\n", metric->name, kinds[metric->kind]);
	struct buffer found = {0};
	size_t count = collect(metric, &found);
	for (size_t i = 0; i < count; i++) {
		const struct series *series;
		memcpy(&series, found.data + i * sizeof(series), sizeof(series));
		write_series(out, metric, series);
	}
	buffer_done(&found);
}

void metrics_write(struct buffer *out)
{
	pthread_mutex_lock(&lock);
	for (size_t i = 0; i < table_count; i++) {
		for (size_t k = 0; k < tables[i].count; k++)
			write_metric(out, &tables[i].metrics[k]);
	}
	pthread_mutex_unlock(&lock);
}
