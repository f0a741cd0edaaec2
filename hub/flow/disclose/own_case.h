/* own_case - what the receiver of a handover itself calls the referral that it is about. */
#ifndef HUB_FLOW_DISCLOSE_OWN_CASE_H
#define HUB_FLOW_DISCLOSE_OWN_CASE_H

#include "hub/flow/disclose/found.h"
#include "hub/handover/rule/rules.h"

struct own_case_asked {
	const struct handover *handover; /* whole */
	const struct found *found; /* what the view knows about it */
	const struct rules *rules;
	const struct rules_desk *desk; /* the receiver */
	/* That it is brought to, of the receiver's partner; NULL: whichever */
	const char *system;
	int64_t age; /* ms that the view has had for it: see found_read */
};

/* The case of the message that made the referral, or the first of its line, if the receiver's
 * partner sent it, and by that system: one that another of its systems gave may be somebody else's
 * there; else the one that this desk's system named last when such a handover was brought
 * to it. Never another partner's. Absent also where intake no more keeps who named it. Of a
 * handover about no referral: that of the referral which gave the client to its desk. Between
 * view_reader_begin and view_reader_end; lies in their arena, or is the handover's. RETRY: the view
 * is behind. */
enum outcome own_case_read(struct view_reader *reader, const struct own_case_asked *asked,
	struct bytes *out, struct err *err) MUST_CHECK;

#endif
