/* spread - how long things took: kept one by one, told as median and tails. */
#ifndef TESTS_BENCH_SPREAD_H
#define TESTS_BENCH_SPREAD_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* In microseconds. Zeroed is empty. */
struct spread {
	int64_t *items;
	size_t count, capacity;
};

void spread_add(struct spread *spread, int64_t microseconds);
/* "name": {"count": …, "p50": …, "p90": …, "p99": …, "p999": …, "max": …}, in ms. Sorts them. */
void spread_print(struct spread *spread, const char *name, FILE *out);
void spread_done(struct spread *spread);

int64_t spread_now(void); /* CLOCK_MONOTONIC, microseconds */
int64_t spread_wall(void); /* CLOCK_REALTIME, microseconds */
/* CPU seconds that a process, with all its threads, has used so far; 0 for pid 0. Exits with a text
 * if it is gone. */
double spread_cpu(int64_t pid);

#endif
