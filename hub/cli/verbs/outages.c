/* outages - times in which the hub or a desk's delivery was away, which no clock counts, and what
 * could not be brought. */
#include <stdlib.h>

#include "hub/cli/verbs.h"
#include "hub/flow/delivery/desk/undelivered.h"

static int compare(const void *a, const void *b)
{
	const struct fact *left = *(const struct fact *const *)a,
			  *right = *(const struct fact *const *)b;
	return (left->from < right->from) - (left->from > right->from);
}

static void add(struct page_table *table, const struct fact *fact, int64_t now)
{
	struct page_row *row = page_table_row(table);
	struct bytes who = fact->id;
	bytes_cut_last(&who, '/'); /* "router/3/1760000000000": its begin once more */
	page_bytes(row, "WHO", "who", who);
	page_number(row, "FROM", "from", PAGE_TIME, fact->has_from ? fact->from : PAGE_NONE);
	page_number(row, "TO", "to", PAGE_TIME, fact->has_to ? fact->to : PAGE_NONE);
	page_number(row, "LASTED", "lasted", PAGE_AGE,
		(fact->has_to ? fact->to : now) - (fact->has_from ? fact->from : now));
	if (!fact->has_to)
		page_tone(row, TERMINAL_BAD);
	page_bytes(row, "WHY", "text", fact->text);
	page_cut(row);
}

static void add_undelivered(struct page_table *table, const struct undelivered_fact *what)
{
	const struct fact *fact = what->fact;
	struct page_row *row = page_table_row(table);
	page_bytes(row, "DESK", "desk", what->channel);
	page_format(row, "HANDOVER", "handover", "handover-%lld", (long long)what->cursor);
	page_bytes(row, "KIND", "kind", what->kind);
	page_number(row, "SINCE", "since", PAGE_TIME, fact->has_from ? fact->from : PAGE_NONE);
	page_number(row, "GIVEN UP", "given_up", PAGE_TIME, fact->has_to ? fact->to : PAGE_NONE);
	page_tone(row, TERMINAL_BAD);
	page_bytes(row, "WHY", "text", fact->text);
	page_cut(row);
}

static int compare_told(const void *a, const void *b)
{
	const struct fact *left = ((const struct undelivered_fact *)a)->fact,
			  *right = ((const struct undelivered_fact *)b)->fact;
	return (left->at < right->at) - (left->at > right->at);
}

static enum outcome list_undelivered(struct cli_call *call, struct err *err)
{
	struct view_facts facts, settled, holds;
	size_t count = 0, limit = (size_t)cli_number(call, "limit");
	if (view_facts(call->reader, FACT_KIND_UNDELIVERED, &facts, err) != OK ||
		view_facts(call->reader, FACT_KIND_SETTLED, &settled, err) != OK ||
		view_facts(call->reader, FACT_KIND_HOLD, &holds, err) != OK)
		return err->outcome;
	struct undelivered_fact *found =
		arena_get_array(&call->arena, facts.count + 1, sizeof(*found));
	for (size_t i = 0; i < facts.count; i++)
		if (undelivered_read(facts.items[i], &found[count]) &&
			!undelivered_is_over(&found[count],
				view_facts_find(&settled, found[count].channel),
				view_facts_find(&holds, found[count].desk)))
			count++;
	if (count > 0)
		call->code = CLI_FOUND;
	qsort(found, count, sizeof(*found), compare_told);
	struct page_table *table =
		page_table(call->page, "undelivered", "\nCould not be brought", NULL);
	for (size_t i = 0; i < count && i < limit; i++)
		add_undelivered(table, &found[i]);
	return OK;
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
	return list_undelivered(call, err);
}

static const struct cli_option options[] = {
	{"limit", 'n', "N", "at most so many of each, the latest first (50)", 50, 100000},
	{0},
};

const struct cli_verb outages_verb = {
	.name = "outages",
	.arguments = "",
	.needs = CLI_MOMENT,
	.summary = "When routers, edges or the delivery to a desk were away; no clock counts it",
	.about = "router/3: partition 3 had no router. edge: no edge was alive, so nobody could\n"
		 "answer. desk/wsp-rijnmond: nothing was brought to\n"
		 "that desk: its system did not answer or said that it is no more, or it was on\n"
		 "hold. The latest first; one that has no end goes on. Below: what could not be\n"
		 "brought, in five working days or ever, and is no offer, of which its sender is\n"
		 "told. It is listed until it has come, or the desk is released.",
	.options = options,
	.found = "an outage goes on, or something could not be brought",
	.examples = "  lokethub outages\n  lokethub outages --json | jq '.outages[] | select(.to "
		    "== null)'",
	.run = run,
};
