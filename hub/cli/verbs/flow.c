/* flow - what became of all that each partner sent, so that the sum shows nothing was lost. */
#include "hub/cli/lookup/behind.h"
#include "hub/cli/verbs.h"
#include "hub/view/story.h"

static void add_count(struct page_row *row, const char *title, const char *key, int64_t count,
	enum terminal_tone tone)
{
	page_number(row, title, key, PAGE_COUNT, count);
	if (count != 0)
		page_tone(row, tone);
}

static void add_flow(
	struct page_row *row, const struct report_flow *flow, const char *name, int64_t now)
{
	page_text(row, "PARTNER", "name", name);
	page_bytes(row, "OIN", "partner", flow->partner);
	page_number(row, "RECEIVED", "received", PAGE_COUNT, flow->received);
	page_number(row, "APPLIED", "applied", PAGE_COUNT, flow->applied);
	page_number(row, "DUPLICATE", "duplicate", PAGE_COUNT, flow->duplicate);
	add_count(row, "REFUSED", "refused", flow->refused, TERMINAL_CARE);
	add_count(row, "REJECTED", "rejected", flow->rejected, TERMINAL_CARE);
	add_count(row, "PARKED", "parked", flow->parked, TERMINAL_BAD);
	page_number(row, "IN FLIGHT", "in_flight", PAGE_COUNT, flow->in_flight);
	add_count(row, "UNACCOUNTED", "unaccounted", flow->unaccounted, TERMINAL_BAD);
	page_number(row, "OLDEST", "oldest_age", PAGE_AGE,
		flow->oldest == 0 ? PAGE_NONE : now - flow->oldest);
}

static bool closes(const struct report_flow *flow)
{
	return flow->received ==
		flow->applied + flow->duplicate + flow->refused + flow->rejected + flow->parked +
			flow->in_flight &&
		flow->unaccounted == 0;
}

static const char *name_of(const struct conf *conf, struct bytes partner)
{
	const char *name = story_partner(&conf->rules, partner);
	if (partner.size == 0)
		return "unknown sender";
	return name == NULL ? "not in the config" : name;
}

static void add_verdict(struct page *page, const struct report_flow *sum, bool is_current)
{
	page_flag(page_facts(page), "closes", closes(sum));
	page_flag(page_facts(page), "view_is_current", is_current);
	if (!is_current)
		page_line(page, TERMINAL_CARE,
			"\nThe view is behind the routers (is `lokethub serve` running?): what it "
			"has not read yet counts as unaccounted.");
	else if (!closes(sum))
		page_line(page, TERMINAL_BAD,
			"\nThe sum does not close: messages were read and nothing was decided "
			"about them. Tell the hub's makers; nothing may be deleted.");
	else
		page_line(page, TERMINAL_GOOD, "\nThe sum closes: every message is accounted for.");
	if (sum->parked > 0)
		page_line(page, TERMINAL_FAINT, "What is parked: lokethub rejected --waiting");
	if (sum->rejected + sum->refused > 0)
		page_line(page, TERMINAL_FAINT, "Why rejected or refused: lokethub rejected");
}

static void show(struct cli_call *call, const struct report_flows *flows, bool is_current)
{
	struct page_table *table =
		page_table(call->page, "flow", NULL, "No partner has sent anything yet.");
	int64_t now = page_now(call->page);
	for (size_t i = 0; i < flows->count; i++) {
		const struct report_flow *flow = &flows->items[i];
		add_flow(page_table_row(table), flow, name_of(call->conf, flow->partner), now);
	}
	if (flows->count > 1 && !call->json)
		add_flow(page_table_row(table), &flows->sum, "all", now);
	add_verdict(call->page, &flows->sum, is_current);
	call->code = is_current && closes(&flows->sum) ? CLI_OK : CLI_FOUND;
}

static enum outcome run(struct cli_call *call, struct err *err)
{
	struct behind behind;
	struct report_flows flows;
	if (behind_find(call, &behind, err) != OK || cli_look(call, err) != OK ||
		report_flow(call->reader, &behind.committed, &flows, err) != OK)
		return err->outcome;
	show(call, &flows, behind.is_current);
	return OK;
}

const struct cli_verb flow_verb = {
	.name = "flow",
	.arguments = "",
	.needs = CLI_KAFKA | CLI_VIEW,
	.summary = "What became of all that each partner sent",
	.about = "received = applied + duplicate + refused + rejected + parked + in flight.\n"
		 "  duplicate    said before: nothing changed\n"
		 "  refused      answered with what is wrong; never was in intake\n"
		 "  rejected     read, and not possible or not understood\n"
		 "  parked       waits behind a message of its client that could not be read\n"
		 "  in flight    stored, and not read by a router yet\n"
		 "  unaccounted  read, and nothing was decided about it: always 0, else it is lost",
	.found = "the sum does not close, or the view is too far behind to tell",
	.examples = "  lokethub flow\n"
		    "  lokethub flow --json | jq '.flow[] | {name, in_flight}'",
	.run = run,
};
