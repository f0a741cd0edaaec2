/* store - the clients of one partition in memory: each as its Avro bytes, found by client or
 * referral, and the next due clock on top. */
#include "hub/flow/store/store.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/arena.h"
#include "hub/base/heap.h"
#include "hub/base/memory.h"
#include "hub/flow/store/index.h"
#include "hub/flow/store/slots.h"
#include "hub/handover/handover.h"

/* A client's record. The client's own id is the first field of the schema, so it is what the Avro
 * bytes begin with. */
struct entry {
	uint32_t size : 24;
	uint32_t referrals : 7;
	uint32_t in_batch : 1; /* was put in this batch; what was there before is in `before` */
	uint32_t due_second; /* of its live place in the heap; 0: it has none */
	uint8_t record[];
};

/* What a client was when the batch first touched it; entry NULL: unknown. */
struct before {
	uint32_t number;
	struct entry *entry;
};

/* Clients are numbered in the order they came. Indexes and heap hold numbers, which stay when
 * records move. */
struct store {
	struct entry **entries;
	size_t count, capacity;
	struct slots slots; /* where the entries lie */
	struct index clients, referrals;
	struct heap due; /* of number + 1 */
	struct before *before;
	size_t before_count, before_capacity;
	struct arena arena; /* to decode what is put back, or what forgot a referral */
};

struct store *store_new(void)
{
	return memory_get_zeroed(1, sizeof(struct store));
}

static void entry_free(struct store *store, struct entry *entry)
{
	if (entry)
		slots_put(&store->slots, entry, sizeof(*entry) + entry->size);
}

void store_free(struct store *store)
{
	if (!store)
		return;
	store_commit(store);
	for (size_t i = 0; i < store->count; i++)
		entry_free(store, store->entries[i]);
	index_done(&store->clients);
	index_done(&store->referrals);
	heap_done(&store->due);
	arena_done(&store->arena);
	free(store->entries);
	free(store->before);
	free(store);
}

static bool is_client(const void *context, uint32_t number, const uint8_t key[16])
{
	const struct store *store = context;
	return memcmp(store->entries[number]->record, key, 16) == 0;
}

/* Where in the record an id stands, from a place on; its size: nowhere. */
static size_t position(const struct entry *entry, size_t from, const uint8_t id[16])
{
	const uint8_t *at = memmem(entry->record + from, entry->size - from, id, 16);
	return at ? (size_t)(at - entry->record) : entry->size;
}

static bool names_referral(const void *context, uint32_t number, const uint8_t key[16])
{
	const struct store *store = context;
	const struct entry *entry = store->entries[number];
	return position(entry, 16, key) < entry->size;
}

static uint32_t find_client(const struct store *store, const uint8_t client[16])
{
	return index_find(&store->clients, &(struct index_query){client, is_client, store});
}

static uint32_t find_referral(const struct store *store, const uint8_t referral[16])
{
	return index_find(
		&store->referrals, &(struct index_query){referral, names_referral, store});
}

static struct bytes record_of(const struct store *store, uint32_t number)
{
	if (number == INDEX_NONE)
		return (struct bytes){0};
	return bytes_of(store->entries[number]->record, store->entries[number]->size);
}

struct bytes store_find(const struct store *store, const uint8_t client[16])
{
	return record_of(store, find_client(store, client));
}

struct bytes store_find_referral(const struct store *store, const uint8_t referral[16])
{
	return record_of(store, find_referral(store, referral));
}

/* Its own, and those that came after it was merged away: what names them is for it to send on. */
static size_t referrals_of(const struct client *client)
{
	return client->referrals_count + client->forwarded_count;
}

static const uint8_t *referral_at(const struct client *client, size_t at)
{
	return at < client->referrals_count ? client->referrals[at].referral.data
					    : client->forwarded[at - client->referrals_count].data;
}

static struct entry *entry_new(
	struct store *store, const struct client *client, struct bytes record)
{
	assert(record.size < 1u << 24 && referrals_of(client) < 1u << 7);
	assert(memcmp(record.data, client->client.data, 16) == 0);
	struct entry *entry = slots_get(&store->slots, sizeof(*entry) + record.size);
	*entry = (struct entry){
		.size = (uint32_t)record.size & 0xffffff,
		.referrals = (uint32_t)referrals_of(client) & 0x7f,
		.in_batch = 1,
	};
	memcpy(entry->record, record.data, record.size);
	return entry;
}

/* What was put decodes. Valid until the arena is reset. */
static void decode(struct arena *arena, const struct entry *entry, struct client *out)
{
	struct err err = {0};
	arena_reset(arena);
	enum outcome outcome =
		client_decode(out, bytes_of(entry->record, entry->size), arena, &err);
	assert(outcome == OK);
}

/* 4 bytes per client; what lies beyond them comes due at their end. */
static uint32_t second_of(int64_t due)
{
	int64_t second = due / 1000;
	if (second < 1)
		return 1;
	return second > UINT32_MAX ? UINT32_MAX : (uint32_t)second;
}

/* What is not yet in the heap earlier; an entry that comes up too early is put in again then. */
static void schedule(struct store *store, uint32_t number, const struct client *client)
{
	int64_t due;
	struct clock_id which;
	struct entry *entry = store->entries[number];
	if (!handover_next_due(client, &due, &which))
		return;
	uint32_t second = second_of(due);
	if (entry->due_second != 0 && entry->due_second <= second)
		return;
	entry->due_second = second;
	heap_push(&store->due, due, (void *)(uintptr_t)(number + 1));
}

/* Whether both have the same referrals: nearly always, and then the index stays as it is. */
static bool same_referrals(const struct entry *old, const struct client *client)
{
	size_t at = 16;
	if (old->referrals != referrals_of(client))
		return false;
	for (size_t i = 0; i < old->referrals && at < old->size; i++)
		at = position(old, at, referral_at(client, i));
	return at < old->size;
}

/* One client of the two that name a referral, if the survivor of a merge is in this partition too.
 */
struct namer {
	const struct store *store;
	uint32_t number;
};

static bool is_namer(const void *context, uint32_t number, const uint8_t key[16])
{
	const struct namer *namer = context;
	return number == namer->number && names_referral(namer->store, number, key);
}

static void remove_referrals(struct store *store, uint32_t number)
{
	struct client client;
	const struct namer namer = {store, number};
	decode(&store->arena, store->entries[number], &client);
	for (size_t i = 0; i < referrals_of(&client); i++)
		index_remove(&store->referrals,
			&(struct index_query){referral_at(&client, i), is_namer, &namer});
}

static void add_referrals(struct store *store, uint32_t number, const struct client *client)
{
	const struct namer namer = {store, number};
	for (size_t i = 0; i < referrals_of(client); i++) {
		const uint8_t *id = referral_at(client, i);
		if (index_find(&store->referrals, &(struct index_query){id, is_namer, &namer}) ==
			INDEX_NONE)
			index_add(&store->referrals, id, number);
	}
}

static void replace(
	struct store *store, uint32_t number, struct entry *entry, const struct client *client)
{
	const struct entry *old = store->entries[number];
	bool same = same_referrals(old, client);
	if (!same)
		remove_referrals(store, number);
	store->entries[number] = entry;
	if (!same)
		add_referrals(store, number, client);
}

static uint32_t add(struct store *store, struct entry *entry, const struct client *client)
{
	if (store->count == store->capacity) {
		store->capacity = store->capacity ? store->capacity + store->capacity / 4 : 64;
		store->entries = memory_resize(
			store->entries, memory_product(store->capacity, sizeof(struct entry *)));
	}
	uint32_t number = (uint32_t)store->count++;
	store->entries[number] = entry;
	index_add(&store->clients, entry->record, number);
	add_referrals(store, number, client);
	return number;
}

static void remember(struct store *store, uint32_t number, struct entry *entry)
{
	if (store->before_count == store->before_capacity) {
		store->before_capacity = store->before_capacity * 2 + 64;
		store->before = memory_resize(store->before,
			memory_product(store->before_capacity, sizeof(struct before)));
	}
	store->before[store->before_count++] = (struct before){number, entry};
}

void store_put(struct store *store, const struct client *client, struct bytes record)
{
	struct entry *entry = entry_new(store, client, record);
	uint32_t number = find_client(store, entry->record);
	if (number == INDEX_NONE) {
		number = add(store, entry, client);
		remember(store, number, NULL);
	} else {
		struct entry *old = store->entries[number];
		entry->due_second = old->due_second;
		replace(store, number, entry, client);
		if (old->in_batch)
			entry_free(store, old);
		else
			remember(store, number, old);
	}
	schedule(store, number, client);
}

/* The number of a live place in the heap; what was moved or put back since has another second. */
static uint32_t live(const struct store *store, struct heap_entry top)
{
	uint32_t number = (uint32_t)(uintptr_t)top.what - 1;
	if (number >= store->count || store->entries[number]->due_second != second_of(top.when))
		return INDEX_NONE;
	return number;
}

/* Whether the client has a clock that is due by then. Else its place moves to where it belongs. */
static bool is_due(struct store *store, uint32_t number, int64_t by, int64_t *due)
{
	struct client client;
	struct clock_id which;
	struct heap_entry ignored;
	decode(&store->arena, store->entries[number], &client);
	if (handover_next_due(&client, due, &which) && *due <= by)
		return true;
	heap_pop(&store->due, &ignored);
	store->entries[number]->due_second = 0;
	schedule(store, number, &client);
	return false;
}

bool store_due(struct store *store, int64_t until, int64_t *due, struct bytes *record)
{
	struct heap_entry top;
	while (heap_peek(&store->due, &top) && top.when <= until) {
		uint32_t number = live(store, top);
		if (number == INDEX_NONE) {
			heap_pop(&store->due, &top);
		} else if (is_due(store, number, top.when, due)) {
			*record = record_of(store, number);
			return true;
		}
	}
	return false;
}

void store_commit(struct store *store)
{
	for (size_t i = 0; i < store->before_count; i++) {
		entry_free(store, store->before[i].entry);
		store->entries[store->before[i].number]->in_batch = 0;
	}
	store->before_count = 0;
}

/* The last one that came goes first, so that its number is the highest. */
static void take_out(struct store *store, uint32_t number)
{
	struct entry *entry = store->entries[number];
	assert(number == store->count - 1);
	remove_referrals(store, number);
	index_remove(&store->clients, &(struct index_query){entry->record, is_client, store});
	store->count--;
	entry_free(store, entry);
}

static void put_back(struct store *store, struct before before)
{
	struct client client;
	struct entry *now = store->entries[before.number];
	struct arena arena = {0};
	decode(&arena, before.entry, &client);
	replace(store, before.number, before.entry, &client);
	before.entry->due_second = 0;
	schedule(store, before.number, &client);
	arena_done(&arena);
	entry_free(store, now);
}

void store_rollback(struct store *store)
{
	while (store->before_count > 0) {
		struct before before = store->before[--store->before_count];
		if (before.entry)
			put_back(store, before);
		else
			take_out(store, before.number);
	}
}

size_t store_count(const struct store *store)
{
	return store->count;
}

size_t store_referrals(const struct store *store)
{
	return store->referrals.count;
}
