/* sent - how far each partner has sent: what a read of its must wait for. */
#include "hub/flow/intake/sent.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "hub/base/memory.h"

struct sent {
	size_t partners;
	int32_t partitions;
	_Atomic int64_t *last; /* one more than the offset; 0: none */
};

struct sent *sent_new(size_t partners, int32_t partitions)
{
	struct sent *sent = memory_get(sizeof(*sent));
	*sent = (struct sent){.partners = partners, .partitions = partitions};
	sent->last = memory_get_zeroed(
		memory_product(partners, (size_t)partitions), sizeof(*sent->last));
	return sent;
}

void sent_free(struct sent *sent)
{
	if (sent == NULL)
		return;
	free(sent->last);
	free(sent);
}

static _Atomic int64_t *place(const struct sent *sent, size_t partner, int32_t partition)
{
	assert(partner < sent->partners && partition >= 0 && partition < sent->partitions);
	return &sent->last[partner * (size_t)sent->partitions + (size_t)partition];
}

void sent_note(struct sent *sent, size_t partner, int32_t partition, int64_t offset)
{
	_Atomic int64_t *last = place(sent, partner, partition);
	int64_t before = atomic_load_explicit(last, memory_order_relaxed);
	while (before < offset + 1 && !atomic_compare_exchange_weak(last, &before, offset + 1))
		;
}

int64_t sent_last(const struct sent *sent, size_t partner, int32_t partition)
{
	return atomic_load_explicit(place(sent, partner, partition), memory_order_relaxed) - 1;
}
