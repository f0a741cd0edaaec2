/* test_arena - alignment, zeroes, reset, copies; overflow and no memory abort. */
#include "tests/unit/unit.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/arena.h"

static void test_aligned_zeroed_apart(void **state)
{
	(void)state;
	struct arena arena = {0};
	for (int round = 0; round < 3; round++) {
		uint8_t *last = NULL;
		size_t last_size = 0;
		for (size_t size = 0; size < 3000; size += 1 + size / 7) {
			uint8_t *data = arena_get(&arena, size);
			assert_int_equal((uintptr_t)data % alignof(max_align_t), 0);
			for (size_t i = 0; i < size; i++)
				assert_int_equal(data[i], 0);
			memset(data, 0xee, size);
			if (last_size > 0)
				assert_int_equal(last[last_size - 1], 0xee);
			assert_true(data != last);
			last = data;
			last_size = size;
		}
		arena_reset(&arena);
	}
	arena_done(&arena);
}

static void test_many_blocks_keep_their_content(void **state)
{
	(void)state;
	enum { COUNT = 2000 };
	struct arena arena = {0};
	uint64_t seed = 1;
	uint8_t *parts[COUNT];
	size_t sizes[COUNT];
	for (size_t i = 0; i < COUNT; i++) {
		sizes[i] = unit_random(&seed) % (i % 100 == 0 ? 300000 : 300);
		parts[i] = arena_get(&arena, sizes[i]);
		memset(parts[i], (int)(i % 251), sizes[i]);
	}
	for (size_t i = 0; i < COUNT; i++) {
		for (size_t k = 0; k < sizes[i]; k++)
			assert_int_equal(parts[i][k], i % 251);
	}
	arena_done(&arena);
}

static void test_used(void **state)
{
	(void)state;
	struct arena arena = {0};
	assert_int_equal(arena.used, 0);
	(void)arena_get(&arena, 1);
	(void)arena_get_array(&arena, 3, alignof(max_align_t));
	assert_int_equal(arena.used, 4 * alignof(max_align_t));
	arena_reset(&arena);
	assert_int_equal(arena.used, 0);
	arena_done(&arena);
	assert_null(arena.block);
	arena_done(&arena);
	arena_reset(&arena);
}

/* What fits into the kept block comes from it: the same pointer again, and no new memory. */
static void test_reset_keeps_one_block(void **state)
{
	(void)state;
	struct arena arena = {0};
	for (int i = 0; i < 100; i++)
		(void)arena_get(&arena, 1000);
	arena_reset(&arena);
	void *first = arena_get(&arena, 1000);
	for (int i = 0; i < 60; i++)
		(void)arena_get(&arena, 1000);
	arena_reset(&arena);
	assert_ptr_equal(arena_get(&arena, 500), first);
	arena_done(&arena);
}

/* Read in the block that is kept, which nobody may do but here. */
static void test_wipe_leaves_nothing(void **state)
{
	struct arena arena = {0};
	(void)state;
	const char *secret = arena_string(&arena, bytes_of_string("canary"));
	arena_wipe(&arena);
	assert_int_equal(arena.used, 0);
	ASAN_UNPOISON_MEMORY_REGION(secret, sizeof("canary"));
	for (size_t i = 0; i < sizeof("canary"); i++)
		assert_int_equal(secret[i], 0);
	assert_ptr_equal(arena_get(&arena, 1), secret);
	arena_done(&arena);
}

static void test_reset_frees_a_huge_block(void **state)
{
	(void)state;
	struct arena arena = {0};
	(void)arena_get(&arena, 5 * 1024 * 1024);
	arena_reset(&arena);
	assert_null(arena.block);
	(void)arena_get(&arena, 10);
	(void)arena_get(&arena, 5 * 1024 * 1024);
	arena_reset(&arena);
	assert_non_null(arena.block);
	arena_done(&arena);
}

static void test_copies(void **state)
{
	(void)state;
	struct arena arena = {0};
	struct bytes absent = {NULL, 0}, empty = bytes_of_string("");
	assert_null(arena_copy(&arena, absent).data);
	assert_non_null(arena_copy(&arena, empty).data);
	assert_int_equal(arena_copy(&arena, empty).size, 0);
	char text[] = "referral";
	struct bytes copy = arena_copy(&arena, bytes_of(text, 5));
	char *string = arena_string(&arena, bytes_of(text, 5));
	text[0] = 'X';
	assert_true(bytes_equal_string(copy, "refer"));
	assert_int_equal(copy.data[copy.size], '\0');
	assert_string_equal(string, "refer");
	assert_string_equal(arena_string(&arena, absent), "");
	assert_string_equal(arena_format(&arena, "%s-%03d", "wsp", 7), "wsp-007");
	assert_int_equal(strlen(arena_format(&arena, "%9000d", 1)), 9000);
	for (int size = 250; size < 260; size++) {
		const char *made = arena_format(&arena, "%*d", size, 7);
		assert_int_equal(strlen(made), size);
		assert_int_equal(made[size - 1], '7');
	}
	arena_done(&arena);
}

static void array_overflows(void)
{
	struct arena arena = {0};
	(void)arena_get_array(&arena, SIZE_MAX / 8 + 1, 8);
}

static void size_overflows(void)
{
	struct arena arena = {0};
	(void)arena_get(&arena, SIZE_MAX);
}

static void size_overflows_with_header(void)
{
	struct arena arena = {0};
	(void)arena_get(&arena, SIZE_MAX - 32);
}

static void memory_overflows(void)
{
	(void)memory_get_zeroed(SIZE_MAX / 4, 5);
}

static void test_overflow_aborts(void **state)
{
	(void)state;
	assert_true(unit_aborts(array_overflows));
	assert_true(unit_aborts(size_overflows));
	assert_true(unit_aborts(size_overflows_with_header));
	assert_true(unit_aborts(memory_overflows));
}

static void test_memory(void **state)
{
	(void)state;
	int *numbers = memory_get_zeroed(3, sizeof(*numbers));
	assert_int_equal(numbers[2], 0);
	numbers[2] = 5;
	numbers = memory_resize(numbers, 1000 * sizeof(*numbers));
	assert_int_equal(numbers[2], 5);
	free(numbers);
	free(memory_get(0));
	free(memory_get_zeroed(0, 8));
	char *text = memory_string("desk");
	assert_string_equal(text, "desk");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_aligned_zeroed_apart),
		cmocka_unit_test(test_many_blocks_keep_their_content),
		cmocka_unit_test(test_used),
		cmocka_unit_test(test_reset_keeps_one_block),
		cmocka_unit_test(test_wipe_leaves_nothing),
		cmocka_unit_test(test_reset_frees_a_huge_block),
		cmocka_unit_test(test_copies),
		cmocka_unit_test(test_overflow_aborts),
		cmocka_unit_test(test_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
