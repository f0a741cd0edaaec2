/* outages - times in which the hub or a desk's delivery was away, which no clock counts. */
#include <stdlib.h>
#include <string.h>

#include "hub/cli/verbs.h"

static int compare(const void *a, const void *b)
{
	const struct fact *left = *(const struct fact *const *)a,
			  *right = *(const struct fact *const *)b;
	return (left->from < right->from) - (left->from > right->from);
}

/* "router/3/1760000000000": what is behind the last slash is its begin once more. */
static struct bytes who(const struct fact *fact)
{
	size_t size = fact->id.size;
	while (size > 0 && fact->id.data[size - 1] != '/')
		size--;
	return size > 0 ? bytes_of(fact->id.data, size - 1) : fact->id;
}

static void add(struct page_table *table, const struct fact *fact, int64_t now)
{
	struct page_row *row = page_table_row(table);
	page_bytes(row, "WHO", "who", who(fact));
	page_number(row, "FROM", "from", PAGE_TIME, fact->has_from ? fact->from : PAGE_NONE);
	page_number(row, "TO", "to", PAGE_TIME, fact->has_to ? fact->to : PAGE_NONE);
	page_number(row, "LASTED", "lasted", PAGE_AGE,
		(fact->has_to ? fact->to : now) - (fact->has_from ? fact->from : now));
	if (!fact->has_to)
		page_tone(row, TERMINAL_BAD);
	page_bytes(row, "WHY", "text", fact->text);
	page_cut(row);
}

static enum outcome run(struct cli_call *call, struct err *err)
{
	struct view_facts facts;
	int64_t now = page_now(call->page), limit = cli_number(call, "limit");
	struct page_table *table = page_table(call->page, "outages", NULL, "There were none.");
	if (view_facts(call->reader, FACT_KIND_OUTAGE, &facts, err) != OK)
		return err->outcome;
	qsort(facts.items, facts.count, sizeof(struct fact *), compare);
	for (size_t i = 0; i < facts.count; i++) {
		if (!facts.items[i]->has_to)
			call->code = CLI_FOUND;
		if ((int64_t)i < limit)
			add(table, facts.items[i], now);
	}
	return OK;
}

static const struct cli_option options[] = {
	{"limit", 'n', "N", "at most so many, the latest first (50)", 50, 100000},
	{0},
};

const struct cli_verb outages_verb = {
	.name = "outages",
	.arguments = "",
	.needs = CLI_MOMENT,
	.summary = "When routers or the delivery to a desk were away; no clock counts that time",
	.about = "router/3: partition 3 had no router. desk/wsp-rijnmond: nothing was brought to\n"
		 "that desk: its system did not answer or said that it is no more, or it was on\n"
		 "hold. The latest first; one that has no end goes on.",
	.options = options,
	.found = "an outage goes on",
	.examples = "  lokethub outages\n  lokethub outages --json | jq '.outages[] | select(.to "
		    "== null)'",
	.run = run,
};
