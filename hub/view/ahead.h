/* ahead - Events whose Client has not arrived yet: the two come by different topics. */
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
/* The smallest offset of a partition that waits; INT64_MAX: none. */
int64_t ahead_first(const struct ahead *ahead, int32_t partition);
void ahead_done(struct ahead *ahead);

#endif
