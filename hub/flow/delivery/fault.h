/* fault - a desk whose place does not answer: what is told of it, and who waits too long. */
#ifndef HUB_FLOW_DELIVERY_FAULT_H
#define HUB_FLOW_DELIVERY_FAULT_H

#include "hub/flow/delivery/desk.h"

/* Its outlet's circuit has opened or closed. Open: the desk keeps only its cursor in memory, the
 * clocks of its clients stand still. */
void fault_changed(struct desk *desk, int64_t now);
/* While the circuit is open: whoever has waited for five working days is told that it is
 * undeliverable, and the clocks run again. */
void fault_turn(struct desk *desk, int64_t now);
/* A fact of before the start. */
void fault_learn(struct desk *desk, const struct fact *fact);
/* No longer ours. */
void fault_let_go(struct desk *desk);

#endif
