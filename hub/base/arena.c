/* arena - memory of one batch or request: many allocations, one reset. */
#include "hub/base/arena.h"

#include <assert.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_FIRST = 4096, BLOCK_MOST = 1024 * 1024 };
enum { FORMAT_USUAL = 256 }; /* bytes of a text; a longer one is written twice */

struct arena_block {
	struct arena_block *next;
	size_t capacity, used;
	alignas(max_align_t) uint8_t data[];
};

static struct arena_block *block_new(size_t capacity, struct arena_block *next)
{
	size_t size = memory_sum(sizeof(struct arena_block), capacity);
	struct arena_block *block = memory_get(size);
	*block = (struct arena_block){.next = next, .capacity = capacity};
	ASAN_POISON_MEMORY_REGION(block->data, block->capacity);
	return block;
}

static void block_free(struct arena_block *block)
{
	ASAN_UNPOISON_MEMORY_REGION(block->data, block->capacity);
	free(block);
}

/* Each block twice the last, up to BLOCK_MOST in all, so that a reset can keep the newest. */
static size_t next_capacity(const struct arena_block *last, size_t size)
{
	size_t capacity = last != NULL ? last->capacity : BLOCK_FIRST / 2;
	capacity = capacity < BLOCK_MOST / 2 ? 2 * capacity : BLOCK_MOST;
	return size > capacity ? size : capacity;
}

static size_t aligned(size_t size)
{
	return memory_sum(size, alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
}

void *arena_get(struct arena *arena, size_t size)
{
	size_t taken = aligned(size > 0 ? size : 1);
	struct arena_block *block = arena->block;
	if (block == NULL || block->capacity - block->used < taken) {
		block = block_new(next_capacity(block, taken), block);
		arena->block = block;
	}
	void *data = block->data + block->used;
	block->used += taken;
	arena->used += taken;
	ASAN_UNPOISON_MEMORY_REGION(data, size);
	return memset(data, 0, size);
}

void *arena_get_array(struct arena *arena, size_t count, size_t size)
{
	return arena_get(arena, memory_product(count, size));
}

struct bytes arena_copy(struct arena *arena, struct bytes bytes)
{
	if (bytes.data == NULL)
		return bytes;
	return bytes_of(arena_string(arena, bytes), bytes.size);
}

char *arena_string(struct arena *arena, struct bytes bytes)
{
	char *copy = arena_get(arena, memory_sum(bytes.size, 1));
	if (bytes.size > 0)
		memcpy(copy, bytes.data, bytes.size);
	return copy;
}

char *arena_format_list(struct arena *arena, const char *format, va_list arguments)
{
	char most[FORMAT_USUAL];
	va_list again;
	va_copy(again, arguments);
	int size = vsnprintf(most, sizeof(most), format, arguments);
	assert(size >= 0);
	char *text = arena_get(arena, (size_t)size + 1);
	if ((size_t)size < sizeof(most))
		memcpy(text, most, (size_t)size);
	else
		vsnprintf(text, (size_t)size + 1, format, again);
	va_end(again);
	return text;
}

char *arena_format(struct arena *arena, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	char *text = arena_format_list(arena, format, arguments);
	va_end(arguments);
	return text;
}

void arena_reset(struct arena *arena)
{
	struct arena_block *kept = NULL;
	for (struct arena_block *block = arena->block, *next; block != NULL; block = next) {
		next = block->next;
		if (kept == NULL && block->capacity <= BLOCK_MOST)
			kept = block;
		else
			block_free(block);
	}
	if (kept != NULL) {
		kept->next = NULL;
		kept->used = 0;
		ASAN_POISON_MEMORY_REGION(kept->data, kept->capacity);
	}
	*arena = (struct arena){.block = kept};
}

void arena_wipe(struct arena *arena)
{
	for (struct arena_block *block = arena->block; block != NULL; block = block->next) {
		ASAN_UNPOISON_MEMORY_REGION(block->data, block->used);
		explicit_bzero(block->data, block->used);
	}
	arena_reset(arena);
}

void arena_done(struct arena *arena)
{
	for (struct arena_block *block = arena->block, *next; block != NULL; block = next) {
		next = block->next;
		block_free(block);
	}
	*arena = (struct arena){0};
}
