/* report - what the hub itself says of a referral: that its desk has the offer, or never will. */
#ifndef HUB_FLOW_INTAKE_REPORT_H
#define HUB_FLOW_INTAKE_REPORT_H

#include "hub/flow/intake/intake.h"
#include "hub/seal/ids.h"

struct report {
	struct uuid referral;
	enum action action; /* DELIVERED, UNDELIVERABLE */
	struct bytes desk; /* whose offer it is */
	struct bytes case_; /* DELIVERED: the receiver's own id of it; absent: none is known */
};

/* The same for the same report, whoever makes it and however often; the rest lies in the arena. */
void report_make(const struct ids *ids, const struct report *report, struct arena *arena,
	struct message *out);

/* Stores it in intake. A late or repeated one changes nothing there. NULL: it cannot be stored now,
 * and there will be no receipt. */
struct intake_job *intake_report(
	struct intake *intake, const struct report *report, struct intake_caller caller);

#endif
