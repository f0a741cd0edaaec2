/* guard - when a step that its row and state allow may still not be taken, or takes another way.
 */
#ifndef HUB_HANDOVER_ROW_GUARD_H
#define HUB_HANDOVER_ROW_GUARD_H

#include "hub/handover/row/table.h"

/* The six that exhaustive search found to be needed (tests/sim). Each is looked at where it counts
 * and nowhere else. */

/* G1: a new TRANSFER may be opened beside what is on offer: in the same group, or nothing is. */
bool guard_g1(const struct decider *d, struct bytes group);
/* G2: the giver of the offer still is responsible. */
bool guard_g2(const struct decider *d, const struct referral_after *referral);
/* G3: an acceptance ends this other one: a sibling offer, or what had given the giver the client.
 */
bool guard_g3_recalls(const struct decider *d, const struct referral_after *other);
bool guard_g3_completes(
	const struct decider *d, const struct referral_after *other, struct uuid given_by);
/* G4: responsibility goes back with this referral: by it the client came to the present owner. */
bool guard_g4(const struct decider *d, const struct referral_after *referral);
bool guard_can_go_back(const struct decider *d,
	const struct referral_after *referral); /* and its giver may have it */
/* G5: it has an outcome: it was accepted once. */
bool guard_g5(const struct decider *d, const struct referral_after *referral);
/* G6: a coordinator's decision ends this one too: on offer, or running. */
bool guard_g6_recalls(const struct decider *d, const struct referral_after *other);
bool guard_g6_completes(const struct decider *d, const struct referral_after *other);

/* Of the table: why not; NULL: go on. */
const char *guard_accept(const struct decider *d, const struct referral_after *referral);
const char *guard_decline(const struct decider *d, const struct referral_after *referral);
const char *guard_outcome(const struct decider *d, const struct referral_after *referral);
const char *guard_take_back(const struct decider *d, const struct referral_after *referral);
const char *guard_dispute(const struct decider *d, const struct referral_after *referral);
const char *guard_assign(const struct decider *d, const struct referral_after *referral);
const char *guard_open(const struct decider *d, const struct referral_after *referral);
const char *guard_merge(const struct decider *d, const struct referral_after *referral);
const char *guard_close(const struct decider *d, const struct referral_after *referral);

#endif
