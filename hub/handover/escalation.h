/* escalation - who is told when a clock comes due, level by level. */
#ifndef HUB_HANDOVER_ESCALATION_H
#define HUB_HANDOVER_ESCALATION_H

#include "hub/handover/decider.h"

/* The desk that plays a role; referral may be NULL for what concerns the client. HUB: the
 * responsible desk. */
struct bytes escalation_desk(
	const struct decider *d, const struct referral_after *referral, enum role role);
bool escalation_is_entry_desk(
	const struct decider *d, struct bytes desk); /* of the client's region */
/* Tells the next level and arms the clock again. It never changes a state. */
void escalation_climb(
	struct decider *d, struct clock_armed *clock, struct referral_after *referral);

#endif
