/* roll - the cases that a document named, each as 8 bytes: a million of them are 8 MB. */
#include "hub/flow/source/snapshot/roll.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/memory.h"

#define FIRST_CAPACITY 256

/* The same in every process, so that a document that is done again has the same name. Who chose
 * cases that meet would hide his own only. */
static const uint8_t keys[3][16] = {{1}, {2}, {3}};

void roll_add(struct roll *roll, struct bytes case_)
{
	if (case_.size == 0) {
		roll->nameless++;
		return;
	}
	roll->is_full = roll->is_full || roll->count == ROLL_MAX;
	if (roll->is_full)
		return;
	if (roll->count == roll->capacity) {
		roll->capacity = roll->capacity == 0 ? FIRST_CAPACITY : 2 * roll->capacity;
		roll->items = memory_resize(
			roll->items, memory_product(roll->capacity, sizeof(*roll->items)));
	}
	roll->items[roll->count++] = bytes_hash(case_, keys[0]);
}

static int compare(const void *a, const void *b)
{
	const uint64_t *left = a, *right = b;
	return (*left > *right) - (*left < *right);
}

void roll_close(struct roll *roll)
{
	size_t kept = 0;
	if (roll->count == 0)
		return;
	qsort(roll->items, roll->count, sizeof(*roll->items), compare);
	for (size_t i = 0; i < roll->count; i++)
		if (i == 0 || roll->items[i] != roll->items[i - 1])
			roll->items[kept++] = roll->items[i];
	roll->count = kept;
}

bool roll_has(const struct roll *roll, struct bytes case_)
{
	uint64_t hash = bytes_hash(case_, keys[0]);
	assert(!roll->is_full);
	return roll->count > 0 &&
		bsearch(&hash, roll->items, roll->count, sizeof(hash), compare) != NULL;
}

void roll_hash(const struct roll *roll, int64_t number, char out[ROLL_HASH_SIZE])
{
	struct bytes all = bytes_of(roll->items, roll->count * sizeof(*roll->items));
	uint64_t parts[3] = {(uint64_t)number}, hash[2];
	for (size_t i = 0; i < 2 && roll->count > 0; i++)
		parts[1 + i] = bytes_hash(all, keys[1 + i]);
	for (size_t i = 0; i < 2; i++)
		hash[i] = bytes_hash(bytes_of(parts, sizeof(parts)), keys[1 + i]);
	bytes_to_hex(bytes_of(hash, sizeof(hash)), out);
}

void roll_done(struct roll *roll)
{
	free(roll->items);
	*roll = (struct roll){0};
}
