/* snapshots - those that are held for a person: counted, and carried out once they are released. */
#include "hub/flow/source/snapshot/snapshots.h"

#include <stdlib.h>

#include "hub/base/clock.h"
#include "hub/base/log.h"
#include "hub/base/memory.h"
#include "hub/base/metrics.h"
#include "hub/flow/source/snapshot/release.h"

#define LOOK_EVERY_MS 1000

enum { HELD, METRICS };

static struct metric metrics[METRICS] = {
	[HELD] = {.name = "lokethub_snapshot_held",
		.kind = METRICS_GAUGE,
		.label = "source",
		.doc = "Open referrals that are missing from a source's complete list, of which "
		       "nobody is told until a person has looked."},
};

/* One source. */
struct keeper {
	const struct conf_source *source;
	char id[HOLDING_ID_SIZE]; /* "OIN/NAME" */
	struct release *release; /* under way */
	int64_t begun_at; /* of what was released last and begun here */
};

struct snapshots {
	struct outside *outside;
	const struct tasks *tasks;
	struct keeper *keepers;
	size_t count;
	int64_t look_at; /* clock_steady */
};

static void on_released(void *context)
{
	struct keeper *keeper = context;
	keeper->release = NULL;
}

/* One that another has replaced meanwhile has no list any more. */
static void begin(struct snapshots *snapshots, struct keeper *keeper, const struct holding *hold,
	const struct holding *last)
{
	struct arena arena = {0};
	struct release_options options = {.outside = snapshots->outside,
		.source = keeper->source,
		.holding = hold,
		.list = holding_list(last, &arena),
		.done = on_released,
		.context = keeper};
	if (bytes_equal(hold->hash, last->hash) && options.list.data != NULL) {
		keeper->begun_at = hold->at;
		release_start(&keeper->release, &options);
	}
	arena_done(&arena);
}

static enum outcome look(struct snapshots *snapshots, struct err *err)
{
	struct view_reader *reader = snapshots->outside->reader;
	struct view_facts holds, lasts = {0};
	if (view_facts(reader, FACT_KIND_HOLD, &holds, err) != OK)
		return err->outcome;
	for (size_t i = 0; i < snapshots->count; i++) {
		struct keeper *keeper = &snapshots->keepers[i];
		struct bytes id = bytes_of_string(keeper->id);
		const struct holding hold = holding_find(&holds, id);
		metrics_set(&metrics[HELD], keeper->id, hold.is_released ? 0 : hold.gone);
		if (!hold.is_released || hold.at == keeper->begun_at || keeper->release != NULL ||
			!tasks_is_ours(snapshots->tasks, id))
			continue;
		if (view_facts(reader, FACT_KIND_CURSOR, &lasts, err) != OK)
			return err->outcome;
		const struct holding last = holding_find(&lasts, id);
		begin(snapshots, keeper, &hold, &last);
	}
	return OK;
}

void snapshots_turn(struct snapshots *snapshots)
{
	const struct outside *outside = snapshots->outside;
	struct arena arena = {0};
	struct err err = {0};
	if (clock_steady() < snapshots->look_at || outside->reader == NULL ||
		!view_is_ready(outside->view))
		return;
	snapshots->look_at = clock_steady() + LOOK_EVERY_MS;
	enum outcome outcome = view_reader_begin(outside->reader, &arena, &err);
	if (outcome == OK) {
		outcome = look(snapshots, &err);
		view_reader_end(outside->reader);
	}
	if (outcome != OK)
		log_debug("snapshot", "text=%s", log_quote(err.text));
	arena_done(&arena);
}

struct snapshots *snapshots_new(struct outside *outside, const struct tasks *tasks)
{
	const struct conf *conf = outside->conf;
	struct snapshots *snapshots = memory_get_zeroed(1, sizeof(*snapshots));
	snapshots->outside = outside;
	snapshots->tasks = tasks;
	snapshots->count = conf->sources_count;
	snapshots->keepers =
		memory_get_zeroed(conf->sources_count + 1, sizeof(*snapshots->keepers));
	for (size_t i = 0; i < conf->sources_count; i++) {
		snapshots->keepers[i].source = &conf->sources[i];
		holding_source(&conf->sources[i], snapshots->keepers[i].id);
	}
	metrics_register(metrics, METRICS);
	return snapshots;
}

void snapshots_free(struct snapshots *snapshots)
{
	if (snapshots == NULL)
		return;
	for (size_t i = 0; i < snapshots->count; i++)
		release_cancel(snapshots->keepers[i].release);
	free(snapshots->keepers);
	free(snapshots);
}
