/* sent - how far each partner has sent: what a read of its must wait for. */
#ifndef HUB_FLOW_INTAKE_SENT_H
#define HUB_FLOW_INTAKE_SENT_H

#include <stddef.h>
#include <stdint.h>

/* Shared by the threads of a process, without a lock. Partners are counted as in the
 * configuration. */
struct sent;

struct sent *sent_new(size_t partners, int32_t partitions);
void sent_free(struct sent *sent);

void sent_note(struct sent *sent, size_t partner, int32_t partition, int64_t offset);
/* The greatest offset of intake that the partner wrote there; -1: none since the start. */
int64_t sent_last(const struct sent *sent, size_t partner, int32_t partition);

#endif
