/* named - the referrals that name a company (leerbedrijf) of which something is known. */
#ifndef HUB_VIEW_NAMED_H
#define HUB_VIEW_NAMED_H

#include "hub/view/query.h"

struct view_naming {
	struct bytes leerbedrijf;
	struct uuid named_by; /* the referral whose message names it, perhaps not its last one */
	struct uuid referral; /* that one, or one that the hub made from it */
	struct pseudonym client;
};
struct view_namings {
	struct view_naming *items;
	size_t count;
};

/* Those that were applied and name a company of which there is a fact RECOGNITION; by company, then
 * by client. What intake kept no more when the view was built anew is not among them. */
enum outcome view_namings(
	struct view_reader *reader, struct view_namings *out, struct err *err) MUST_CHECK;

#endif
