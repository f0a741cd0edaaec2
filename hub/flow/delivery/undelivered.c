/* undelivered - what could not be brought to its desk: who is told of it. */
#include "hub/flow/delivery/undelivered.h"

#include <inttypes.h>
#include <stdio.h>

#include "hub/base/clock.h"
#include "hub/flow/delivery/errand.h"
#include "hub/flow/intake/report.h"

#define ID_SIZE 150

struct intake_job *undelivered_tell(
	const struct desk *desk, const struct undelivered *what, struct intake_caller caller)
{
	struct intake *intake = desk->ground->intake;
	const struct handover *handover = what->handover;
	const struct report report = {.referral = handover->referral,
		.action = ACTION_UNDELIVERABLE,
		.desk = bytes_of_string(desk->rules->id)};
	char id[ID_SIZE];
	if (errand_is_reported(handover))
		return intake_report(intake, &report, caller);
	snprintf(id, sizeof(id), "%s/%s/%" PRId64, desk->name, handover_kind_name(handover->kind),
		what->cursor);
	int64_t now = clock_wall();
	const struct fact fact = {.kind = FACT_KIND_SETTLED,
		.id = bytes_of_string(id),
		.at = now,
		.has_from = true,
		.from = handover->at,
		.has_to = !what->waits,
		.to = now,
		.text = bytes_of_string(what->why)};
	return intake_fact(intake, &fact, caller);
}
