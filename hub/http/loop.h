/* loop - one thread's event loop: descriptors, timers, and bells that other threads ring. */
#ifndef HUB_HTTP_LOOP_H
#define HUB_HTTP_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hub/base/err.h"

/* All functions belong to the loop's thread, but loop_stop and loop_ring: any thread. */
struct loop;

typedef void loop_fn(void *context);

/* FATAL: no descriptors to be had. */
enum outcome loop_new(struct loop **out, struct err *err) MUST_CHECK;
void loop_free(struct loop *loop);

/* Turns until loop_stop was called, then returns; it can be run again. */
void loop_run(struct loop *loop);
void loop_stop(struct loop *loop);

/* Calls fn in every turn in which fd is readable, until loop_unwatch or loop_free. */
enum outcome loop_watch(
	struct loop *loop, int fd, loop_fn *fn, void *context, struct err *err) MUST_CHECK;
void loop_unwatch(struct loop *loop, int fd);

/* Rung any number of times, fn is called once more afterwards, in the loop's thread. */
struct loop_bell;
enum outcome loop_bell_new(struct loop_bell **out, struct loop *loop, loop_fn *fn, void *context,
	struct err *err) MUST_CHECK;
void loop_bell_free(struct loop_bell *bell);
void loop_ring(struct loop_bell *bell);

/* ms since some point, as of the beginning of this turn. Real time: no test's offset is in it. */
int64_t loop_now(const struct loop *loop);

/* Part of what it belongs to; zeroed but for fn and context: not set. Setting, setting anew and
 * clearing cost the logarithm of their number. */
struct loop_timer {
	loop_fn *fn;
	void *context;
	int64_t when;
	size_t place; /* in the loop's heap, from 1; 0: not set */
};

void loop_set(struct loop *loop, struct loop_timer *timer, int64_t when); /* as loop_now counts */
void loop_clear(struct loop *loop, struct loop_timer *timer);

/* Calls fn at the end of each turn, behind all else; one for a loop. */
void loop_at_end(struct loop *loop, loop_fn *fn, void *context);

#endif
