/* application - what a row of an mbo school's applications says: who applied, or what became of it.
 */
#include "connectors/school/application.h"

#include <string.h>

#include "connectors/common/json_rows.h"
#include "connectors/common/mapping.h"
#include "connectors/school/application_person.h"
#include "hub/base/calendar.h"
#include "hub/base/clock.h"
#include "hub/base/format.h"

/* The format is that of topicusonderwijs/vca-stubsis, koppeldocument 1.08: rows of the
 * overstapsysteem (overstapsysteem/), whose statuses are those of the VVA, of which AO (aanmelding
 * ontvangen) and LI (leidt niet tot inschrijving) are the only codes that were published; and rows
 * of a koppelpunt (aanmelding_examples.json). */

#define NUMBER_MAX 100 /* digits */

static const char withdrawn[] = "ingetrokken"; /* the status of a row where that is true */
static const char interest[] = "I";

/* Where the two kinds of row differ. */
struct kind {
	const char *scheme; /* of the raw status */
	const char *status; /* the member that says it */
	const char *applied; /* that which is a referral */
	const char *brin, *time;
	void (*fill)(const struct json_tree *row, struct problems *problems, struct arena *arena,
		struct person *out);
};

static const struct kind overstapsysteem = {.scheme = "overstapsysteem",
	.status = "status",
	.applied = "AO",
	.brin = "brin",
	.time = "laatsteWijziging",
	.fill = application_person_fill};
static const struct kind koppelpunt = {.scheme = "koppelpunt",
	.status = "type",
	.applied = "A",
	.brin = "instelling",
	.time = "datumTijdIndienen",
	.fill = application_person_fill_koppelpunt};

/* One row, while it is read. */
struct row {
	const struct application_config *config;
	const struct kind *kind;
	const struct json_tree *tree;
	struct bytes text; /* whole */
	bool is_withdrawn; /* a koppelpunt says so */
	struct parcel *out;
	struct parcel_draft *item;
	struct problems *problems;
	struct bytes brin, status;
	struct bytes name; /* its ketenId and number; absent: one of them is wrong */
	const struct setting_pair *school; /* NULL: none of ours */
};

static void refuse_member(struct row *row, const char *name, const char *why, const char *example)
{
	problems_add(row->problems, name, example, "%s", why);
}

/* 9: a digit, A: a capital, anything else: itself. */
static bool is_like(struct bytes text, const char *form)
{
	if (text.size != strlen(form))
		return false;
	for (size_t i = 0; i < text.size; i++) {
		uint8_t c = text.data[i];
		bool is_digit = c >= '0' && c <= '9', is_capital = c >= 'A' && c <= 'Z';
		if (form[i] == '9' ? !is_digit : form[i] == 'A' ? !is_capital : c != form[i])
			return false;
	}
	return true;
}

static bool is_brin(struct bytes text)
{
	return is_like(text, "99AA") || is_like(text, "99AA99");
}

/* A school, or one of its sites; the first that fits. */
static const struct setting_pair *find_school(const struct setting_pair *pairs, struct bytes brin)
{
	for (; pairs->name != NULL; pairs++) {
		size_t size = strlen(pairs->name);
		if (size <= brin.size && memcmp(brin.data, pairs->name, size) == 0)
			return pairs;
	}
	return NULL;
}

/* NULL: it is in no list. */
static const char *find_words(const struct setting_pair *pairs, struct bytes code)
{
	for (; pairs != NULL && pairs->name != NULL; pairs++)
		if (bytes_equal_string(code, pairs->name))
			return pairs->value;
	return NULL;
}

struct bytes application_number(const struct json_tree *row)
{
	struct bytes digits = member_number(row, "wijzigingsvolgnummer");
	if (digits.size == 0 || digits.size > NUMBER_MAX)
		return (struct bytes){0};
	for (size_t i = 0; i < digits.size; i++)
		if (digits.data[i] < '0' || digits.data[i] > '9')
			return (struct bytes){0};
	while (digits.size > 1 && digits.data[0] == '0')
		digits = bytes_of(digits.data + 1, digits.size - 1);
	return digits;
}

/* The case travels in clear: what has not the form of a ketenId may be somebody's number. */
static void take_case(struct row *row)
{
	struct bytes keten = member_text(row->tree, "ketenId");
	struct bytes number = application_number(row->tree);
	struct draft *draft = &row->item->draft;
	if (is_like(keten, "99AA:99999999") || is_like(keten, "99AA99:99999999"))
		draft->case_ = keten;
	else
		refuse_member(
			row, "ketenId", "is not a BRIN, a colon and 8 digits", "99XX:90001119");
	if (number.data == NULL)
		refuse_member(row, "wijzigingsvolgnummer", "is not a whole number", "1203");
	else if (draft->case_.data != NULL)
		row->name = bytes_of_string(arena_format(
			row->out->arena, "%.*s-%.*s", BYTES_ARG(keten), BYTES_ARG(number)));
	if (row->name.data != NULL)
		row->item->label = row->name;
}

/* A koppelpunt tells when it was handed in, and not when it was withdrawn. */
static void take_time(struct row *row)
{
	struct draft *draft = &row->item->draft;
	bool is_time =
		clock_from_text(member_text(row->tree, row->kind->time), &draft->occurred_at);
	draft->has_occurred_at = is_time && !row->is_withdrawn;
	if (!is_time)
		refuse_member(row, row->kind->time, "is not a date-time (RFC 3339)",
			"2026-03-02T09:30:00Z");
}

static bool is_interest(const struct row *row)
{
	return row->kind == &koppelpunt &&
		bytes_equal_string(member_text(row->tree, "type"), interest);
}

static bool is_referral(const struct row *row)
{
	return bytes_equal_string(row->status, row->kind->applied) ||
		(is_interest(row) && !row->is_withdrawn);
}

/* What became of an application is the same under any number: they may begin anew, and all rows
 * come again. So the hub tells it by what it says and when; where that is not told, it is withdrawn
 * once each time that it was handed in. */
static void take_reference(struct row *row)
{
	struct draft *draft = &row->item->draft;
	if (is_referral(row))
		draft->reference = row->name;
	else if (row->is_withdrawn && row->name.data != NULL)
		draft->reference = bytes_of_string(arena_format(row->out->arena, "%.*s-%s-%lld",
			BYTES_ARG(draft->case_), withdrawn, (long long)draft->occurred_at));
}

/* Both spellings are in use. */
static struct bytes pathway_of(const struct row *row)
{
	struct bytes text = member_text(row->tree, "leeratraject");
	return text.data != NULL ? text : member_text(row->tree, "leertraject");
}

/* NULL: nothing is said of it. */
static struct education *education_of(struct row *row)
{
	struct education *education = arena_get(row->out->arena, sizeof(*education));
	struct bytes pathway = pathway_of(row);
	education->crebo = member_number(row->tree, "opleidingCreboCode");
	if (pathway.data == NULL && education->crebo.data == NULL)
		return NULL;
	if (education->crebo.data != NULL && !format_is("crebo", education->crebo))
		refuse_member(row, "opleidingCreboCode", "is not 5 digits", "25647");
	education->has_pathway = pathway_from_name(pathway, &education->pathway);
	if (pathway.data != NULL && !education->has_pathway)
		refuse_member(row, "leeratraject", "is neither BOL nor BBL", "BBL");
	return education;
}

/* The company that the pupil has found. NULL: none. */
static struct employer *employer_of(struct row *row)
{
	const struct json_tree *company = json_tree_member(row->tree, "leerbedrijf");
	struct bytes number = member_text(company, "leerbedrijfId");
	if (number.data == NULL)
		return NULL;
	struct employer *employer = arena_get(row->out->arena, sizeof(*employer));
	employer->leerbedrijf_id = number;
	return employer;
}

static const char *question_of(const struct row *row)
{
	if (is_interest(row))
		return row->config->question_interest;
	return bytes_equal_string(pathway_of(row), pathway_name(PATHWAY_BBL))
		? row->config->question_bbl
		: row->config->question;
}

static void take_referral(struct row *row)
{
	const struct application_config *config = row->config;
	struct draft *draft = &row->item->draft;
	struct referral *referral = parcel_referral(row->out, draft);
	struct err err = {0};
	referral->kind = REFERRAL_KIND_TRANSFER;
	referral->subject = SUBJECT_PERSON;
	referral->origin = bytes_of_string("PARTNER");
	referral->purpose = bytes_of_string(config->purpose);
	referral->legal_basis.kind = LEGAL_BASIS_KIND_PUBLIC_TASK;
	referral->legal_basis.reference = bytes_of_string(config->legal_basis);
	referral->education = education_of(row);
	if (row->kind == &koppelpunt)
		referral->employer = employer_of(row);
	const char *words = arena_format(
		row->out->arena, "question=%s %s", question_of(row), row->school->value);
	if (mapping_referral(words, row->out->arena, referral, &err) != OK)
		problems_add(row->problems, "body.Referral", NULL, "%s", err.text);
	row->kind->fill(row->tree, row->problems, row->out->arena, parcel_person(row->out, draft));
}

/* Some actions must be explained: the school's own word is all that there is. */
static void take_change(struct row *row, const char *words)
{
	struct draft *draft = &row->item->draft;
	struct status_change *change = parcel_change(row->out, draft);
	struct err err = {0};
	int32_t day = calendar_date(draft->occurred_at);
	change->action = ACTION_UNKNOWN;
	if (words != NULL && mapping_change(words, day, row->out->arena, change, &err) != OK)
		problems_add(row->problems, "body.StatusChange", NULL, "%s", err.text);
	change->raw = arena_get(row->out->arena, sizeof(*change->raw));
	change->raw->scheme = bytes_of_string(row->kind->scheme);
	change->raw->code = row->status;
	change->has_effective_date = draft->has_occurred_at;
	change->effective_date = day;
	parcel_person(row->out, draft)->text = bytes_of_string(
		arena_format(row->out->arena, "status %.*s", BYTES_ARG(row->status)));
}

static void take_members(struct row *row, const char *words)
{
	take_case(row);
	take_time(row);
	take_reference(row);
	if (!is_brin(row->brin))
		refuse_member(row, row->kind->brin, "is not 2 digits and 2 capitals", "99XX");
	if (row->status.data == NULL)
		refuse_member(row, row->kind->status, "is missing, or no text", row->kind->applied);
	if (row->school == NULL || row->status.data == NULL)
		return;
	if (is_referral(row))
		take_referral(row);
	else
		take_change(row, words);
}

static void add(struct row *row, size_t place)
{
	const char *label = arena_format(row->out->arena, "the row at byte %zu", place);
	row->item = parcel_add(row->out, row->text, bytes_of_string(label));
	row->problems = &row->item->problems;
}

static void look(struct row *row)
{
	bool is_koppelpunt = bytes_equal_string(member_text(row->tree, "$type"), "vca.Aanmelding");
	row->kind = is_koppelpunt ? &koppelpunt : &overstapsysteem;
	row->brin = member_text(row->tree, row->kind->brin);
	row->is_withdrawn = is_koppelpunt && member_flag(row->tree, withdrawn);
	row->status = row->is_withdrawn ? bytes_of_string(withdrawn)
					: member_text(row->tree, row->kind->status);
	if (is_brin(row->brin))
		row->school = find_school(row->config->schools, row->brin);
}

/* For others, or nothing is said by it. */
static bool is_passed(const struct row *row, const char *words)
{
	bool is_of_others = is_brin(row->brin) && row->school == NULL;
	bool says_nothing = words != NULL && strcmp(words, MAPPING_NOTHING) == 0;
	return is_of_others || says_nothing ||
		(is_interest(row) && row->config->question_interest == NULL);
}

/* The document's, while it is read. */
struct list {
	const struct application_config *config;
	struct parcel *out;
};

static void take(void *of, const struct json_rows_row *read)
{
	struct list *list = of;
	struct row row = {
		.config = list->config, .out = list->out, .text = read->text, .tree = read->tree};
	if (row.tree == NULL) {
		add(&row, read->place);
		problems_add(row.problems, NULL, NULL, "%s", read->why_not);
		return;
	}
	look(&row);
	const char *words = find_words(row.config->statuses, row.status);
	if (is_passed(&row, words)) {
		row.out->passed++;
		return;
	}
	add(&row, read->place);
	take_members(&row, words);
}

enum outcome application_parse(const struct application_config *config,
	const struct documents *docs, struct parcel *out, struct err *err)
{
	struct list list = {.config = config, .out = out};
	struct json_rows rows;
	if (json_rows_open(&rows, docs->items[0].body, docs->from, APPLICATION_LIST, err) != OK)
		return REJECT;
	return json_rows_parse(&rows, docs, out, (struct json_rows_taker){take, &list}, err);
}

static const char *why_no_school(const char *code)
{
	return is_brin(bytes_of_string(code)) ? NULL : "is not a BRIN: 99XX or 99XX00";
}

static const char *why_no_status(const char *code)
{
	return strcmp(code, overstapsysteem.applied) != 0 ? NULL : "is a referral, and no action";
}

enum outcome application_check(const struct application_config *config, struct err *err)
{
	if (config->schools->name == NULL)
		return err_set(err, REJECT,
			"schools is empty: name those whose applications are referrals");
	const struct mapping_setting schools = {.name = "schools",
		.pairs = config->schools,
		.has_question = true,
		.why_not = why_no_school};
	const struct mapping_setting statuses = {.name = "statuses",
		.pairs = config->statuses,
		.is_of_changes = true,
		.why_not = why_no_status};
	enum outcome outcome = mapping_check(&schools, err);
	return outcome == OK ? mapping_check(&statuses, err) : outcome;
}
