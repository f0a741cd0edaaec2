/* ahead - Events whose Client or message has not arrived yet: the three come by different topics.
 */
#ifndef HUB_VIEW_AHEAD_H
#define HUB_VIEW_AHEAD_H

#include <stddef.h>
#include <stdint.h>

#include "schemas/types.h"

struct ahead_item {
	struct pseudonym client;
	int32_t version; /* of the client after the Event */
	int32_t partition; /* of intake */
	int64_t offset;
};

/* Zeroed is empty. Few at any time: both were committed in one transaction. */
struct ahead {
	struct ahead_item *items;
	size_t count, capacity;
};

void ahead_add(struct ahead *ahead, const struct ahead_item *item);
/* The client is here in this version. */
void ahead_arrived(struct ahead *ahead, const struct pseudonym *client, int32_t version);
/* The greatest offset of a partition of intake up to which messages are here with their Events, and
 * the Clients after these; -1: none. last: that of the last Event that is here; next: the offset
 * behind the messages that are. */
int64_t ahead_decided(const struct ahead *ahead, int32_t partition, int64_t last, int64_t next);
void ahead_done(struct ahead *ahead);

#endif
