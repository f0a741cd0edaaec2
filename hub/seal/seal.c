/* seal - locks bytes so that only the holder of a key reads them: persons under a data key,
 * originals for ops. */
#include "hub/seal/seal.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define NONCE_SIZE crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG_SIZE crypto_aead_xchacha20poly1305_ietf_ABYTES

static_assert(NONCE_SIZE + TAG_SIZE == SEAL_OVERHEAD, "overhead in the header");
static_assert(crypto_aead_xchacha20poly1305_ietf_KEYBYTES == SEAL_SECRET_SIZE, "key size");
static_assert(crypto_box_PUBLICKEYBYTES == SEAL_SECRET_SIZE, "public key size");
static_assert(crypto_box_SECRETKEYBYTES == SEAL_SECRET_SIZE, "secret key size");

enum outcome seal_start(struct err *err)
{
	if (sodium_init() < 0)
		return err_set(err, FATAL, "libsodium cannot start: no randomness");
	return OK;
}

/* Asking the kernel for one nonce at a time costs more than sealing a person. */
#define NONCES 64

static void take_nonce(uint8_t nonce[NONCE_SIZE])
{
	static _Thread_local uint8_t nonces[NONCES][NONCE_SIZE];
	static _Thread_local size_t left;
	if (left == 0) {
		randombytes_buf(nonces, sizeof(nonces));
		left = NONCES;
	}
	memcpy(nonce, nonces[--left], NONCE_SIZE);
}

void seal_put(const struct seal_key *key, struct bytes clear, struct buffer *out)
{
	buffer_reserve(out, clear.size + SEAL_OVERHEAD);
	uint8_t *nonce = out->data + out->size;
	take_nonce(nonce);
	crypto_aead_xchacha20poly1305_ietf_encrypt(nonce + NONCE_SIZE, NULL, clear.data, clear.size,
		key->id, SEAL_KEY_ID_SIZE, NULL, nonce, key->secret);
	out->size += clear.size + SEAL_OVERHEAD;
}

enum outcome seal_open(
	const struct seal_key *key, struct bytes sealed, struct buffer *out, struct err *err)
{
	if (sealed.size < SEAL_OVERHEAD)
		return err_set(err, REJECT, "sealed value: only %zu bytes", sealed.size);
	size_t size = sealed.size - SEAL_OVERHEAD;
	buffer_reserve(out, size + 1);
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(out->data + out->size, NULL, NULL,
		    sealed.data + NONCE_SIZE, sealed.size - NONCE_SIZE, key->id, SEAL_KEY_ID_SIZE,
		    sealed.data, key->secret) != 0)
		return err_set(err, REJECT, "sealed value: not sealed with this key, or changed");
	out->size += size;
	return OK;
}

static struct seal_key wrapping_key(
	const uint8_t master[SEAL_SECRET_SIZE], const uint8_t id[SEAL_KEY_ID_SIZE])
{
	struct seal_key key;
	memcpy(key.id, id, SEAL_KEY_ID_SIZE);
	memcpy(key.secret, master, SEAL_SECRET_SIZE);
	return key;
}

void seal_wrap(
	const uint8_t master[SEAL_SECRET_SIZE], const struct seal_key *key, struct buffer *out)
{
	struct seal_key with = wrapping_key(master, key->id);
	seal_put(&with, bytes_of(key->secret, SEAL_SECRET_SIZE), out);
	seal_wipe(&with, sizeof(with));
}

enum outcome seal_unwrap(const uint8_t master[SEAL_SECRET_SIZE], struct bytes wrapped,
	struct seal_key *key, struct err *err)
{
	struct seal_key with = wrapping_key(master, key->id);
	struct buffer secret = {0};
	enum outcome outcome = seal_open(&with, wrapped, &secret, err);
	if (outcome == OK && secret.size != SEAL_SECRET_SIZE)
		outcome = err_set(err, REJECT, "wrapped key: has an impossible size");
	if (outcome == OK)
		memcpy(key->secret, secret.data, SEAL_SECRET_SIZE);
	seal_wipe(&with, sizeof(with));
	seal_wipe_buffer(&secret);
	return outcome;
}

enum outcome seal_box(
	const uint8_t public_key[SEAL_SECRET_SIZE], struct bytes clear, struct buffer *out)
{
	size_t size = clear.size + crypto_box_SEALBYTES;
	buffer_reserve(out, size);
	if (crypto_box_seal(out->data + out->size, clear.data, clear.size, public_key) != 0)
		return REJECT;
	out->size += size;
	return OK;
}

enum outcome seal_box_open(const uint8_t secret_key[SEAL_SECRET_SIZE], struct bytes box,
	struct buffer *out, struct err *err)
{
	uint8_t public_key[crypto_box_PUBLICKEYBYTES];
	if (box.size < crypto_box_SEALBYTES)
		return err_set(err, REJECT, "sealed box: only %zu bytes", box.size);
	size_t size = box.size - crypto_box_SEALBYTES;
	buffer_reserve(out, size + 1);
	if (crypto_scalarmult_base(public_key, secret_key) != 0 ||
		crypto_box_seal_open(
			out->data + out->size, box.data, box.size, public_key, secret_key) != 0)
		return err_set(err, REJECT, "sealed box: not for this key, or changed");
	out->size += size;
	return OK;
}

void seal_random(void *out, size_t size)
{
	randombytes_buf(out, size);
}

void *seal_memory(size_t size)
{
	void *memory = sodium_malloc(size);
	if (memory == NULL)
		abort();
	sodium_memzero(memory, size);
	return memory;
}

void seal_memory_free(void *memory)
{
	sodium_free(memory);
}

void seal_wipe(void *memory, size_t size)
{
	sodium_memzero(memory, size);
}

void seal_wipe_buffer(struct buffer *buffer)
{
	if (buffer->data != NULL)
		sodium_memzero(buffer->data, buffer->capacity);
	buffer_done(buffer);
}
