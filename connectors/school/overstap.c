/* overstap - rows of the overstapsysteem of mbo schools: who applied, and what became of it. */
#include "connectors/school/overstap.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#include "connectors/common/mapping.h"
#include "connectors/common/member.h"
#include "hub/base/calendar.h"
#include "hub/base/clock.h"
#include "hub/base/format.h"

/* The format is that of topicusonderwijs/vca-stubsis (overstapsysteem/), koppeldocument 1.08; the
 * statuses are those of the VVA, of which AO (aanmelding ontvangen) and LI (leidt niet tot
 * inschrijving) are the only codes that were published. */

#define DEPTH 16
/* Of one row; a usual one has 400 bytes. */
#define ROW_MAX ((size_t)65536)
/* What a parcel's rows may need of the arena before the rest waits for the next one. */
#define PARCEL_MAX ((size_t)16 << 20)

static const char applied[] = "AO";
static const char scheme[] = "overstapsysteem"; /* of the raw status */

struct overstap_config {
	const struct setting_pair *schools, *statuses; /* what they mean */
	const char *question, *question_bbl, *purpose, *legal_basis;
};

/* The rows of a document, one behind the other. */
struct list {
	struct member_walk walk;
	bool has_brackets; /* else it is one row */
	bool is_over; /* behind the last row */
	uint8_t mark; /* that followed the row; 0: it was the end */
};

static enum outcome open_list(struct list *out, const struct documents *docs, struct err *err)
{
	*out = (struct list){.walk = member_walk_of(docs->items[0].body)};
	if (out->walk.at == out->walk.end)
		return err_set(err, REJECT, "it is empty: send a row, or a list of rows");
	if (*out->walk.at != '{' && *out->walk.at != '[')
		return err_set(err, REJECT, "it is neither a JSON object nor a list of them");
	out->has_brackets = *out->walk.at == '[';
	out->walk.at += out->has_brackets;
	if (docs->from > 0)
		out->walk.at = out->walk.begin + docs->from;
	member_skip_space(&out->walk);
	out->is_over = out->has_brackets && out->walk.at < out->walk.end && *out->walk.at == ']';
	out->walk.at += out->is_over;
	member_skip_space(&out->walk);
	return OK;
}

/* Stands behind the comma or bracket that follows the row then. */
static bool next_row(struct list *list, struct bytes *out)
{
	const uint8_t *from = list->walk.at;
	if (list->is_over)
		return false;
	list->walk.at = list->has_brackets ? member_end(from, list->walk.end) : list->walk.end;
	*out = bytes_of(from, (size_t)(list->walk.at - from));
	list->mark = list->walk.at < list->walk.end ? *list->walk.at++ : 0;
	list->is_over = list->mark == 0 || list->mark == ']';
	member_skip_space(&list->walk);
	return true;
}

/* The published example has commas with nothing behind them. NULL: it is not that. */
static const uint8_t *find_loose_comma(const struct list *list)
{
	const uint8_t *comma = NULL;
	bool is_string = false;
	for (const uint8_t *at = list->walk.begin; at < list->walk.end; at++) {
		if (is_string && *at == '\\' && at + 1 < list->walk.end)
			at++;
		else if (*at == '"')
			is_string = !is_string;
		else if (!is_string && comma != NULL && memchr(",}]", *at, 3) != NULL)
			return comma;
		else if (!is_string && *at == ',')
			comma = at;
		if (is_string || memchr(", \t\r\n", *at, 5) == NULL)
			comma = NULL;
	}
	return NULL;
}

static enum outcome refuse(
	const struct list *list, struct bytes row, const char *why, struct err *err)
{
	const uint8_t *comma = find_loose_comma(list);
	if (comma != NULL)
		return err_set(err, REJECT,
			"it is not JSON: nothing follows the comma at byte %zu: leave it out",
			(size_t)(comma - list->walk.begin));
	return err_set(
		err, REJECT, "the row at byte %zu %s", (size_t)(row.data - list->walk.begin), why);
}

/* Row by row, so that a long list needs no more memory than its longest row. */
static enum outcome check_rows(struct list list, struct err *err)
{
	struct arena arena = {0};
	enum outcome outcome = OK;
	struct bytes row = bytes_of(list.walk.at, 0);
	while (outcome == OK && next_row(&list, &row)) {
		struct problems problems;
		problems_init(&problems, &arena);
		bool is_closed = !list.has_brackets || list.mark == ',' || list.mark == ']';
		if (row.size <= ROW_MAX && json_tree_parse(row, DEPTH, &problems) == NULL)
			outcome = refuse(&list, row, problems.items[0].text, err);
		else if (!is_closed)
			outcome = refuse(&list, row, "does not end in a comma or ]", err);
		arena_reset(&arena);
	}
	if (outcome == OK && list.walk.at < list.walk.end)
		outcome = refuse(&list, row, "is the last, and something follows", err);
	arena_done(&arena);
	return outcome;
}

/* One row, while it is read. */
struct row {
	const struct overstap_config *config;
	const struct json_tree *tree;
	struct bytes text; /* whole */
	struct parcel *out;
	struct parcel_draft *item;
	struct problems *problems;
	struct bytes brin, status;
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

/* The case travels in clear: what has not the form of a ketenId may be somebody's number. */
static void take_case(struct row *row)
{
	struct bytes keten = member_text(row->tree, "ketenId");
	struct bytes digits = member_number(row->tree, "wijzigingsvolgnummer");
	struct draft *draft = &row->item->draft;
	int64_t number;
	if (is_like(keten, "99AA:99999999") || is_like(keten, "99AA99:99999999"))
		draft->case_ = keten;
	else
		refuse_member(
			row, "ketenId", "is not a BRIN, a colon and 8 digits", "99XX:90001119");
	if (!bytes_to_int64(digits, &number) || number < 0)
		refuse_member(row, "wijzigingsvolgnummer", "is not a whole number", "1203");
	else if (draft->case_.data != NULL)
		draft->reference = bytes_of_string(
			arena_format(row->out->arena, "%.*s-%" PRId64, BYTES_ARG(keten), number));
	if (draft->reference.data != NULL)
		row->item->label = draft->reference;
}

static void take_time(struct row *row)
{
	struct draft *draft = &row->item->draft;
	draft->has_occurred_at =
		clock_from_text(member_text(row->tree, "laatsteWijziging"), &draft->occurred_at);
	if (!draft->has_occurred_at)
		refuse_member(row, "laatsteWijziging", "is not a date-time (RFC 3339)",
			"2026-03-02T09:30:00Z");
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

/* What has no place of its own, for the desk to read as it stands. */
static struct bytes text_of(const struct row *row)
{
	static const char *const names[] = {
		"brin", "onderwijsAanbiederCode", "opleidingAanmeldjaar", "startdatumOpleiding"};
	const char *text = "";
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct bytes value = member_text(row->tree, names[i]);
		if (value.data != NULL)
			text = arena_format(row->out->arena, "%s%s%s: %.*s", text,
				text[0] != '\0' ? "\n" : "", names[i], BYTES_ARG(value));
	}
	return bytes_of_string(text);
}

/* An onderwijsnummer looks like a BSN, but fails its test. */
static void take_person(struct row *row)
{
	struct person *person = parcel_person(row->out, &row->item->draft);
	struct bytes number = member_text(row->tree, "pgn");
	if (number.data == NULL)
		refuse_member(row, "pgn", "is missing, or no text", NULL);
	else if (format_is("bsn", number))
		person->bsn = number;
	else
		person->own_number = number;
	person->text = text_of(row);
}

static void take_referral(struct row *row)
{
	const struct overstap_config *config = row->config;
	struct referral *referral = parcel_referral(row->out, &row->item->draft);
	struct err err = {0};
	referral->kind = REFERRAL_KIND_TRANSFER;
	referral->subject = SUBJECT_PERSON;
	referral->origin = bytes_of_string("PARTNER");
	referral->purpose = bytes_of_string(config->purpose);
	referral->legal_basis.kind = LEGAL_BASIS_KIND_PUBLIC_TASK;
	referral->legal_basis.reference = bytes_of_string(config->legal_basis);
	referral->education = education_of(row);
	bool is_bbl = bytes_equal_string(pathway_of(row), pathway_name(PATHWAY_BBL));
	const char *words = arena_format(row->out->arena, "question=%s %s",
		is_bbl ? config->question_bbl : config->question, row->school->value);
	if (mapping_referral(words, row->out->arena, referral, &err) != OK)
		problems_add(row->problems, "body.Referral", NULL, "%s", err.text);
	take_person(row);
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
	change->raw->scheme = bytes_of_string(scheme);
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
	if (!is_brin(row->brin))
		refuse_member(row, "brin", "is not 2 digits and 2 capitals", "99XX");
	if (row->status.data == NULL)
		refuse_member(row, "status", "is missing, or no text", applied);
	if (row->school == NULL || row->status.data == NULL)
		return;
	if (bytes_equal_string(row->status, applied))
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

static void take(struct row *row, size_t place)
{
	struct problems unread;
	problems_init(&unread, row->out->arena);
	if (row->text.size <= ROW_MAX)
		row->tree = json_tree_parse(row->text, DEPTH, &unread);
	if (row->tree == NULL || row->tree->kind != JSON_TREE_OBJECT) {
		add(row, place);
		problems_add(row->problems, NULL, NULL,
			row->tree != NULL ? "is not a JSON object" : "is larger than %zu bytes",
			ROW_MAX);
		return;
	}
	row->brin = member_text(row->tree, "brin");
	row->status = member_text(row->tree, "status");
	if (is_brin(row->brin))
		row->school = find_school(row->config->schools, row->brin);
	const char *words = find_words(row->config->statuses, row->status);
	bool is_of_others = is_brin(row->brin) && row->school == NULL;
	if (is_of_others || (words != NULL && strcmp(words, MAPPING_NOTHING) == 0)) {
		row->out->passed++;
		return;
	}
	add(row, place);
	take_members(row, words);
}

/* A document of which a part is no JSON is refused as a whole, before anything of it is taken. */
static enum outcome parse(
	const void *config, const struct documents *docs, struct parcel *out, struct err *err)
{
	struct list list;
	size_t before = out->arena->used;
	if (open_list(&list, docs, err) != OK || (docs->from == 0 && check_rows(list, err) != OK))
		return REJECT;
	while (out->drafts_count < PARCEL_DRAFTS && out->arena->used - before < PARCEL_MAX) {
		struct row row = {.config = config, .out = out};
		if (!next_row(&list, &row.text))
			return OK;
		take(&row, (size_t)(row.text.data - list.walk.begin));
	}
	out->more = !list.is_over;
	out->next = (size_t)(list.walk.at - list.walk.begin);
	return OK;
}

static const char *why_no_school(const char *code)
{
	return is_brin(bytes_of_string(code)) ? NULL : "is not a BRIN: 99XX or 99XX00";
}

static const char *why_no_status(const char *code)
{
	return strcmp(code, applied) != 0 ? NULL : "is a referral, and no action";
}

static enum outcome check(const void *config, struct err *err)
{
	const struct overstap_config *own = config;
	if (own->schools->name == NULL)
		return err_set(err, REJECT,
			"schools is empty: name those whose applications are referrals");
	const struct mapping_setting schools = {.name = "schools",
		.pairs = own->schools,
		.has_question = true,
		.why_not = why_no_school};
	const struct mapping_setting statuses = {.name = "statuses",
		.pairs = own->statuses,
		.is_of_changes = true,
		.why_not = why_no_status};
	enum outcome outcome = mapping_check(&schools, err);
	return outcome == OK ? mapping_check(&statuses, err) : outcome;
}

#define AT(member) offsetof(struct overstap_config, member)

static const struct setting settings[] = {
	{"schools", SETTING_PAIRS, AT(schools), NULL, 0, 0, NULL,
		"Whose applications (AO) are referrals: BRIN of the school or of one of its sites, "
		"and "
		"what is known of them: from_desk=… (none: a registration), to_desk, municipality, "
		"region, kind, target_groups (a,b), sector_from, sector_to, programme, urgency, "
		"origin, purpose, question. Rows of other schools are passed over."},
	{"statuses", SETTING_PAIRS, AT(statuses), "", 0, 0, NULL,
		"What a status other than AO means: its code, and the action with its words "
		"(reason, "
		"hold_reason, closing_reason, outcome, next_step, suggested_desk, progress, "
		"review, "
		"worker, days); \"-\": nothing. Any other is UNKNOWN, and a person must look."},
	{"question", SETTING_CODE, AT(question), "OPLEIDING", 0, 0, SETTING_ONE("question"),
		"What an application asks for."},
	{"question_bbl", SETTING_CODE, AT(question_bbl), "LEERBAAN", 0, 0, SETTING_ONE("question"),
		"What one with leeratraject BBL asks for."},
	{"purpose", SETTING_CODE, AT(purpose), "GUIDANCE", 0, 0, SETTING_ONE("purpose"),
		"What the data may be used for."},
	{"legal_basis", SETTING_STRING, AT(legal_basis), "", 1, 200, NULL,
		"Article of law of the public task; consent cannot be told by a row."},
	{0},
};

const struct connector overstap = {
	.name = "overstap",
	.summary = "mbo schools: rows of the overstapsysteem, applications and their statuses",
	.settings = settings,
	.config_size = sizeof(struct overstap_config),
	.check = check,
	.parse = parse,
};
