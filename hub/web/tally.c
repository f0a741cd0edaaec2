/* tally - what the partner API measures. */
#include "hub/web/tally.h"

#include <stdio.h>

#include "hub/base/metrics.h"

enum { ANSWERS, STORED, REFUSED, UNKNOWN, SECONDS, PASSED, AWAY, METRICS };

static struct metric metrics[METRICS] = {
	[ANSWERS] = {.name = "lokethub_http_answers_total",
		.kind = METRICS_COUNTER,
		.doc = "Answers of the partner API, per status.",
		.label = "status"},
	[STORED] = {.name = "lokethub_intake_stored_total",
		.kind = METRICS_COUNTER,
		.doc = "Messages that were stored in intake, per partner.",
		.label = "partner"},
	[REFUSED] = {.name = "lokethub_intake_refused_total",
		.kind = METRICS_COUNTER,
		.doc = "Messages that were refused and recorded, per partner.",
		.label = "partner"},
	[UNKNOWN] = {.name = "lokethub_intake_unknown_total",
		.kind = METRICS_COUNTER,
		.doc = "Messages that Kafka did not acknowledge in time, per partner.",
		.label = "partner"},
	[SECONDS] = {.name = "lokethub_intake_seconds",
		.kind = METRICS_HISTOGRAM,
		.doc = "From the request line to Kafka's acknowledgement."},
	[PASSED] = {.name = "lokethub_test_lane_passed_total",
		.kind = METRICS_COUNTER,
		.doc = "Requests with a test token that went on to the test lane, per partner.",
		.label = "partner"},
	[AWAY] = {.name = "lokethub_test_lane_away_total",
		.kind = METRICS_COUNTER,
		.doc = "Of those, the ones that the test lane did not answer, per partner.",
		.label = "partner"},
};

void tally_start(void)
{
	metrics_register(metrics, METRICS);
}

void tally_answer(int status)
{
	char label[12];
	snprintf(label, sizeof(label), "%d", status);
	metrics_add(&metrics[ANSWERS], label, 1);
}

void tally_stored(const char *partner, double seconds)
{
	metrics_add(&metrics[STORED], partner, 1);
	metrics_observe(&metrics[SECONDS], NULL, seconds);
}

void tally_refused(const char *partner)
{
	metrics_add(&metrics[REFUSED], partner, 1);
}

void tally_passed(const char *partner)
{
	metrics_add(&metrics[PASSED], partner, 1);
}

void tally_lane_away(const char *partner)
{
	metrics_add(&metrics[AWAY], partner, 1);
}

void tally_unknown(const char *partner)
{
	metrics_add(&metrics[UNKNOWN], partner, 1);
}
