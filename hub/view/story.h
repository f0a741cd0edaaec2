/* story - an event in a line that people can read: who did what, in English or in Dutch. */
#ifndef HUB_VIEW_STORY_H
#define HUB_VIEW_STORY_H

#include "hub/base/codes.h"
#include "hub/handover/rule/rules.h"
#include "hub/view/report.h"
#include "hub/view/words.h"

/* A partner that hears about one referral, and of others only what moves the client. */
struct story_listener {
	struct uuid referral;
	struct bytes partner; /* OIN: hears all that it said itself */
	bool (*may_name)(const void *context, struct bytes desk);
	/* Whether it may know that the referral came to this state. */
	bool (*may_know)(const void *context, enum referral_state state);
	const void *context;
};

struct story {
	enum words_language language;
	const struct rules *rules;
	const struct codes *codes; /* for Dutch labels; NULL: codes stand for themselves */
	const struct story_listener *listener; /* NULL: ops */
};

/* Replaces what is in out: "declined by wsp-rijnmond: NO_CAPACITY; now with gemeente-rotterdam".
 * Empty: the listener hears nothing of it. */
void story_what(const struct story *story, const struct report_event *told, struct buffer *out);
/* The partner's name where config knows it, else its OIN; a clock; or the hub. Empty: the listener
 * may not know. */
void story_who(const struct story *story, const struct report_event *told, struct buffer *out);
/* The partner's name, or NULL where config does not know it. */
const char *story_partner(const struct rules *rules, struct bytes oin);

#endif
