/* keyring - the data keys of clients: made, wrapped by a master key, found again, and gone when
 * erased. */
#ifndef HUB_SEAL_KEYRING_H
#define HUB_SEAL_KEYRING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hub/base/err.h"
#include "hub/seal/seal.h"

/* One thread uses a ring. Keys in memory are few and in locked memory; all others are in the
 * source. Everything is overwritten when it leaves. */
struct keyring;

/* A client, a referral, or a partner and month: begins every key id. */
#define KEYRING_OWNER_SIZE 16
#define KEYRING_MASTER_SIZE 64 /* a master key's name, with its terminating zero */
#define KEYRING_WRAPPED_SIZE (SEAL_SECRET_SIZE + SEAL_OVERHEAD)

/* A master key. It wraps data keys as seal_put does, with the data key's id as associated data. */
struct keyring_master {
	const char *name;
	uint8_t secret[SEAL_SECRET_SIZE];
};

/* A data key as it lies in topic keys. */
struct keyring_record {
	uint8_t id[SEAL_KEY_ID_SIZE];
	char master[KEYRING_MASTER_SIZE];
	uint8_t wrapped[KEYRING_WRAPPED_SIZE];
};

/* Where stored keys are found: the view. RETRY: it cannot be asked now. */
struct keyring_source {
	enum outcome (*by_owner)(void *context, const uint8_t owner[KEYRING_OWNER_SIZE],
		struct keyring_record *out, bool *found, struct err *err);
	enum outcome (*by_id)(void *context, const uint8_t id[SEAL_KEY_ID_SIZE],
		struct keyring_record *out, bool *found, struct err *err);
	/* Another number whenever a key may have been erased since; NULL: always another. */
	uint64_t (*erasures)(void *context);
	void *context;
};

struct keyring_options {
	const struct keyring_master *masters; /* the first wraps new keys, each unwraps its own */
	size_t masters_count;
	size_t capacity; /* keys kept in memory */
	struct keyring_source source;
};

/* Copies the master keys. REJECT: none, two of one name, or a name that is too long. */
enum outcome keyring_new(
	struct keyring **out, const struct keyring_options *options, struct err *err) MUST_CHECK;
void keyring_free(struct keyring *ring);

/* Where keys may have been erased, one kept in memory is looked up again after this time and given
 * up if it is gone: at once when it was there before, and after KEYRING_ARRIVAL_MS when the view
 * has not read it yet. */
#define KEYRING_TRUST_MS 1000
#define KEYRING_ARRIVAL_MS 60000

/* The key to seal an owner's data with: the one in memory, else a stored one, else a new one.
 * *store: NULL, or what must be stored with acks=all before anything that was sealed with the key;
 * then keyring_stored is called. It is given to everyone who asks until then, and valid until the
 * next call. now: clock_monotonic(). The caller wipes *key. */
void keyring_to_seal(struct keyring *ring, const uint8_t owner[KEYRING_OWNER_SIZE], int64_t now,
	struct seal_key *key, const struct keyring_record **store);
void keyring_stored(struct keyring *ring, const uint8_t id[SEAL_KEY_ID_SIZE]);

/* The key of this id. REJECT: the source does not have it: it is erased, or was stored so lately
 * that the view has yet to read it, which the age of what it seals tells. RETRY: the source cannot
 * be asked, or its master key is not in the configuration. The caller wipes *key. */
enum outcome keyring_to_open(struct keyring *ring, const uint8_t id[SEAL_KEY_ID_SIZE], int64_t now,
	struct seal_key *key, struct err *err) MUST_CHECK;

#endif
