/* fault - a desk that nothing is brought to for now: what is told of it, and who waits too long. */
#ifndef HUB_FLOW_DELIVERY_DESK_FAULT_H
#define HUB_FLOW_DELIVERY_DESK_FAULT_H

#include "hub/flow/delivery/desk/desk.h"

/* Why nothing is brought to it but, perhaps, a probe: it is shut. The metric has these numbers. */
enum fault {
	FAULT_NONE,
	FAULT_OPEN, /* its outlet's circuit is open */
	FAULT_GONE, /* and not probed either */
	FAULT_HELD, /* ops holds it, whatever its outlet does */
};

enum fault fault_of(const struct desk *desk);
const char *fault_name(enum fault fault); /* in facts: "closed", "open", "gone", "held" */
/* Whether something may go out to it now: then it must. false: *when becomes the time to ask again,
 * epoch ms, if that is known. */
bool fault_may_send(struct desk *desk, int64_t now, int64_t *when);
/* It is shut or open again, or why it is shut is another reason now. Shut: the desk keeps only its
 * cursor in memory, the clocks of its clients stand still. */
void fault_changed(struct desk *desk, int64_t now);
/* While it is shut: whoever has waited for five working days is told that it is
 * undeliverable, and the clocks run again. */
void fault_turn(struct desk *desk, int64_t now);
/* A fact of before the start. */
void fault_learn(struct desk *desk, const struct fact *fact);
/* No longer ours. */
void fault_let_go(struct desk *desk);

#endif
