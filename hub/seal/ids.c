/* ids - pseudonyms and ids: made under the hub's secrets, of no use to who has them not. */
#include "hub/seal/ids.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

#include "hub/seal/name.h"
#include "hub/seal/seal.h"

enum pseudonym {
	CLIENT_BSN,
	CLIENT_KVK,
	CLIENT_OWN,
	CLIENT_CASE,
	CLIENT_PARTNER,
	MATCH,
	PSEUDONYMS
};
enum kind { MESSAGE, REFERRAL, DIGEST, KEY_MONTH, KINDS };

static const char *const pseudonym_words[PSEUDONYMS] = {
	[CLIENT_BSN] = "client/bsn",
	[CLIENT_KVK] = "client/kvk",
	[CLIENT_OWN] = "client/own",
	[CLIENT_CASE] = "client/case",
	[CLIENT_PARTNER] = "client/partner",
	[MATCH] = "match",
};

static const char *const kind_words[KINDS] = {
	[MESSAGE] = "message",
	[REFERRAL] = "referral",
	[DIGEST] = "digest",
	[KEY_MONTH] = "key/month",
};

/* Keyed, and the word taken in already. */
struct ids {
	crypto_generichash_state kinds[KINDS];
	crypto_auth_hmacsha256_state pseudonyms[PSEUDONYMS];
};

static void size_of(struct bytes part, uint8_t out[4])
{
	assert(part.size <= UINT32_MAX);
	out[0] = (uint8_t)(part.size >> 24);
	out[1] = (uint8_t)(part.size >> 16);
	out[2] = (uint8_t)(part.size >> 8);
	out[3] = (uint8_t)part.size;
}

static void take_secretly(crypto_auth_hmacsha256_state *state, struct bytes part)
{
	uint8_t size[4];
	size_of(part, size);
	crypto_auth_hmacsha256_update(state, size, sizeof(size));
	if (part.size > 0)
		crypto_auth_hmacsha256_update(state, part.data, part.size);
}

static void take(crypto_generichash_state *state, struct bytes part)
{
	uint8_t size[4];
	size_of(part, size);
	crypto_generichash_update(state, size, sizeof(size));
	if (part.size > 0)
		crypto_generichash_update(state, part.data, part.size);
}

struct ids *ids_new(const struct ids_secrets *secrets)
{
	/* Locked memory ends with a page, so that what is a multiple of 64 is aligned to that. */
	static_assert(sizeof(struct ids) % 64 == 0, "alignment of crypto_generichash_state");
	struct ids *ids = seal_memory(sizeof(*ids));
	for (int i = 0; i < PSEUDONYMS; i++) {
		crypto_auth_hmacsha256_init(
			&ids->pseudonyms[i], secrets->pseudonym, IDS_SECRET_SIZE);
		take_secretly(&ids->pseudonyms[i], bytes_of_string(pseudonym_words[i]));
	}
	for (int i = 0; i < KINDS; i++) {
		crypto_generichash_init(&ids->kinds[i], secrets->id, IDS_SECRET_SIZE, 16);
		take(&ids->kinds[i], bytes_of_string(kind_words[i]));
	}
	return ids;
}

void ids_free(struct ids *ids)
{
	seal_memory_free(ids);
}

static void make_pseudonym(const crypto_auth_hmacsha256_state *begun, const struct bytes *parts,
	size_t count, uint8_t out[16])
{
	crypto_auth_hmacsha256_state state = *begun;
	uint8_t whole[crypto_auth_hmacsha256_BYTES];
	for (size_t i = 0; i < count; i++)
		take_secretly(&state, parts[i]);
	crypto_auth_hmacsha256_final(&state, whole);
	memcpy(out, whole, 16);
	sodium_memzero(&state, sizeof(state));
}

static void make(const crypto_generichash_state *begun, const struct bytes *parts, size_t count,
	uint8_t out[16])
{
	crypto_generichash_state state = *begun;
	for (size_t i = 0; i < count; i++)
		take(&state, parts[i]);
	crypto_generichash_final(&state, out, 16);
	sodium_memzero(&state, sizeof(state));
}

/* RFC 9562, section 5.8: version 8, variant 2. */
static void mark_uuid(uint8_t id[16])
{
	id[6] = (uint8_t)((id[6] & 0x0F) | 0x80);
	id[8] = (uint8_t)((id[8] & 0x3F) | 0x80);
}

void ids_of_bsn(const struct ids *ids, struct bytes bsn, uint8_t client[16])
{
	make_pseudonym(&ids->pseudonyms[CLIENT_BSN], &bsn, 1, client);
}

void ids_of_kvk(const struct ids *ids, struct bytes kvk, uint8_t client[16])
{
	make_pseudonym(&ids->pseudonyms[CLIENT_KVK], &kvk, 1, client);
}

void ids_of_own_number(
	const struct ids *ids, struct bytes partner, struct bytes own_number, uint8_t client[16])
{
	const struct bytes parts[] = {partner, own_number};
	make_pseudonym(&ids->pseudonyms[CLIENT_OWN], parts, 2, client);
}

void ids_of_case(const struct ids *ids, struct bytes partner, struct bytes system,
	struct bytes case_, uint8_t client[16])
{
	const struct bytes parts[] = {partner, system, case_};
	make_pseudonym(&ids->pseudonyms[CLIENT_CASE], parts, 3, client);
}

void ids_for_partner(
	const struct ids *ids, struct bytes partner, const uint8_t client[16], uint8_t own[16])
{
	const struct bytes parts[] = {partner, bytes_of(client, 16)};
	make_pseudonym(&ids->pseudonyms[CLIENT_PARTNER], parts, 2, own);
}

bool ids_match(
	const struct ids *ids, struct bytes family_name, struct bytes birth_date, uint8_t tag[8])
{
	char plain[NAME_PLAIN_MAX];
	uint8_t whole[16];
	size_t size = name_plain(family_name, plain);
	if (size == 0 || birth_date.size != strlen("2001-05-30"))
		return false;
	const struct bytes parts[] = {bytes_of(plain, size), birth_date};
	make_pseudonym(&ids->pseudonyms[MATCH], parts, 2, whole);
	memcpy(tag, whole, 8);
	sodium_memzero(plain, sizeof(plain));
	return true;
}

void ids_message(const struct ids *ids, struct bytes partner, struct bytes system,
	struct bytes reference, uint8_t message[16])
{
	const struct bytes parts[] = {partner, system, reference};
	make(&ids->kinds[MESSAGE], parts, 3, message);
	mark_uuid(message);
}

void ids_referral(const struct ids *ids, const struct ids_referral *of, uint8_t referral[16])
{
	const struct bytes parts[] = {
		of->partner, of->system, of->case_, of->leg, bytes_of(of->client, 16)};
	make(&ids->kinds[REFERRAL], parts, 5, referral);
	referral[0] = of->client[0];
	referral[1] = (uint8_t)((of->client[1] & 0xF0) | (referral[1] & 0x0F));
	mark_uuid(referral);
}

void ids_digest(
	const struct ids *ids, struct bytes partner, struct bytes canonical, uint8_t digest[16])
{
	const struct bytes parts[] = {partner, canonical};
	make(&ids->kinds[DIGEST], parts, 2, digest);
}

void ids_of_month(
	const struct ids *ids, struct bytes partner, struct bytes month, uint8_t owner[16])
{
	const struct bytes parts[] = {partner, month};
	make(&ids->kinds[KEY_MONTH], parts, 2, owner);
}
