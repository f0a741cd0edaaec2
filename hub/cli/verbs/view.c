/* view - what the read model holds, how far it has read, and one digest over its content. */
#include "hub/cli/verbs.h"
#include "hub/view/digest.h"

static void add_table(void *context, const struct digest_table *found)
{
	struct page_row *row = page_table_row(context);
	page_text(row, "TABLE", "table", found->name);
	page_number(row, "ROWS", "rows", PAGE_COUNT, found->rows);
	page_text(row, "DIGEST", "digest", found->hash);
}

static void add_positions(struct page *page, const struct view_positions *positions)
{
	struct page_table *table = page_table(page, "positions", "Read up to", NULL);
	for (size_t i = 0; i < positions->count; i++) {
		struct page_row *row = page_table_row(table);
		page_bytes(row, "TOPIC", "topic", positions->items[i].topic);
		page_number(
			row, "PARTITION", "partition", PAGE_COUNT, positions->items[i].partition);
		page_number(row, "NEXT", "next", PAGE_COUNT, positions->items[i].next);
	}
}

static enum outcome run(struct cli_call *call, struct err *err)
{
	struct page_row *facts = page_facts(call->page);
	struct view_positions positions;
	char total[DIGEST_SIZE], age[TERMINAL_TIME_SIZE];
	if (view_positions(call->reader, &positions, err) != OK)
		return err->outcome;
	terminal_age(page_now(call->page) - positions.at, age);
	page_text(facts, "file", "path", call->conf->view.path);
	page_number(facts, NULL, "view_at", PAGE_TIME, positions.at);
	page_format(facts, "written", NULL, "%s ago", age);
	struct page_table *table = page_table(call->page, "tables", NULL, NULL);
	if (view_digest(call->reader, add_table, table, total, err) != OK)
		return err->outcome;
	page_text(facts, "digest", "digest", total);
	if (cli_has(call, "positions"))
		add_positions(call->page, &positions);
	return OK;
}

static const struct cli_option options[] = {
	{"positions", 'p', NULL, "also how far each partition was read", 0, 0},
	{0},
};

const struct cli_verb view_verb = {
	.name = "view",
	.arguments = "",
	.needs = CLI_MOMENT,
	.summary = "What the read model holds, and one digest over its content",
	.about = "The view is built from Kafka alone: stop the edge, delete the file, start it\n"
		 "again, and the digest comes back the same. Reads the whole file.",
	.options = options,
	.examples = "  lokethub view\n"
		    "  lokethub view --json | jq -r .digest",
	.run = run,
};
