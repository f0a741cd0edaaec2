/* metrics - counters, gauges and histograms as documented rows, written for Prometheus. */
#ifndef HUB_BASE_METRICS_H
#define HUB_BASE_METRICS_H

#include <stddef.h>
#include <stdint.h>

#include "hub/base/bytes.h"

enum metrics_kind { METRICS_COUNTER, METRICS_GAUGE, METRICS_HISTOGRAM };

/* Each measuring module has one static table of these; the value is updated with the functions
 * below, from any thread. One optional label whose values come from a closed set in the code or
 * config (never from input): they are kept as long as the process lives. */
struct metric {
	const char *name; /* lokethub_router_messages_total */
	enum metrics_kind kind;
	const char *doc;
	const char *label; /* NULL: none, and then label_value is NULL too */
	struct metric_values *_Atomic values; /* made at first use */
};

/* The table lives as long as the process. Once per table; a second time is nothing. */
void metrics_register(struct metric *table, size_t count);
void metrics_add(struct metric *metric, const char *label_value, int64_t n); /* counter, gauge */
void metrics_set(struct metric *metric, const char *label_value, int64_t n); /* gauge */
/* Histogram with bounds from 1 ms to 60 s. */
void metrics_observe(struct metric *metric, const char *label_value, double seconds);
/* Of a histogram: how often it was observed. 0 if never. */
int64_t metrics_value(const struct metric *metric, const char *label_value);
/* Prometheus text format 0.0.4 (text/plain; version=0.0.4), tables in the order they were
 * registered, labels sorted. A metric without label is written from the start, as 0. */
void metrics_write(struct buffer *out);

#endif
