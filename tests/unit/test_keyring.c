/* test_keyring - data keys are stored before use, found again, rotated with their master, and gone
 * when erased. */
#include "tests/unit/unit.h"

#include <string.h>

#include "hub/seal/keyring.h"

/* What topic keys holds, and what the view has read of it. */
struct store {
	struct keyring_record records[16];
	size_t count, seen; /* written; read by the view */
	bool away;
	int look_ups;
	uint64_t erasures;
};

static enum outcome find(struct store *store, struct bytes id, struct keyring_record *out,
	bool *found, struct err *err)
{
	store->look_ups++;
	if (store->away)
		return err_set(err, RETRY, "no view");
	*found = false;
	for (size_t i = 0; i < store->seen && !*found; i++)
		if (memcmp(store->records[i].id, id.data, id.size) == 0) {
			*out = store->records[i];
			*found = true;
		}
	return OK;
}

static enum outcome by_owner(void *context, const uint8_t owner[KEYRING_OWNER_SIZE],
	struct keyring_record *out, bool *found, struct err *err)
{
	return find(context, bytes_of(owner, KEYRING_OWNER_SIZE), out, found, err);
}

static enum outcome by_id(void *context, const uint8_t id[SEAL_KEY_ID_SIZE],
	struct keyring_record *out, bool *found, struct err *err)
{
	return find(context, bytes_of(id, SEAL_KEY_ID_SIZE), out, found, err);
}

static uint64_t erasures(void *context)
{
	return ((struct store *)context)->erasures;
}

static void put(struct store *store, const struct keyring_record *record)
{
	store->records[store->count++] = *record;
}

static const struct keyring_master masters[] = {
	{.name = "2026", .secret = {1}}, {.name = "2025", .secret = {2}}};

static struct keyring *new_ring(
	struct store *store, const struct keyring_master *with, size_t count, size_t capacity)
{
	const struct keyring_options options = {.masters = with,
		.masters_count = count,
		.capacity = capacity,
		.source = {.by_owner = by_owner,
			.by_id = by_id,
			.erasures = store->erasures != 0 ? erasures : NULL,
			.context = store}};
	struct keyring *ring = NULL;
	struct err err = {0};
	assert_int_equal(keyring_new(&ring, &options, &err), OK);
	return ring;
}

static const uint8_t anna[KEYRING_OWNER_SIZE] = {0xa, 1, 2, 3};
static const uint8_t bo[KEYRING_OWNER_SIZE] = {0xb, 1, 2, 3};

static void assert_same(const struct seal_key *a, const struct seal_key *b)
{
	assert_memory_equal(a, b, sizeof(*a));
}

static void test_new_key_is_given_until_stored(void **state)
{
	(void)state;
	struct store store = {0};
	struct keyring *ring = new_ring(&store, masters, 2, 4);
	const struct keyring_record *record = NULL;
	struct seal_key first;
	struct seal_key again;
	keyring_to_seal(ring, anna, 0, &first, &record);
	assert_non_null(record);
	assert_memory_equal(record->id, anna, KEYRING_OWNER_SIZE);
	assert_string_equal(record->master, "2026");
	assert_null(memmem(record, sizeof(*record), first.secret, 8));
	keyring_to_seal(ring, anna, 0, &again, &record);
	assert_non_null(record);
	assert_same(&first, &again);
	keyring_stored(ring, first.id);
	keyring_to_seal(ring, anna, 0, &again, &record);
	assert_null(record);
	assert_same(&first, &again);
	keyring_to_seal(ring, bo, 0, &again, &record);
	assert_non_null(record);
	assert_memory_not_equal(first.secret, again.secret, SEAL_SECRET_SIZE);
	keyring_free(ring);
}

static void test_stored_key_is_found_by_another_process(void **state)
{
	(void)state;
	struct store store = {0};
	struct keyring *ring = new_ring(&store, masters, 2, 4);
	const struct keyring_record *record = NULL;
	struct err err = {0};
	struct seal_key made;
	struct seal_key found;
	keyring_to_seal(ring, anna, 0, &made, &record);
	put(&store, record);
	keyring_free(ring);

	ring = new_ring(&store, masters, 2, 4);
	assert_int_equal(keyring_to_open(ring, made.id, 0, &found, &err), REJECT);
	store.seen = store.count;
	assert_int_equal(keyring_to_open(ring, made.id, 0, &found, &err), OK);
	assert_same(&made, &found);
	keyring_free(ring);

	ring = new_ring(&store, masters, 2, 4);
	keyring_to_seal(ring, anna, 0, &found, &record);
	assert_null(record);
	assert_same(&made, &found);
	keyring_free(ring);
}

static void test_what_is_not_there_is_no_failure(void **state)
{
	(void)state;
	struct store store = {0};
	struct keyring *ring = new_ring(&store, masters, 2, 4);
	struct seal_key key;
	struct err err = {0};
	const uint8_t id[SEAL_KEY_ID_SIZE] = {9};
	assert_int_equal(keyring_to_open(ring, id, 0, &key, &err), REJECT);
	assert_string_equal(err.text, "data key: not there, or erased");
	store.away = true;
	assert_int_equal(keyring_to_open(ring, id, 0, &key, &err), RETRY);
	keyring_free(ring);
}

static void test_erased_key_leaves_memory(void **state)
{
	(void)state;
	struct store store = {0};
	struct keyring *ring = new_ring(&store, masters, 2, 4);
	const struct keyring_record *record = NULL;
	struct seal_key before;
	struct seal_key after;
	struct err err = {0};
	keyring_to_seal(ring, anna, 0, &before, &record);
	put(&store, record);
	store.seen = 1;
	keyring_stored(ring, before.id);
	store.count = store.seen = 0;
	keyring_to_seal(ring, anna, KEYRING_ARRIVAL_MS - 1, &after, &record);
	assert_same(&before, &after);
	store.away = true;
	keyring_to_seal(ring, anna, KEYRING_ARRIVAL_MS, &after, &record);
	assert_same(&before, &after);
	store.away = false;
	keyring_to_seal(ring, anna, KEYRING_ARRIVAL_MS, &after, &record);
	assert_memory_not_equal(&before, &after, sizeof(before));
	assert_non_null(record);
	assert_int_equal(keyring_to_open(ring, before.id, 0, &after, &err), REJECT);
	keyring_free(ring);
}

/* A view that tells of erasures is asked again only behind one. */
static void test_is_looked_up_only_behind_an_erasure(void **state)
{
	(void)state;
	struct store store = {.erasures = 1};
	struct keyring *ring = new_ring(&store, masters, 2, 4);
	const struct keyring_record *record = NULL;
	struct seal_key before;
	struct seal_key after;
	keyring_to_seal(ring, anna, 0, &before, &record);
	put(&store, record);
	keyring_stored(ring, before.id);
	store.seen = 1;
	store.look_ups = 0;
	keyring_to_seal(ring, anna, 5000, &after, &record);
	assert_int_equal(store.look_ups, 0);
	store.erasures++; /* somebody else's */
	keyring_to_seal(ring, anna, 10000, &after, &record);
	keyring_to_seal(ring, anna, 20000, &after, &record);
	assert_int_equal(store.look_ups, 1);
	assert_same(&before, &after);
	store.count = store.seen = 0;
	store.erasures++;
	keyring_to_seal(ring, anna, 30000, &after, &record);
	assert_memory_not_equal(&before, &after, sizeof(before));
	assert_non_null(record);
	keyring_free(ring);
}

/* Once it was found in the view, its absence there means that it was erased. */
static void test_erased_key_seals_no_more(void **state)
{
	(void)state;
	struct store store = {0};
	struct keyring *ring = new_ring(&store, masters, 2, 4);
	const struct keyring_record *record = NULL;
	struct seal_key before;
	struct seal_key after;
	keyring_to_seal(ring, anna, 0, &before, &record);
	put(&store, record);
	keyring_stored(ring, before.id);
	store.seen = 1;
	keyring_to_seal(ring, anna, 1000, &after, &record);
	assert_same(&before, &after);
	store.count = store.seen = 0;
	keyring_to_seal(ring, anna, 1999, &after, &record);
	assert_same(&before, &after);
	keyring_to_seal(ring, anna, 2000, &after, &record);
	assert_memory_not_equal(&before, &after, sizeof(before));
	assert_non_null(record);
	keyring_free(ring);
}

static void test_rotation_of_the_master_key(void **state)
{
	(void)state;
	struct store store = {0};
	struct keyring *ring = new_ring(&store, &masters[1], 1, 4);
	const struct keyring_record *record = NULL;
	struct seal_key old;
	struct seal_key key;
	struct err err = {0};
	keyring_to_seal(ring, anna, 0, &old, &record);
	put(&store, record);
	store.seen = 1;
	keyring_free(ring);

	ring = new_ring(&store, masters, 2, 4);
	assert_int_equal(keyring_to_open(ring, old.id, 0, &key, &err), OK);
	assert_same(&old, &key);
	keyring_free(ring);

	ring = new_ring(&store, masters, 1, 4);
	assert_int_equal(keyring_to_open(ring, old.id, 0, &key, &err), RETRY);
	assert_non_null(strstr(err.text, "\"2025\""));
	keyring_to_seal(ring, anna, 0, &key, &record);
	assert_non_null(record);
	assert_string_equal(record->master, "2026");
	keyring_free(ring);
}

static void test_least_recently_used_leaves(void **state)
{
	(void)state;
	struct store store = {0};
	struct keyring *ring = new_ring(&store, masters, 2, 3);
	const struct keyring_record *record = NULL;
	struct seal_key keys[5];
	struct seal_key key;
	uint8_t owner[KEYRING_OWNER_SIZE] = {0};
	for (uint8_t i = 0; i < 5; i++) {
		owner[3] = i;
		keyring_to_seal(ring, owner, 0, &keys[i], &record);
		keyring_stored(ring, keys[i].id);
		owner[3] = 0;
		keyring_to_seal(ring, owner, 0, &key, &record);
		assert_null(record);
		assert_same(&keys[0], &key);
	}
	for (uint8_t i = 1; i < 5; i++) {
		struct err err = {0};
		bool kept = keyring_to_open(ring, keys[i].id, 0, &key, &err) == OK;
		assert_int_equal(kept, i >= 3);
	}
	keyring_free(ring);
}

static void test_masters_are_checked(void **state)
{
	(void)state;
	static const struct keyring_master twice[] = {{.name = "a"}, {.name = "a"}};
	static const struct keyring_master long_one[] = {
		{.name = "0123456789012345678901234567890123456789012345678901234567890123"}};
	const struct {
		const struct keyring_master *masters;
		size_t count;
	} rows[] = {{NULL, 0}, {twice, 2}, {long_one, 1}};
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		const struct keyring_options options = {
			.masters = rows[i].masters, .masters_count = rows[i].count, .capacity = 1};
		struct keyring *ring = NULL;
		struct err err = {0};
		assert_int_equal(keyring_new(&ring, &options, &err), REJECT);
		assert_null(ring);
	}
	keyring_free(NULL);
}

int main(void)
{
	struct err err = {0};
	if (seal_start(&err) != OK)
		return 1;
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_new_key_is_given_until_stored),
		cmocka_unit_test(test_stored_key_is_found_by_another_process),
		cmocka_unit_test(test_what_is_not_there_is_no_failure),
		cmocka_unit_test(test_erased_key_leaves_memory),
		cmocka_unit_test(test_is_looked_up_only_behind_an_erasure),
		cmocka_unit_test(test_erased_key_seals_no_more),
		cmocka_unit_test(test_rotation_of_the_master_key),
		cmocka_unit_test(test_least_recently_used_leaves),
		cmocka_unit_test(test_masters_are_checked),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
