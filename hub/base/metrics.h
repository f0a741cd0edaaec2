/* metrics - counters, gauges and histograms as documented rows, written in Prometheus text format.
 */
#ifndef HUB_BASE_METRICS_H
#define HUB_BASE_METRICS_H

#include <stdint.h>

#include "hub/base/bytes.h"

enum metrics_kind { METRICS_COUNTER, METRICS_GAUGE, METRICS_HISTOGRAM };

/* Each measuring module has one static table of these; the value is updated with the functions
 * below, from any thread. One optional label whose values come from a closed set in the code or
 * config (never from input). */
struct metric {
	const char *name; /* lokethub_router_messages_total */
	enum metrics_kind kind;
	const char *doc;
	const char *label; /* NULL: none */
	struct metric_values *values; /* made at first use */
};

void metrics_register(
	struct metric *table, size_t count); /* the table lives as long as the process */
void metrics_add(struct metric *metric, const char *label_value, int64_t n); /* counter, gauge */
void metrics_set(struct metric *metric, const char *label_value, int64_t n); /* gauge */
void metrics_observe(struct metric *metric, const char *label_value,
	double seconds); /* histogram, 1 ms … 60 s */
int64_t metrics_value(const struct metric *metric, const char *label_value);
void metrics_write(struct buffer *out); /* text/plain; version=0.0.4 */

#endif
