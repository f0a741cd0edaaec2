/* folded - what waits for a desk that is only told so: many handovers, one mail. */
#ifndef HUB_FLOW_DELIVERY_DESK_FOLDED_H
#define HUB_FLOW_DELIVERY_DESK_FOLDED_H

#include "hub/flow/delivery/desk/desk.h"

/* Sends a mail about all that is in the queue, when the oldest has waited for others. Returns when
 * to look again, epoch ms. */
int64_t folded_turn(struct desk *desk, int64_t now);
void folded_cancel(struct desk *desk);

#endif
