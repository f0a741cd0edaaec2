/* test_map - the map against an array that knows the truth, and what an entry costs. */
#include "tests/unit/unit.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/map.h"

enum { UNIVERSE = 3000 };

/* The key does not stand at the start, so that a map that forgot its key function would fail. */
struct item {
	uint32_t number;
	uint8_t key[16];
};

static const uint8_t *key_of(const void *entry, const void *context)
{
	assert_string_equal(context, "context");
	return ((const struct item *)entry)->key;
}

/* How keys differ: at random as HMACs do, but with the slot in front; only in the last bytes; only
 * in the first. */
enum spread { RANDOM, LAST_BYTES, FIRST_BYTES };

static void make_key(uint8_t key[16], enum spread spread, uint32_t number)
{
	memset(key, 0, 16);
	uint64_t seed = number;
	for (size_t i = 0; spread == RANDOM && i < 16; i += 8) {
		uint64_t random = unit_random(&seed);
		memcpy(key + i, &random, sizeof(random));
	}
	if (spread == RANDOM)
		memcpy(key, "\xab\xc0", 2);
	else
		memcpy(key + (spread == LAST_BYTES ? 12 : 0), &number, sizeof(number));
}

/* Two items per key, so that putting one replaces the other. */
struct world {
	struct map map;
	struct item items[2][UNIVERSE];
	struct item *present[UNIVERSE];
	size_t count;
};

static struct world *world_new(enum spread spread)
{
	struct world *world = calloc(1, sizeof(*world));
	map_init(&world->map, key_of, "context");
	for (uint32_t i = 0; i < UNIVERSE; i++) {
		for (size_t twin = 0; twin < 2; twin++) {
			world->items[twin][i].number = i;
			make_key(world->items[twin][i].key, spread, i);
		}
	}
	return world;
}

static void world_free(struct world *world)
{
	map_done(&world->map);
	free(world);
}

static void put(struct world *world, struct item *item)
{
	assert_ptr_equal(map_put(&world->map, item), world->present[item->number]);
	world->count += world->present[item->number] == NULL;
	world->present[item->number] = item;
}

static void drop(struct world *world, uint32_t number)
{
	const uint8_t *key = world->items[0][number].key;
	assert_ptr_equal(map_remove(&world->map, key), world->present[number]);
	world->count -= world->present[number] != NULL;
	world->present[number] = NULL;
}

static void compare(const struct world *world)
{
	assert_int_equal(world->map.count, world->count);
	for (size_t i = 0; i < UNIVERSE; i++)
		assert_ptr_equal(map_find(&world->map, world->items[0][i].key), world->present[i]);
	size_t at = 0, seen = 0;
	for (const struct item *item; (item = map_next(&world->map, &at)) != NULL; seen++)
		assert_ptr_equal(world->present[item->number], item);
	assert_int_equal(seen, world->count);
	assert_null(map_next(&world->map, &at));
}

/* live: about how many of the numbers are used; small ones fill and empty the first places. */
static void play(enum spread spread, uint32_t live, uint64_t seed)
{
	struct world *world = world_new(spread);
	for (int step = 0; step < 20000; step++) {
		uint64_t random = unit_random(&seed);
		uint32_t number = (uint32_t)(random >> 32) % live;
		if (random % 100 < (step / 2000 % 2 == 0 ? 65 : 35))
			put(world, &world->items[random >> 8 & 1][number]);
		else
			drop(world, number);
		if (step % 500 == 0)
			compare(world);
	}
	compare(world);
	world_free(world);
}

static void test_against_model(void **state)
{
	(void)state;
	static const uint32_t live[] = {5, 14, 15, 30, 200, UNIVERSE};
	for (size_t i = 0; i < UNIT_COUNT(live); i++) {
		play(RANDOM, live[i], 11 + i);
		play(LAST_BYTES, live[i], 21 + i);
		play(FIRST_BYTES, live[i], 31 + i);
	}
}

/* All in one run of places, over the end of the table and on at its start. */
static void test_one_run_around_the_end(void **state)
{
	(void)state;
	struct world *world = world_new(RANDOM);
	for (uint32_t i = 0; i < 14; i++)
		put(world, &world->items[0][i]);
	assert_int_equal(world->map.capacity, 16);
	for (uint32_t i = 0; i < 14; i++) {
		drop(world, i);
		compare(world);
		put(world, &world->items[1][i]);
		compare(world);
	}
	world_free(world);
}

static void test_empty(void **state)
{
	(void)state;
	struct world *world = world_new(RANDOM);
	size_t at = 0;
	assert_null(map_find(&world->map, world->items[0][0].key));
	assert_null(map_remove(&world->map, world->items[0][0].key));
	assert_null(map_next(&world->map, &at));
	put(world, &world->items[0][0]);
	map_done(&world->map);
	assert_null(map_find(&world->map, world->items[0][0].key));
	assert_null(map_put(&world->map, &world->items[0][0]));
	world_free(world);
}

/* Real bytes of the heap per entry, at every count from 1,000: at most 8 bytes at half full. */
static void test_memory_per_entry(void **state)
{
	(void)state;
	enum { MOST = 50000, PAGE = 4096 };
	struct item *items = calloc(MOST, sizeof(*items));
	struct map map;
	map_init(&map, key_of, "context");
	for (uint32_t i = 0; i < MOST; i++) {
		make_key(items[i].key, RANDOM, i);
		assert_null(map_put(&map, &items[i]));
		size_t used = malloc_usable_size(map.places) + malloc_usable_size(map.tags);
		if (i >= 1000)
			assert_true(used <= (i + 1) * 16 + 2 * PAGE);
		assert_true(map.count * 8 <= map.capacity * 7);
	}
	map_done(&map);
	free(items);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_against_model),
		cmocka_unit_test(test_one_run_around_the_end),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_memory_per_entry),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
