/* ids - pseudonyms and ids: HMACs under the hub's secret, of no use to who has it not. */
#include "hub/seal/ids.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

#include "hub/seal/name.h"
#include "hub/seal/seal.h"

enum kind {
	CLIENT_BSN,
	CLIENT_KVK,
	CLIENT_OWN,
	CLIENT_CASE,
	MATCH,
	MESSAGE,
	REFERRAL,
	DIGEST,
	KEY_MONTH,
	KINDS
};

#define LAST_PSEUDONYM MATCH

static const char *const words[KINDS] = {
	[CLIENT_BSN] = "client/bsn",
	[CLIENT_KVK] = "client/kvk",
	[CLIENT_OWN] = "client/own",
	[CLIENT_CASE] = "client/case",
	[MATCH] = "match",
	[MESSAGE] = "message",
	[REFERRAL] = "referral",
	[DIGEST] = "digest",
	[KEY_MONTH] = "key/month",
};

/* Keyed, and the kind's word taken in already. */
struct ids {
	crypto_auth_hmacsha256_state begun[KINDS];
};

static void take(crypto_auth_hmacsha256_state *state, struct bytes part)
{
	assert(part.size <= UINT32_MAX);
	const uint8_t size[4] = {(uint8_t)(part.size >> 24), (uint8_t)(part.size >> 16),
		(uint8_t)(part.size >> 8), (uint8_t)part.size};
	crypto_auth_hmacsha256_update(state, size, sizeof(size));
	if (part.size > 0)
		crypto_auth_hmacsha256_update(state, part.data, part.size);
}

struct ids *ids_new(const struct ids_secrets *secrets)
{
	struct ids *ids = seal_memory(sizeof(*ids));
	for (int kind = 0; kind < KINDS; kind++) {
		crypto_auth_hmacsha256_init(&ids->begun[kind],
			kind <= LAST_PSEUDONYM ? secrets->pseudonym : secrets->id, IDS_SECRET_SIZE);
		take(&ids->begun[kind], bytes_of_string(words[kind]));
	}
	return ids;
}

void ids_free(struct ids *ids)
{
	seal_memory_free(ids);
}

static void make(const struct ids *ids, enum kind kind, const struct bytes *parts, size_t count,
	uint8_t out[crypto_auth_hmacsha256_BYTES])
{
	crypto_auth_hmacsha256_state state = ids->begun[kind];
	for (size_t i = 0; i < count; i++)
		take(&state, parts[i]);
	crypto_auth_hmacsha256_final(&state, out);
	sodium_memzero(&state, sizeof(state));
}

/* The first 16 bytes. */
static void make_16(const struct ids *ids, enum kind kind, const struct bytes *parts, size_t count,
	uint8_t out[16])
{
	uint8_t whole[crypto_auth_hmacsha256_BYTES];
	make(ids, kind, parts, count, whole);
	memcpy(out, whole, 16);
}

/* RFC 9562, section 5.8: version 8, variant 2. */
static void mark_uuid(uint8_t id[16])
{
	id[6] = (uint8_t)((id[6] & 0x0F) | 0x80);
	id[8] = (uint8_t)((id[8] & 0x3F) | 0x80);
}

void ids_of_bsn(const struct ids *ids, struct bytes bsn, uint8_t client[16])
{
	make_16(ids, CLIENT_BSN, &bsn, 1, client);
}

void ids_of_kvk(const struct ids *ids, struct bytes kvk, uint8_t client[16])
{
	make_16(ids, CLIENT_KVK, &kvk, 1, client);
}

void ids_of_own_number(
	const struct ids *ids, struct bytes partner, struct bytes own_number, uint8_t client[16])
{
	const struct bytes parts[] = {partner, own_number};
	make_16(ids, CLIENT_OWN, parts, 2, client);
}

void ids_of_case(const struct ids *ids, struct bytes partner, struct bytes system,
	struct bytes case_, uint8_t client[16])
{
	const struct bytes parts[] = {partner, system, case_};
	make_16(ids, CLIENT_CASE, parts, 3, client);
}

bool ids_match(
	const struct ids *ids, struct bytes family_name, struct bytes birth_date, uint8_t tag[8])
{
	char plain[NAME_PLAIN_MAX];
	uint8_t whole[crypto_auth_hmacsha256_BYTES];
	size_t size = name_plain(family_name, plain);
	if (size == 0 || birth_date.size != strlen("2001-05-30"))
		return false;
	const struct bytes parts[] = {bytes_of(plain, size), birth_date};
	make(ids, MATCH, parts, 2, whole);
	memcpy(tag, whole, 8);
	sodium_memzero(plain, sizeof(plain));
	return true;
}

void ids_message(const struct ids *ids, struct bytes partner, struct bytes system,
	struct bytes reference, uint8_t message[16])
{
	const struct bytes parts[] = {partner, system, reference};
	make_16(ids, MESSAGE, parts, 3, message);
	mark_uuid(message);
}

void ids_referral(const struct ids *ids, const struct ids_referral *of, uint8_t referral[16])
{
	const struct bytes parts[] = {
		of->partner, of->system, of->case_, of->leg, bytes_of(of->client, 16)};
	make_16(ids, REFERRAL, parts, 5, referral);
	referral[0] = of->client[0];
	referral[1] = (uint8_t)((of->client[1] & 0xF0) | (referral[1] & 0x0F));
	mark_uuid(referral);
}

void ids_digest(
	const struct ids *ids, struct bytes partner, struct bytes canonical, uint8_t digest[16])
{
	const struct bytes parts[] = {partner, canonical};
	make_16(ids, DIGEST, parts, 2, digest);
}

void ids_of_month(
	const struct ids *ids, struct bytes partner, struct bytes month, uint8_t owner[16])
{
	const struct bytes parts[] = {partner, month};
	make_16(ids, KEY_MONTH, parts, 2, owner);
}
