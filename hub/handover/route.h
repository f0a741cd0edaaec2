/* route - which desk a referral goes to, and by which rule. */
#ifndef HUB_HANDOVER_ROUTE_H
#define HUB_HANDOVER_ROUTE_H

#include "hub/handover/rules.h"
#include "schemas/types.h"

/* How full desks are; facts of kind CAPACITY. Answers whether the desk has room; NULL function:
 * always. */
struct route_facts {
	bool (*has_room)(const void *context, const struct rules_desk *desk,
		struct bytes voucher_kind, int32_t day);
	const void *context;
};

struct route_answer {
	const struct rules_desk *desk; /* never NULL after OK */
	const struct rules_region *region; /* of the client */
	const char *rule; /* name of the rule, or "to_desk", "successor", "entry-desk" */
	const char *why; /* one English line, for `lokethub route test` */
};

/* to_desk if active and taking the question, else its successor, else the first rule that matches
 * and whose desk is active, takes the question and has room, else the region's entry desk. REJECT:
 * to_desk is unknown, or no region can be found. day: the local date of now; partner: OIN of the
 * sender. */
enum outcome route_find(const struct rules *rules, const struct route_facts *facts,
	const struct referral *referral, struct bytes partner, int32_t day,
	struct route_answer *out, struct err *err) MUST_CHECK;

#endif
