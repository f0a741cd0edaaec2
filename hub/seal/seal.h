/* seal - locks bytes so that only the holder of a key reads them: persons under a data key,
 * originals for ops. */
#ifndef HUB_SEAL_SEAL_H
#define HUB_SEAL_SEAL_H

#include <stdint.h>

#include "hub/base/bytes.h"
#include "hub/base/err.h"

#define SEAL_SECRET_SIZE 32
#define SEAL_KEY_ID_SIZE 24 /* schema KeyId: 16 bytes whose key it is, then 8 random bytes */
#define SEAL_OVERHEAD 40 /* 24 bytes nonce before, 16 bytes tag behind */

/* A key and its name. Whoever holds one wipes it with seal_wipe. */
struct seal_key {
	uint8_t id[SEAL_KEY_ID_SIZE];
	uint8_t secret[SEAL_SECRET_SIZE];
};

/* Once per process, before anything else of hub/seal. FATAL: no randomness to be had. */
enum outcome seal_start(struct err *err) MUST_CHECK;

/* Appends nonce, ciphertext and tag: XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha, libsodium's IETF
 * form) with a random nonce; the key id is the associated data. Schema Sealed.box. */
void seal_put(const struct seal_key *key, struct bytes clear, struct buffer *out);
/* Appends the clear text. REJECT: not sealed with this key, or changed since; out is then as it
 * was. */
enum outcome seal_open(const struct seal_key *key, struct bytes sealed, struct buffer *out,
	struct err *err) MUST_CHECK;

/* A data key under a master key's secret: sealed as above, with the data key's own id. */
void seal_wrap(
	const uint8_t master[SEAL_SECRET_SIZE], const struct seal_key *key, struct buffer *out);
/* Fills in key->secret; key->id is there. REJECT: not wrapped by this master key, or changed. */
enum outcome seal_unwrap(const uint8_t master[SEAL_SECRET_SIZE], struct bytes wrapped,
	struct seal_key *key, struct err *err) MUST_CHECK;

/* Appends a libsodium sealed box (crypto_box_seal: X25519, XSalsa20-Poly1305): anybody with the
 * public key can write it, only the holder of the secret key can read it. REJECT: the public key is
 * none. */
enum outcome seal_box(const uint8_t public_key[SEAL_SECRET_SIZE], struct bytes clear,
	struct buffer *out) MUST_CHECK;
/* Appends the clear text. REJECT: not for this key, or changed since; out is then as it was. */
enum outcome seal_box_open(const uint8_t secret_key[SEAL_SECRET_SIZE], struct bytes box,
	struct buffer *out, struct err *err) MUST_CHECK;

/* Not to be guessed. */
void seal_random(void *out, size_t size);
/* Zeroed memory for secrets: locked, between guard pages, not in core dumps, overwritten when it is
 * freed. Not for small change: it takes whole pages. Out of memory aborts. */
void *seal_memory(size_t size);
void seal_memory_free(void *memory);
/* Overwrites, and cannot be left out by the compiler. */
void seal_wipe(void *memory, size_t size);
/* The same for a buffer that held a clear text; its memory is given back. */
void seal_wipe_buffer(struct buffer *buffer);

#endif
