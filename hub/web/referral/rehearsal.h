/* rehearsal - what would become of a message if it came now: decided by the core on the client as
 * the view knows it, and nothing is stored. */
#ifndef HUB_WEB_REFERRAL_REHEARSAL_H
#define HUB_WEB_REFERRAL_REHEARSAL_H

#include "hub/web/call.h"

struct json_object;

/* Where desks have room, as topic facts says, is taken into account; outages are not. Between
 * call_read and call_read_done. draft was checked. The caller puts it. */
enum outcome rehearsal_of(struct call *call, const struct draft *draft, struct json_object **out,
	struct err *err) MUST_CHECK;

#endif
