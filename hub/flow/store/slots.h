/* slots - memory for many small records of a few sizes, apart from what else the program takes. */
#ifndef HUB_FLOW_STORE_SLOTS_H
#define HUB_FLOW_STORE_SLOTS_H

#include <stddef.h>

#define SLOTS_STEP 16
#define SLOTS_LARGEST 1024

struct slots_chunk;

/* Zeroed is empty; and nothing is left of it once everything has been put back. */
struct slots {
	struct slots_chunk *roomy[SLOTS_LARGEST / SLOTS_STEP]; /* by size: those with a free slot */
};

void *slots_get(struct slots *slots, size_t size);
void slots_put(struct slots *slots, void *what, size_t size); /* the size that was asked for */

#endif
