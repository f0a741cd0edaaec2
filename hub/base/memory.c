/* memory - malloc and friends that abort when memory runs out. */
#include "hub/base/memory.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *or_abort(void *memory, size_t size)
{
	if (memory != NULL)
		return memory;
	fprintf(stderr, "lokethub: out of memory: %zu bytes more were asked for\n", size);
	abort();
}

void *memory_get(size_t size)
{
	return or_abort(malloc(size > 0 ? size : 1), size);
}

void *memory_get_aligned(size_t alignment, size_t size)
{
	return or_abort(aligned_alloc(alignment, size), size);
}

void *memory_get_zeroed(size_t count, size_t size)
{
	size_t whole = memory_product(count, size);
	return or_abort(calloc(whole > 0 ? whole : 1, 1), whole);
}

void *memory_resize(void *old, size_t size)
{
	return or_abort(realloc(old, size > 0 ? size : 1), size);
}

char *memory_string(const char *text)
{
	return or_abort(strdup(text), strlen(text));
}

size_t memory_product(size_t count, size_t size)
{
	size_t product;
	if (__builtin_mul_overflow(count, size, &product))
		or_abort(NULL, SIZE_MAX);
	return product;
}

size_t memory_sum(size_t a, size_t b)
{
	size_t sum;
	if (__builtin_add_overflow(a, b, &sum))
		or_abort(NULL, SIZE_MAX);
	return sum;
}
