/* wait - how long until the next try, behind so many that failed in a row. */
#ifndef HUB_FLOW_SOURCE_WAIT_H
#define HUB_FLOW_SOURCE_WAIT_H

#include <stdint.h>
#include <stdlib.h>

/* Twice as long each time, failures 0 being the first; and somewhere in the upper half of that, so
 * that what failed together does not come back together. */
static inline int64_t wait_ms(int64_t failures, int64_t first_ms, int64_t most_ms)
{
	int64_t ms = first_ms;
	for (int64_t i = 0; i < failures && ms < most_ms; i++)
		ms *= 2;
	ms = ms < most_ms ? ms : most_ms;
	return ms / 2 + random() % (ms / 2 + 1);
}

#endif
