/* duplicates - clients that are possibly one person; only a person merges them. */
#include "hub/cli/verbs.h"
#include "hub/handover/handover.h"
#include "hub/view/report.h"
#include "hub/view/story.h"

static void add_double(struct page_row *row, const struct report_double *found)
{
	const struct client *client = found->client;
	page_number(row, "PERSON", "person", PAGE_COUNT, found->person);
	page_id(row, "CLIENT", "client", client->client.data);
	page_bytes(row, "WITH", "desk", handover_desk(client, client->owner));
	page_bytes(row, "REGION", "region", client->region);
	page_number(row, "REFERRALS", "referrals", PAGE_COUNT, (int64_t)client->referrals_count);
	page_bytes(row, "NEXT DESK", "next_desk", handover_desk(client, client->duty_desk));
	page_text(row, "NEXT", "next", words_duty(client->duty, WORDS_ENGLISH));
	page_text(row, "", "merging", client->has_merging ? "is being merged" : NULL);
	page_tone(row, TERMINAL_CARE);
}

static enum outcome run(struct cli_call *call, struct err *err)
{
	struct page_table *table =
		page_table(call->page, "duplicates", NULL, "No two clients look like one person.");
	struct report_doubles doubles;
	int32_t limit = (int32_t)cli_number(call, "limit");
	if (report_doubles(call->reader, limit, &doubles, err) != OK)
		return err->outcome;
	for (size_t i = 0; i < doubles.count; i++)
		add_double(page_table_row(table), &doubles.items[i]);
	if (doubles.count == 0)
		return OK;
	page_line(call->page, TERMINAL_FAINT,
		"\nOne person: a desk that has one of the clients merges them (MERGE). Two "
		"persons: nothing is to be done.");
	if ((int64_t)doubles.count == limit)
		page_line(call->page, TERMINAL_CARE, "There may be more: see --limit.");
	call->code = CLI_FOUND;
	return OK;
}

static const struct cli_option options[] = {
	{"limit", 'n', "N", "at most so many clients (200)", 200, 1000000},
	{0},
};

const struct cli_verb duplicates_verb = {
	.name = "duplicates",
	.arguments = "",
	.needs = CLI_MOMENT,
	.summary = "Clients that are possibly one person, for a person to look at",
	.about = "OPEN clients whose family name and birth date are the same, as a keyed hash\n"
		 "tells; twins look so too. Those with the same number under PERSON may be one.\n"
		 "Nothing is merged by itself: the desk that is responsible for one of them does\n"
		 "that, if it knows that they are one.",
	.options = options,
	.found = "there are some",
	.examples = "  lokethub duplicates\n"
		    "  lokethub duplicates --json | jq '.duplicates | group_by(.person)'",
	.run = run,
};
