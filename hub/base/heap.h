/* heap - min-heap of (when, what): the next due deadline on top. */
#ifndef HUB_BASE_HEAP_H
#define HUB_BASE_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct heap_entry {
	int64_t when; /* epoch ms */
	void *what;
};

/* Zeroed is empty. Equal times come out in no particular order. Entries are not removed from
 * within: an owner whose deadline moved pushes a new one and drops the old one when it surfaces. */
struct heap {
	struct heap_entry *entries;
	size_t count, capacity;
};

void heap_push(struct heap *heap, int64_t when, void *what);
bool heap_peek(const struct heap *heap, struct heap_entry *out); /* false: empty */
bool heap_pop(struct heap *heap, struct heap_entry *out); /* false: empty */
void heap_done(struct heap *heap);

#endif
