/* route - which desk a referral goes to, and by which rule. */
#ifndef HUB_HANDOVER_RULE_ROUTE_H
#define HUB_HANDOVER_RULE_ROUTE_H

#include "hub/handover/rule/rules.h"
#include "schemas/types.h"

/* How full desks are. Answers which kind of fact says that the desk has no room: "capacity" or
 * "hold"; NULL: it has. NULL function: all have. */
struct route_facts {
	const char *(*why_full)(const void *context, const struct rules_desk *desk,
		struct bytes voucher_kind, int32_t day);
	const void *context;
};

#define ROUTE_FULL_MAX 8

/* Whom it would have gone to. */
struct route_full {
	const struct rules_desk *desk;
	const char *kind; /* of the fact */
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
	struct route_full full[ROUTE_FULL_MAX]; /* desks without room, in the order they came up */
	size_t full_count; /* of further ones nothing is said */
};

/* to_desk if it is fit, else its successor if that is, else the first rule that matches and whose
 * desk is fit and has room, else the region's entry desk. Fit: active, takes the question, and
 * holds clients unless a SERVICE is asked for. REJECT: to_desk is unknown, or no region can be
 * found. */
enum outcome route_find(const struct rules *rules, const struct route_question *question,
	struct route_answer *out, struct err *err) MUST_CHECK;

#endif
