/* roll - the cases that a document named, each as 8 bytes: a million of them are 8 MB. */
#ifndef HUB_FLOW_SOURCE_SNAPSHOT_ROLL_H
#define HUB_FLOW_SOURCE_SNAPSHOT_ROLL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hub/base/bytes.h"

#define ROLL_MAX ((size_t)1 << 21)

/* Zeroed is empty. */
struct roll {
	uint64_t *items; /* hashes: one chance in millions that two of a million meet */
	size_t count, capacity;
	size_t nameless; /* so many named no case */
	bool is_full; /* there were more than ROLL_MAX: it says nothing of a case */
};

/* Absent or empty: it named none. */
void roll_add(struct roll *roll, struct bytes case_);
/* To be called once all are added, before the two below. */
void roll_close(struct roll *roll);
bool roll_has(const struct roll *roll, struct bytes case_);
/* 32 hex digits: the same for the same cases, in whatever order, and the same number. */
#define ROLL_HASH_SIZE 33
void roll_hash(const struct roll *roll, int64_t number, char out[ROLL_HASH_SIZE]);
void roll_done(struct roll *roll);

#endif
