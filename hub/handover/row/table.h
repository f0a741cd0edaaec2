/* table - the transition table of a referral: who may do what in which state, and who is told. */
#ifndef HUB_HANDOVER_ROW_TABLE_H
#define HUB_HANDOVER_ROW_TABLE_H

#include "hub/handover/decider.h"

/* By their numbers, which an Event names. */
enum table_row {
	TABLE_1,
	TABLE_1B,
	TABLE_1C,
	TABLE_1D,
	TABLE_2,
	TABLE_3,
	TABLE_4,
	TABLE_5,
	TABLE_6,
	TABLE_7,
	TABLE_8,
	TABLE_9,
	TABLE_10,
	TABLE_11_HOLD,
	TABLE_11_RESUME,
	TABLE_12,
	TABLE_13,
	TABLE_14,
	TABLE_15,
	TABLE_16,
	TABLE_17,
	TABLE_18,
	TABLE_19,
	TABLE_20,
	TABLE_21,
	TABLE_22,
	TABLE_22_UNTOLD,
	TABLE_23,
	TABLE_25,
	TABLE_26,
	TABLE_27,
	TABLE_28,
	TABLE_29,
	TABLE_30,
	TABLE_31,
	TABLE_ROWS
};

enum table_tell {
	TELL_NONE,
	TELL_OFFER,
	TELL_DETAILS,
	TELL_QUESTION,
	TELL_ANSWER,
	TELL_STATUS,
	TELL_RECALL,
	TELL_DUTY
};

/* What is missing: the field, and what to write. field NULL: nothing. */
struct table_need {
	const char *field, *text;
};

struct row {
	const char *number;
	enum action action; /* ACTION_UNKNOWN: not asked for by an action, the hub does it */
	unsigned who; /* TABLE_BIT of each role that may */
	unsigned from; /* TABLE_BIT of each state it may start in */
	int to; /* enum referral_state, or TABLE_SAME; 5 of a request and 11 RESUME may differ */
	struct table_need (*needs)(
		const struct decider *d, const struct referral_after *referral); /* NULL: nothing */
	const char *(*guard)(const struct decider *d,
		const struct referral_after *referral); /* why not; NULL: go on */
	void (*apply)(struct decider *d, struct referral_after *referral); /* NULL: just the step */
	enum table_tell target, giver, sender; /* who is told what */
	bool counts; /* the referral's version goes up */
};

#define TABLE_BIT(n) (1u << (unsigned)(n))
#define TABLE_SAME (-1)

extern const struct row table[TABLE_ROWS];

/* The row for an action on a referral in this state: of several the one that may start there, or
 * else the first. NULL: no row asks for it. */
const struct row *table_find(enum action action, enum referral_state state);

#endif
