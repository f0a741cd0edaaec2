/* cases - which client a partner's case has, and how many others it named: the latest ones in
 * memory, the others as the view knows them. */
#ifndef HUB_FLOW_INTAKE_CASES_H
#define HUB_FLOW_INTAKE_CASES_H

#include "hub/view/query.h"
#include "hub/view/view.h"

/* A case keeps its first client. In memory are the cases that this thread took last, so that a
 * second message right behind the first is caught before the view has it, and who was named lately
 * costs no look at the view. What another edge took within the lag of the views is not known: then
 * a case may get two clients, which the view finds afterwards (`lokethub orphans`), or one other
 * too many. A case of which intake no longer keeps a Referral is unknown to a view that was made
 * anew since. */
struct cases; /* for one thread */

/* view: whose file is read; NULL: another process's. *reader NULL: no view yet. */
struct cases *cases_new(const struct view *view, struct view_reader **reader);
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

/* A mistyped BSN can be corrected twice. One case for many people is refused: they would all be
 * applied to the first of them, and never become clients. */
#define CASES_OTHERS_MAX 2

enum cases_answer {
	CASES_KNOWN, /* the case's client, or a person was told before */
	CASES_LIST, /* a person must be told; said once */
	CASES_TOO_MANY, /* CASES_OTHERS_MAX others were named before: refuse it */
};

/* The case, just taken, names one more than its client. Of one too many nothing is kept. */
enum cases_answer cases_take_other(struct cases *cases, struct cases_key key,
	const struct view_case *which, struct pseudonym named);

/* What was taken for this client lies at this offset of intake. */
#define CASES_ON_ITS_WAY INT64_MAX
void cases_lies_at(
	struct cases *cases, struct cases_key key, struct pseudonym client, int64_t offset);
/* What was taken may not have been stored: only the view knows. */
void cases_forget(struct cases *cases, struct cases_key key);

#endif
