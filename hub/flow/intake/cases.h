/* cases - which client a partner's case has: the latest ones in memory, the others as the view
 * knows them. */
#ifndef HUB_FLOW_INTAKE_CASES_H
#define HUB_FLOW_INTAKE_CASES_H

#include "hub/view/query.h"

/* A case keeps its first client. In memory are the cases that this thread took last, so that a
 * second message right behind the first is caught before the view has it, and a known case costs no
 * look at the view. What another edge took within the lag of the views, or while there is no view,
 * is not known: then a case may get two clients, which the view finds afterwards (`lokethub
 * orphans`). A case of which intake no longer keeps a Referral is unknown to a view that was made
 * anew since. */
struct cases; /* for one thread */

struct cases *cases_new(struct view_reader **reader); /* *reader NULL: no view yet */
void cases_free(struct cases *cases);

/* Names a case, and nothing can be read from it. */
struct cases_key {
	uint64_t parts[2];
};
struct cases_key cases_key(const struct cases *cases, const struct view_case *which);

/* A Referral under this case names this client. Whose the case is, from now on: another client's if
 * it had one before. */
struct pseudonym cases_take(struct cases *cases, struct cases_key key,
	const struct view_case *which, struct pseudonym named);

/* Whether a person must still be told that the case of `client` names `named` too: true once. */
bool cases_must_list(struct cases *cases, struct cases_key key, const struct view_case *which,
	struct pseudonym named);

/* What was taken may not have been stored: only the view knows. */
void cases_forget(struct cases *cases, struct cases_key key);

#endif
