/* story - an event in a line that people can read: who did what. */
#ifndef HUB_CLI_SCREEN_STORY_H
#define HUB_CLI_SCREEN_STORY_H

#include "hub/base/bytes.h"
#include "hub/handover/rules.h"
#include "hub/view/report.h"

/* Replaces what is in out. "declined by wsp-rijnmond: NO_CAPACITY; now with gemeente-rotterdam" */
void story_what(const struct report_event *told, struct buffer *out);
/* The partner's name, or NULL where config does not know it. */
const char *story_partner(const struct rules *rules, struct bytes oin);
/* The partner's name where config knows it, else its OIN; a clock; or the hub. */
void story_who(const struct report_event *told, const struct rules *rules, struct buffer *out);
/* What the desk must do, in a few words: "decide on the offer". */
const char *story_duty(enum duty duty);
/* What a clock that runs against a desk stands for: "offer to decide on". */
const char *story_clock(enum clock_name clock);

#endif
