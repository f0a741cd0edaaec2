/* view - what the read model holds, how far it has read, and one digest over its content. */
#include <string.h>

#include "hub/cli/reach.h"
#include "hub/cli/verbs.h"
#include "hub/view/digest.h"

static const struct table_column table_columns[] = {
	{"TABLE", "table", TABLE_TEXT, false},
	{"ROWS", "rows", TABLE_NUMBER, false},
	{"DIGEST", "digest", TABLE_TEXT, false},
};
static const struct page_table about_tables = {
	"tables", NULL, NULL, table_columns, sizeof(table_columns) / sizeof(table_columns[0])};

static const struct table_column position_columns[] = {
	{"TOPIC", "topic", TABLE_TEXT, false},
	{"PARTITION", "partition", TABLE_NUMBER, false},
	{"NEXT", "next", TABLE_NUMBER, false},
};
static const struct page_table about_positions = {"positions", "Read up to", NULL, position_columns,
	sizeof(position_columns) / sizeof(position_columns[0])};

static void add_table(void *context, const struct digest_table *found)
{
	table_text(context, found->name);
	table_number(context, found->rows);
	table_text(context, found->hash);
}

static enum outcome fill(
	const struct cli_call *call, struct view_reader *reader, struct page *page, struct err *err)
{
	struct view_positions positions;
	char total[DIGEST_SIZE], age[TERMINAL_TIME_SIZE];
	if (view_positions(reader, &positions, err) != OK)
		return err->outcome;
	terminal_age(page_now(page) - positions.at, age);
	page_value_time(page, "view_at", positions.at);
	page_fact(page, NULL, "written", TERMINAL_PLAIN, "%s ago", age);
	struct table *table = page_table(page, &about_tables);
	if (view_digest(reader, add_table, table, total, err) != OK)
		return err->outcome;
	page_fact(page, "digest", "digest", TERMINAL_PLAIN, "%s", total);
	if (!cli_has(call, "positions"))
		return OK;
	table = page_table(page, &about_positions);
	for (size_t i = 0; i < positions.count; i++) {
		table_bytes(table, positions.items[i].topic);
		table_number(table, positions.items[i].partition);
		table_number(table, positions.items[i].next);
	}
	return OK;
}

static int run(struct cli_call *call)
{
	const struct conf *conf = cli_conf(call);
	struct view_reader *reader;
	struct arena arena = {0};
	struct err err = {0};
	if (conf == NULL)
		return CLI_CONFIG;
	if (reach_view(conf, &reader, &err) != OK)
		return cli_fail(call, &err, CLI_FOUND);
	struct page *page = page_new(clock_wall());
	enum outcome outcome = view_reader_begin(reader, &arena, &err);
	if (outcome == OK) {
		page_fact(page, "path", "file", TERMINAL_PLAIN, "%s", conf->view.path);
		outcome = fill(call, reader, page, &err);
		view_reader_end(reader);
	}
	view_reader_free(reader);
	arena_done(&arena);
	if (outcome == OK)
		return cli_show(call, page, CLI_OK);
	page_free(page);
	return cli_fail(call, &err, CLI_FOUND);
}

static const struct cli_option options[] = {
	{"positions", 'p', NULL, "also how far each partition was read", 0, 0},
	{0},
};

const struct cli_verb view_verb = {
	.name = "view",
	.arguments = "",
	.summary = "What the read model holds, and one digest over its content",
	.about = "The view is built from Kafka alone: stop the edge, delete the file, start it "
		 "again,\n"
		 "and the digest comes back the same. Reads the whole file.",
	.options = options,
	.json = true,
	.examples = "  lokethub view\n"
		    "  lokethub view --json | jq -r .digest",
	.run = run,
};
