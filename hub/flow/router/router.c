/* router - starts the workers, stops them, and says how they are. */
#include "hub/flow/router/router.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "hub/base/clock.h"
#include "hub/base/memory.h"
#include "hub/flow/router/count.h"
#include "hub/flow/router/worker.h"

struct router {
	struct router_options options;
	struct worker *workers;
	int32_t count;
	atomic_bool stop;
};

static void init(struct worker *worker, struct router *router, int32_t number)
{
	size_t partitions = (size_t)router->options.kafka->partitions;
	worker->options = &router->options;
	worker->number = number;
	worker->stop = &router->stop;
	snprintf(worker->id, sizeof(worker->id), "%s%s-%d", router->options.kafka->prefix,
		router->options.conf->node, number);
	snprintf(worker->group, sizeof(worker->group), "%s%s", router->options.kafka->prefix,
		TOPICS_GROUP);
	worker->partitions = memory_get_zeroed(partitions, sizeof(struct partition));
	worker->places = memory_get_zeroed(partitions, sizeof(struct consumer_committed));
	for (size_t i = 0; i < partitions; i++)
		worker->partitions[i].number = (int32_t)i;
	worker->facts = facts_new();
	worker->state = memory_get_zeroed(1, sizeof(*worker->state));
	worker->decision = memory_get_zeroed(1, sizeof(*worker->decision));
	worker->drift_base = clock_wall() - clock_monotonic();
	worker->last_news = clock_steady();
	worker->last_heartbeat = clock_monotonic();
	atomic_store(&worker->running, true);
}

static void done(struct worker *worker)
{
	transaction_free(worker->transaction);
	consumer_free(worker->member);
	facts_reader_free(worker->facts_reader);
	facts_free(worker->facts);
	for (int32_t i = 0; i < worker->options->kafka->partitions; i++)
		store_free(worker->partitions[i].store);
	arena_done(&worker->arena);
	buffer_done(&worker->record);
	buffer_done(&worker->batch.value);
	free(worker->partitions);
	free(worker->places);
	free(worker->state);
	free(worker->decision);
}

static void *run(void *context)
{
	pthread_setname_np(pthread_self(), "router");
	worker_run(context);
	return NULL;
}

struct router *router_start(const struct router_options *options)
{
	struct router *router = memory_get_zeroed(1, sizeof(*router));
	router->options = *options;
	router->count = options->conf->router.workers;
	router->workers = memory_get_zeroed((size_t)router->count, sizeof(struct worker));
	count_start();
	for (int32_t i = 0; i < router->count; i++) {
		struct worker *worker = &router->workers[i];
		init(worker, router, i + 1);
		int failed = pthread_create(&worker->thread, NULL, run, worker);
		assert(!failed);
	}
	return router;
}

void router_stop(struct router *router)
{
	atomic_store(&router->stop, true);
}

enum outcome router_join(struct router *router, struct err *err)
{
	enum outcome outcome = OK;
	for (int32_t i = 0; i < router->count; i++) {
		struct worker *worker = &router->workers[i];
		pthread_join(worker->thread, NULL);
		if (worker->err.outcome != OK && outcome == OK) {
			*err = worker->err;
			outcome = err_in(err, "router worker %d", worker->number);
		}
	}
	for (int32_t i = 0; i < router->count; i++)
		done(&router->workers[i]);
	free(router->workers);
	free(router);
	return outcome;
}

void router_status(const struct router *router, struct router_status *out)
{
	*out = (struct router_status){.workers = router->count};
	for (int32_t i = 0; i < router->count; i++) {
		const struct worker *worker = &router->workers[i];
		int64_t last = atomic_load(&worker->last_commit);
		out->running += atomic_load(&worker->running);
		out->restoring += atomic_load(&worker->restoring);
		out->joined += atomic_load(&worker->has_joined);
		out->partitions += atomic_load(&worker->held);
		out->clients += atomic_load(&worker->clients);
		out->clocks_stopped = out->clocks_stopped || atomic_load(&worker->clocks_stopped);
		out->last_commit = last > out->last_commit ? last : out->last_commit;
	}
}
