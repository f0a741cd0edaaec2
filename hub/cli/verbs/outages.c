/* outages - times in which the hub or a desk's delivery was away, which no clock counts, and what
 * could not be brought. */
#include <stdlib.h>
#include <string.h>

#include "hub/cli/verbs.h"
#include "hub/flow/delivery/queue.h"

static int compare(const void *a, const void *b)
{
	const struct fact *left = *(const struct fact *const *)a,
			  *right = *(const struct fact *const *)b;
	return (left->from < right->from) - (left->from > right->from);
}

static struct bytes cut_last(struct bytes *text)
{
	size_t size = text->size;
	while (size > 0 && text->data[size - 1] != '/')
		size--;
	struct bytes last = bytes_of(text->data + size, text->size - size);
	text->size = size > 0 ? size - 1 : 0;
	return last;
}

static void add(struct page_table *table, const struct fact *fact, int64_t now)
{
	struct page_row *row = page_table_row(table);
	struct bytes who = fact->id;
	cut_last(&who); /* "router/3/1760000000000": its begin once more */
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

/* A handover that could not be brought: "wsp-rijnmond/STATUS/17592186044417". */
struct undelivered {
	const struct fact *fact;
	struct bytes channel, desk, kind; /* channel: the desk, or "wsp-rijnmond/mail" */
	int64_t cursor;
};

/* false: that fact says how far all of a desk are settled. */
static bool read_undelivered(const struct fact *fact, struct undelivered *out)
{
	*out = (struct undelivered){.fact = fact, .channel = fact->id};
	if (fact->has_number || !bytes_to_int64(cut_last(&out->channel), &out->cursor))
		return false;
	out->kind = cut_last(&out->channel);
	const uint8_t *slash = memchr(out->channel.data, '/', out->channel.size);
	out->desk = slash == NULL
		? out->channel
		: bytes_of(out->channel.data, (size_t)(slash - out->channel.data));
	return true;
}

static const struct fact *find(const struct view_facts *facts, struct bytes id)
{
	for (size_t i = 0; i < facts->count; i++)
		if (bytes_compare(facts->items[i]->id, id) == 0)
			return facts->items[i];
	return NULL;
}

/* It was tried on, and is no more waiting. */
static bool has_come(const struct undelivered *what, const struct view_facts *settled)
{
	const struct fact *how_far = find(settled, what->channel);
	struct queue queue = {0};
	if (what->fact->has_to || how_far == NULL || !how_far->has_number)
		return false;
	queue_read(&queue, how_far->number, how_far->text);
	bool is_settled = queue_is_settled(&queue, what->cursor);
	queue_done(&queue);
	return is_settled;
}

/* A person has released the desk since. */
static bool is_seen_to(const struct undelivered *what, const struct view_facts *holds)
{
	const struct fact *hold = find(holds, what->desk);
	return hold != NULL && hold->has_to && hold->to < hold->at && hold->at >= what->fact->at;
}

static void add_undelivered(struct page_table *table, const struct undelivered *what)
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
	const struct fact *left = ((const struct undelivered *)a)->fact,
			  *right = ((const struct undelivered *)b)->fact;
	return (left->at < right->at) - (left->at > right->at);
}

static enum outcome list_undelivered(struct cli_call *call, struct err *err)
{
	struct view_facts settled, holds;
	size_t count = 0, limit = (size_t)cli_number(call, "limit");
	if (view_facts(call->reader, FACT_KIND_SETTLED, &settled, err) != OK ||
		view_facts(call->reader, FACT_KIND_HOLD, &holds, err) != OK)
		return err->outcome;
	struct undelivered *found =
		arena_get_array(&call->arena, settled.count + 1, sizeof(*found));
	for (size_t i = 0; i < settled.count; i++)
		if (read_undelivered(settled.items[i], &found[count]) &&
			!has_come(&found[count], &settled) && !is_seen_to(&found[count], &holds))
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
	.summary = "When routers or the delivery to a desk were away; no clock counts that time",
	.about = "router/3: partition 3 had no router. desk/wsp-rijnmond: nothing was brought to\n"
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
