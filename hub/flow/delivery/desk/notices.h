/* notices - escalations and reminders that no channel of their desk took: the hub is told. */
#ifndef HUB_FLOW_DELIVERY_DESK_NOTICES_H
#define HUB_FLOW_DELIVERY_DESK_NOTICES_H

#include "hub/flow/delivery/desk/desk.h"

/* A notice counts as told once one of the desk's channels took it. Where each channel refused it
 * for good, or had it for a working day, the hub says NOT_TOLD, and the clock climbs. Time before
 * this edge served the desk does not count. A desk that asks for its handovers
 * is told by its second channel alone. Sends one at a
 * time; looks seldom, however often it is called. now: epoch ms. */
void notices_turn(struct ground *ground, int64_t now);
void notices_let_go(struct ground *ground);

#endif
