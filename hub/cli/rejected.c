/* rejected - what could not be applied, why, and who must act. */
#include <inttypes.h>
#include <string.h>

#include "hub/cli/find.h"
#include "hub/cli/reach.h"
#include "hub/cli/verbs.h"
#include "hub/view/report.h"

static const struct table_column columns[] = {
	{"ID", "id", TABLE_TEXT, false},
	{"SINCE", "since", TABLE_TIME, false},
	{"CODE", "code", TABLE_TEXT, false},
	{"PARTNER", "partner", TABLE_TEXT, false},
	{"CLIENT", "client", TABLE_ID, false},
	{"NUMBER", "number", TABLE_NUMBER, false},
	{"", "waits", TABLE_TEXT, false},
	{"ACTS", "owner", TABLE_TEXT, false},
	{"FIELD", "field", TABLE_TEXT, false},
	{"WHY", "text", TABLE_TEXT, true},
};
static const struct page_table about_rejected = {
	"rejected", NULL, "Nothing was rejected.", columns, sizeof(columns) / sizeof(columns[0])};

static void add_partner(struct table *table, const struct conf *conf, struct bytes partner)
{
	const struct rules_partner *row = NULL;
	if (partner.data != NULL)
		row = rules_partner(&conf->rules, partner);
	if (row != NULL)
		table_text(table, row->name);
	else
		table_bytes(table, partner);
}

static void add_rejection(
	struct table *table, const struct conf *conf, const struct report_rejection *row)
{
	const struct rejection *rejection = row->rejection;
	char client[33];
	table_format(table, "%d-%" PRId64, (int)row->partition, row->offset);
	table_number(table, rejection->since);
	table_text(table, rejection_code_name(rejection->code));
	add_partner(table, conf, rejection->partner);
	if (rejection->has_client)
		bytes_to_hex(bytes_of(rejection->client.data, 16), client);
	table_text(table, rejection->has_client ? client : NULL);
	if (rejection->has_number)
		table_number(table, rejection->number);
	else
		table_none(table);
	table_text(table, row->waits ? "waits" : NULL);
	table_tone(table, TERMINAL_BAD);
	table_bytes(table, rejection->owner);
	table_bytes(table, rejection->field);
	table_bytes(table, rejection->text);
}

static int64_t add_rejections(
	struct page *page, const struct conf *conf, const struct report_rejections *rejections)
{
	struct table *table = page_table(page, &about_rejected);
	int64_t waiting = 0;
	for (size_t i = 0; i < rejections->count; i++) {
		add_rejection(table, conf, &rejections->items[i]);
		waiting += rejections->items[i].waits;
	}
	page_value(page, "waiting", json_object_new_int64(waiting));
	return waiting;
}

static enum outcome read_which(const struct cli_call *call, struct view_reader *reader,
	struct report_rejected *which, struct find *find, struct err *err)
{
	const char *code = cli_value(call, "code"), *client = cli_value(call, "client");
	int64_t limit;
	if (cli_number(call, "limit", &limit, err) != OK)
		return err->outcome;
	*which = (struct report_rejected){.partner = bytes_of_string(cli_value(call, "partner")),
		.waits = cli_has(call, "waiting"),
		.limit = (int32_t)limit,
		.has_code = code != NULL};
	if (code != NULL && !rejection_code_from_name(bytes_of_string(code), &which->code))
		return err_set(err, REJECT, "--code: no such code; the list shows those in use");
	if (client == NULL)
		return OK;
	if (find_by_text(reader, client, find, err) != OK)
		return err->outcome;
	if (find->count != 1)
		return err_set(err, REJECT, "--client: nobody, or more than one");
	which->client = &find->items[0].client;
	return OK;
}

static enum outcome fill(struct cli_call *call, const struct conf *conf, struct view_reader *reader,
	struct page *page, struct err *err)
{
	struct report_rejected which;
	struct report_rejections rejections;
	struct find find;
	if (read_which(call, reader, &which, &find, err) != OK ||
		report_rejected(reader, &which, &rejections, err) != OK)
		return err->outcome;
	int64_t waiting = add_rejections(page, conf, &rejections);
	if (rejections.count > 0)
		page_hint(page, "\nThe message itself: lokethub rejected show ID");
	if (waiting > 0)
		page_hint(page, "Let a parked client go on: lokethub rejected redrive CLIENT");
	return OK;
}

static enum outcome any_waits(struct view_reader *reader, bool *out, struct err *err)
{
	const struct report_rejected which = {.waits = true, .limit = 1};
	struct report_rejections rejections;
	if (report_rejected(reader, &which, &rejections, err) != OK)
		return err->outcome;
	*out = rejections.count > 0;
	return OK;
}

static int answer(struct cli_call *call, const struct conf *conf, struct view_reader *reader)
{
	struct arena arena = {0};
	struct err err = {0};
	bool waits = false;
	if (view_reader_begin(reader, &arena, &err) != OK)
		return cli_fail(call, &err, CLI_USAGE);
	struct page *page = page_new(clock_wall());
	enum outcome outcome = fill(call, conf, reader, page, &err);
	if (outcome == OK)
		outcome = any_waits(reader, &waits, &err);
	view_reader_end(reader);
	arena_done(&arena);
	if (outcome == OK)
		return cli_show(call, page, waits ? CLI_FOUND : CLI_OK);
	page_free(page);
	return cli_fail(call, &err, CLI_USAGE);
}

static int run(struct cli_call *call)
{
	const struct conf *conf = cli_conf(call);
	struct view_reader *reader;
	struct err err = {0};
	if (conf == NULL)
		return CLI_CONFIG;
	if (reach_view(conf, &reader, &err) != OK)
		return cli_fail(call, &err, CLI_USAGE);
	int code = answer(call, conf, reader);
	view_reader_free(reader);
	return code;
}

static const struct cli_option options[] = {
	{"waiting", 'w', NULL, "only what waits in the queue of a parked client, in its order", 0,
		0},
	{"client", 0, "CLIENT", "of one client: its id, a referral or a case", 0, 0},
	{"partner", 'p', "OIN", "of one partner", 0, 0},
	{"code", 0, "CODE", "of one kind: ILLEGAL, STALE, UNREADABLE …", 0, 0},
	{"limit", 'n', "N", "at most so many (50)", 50, 100000},
	{0},
};

const struct cli_verb rejected_verb = {
	.name = "rejected",
	.arguments = "",
	.summary = "What could not be applied, why, and who must act",
	.about = "The newest first. ACTS is the desk that must act, or ops. NUMBER is the place in "
		 "the\n"
		 "queue of a client that is parked, because a message of it could not be read.",
	.options = options,
	.json = true,
	.found = "a client is parked: see --waiting",
	.examples = "  lokethub rejected --waiting\n"
		    "  lokethub rejected --client 2026-000123\n"
		    "  lokethub rejected --json | jq -r '.rejected[] | [.id, .code, .text] | @tsv'",
	.run = run,
};
