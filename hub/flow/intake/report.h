/* report - what the hub itself says of a referral: that its desk has the offer, or never will, or
 * does not know that a clock came due; or that its sender's list has it no more. */
#ifndef HUB_FLOW_INTAKE_REPORT_H
#define HUB_FLOW_INTAKE_REPORT_H

#include "hub/flow/intake/intake.h"
#include "hub/seal/ids.h"

struct report {
	struct uuid referral;
	enum action action; /* DELIVERED, UNDELIVERABLE, NOT_TOLD, VANISHED */
	struct bytes desk; /* whose offer it is, or notice; absent: VANISHED */
	const struct handover *notice; /* NOT_TOLD: which; has a clock */
	int64_t cursor; /* of that notice */
	struct bytes case_; /* DELIVERED: the receiver's own id of it; absent: none is known */
	struct bytes snapshot; /* VANISHED: which list it is missing from; else absent */
};

/* The same for the same report, whoever makes it and however often; the rest lies in the arena. */
void report_make(const struct ids *ids, const struct report *report, struct arena *arena,
	struct message *out);

/* Stores it in intake. A late or repeated one changes nothing there. NULL: it cannot be stored now,
 * and there will be no receipt. */
struct intake_job *intake_report(
	struct intake *intake, const struct report *report, struct intake_caller caller);

#endif
