/* clocks - what comes due when: per desk and kind of clock, how many within an hour, a day, a week.
 */
#include "hub/cli/verbs.h"
#include "hub/view/report.h"
#include "hub/view/story.h"

/* Names that stand for desks where a clock runs against none. */
static bool is_known(const struct cli_call *call, struct bytes desk)
{
	return bytes_equal_string(desk, "hub") || bytes_equal_string(desk, "ops") ||
		rules_desk(&call->conf->rules, desk) != NULL;
}

static void add_due(struct page_row *row, const struct report_due *due)
{
	page_bytes(row, "DESK", "desk", due->desk);
	page_text(row, "WHAT", "what", words_clock(due->clock, WORDS_ENGLISH));
	page_text(row, "CLOCK", "clock", clock_name_name(due->clock));
	page_number(row, "PAST DUE", "past_due", PAGE_COUNT, due->past);
	if (due->past > 0)
		page_tone(row, TERMINAL_BAD);
	page_number(row, "IN 1 h", "within_hour", PAGE_COUNT, due->hour);
	page_number(row, "IN 1 d", "within_day", PAGE_COUNT, due->day);
	page_number(row, "IN 1 wk", "within_week", PAGE_COUNT, due->week);
	page_number(row, "ALL", "all", PAGE_COUNT, due->count);
	page_number(row, "NEXT", "next_due", PAGE_DUE, due->next == 0 ? PAGE_NONE : due->next);
}

static enum outcome run(struct cli_call *call, struct err *err)
{
	struct bytes desk = bytes_of_string(cli_argument(call, 0));
	struct report_dues dues;
	struct page_table *table = page_table(call->page, "clocks", NULL, "No clock runs.");
	if (desk.data != NULL && !is_known(call, desk))
		return err_set(err, REJECT, "no desk %.*s in the config", BYTES_ARG(desk));
	if (report_due(call->reader, desk, page_now(call->page), &dues, err) != OK)
		return err->outcome;
	for (size_t i = 0; i < dues.count; i++) {
		add_due(page_table_row(table), &dues.items[i]);
		if (dues.items[i].past > 0)
			call->code = CLI_FOUND;
	}
	page_line(
		call->page, TERMINAL_FAINT, "\nEach of a desk, line by line: lokethub queue DESK");
	return OK;
}

const struct cli_verb clocks_verb = {
	.name = "clocks",
	.arguments = "[DESK]",
	.needs = CLI_MOMENT,
	.most = 1,
	.summary = "What comes due when, per desk and kind of clock",
	.about = "How many clocks come due within an hour, a day and a week from now, each with\n"
		 "those before it, and how many are past due: a router fires them at once, so\n"
		 "that there are some only while none runs. DESK: of that desk alone; hub: what\n"
		 "runs against nobody; ops: what runs against ops. What has waited for long:\n"
		 "lokethub queue",
	.found = "something is past due",
	.examples = "  lokethub clocks\n"
		    "  lokethub clocks wsp-rijnmond\n"
		    "  lokethub clocks --json | jq '[.clocks[].within_day] | add'",
	.run = run,
};
