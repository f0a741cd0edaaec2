/* seen - what the view may have, without a look at its file: a Bloom filter that the view's thread
 * fills and other threads ask. */
#include "hub/view/seen.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "hub/base/memory.h"
#include "hub/view/database.h"

/* Split blocks: a hash chooses a block of one line of the processor's cache with its first 16 bits,
 * and one bit of each of its words with 6 more. */
#define BLOCKS 65536
#define WORDS 8

struct seen {
	uint8_t secret[16];
	atomic_bool loaded;
	_Atomic uint64_t (*blocks)[WORDS];
};

struct seen *seen_new(void)
{
	struct seen *seen = memory_get_zeroed(1, sizeof(*seen));
	crypto_shorthash_keygen(seen->secret);
	seen->blocks = memory_get_zeroed(BLOCKS, sizeof(*seen->blocks));
	return seen;
}

void seen_free(struct seen *seen)
{
	if (seen == NULL)
		return;
	free(seen->blocks);
	free(seen);
}

static uint64_t bit_of(uint64_t hash, int word)
{
	return UINT64_C(1) << (hash >> (6 * word) & 63);
}

static void add(struct seen *seen, uint64_t hash)
{
	for (int word = 0; word < WORDS; word++)
		atomic_fetch_or_explicit(
			&seen->blocks[hash >> 48][word], bit_of(hash, word), memory_order_relaxed);
}

static bool may_have(const struct seen *seen, uint64_t hash)
{
	if (!atomic_load(&seen->loaded))
		return true;
	for (int word = 0; word < WORDS; word++)
		if (!(atomic_load_explicit(&seen->blocks[hash >> 48][word], memory_order_relaxed) &
			    bit_of(hash, word)))
			return false;
	return true;
}

/* What two cases with long names share is a look too many, so their ends may be left out. */
static uint64_t hash_of_case(const struct seen *seen, struct bytes partner, struct bytes case_)
{
	uint8_t text[256];
	size_t first = partner.size < 32 ? partner.size : 32;
	size_t second = case_.size < sizeof(text) - 32 ? case_.size : sizeof(text) - 32;
	memcpy(text, partner.data, first);
	memcpy(text + first, case_.data, second);
	return bytes_hash(bytes_of(text, first + second), seen->secret);
}

static uint64_t hash_of_key(const struct seen *seen, const uint8_t owner[16])
{
	return bytes_hash(bytes_of(owner, 16), seen->secret);
}

void seen_add_case(struct seen *seen, struct bytes partner, struct bytes case_)
{
	if (partner.size > 0 && case_.size > 0)
		add(seen, hash_of_case(seen, partner, case_));
}

void seen_add_key(struct seen *seen, const uint8_t owner[16])
{
	add(seen, hash_of_key(seen, owner));
}

bool seen_may_have_case(const struct seen *seen, struct bytes partner, struct bytes case_)
{
	return partner.size > 0 && case_.size > 0 &&
		may_have(seen, hash_of_case(seen, partner, case_));
}

bool seen_may_have_key(const struct seen *seen, const uint8_t owner[16])
{
	return may_have(seen, hash_of_key(seen, owner));
}

static struct bytes column(sqlite3_stmt *statement, int place)
{
	const void *data = sqlite3_column_blob(statement, place);
	return bytes_of(data, (size_t)sqlite3_column_bytes(statement, place));
}

static void add_row_of_case(struct seen *seen, sqlite3_stmt *statement)
{
	seen_add_case(seen, column(statement, 1), column(statement, 0));
}

/* A key is called by whose it is, and then its random part. */
static void add_row_of_key(struct seen *seen, sqlite3_stmt *statement)
{
	struct bytes key = column(statement, 0);
	if (key.size >= 16)
		seen_add_key(seen, key.data);
}

enum outcome seen_load(struct seen *seen, sqlite3 *db, struct err *err)
{
	/* Each is read from an index alone. */
	static const char *const texts[] = {
		"SELECT case_id, partner FROM messages WHERE case_id IS NOT NULL",
		"SELECT key FROM keys"};
	static void (*const add_row[])(struct seen *, sqlite3_stmt *) = {
		add_row_of_case, add_row_of_key};
	sqlite3_stmt *statements[2];
	bool row = true;
	if (atomic_load(&seen->loaded))
		return OK;
	if (database_prepare(db, texts, 2, statements, err) != OK)
		return err->outcome;
	enum outcome outcome = OK;
	for (int i = 0; i < 2 && outcome == OK; i++) {
		while ((outcome = database_step(db, statements[i], &row, err)) == OK && row)
			add_row[i](seen, statements[i]);
	}
	database_finalize(statements, 2);
	if (outcome == OK)
		atomic_store(&seen->loaded, true);
	return outcome;
}
