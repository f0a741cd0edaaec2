/* clocks - arms, stops and fires the deadlines of a client and its referrals. */
#ifndef HUB_HANDOVER_CLOCK_CLOCKS_H
#define HUB_HANDOVER_CLOCK_CLOCKS_H

#include "hub/handover/decider.h"

/* The clocks that belong to the state a referral is now in, in place of all that it had. */
void clocks_enter(struct decider *d, const struct referral_after *referral);
void clocks_arm(struct decider *d, enum clock_name name, const struct referral_after *referral,
	enum role role);
void clocks_arm_at(struct decider *d, enum clock_name name, const struct referral_after *referral,
	enum role role, int64_t due);
void clocks_stop(struct decider *d, enum clock_name name, const struct referral_after *referral);
void clocks_stop_all(struct decider *d);
/* T4 of ended referrals: the responsible desk has acted, or is another one. */
void clocks_stop_duties(struct decider *d);
void clocks_new_owner(struct decider *d);
/* INFO_NEEDED: what is left of a clock, working ms; 0: it is due, or does not run. */
int64_t clocks_left(
	const struct decider *d, enum clock_name name, const struct referral_after *referral);
/* T2 goes on with what was left, or two working days. */
void clocks_resume_decision(
	struct decider *d, const struct referral_after *referral, int64_t left_ms);
/* T6 of the client: somebody works on it, so not before its time from now, nor before that. */
void clocks_show_life(struct decider *d, int64_t at_least);
/* T13: when the voucher expires or the place is reviewed, once it is out; none where no date says.
 */
void clocks_place(struct decider *d, const struct referral_after *referral);
void clocks_review(struct decider *d, const struct referral_after *referral, bool is_outflow);
int32_t clocks_last_day(const struct referral_after *referral); /* of an accepted place */
/* This desk has spoken of it: if it is the sender, a row that had vanished is there again. False:
 * none had. */
bool clocks_heard(struct decider *d, const struct referral_after *referral, struct bytes desk);
/* Of this referral, or (NULL) the client's own; NULL: it does not run. */
struct clock_armed *clocks_find(
	struct decider *d, enum clock_name name, const struct referral_after *referral);
/* T4 runs, and against the giver. */
bool clocks_is_duty_of_giver(const struct decider *d, const struct referral_after *referral);
bool clocks_rests(
	const struct decider *d, const struct referral_after *referral); /* waits for not_before */
bool clocks_runs(
	const struct decider *d, enum clock_name name, const struct referral_after *referral);
/* When this desk must act on this referral, or on the client that it gave; false: no clock runs
 * against it. */
bool clocks_deadline(const struct decider *d, const struct referral_after *referral,
	struct bytes desk, int64_t *due);
void clocks_fire(struct decider *d); /* the clock of the input */
void clocks_finish(struct decider *d); /* what was armed and stopped, and the next action */

#endif
