/* arena - memory of one batch or request: many allocations, one reset. */
#ifndef HUB_BASE_ARENA_H
#define HUB_BASE_ARENA_H

#include <stddef.h>

#include "hub/base/bytes.h"
#include "hub/base/err.h"

struct arena_block;

/* Zeroed is empty. Not for several threads at once. Out of memory aborts. */
struct arena {
	struct arena_block *block;
	size_t used; /* bytes handed out since the last reset */
};

void *arena_get(struct arena *arena, size_t size); /* zeroed, aligned for any type, valid until reset */
void *arena_get_array(struct arena *arena, size_t count, size_t size); /* overflow aborts */
struct bytes arena_copy(struct arena *arena, struct bytes bytes); /* keeps absent absent; adds a zero behind */
char *arena_string(struct arena *arena, struct bytes bytes); /* zero-terminated copy; "" for absent */
char *arena_format(struct arena *arena, const char *format, ...) PRINTF_LIKE(2, 3);
void arena_reset(struct arena *arena); /* keeps one block, at most 1 MiB */
void arena_done(struct arena *arena);

/* malloc and friends that abort when memory runs out. */
void *memory_get(size_t size);
void *memory_get_zeroed(size_t count, size_t size);
void *memory_resize(void *old, size_t size);
char *memory_string(const char *text);

#endif
