/* connector_tool - runs one case of tests/data through its connector, as an edge does, and prints
 * what came of it as JSON. */
#include <stdio.h>
#include <string.h>

#include "connectors/connectors.h"
#include "tests/connectors/case.h"
#include "tests/connectors/show.h"

#define NOW "2026-03-02T09:30:00Z"
#define CODES "config/codes.csv"

struct run {
	const struct connector *connector;
	const struct case_folder *folder;
	const struct connector_conf *conf;
	struct json_object *out;
};

static const struct json_tree *member(const struct run *run, const char *name)
{
	return run->folder->json != NULL ? json_tree_member(run->folder->json, name) : NULL;
}

/* What was wanted, out of the case's "documents". */
static struct document fetch(const struct run *run, struct bytes url)
{
	const struct json_tree *documents = member(run, "documents");
	const char *name = arena_string(run->folder->arena, url);
	const struct json_tree *found =
		documents != NULL ? json_tree_member(documents, name) : NULL;
	if (found == NULL)
		case_bad("it has no document", url);
	struct document document = case_document(run->folder, found);
	document.name = url;
	return document;
}

/* All rounds of one parse. */
static enum outcome parse(const struct run *run, struct documents *docs, struct parcel *out,
	struct json_object *rounds, struct err *err)
{
	struct document *items =
		arena_get_array(run->folder->arena, CONNECTOR_DOCUMENTS, sizeof(*items));
	items[0] = docs->items[0];
	docs->items = items;
	for (int i = 0; i < CONNECTOR_ROUNDS; i++) {
		*out = (struct parcel){.arena = run->folder->arena};
		enum outcome outcome = run->connector->parse(run->conf->config, docs, out, err);
		if (outcome != OK || out->wants_count == 0)
			return outcome;
		json_object_array_add(rounds, show_wants(out));
		if (docs->count + out->wants_count > CONNECTOR_DOCUMENTS)
			case_bad("too many documents are wanted", out->wants[0].url);
		for (size_t j = 0; j < out->wants_count; j++)
			items[docs->count++] = fetch(run, out->wants[j].url);
	}
	case_bad("it takes too many rounds to get", out->wants[0].url);
}

static enum verdict_fate fate_of(const struct run *run, size_t place, bool bad)
{
	const struct json_tree *fates = member(run, "fates");
	const struct json_tree *fate = fates != NULL ? fates->first : NULL;
	for (; fate != NULL && place > 0; place--)
		fate = fate->next;
	if (fate != NULL && bytes_equal_string(fate->text, "UNKNOWN"))
		return VERDICT_UNKNOWN;
	return bad ? VERDICT_REFUSED : VERDICT_TAKEN;
}

static void acknowledge(const struct run *run, const struct documents *docs,
	const struct parcel *parcel, struct json_object *shown)
{
	struct arena *arena = run->folder->arena;
	struct verdict *items = arena_get_array(arena, parcel->drafts_count, sizeof(*items));
	for (size_t i = 0; i < parcel->drafts_count; i++) {
		items[i] = (struct verdict){fate_of(run, i, parcel->drafts[i]->problems.count > 0),
			parcel->drafts[i], {{0}}, {{0}}};
		items[i].message.data[15] = items[i].referral.data[15] = (uint8_t)(i + 1);
	}
	struct verdicts verdicts = {items, parcel->drafts_count, docs->now, arena};
	struct connector_answer answer = {0};
	struct err err = {0};
	enum outcome outcome =
		run->connector->acknowledge(run->conf->config, docs, &verdicts, &answer, &err);
	json_object_object_add(shown, "acknowledgement",
		outcome == OK ? show_answer(&answer) : show_err(outcome, &err));
}

static enum documents_way way_of(const struct run *run)
{
	static const char *const names[] = {"POSTED", "DROPPED", "POLLED", "FETCHED"};
	struct bytes way = case_text(run->folder->json, "way");
	for (size_t i = 0; i < 4; i++)
		if (bytes_equal_string(way, names[i]))
			return (enum documents_way)i;
	if (way.data != NULL)
		case_bad("no such way:", way);
	return DOCUMENTS_DROPPED;
}

/* One parcel after the other. */
static void run_parse(const struct run *run)
{
	struct document first = case_document(run->folder, member(run, "document"));
	struct json_object *parcels = json_object_new_array();
	struct documents docs = {.way = way_of(run),
		.cursor = case_text(run->folder->json, "cursor"),
		.now = case_time(run->folder->json, "now", NOW)};
	json_object_object_add(run->out, "parcels", parcels);
	for (bool more = true; more;) {
		struct parcel parcel;
		struct err err = {0};
		docs.items = &first;
		docs.count = 1;
		struct json_object *rounds = json_object_new_array();
		enum outcome outcome = parse(run, &docs, &parcel, rounds, &err);
		struct json_object *shown = outcome == OK
			? show_parcel(&parcel, &docs, run->conf->codes)
			: json_object_new_object();
		if (outcome != OK)
			json_object_object_add(shown, "refused", show_err(outcome, &err));
		json_object_array_add(parcels, shown);
		if (json_object_array_length(rounds) > 0)
			json_object_object_add(shown, "wanted", json_object_get(rounds));
		json_object_put(rounds);
		if (outcome == OK && run->connector->acknowledge != NULL)
			acknowledge(run, &docs, &parcel, shown);
		more = outcome == OK && parcel.more;
		if (more && (parcel.next <= docs.from || parcel.next > first.body.size))
			case_bad("next does not grow within", first.name);
		docs.from = parcel.next;
		docs.line = parcel.next_line;
	}
}

static void run_poll(const struct run *run, const struct json_tree *in)
{
	struct connector_poll poll = {.cursor = case_text(in, "cursor"),
		.now = case_time(in, "now", NOW),
		.callback_url = case_text(in, "callback_url"),
		.callback_authorization = case_text(in, "callback_authorization"),
		.arena = run->folder->arena};
	struct connector_request request = {0};
	struct err err = {0};
	enum outcome outcome = run->connector->poll(run->conf->config, &poll, &request, &err);
	json_object_object_add(
		run->out, "poll", outcome == OK ? show_request(&request) : show_err(outcome, &err));
}

/* Adds what it said to the step; false: an edge does not go on after this answer. */
static bool judge(const struct run *run, const struct document *answer, struct json_object *step)
{
	struct connector_judgement judgement = {0};
	struct err err = {0};
	if (run->connector->judge == NULL)
		return true;
	enum outcome outcome = run->connector->judge(run->conf->config, answer, &judgement, &err);
	struct json_object *out = json_object_new_object();
	json_object_object_add(out, "outcome", show_err(outcome, &err));
	if (judgement.after_ms != 0)
		json_object_object_add(out, "after_ms", json_object_new_int64(judgement.after_ms));
	show_member(out, "partner_case", judgement.partner_case);
	json_object_object_add(step, "judged", out);
	return outcome == OK;
}

static struct opened open_handover(const struct run *run, const struct json_tree *in)
{
	const struct case_folder *folder = run->folder;
	struct bytes url = case_text(in, "url"), withheld = case_text(in, "withheld");
	return (struct opened){.handover = case_record(folder, json_tree_member(in, "handover"),
				       schema_find("Handover")),
		.person =
			case_record(folder, json_tree_member(in, "person"), schema_find("Person")),
		.withheld = withheld.data != NULL ? arena_string(folder->arena, withheld) : NULL,
		.id = arena_string(folder->arena, case_text(in, "id")),
		.source = arena_string(folder->arena, case_text(in, "source")),
		.url = url.data != NULL ? arena_string(folder->arena, url) : NULL,
		.desk_name = arena_string(folder->arena, case_text(in, "desk_name")),
		.partner = arena_string(folder->arena, case_text(in, "partner")),
		.sequence = case_number(in, "sequence", 1),
		.own_case = case_text(in, "own_case"),
		.arena = folder->arena};
}

/* Each request until there is none, or the case has no answer to it. */
static void run_render(const struct run *run, const struct json_tree *in)
{
	struct opened opened = open_handover(run, in);
	struct document items[CONNECTOR_DOCUMENTS];
	struct documents answers = {.items = items, .now = case_time(in, "now", NOW)};
	const struct json_tree *list = member(run, "answers");
	const struct json_tree *next = list != NULL ? list->first : NULL;
	struct json_object *steps = json_object_new_array();
	json_object_object_add(run->out, "requests", steps);
	for (bool more = true; more && answers.count < CONNECTOR_DOCUMENTS;) {
		struct connector_request request = {0};
		struct err err = {0};
		enum outcome outcome = run->connector->render(
			run->conf->config, &opened, &answers, &request, &err);
		if (outcome == OK && request.method == NULL)
			return;
		struct json_object *step =
			outcome == OK ? show_request(&request) : show_err(outcome, &err);
		json_object_array_add(steps, step);
		more = outcome == OK && next != NULL;
		if (!more)
			return;
		items[answers.count] = case_document(run->folder, next);
		items[answers.count].name = request.url;
		more = judge(run, &items[answers.count], step);
		answers.count++;
		next = next->next;
	}
}

/* What config/lokethub.conf's reader would say of the settings; the file without its folder. */
static void show_refused(const struct run *run)
{
	struct json_object *list = json_object_new_array();
	const struct conf_problems *problems = &run->conf->problems;
	for (size_t i = 0; i < problems->count; i++) {
		const char *slash = strrchr(problems->items[i].file, '/');
		const char *text = arena_format(run->folder->arena, "%s:%d: %s",
			slash != NULL ? slash + 1 : problems->items[i].file,
			problems->items[i].line, problems->items[i].text);
		json_object_array_add(list, json_object_new_string(text));
	}
	if (problems->count == 0)
		json_object_array_add(list, show_err(REJECT, &run->conf->err));
	json_object_object_add(run->out, "settings", list);
}

static char *run_case(const struct connector *connector, const char *path)
{
	struct arena arena = {0};
	struct case_folder folder;
	struct connector_conf conf;
	case_open(&folder, path, &arena);
	struct run run = {connector, &folder, &conf, json_object_new_object()};
	const struct json_tree *poll = member(&run, "poll"), *opened = member(&run, "opened");
	if (!connector_conf_load(&conf, connector, folder.settings, CODES))
		show_refused(&run);
	else if (poll != NULL)
		run_poll(&run, poll);
	else if (opened != NULL)
		run_render(&run, opened);
	else
		run_parse(&run);
	char *text = memory_string(json_object_to_json_string_ext(
		run.out, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(run.out);
	connector_conf_done(&conf);
	arena_done(&arena);
	return text;
}

/* Run in the root of the tree. */
int main(int argc, char **argv)
{
	if (argc != 3) {
		fputs("usage: connector_tool CONNECTOR CASE_FOLDER\n", stderr);
		return 2;
	}
	const struct connector *connector = connector_find(connectors, bytes_of_string(argv[1]));
	if (connector == NULL)
		case_bad("no such connector:", bytes_of_string(argv[1]));
	char *first = run_case(connector, argv[2]), *second = run_case(connector, argv[2]);
	bool same = strcmp(first, second) == 0;
	if (same)
		puts(first);
	else
		fputs("a second run gives another result\n", stderr);
	free(first);
	free(second);
	return same ? 0 : 1;
}
