/* region - the people: partners who refer, desks that work, coordinators, and ops. */
#ifndef TESTS_SIM_WORLD_REGION_H
#define TESTS_SIM_WORLD_REGION_H

#include "tests/sim/world/post.h"
#include "tests/sim/world/ruling.h"

/* A desk knows what was brought to it, and what it is answered when it asks about a referral that
 * it knows. In SIM_MENDING nobody remembers anything: who is told of a client looks at it, does
 * what is for it to do, or calls the desk whose turn it is. */
struct region;

struct region *region_new(struct sim *sim); /* also the rules and codes of sim */
void region_free(struct region *region);
/* Partners begin to refer, and moods to change. */
void region_begin(struct region *region);
/* What was committed: its handovers are on their way, and who asked is answered. */
void region_hear(struct region *region, const struct ruling *ruling);
/* A message that may be sent again; one that is, as it was or with another content; and any
 * referral that anybody ever heard of. */
void region_sent(struct region *region, const struct post *post);
void region_repeat(struct region *region);
bool region_any_referral(struct region *region, struct uuid *out);
/* Every desk can be reached, and is calm. */
void region_mend(struct region *region);

#endif
