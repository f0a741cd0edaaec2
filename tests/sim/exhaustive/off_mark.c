/* off_mark - a client that is to survive a merge, and may be merged away meanwhile. */
#include "hub/handover/row/guard.h"

const char *__real_guard_close(const struct decider *d, const struct referral_after *referral);
const char *__wrap_guard_close(const struct decider *d, const struct referral_after *referral);

const char *__wrap_guard_close(const struct decider *d, const struct referral_after *referral)
{
	struct decider unmarked = *d;

	unmarked.merging = false;
	return __real_guard_close(&unmarked, referral);
}
