/* memory - malloc and friends that abort when memory runs out. */
#ifndef HUB_BASE_MEMORY_H
#define HUB_BASE_MEMORY_H

#include <stddef.h>

/* The caller frees with free. A size of 0 gives a pointer that may be freed and not read. */
void *memory_get(size_t size);
void *memory_get_aligned(size_t alignment, size_t size); /* both a power of two */
void *memory_get_zeroed(size_t count, size_t size);
void *memory_resize(void *old, size_t size);
char *memory_string(const char *text);

size_t memory_product(size_t count, size_t size); /* overflow aborts */
size_t memory_sum(size_t a, size_t b); /* overflow aborts */

/* Under AddressSanitizer what an owner keeps back is poisoned, so that use of it is seen. */
#if defined(__has_include) && __has_include(<sanitizer/asan_interface.h>)
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(data, size) ((void)(data), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(data, size) ((void)(data), (void)(size))
#endif

#endif
