/* ids - pseudonyms and ids: made under the hub's secrets, the same for the same input, of no use
 * without the secrets. */
#ifndef HUB_SEAL_IDS_H
#define HUB_SEAL_IDS_H

#include <stdbool.h>
#include <stdint.h>

#include "hub/base/bytes.h"

/* Pseudonyms and match tags are the first bytes of HMAC-SHA256 (RFC 2104), all other ids of keyed
 * BLAKE2b (RFC 7693), which is half the work, over a sequence of parts, each a 4-byte big-endian
 * length and then its bytes. The first part is a word for the kind of id, named below, so that no
 * two kinds can ever meet. */
struct ids;

#define IDS_SECRET_SIZE 32

/* Clients and match tags are made with the first; it cannot be rotated, all pseudonyms hang on it.
 * All else is made with the second. */
struct ids_secrets {
	uint8_t pseudonym[IDS_SECRET_SIZE], id[IDS_SECRET_SIZE];
};

/* Keeps no copy of the secrets themselves. */
struct ids *ids_new(const struct ids_secrets *secrets);
void ids_free(struct ids *ids);

/* Pseudonyms of clients. */
void ids_of_bsn(const struct ids *ids, struct bytes bsn, uint8_t client[16]); /* "client/bsn" */
void ids_of_kvk(const struct ids *ids, struct bytes kvk, uint8_t client[16]); /* "client/kvk" */
void ids_of_own_number(const struct ids *ids, struct bytes partner, struct bytes own_number,
	uint8_t client[16]); /* "client/own" */
void ids_of_case(const struct ids *ids, struct bytes partner, struct bytes system,
	struct bytes case_, uint8_t client[16]); /* "client/case" */

/* "client/partner": what one partner is told in place of a client's pseudonym; another partner is
 * told another. */
void ids_for_partner(
	const struct ids *ids, struct bytes partner, const uint8_t client[16], uint8_t own[16]);

/* "match": family name in plain lower-case letters (no accents, spaces, hyphens, nor Dutch prefixes
 * in front) and birth date. false: no name left, or the birth date is not a whole one. */
bool ids_match(
	const struct ids *ids, struct bytes family_name, struct bytes birth_date, uint8_t tag[8]);

/* "message": UUIDv8 (RFC 9562). */
void ids_message(const struct ids *ids, struct bytes partner, struct bytes system,
	struct bytes reference, uint8_t message[16]);

/* "referral": UUIDv8 whose first 12 bits are the client's slot, so that it lies in the client's
 * partition. */
struct ids_referral {
	struct bytes partner, system, case_, leg;
	const uint8_t *client; /* 16 bytes */
};
void ids_referral(const struct ids *ids, const struct ids_referral *of, uint8_t referral[16]);

/* "digest": of the fields that a partner sent, in one canonical form. */
void ids_digest(
	const struct ids *ids, struct bytes partner, struct bytes canonical, uint8_t digest[16]);

/* "key/month": whose data key the original of a refused message gets. month: "2026-03". */
void ids_of_month(
	const struct ids *ids, struct bytes partner, struct bytes month, uint8_t owner[16]);

#endif
