/* history - what became of a referral, as a story for the partner that asks. */
#ifndef HUB_WEB_REFERRAL_HISTORY_H
#define HUB_WEB_REFERRAL_HISTORY_H

#include "hub/view/words.h"
#include "hub/web/call.h"

struct json_object;

/* NULL: there is none, or it is not the partner's own. The caller puts it. Between call_read and
 * call_read_done. */
enum outcome history_of(struct call *call, enum words_language language, struct json_object **out,
	struct err *err) MUST_CHECK;

#endif
