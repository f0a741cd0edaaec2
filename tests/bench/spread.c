/* spread - how long things took: kept one by one, told as median and tails. */
#include "tests/bench/spread.h"

#include <stdlib.h>
#include <time.h>

#include "hub/base/memory.h"
#include "tests/bench/args.h"

void spread_add(struct spread *spread, int64_t microseconds)
{
	if (spread->count == spread->capacity) {
		spread->capacity = spread->capacity ? 2 * spread->capacity : 1024;
		spread->items = memory_resize(
			spread->items, memory_product(spread->capacity, sizeof(spread->items[0])));
	}
	spread->items[spread->count++] = microseconds;
}

static int compare(const void *left, const void *right)
{
	const int64_t *a = left, *b = right;
	return (*a > *b) - (*a < *b);
}

/* Nearest rank. */
static double at(const struct spread *spread, double share)
{
	size_t rank = (size_t)(share * (double)spread->count);
	if (rank >= spread->count)
		rank = spread->count - 1;
	return (double)spread->items[rank] / 1000;
}

void spread_print(struct spread *spread, const char *name, FILE *out)
{
	if (spread->count == 0) {
		fprintf(out, "\"%s\": {\"count\": 0}", name);
		return;
	}
	qsort(spread->items, spread->count, sizeof(spread->items[0]), compare);
	fprintf(out,
		"\"%s\": {\"count\": %zu, \"p50\": %.3f, \"p90\": %.3f, \"p99\": %.3f, "
		"\"p999\": %.3f, \"max\": %.3f}",
		name, spread->count, at(spread, 0.5), at(spread, 0.9), at(spread, 0.99),
		at(spread, 0.999), at(spread, 1));
}

void spread_done(struct spread *spread)
{
	free(spread->items);
	*spread = (struct spread){0};
}

static int64_t now_of(clockid_t clock)
{
	struct timespec time;
	clock_gettime(clock, &time);
	return (int64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

int64_t spread_now(void)
{
	return now_of(CLOCK_MONOTONIC);
}

int64_t spread_wall(void)
{
	return now_of(CLOCK_REALTIME);
}

double spread_cpu(int64_t pid)
{
	clockid_t clock;
	struct timespec used;
	if (pid == 0)
		return 0;
	if (clock_getcpuclockid((pid_t)pid, &clock) != 0 || clock_gettime(clock, &used) != 0)
		args_die("process %lld is gone", (long long)pid);
	return (double)used.tv_sec + (double)used.tv_nsec / 1e9;
}
