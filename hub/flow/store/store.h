/* store - the clients of one partition in memory: each as its Avro bytes, found by client or
 * referral, and the next due clock on top. */
#ifndef HUB_FLOW_STORE_STORE_H
#define HUB_FLOW_STORE_STORE_H

#include <stdbool.h>

#include "hub/base/bytes.h"
#include "schemas/types.h"

struct store;

struct store *store_new(void);
void store_free(struct store *store);

/* The client's record (Avro, without wire format header), valid until the next change of the store.
 * Absent: unknown. */
struct bytes store_find(const struct store *store, const uint8_t client[16]);
struct bytes store_find_referral(const struct store *store, const uint8_t referral[16]);

/* Puts the client's record in place of the one before, which is kept until the batch ends. `client`
 * is what `record` encodes; `record` is copied. */
void store_put(struct store *store, const struct client *client, struct bytes record);

/* The earliest armed clock of all clients, if it is due at `until` or before. The record is that of
 * its client. It comes up again until store_put has changed the client. */
bool store_due(struct store *store, int64_t until, int64_t *due, struct bytes *record);

/* End of a batch: forget the records from before it, or put them back. */
void store_commit(struct store *store);
void store_rollback(struct store *store);

size_t store_count(const struct store *store); /* clients */
size_t store_referrals(const struct store *store);

#endif
