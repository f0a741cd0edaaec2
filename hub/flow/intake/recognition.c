/* recognition - how employers stand as recognised companies (leerbedrijven): facts of SBB, and that
 * whoever has a client is told when the client's employer may train nobody any more. */
#include "hub/flow/intake/recognition.h"

#include <string.h>

#include "hub/base/calendar.h"
#include "hub/base/clock.h"
#include "hub/base/format.h"
#include "hub/flow/intake/job.h"

#define LIST "recognition" /* the code list, and the scheme of the raw status */
#define WITHDRAWN "WITHDRAWN"
#define HEARD "heard" /* the scheme, and the end of a fact's id, of what is told at second hand */
#define LEERBEDRIJF_MAX 40 /* as Employer.leerbedrijf_id */
#define CHANGE(field) "body.StatusChange." field

bool recognition_is_said(const struct draft *draft)
{
	const struct status_change *change = draft->body_status_change;
	return change != NULL && change->action == ACTION_RECOGNITION && !change->has_referral;
}

/* It is a part of a fact's id. */
static bool is_leerbedrijf(struct bytes text)
{
	for (size_t i = 0; i < text.size; i++)
		if (text.data[i] == '/' || text.data[i] < ' ')
			return false;
	return text.size > 0 && text.size <= LEERBEDRIJF_MAX;
}

void recognition_check(const struct draft *draft, const struct conf_partner *partner,
	const struct codes *codes, struct problems *problems)
{
	const struct status_change *change = draft->body_status_change;
	const struct raw_status *raw = change->raw;
	if (!partner->recognises)
		problems_add(problems, CHANGE("action"), NULL,
			"is not for this partner to say: who recognises companies has recognises "
			"in its row of partners");
	if (draft->case_.size > 0 && !is_leerbedrijf(draft->case_))
		problems_add(problems, "case", "100123456",
			"is no leerbedrijf-ID: at most %d characters, none of them a slash",
			LEERBEDRIJF_MAX);
	if (raw == NULL || !codes_has(codes, LIST, raw->code))
		problems_add(
			problems, CHANGE("raw.code"), WITHDRAWN, "is not in the code list " LIST);
	if (raw != NULL && raw->text.size > 0 && !format_is("crebo", raw->text))
		problems_add(problems, CHANGE("raw.text"), "25655", "is no crebo: 5 digits");
	if (!change->has_effective_date)
		problems_add(problems, CHANGE("effective_date"), "2026-03-01",
			"is missing: since when the company stands so");
}

bool recognition_read(const struct fact *fact, struct recognition *out)
{
	struct bytes rest = fact->id, day;
	*out = (struct recognition){.id = fact->id, .code = fact->text};
	day = bytes_cut_last(&rest, '/');
	out->is_heard = bytes_equal_string(day, HEARD);
	if (out->is_heard)
		day = bytes_cut_last(&rest, '/');
	out->crebo = bytes_cut_last(&rest, '/');
	out->leerbedrijf = rest;
	return fact->kind == FACT_KIND_RECOGNITION && rest.size > 0 &&
		clock_date_from_text(day, &out->since);
}

static bool concerns(const struct recognition *recognition, struct bytes crebo)
{
	return recognition->crebo.size == 0 || bytes_equal(recognition->crebo, crebo);
}

static bool is_withdrawal(const struct recognition *recognition)
{
	return bytes_equal_string(recognition->code, WITHDRAWN);
}

/* What is said of one qualification is more than what is said of all on that day. SBB's own word is
 * more than what was heard on that day, and more than good news that was heard on any; and who
 * heard of a company says nothing of a qualification. */
static bool is_later(const struct recognition *a, const struct recognition *b)
{
	if (a->is_heard && !b->is_heard)
		return is_withdrawal(a) && a->since > b->since && b->crebo.size == 0;
	if (b->is_heard && !a->is_heard)
		return !is_withdrawal(b) || a->since >= b->since;
	return a->since > b->since ||
		(a->since == b->since && a->crebo.size > 0 && b->crebo.size == 0);
}

/* Whether it was heard, and what was said before says the same: at each contact it may be heard
 * again. */
static bool is_old_news(const struct recognition *one, const struct recognition *said, size_t count,
	struct bytes asked)
{
	const struct recognition *last = NULL;
	for (size_t i = 0; i < count && one->is_heard; i++)
		if (concerns(&said[i], asked) && said[i].since < one->since &&
			(last == NULL || is_later(&said[i], last)))
			last = &said[i];
	return last != NULL && is_withdrawal(last);
}

bool recognition_withdraws(const struct recognition *one, const struct recognition *said,
	size_t count, struct bytes crebo)
{
	struct bytes asked = crebo.size > 0 ? crebo : one->crebo;
	if (!is_withdrawal(one) || !concerns(one, asked) || is_old_news(one, said, count, asked))
		return false;
	for (size_t i = 0; i < count; i++)
		if (concerns(&said[i], asked) && is_later(&said[i], one) &&
			!(said[i].is_heard && is_withdrawal(&said[i])))
			return false;
	return true;
}

struct intake_job *intake_recognition(
	struct intake *intake, const struct draft *draft, int64_t now, struct intake_caller caller)
{
	struct arena arena = {0};
	const struct status_change *change = draft->body_status_change;
	bool is_heard = bytes_equal_string(change->raw->scheme, HEARD);
	char day[11];
	clock_date_to_text(change->effective_date, day);
	const struct fact fact = {.kind = FACT_KIND_RECOGNITION,
		.id = bytes_of_string(
			arena_format(&arena, "%.*s/%.*s/%s%s", BYTES_ARG(draft->case_),
				BYTES_ARG(change->raw->text), day, is_heard ? "/" HEARD : "")),
		.at = now,
		.has_from = true,
		.from = calendar_start(change->effective_date),
		.text = change->raw->code};
	struct intake_job *job = intake_fact(intake, &fact, caller);
	arena_done(&arena);
	return job;
}

const char *recognition_reference(const struct recognition_word *word, struct arena *arena)
{
	char referral[37];
	bytes_to_uuid(word->referral.data, referral);
	return arena_format(arena, LIST "/%.*s#%s", BYTES_ARG(word->recognition.id), referral);
}

static void make(const struct ids *ids, const struct recognition_word *word, struct arena *arena,
	struct message *out)
{
	const struct recognition *recognition = &word->recognition;
	struct status_change *change = arena_get(arena, sizeof(*change));
	struct raw_status *raw = arena_get(arena, sizeof(*raw));
	*raw = (struct raw_status){.scheme = bytes_of_string(LIST),
		.code = recognition->code,
		.text = recognition->crebo.size > 0 ? recognition->crebo : (struct bytes){0}};
	*change = (struct status_change){.has_referral = true,
		.referral = word->referral,
		.action = ACTION_RECOGNITION,
		.raw = raw,
		.has_effective_date = true,
		.effective_date = recognition->since};
	*out = (struct message){.partner = bytes_of_string("hub"),
		.system = bytes_of_string(""),
		.reference = bytes_of_string(recognition_reference(word, arena)),
		.case_ = recognition->leerbedrijf,
		.leg = bytes_of_string(""),
		.occurred_at = clock_wall(),
		.body_status_change = change};
	ids_message(ids, out->partner, out->system, out->reference, out->id.data);
	ids_digest(ids, out->partner, out->reference, out->digest.data);
}

struct intake_job *intake_recognition_word(
	struct intake *intake, const struct recognition_word *word, struct intake_caller caller)
{
	struct intake_job *job = job_new(intake, NULL);
	struct message message;
	job->caller = caller;
	make(intake->ids, word, &intake->arena, &message);
	job_address(job, &message);
	wire_begin(intake->options.wire, &schema_message, &job->value);
	message_encode(&message, &job->value);
	arena_reset(&intake->arena);
	return job_start(job, NULL) ? job : NULL;
}
