/* index - finds numbered things by the hash of a key that they hold themselves. */
#include "hub/flow/store/index.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/memory.h"

#define CAPACITY_FIRST 64

struct index_place {
	uint32_t number; /* plus one; 0: free */
	uint32_t hash;
};

/* Ids are HMACs but for their first 12 bits, which are equal within a partition. */
static uint32_t hash_of(const uint8_t key[16])
{
	uint64_t half[2];
	memcpy(half, key, sizeof(half));
	uint64_t mixed = (half[0] ^ half[1]) * UINT64_C(0xbf58476d1ce4e5b9);
	return (uint32_t)(mixed >> 32);
}

/* Scales the hash to the capacity, which need not be a power of two. */
static size_t home(const struct index *index, uint32_t hash)
{
	return (size_t)((uint64_t)hash * index->capacity >> 32);
}

static size_t after(const struct index *index, size_t at)
{
	return at + 1 < index->capacity ? at + 1 : 0;
}

/* Where the key is, or the capacity. */
static size_t seek(const struct index *index, const struct index_query *query)
{
	if (index->count == 0)
		return index->capacity;
	uint32_t hash = hash_of(query->key);
	size_t at = home(index, hash);
	for (; index->places[at].number != 0; at = after(index, at))
		if (index->places[at].hash == hash &&
			query->holds(query->context, index->places[at].number - 1, query->key))
			return at;
	return index->capacity;
}

static void place(struct index *index, struct index_place entry)
{
	size_t at = home(index, entry.hash);
	while (index->places[at].number != 0)
		at = after(index, at);
	index->places[at] = entry;
}

static void grow(struct index *index)
{
	struct index old = *index;
	index->capacity = old.capacity ? old.capacity + old.capacity / 2 : CAPACITY_FIRST;
	assert(index->capacity <= UINT32_MAX);
	index->places = memory_get_zeroed(index->capacity, sizeof(struct index_place));
	for (size_t i = 0; i < old.capacity; i++)
		if (old.places[i].number != 0)
			place(index, old.places[i]);
	free(old.places);
}

uint32_t index_find(const struct index *index, const struct index_query *query)
{
	size_t at = seek(index, query);
	return at < index->capacity ? index->places[at].number - 1 : INDEX_NONE;
}

void index_add(struct index *index, const uint8_t key[16], uint32_t number)
{
	assert(number < INDEX_NONE);
	if (index->count + 1 > index->capacity - index->capacity / 8)
		grow(index);
	place(index, (struct index_place){number + 1, hash_of(key)});
	index->count++;
}

/* Whether going on from `from` one passes `hole` before `at`. */
static bool reaches(size_t from, size_t hole, size_t at)
{
	if (from <= at)
		return from <= hole && hole < at;
	return from <= hole || hole < at;
}

/* Moves later ones of the run into the hole, so that no marks of removed ones pile up. */
void index_remove(struct index *index, const struct index_query *query)
{
	size_t hole = seek(index, query);
	if (hole == index->capacity)
		return;
	for (size_t at = after(index, hole); index->places[at].number != 0; at = after(index, at)) {
		if (!reaches(home(index, index->places[at].hash), hole, at))
			continue;
		index->places[hole] = index->places[at];
		hole = at;
	}
	index->places[hole] = (struct index_place){0, 0};
	index->count--;
}

void index_done(struct index *index)
{
	free(index->places);
	*index = (struct index){0};
}
