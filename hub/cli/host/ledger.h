/* ledger - what happened in a system that the hub asks: each step and case follows from the seed
 * and its number, and none is kept; or steps are those of a script.
 */
#ifndef HUB_CLI_HOST_LEDGER_H
#define HUB_CLI_HOST_LEDGER_H

#include "hub/cli/play/dice.h"

/* Of what a system says, so many in a hundred are no new case. */
enum { LEDGER_AGAIN_PERCENT = 4, LEDGER_CANCEL_PERCENT = 4, LEDGER_AMEND_PERCENT = 4 };

enum ledger_step {
	LEDGER_REFERRAL, /* a new case, which is called by the number of this step */
	LEDGER_AMEND, /* of the last case, as the others below; in a script of that which it names
		       */
	LEDGER_CANCEL, /* nothing follows on it */
	LEDGER_AGAIN, /* what was said last is said once more */
};

/* A step that was decided. */
struct ledger_line {
	enum ledger_step step;
	int64_t of; /* the step that its case began with; of a referral its own */
	int64_t when; /* ms behind begin */
};

struct ledger {
	struct dice people; /* whom its cases are of: a copy is thrown for each */
	struct dice steps;
	uint64_t mark; /* of the seed and the partner, in what it calls its documents */
	int64_t begin; /* epoch ms */
	double between; /* ms from one step to the next, on average */
	int64_t said; /* the number of the last step; 0: none yet */
	struct ledger_line *script; /* so many; NULL: by dice */
};

struct ledger ledger_of(int64_t seed, struct bytes partner);
void ledger_done(struct ledger *ledger); /* of a script; zeroed again */
/* The next step of a script, which the first one begins: of any case in it, also behind steps of
 * others. Its number. */
int64_t ledger_say(struct ledger *ledger, enum ledger_step step, int64_t of, int64_t when);
/* From 1 on, also of one that is still to come. */
enum ledger_step ledger_step(const struct ledger *ledger, int64_t number);
int64_t ledger_when(const struct ledger *ledger, int64_t number); /* ms behind begin */

/* A case as it stands, by the numbers of its steps. */
struct ledger_case {
	int64_t referred, changed; /* changed: its last step that is none of AGAIN */
	int64_t cancelled; /* 0: it is not */
	bool is_amended;
};

/* That which step `number` is of. */
struct ledger_case ledger_case(const struct ledger *ledger, int64_t number);

#endif
