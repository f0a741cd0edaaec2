/* inlet - topic handovers, by the partitions that this edge serves: what comes is noticed by its
 * desk. */
#ifndef HUB_FLOW_DELIVERY_INLET_H
#define HUB_FLOW_DELIVERY_INLET_H

#include "hub/flow/delivery/desk/desk.h"

struct inlet;

enum outcome inlet_new(struct inlet **out, struct ground *ground, struct err *err) MUST_CHECK;
/* Takes partitions over, gives them up, and passes on what came. Not OK: none are ours any more. */
enum outcome inlet_turn(struct inlet *inlet, struct err *err) MUST_CHECK;
/* Whether this edge serves the desks of that partition of handovers. */
bool inlet_serves(const struct inlet *inlet, int32_t partition);
void inlet_free(struct inlet *inlet);

#endif
