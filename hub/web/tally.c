/* tally - what the partner API measures. */
#include "hub/web/tally.h"

#include "hub/base/metrics.h"

enum { ANSWERS, STORED, REFUSED, UNKNOWN, SECONDS, METRICS };

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
};

void tally_start(void)
{
	metrics_register(metrics, METRICS);
}

/* Labels must be literals: every status that an answer may have. */
void tally_answer(int status)
{
	static const struct {
		int status;
		const char *label;
	} rows[] = {{202, "202"}, {200, "200"}, {201, "201"}, {400, "400"}, {401, "401"},
		{404, "404"}, {405, "405"}, {406, "406"}, {408, "408"}, {409, "409"}, {413, "413"},
		{415, "415"}, {429, "429"}, {431, "431"}, {501, "501"}, {503, "503"}};
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].status == status) {
			metrics_add(&metrics[ANSWERS], rows[i].label, 1);
			return;
		}
	metrics_add(&metrics[ANSWERS], "other", 1);
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

void tally_unknown(const char *partner)
{
	metrics_add(&metrics[UNKNOWN], partner, 1);
}
