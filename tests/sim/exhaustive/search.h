/* search - every state that a small world can reach, breadth first, until one breaks an invariant.
 */
#ifndef TESTS_SIM_EXHAUSTIVE_SEARCH_H
#define TESTS_SIM_EXHAUSTIVE_SEARCH_H

#include "tests/sim/exhaustive/moves.h"

struct search;

struct search_result {
	size_t states, steps; /* steps: decisions taken */
	size_t refused; /* steps that had to be refused, and were */
	size_t beyond; /* states with one referral more than fit: checked, not followed */
	size_t weight; /* how many states these stand for, as small_weight says */
	size_t depth; /* of the last state looked at */
	bool complete; /* there are no more states */
	const char *invariant, *text; /* the first that was broken; NULL: none */
};

/* At most so many states. Each is checked with handover_invariants, each step with
 * handover_step_invariants; what handover_actions calls legal must be applied, `illegal` others per
 * state must be refused. */
struct search *search_new(const struct moves_world *world, size_t states, unsigned illegal);
/* One invariant that is left out. */
void search_ignore(struct search *search, const char *invariant);
void search_free(struct search *search);
struct search_result search_run(struct search *search);
/* The shortest way to what was broken, one line per step. */
void search_print_story(struct search *search);

#endif
