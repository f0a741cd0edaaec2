/* decider - a decision in the making: the client as it is so far, and what has been decided about
 * it. */
#ifndef HUB_HANDOVER_DECIDER_H
#define HUB_HANDOVER_DECIDER_H

#include "hub/handover/handover.h"

#define DECIDER_REFERRALS_MAX (HANDOVER_REFERRALS_MAX + 8)
#define DECIDER_CLOCKS_MAX (HANDOVER_CLOCKS_MAX * (HANDOVER_REFERRALS_MAX + 1) + 8)

/* A working copy of the parts that decisions change. Rows and guards read and write this; the
 * difference to the state, and the transitions recorded on the way, become the Event. Lives on the
 * stack of handover_decide. */
struct decider {
	const struct client *client; /* before the decision */
	bool known;
	const struct handover_input *input;
	const struct rules *rules;
	struct handover_decision *out;
	struct event *event; /* of out */
	const struct status_change *change; /* NULL: the input is a Referral or a clock */
	int64_t now;
	int32_t today; /* local date of now */

	enum client_status status;
	struct bytes owner, region; /* absent: nobody, unknown */
	struct uuid owner_via;
	enum consent consent;
	bool merging; /* marked: a merge with another record is under way */
	struct bytes actor; /* desk that acts; absent: the hub */
	struct referral_after referrals[DECIDER_REFERRALS_MAX];
	size_t referrals_count;
	struct clock_armed clocks[DECIDER_CLOCKS_MAX];
	size_t clocks_count;
};

void decider_init(struct decider *d, const struct handover_state *state,
	const struct handover_input *input, const struct rules *rules,
	struct handover_decision *out);
/* Only to look at a client: no input, nothing to decide. */
void decider_look(struct decider *d, const struct client *client, const struct rules *rules);
/* Writes the difference in clocks, the next action, numbers and versions into the Event. */
void decider_finish(struct decider *d);

struct referral_after *decider_find(
	struct decider *d, struct uuid referral); /* NULL: not of this client */
bool decider_has_room(const struct decider *d); /* for one more referral */
/* A new one, zeroed but for its id; NULL: no room, all are open. */
struct referral_after *decider_add(struct decider *d, struct uuid referral);
/* Records one row of the transition table, sets the clocks of the new state, tells who is to be
 * told. Change the referral's other fields first: the Event gets it as it is now. `row` is an enum
 * table_row. */
void decider_step(struct decider *d, unsigned row, struct referral_after *referral);
/* The same where the row may lead to another state than the table says. */
void decider_step_to(
	struct decider *d, unsigned row, struct referral_after *referral, enum referral_state to);
/* The same for a referral that was just added: version 1. */
void decider_open(struct decider *d, unsigned row, struct referral_after *referral);
/* Responsibility moves; ends what only the old owner had to do. Open requests follow the client,
 * once all else is decided. */
void decider_give(struct decider *d, struct bytes desk, struct uuid via);
/* The Event becomes REJECTED. Only before anything else is decided. */
void decider_reject(struct decider *d, enum rejection_code code, const char *field,
	const char *format, ...) PRINTF_LIKE(4, 5);
bool decider_is_open(enum referral_state state); /* SUBMITTED … CANCEL_REQUESTED, RETURNED */
bool decider_is_undecided_transfer(
	const struct referral_after *referral); /* part of the open offer group */
/* What a referral that the hub makes has from the one it comes from, its parent: subject, question,
 * urgency, and the dates of its voucher or place. */
void decider_copy_terms(struct referral_after *to, const struct referral_after *parent);
/* It is accepted from now on; before the step to that state. */
void decider_accept(struct decider *d, struct referral_after *referral);
/* Row 18 by the hub; outcome: a constant code. */
void decider_complete(struct decider *d, struct referral_after *referral, const char *outcome);
/* The input is a message of the hub itself. */
bool decider_by_hub(const struct decider *d);
/* An id for what the hub makes itself: from its parent's, the input's and the desk; in the client's
 * slot, in which the parent is too unless it was sent on after a merge. */
struct uuid decider_derive(const struct decider *d, struct uuid parent, struct bytes desk);

bool decider_same(struct uuid a, struct uuid b);

#endif
