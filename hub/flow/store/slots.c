/* slots - memory for many small records of a few sizes, apart from what else the program takes. */
#include "hub/flow/store/slots.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>

#include "hub/base/memory.h"

/* From malloc, a record that is kept would take the place of a message of librdkafka that is gone,
 * and hold the page between thousands that are free; and it would be rounded up to an eighth more.
 */
#define CHUNK_SIZE 65536 /* and where one begins: so a slot tells its chunk */

struct freed {
	struct freed *next;
};

struct slots_chunk {
	struct slots_chunk *next, **link; /* among those with a free slot; link NULL: it has none */
	struct freed *freed;
	uint32_t used; /* slots given out */
	uint32_t fresh; /* where those begin that never were */
	alignas(SLOTS_STEP) uint8_t data[];
};

static size_t rounded(size_t size)
{
	return size > 0 ? (size + SLOTS_STEP - 1) / SLOTS_STEP * SLOTS_STEP : SLOTS_STEP;
}

static struct slots_chunk **roomy_of(struct slots *slots, size_t slot)
{
	return &slots->roomy[slot / SLOTS_STEP - 1];
}

static void add_to(struct slots_chunk **list, struct slots_chunk *chunk)
{
	chunk->next = *list;
	chunk->link = list;
	if (chunk->next)
		chunk->next->link = &chunk->next;
	*list = chunk;
}

static void take_out(struct slots_chunk *chunk)
{
	*chunk->link = chunk->next;
	if (chunk->next)
		chunk->next->link = chunk->link;
	chunk->link = NULL;
}

static struct slots_chunk *chunk_new(void)
{
	struct slots_chunk *chunk = memory_get_aligned(CHUNK_SIZE, CHUNK_SIZE);
	*chunk = (struct slots_chunk){.fresh = sizeof(*chunk)};
	ASAN_POISON_MEMORY_REGION(chunk->data, CHUNK_SIZE - sizeof(*chunk));
	return chunk;
}

static void *take(struct slots_chunk *chunk, size_t slot)
{
	struct freed *freed = chunk->freed;
	chunk->used++;
	if (freed) {
		ASAN_UNPOISON_MEMORY_REGION(freed, sizeof(*freed));
		chunk->freed = freed->next;
		return freed;
	}
	chunk->fresh += (uint32_t)slot;
	return (uint8_t *)chunk + chunk->fresh - slot;
}

void *slots_get(struct slots *slots, size_t size)
{
	if (size > SLOTS_LARGEST)
		return memory_get(size);
	size_t slot = rounded(size);
	struct slots_chunk **roomy = roomy_of(slots, slot);
	if (!*roomy)
		add_to(roomy, chunk_new());
	struct slots_chunk *chunk = *roomy;
	void *taken = take(chunk, slot);
	if (!chunk->freed && chunk->fresh + slot > CHUNK_SIZE)
		take_out(chunk);
	ASAN_UNPOISON_MEMORY_REGION(taken, size);
	return taken;
}

void slots_put(struct slots *slots, void *what, size_t size)
{
	if (size > SLOTS_LARGEST || !what) {
		free(what);
		return;
	}
	struct slots_chunk *chunk = (void *)((uintptr_t)what & ~(uintptr_t)(CHUNK_SIZE - 1));
	struct freed *freed = what;
	ASAN_UNPOISON_MEMORY_REGION(freed, sizeof(*freed));
	freed->next = chunk->freed;
	chunk->freed = freed;
	ASAN_POISON_MEMORY_REGION(what, rounded(size));
	if (!chunk->link)
		add_to(roomy_of(slots, rounded(size)), chunk);
	if (--chunk->used > 0)
		return;
	take_out(chunk);
	ASAN_UNPOISON_MEMORY_REGION(chunk->data, CHUNK_SIZE - sizeof(*chunk));
	free(chunk);
}
