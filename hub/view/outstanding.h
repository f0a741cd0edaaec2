/* outstanding - the open referrals that one system of a partner sent, whether or not it still has
 * them. */
#ifndef HUB_VIEW_OUTSTANDING_H
#define HUB_VIEW_OUTSTANDING_H

#include "hub/handover/rule/rules.h"
#include "hub/view/query.h"

/* Whose. */
struct outstanding_of {
	struct bytes partner, system;
	const struct rules *rules; /* whose desk the sender is */
};

struct outstanding {
	struct uuid referral;
	struct bytes case_;
	bool is_asked; /* a duty to refer again or close runs: VANISHED would change nothing */
};

struct outstanding_page {
	struct outstanding *items;
	size_t count;
	int64_t after; /* where the next one begins */
	bool is_last;
};

/* Those of the next few hundred clients behind `after`, 0 being the first; an empty page need not
 * be the last. The pages of one walk are of one view: one that is built anew begins at 0 again.
 * A referral of which the view has no message any more, as intake keeps none, is left out, and so
 * is one that the hub made. */
enum outcome outstanding_next(struct view_reader *reader, const struct outstanding_of *of,
	int64_t after, struct outstanding_page *out, struct err *err) MUST_CHECK;

/* One of them by its id; case_ absent: it is none of them, or no more. */
enum outcome outstanding_find(struct view_reader *reader, const struct outstanding_of *of,
	struct uuid referral, struct outstanding *out, struct err *err) MUST_CHECK;

/* When the system last said something under a case, as Kafka has it, epoch ms; 0: never. */
enum outcome outstanding_said_at(struct view_reader *reader, const struct outstanding_of *of,
	struct bytes case_, int64_t *out, struct err *err) MUST_CHECK;

#endif
