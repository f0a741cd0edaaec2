/* couple - every state that two records of one person can reach while they are merged. */
#ifndef TESTS_SIM_EXHAUSTIVE_COUPLE_H
#define TESTS_SIM_EXHAUSTIVE_COUPLE_H

#include "tests/sim/exhaustive/moves.h"

struct couple;

struct couple_result {
	size_t states, steps;
	size_t beyond; /* states with more referrals than fit: checked, not followed */
	size_t both_ask; /* states in which each is to be merged into the other */
	size_t merged; /* states in which one was merged into the other */
	size_t retried; /* of these, those that came after both had been refused */
	bool complete; /* there are no more states */
	const char *invariant, *text; /* the first that was broken; NULL: none */
};

/* At most so many states. The words of a merge arrive in any order, between all else that happens.
 */
struct couple *couple_new(const struct moves_world *world, size_t states);
void couple_ignore(struct couple *couple, const char *invariant); /* one that is left out */
void couple_free(struct couple *couple);
struct couple_result couple_run(struct couple *couple);
/* The shortest way to what was broken, one line per step. */
void couple_print_story(struct couple *couple);

#endif
