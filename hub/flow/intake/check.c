/* check - a Draft against the configuration: who may say it, and whether what it names is known. */
#include "hub/flow/intake/check.h"

#include <string.h>

#include "hub/base/calendar.h"
#include "hub/base/clock.h"
#include "hub/flow/intake/made_up.h"
#include "hub/flow/intake/recognition.h"

#define REFERRAL(field) "body.Referral." field
#define CHANGE(field) "body.StatusChange." field

/* A sender's clock may run ahead by a day; beyond, its later messages would all be stale. */
#define AHEAD_MAX_MS CLOCK_DAY_MS

struct check {
	const struct draft *draft;
	const struct check_sender *sender;
	const struct rules *rules;
	struct problems *problems;
};

enum check_kind check_kind_of(const struct draft *draft)
{
	if (draft->body_referral != NULL)
		return draft->body_referral->from_desk.data != NULL ? CHECK_REFERRAL
								    : CHECK_REGISTRATION;
	bool has_referral =
		draft->body_status_change != NULL && draft->body_status_change->has_referral;
	return has_referral ? CHECK_ACTION : CHECK_CASE_ACTION;
}

static void check_not_empty(const struct check *check, const char *field, struct bytes value)
{
	if (value.data != NULL && value.size == 0)
		problems_add(check->problems, field, NULL, "is empty: leave it out, or fill it");
}

static void check_known_desk(const struct check *check, const char *field, struct bytes desk)
{
	if (desk.data != NULL && rules_desk(check->rules, desk) == NULL)
		problems_add(check->problems, field, "wsp-rijnmond", "is no desk of the hub");
}

/* Says the same of a desk that is another's and of one that nobody has. */
static void check_own_desk(const struct check *check, const char *field, struct bytes desk)
{
	const struct rules_desk *found = rules_desk(check->rules, desk);
	if (found == NULL ||
		!bytes_equal_string(
			bytes_of_string(found->partner), check->sender->partner->rules->oin))
		problems_add(check->problems, field, check->sender->partner->rules->home_desk,
			"is not one of your desks");
}

static void check_place(const struct check *check, const struct referral *referral)
{
	if (referral->municipality.data != NULL &&
		rules_region_of_municipality(check->rules, referral->municipality,
			calendar_date(check->sender->now)) == NULL)
		problems_add(check->problems, REFERRAL("municipality"), "GM0599",
			"is not a municipality of today (CBS code)");
	if (referral->region.data != NULL && rules_region(check->rules, referral->region) == NULL)
		problems_add(check->problems, REFERRAL("region"), "AM22",
			"is not a labour market region");
}

static void check_employer(const struct check *check, const struct referral *referral)
{
	const struct person *person = check->draft->person;
	if (referral->subject != SUBJECT_EMPLOYER)
		return;
	if (referral->employer == NULL)
		problems_add(check->problems, REFERRAL("employer"), "{\"kvk\": \"90001354\"}",
			"is missing: subject is EMPLOYER");
	else if (person != NULL && person->kvk.data != NULL &&
		referral->employer->kvk.data != NULL &&
		!bytes_equal(person->kvk, referral->employer->kvk))
		problems_add(check->problems, "person.kvk", NULL,
			"differs from " REFERRAL("employer.kvk"));
}

static void check_referral(const struct check *check)
{
	enum check_kind kind = check->sender->kind;
	const struct referral *referral = check->draft->body_referral;
	if (check->draft->case_.size == 0)
		problems_add(check->problems, "case", "2026-000123",
			"is missing: your own id of the referral, by which you will find it again");
	if (kind == CHECK_REGISTRATION && referral->from_desk.data != NULL)
		problems_add(check->problems, REFERRAL("from_desk"), NULL,
			"is not for a registration: leave it out, or send it to /v1/referrals");
	else if (kind == CHECK_REFERRAL && referral->from_desk.data == NULL)
		problems_add(check->problems, REFERRAL("from_desk"),
			check->sender->partner->rules->home_desk,
			"is missing: who registers without a desk goes to /v1/registrations");
	else if (kind == CHECK_REFERRAL)
		check_own_desk(check, REFERRAL("from_desk"), referral->from_desk);
	check_known_desk(check, REFERRAL("to_desk"), referral->to_desk);
	check_place(check, referral);
	check_employer(check, referral);
	if (referral->legal_basis.kind == LEGAL_BASIS_KIND_CONSENT &&
		!referral->legal_basis.has_given_at)
		problems_add(check->problems, REFERRAL("legal_basis.given_at"),
			"2026-03-02T09:30:00Z", "is missing: kind is CONSENT");
}

static void check_change(const struct check *check)
{
	const struct status_change *change = check->draft->body_status_change;
	if (check->sender->kind == CHECK_CASE_ACTION) {
		if (check->draft->case_.size == 0)
			problems_add(check->problems, "case", "2026-000123", "is missing");
	} else if (!change->has_referral) {
		problems_add(check->problems, CHANGE("referral"),
			"a3f1c2d4-0000-8000-8000-000000000000", "is missing");
	}
	if (recognition_is_said(check->draft))
		recognition_check(check->draft, check->sender->partner, check->sender->conf->codes,
			check->problems);
	if (change->actor.desk.data != NULL)
		check_own_desk(check, CHANGE("actor.desk"), change->actor.desk);
	if (!bytes_equal_string(change->suggested_desk, "unknown"))
		check_known_desk(check, CHANGE("suggested_desk"), change->suggested_desk);
	check_known_desk(check, CHANGE("to_desk"), change->to_desk);
	if (change->action == ACTION_MERGE && !change->has_other_referral)
		problems_add(check->problems, CHANGE("other_referral"),
			"a3f1c2d4-0000-8000-8000-000000000000",
			"is missing: any referral of the other record of this person");
	/* The second of two equal actions would pass for a repeat of the first. */
	if (check->draft->reference.data == NULL && !check->draft->has_occurred_at)
		problems_add(check->problems, "reference", "2026-000123-2",
			"is missing: give it, or occurred_at, so that an equal action later is "
			"not taken for this one sent again");
}

static void check_envelope(const struct check *check)
{
	const struct draft *draft = check->draft;
	check_not_empty(check, "reference", draft->reference);
	check_not_empty(check, "case", draft->case_);
	if (draft->person != NULL)
		check_not_empty(check, "person.own_number", draft->person->own_number);
	if (draft->has_occurred_at && draft->occurred_at > check->sender->now + AHEAD_MAX_MS)
		problems_add(check->problems, "occurred_at", "2026-03-02T09:30:00Z",
			"lies more than a day in the future");
}

static void check_all(
	const struct draft *draft, const struct check_sender *sender, struct problems *problems)
{
	const struct check check = {.draft = draft,
		.sender = sender,
		.rules = &sender->conf->rules,
		.problems = problems};
	draft_check(draft, sender->conf->codes, CHECK_PARTNER, problems);
	check_envelope(&check);
	if (sender->conf->lane == CONF_LANE_TEST && draft->person != NULL)
		made_up_check(draft->person, problems);
	bool is_action = sender->kind == CHECK_ACTION || sender->kind == CHECK_CASE_ACTION;
	if (is_action && draft->body_status_change == NULL)
		problems_add(problems, "body", "{\"StatusChange\": {…}}",
			"is a Referral: send it to /v1/referrals");
	else if (!is_action && draft->body_referral == NULL)
		problems_add(problems, "body", "{\"Referral\": {…}}",
			"is a StatusChange: send it to /v1/referrals/{id}/actions");
	else if (is_action)
		check_change(&check);
	else
		check_referral(&check);
}

/* The path itself, or what lies above it. */
static bool is_listed(const struct problems *problems, const char *path)
{
	size_t kept = problems->count < PROBLEMS_MAX ? problems->count : PROBLEMS_MAX;
	for (size_t i = 0; i < kept; i++) {
		size_t size = strlen(problems->items[i].path);
		if (strncmp(problems->items[i].path, path, size) == 0 &&
			(path[size] == '\0' || path[size] == '.' || path[size] == '['))
			return true;
	}
	return false;
}

/* A field that could not be read is absent in the Draft: what that looks like is no news. */
static void add_news(struct problems *problems, const struct problems *found)
{
	size_t kept = found->count < PROBLEMS_MAX ? found->count : PROBLEMS_MAX;
	for (size_t i = 0; i < kept; i++)
		if (!is_listed(problems, found->items[i].path) && problems->count++ < PROBLEMS_MAX)
			problems->items[problems->count - 1] = found->items[i];
}

void check_draft(
	const struct draft *draft, const struct check_sender *sender, struct problems *problems)
{
	struct problems found;
	if (problems->count == 0) {
		check_all(draft, sender, problems);
		return;
	}
	problems_init(&found, problems->arena);
	if (problems->path_size > 0)
		problems_enter(&found, problems->path);
	check_all(draft, sender, &found);
	add_news(problems, &found);
}

void check_translated(struct parcel_draft *item, const struct conf *conf,
	const struct conf_source *source, int64_t now)
{
	const struct check_sender sender = {.kind = check_kind_of(&item->draft),
		.conf = conf,
		.partner = source->partner,
		.now = now};
	bool has_body = item->draft.body_referral != NULL || item->draft.body_status_change != NULL;
	if (item->draft.system.size == 0)
		item->draft.system = bytes_of_string(source->system);
	struct draft said = item->draft;
	said.fingerprint = (struct bytes){0};
	/* Of what could not be read, its problems say all. */
	if (has_body || item->problems.count == 0)
		check_draft(&said, &sender, &item->problems);
}
