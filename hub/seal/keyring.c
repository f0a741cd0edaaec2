/* keyring - the data keys of clients: made, wrapped by a master key, found again, and gone when
 * erased. */
#include "hub/seal/keyring.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/map.h"
#include "hub/base/memory.h"

/* In a ring of entries, last used first; free ones are at the end and have no time. */
struct entry {
	struct seal_key key;
	struct entry *newer, *older;
	int64_t checked_at;
	uint64_t erasures; /* of the source, when it was checked */
	bool used, stored;
	bool seen; /* by a look-up */
};

struct keyring {
	struct keyring_source source;
	struct keyring_master *masters; /* seal_memory */
	size_t masters_count;
	struct entry *entries; /* seal_memory */
	struct entry *newest, *oldest;
	struct map by_owner, by_id;
	struct keyring_record record;
	uint64_t erasures; /* of the source, before it is asked */
	char (*names)[KEYRING_MASTER_SIZE];
};

static const uint8_t *owner_of(const void *entry, const void *context)
{
	(void)context;
	return ((const struct entry *)entry)->key.id;
}

/* Half of the owner and all that is random: whole ids are compared after the look-up. */
static const uint8_t *tail_of(const void *entry, const void *context)
{
	(void)context;
	return ((const struct entry *)entry)->key.id + SEAL_KEY_ID_SIZE - 16;
}

static enum outcome check_masters(const struct keyring_options *options, struct err *err)
{
	if (options->masters_count == 0)
		return err_set(err, REJECT, "no master key to wrap data keys with");
	for (size_t i = 0; i < options->masters_count; i++) {
		const char *name = options->masters[i].name;
		if (strlen(name) >= KEYRING_MASTER_SIZE)
			return err_set(err, REJECT, "master key %s: name longer than %d", name,
				KEYRING_MASTER_SIZE - 1);
		for (size_t j = 0; j < i; j++)
			if (strcmp(options->masters[j].name, name) == 0)
				return err_set(err, REJECT, "master key %s: there twice", name);
	}
	return OK;
}

static void link_entries(struct keyring *ring, size_t capacity)
{
	for (size_t i = 0; i < capacity; i++) {
		ring->entries[i].newer = i == 0 ? NULL : &ring->entries[i - 1];
		ring->entries[i].older = i + 1 == capacity ? NULL : &ring->entries[i + 1];
	}
	ring->newest = &ring->entries[0];
	ring->oldest = &ring->entries[capacity - 1];
}

enum outcome keyring_new(
	struct keyring **out, const struct keyring_options *options, struct err *err)
{
	assert(options->capacity > 0);
	if (check_masters(options, err) != OK)
		return err->outcome;
	struct keyring *ring = memory_get_zeroed(1, sizeof(*ring));
	ring->source = options->source;
	ring->masters_count = options->masters_count;
	ring->masters = seal_memory(memory_product(ring->masters_count, sizeof(*ring->masters)));
	ring->names = memory_get_zeroed(ring->masters_count, sizeof(*ring->names));
	for (size_t i = 0; i < ring->masters_count; i++) {
		ring->masters[i] = options->masters[i];
		strcpy(ring->names[i], options->masters[i].name);
		ring->masters[i].name = ring->names[i];
	}
	ring->entries = seal_memory(memory_product(options->capacity, sizeof(*ring->entries)));
	link_entries(ring, options->capacity);
	map_init(&ring->by_owner, owner_of, NULL);
	map_init(&ring->by_id, tail_of, NULL);
	*out = ring;
	return OK;
}

void keyring_free(struct keyring *ring)
{
	if (ring == NULL)
		return;
	map_done(&ring->by_owner);
	map_done(&ring->by_id);
	seal_memory_free(ring->entries);
	seal_memory_free(ring->masters);
	free(ring->names);
	free(ring);
}

static void unlink_entry(struct keyring *ring, struct entry *entry)
{
	*(entry->newer != NULL ? &entry->newer->older : &ring->newest) = entry->older;
	*(entry->older != NULL ? &entry->older->newer : &ring->oldest) = entry->newer;
}

static void put_first(struct keyring *ring, struct entry *entry)
{
	unlink_entry(ring, entry);
	entry->newer = NULL;
	entry->older = ring->newest;
	*(ring->newest != NULL ? &ring->newest->newer : &ring->oldest) = entry;
	ring->newest = entry;
}

static void put_last(struct keyring *ring, struct entry *entry)
{
	unlink_entry(ring, entry);
	entry->older = NULL;
	entry->newer = ring->oldest;
	*(ring->oldest != NULL ? &ring->oldest->older : &ring->newest) = entry;
	ring->oldest = entry;
}

static void forget(struct keyring *ring, struct entry *entry)
{
	if (!entry->used)
		return;
	if (map_find(&ring->by_owner, owner_of(entry, NULL)) == entry)
		map_remove(&ring->by_owner, owner_of(entry, NULL));
	if (map_find(&ring->by_id, tail_of(entry, NULL)) == entry)
		map_remove(&ring->by_id, tail_of(entry, NULL));
	sodium_memzero(&entry->key, sizeof(entry->key));
	entry->used = false;
	put_last(ring, entry);
}

static struct entry *keep(
	struct keyring *ring, const struct seal_key *key, bool stored, int64_t now)
{
	struct entry *entry = ring->oldest;
	forget(ring, entry);
	entry->key = *key;
	entry->used = true;
	entry->stored = stored;
	entry->seen = false;
	entry->checked_at = now;
	entry->erasures = ring->erasures;
	map_put(&ring->by_owner, entry);
	map_put(&ring->by_id, entry);
	put_first(ring, entry);
	return entry;
}

static struct entry *find_by_id(struct keyring *ring, const uint8_t id[SEAL_KEY_ID_SIZE])
{
	struct entry *entry = map_find(&ring->by_id, id + SEAL_KEY_ID_SIZE - 16);
	return entry != NULL && memcmp(entry->key.id, id, SEAL_KEY_ID_SIZE) == 0 ? entry : NULL;
}

static void wrap(struct keyring *ring, const struct seal_key *key)
{
	struct buffer wrapped = {0};
	seal_wrap(ring->masters[0].secret, key, &wrapped);
	memcpy(ring->record.id, key->id, SEAL_KEY_ID_SIZE);
	strcpy(ring->record.master, ring->masters[0].name);
	assert(wrapped.size == KEYRING_WRAPPED_SIZE);
	memcpy(ring->record.wrapped, wrapped.data, KEYRING_WRAPPED_SIZE);
	buffer_done(&wrapped);
}

static const struct keyring_master *find_master(const struct keyring *ring, const char *name)
{
	for (size_t i = 0; i < ring->masters_count; i++)
		if (strcmp(ring->masters[i].name, name) == 0)
			return &ring->masters[i];
	return NULL;
}

static enum outcome unwrap(const struct keyring *ring, const struct keyring_record *record,
	struct seal_key *key, struct err *err)
{
	const struct keyring_master *named = find_master(ring, record->master);
	if (named == NULL)
		return err_set(err, RETRY,
			"data key: wrapped by master key \"%s\", which the configuration does not "
			"have",
			record->master);
	memcpy(key->id, record->id, SEAL_KEY_ID_SIZE);
	if (seal_unwrap(named->secret, bytes_of(record->wrapped, KEYRING_WRAPPED_SIZE), key, err) ==
		OK)
		return OK;
	return err_set(err, RETRY,
		"data key: not wrapped by the master key \"%s\" of the configuration",
		record->master);
}

/* Not found: it was there before, or would have come by now. */
static bool is_erased(const struct entry *entry, int64_t now)
{
	return entry->seen || now - entry->checked_at >= KEYRING_ARRIVAL_MS;
}

static bool may_be_erased(const struct keyring *ring, const struct entry *entry)
{
	return ring->source.erasures == NULL || ring->erasures != entry->erasures;
}

/* In memory and not looked up too long ago; an erased one is forgotten. While the source cannot be
 * asked, it is trusted on. */
static struct entry *still_good(struct keyring *ring, struct entry *entry, int64_t now)
{
	struct keyring_record record;
	struct err err = {0};
	bool found = true;
	if (ring->source.erasures != NULL)
		ring->erasures = ring->source.erasures(ring->source.context);
	if (entry == NULL || !may_be_erased(ring, entry) ||
		now - entry->checked_at < KEYRING_TRUST_MS)
		return entry;
	if (ring->source.by_id(ring->source.context, entry->key.id, &record, &found, &err) != OK)
		return entry;
	if (found) {
		entry->seen = true;
		entry->checked_at = now;
		entry->erasures = ring->erasures;
	} else if (is_erased(entry, now)) {
		forget(ring, entry);
		return NULL;
	}
	return entry;
}

/* What cannot be read is as good as not there: a second key of one owner does no harm. */
static struct entry *stored_of_owner(
	struct keyring *ring, const uint8_t owner[KEYRING_OWNER_SIZE], int64_t now)
{
	struct keyring_record record;
	struct seal_key key;
	struct err err = {0};
	bool found = false;
	if (ring->source.by_owner(ring->source.context, owner, &record, &found, &err) != OK ||
		!found || unwrap(ring, &record, &key, &err) != OK)
		return NULL;
	struct entry *entry = keep(ring, &key, true, now);
	entry->seen = true;
	seal_wipe(&key, sizeof(key));
	return entry;
}

static struct entry *new_of_owner(
	struct keyring *ring, const uint8_t owner[KEYRING_OWNER_SIZE], int64_t now)
{
	struct seal_key key;
	memcpy(key.id, owner, KEYRING_OWNER_SIZE);
	randombytes_buf(key.id + KEYRING_OWNER_SIZE, SEAL_KEY_ID_SIZE - KEYRING_OWNER_SIZE);
	randombytes_buf(key.secret, SEAL_SECRET_SIZE);
	struct entry *entry = keep(ring, &key, false, now);
	seal_wipe(&key, sizeof(key));
	return entry;
}

void keyring_to_seal(struct keyring *ring, const uint8_t owner[KEYRING_OWNER_SIZE], int64_t now,
	struct seal_key *key, const struct keyring_record **store)
{
	struct entry *entry = still_good(ring, map_find(&ring->by_owner, owner), now);
	if (entry == NULL)
		entry = stored_of_owner(ring, owner, now);
	if (entry == NULL)
		entry = new_of_owner(ring, owner, now);
	put_first(ring, entry);
	*key = entry->key;
	*store = NULL;
	if (entry->stored)
		return;
	wrap(ring, &entry->key);
	*store = &ring->record;
}

void keyring_stored(struct keyring *ring, const uint8_t id[SEAL_KEY_ID_SIZE])
{
	struct entry *entry = find_by_id(ring, id);
	if (entry != NULL)
		entry->stored = true;
}

static enum outcome look_up(struct keyring *ring, const uint8_t id[SEAL_KEY_ID_SIZE],
	struct keyring_record *record, struct err *err)
{
	bool found = false;
	if (ring->source.by_id(ring->source.context, id, record, &found, err) != OK)
		return err->outcome;
	return found ? OK : err_set(err, REJECT, "data key: not there, or erased");
}

enum outcome keyring_to_open(struct keyring *ring, const uint8_t id[SEAL_KEY_ID_SIZE], int64_t now,
	struct seal_key *key, struct err *err)
{
	struct keyring_record record;
	struct entry *entry = still_good(ring, find_by_id(ring, id), now);
	if (entry != NULL) {
		put_first(ring, entry);
		*key = entry->key;
		return OK;
	}
	if (look_up(ring, id, &record, err) != OK || unwrap(ring, &record, key, err) != OK)
		return err->outcome;
	keep(ring, key, true, now)->seen = true;
	return OK;
}
