/* application_person - who applied: what a row says of the person. */
#ifndef CONNECTORS_SCHOOL_APPLICATION_PERSON_H
#define CONNECTORS_SCHOOL_APPLICATION_PERSON_H

#include "hub/base/problems.h"
#include "schemas/json_tree.h"
#include "schemas/types.h"

/* Of a row of the overstapsysteem: its pgn, which is a BSN or an onderwijsnummer, must be there. */
void application_person_fill(const struct json_tree *row, struct problems *problems,
	struct arena *arena, struct person *out);
/* Of a row of a koppelpunt: its bsn need not be there. Parents, former schools and contacts of a
 * company are left out: the hub has no use for them. */
void application_person_fill_koppelpunt(const struct json_tree *row, struct problems *problems,
	struct arena *arena, struct person *out);

#endif
