/* route - which desk a referral goes to, and by which rule. */
#ifndef HUB_HANDOVER_RULE_ROUTE_H
#define HUB_HANDOVER_RULE_ROUTE_H

#include "hub/handover/rule/rules.h"
#include "schemas/types.h"

/* How full desks are; facts of kind CAPACITY. Answers whether the desk has room; NULL function:
 * always. */
struct route_facts {
	bool (*has_room)(const void *context, const struct rules_desk *desk,
		struct bytes voucher_kind, int32_t day);
	const void *context;
};

struct route_question {
	const struct referral *referral;
	struct bytes partner; /* OIN of the sender */
	int32_t day; /* the local date of now */
	const struct route_facts *facts; /* NULL: every desk has room */
};

struct route_answer {
	const struct rules_desk *desk; /* never NULL after OK */
	const struct rules_region *region; /* of the client */
	const char *rule; /* name of the rule, or "to_desk", "successor", "entry-desk" */
	const char *why; /* one English line, for `lokethub route test` */
};

/* to_desk if it is fit, else its successor if that is, else the first rule that matches and whose
 * desk is fit and has room, else the region's entry desk. Fit: active, takes the question, and
 * holds clients unless a SERVICE is asked for. REJECT: to_desk is unknown, or no region can be
 * found. */
enum outcome route_find(const struct rules *rules, const struct route_question *question,
	struct route_answer *out, struct err *err) MUST_CHECK;

#endif
