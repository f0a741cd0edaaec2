/* backoff - how long to wait before a try again, and when to have done. */
#ifndef HUB_FLOW_DELIVERY_PLACE_BACKOFF_H
#define HUB_FLOW_DELIVERY_PLACE_BACKOFF_H

#include <stdint.h>

#define BACKOFF_FIRST_MS INT64_C(1000)
#define BACKOFF_MOST_MS INT64_C(3600000)
/* A receiver may ask for more, but not for ever. */
#define BACKOFF_ASKED_MOST_MS INT64_C(14400000)
#define BACKOFF_WORKING_DAYS 5

/* ms until the next try behind so many that failed (from 1): doubles up to an hour, and is spread
 * over its upper half by `random`, so that those that failed together do not come back together.
 * asked_ms: what the receiver asked for; 0: nothing. */
int64_t backoff_ms(int32_t failures, uint32_t random, int64_t asked_ms);
/* When it counts as undeliverable what has waited since then, epoch ms. */
int64_t backoff_end(int64_t since);

#endif
