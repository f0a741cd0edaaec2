/* state - inside the core: the desks that a client names, and strings that it keeps. */
#ifndef HUB_HANDOVER_STATE_STATE_H
#define HUB_HANDOVER_STATE_STATE_H

#include "hub/handover/handover.h"

/* Its place in client.desks; it is added if need be. Absent: -1. */
int32_t state_name_desk(struct handover_state *state, struct bytes desk);
/* A copy that lives as long as the state is worked on. */
struct bytes state_keep(struct handover_state *state, struct bytes text);

/* Ended referrals without a clock that did not give the present owner: they make room when there is
 * none. */
size_t state_forgettable(const struct client *client);
void state_forget_one(struct handover_state *state); /* the oldest of them; there must be one */
void state_forget_desks(struct handover_state *state); /* those that nothing means any more */

#endif
