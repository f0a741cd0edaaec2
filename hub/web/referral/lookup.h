/* lookup - referrals in the view, as the asking partner may see them. */
#ifndef HUB_WEB_REFERRAL_LOOKUP_H
#define HUB_WEB_REFERRAL_LOOKUP_H

#include "hub/web/call.h"

struct json_object;

/* NULL: there is none, or it is not the partner's own. The caller puts it. Between call_read and
 * call_read_done. */
enum outcome lookup_referral(struct call *call, struct uuid referral, struct json_object **out,
	struct err *err) MUST_CHECK;

#endif
