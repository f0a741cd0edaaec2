/* report - what the hub itself says of a referral: that its desk has the offer, or never will, or
 * does not know that a clock came due; or that its sender's list has it no more. */
#include "hub/flow/intake/report.h"

#include <inttypes.h>
#include <string.h>

#include "hub/base/clock.h"
#include "hub/flow/intake/job.h"

#define SENDER bytes_of_string("hub")

/* Which clock, and how far it had climbed. */
static struct raw_status *name_notice(const struct handover *notice, struct arena *arena)
{
	struct raw_status *raw = arena_get(arena, sizeof(*raw));
	*raw = (struct raw_status){.scheme = bytes_of_string("notice"),
		.code = bytes_of_string(clock_name_name(notice->clock)),
		.has_number = true,
		.number = notice->level};
	return raw;
}

/* Tells one report of the same action and referral from the next. */
static const char *name_cause(const struct report *report, struct arena *arena)
{
	if (report->snapshot.data != NULL)
		return arena_string(arena, report->snapshot);
	if (report->notice == NULL)
		return arena_string(arena, report->desk);
	return arena_format(arena, "%.*s/%" PRId64, BYTES_ARG(report->desk), report->cursor);
}

void report_make(const struct ids *ids, const struct report *report, struct arena *arena,
	struct message *out)
{
	struct status_change *change = arena_get(arena, sizeof(*change));
	char referral[37];
	bytes_to_uuid(report->referral.data, referral);
	*change = (struct status_change){.has_referral = true,
		.referral = report->referral,
		.action = report->action,
		.actor = {.desk = report->desk},
		.raw = report->notice != NULL ? name_notice(report->notice, arena) : NULL};
	*out = (struct message){.partner = SENDER,
		.system = bytes_of_string(""),
		.reference = bytes_of_string(arena_format(arena, "%s#%s@%s", referral,
			action_name(report->action), name_cause(report, arena))),
		.case_ = report->case_,
		.leg = bytes_of_string(""),
		.occurred_at = clock_wall(),
		.body_status_change = change};
	ids_message(ids, out->partner, out->system, out->reference, out->id.data);
	ids_digest(ids, out->partner, out->reference, out->digest.data);
}

struct intake_job *intake_report(
	struct intake *intake, const struct report *report, struct intake_caller caller)
{
	struct intake_job *job = job_new(intake, NULL);
	struct message message;
	job->caller = caller;
	report_make(intake->ids, report, &intake->arena, &message);
	job_address(job, &message);
	wire_begin(intake->options.wire, &schema_message, &job->value);
	message_encode(&message, &job->value);
	arena_reset(&intake->arena);
	return job_start(job, NULL) ? job : NULL;
}
