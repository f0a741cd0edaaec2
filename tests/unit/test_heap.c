/* test_heap - the earliest comes first, nothing is lost, and what an entry costs. */
#include "tests/unit/unit.h"

#include <malloc.h>
#include <stdlib.h>

#include "hub/base/heap.h"

static void test_empty(void **state)
{
	(void)state;
	struct heap heap = {0};
	struct heap_entry entry = {42, NULL};
	assert_false(heap_peek(&heap, &entry));
	assert_false(heap_pop(&heap, &entry));
	assert_int_equal(entry.when, 42);
	heap_done(&heap);
	heap_push(&heap, -5, &heap);
	assert_true(heap_peek(&heap, &entry));
	assert_int_equal(heap.count, 1);
	assert_true(heap_pop(&heap, &entry));
	assert_true(entry.when == -5 && entry.what == &heap);
	assert_false(heap_pop(&heap, &entry));
	heap_done(&heap);
	assert_null(heap.entries);
	heap_done(&heap);
}

/* Each push has a number; a pop must give the earliest of those that are in, and each once. */
static void play(uint64_t seed, int64_t range)
{
	enum { STEPS = 6000 };
	static int64_t when[STEPS];
	static bool in[STEPS];
	struct heap heap = {0};
	size_t pushed = 0, inside = 0;
	for (int step = 0; step < STEPS; step++) {
		uint64_t random = unit_random(&seed);
		if (random % 100 < (step < STEPS / 2 ? 60 : 40)) {
			when[pushed] = (int64_t)(random >> 8) % range - range / 2;
			in[pushed] = true;
			heap_push(&heap, when[pushed], &when[pushed]);
			pushed++;
			inside++;
			continue;
		}
		struct heap_entry top = {0}, popped = {0};
		assert_int_equal(heap_peek(&heap, &top), inside > 0);
		assert_int_equal(heap_pop(&heap, &popped), inside > 0);
		assert_true(top.when == popped.when && top.what == popped.what);
		if (inside-- == 0) {
			inside = 0;
			continue;
		}
		size_t number = (size_t)((int64_t *)popped.what - when);
		assert_true(in[number] && when[number] == popped.when);
		in[number] = false;
		for (size_t i = 0; i < pushed; i++)
			assert_true(!in[i] || when[i] >= popped.when);
	}
	assert_int_equal(heap.count, inside);
	heap_done(&heap);
}

static void test_order(void **state)
{
	(void)state;
	play(1, 3);
	play(2, 1000);
	play(3, INT64_C(1) << 55);
}

static void test_extremes(void **state)
{
	(void)state;
	static const int64_t sorted[] = {INT64_MIN, -1, 0, 1, INT64_MAX};
	struct heap heap = {0};
	for (size_t i = UNIT_COUNT(sorted); i-- > 0;)
		heap_push(&heap, sorted[i], NULL);
	struct heap_entry entry;
	for (size_t i = 0; i < UNIT_COUNT(sorted); i++)
		assert_true(heap_pop(&heap, &entry) && entry.when == sorted[i]);
	heap_done(&heap);
}

/* Real bytes of the heap per entry: 16, half as much again at most for growth. */
static void test_memory_per_entry(void **state)
{
	(void)state;
	enum { PAGE = 4096 };
	struct heap heap = {0};
	for (size_t i = 0; i < 50000; i++) {
		heap_push(&heap, (int64_t)(50000 - i), NULL);
		if (i >= 1000)
			assert_true(malloc_usable_size(heap.entries) <= (i + 1) * 24 + PAGE);
	}
	heap_done(&heap);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_extremes),
		cmocka_unit_test(test_memory_per_entry),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
