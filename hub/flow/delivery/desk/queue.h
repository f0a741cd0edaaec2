/* queue - the handovers of one desk that are in memory: which goes next, and how far all are
 * settled. */
#ifndef HUB_FLOW_DELIVERY_DESK_QUEUE_H
#define HUB_FLOW_DELIVERY_DESK_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hub/base/bytes.h"

#define QUEUE_MAX 64 /* in memory at once */

/* Part of a handover in memory. */
struct queue_item {
	int64_t cursor; /* grows along one desk's handovers, from 1 */
	uint8_t of[16]; /* those of one client keep their order; all zero: it is of nobody */
	int64_t due; /* not before, epoch ms */
	bool out; /* on its way */
	struct queue_item *behind;
};

/* Zeroed is empty, and nothing was ever settled. Holds the items in the order of their cursors. */
struct queue {
	struct queue_item *first, *last;
	size_t count;
	int64_t high; /* the greatest cursor that is settled */
	/* Cursors of those that were in memory and are not settled, in order. */
	int64_t *left;
	size_t left_count, left_capacity;
};

void queue_add(struct queue *queue, struct queue_item *item);
bool queue_has(const struct queue *queue, int64_t cursor); /* in memory */
/* The first that may go out now: due, not out, and no other of its client before it. NULL: *when
 * is the time of the next one that is not out, or INT64_MAX. */
struct queue_item *queue_next(const struct queue *queue, int64_t now, int64_t *when);
/* Whether this one may go out too, as above, but for its time. */
bool queue_may_go_along(const struct queue *queue, const struct queue_item *item);
/* It is done with, and no longer the queue's. */
void queue_settle(struct queue *queue, struct queue_item *item);
/* Out of memory, to be read again. */
void queue_drop(struct queue *queue, struct queue_item *item);
/* Neither settled nor in memory: to be read from the topic again. */
void queue_leave(struct queue *queue, int64_t cursor);
/* What is to be read from the topic again first; 0: nothing is. Taken with the call. */
int64_t queue_take_left(struct queue *queue);

/* This one is. */
bool queue_is_settled(const struct queue *queue, int64_t cursor);
/* All up to this cursor are settled. */
int64_t queue_settled(const struct queue *queue);
/* "high left left …"; empty if `settled` says it all, or where it does not fit: then more is read
 * again. */
void queue_write(const struct queue *queue, char *text, size_t size);
/* Into an empty one, from settled and text as they were written. */
void queue_read(struct queue *queue, int64_t settled, struct bytes text);
void queue_done(struct queue *queue); /* the items are the caller's */

#endif
