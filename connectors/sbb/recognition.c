/* recognition - SBB's word on companies that train: aspirant, recognised, withdrawn. */
#include "connectors/sbb/recognition.h"

#include <stddef.h>

#include "connectors/common/cell.h"
#include "connectors/common/leerbedrijf.h"
#include "connectors/common/member.h"
#include "connectors/common/sheet.h"
#include "hub/base/clock.h"
#include "hub/base/format.h"

/* A format of our own, by agreement: of SBB's own messages (mutatieservice of White Label SBB 2.1)
 * nothing was published that could be read. A table with these columns, or CloudEvents 1.0 in JSON,
 * one or a batch, whose data has them as members. The name of the company is not looked at. */

#define DEPTH 8
#define EVENT_MAX ((size_t)65536)
#define PARCEL_MAX ((size_t)16 << 20)

enum field { LEERBEDRIJF_ID, KVK, RECOGNITION, CREBO, SINCE, FIELDS };

static const char *const names[FIELDS] = {
	[LEERBEDRIJF_ID] = "leerbedrijf_id",
	[KVK] = "kvk",
	[RECOGNITION] = "recognition",
	[CREBO] = "crebo",
	[SINCE] = "since",
};

struct recognition_config {
	const struct setting_pair *words;
};

/* What is said of one company. */
struct said {
	const struct recognition_config *config;
	struct bytes fields[FIELDS];
	struct parcel *out;
	struct parcel_draft *item;
};

static void refuse(struct said *said, enum field which, const char *why, const char *example)
{
	problems_add(&said->item->problems, names[which], example, "%s", why);
}

static void take_company(struct said *said)
{
	struct bytes id = said->fields[LEERBEDRIJF_ID], crebo = said->fields[CREBO];
	struct bytes kvk = cell_digits(said->fields[KVK], 8, said->out->arena);
	if (leerbedrijf_is_id(id))
		said->item->draft.case_ = id;
	else
		refuse(said, LEERBEDRIJF_ID,
			id.size == 0 ? "is missing"
				     : "is no leerbedrijf-ID: up to 40 letters and digits",
			"100123456");
	if (kvk.size > 0 && !format_is("kvk", kvk))
		refuse(said, KVK, "is not 8 digits", "90001354");
	if (crebo.size > 0 && !format_is("crebo", crebo))
		refuse(said, CREBO, "is not 5 digits: one row for each", "25655");
}

/* Our own words, or those of the settings, whatever the case of their letters. Absent: neither. */
static struct bytes code_of(const struct said *said)
{
	static const char *const codes[] = {"ASPIRANT", "RECOGNISED", "WITHDRAWN"};
	struct bytes word = said->fields[RECOGNITION];
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (cell_is_like(word, bytes_of_string(codes[i])))
			return bytes_of_string(codes[i]);
	return cell_pair(said->config->words, word);
}

/* A word that nobody knows is refused at once, and not taken as UNKNOWN: there is no referral yet
 * under whose status a person would find it. */
static void take_standing(struct said *said)
{
	struct status_change *change = said->item->draft.body_status_change;
	change->raw = arena_get(said->out->arena, sizeof(*change->raw));
	change->raw->scheme = bytes_of_string(names[RECOGNITION]);
	change->raw->code = said->fields[RECOGNITION].size > 0 ? code_of(said) : (struct bytes){0};
	if (said->fields[CREBO].size > 0)
		change->raw->text = said->fields[CREBO];
	if (said->fields[RECOGNITION].size == 0)
		refuse(said, RECOGNITION, "is missing", "WITHDRAWN");
	else if (change->raw->code.data == NULL)
		refuse(said, RECOGNITION,
			"is neither ASPIRANT, RECOGNISED nor WITHDRAWN, nor among the words of "
			"the settings",
			"WITHDRAWN");
	change->has_effective_date = cell_date(said->fields[SINCE], &change->effective_date);
	if (!change->has_effective_date)
		refuse(said, SINCE, said->fields[SINCE].size == 0 ? "is missing" : "is no date",
			"2026-03-01");
}

static void name_it(struct said *said)
{
	struct draft *draft = &said->item->draft;
	const struct status_change *change = draft->body_status_change;
	char day[11];
	if (draft->case_.data == NULL || !change->has_effective_date)
		return;
	clock_date_to_text(change->effective_date, day);
	draft->reference = bytes_of_string(
		arena_format(said->out->arena, "%.*s/%.*s/%s=%.*s", BYTES_ARG(draft->case_),
			BYTES_ARG(change->raw->text), day, BYTES_ARG(change->raw->code)));
}

static void take(struct said *said)
{
	struct status_change *change = parcel_change(said->out, &said->item->draft);
	change->action = ACTION_RECOGNITION;
	take_company(said);
	take_standing(said);
	name_it(said);
	if (said->item->problems.count > 0)
		said->item->draft.body_status_change = NULL; /* they say it all */
}

static enum outcome parse_sheet(const struct recognition_config *config,
	const struct documents *docs, struct parcel *out, struct err *err)
{
	static const char *const required[] = {"leerbedrijf_id", "recognition", "since", NULL};
	struct sheet sheet;
	size_t columns[FIELDS];
	if (sheet_open(&sheet, docs, out->arena, err) != OK ||
		sheet_need(&sheet, required, err) != OK)
		return REJECT;
	for (size_t i = 0; i < FIELDS; i++)
		columns[i] = sheet_find(&sheet, names[i]);
	while (sheet_next(&sheet, out)) {
		struct said said = {.config = config, .out = out, .item = sheet_add(&sheet, out)};
		for (size_t i = 0; i < FIELDS; i++)
			said.fields[i] = sheet_cell(&sheet, columns[i]);
		if (sheet_is_whole(&sheet))
			take(&said);
	}
	return OK;
}

static void check_envelope(struct said *said, const struct json_tree *event)
{
	static const char *const needed[] = {"id", "source", "type"};
	struct problems *problems = &said->item->problems;
	if (!bytes_equal_string(member_text(event, "specversion"), "1.0"))
		problems_add(problems, "specversion", "1.0", "is not 1.0");
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (member_text(event, needed[i]).data == NULL)
			problems_add(
				problems, needed[i], NULL, "is missing: a CloudEvent must have it");
}

static void take_event(struct said *said, struct bytes text)
{
	struct problems *problems = &said->item->problems;
	const struct json_tree *event =
		text.size <= EVENT_MAX ? json_tree_parse(text, DEPTH, problems) : NULL;
	if (text.size > EVENT_MAX)
		problems_add(problems, NULL, NULL, "is larger than %zu bytes", EVENT_MAX);
	if (event == NULL)
		return;
	const struct json_tree *data = json_tree_member(event, "data");
	check_envelope(said, event);
	if (data == NULL || data->kind != JSON_TREE_OBJECT) {
		problems_add(problems, "data", NULL,
			"is missing, or no object: put leerbedrijf_id, recognition and since in "
			"it");
		return;
	}
	for (size_t i = 0; i < FIELDS; i++)
		said->fields[i] = member_number(data, names[i]);
	size_t before = problems_enter(problems, "data");
	take(said);
	problems_leave(problems, before);
}

static struct parcel_draft *add(
	struct parcel *out, const struct member_walk *walk, struct bytes event)
{
	return parcel_add(out, event,
		bytes_of_string(arena_format(
			out->arena, "the event at byte %zu", (size_t)(event.data - walk->begin))));
}

/* One event, or up to the comma or bracket behind it in a batch. */
static struct bytes next_event(struct member_walk *walk, bool is_batch)
{
	const uint8_t *from = walk->at;
	walk->at = is_batch ? member_end(from, walk->end) : walk->end;
	/* A brace that closes nothing cannot be passed: all behind it belongs to this one. */
	if (walk->at < walk->end && *walk->at == '}')
		walk->at = walk->end;
	return bytes_of(from, (size_t)(walk->at - from));
}

static void check_end(struct parcel *out, struct member_walk *walk)
{
	bool is_closed = walk->at < walk->end && *walk->at == ']';
	const uint8_t *at = walk->at;
	walk->at += is_closed;
	member_skip_space(walk);
	if (is_closed && walk->at == walk->end)
		return;
	problems_add(&add(out, walk, bytes_of(at, (size_t)(walk->end - at)))->problems, NULL, NULL,
		"%s",
		is_closed ? "something stands behind the end of the batch"
			  : "the batch does not end: was the file cut off?");
}

/* Stands behind the bracket, or behind what was taken last. */
static void parse_batch(
	const struct recognition_config *config, struct member_walk *walk, struct parcel *out)
{
	size_t before = out->arena->used;
	/* One place is kept for what is said of the end. */
	while (out->drafts_count < PARCEL_DRAFTS - 1 && out->arena->used - before < PARCEL_MAX) {
		member_skip_space(walk);
		if (walk->at < walk->end && *walk->at == ',')
			walk->at++;
		member_skip_space(walk);
		if (walk->at == walk->end || *walk->at == ']') {
			check_end(out, walk);
			return;
		}
		struct bytes event = next_event(walk, true);
		struct said said = {.config = config, .out = out, .item = add(out, walk, event)};
		take_event(&said, event);
	}
	out->more = true;
	out->next = (size_t)(walk->at - walk->begin);
}

static void parse_events(const struct recognition_config *config, struct member_walk *walk,
	const struct documents *docs, struct parcel *out)
{
	if (*walk->at == '[') {
		walk->at = docs->from > 0 ? walk->begin + docs->from : walk->at + 1;
		parse_batch(config, walk, out);
		return;
	}
	struct bytes event = next_event(walk, false);
	struct said said = {.config = config, .out = out, .item = add(out, walk, event)};
	take_event(&said, event);
}

static enum outcome parse(
	const void *config, const struct documents *docs, struct parcel *out, struct err *err)
{
	struct member_walk walk = member_walk_of(docs->items[0].body);
	bool is_json = walk.at < walk.end && (*walk.at == '{' || *walk.at == '[');
	if (!is_json)
		return parse_sheet(config, docs, out, err);
	parse_events(config, &walk, docs, out);
	return OK;
}

/* Of a table as CSV, of events as the edge says it. */
static enum outcome acknowledge(const void *config, const struct documents *docs,
	const struct verdicts *verdicts, struct connector_answer *out, struct err *err)
{
	struct member_walk walk = member_walk_of(docs->items[0].body);
	bool is_json = walk.at < walk.end && (*walk.at == '{' || *walk.at == '[');
	return is_json ? OK : sheet_acknowledge(config, docs, verdicts, out, err);
}

static const struct setting settings[] = {
	{"words", SETTING_CODE_PAIRS, offsetof(struct recognition_config, words), "", 0, 0,
		SETTING_ONE("recognition"),
		"What the partner's own words mean: ( ( \"erkend\", \"RECOGNISED\" ), ( "
		"\"ingetrokken\", \"WITHDRAWN\" ) ). ASPIRANT, RECOGNISED and WITHDRAWN need none; "
		"any other word is refused."},
	{0},
};

const struct connector recognition = {
	.name = "recognition",
	.summary = "SBB: how companies stand that train, as CSV or CloudEvents by agreement",
	.settings = settings,
	.config_size = sizeof(struct recognition_config),
	.parse = parse,
	.acknowledge = acknowledge,
};
