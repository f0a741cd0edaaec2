/* act - what a StatusChange does: who may, when, and the row of the table that says what. */
#ifndef HUB_HANDOVER_ROW_ACT_H
#define HUB_HANDOVER_ROW_ACT_H

#include "hub/handover/row/table.h"

void act_decide(struct decider *d); /* the input is a StatusChange */
/* Whether the row is for the sender of the message to ask for. */
bool act_may(const struct decider *d, const struct row *row, const struct referral_after *referral);
/* Whether the sender of the message has any part in the referral. */
bool act_has_part(const struct decider *d, const struct referral_after *referral);
/* What a desk may do with a referral as things stand; out has ACTION_COUNT places. */
size_t act_legal(const struct decider *d, const struct referral_after *referral, struct bytes desk,
	enum action *out);

#endif
