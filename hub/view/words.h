/* words - what stands in the tables of the core, in words of English and Dutch. */
#ifndef HUB_VIEW_WORDS_H
#define HUB_VIEW_WORDS_H

#include "schemas/types.h"

enum words_language { WORDS_ENGLISH, WORDS_DUTCH, WORDS_LANGUAGES };

enum words_phrase {
	WORDS_ANOTHER_DESK,
	WORDS_LEVEL,
	WORDS_AND,
	WORDS_MORE,
	WORDS_LATE_DELIVERED,
	WORDS_LATE_UNDELIVERABLE,
	WORDS_SUGGESTS,
	WORDS_NEXT_ON,
	WORDS_CLOSED,
	WORDS_WITHDRAWN,
	WORDS_NOW_WITH,
	WORDS_TOLD,
	WORDS_NOT_IN_TIME,
	WORDS_PARKED,
	WORDS_REFUSED,
	WORDS_AGAIN,
	WORDS_SENT_ON,
	WORDS_NOTED,
	WORDS_CLOCK,
	WORDS_HUB,
	WORDS_PHRASES
};

/* "en" or "nl". false: neither. */
bool words_read_language(struct bytes name, enum words_language *out);
const char *words_phrase(enum words_phrase phrase, enum words_language language);
/* For a row of the transition table; what stands in braces is of the referral after it. action:
 * the one that caused it. "": what became of the client says it all. */
const char *words_row(
	const struct transition *transition, enum action action, enum words_language language);
/* How far the referral is. */
const char *words_progress(enum progress progress, enum words_language language);
/* What the desk must do, in a few words: "decide on the offer". */
const char *words_duty(enum duty duty, enum words_language language);
/* What a clock that runs against a desk stands for: "offer to decide on". */
const char *words_clock(enum clock_name clock, enum words_language language);

#endif
