/* bucket - a token bucket: so many requests per second, with a burst on top. */
#ifndef HUB_HTTP_BUCKET_H
#define HUB_HTTP_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

/* Zeroed: full. */
struct bucket {
	int64_t used; /* thousandths of a token */
	int64_t at; /* ms, of the last taking */
};

/* Takes one token if there is one. now is in ms and does not go back. false: *wait_ms until the
 * next. */
bool bucket_take(
	struct bucket *bucket, int32_t per_second, int32_t burst, int64_t now, int64_t *wait_ms);

#endif
