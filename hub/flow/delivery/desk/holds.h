/* holds - desks that ops has put on hold, or released, as the view's facts say. */
#ifndef HUB_FLOW_DELIVERY_DESK_HOLDS_H
#define HUB_FLOW_DELIVERY_DESK_HOLDS_H

#include "hub/flow/delivery/desk/desk.h"

/* Of the desks that are ours, between view_reader_begin and view_reader_end. One that has begun
 * stops or goes on with that; with one that was released its outlet is tried at once, also where it
 * said that it is no more. now: epoch ms. */
enum outcome holds_read(struct ground *ground, int64_t now, struct err *err) MUST_CHECK;
/* The same by itself, where the view can be asked. */
void holds_look(struct ground *ground, int64_t now);

#endif
