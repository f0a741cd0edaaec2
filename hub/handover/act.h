/* act - what a StatusChange does: the needs, guards and effects that the table names. */
#ifndef HUB_HANDOVER_ACT_H
#define HUB_HANDOVER_ACT_H

#include "hub/handover/table.h"

void act_decide(struct decider *d); /* the input is a StatusChange */
/* What a desk may do with a referral as things stand; out has ACTION_COUNT places. */
size_t act_legal(const struct decider *d, const struct referral_after *referral, struct bytes desk,
	enum action *out);

struct table_need act_needs_worker(const struct decider *d);
struct table_need act_needs_decline(const struct decider *d);
struct table_need act_needs_reason(const struct decider *d);
struct table_need act_needs_outcome(const struct decider *d);
struct table_need act_needs_closing(const struct decider *d);
struct table_need act_needs_date(const struct decider *d);

const char *act_may_accept(const struct decider *d, const struct referral_after *referral);
const char *act_may_decline(const struct decider *d, const struct referral_after *referral);
const char *act_may_close(const struct decider *d, const struct referral_after *referral);
const char *act_must_be_open(const struct decider *d, const struct referral_after *referral);

void act_delivered(struct decider *d, struct referral_after *referral);
void act_undeliverable(struct decider *d, struct referral_after *referral);
void act_seen(struct decider *d, struct referral_after *referral);
void act_accept(struct decider *d, struct referral_after *referral);
void act_close(struct decider *d, struct referral_after *referral);
void act_sign_of_life(struct decider *d, struct referral_after *referral);
void act_withdraw(struct decider *d, struct referral_after *referral);

#endif
