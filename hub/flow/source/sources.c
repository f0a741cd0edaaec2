/* sources - the thread of an edge process that gets what partners do not post: dropped files,
 * polls, the tasks of topic fetch, and what facts of employers mean for referrals. */
#include "hub/flow/source/sources.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/log.h"
#include "hub/base/memory.h"
#include "hub/base/metrics.h"
#include "hub/flow/source/drops.h"
#include "hub/flow/source/fetcher.h"
#include "hub/flow/source/polls.h"
#include "hub/flow/source/recognitions.h"
#include "hub/flow/source/snapshot/snapshots.h"
#include "hub/flow/source/tasks.h"

#define TURN_MS 50
#define FAILED_TURN_MS 1000
#define VIEW_EVERY 10 /* turns between two looks at whether the view is another one */

enum { TASKS, METRICS };

static struct metric metrics[METRICS] = {
	[TASKS] = {.name = "lokethub_tasks_open",
		.kind = METRICS_GAUGE,
		.doc = "Documents to fetch and cases to find that this edge has not settled."},
};

struct sources {
	struct sources_options options;
	struct outside outside;
	struct tasks *tasks;
	struct polls *polls;
	struct recognitions *recognitions;
	struct drops *drops;
	struct snapshots *snapshots;
	struct loop_timer turn;
	struct loop_bell *stop;
	pthread_t thread;
	bool runs;
	int turns;
};

static void turn(void *context)
{
	struct sources *sources = context;
	struct loop *loop = sources->outside.loop;
	struct err err = {0}, why = {0};
	if (sources->turns++ % VIEW_EVERY == 0 &&
		view_reader_refresh(&sources->outside.reader, sources->options.view_path, &why)) {
		intake_forget_view(sources->outside.intake);
		sources->outside.views++;
	}
	if (why.outcome != OK)
		log_debug("sources", "text=%s", log_quote(why.text));
	bool is_well = tasks_turn(sources->tasks, &err) == OK;
	if (!is_well)
		log_warn("sources", "text=%s", log_quote(err.text));
	polls_turn(sources->polls);
	recognitions_turn(sources->recognitions);
	drops_turn(sources->drops);
	snapshots_turn(sources->snapshots);
	metrics_set(&metrics[TASKS], NULL, (int64_t)tasks_open(sources->tasks));
	loop_set(loop, &sources->turn, loop_now(loop) + (is_well ? TURN_MS : FAILED_TURN_MS));
}

static void stop(void *context)
{
	struct sources *sources = context;
	loop_stop(sources->outside.loop);
}

static void *run(void *context)
{
	struct sources *sources = context;
	pthread_setname_np(pthread_self(), "sources");
	loop_run(sources->outside.loop);
	return NULL;
}

static enum outcome open_intake(struct sources *sources, struct err *err)
{
	struct outside *outside = &sources->outside;
	const struct intake_options options = {.conf = outside->conf,
		.kafka = outside->kafka,
		.wire = outside->wire,
		.loop = outside->loop,
		.reader = &outside->reader,
		.view = outside->view,
		.sent = outside->sent,
		.writes_facts = true};
	return intake_new(&outside->intake, &options, err);
}

static enum outcome open_all(struct sources *sources, struct err *err)
{
	struct outside *outside = &sources->outside;
	if (loop_new(&outside->loop, err) != OK ||
		loop_bell_new(&sources->stop, outside->loop, stop, sources, err) != OK ||
		open_intake(sources, err) != OK ||
		fetcher_new(&outside->fetcher, outside->loop, outside->conf, err) != OK)
		return err->outcome;
	outside->exchange_fetcher = fetcher_for_exchanges(outside->fetcher);
	if (tasks_new(&sources->tasks, outside, err) != OK ||
		drops_new(&sources->drops, outside, err) != OK)
		return err->outcome;
	sources->polls = outside->polls = polls_new(outside, sources->tasks);
	sources->recognitions = recognitions_new(outside, sources->tasks);
	sources->snapshots = snapshots_new(outside, sources->tasks);
	sources->turn = (struct loop_timer){.fn = turn, .context = sources};
	loop_set(outside->loop, &sources->turn, loop_now(outside->loop));
	return OK;
}

static enum outcome start_thread(struct sources *sources, struct err *err)
{
	int code = pthread_create(&sources->thread, NULL, run, sources);
	if (code != 0)
		return err_set(err, FATAL, "no thread to be had: %s", strerror(code));
	sources->runs = true;
	return OK;
}

enum outcome sources_start(
	struct sources **out, const struct sources_options *options, struct err *err)
{
	const struct conf *conf = options->conf;
	*out = NULL;
	if (conf->sources_count == 0)
		return OK;
	struct sources *sources = memory_get_zeroed(1, sizeof(*sources));
	sources->options = *options;
	sources->outside = (struct outside){.conf = conf,
		.kafka = options->kafka,
		.wire = options->wire,
		.view = options->view,
		.sent = sent_new(conf->rules.partners_count, options->kafka->partitions),
		.compared =
			memory_get_zeroed(conf->sources_count, sizeof(*sources->outside.compared))};
	metrics_register(metrics, METRICS);
	if (open_all(sources, err) != OK || start_thread(sources, err) != OK) {
		sources_stop(sources);
		return err_in(err, "sources");
	}
	log_info("sources", "count=%zu", conf->sources_count);
	*out = sources;
	return OK;
}

void sources_stop(struct sources *sources)
{
	if (sources == NULL)
		return;
	if (sources->runs) {
		loop_ring(sources->stop);
		pthread_join(sources->thread, NULL);
	}
	snapshots_free(sources->snapshots);
	drops_free(sources->drops);
	polls_free(sources->polls);
	recognitions_free(sources->recognitions);
	tasks_free(sources->tasks);
	fetcher_free(sources->outside.fetcher);
	intake_free(sources->outside.intake);
	view_reader_free(sources->outside.reader);
	loop_bell_free(sources->stop);
	loop_free(sources->outside.loop);
	sent_free(sources->outside.sent);
	free(sources->outside.compared);
	free(sources);
}
