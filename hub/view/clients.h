/* clients - the tables of clients, their clocks and their referrals. */
#ifndef HUB_VIEW_CLIENTS_H
#define HUB_VIEW_CLIENTS_H

#include "hub/view/apply.h"

struct clients;

enum outcome clients_new(struct clients **out, sqlite3 *db, struct err *err) MUST_CHECK;
void clients_free(struct clients *clients);

/* A record of topic clients; its tombstone. What did not change since the last is not written. */
enum outcome clients_put(
	struct clients *clients, const struct apply_record *record, struct err *err) MUST_CHECK;
enum outcome clients_delete(
	struct clients *clients, const struct apply_record *record, struct err *err) MUST_CHECK;
/* parent NULL: a message made it, or it is not known. */
enum outcome clients_put_referral(struct clients *clients, const struct uuid *referral,
	const struct pseudonym *client, const struct uuid *parent, struct err *err) MUST_CHECK;

#endif
