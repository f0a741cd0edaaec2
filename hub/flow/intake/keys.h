/* keys - the secrets of an edge, and stored data keys as the view has them, for a key ring. */
#ifndef HUB_FLOW_INTAKE_KEYS_H
#define HUB_FLOW_INTAKE_KEYS_H

#include "hub/conf/conf.h"
#include "hub/seal/ids.h"
#include "hub/seal/keyring.h"
#include "hub/view/query.h"
#include "hub/view/view.h"
#include "schemas/types.h"

/* Where keys are looked up. One thread uses it. */
struct keys {
	struct view_reader **reader; /* *reader NULL: no view yet, which is RETRY */
	const struct view *view; /* the one that writes what is read; NULL: another process's */
	struct arena arena;
};

/* Borrows keys. */
struct keyring_source keys_source(struct keys *keys);
void keys_done(struct keys *keys);

/* With the secrets that the configuration names. REJECT: one is missing or malformed. */
enum outcome keys_open_ids(
	const struct conf_seal *conf, struct ids **out, struct err *err) MUST_CHECK;
/* Borrows keys. */
enum outcome keys_open_ring(struct keys *keys, const struct conf_seal *conf, struct keyring **out,
	struct err *err) MUST_CHECK;

/* Topic keys: the value of a new key. */
struct data_key keys_record(const struct keyring_record *record, int64_t made_at);
/* Topic keys: the key of its records, whose it is and then its random part, in hex. */
#define KEYS_KEY_SIZE (2 * SEAL_KEY_ID_SIZE + 1)
void keys_key(const uint8_t id[SEAL_KEY_ID_SIZE], char out[KEYS_KEY_SIZE]);

#endif
