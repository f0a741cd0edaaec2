/* tell - the handovers that a decision causes: who is told, what, and with which number. */
#ifndef HUB_HANDOVER_TELL_H
#define HUB_HANDOVER_TELL_H

#include "hub/handover/decider.h"

/* One handover about a referral; what follows from the state is filled in by tell_finish. */
struct handover *tell(struct decider *d, struct bytes desk, enum role role, enum handover_kind kind,
	const struct referral_after *referral);
/* Whom the table's row names: target, giver, sender; each desk once, not the one that acted.
 * `offered`: the target had the offer before this step. */
void tell_step(
	struct decider *d, unsigned row, const struct referral_after *referral, bool offered);
/* The sender's verdict, at its partner's home desk. referral may be NULL; never for the hub itself.
 */
struct handover *tell_verdict(struct decider *d, const struct referral_after *referral);
/* Numbers, states, deadlines, legal actions and the Event's list, once all is decided. */
void tell_finish(struct decider *d);

#endif
