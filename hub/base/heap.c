/* heap - min-heap of (when, what): the next due deadline on top. */
#include "hub/base/heap.h"

#include <stdlib.h>

#include "hub/base/memory.h"

enum { CAPACITY_FIRST = 16 };

static void reserve_one(struct heap *heap)
{
	if (heap->count < heap->capacity)
		return;
	size_t grown = heap->capacity > 0 ? heap->capacity + heap->capacity / 2 : CAPACITY_FIRST;
	size_t size = memory_product(grown, sizeof(struct heap_entry));
	heap->entries = memory_resize(heap->entries, size);
	heap->capacity = grown;
}

static void rise(struct heap *heap, size_t at, struct heap_entry entry)
{
	while (at > 0 && heap->entries[(at - 1) / 2].when > entry.when) {
		heap->entries[at] = heap->entries[(at - 1) / 2];
		at = (at - 1) / 2;
	}
	heap->entries[at] = entry;
}

static void sink(struct heap *heap, size_t at, struct heap_entry entry)
{
	for (size_t child; (child = 2 * at + 1) < heap->count; at = child) {
		bool right = child + 1 < heap->count &&
			heap->entries[child + 1].when < heap->entries[child].when;
		child += right;
		if (heap->entries[child].when >= entry.when)
			break;
		heap->entries[at] = heap->entries[child];
	}
	heap->entries[at] = entry;
}

void heap_push(struct heap *heap, int64_t when, void *what)
{
	reserve_one(heap);
	rise(heap, heap->count++, (struct heap_entry){when, what});
}

bool heap_peek(const struct heap *heap, struct heap_entry *out)
{
	if (heap->count == 0)
		return false;
	*out = heap->entries[0];
	return true;
}

bool heap_pop(struct heap *heap, struct heap_entry *out)
{
	if (!heap_peek(heap, out))
		return false;
	heap->count--;
	if (heap->count > 0)
		sink(heap, 0, heap->entries[heap->count]);
	return true;
}

void heap_done(struct heap *heap)
{
	free(heap->entries);
	*heap = (struct heap){0};
}
