/* auditor - audits the view of a running process in the background, and shows what it finds in
 * metrics. */
#include "hub/view/auditor.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "hub/base/clock.h"
#include "hub/base/log.h"
#include "hub/base/metrics.h"
#include "hub/kafka/topics.h"
#include "hub/view/suspects.h"

#define NICE 10
#define FIRST_S 10 /* after the start, at most */
#define BETWEEN_LOOKS_MS 1000
#define REST 4 /* times as long as it worked */
#define WHOLE_EVERY_MS CLOCK_DAY_MS /* not only what changed */

enum { VIOLATIONS, FINISHED, TOOK, LONGEST, FLOW };

static struct metric metrics[] = {
	[VIOLATIONS] = {"lokethub_invariant_violations", METRICS_GAUGE,
		"violations that the last audit of the view found, per invariant "
		"(ops/README.md); none shown: not audited yet",
		"invariant", NULL},
	[FINISHED] = {"lokethub_audit_finished_seconds", METRICS_GAUGE,
		"when the last complete audit ended, in seconds since 1970; 0: none yet", NULL,
		NULL},
	[TOOK] = {"lokethub_audit_duration_ms", METRICS_GAUGE,
		"how long the last complete audit took, with its rests", NULL, NULL},
	[LONGEST] = {"lokethub_audit_longest_read_ms", METRICS_GAUGE,
		"longest transaction of the last complete audit: the log of the view's file grows "
		"meanwhile",
		NULL, NULL},
	[FLOW] = {"lokethub_flow_messages", METRICS_GAUGE,
		"what became of all messages of partners by the last audit; unaccounted is always "
		"0",
		"state", NULL},
};

struct auditor {
	struct auditor_options options;
	struct view_reader *reader; /* NULL: to be opened */
	struct audit_memory memory; /* of what the reader read */
	int64_t opened_at; /* monotonic ms */
	pthread_t thread;
	pthread_mutex_t mutex; /* of stopping */
	pthread_cond_t changed;
	bool stopping;
};

/* One audit in progress. */
struct look {
	struct auditor *auditor;
	bool (*pause)(void *context, int64_t ms);
	void *context;
	struct suspects suspects;
	struct audit_sums sums;
	int64_t at_work_since; /* monotonic ms */
};

static void take_finding(void *context, const struct audit_finding *finding)
{
	struct look *look = context;
	suspects_take(&look->suspects, finding);
}

static bool rest(void *context, int64_t done, int64_t of)
{
	struct look *look = context;
	(void)done;
	(void)of;
	bool goes_on =
		look->pause(look->context, 1 + REST * (clock_monotonic() - look->at_work_since));
	look->at_work_since = clock_monotonic();
	return goes_on;
}

/* As far as intake is decided: the offset behind it. */
static enum outcome find_decided(struct view_reader *reader, const struct report_committed *out,
	int64_t *offsets, struct err *err)
{
	struct arena arena = {0};
	struct view_positions positions = {0};
	if (view_reader_begin(reader, &arena, err) != OK)
		return err->outcome;
	enum outcome outcome = view_positions(reader, &positions, err);
	for (size_t i = 0; i < positions.count; i++) {
		const struct view_position *position = &positions.items[i];
		if (bytes_equal_string(position->topic, topics_row(TOPIC_INTAKE)->name) &&
			position->partition < out->partitions)
			offsets[position->partition] = position->decided + 1;
	}
	view_reader_end(reader);
	arena_done(&arena);
	return outcome;
}

static enum outcome look_once(struct look *look, struct err *err)
{
	struct auditor *auditor = look->auditor;
	struct view_reader *reader = auditor->reader;
	int32_t partitions = auditor->options.partitions;
	int64_t *offsets = memory_get_zeroed((size_t)partitions, sizeof(*offsets));
	const struct report_committed committed = {offsets, partitions};
	const struct audit audit = {.rules = auditor->options.rules,
		.memory = &auditor->memory,
		.now = clock_wall(),
		.folds = auditor->memory.whole,
		.committed = &committed,
		.found = take_finding,
		.progress = rest,
		.context = look};
	look->at_work_since = clock_monotonic();
	enum outcome outcome = find_decided(reader, &committed, offsets, err);
	if (outcome == OK)
		outcome = audit_run(reader, &audit, &look->sums, err);
	free(offsets);
	return outcome;
}

/* What is remembered goes with the connection. */
static void forget(struct auditor *auditor)
{
	audit_memory_done(&auditor->memory);
	view_reader_free(auditor->reader);
	auditor->reader = NULL;
}

static enum outcome open_reader(struct auditor *auditor, struct err *err)
{
	if (auditor->reader != NULL &&
		(!view_reader_is_current(auditor->reader) ||
			clock_monotonic() - auditor->opened_at > WHOLE_EVERY_MS))
		forget(auditor);
	if (auditor->reader != NULL)
		return OK;
	auditor->opened_at = clock_monotonic();
	return view_reader_new(&auditor->reader, auditor->options.path, err);
}

static enum outcome look_several_times(struct look *look, struct err *err)
{
	enum outcome outcome = open_reader(look->auditor, err);
	if (outcome != OK)
		return outcome;
	do {
		outcome = look_once(look, err);
	} while (outcome == OK && suspects_sift(&look->suspects) &&
		look->pause(look->context, BETWEEN_LOOKS_MS));
	if (outcome != OK)
		forget(look->auditor);
	return outcome;
}

static void show_violations(const char *invariant, const struct suspects *suspects)
{
	const char *text = NULL;
	int64_t count = 0;
	for (const struct suspect *at = suspects->first; at != NULL; at = at->next) {
		if (strcmp(at->invariant, invariant) != 0)
			continue;
		text = text == NULL ? at->text : text;
		count++;
	}
	if (count > 0 && metrics_value(&metrics[VIOLATIONS], invariant) == 0)
		log_warn("audit", "invariant=%s violations=%" PRId64 " text=%s", invariant, count,
			log_quote(text));
	metrics_set(&metrics[VIOLATIONS], invariant, count);
}

static void show(const struct look *look, int64_t began)
{
	const struct report_flow *flow = &look->sums.flow;
	const struct {
		const char *state;
		int64_t count;
	} states[] = {{"received", flow->received}, {"applied", flow->applied},
		{"duplicate", flow->duplicate}, {"refused", flow->refused},
		{"rejected", flow->rejected}, {"parked", flow->parked},
		{"in_flight", flow->in_flight}, {"unaccounted", flow->unaccounted}};
	for (const struct audit_rule *rule = audit_rules; rule->invariant != NULL; rule++)
		show_violations(rule->invariant, &look->suspects);
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		metrics_set(&metrics[FLOW], states[i].state, states[i].count);
	metrics_set(&metrics[TOOK], NULL, clock_monotonic() - began);
	metrics_set(&metrics[LONGEST], NULL, look->sums.longest_ms);
	metrics_set(&metrics[FINISHED], NULL, clock_wall() / 1000);
}

enum outcome auditor_look(struct auditor *auditor, bool (*pause)(void *context, int64_t ms),
	void *context, struct err *err)
{
	struct look look = {.auditor = auditor, .pause = pause, .context = context};
	int64_t began = clock_monotonic();
	enum outcome outcome = look_several_times(&look, err);
	if (outcome == OK)
		show(&look, began);
	suspects_done(&look.suspects);
	return outcome;
}

static bool wait_for_stop(void *context, int64_t ms)
{
	struct auditor *auditor = context;
	const struct timespec until = clock_in(ms);
	pthread_mutex_lock(&auditor->mutex);
	while (!auditor->stopping &&
		pthread_cond_clockwait(
			&auditor->changed, &auditor->mutex, CLOCK_MONOTONIC, &until) != ETIMEDOUT)
		;
	bool goes_on = !auditor->stopping;
	pthread_mutex_unlock(&auditor->mutex);
	return goes_on;
}

static void *run(void *context)
{
	struct auditor *auditor = context;
	int64_t interval = auditor->options.interval_s;
	pthread_setname_np(pthread_self(), "audit");
	if (setpriority(PRIO_PROCESS, (id_t)gettid(), NICE) != 0)
		log_warn("audit", "text=%s", log_quote(strerror(errno)));
	int64_t wait = interval < FIRST_S ? interval : FIRST_S;
	for (; wait_for_stop(auditor, 1000 * wait); wait = interval) {
		struct err err = {0};
		if (view_is_ready(auditor->options.view) &&
			auditor_look(auditor, wait_for_stop, auditor, &err) != OK)
			log_debug("audit", "outcome=%s text=%s", outcome_name(err.outcome),
				log_quote(err.text));
	}
	return NULL;
}

struct auditor *auditor_new(const struct auditor_options *options)
{
	struct auditor *auditor = memory_get_zeroed(1, sizeof(*auditor));
	auditor->options = *options;
	metrics_register(metrics, sizeof(metrics) / sizeof(metrics[0]));
	pthread_mutex_init(&auditor->mutex, NULL);
	pthread_cond_init(&auditor->changed, NULL);
	return auditor;
}

void auditor_free(struct auditor *auditor)
{
	if (auditor == NULL)
		return;
	forget(auditor);
	pthread_cond_destroy(&auditor->changed);
	pthread_mutex_destroy(&auditor->mutex);
	free(auditor);
}

enum outcome auditor_start(
	struct auditor **out, const struct auditor_options *options, struct err *err)
{
	*out = NULL;
	if (options->interval_s == 0)
		return OK;
	struct auditor *auditor = auditor_new(options);
	int code = pthread_create(&auditor->thread, NULL, run, auditor);
	if (code != 0) {
		auditor_free(auditor);
		return err_set(err, FATAL, "no thread to be had: %s", strerror(code));
	}
	*out = auditor;
	return OK;
}

void auditor_stop(struct auditor *auditor)
{
	if (auditor == NULL)
		return;
	pthread_mutex_lock(&auditor->mutex);
	auditor->stopping = true;
	pthread_cond_broadcast(&auditor->changed);
	pthread_mutex_unlock(&auditor->mutex);
	pthread_join(auditor->thread, NULL);
	auditor_free(auditor);
}
