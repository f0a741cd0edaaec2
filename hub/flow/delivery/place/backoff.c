/* backoff - how long to wait before a try again, and when to have done. */
#include "hub/flow/delivery/place/backoff.h"

#include "hub/base/calendar.h"

int64_t backoff_ms(int32_t failures, uint32_t random, int64_t asked_ms)
{
	int64_t ms = BACKOFF_FIRST_MS;
	for (int32_t i = 1; i < failures && ms < BACKOFF_MOST_MS; i++)
		ms *= 2;
	if (ms > BACKOFF_MOST_MS)
		ms = BACKOFF_MOST_MS;
	ms = ms / 2 + (int64_t)((uint64_t)random * (uint64_t)(ms / 2) / UINT32_MAX);
	if (asked_ms > BACKOFF_ASKED_MOST_MS)
		asked_ms = BACKOFF_ASKED_MOST_MS;
	return asked_ms > ms ? asked_ms : ms;
}

int64_t backoff_end(int64_t since)
{
	return calendar_add_working_days(since, BACKOFF_WORKING_DAYS);
}
