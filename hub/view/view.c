/* view - the read model of an edge process: one thread copies Kafka's topics into SQLite, and tells
 * how far it is. */
#include "hub/view/view.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hub/base/clock.h"
#include "hub/base/log.h"
#include "hub/base/memory.h"
#include "hub/view/database.h"
#include "hub/view/follow.h"
#include "hub/view/seen.h"

#define RETRY_MS 1000
/* A record is there for readers once its transaction is committed, so long behind its append time
 * at most. */
#define TRANSACTION_MS 60000

struct view {
	struct view_options options;
	char *path;
	int lock;
	pthread_t thread;
	pthread_mutex_t mutex; /* of the subscriber */
	atomic_bool stopping, ready;
	_Atomic int64_t began, ready_since; /* epoch ms, of this run */
	_Atomic uint64_t erasures;
	_Atomic int64_t *decided; /* per partition of intake */
	struct seen *seen;
	void (*committed)(void *context);
	void *context;
};

bool view_decided(const struct view *view, int32_t partition, int64_t offset)
{
	assert(partition >= 0 && partition < view->options.kafka->partitions);
	return atomic_load(&view->decided[partition]) >= offset;
}

uint64_t view_erasures(const struct view *view)
{
	return atomic_load(&view->erasures);
}

bool view_is_ready(const struct view *view)
{
	return atomic_load(&view->ready);
}

int64_t view_age(const struct view *view, int64_t written_at, int64_t now)
{
	int64_t since = atomic_load(&view->ready_since);
	if (!view_is_ready(view))
		return 0;
	if (written_at < atomic_load(&view->began) - TRANSACTION_MS)
		return INT64_MAX;
	return now - (written_at > since ? written_at : since);
}

bool view_may_have_case(const struct view *view, struct bytes partner, struct bytes case_)
{
	return seen_may_have_case(view->seen, partner, case_);
}

bool view_may_have_key(const struct view *view, const uint8_t owner[16])
{
	return seen_may_have_key(view->seen, owner);
}

void view_subscribe(struct view *view, void (*committed)(void *context), void *context)
{
	pthread_mutex_lock(&view->mutex);
	view->committed = committed;
	view->context = context;
	pthread_mutex_unlock(&view->mutex);
}

static bool is_stopping(void *context)
{
	struct view *view = context;
	return atomic_load(&view->stopping);
}

static void publish(void *context, const struct follow_state *state)
{
	struct view *view = context;
	pthread_mutex_lock(&view->mutex);
	for (int32_t i = 0; i < view->options.kafka->partitions; i++)
		atomic_store(&view->decided[i], state->decided[i]);
	if (state->ready && !atomic_load(&view->ready))
		atomic_store(&view->ready_since, clock_wall());
	atomic_store(&view->ready, state->ready);
	if (state->key_erased)
		atomic_fetch_add(&view->erasures, 1);
	if (view->committed != NULL)
		view->committed(view->context);
	pthread_mutex_unlock(&view->mutex);
}

static void wait_before_retry(struct view *view)
{
	for (int waited = 0; waited < RETRY_MS && !is_stopping(view); waited += 50)
		clock_sleep(50);
}

static void *run(void *context)
{
	struct view *view = context;
	const struct follow follow = {
		.kafka = view->options.kafka,
		.wire = view->options.wire,
		.path = view->path,
		.cache_kb = view->options.cache_kb,
		.commit_interval_ms = view->options.commit_interval_ms,
		.seen = view->seen,
		.is_stopping = is_stopping,
		.publish = publish,
		.context = view,
	};
	pthread_setname_np(pthread_self(), "view");
	while (!is_stopping(view)) {
		struct err err = {0};
		atomic_store(&view->began, clock_wall());
		if (follow_run(&follow, &err) == OK)
			break;
		if (err.outcome == REJECT || err.outcome == FATAL)
			log_error("view", "outcome=%s text=%s", outcome_name(err.outcome),
				log_quote(err.text));
		else
			log_warn("view", "outcome=retry text=%s", log_quote(err.text));
		atomic_store(&view->ready, false);
		wait_before_retry(view);
	}
	return NULL;
}

static void view_free(struct view *view)
{
	if (view->lock >= 0)
		close(view->lock);
	pthread_mutex_destroy(&view->mutex);
	free(view->decided);
	seen_free(view->seen);
	free(view->path);
	free(view);
}

static struct view *view_of(const struct view_options *options)
{
	struct view *view = memory_get_zeroed(1, sizeof(*view));
	size_t partitions = (size_t)options->kafka->partitions;
	view->options = *options;
	view->path = memory_string(options->path);
	view->lock = -1;
	view->seen = seen_new();
	view->decided = memory_get_zeroed(partitions, sizeof(*view->decided));
	for (size_t i = 0; i < partitions; i++)
		atomic_init(&view->decided[i], -1);
	pthread_mutex_init(&view->mutex, NULL);
	return view;
}

enum outcome view_start(struct view **out, const struct view_options *options, struct err *err)
{
	struct view *view = view_of(options);
	enum outcome outcome = database_lock(&view->lock, view->path, err);
	if (outcome == OK && pthread_create(&view->thread, NULL, run, view) != 0)
		outcome = err_set(err, FATAL, "view: cannot start a thread");
	if (outcome != OK) {
		view_free(view);
		return outcome;
	}
	*out = view;
	return OK;
}

void view_stop(struct view *view)
{
	if (view == NULL)
		return;
	atomic_store(&view->stopping, true);
	pthread_join(view->thread, NULL);
	view_free(view);
}
