/* bucket - a token bucket: so many requests per second, with a burst on top. */
#include "hub/http/bucket.h"

#include <assert.h>

#define TOKEN 1000

/* per_second tokens a second are per_second thousandths a millisecond. */
bool bucket_take(
	struct bucket *bucket, int32_t per_second, int32_t burst, int64_t now, int64_t *wait_ms)
{
	assert(per_second > 0 && burst > 0);
	int64_t capacity = (int64_t)burst * TOKEN;
	int64_t passed = now - bucket->at;
	int64_t refilled = passed > capacity / per_second ? capacity : passed * per_second;
	bucket->used = bucket->used > refilled ? bucket->used - refilled : 0;
	bucket->at = now;
	int64_t missing = bucket->used + TOKEN - capacity;
	if (missing > 0) {
		*wait_ms = (missing + per_second - 1) / per_second;
		return false;
	}
	bucket->used += TOKEN;
	return true;
}
