/* parse - what a file would become: drafts, and why some would be refused. Nothing is sent. */
#include <string.h>

#include "hub/base/file.h"
#include "hub/cli/verbs.h"
#include "hub/flow/intake/check.h"

struct counts {
	int64_t fine, refused, passed;
};

/* name: as its partner knows it, or with the partner's OIN before it; NULL: any. */
static bool is_called(const struct conf_source *source, const char *name)
{
	size_t size = strlen(source->oin);
	if (name == NULL || strcmp(source->name, name) == 0)
		return true;
	return strncmp(name, source->oin, size) == 0 && name[size] == '/' &&
		strcmp(name + size + 1, source->name) == 0;
}

/* The source that is named, else the first one with this connector. */
static const struct conf_source *find_source(struct cli_call *call, struct err *err)
{
	const struct conf *conf = call->conf;
	const char *connector = cli_argument(call, 0), *name = cli_value(call, "source");
	const struct conf_source *found = NULL;
	const char *all = "";
	size_t count = 0;
	for (size_t i = 0; i < conf->sources_count; i++) {
		const struct conf_source *source = &conf->sources[i];
		if (strcmp(source->connector->name, connector) != 0 || !is_called(source, name))
			continue;
		found = found == NULL ? source : found;
		all = arena_format(&call->arena, "%s%s%s/%s", all, count++ > 0 ? " or " : "",
			source->oin, source->name);
	}
	if (name != NULL && count > 1) {
		err_set(err, REJECT, "several partners have a source %s: say which, --source %s",
			name, all);
		return NULL;
	}
	if (found != NULL)
		return found;
	if (connector_find(call->program->connectors, bytes_of_string(connector)) == NULL)
		err_set(err, REJECT, "there is no connector %s: see `lokethub connectors`",
			connector);
	else
		err_set(err, REJECT,
			"no source%s%s in the configuration uses %s: add one to sources, as its "
			"settings say what rows mean",
			name != NULL ? " " : "", name != NULL ? name : "", connector);
	return NULL;
}

static const char *body_of(const struct draft *draft)
{
	if (draft->body_referral != NULL)
		return referral_kind_name(draft->body_referral->kind);
	return draft->body_status_change != NULL ? action_name(draft->body_status_change->action)
						 : NULL;
}

/* People see what it is about, not whom. */
static void show(struct page_table *table, const struct parcel_draft *item)
{
	const struct problems *problems = &item->problems;
	const struct problem *first = problems->count > 0 ? &problems->items[0] : NULL;
	const struct referral *referral = item->draft.body_referral;
	struct page_row *row = page_table_row(table);
	page_bytes(row, "WHERE", "label", item->label);
	page_text(row, "WOULD BE", "fate", first == NULL ? "taken" : "refused");
	page_tone(row, first == NULL ? TERMINAL_GOOD : TERMINAL_BAD);
	page_text(row, "AS", "kind", body_of(&item->draft));
	page_bytes(row, "CASE", "case", item->draft.case_);
	page_bytes(
		row, "QUESTION", NULL, referral == NULL ? (struct bytes){0} : referral->question);
	page_bytes(row, "FROM", NULL, referral == NULL ? (struct bytes){0} : referral->from_desk);
	page_text(row, "FIELD", "field", first == NULL ? NULL : first->path);
	page_text(row, "WHY", "text", first == NULL ? NULL : first->text);
	page_cut(row);
	page_json(row, "draft", first == NULL ? draft_to_json(&item->draft) : NULL);
}

static void show_wants(struct cli_call *call, const struct parcel *parcel)
{
	struct page_table *table =
		page_table(call->page, "fetches", "What would be fetched first:", NULL);
	for (size_t i = 0; i < parcel->wants_count + parcel->tasks_count; i++) {
		bool is_want = i < parcel->wants_count;
		struct page_row *row = page_table_row(table);
		page_bytes(row, "DOCUMENT", "url",
			is_want ? parcel->wants[i].url : parcel->tasks[i - parcel->wants_count]);
		page_text(row, "WHEN", "when", is_want ? "now" : "by itself, later");
	}
}

static void count(struct cli_call *call, const struct counts *counts)
{
	struct page_row *facts = page_facts(call->page);
	page_number(facts, "would be taken", "taken", PAGE_COUNT, counts->fine);
	page_number(facts, "would be refused", "refused", PAGE_COUNT, counts->refused);
	page_number(facts, "passed over", "passed", PAGE_COUNT, counts->passed);
	if (counts->refused > 0)
		call->code = CLI_FOUND;
}

static enum outcome parse_all(struct cli_call *call, const struct conf_source *source,
	const struct document *document, struct err *err)
{
	struct counts counts = {0};
	int64_t limit = cli_number(call, "limit"), shown = 0;
	struct page_table *table = page_table(call->page, "drafts", NULL, NULL);
	struct documents docs = {
		.items = document, .count = 1, .way = DOCUMENTS_DROPPED, .now = clock_wall()};
	struct parcel parcel = {.more = true};
	struct arena arena = {0};
	enum outcome outcome = OK;
	while (outcome == OK && parcel.more) {
		docs.from = parcel.next;
		docs.line = parcel.next_line;
		arena_reset(&arena);
		parcel = (struct parcel){.arena = &arena};
		outcome = source->connector->parse(source->config, &docs, &parcel, err);
		for (size_t i = 0; outcome == OK && i < parcel.drafts_count; i++) {
			check_translated(parcel.drafts[i], call->conf, source, docs.now);
			bool is_fine = parcel.drafts[i]->problems.count == 0;
			*(is_fine ? &counts.fine : &counts.refused) += 1;
			if (shown++ < limit)
				show(table, parcel.drafts[i]);
		}
		counts.passed += (int64_t)parcel.passed;
	}
	if (outcome == OK) {
		show_wants(call, &parcel);
		count(call, &counts);
	}
	arena_done(&arena);
	return outcome;
}

static enum outcome run(struct cli_call *call, struct err *err)
{
	const char *path = cli_argument(call, 1);
	struct bytes text;
	const struct conf_source *source = find_source(call, err);
	if (source == NULL)
		return REJECT;
	if (file_read_stream(path, &call->arena, &text, err) != OK)
		return err_in(err, "%s", path);
	const struct document document = {
		.name = bytes_of_string(path), .body = text, .status = 200};
	call->rejected = CLI_FOUND;
	if (parse_all(call, source, &document, err) != OK)
		return err_in(err, "%s", path);
	return OK;
}

static const struct cli_option options[] = {
	{"source", 's', "[OIN/]NAME",
		"whose settings say what it means; else the first with this connector", 0, 0},
	{"limit", 'n', "N", "shows at most so many drafts; all are counted", 50, 1000000},
	{0},
};

const struct cli_verb parse_verb = {
	.name = "parse",
	.arguments = "CONNECTOR FILE|-",
	.needs = CLI_CONF,
	.least = 2,
	.most = 2,
	.summary = "What a partner's file would become, and why rows would be refused",
	.about = "Nothing is sent and nothing is fetched. People see no personal data; --json "
		 "shows\n"
		 "the drafts as they are.",
	.options = options,
	.found = "something would be refused, or the file cannot be understood",
	.examples = "  lokethub parse sonar export.csv\n"
		    "  lokethub parse zgw notification.json --json",
	.run = run,
};
