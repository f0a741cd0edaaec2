/* arena - memory of one batch or request: many allocations, one reset. */
#ifndef HUB_BASE_ARENA_H
#define HUB_BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

#include "hub/base/bytes.h"
#include "hub/base/err.h"
#include "hub/base/memory.h"

struct arena_block;

/* Zeroed is empty. Not for several threads at once. Out of memory aborts. */
struct arena {
	struct arena_block *block;
	size_t used; /* bytes handed out since the last reset, with their alignment */
};

/* Zeroed, aligned for any type, valid until reset. */
void *arena_get(struct arena *arena, size_t size);
void *arena_get_array(struct arena *arena, size_t count, size_t size); /* overflow aborts */
/* Keeps absent absent; adds a zero behind. */
struct bytes arena_copy(struct arena *arena, struct bytes bytes);
/* Zero-terminated copy; "" for absent. */
char *arena_string(struct arena *arena, struct bytes bytes);
char *arena_format(struct arena *arena, const char *format, ...) PRINTF_LIKE(2, 3);
char *arena_format_list(struct arena *arena, const char *format, va_list arguments)
	PRINTF_LIKE(2, 0);
void arena_reset(struct arena *arena); /* keeps one block, at most 1 MiB */
void arena_wipe(struct arena *arena); /* a reset that overwrites what was in it */
void arena_done(struct arena *arena); /* zeroed again */

#endif
