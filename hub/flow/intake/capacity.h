/* capacity - that a desk is full until a day, or has room again: a fact that routing goes by. */
#ifndef HUB_FLOW_INTAKE_CAPACITY_H
#define HUB_FLOW_INTAKE_CAPACITY_H

#include "hub/base/codes.h"
#include "hub/handover/rule/rules.h"
#include "schemas/types.h"

#define CAPACITY_ID_SIZE 160

/* What a desk says. */
struct capacity {
	const struct rules_desk *desk;
	struct bytes voucher_kind; /* of a fund: only these; absent: the desk */
	bool is_full; /* else there is room again */
	int32_t until; /* is_full: the last day */
	int64_t now;
};

/* What is wrong with the voucher kind or the day, as one line; NULL: nothing. field: which. */
const char *capacity_fault(
	const struct capacity *capacity, const struct codes *codes, const char **field);
/* Of one without a fault; its strings lie in the capacity and in id. */
struct fact capacity_fact(const struct capacity *capacity, char id[CAPACITY_ID_SIZE]);

/* Which part of a desk a fact of kind CAPACITY says to be full on a day. false: it is of another
 * desk, or says that there is room. */
struct capacity_full {
	struct bytes voucher_kind; /* absent: the desk */
	bool has_until;
	int32_t until; /* the last day */
};
bool capacity_read(const struct fact *fact, const struct rules_desk *desk, int32_t day,
	struct capacity_full *out);

#endif
