/* ends - liveness: what must have come of every client once desks and machines are well again. */
#ifndef TESTS_SIM_WORLD_ENDS_H
#define TESTS_SIM_WORLD_ENDS_H

#include "tests/sim/world/ruling.h"

/* How long SIM_SILENCE lasts, in days: the farthest day that somebody named, T6's ten days from its
 * first level to the last, and some for what was lost. */
#define ENDS_SILENCE (SIM_DAYS_NAMED + 10 + 5)
/* How long SIM_MENDING may last, in days. At its begin no clock is due later than the farthest
 * named day from before, less ENDS_SILENCE: none of them is left. So whoever must act is told
 * within 30 days (T6, the longest), does so within two, and what follows from that runs by clocks
 * of at most ten working days (T9 that asks for an outcome's acknowledgement); then T6 once more,
 * until nothing is left to do but to close. */
#define ENDS_MENDING (30 + 2 + 16 + 30 + 10 + 7)

/* At any moment when a router lives and its time is right: no clock is overdue, and every OPEN
 * client has a next action with a date that is still to come. */
void ends_check_due(struct sim *sim);
/* At the end of SIM_SILENCE, in which nobody acted: each clock that has had its time, and what was
 * lost of it, stands at its last level; a desk was told of each client. */
void ends_check_silence(struct sim *sim, int64_t since);
bool ends_is_open(enum referral_state state);
/* Every client is closed, every referral ended, nothing is parked or marked, and whatever came in
 * was answered. Tells which is not. */
bool ends_are_reached(struct sim *sim, bool tell);

#endif
