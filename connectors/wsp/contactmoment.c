/* contactmoment - what a WSP noted at its contacts with employers, as VUM exchanges it. */
#include "connectors/wsp/contactmoment.h"

#include <stddef.h>
#include <string.h>

#include "connectors/common/cell.h"
#include "connectors/common/json_content.h"
#include "connectors/common/leerbedrijf.h"
#include "connectors/uwv/vum_answer.h"
#include "connectors/wsp/contactmoment_round.h"
#include "hub/base/calendar.h"
#include "hub/base/clock.h"
#include "hub/base/format.h"

/* The format is that of ibnext/vum-docs (OAS_Contracten/VUM-Bron-Werkgeverscontactmomenten, 3.0 and
 * 3.1). A contact names no client and no referral, so none is made of it: all that is looked at is
 * whether the employer was noted to be a recognised leerbedrijf. The account manager, and whom was
 * spoken to, are not read, and not kept where a row is refused. */

#define DAY "datum"
#define KVK "werkgever.nummerKvk"
#define STANDING "werkgever.erkendSbbLeerbedrijf"
#define SCHEME "heard" /* SBB's own word counts for more */
#define KEPT_MAX 12 /* of a value of a row that is refused */

struct contactmoment_config {
	struct contactmoment_round_config round;
	const struct setting_pair *words;
	const char *path;
};

/* A list, while it is read. */
struct list {
	const struct contactmoment_config *config;
	struct parcel *out;
	int32_t today;
};

/* One row of it. What is wrong with a value is NULL if nothing is. */
struct contact {
	struct bytes day, kvk, standing, code;
	const char *leerbedrijf; /* NULL: it is not in the settings */
	int32_t date;
	const char *day_wrong, *kvk_wrong, *standing_wrong;
};

static const char *find_leerbedrijf(const struct contactmoment_config *config, struct bytes kvk)
{
	for (const struct setting_pair *pair = config->round.employers; pair->name != NULL; pair++)
		if (bytes_equal_string(kvk, pair->name))
			return pair->value;
	return NULL;
}

static void read_day(struct contact *contact, int32_t today)
{
	if (contact->day.data == NULL)
		contact->day_wrong = "is missing";
	else if (!clock_date_from_text(contact->day, &contact->date))
		contact->day_wrong = "is not a date";
	else if (contact->date > today)
		contact->day_wrong = "lies ahead: nothing can have been noted yet";
}

static void read_employer(
	struct contact *contact, const struct list *list, const struct json_tree *tree)
{
	const struct json_tree *employer = json_tree_member(tree, "werkgever");
	bool is_list = employer != NULL && employer->kind == JSON_TREE_ARRAY;
	contact->kvk = json_content_at(tree, KVK, 0);
	if (is_list || json_content_at(tree, KVK, 1).data != NULL)
		contact->kvk_wrong = "is not the only one: give each employer a row of its own";
	else if (contact->kvk.data == NULL)
		contact->kvk_wrong = "is missing";
	else if (!format_is("kvk", contact->kvk))
		contact->kvk_wrong = "is not 8 digits";
	else
		contact->leerbedrijf = find_leerbedrijf(list->config, contact->kvk);
}

/* What the settings do not know says nothing, if it is yes or no. */
static void read_standing(struct contact *contact, const struct list *list)
{
	bool is_known = contact->standing.data == NULL ||
		bytes_equal_string(contact->standing, "true") ||
		bytes_equal_string(contact->standing, "false");
	if (contact->standing.data != NULL)
		contact->code = cell_pair(list->config->words, contact->standing);
	if (contact->code.data == NULL && !is_known)
		contact->standing_wrong =
			"is neither true nor false, nor among the words of the settings";
}

static struct contact read_contact(const struct list *list, const struct json_tree *tree)
{
	struct contact contact = {.day = json_content_at(tree, DAY, 0),
		.standing = json_content_at(tree, STANDING, 0)};
	read_day(&contact, list->today);
	read_employer(&contact, list, tree);
	read_standing(&contact, list);
	return contact;
}

static bool is_wrong(const struct contact *contact)
{
	return contact->day_wrong != NULL || contact->kvk_wrong != NULL ||
		contact->standing_wrong != NULL;
}

/* Short, and no name of anybody's; else a question mark. */
static struct bytes kept(struct bytes text)
{
	if (text.data == NULL || text.size > KEPT_MAX)
		return bytes_of_string(text.data == NULL ? "" : "?");
	for (size_t i = 0; i < text.size; i++)
		if (strchr("0123456789-", text.data[i]) == NULL || text.data[i] == '\0')
			return bytes_of_string("?");
	return text;
}

/* The row without the people in it. */
static struct bytes original_of(const struct contact *contact, struct arena *arena)
{
	bool is_word = contact->standing.data != NULL && contact->standing_wrong == NULL;
	struct bytes standing = is_word ? contact->standing : kept(contact->standing);
	return bytes_of_string(arena_format(arena,
		"{\"datum\":\"%.*s\",\"werkgever\":{\"nummerKvk\":\"%.*s\","
		"\"erkendSbbLeerbedrijf\":\"%.*s\"}}",
		BYTES_ARG(kept(contact->day)), BYTES_ARG(kept(contact->kvk)), BYTES_ARG(standing)));
}

static void refuse(struct parcel_draft *item, const struct contact *contact)
{
	struct problems *problems = &item->problems;
	if (contact->day_wrong != NULL)
		problems_add(problems, DAY, "2026-03-01", "%s", contact->day_wrong);
	if (contact->kvk_wrong != NULL)
		problems_add(problems, KVK, "90001354", "%s", contact->kvk_wrong);
	if (contact->standing_wrong != NULL)
		problems_add(problems, STANDING, "true", "%s", contact->standing_wrong);
}

static void tell(struct parcel *out, struct parcel_draft *item, const struct contact *contact)
{
	struct status_change *change = parcel_change(out, &item->draft);
	char day[11];
	clock_date_to_text(contact->date, day);
	change->action = ACTION_RECOGNITION;
	change->raw = arena_get(out->arena, sizeof(*change->raw));
	change->raw->scheme = bytes_of_string(SCHEME);
	change->raw->code = contact->code;
	change->has_effective_date = true;
	change->effective_date = contact->date;
	item->draft.case_ = bytes_of_string(contact->leerbedrijf);
	item->draft.reference = bytes_of_string(arena_format(out->arena, "%s//%s/" SCHEME "=%.*s",
		contact->leerbedrijf, day, BYTES_ARG(contact->code)));
}

static void take(void *of, const struct json_rows_row *row)
{
	struct list *list = of;
	struct arena *arena = list->out->arena;
	struct bytes label =
		bytes_of_string(arena_format(arena, "the row at byte %zu", row->place));
	if (row->tree == NULL) {
		struct parcel_draft *item = parcel_add(list->out, label, label);
		problems_add(&item->problems, NULL, NULL, "%s", row->why_not);
		return;
	}
	struct contact contact = read_contact(list, row->tree);
	if (!is_wrong(&contact) && (contact.code.data == NULL || contact.leerbedrijf == NULL)) {
		list->out->passed++;
		return;
	}
	struct parcel_draft *item = parcel_add(list->out, original_of(&contact, arena), label);
	if (is_wrong(&contact))
		refuse(item, &contact);
	else
		tell(list->out, item, &contact);
}

static void end(const struct list *list, const struct json_rows *rows, const struct documents *docs)
{
	struct parcel *out = list->out;
	if (vum_answer_is_cut(rows, out->arena))
		vum_answer_note_cut(out, "since", bytes_of_string(VUM_ANSWER_ROWS));
	if (docs->way == DOCUMENTS_POLLED)
		contactmoment_round_go_on(&list->config->round, docs, out);
}

/* VUM has no word for an employer that it does not know, so it is the question that was wrong. */
static bool is_refused_question(const struct documents *docs, struct arena *arena)
{
	const struct document *doc = &docs->items[0];
	if (docs->way != DOCUMENTS_POLLED || doc->status != 400)
		return false;
	struct bytes code = vum_answer_code(doc, arena);
	return bytes_equal_string(bytes_cut_first(&code, '.'), "400");
}

/* Another employer in the same place has another label, so that it is told, too; which one it is
 * cannot be told from it. */
static struct bytes label_of(const char *kvk, int turn, struct arena *arena)
{
	static const uint8_t key[16] = {0};
	return bytes_of_string(arena_format(arena, "employer %d (%04x)", turn,
		(unsigned)(bytes_hash(bytes_of_string(kvk), key) & 0xffff)));
}

/* One that VUM never takes must not keep the others from being asked for. */
static void pass_over(
	const struct contactmoment_config *config, const struct documents *docs, struct parcel *out)
{
	int turn = contactmoment_round_turn(&config->round, docs);
	struct bytes code = vum_answer_code(&docs->items[0], out->arena);
	struct bytes label = label_of(config->round.employers[turn - 1].name, turn, out->arena);
	struct parcel_draft *item = parcel_add(out, code, label);
	problems_add(&item->problems, KVK, NULL,
		"VUM refuses to search for it (%.*s), and the next one is asked for: mend number "
		"%d of the setting employers, or leave it out",
		BYTES_ARG(code), turn);
	contactmoment_round_pass_over(&config->round, docs, out);
}

static enum outcome parse(
	const void *config, const struct documents *docs, struct parcel *out, struct err *err)
{
	struct list list = {.config = config, .out = out, .today = calendar_date(docs->now)};
	struct json_rows rows;
	if (is_refused_question(docs, out->arena)) {
		pass_over(config, docs, out);
		return OK;
	}
	if (vum_answer_check(&docs->items[0], out->arena, err) != OK ||
		json_rows_open(&rows, docs->items[0].body, docs->from, VUM_ANSWER_ROWS, err) !=
			OK ||
		json_rows_parse(&rows, docs, out, (struct json_rows_taker){take, &list}, err) != OK)
		return REJECT;
	if (!out->more)
		end(&list, &rows, docs);
	return OK;
}

static enum outcome poll(const void *config, const struct connector_poll *poll,
	struct connector_request *out, struct err *err)
{
	const struct contactmoment_config *own = config;
	(void)err;
	*out = (struct connector_request){.method = "POST",
		.url = bytes_of_string(own->path),
		.type = bytes_of_string("application/json"),
		.body = contactmoment_round_question(&own->round, poll)};
	return OK;
}

static enum outcome check_employer(
	const struct contactmoment_config *config, const struct setting_pair *pair, struct err *err)
{
	if (!format_is("kvk", bytes_of_string(pair->name)))
		return err_set(err, REJECT,
			"employers: \"%s\" is not 8 digits, as the trade register has them",
			pair->name);
	if (!leerbedrijf_is_id(bytes_of_string(pair->value)))
		return err_set(err, REJECT,
			"employers: \"%s\": \"%s\" is no leerbedrijf-ID: up to 40 letters and "
			"digits",
			pair->name, pair->value);
	if (find_leerbedrijf(config, bytes_of_string(pair->name)) != pair->value)
		return err_set(err, REJECT,
			"employers: \"%s\" is there twice: a contact does not say which of its "
			"leerbedrijven it was about, so leave it out",
			pair->name);
	return OK;
}

static enum outcome check(const void *config, struct err *err)
{
	const struct contactmoment_config *own = config;
	enum outcome outcome = OK;
	if (own->round.employers->name == NULL)
		return err_set(err, REJECT,
			"employers is empty: say which leerbedrijf-ID belongs to which KvK number");
	for (const struct setting_pair *pair = own->round.employers;
		pair->name != NULL && outcome == OK; pair++)
		outcome = check_employer(own, pair, err);
	return outcome;
}

#define AT(member) offsetof(struct contactmoment_config, member)

static const struct setting settings[] = {
	{"employers", SETTING_PAIRS, AT(round.employers), NULL, 0, 0, NULL,
		"The leerbedrijf-ID of each employer that a contact can say something of, by its "
		"number in the trade register: ( ( \"90001354\", \"100123456\" ) ). Others are "
		"passed over; a poll asks for each of these."},
	{"words", SETTING_CODE_PAIRS, AT(words), "( ( \"true\", \"RECOGNISED\" ) )", 0, 0,
		SETTING_ONE("recognition"),
		"What erkendSbbLeerbedrijf says. false says nothing, where it is not among them: "
		"who is not recognised need never have been."},
	{"path", SETTING_STRING, AT(path), "werkgeverscontactmomenten/matches", 1, 200, NULL,
		"Where a poll searches, below the endpoint's URL."},
	{"since", SETTING_DATE, AT(round.since), "", 0, 0, NULL,
		"The first day of the contacts that a poll asks for, the first time; none: of any "
		"day."},
	{"days_back", SETTING_INT, AT(round.days_back), "14", 0, 366, NULL,
		"So many days before the last poll the next one asks from: contacts are noted "
		"later than they were."},
	{0},
};

const struct connector contactmoment = {
	.name = "contactmoment",
	.summary = "WSP: which employers are noted as leerbedrijf, as VUM exchanges contacts",
	.settings = settings,
	.config_size = sizeof(struct contactmoment_config),
	.check = check,
	.parse = parse,
	.poll = poll,
};
