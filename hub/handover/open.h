/* open - what a Referral does: opens one, asks the responsible desk for the client, or amends what
 * is known. */
#ifndef HUB_HANDOVER_OPEN_H
#define HUB_HANDOVER_OPEN_H

#include "hub/handover/decider.h"

void open_decide(struct decider *d); /* the input is a Referral */

#endif
