/* seen - what the view may have, without a look at its file: a Bloom filter that the view's thread
 * fills and other threads ask. */
#ifndef HUB_VIEW_SEEN_H
#define HUB_VIEW_SEEN_H

#include <stdbool.h>
#include <stdint.h>

#include <sqlite3.h>

#include "hub/base/bytes.h"
#include "hub/base/err.h"

/* Most messages of a partner are about a case that nobody named before, and most of those about a
 * client who has no key yet: a look for what is not there is the commonest of all, and costs as
 * much as the rest of taking a message. "No" is certain; "yes" is wrong once in about 2,000 times
 * with 2 million cases and keys, and ever more often with more, which costs a look each. 4 MiB. */
struct seen;

struct seen *seen_new(void);
void seen_free(struct seen *seen);

/* All that the file has. Once: what comes later is added before it can be read. */
enum outcome seen_load(struct seen *seen, sqlite3 *db, struct err *err) MUST_CHECK;

void seen_add_case(struct seen *seen, struct bytes partner, struct bytes case_);
void seen_add_key(struct seen *seen, const uint8_t owner[16]);

/* From any thread. true before it was loaded. */
bool seen_may_have_case(const struct seen *seen, struct bytes partner, struct bytes case_);
bool seen_may_have_key(const struct seen *seen, const uint8_t owner[16]);

#endif
