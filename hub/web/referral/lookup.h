/* lookup - referrals in the view, as the asking partner may see them. */
#ifndef HUB_WEB_REFERRAL_LOOKUP_H
#define HUB_WEB_REFERRAL_LOOKUP_H

#include "hub/web/call.h"
#include "hub/web/referral/describe.h"

struct json_object;

/* All between call_read and call_read_done. */

/* The referral as the partner may see it; found NULL: there is none, or it is not its own. */
enum outcome lookup_own(
	struct call *call, struct uuid referral, struct describe *out, struct err *err) MUST_CHECK;
/* NULL: there is none, or it is not the partner's own. The caller puts it. */
enum outcome lookup_referral(struct call *call, struct uuid referral, struct json_object **out,
	struct err *err) MUST_CHECK;
/* The text of an Event about it: of a refusal only what the partner may know of its state. */
enum outcome lookup_refusal(struct call *call, struct uuid referral, const struct event *event,
	struct bytes *out, struct err *err) MUST_CHECK;

#endif
