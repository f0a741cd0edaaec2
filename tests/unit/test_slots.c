/* test_slots - slots keep what is written to them, lie close together, and leave nothing behind. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "hub/flow/store/slots.h"

#define COUNT 5000

static void *parts[COUNT];
static size_t sizes[COUNT];

static void fill(struct slots *slots, size_t i, size_t size)
{
	sizes[i] = size;
	parts[i] = slots_get(slots, size);
	assert_int_equal((uintptr_t)parts[i] % SLOTS_STEP, 0);
	memset(parts[i], (int)(i % 251), size);
}

static void put(struct slots *slots, size_t i)
{
	const uint8_t *part = parts[i];
	for (size_t k = 0; k < sizes[i]; k++)
		assert_int_equal(part[k], i % 251);
	slots_put(slots, parts[i], sizes[i]);
	parts[i] = NULL;
}

static void assert_empty(const struct slots *slots)
{
	for (size_t i = 0; i < UNIT_COUNT(slots->roomy); i++)
		assert_null(slots->roomy[i]);
}

static void test_random(void **state)
{
	(void)state;
	static struct slots slots;
	uint64_t seed = 1;
	for (int step = 0; step < 100000; step++) {
		size_t i = unit_random(&seed) % COUNT;
		if (parts[i])
			put(&slots, i);
		else
			fill(&slots, i, unit_random(&seed) % (SLOTS_LARGEST + 50));
	}
	for (size_t i = 0; i < COUNT; i++)
		if (parts[i])
			put(&slots, i);
	assert_empty(&slots);
	slots_put(&slots, NULL, 0);
}

static int compare(const void *left, const void *right)
{
	void *const *a = left, *const *b = right;
	return (*a > *b) - (*a < *b);
}

/* How many of these parts are not where the one before them ends. */
static size_t gaps(size_t size)
{
	static void *sorted[COUNT];
	size_t count = 0;
	memcpy(sorted, parts, sizeof(parts));
	qsort(sorted, COUNT, sizeof(sorted[0]), compare);
	for (size_t i = 1; i < COUNT; i++)
		count += (uint8_t *)sorted[i - 1] + size != sorted[i];
	return count;
}

/* 240 bytes each: 272 in 64 KiB, as full after all have changed in turn as at first. */
static void test_close_together(void **state)
{
	(void)state;
	static struct slots slots;
	for (size_t i = 0; i < COUNT; i++)
		fill(&slots, i, 233);
	assert_int_equal(gaps(240), COUNT / 272);
	for (size_t i = 0; i < COUNT; i++) {
		put(&slots, i);
		fill(&slots, i, 240);
	}
	assert_int_equal(gaps(240), COUNT / 272);
	for (size_t i = 0; i < COUNT; i++)
		put(&slots, i);
	assert_empty(&slots);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_close_together),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
