/* map - hash index of pointers to objects that hold their own 16-byte key: 9 bytes per place. */
#include "hub/base/map.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/memory.h"

enum { KEY_SIZE = 16, CAPACITY_FIRST = 16 };

struct hash {
	uint64_t value;
	uint8_t tag;
};

/* One multiplication per half (constants of SplitMix64), so that ids with equal beginnings, as all
 * of one slot have, spread as well as others. */
static struct hash hash_of(const uint8_t key[KEY_SIZE])
{
	uint64_t half[2];
	memcpy(half, key, sizeof(half));
	uint64_t value = half[0] * UINT64_C(0xbf58476d1ce4e5b9) ^ half[1];
	value ^= value >> 32;
	value *= UINT64_C(0x94d049bb133111eb);
	uint8_t tag = (uint8_t)(value >> 24);
	return (struct hash){value, tag > 0 ? tag : 1};
}

/* Scales the upper half of the hash to the capacity, which need not be a power of two. */
static size_t home(const struct map *map, struct hash hash)
{
	return (size_t)((hash.value >> 32) * map->capacity >> 32);
}

static size_t after(const struct map *map, size_t at)
{
	return at + 1 < map->capacity ? at + 1 : 0;
}

static const uint8_t *key_at(const struct map *map, size_t at)
{
	return map->key(map->places[at], map->context);
}

/* The place of the key, or the free place where it belongs. The map has a free place. */
static size_t seek(const struct map *map, const uint8_t key[KEY_SIZE], struct hash hash)
{
	size_t at = home(map, hash);
	for (; map->tags[at] != 0; at = after(map, at)) {
		if (map->tags[at] == hash.tag && memcmp(key_at(map, at), key, KEY_SIZE) == 0)
			break;
	}
	return at;
}

static void grow(struct map *map)
{
	struct map old = *map;
	map->capacity = old.capacity > 0 ? old.capacity + old.capacity / 2 : CAPACITY_FIRST;
	assert(map->capacity <= UINT32_MAX);
	map->places = memory_get_zeroed(map->capacity, sizeof(void *));
	map->tags = memory_get_zeroed(map->capacity, 1);
	void *entry;
	for (size_t from = 0; (entry = map_next(&old, &from)) != NULL;) {
		const uint8_t *key = map->key(entry, map->context);
		struct hash hash = hash_of(key);
		size_t at = seek(map, key, hash);
		map->places[at] = entry;
		map->tags[at] = hash.tag;
	}
	free(old.places);
	free(old.tags);
}

void map_init(struct map *map, map_key_fn *key, const void *context)
{
	*map = (struct map){.key = key, .context = context};
}

void *map_find(const struct map *map, const uint8_t key[16])
{
	if (map->count == 0)
		return NULL;
	return map->places[seek(map, key, hash_of(key))];
}

void *map_put(struct map *map, void *entry)
{
	assert(entry != NULL);
	const uint8_t *key = map->key(entry, map->context);
	struct hash hash = hash_of(key);
	size_t at = map->capacity > 0 ? seek(map, key, hash) : 0;
	bool known = map->capacity > 0 && map->tags[at] != 0;
	if (!known && 8 * (map->count + 1) > 7 * map->capacity) {
		grow(map);
		at = seek(map, key, hash);
	}
	void *replaced = map->places[at];
	map->places[at] = entry;
	map->tags[at] = hash.tag;
	map->count += !known;
	return replaced;
}

/* Whether going on from `home` one passes `hole` before `at`. */
static bool reaches(size_t home, size_t hole, size_t at)
{
	if (home <= at)
		return home <= hole && hole < at;
	return home <= hole || hole < at;
}

/* Moves later entries of the run into the hole, so that no marks of removed ones pile up. */
static void close_hole(struct map *map, size_t hole)
{
	for (size_t at = after(map, hole); map->tags[at] != 0; at = after(map, at)) {
		if (!reaches(home(map, hash_of(key_at(map, at))), hole, at))
			continue;
		map->places[hole] = map->places[at];
		map->tags[hole] = map->tags[at];
		hole = at;
	}
	map->places[hole] = NULL;
	map->tags[hole] = 0;
}

void *map_remove(struct map *map, const uint8_t key[16])
{
	if (map->count == 0)
		return NULL;
	size_t at = seek(map, key, hash_of(key));
	void *removed = map->places[at];
	if (removed == NULL)
		return NULL;
	close_hole(map, at);
	map->count--;
	return removed;
}

void *map_next(const struct map *map, size_t *at)
{
	while (*at < map->capacity) {
		void *entry = map->places[(*at)++];
		if (entry != NULL)
			return entry;
	}
	return NULL;
}

void map_done(struct map *map)
{
	free(map->places);
	free(map->tags);
	map_init(map, map->key, map->context);
}
