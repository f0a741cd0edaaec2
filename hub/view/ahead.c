/* ahead - Events whose Client or message has not arrived yet: the three come by different topics.
 */
#include "hub/view/ahead.h"

#include <stdlib.h>
#include <string.h>

#include "hub/base/memory.h"

void ahead_add(struct ahead *ahead, const struct ahead_item *item)
{
	if (ahead->count == ahead->capacity) {
		ahead->capacity = ahead->capacity == 0 ? 64 : 2 * ahead->capacity;
		ahead->items = memory_resize(
			ahead->items, memory_product(ahead->capacity, sizeof(*ahead->items)));
	}
	ahead->items[ahead->count++] = *item;
}

void ahead_arrived(struct ahead *ahead, const struct pseudonym *client, int32_t version)
{
	size_t kept = 0;
	for (size_t i = 0; i < ahead->count; i++) {
		const struct ahead_item *item = &ahead->items[i];
		if (item->version > version || memcmp(&item->client, client, sizeof(*client)) != 0)
			ahead->items[kept++] = *item;
	}
	ahead->count = kept;
}

int64_t ahead_decided(const struct ahead *ahead, int32_t partition, int64_t last, int64_t next)
{
	int64_t decided = last < next ? last : next - 1;
	for (size_t i = 0; i < ahead->count; i++) {
		const struct ahead_item *item = &ahead->items[i];
		if (item->partition == partition && item->offset <= decided)
			decided = item->offset - 1;
	}
	return decided;
}

void ahead_done(struct ahead *ahead)
{
	free(ahead->items);
	*ahead = (struct ahead){0};
}
