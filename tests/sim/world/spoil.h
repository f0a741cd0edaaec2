/* spoil - makes of what was committed what no hub may commit, to show that the judge sees it. */
#ifndef TESTS_SIM_WORLD_SPOIL_H
#define TESTS_SIM_WORLD_SPOIL_H

#include "tests/sim/world/ruling.h"

/* Breaks this invariant, where the ruling is one in which it can be broken. */
void spoil_ruling(struct sim *sim, const char *invariant, struct ruling *ruling);

#endif
