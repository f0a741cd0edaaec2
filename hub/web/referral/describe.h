/* describe - what a partner may know of a referral and its client, as JSON. */
#ifndef HUB_WEB_REFERRAL_DESCRIBE_H
#define HUB_WEB_REFERRAL_DESCRIBE_H

#include <stdbool.h>

#include "hub/handover/rule/rules.h"
#include "hub/view/query.h"

struct json_object;

/* Who looks, at what. */
struct describe {
	const struct rules *rules;
	const struct rules_partner *partner;
	bool is_coordinator; /* comes with the token of one: sees all in the region of its desk */
	const struct view_referral *found;
};

/* One of its desks sent it (of a registration: its home desk), gives, gets or has the client. */
bool describe_is_own(const struct describe *describe);
/* A desk that it may know by name: as far as `disclose_owner` goes, its own, and the target; that
 * of a REQUEST is the owner. */
bool describe_may_name(const struct describe *describe, struct bytes desk);
/* Where its referral stands; else what a refusal says of that is not for it either. */
bool describe_may_know_state(const struct describe *describe);
/* The same of a state that it had. */
bool describe_may_know(const struct describe *describe, enum referral_state state);
/* Of a referral that is its own. The responsible desk as far as `disclose_owner` goes, the state
 * as far as the target's partner reports it back (`feedback`). since: when responsibility began,
 * epoch ms; 0: not known. The caller puts it. */
struct json_object *describe_referral(const struct describe *describe, int64_t since);

#endif
