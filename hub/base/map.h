/* map - hash index of pointers to objects that hold their own 16-byte key: 9 bytes per place. */
#ifndef HUB_BASE_MAP_H
#define HUB_BASE_MAP_H

#include <stddef.h>
#include <stdint.h>

/* Gives the 16-byte key that an entry's object holds; must not change while the object is in the
 * map. `context` is what map_init got. Ids are HMACs, so nobody outside can choose colliding ones:
 * their bytes are mixed, not hashed with a key. */
typedef const uint8_t *map_key_fn(const void *entry, const void *context);

/* Open addressing, linear probing, at most 7/8 full, grows by 1.5. A byte of the hash beside each
 * place saves the look at an object that is not the one. Zeroed is not valid: map_init first. */
struct map {
	map_key_fn *key;
	const void *context;
	void **places;
	uint8_t *tags; /* 0: the place is free */
	size_t capacity, count;
};

void map_init(struct map *map, map_key_fn *key, const void *context);
void *map_find(const struct map *map, const uint8_t key[16]); /* NULL: not there */
/* Returns the entry with the same key that it replaced, or NULL. */
void *map_put(struct map *map, void *entry);
void *map_remove(struct map *map, const uint8_t key[16]); /* returns it, or NULL */
/* Goes over all entries: start with *at = 0; NULL at the end. The map must not change meanwhile. */
void *map_next(const struct map *map, size_t *at);
/* Frees the places, not the entries; empty again, and as usable as after map_init. */
void map_done(struct map *map);

#endif
