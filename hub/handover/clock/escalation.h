/* escalation - who is told when a clock comes due, level by level. */
#ifndef HUB_HANDOVER_CLOCK_ESCALATION_H
#define HUB_HANDOVER_CLOCK_ESCALATION_H

#include "hub/handover/decider.h"

enum {
	ESCALATION_DESK = 1,
	ESCALATION_LEAD = 2,
	ESCALATION_COORDINATOR = 3,
	ESCALATION_ENTRY_DESK = 4
};

/* The desk that plays a role; referral may be NULL for what concerns the client. HUB: the
 * responsible desk. */
struct bytes escalation_desk(
	const struct decider *d, const struct referral_after *referral, enum role role);
bool escalation_is_entry_desk(
	const struct decider *d, struct bytes desk); /* of the client's region */
/* Tells the next level and arms the clock again. It never changes a state. */
void escalation_climb(
	struct decider *d, struct clock_armed *clock, struct referral_after *referral);
/* I16: this desk had the client on offer not long ago, or too many had. Why; NULL: no. */
const char *escalation_sent_round(const struct client *client, int32_t today, struct bytes desk);
/* So the coordinator and ops are told at once, without a clock. */
void escalation_report(struct decider *d, const struct referral_after *referral, const char *why);
/* When a clock that only reminds climbs, however much time was lost; INT64_MAX: it does not remind.
 */
int64_t escalation_climbs(const struct rules_clock *rules, const struct clock_armed *clock);
/* Of the time that a clock which has climbed waits for now. */
enum rules_unit escalation_unit(
	const struct rules_clock *rules, const struct clock_armed *clock, bool urgent);
/* It told this level last, and has another one above it. */
bool escalation_stands_at(const struct decider *d, const struct clock_armed *clock, int32_t level);
/* The same as escalation_climb, but does not tell a level again. */
void escalation_skip(struct decider *d, struct clock_armed *clock, struct referral_after *referral);

#endif
