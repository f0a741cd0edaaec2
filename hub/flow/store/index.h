/* index - finds numbered things by the hash of a key that they hold themselves: 8 bytes per place.
 */
#ifndef HUB_FLOW_STORE_INDEX_H
#define HUB_FLOW_STORE_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* base/map keeps a pointer to where each key lies. Here the keys lie inside of records that move
 * and change at every update, so a place holds the thing's number and 32 bits of the key's hash,
 * and the owner of the things says whether one holds the key. An update then leaves the index as it
 * is, and growing reads no keys. Zeroed is empty. */
struct index_place;

struct index {
	struct index_place *places; /* open addressing, linear probing, at most 7/8 full */
	size_t capacity, count;
};

#define INDEX_NONE UINT32_MAX

/* Whether the thing with this number holds the key that is looked for. */
typedef bool index_holds_fn(const void *context, uint32_t number, const uint8_t key[16]);

struct index_query {
	const uint8_t *key; /* 16 bytes */
	index_holds_fn *holds;
	const void *context;
};

uint32_t index_find(const struct index *index, const struct index_query *query); /* or INDEX_NONE */
void index_add(struct index *index, const uint8_t key[16], uint32_t number); /* not in it yet */
void index_remove(struct index *index, const struct index_query *query); /* or nothing */
void index_done(struct index *index);

#endif
