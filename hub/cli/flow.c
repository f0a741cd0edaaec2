/* flow - what became of all that each partner sent, so that the sum shows nothing was lost. */
#include "hub/cli/behind.h"
#include "hub/cli/reach.h"
#include "hub/cli/verbs.h"
#include "hub/view/report.h"

#define WAIT_MS 5000

static const struct table_column columns[] = {
	{"PARTNER", "name", TABLE_TEXT, false},
	{"OIN", "partner", TABLE_TEXT, false},
	{"RECEIVED", "received", TABLE_NUMBER, false},
	{"APPLIED", "applied", TABLE_NUMBER, false},
	{"DUPLICATE", "duplicate", TABLE_NUMBER, false},
	{"REFUSED", "refused", TABLE_NUMBER, false},
	{"REJECTED", "rejected", TABLE_NUMBER, false},
	{"PARKED", "parked", TABLE_NUMBER, false},
	{"IN FLIGHT", "in_flight", TABLE_NUMBER, false},
	{"UNACCOUNTED", "unaccounted", TABLE_NUMBER, false},
	{"OLDEST", "oldest_age", TABLE_AGE, false},
};
static const struct page_table about_flow = {"flow", NULL, "No partner has sent anything yet.",
	columns, sizeof(columns) / sizeof(columns[0])};

static void add_count(struct table *table, int64_t count, enum terminal_tone tone)
{
	table_number(table, count);
	if (count != 0)
		table_tone(table, tone);
}

static void add_age(struct table *table, int64_t oldest, int64_t now)
{
	if (oldest == 0)
		table_none(table);
	else
		table_number(table, now - oldest);
}

static void add_flow(
	struct table *table, const struct report_flow *flow, const char *name, int64_t now)
{
	table_text(table, name);
	table_bytes(table, flow->partner);
	table_number(table, flow->received);
	table_number(table, flow->applied);
	table_number(table, flow->duplicate);
	add_count(table, flow->refused, TERMINAL_CARE);
	add_count(table, flow->rejected, TERMINAL_CARE);
	add_count(table, flow->parked, TERMINAL_BAD);
	table_number(table, flow->in_flight);
	add_count(table, flow->unaccounted, TERMINAL_BAD);
	add_age(table, flow->oldest, now);
}

static void add_to_sum(struct report_flow *sum, const struct report_flow *flow)
{
	sum->received += flow->received;
	sum->applied += flow->applied;
	sum->duplicate += flow->duplicate;
	sum->refused += flow->refused;
	sum->rejected += flow->rejected;
	sum->parked += flow->parked;
	sum->in_flight += flow->in_flight;
	sum->unaccounted += flow->unaccounted;
	if (sum->oldest == 0 || (flow->oldest != 0 && flow->oldest < sum->oldest))
		sum->oldest = flow->oldest;
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
	const struct rules_partner *row = rules_partner(&conf->rules, partner);
	if (partner.size == 0)
		return "unknown sender";
	return row == NULL ? "not in the config" : row->name;
}

static void add_verdict(struct page *page, const struct report_flow *sum, bool is_current)
{
	page_value(page, "closes", json_object_new_boolean(closes(sum)));
	page_value(page, "view_is_current", json_object_new_boolean(is_current));
	if (!is_current)
		page_line(page, TERMINAL_CARE,
			"\nThe view is behind the routers (is `lokethub serve` running?): what it "
			"has not read yet counts as unaccounted.");
	else if (!closes(sum))
		page_line(page, TERMINAL_BAD,
			"\nThe sum does not close: messages were read and nothing was decided "
			"about "
			"them. Tell the hub's makers; nothing may be deleted.");
	else
		page_line(page, TERMINAL_GOOD, "\nThe sum closes: every message is accounted for.");
	if (sum->parked > 0)
		page_hint(page, "What is parked: lokethub rejected --waiting");
	if (sum->rejected + sum->refused > 0)
		page_hint(page, "Why rejected or refused: lokethub rejected");
}

static int show(struct cli_call *call, const struct conf *conf, const struct report_flows *flows,
	bool is_current)
{
	struct page *page = page_new(clock_wall());
	struct table *table = page_table(page, &about_flow);
	struct report_flow sum = {.partner = {0}};
	for (size_t i = 0; i < flows->count; i++) {
		const struct report_flow *flow = &flows->items[i];
		add_flow(table, flow, name_of(conf, flow->partner), page_now(page));
		add_to_sum(&sum, flow);
	}
	if (flows->count > 1 && !cli_wants_json(call))
		add_flow(table, &sum, "all", page_now(page));
	add_verdict(page, &sum, is_current);
	return cli_show(call, page, is_current && closes(&sum) ? CLI_OK : CLI_FOUND);
}

static int answer(
	struct cli_call *call, const struct conf *conf, struct view_reader *reader, struct err *err)
{
	struct behind behind = {0};
	struct arena arena = {0};
	struct report_flows flows;
	if (behind_find(conf, reader, WAIT_MS, &behind, err) != OK)
		return cli_fail(call, err, CLI_FOUND);
	const struct report_committed committed = {behind.committed, behind.partitions};
	enum outcome outcome = view_reader_begin(reader, &arena, err);
	if (outcome == OK) {
		outcome = report_flow(reader, &committed, &flows, err);
		view_reader_end(reader);
	}
	int code = outcome == OK ? show(call, conf, &flows, behind.is_current)
				 : cli_fail(call, err, CLI_FOUND);
	behind_done(&behind);
	arena_done(&arena);
	return code;
}

static int run(struct cli_call *call)
{
	const struct conf *conf = cli_conf_with_secrets(call);
	struct view_reader *reader;
	struct err err = {0};
	if (conf == NULL)
		return CLI_CONFIG;
	if (reach_view(conf, &reader, &err) != OK)
		return cli_fail(call, &err, CLI_FOUND);
	int code = answer(call, conf, reader, &err);
	view_reader_free(reader);
	return code;
}

const struct cli_verb flow_verb = {
	.name = "flow",
	.arguments = "",
	.summary = "What became of all that each partner sent",
	.about = "received = applied + duplicate + refused + rejected + parked + in flight.\n"
		 "  duplicate    said before: nothing changed\n"
		 "  refused      answered with what is wrong; never was in intake\n"
		 "  rejected     read, and not possible or not understood\n"
		 "  parked       waits behind a message of its client that could not be read\n"
		 "  in flight    stored, and not read by a router yet\n"
		 "  unaccounted  read, and nothing was decided about it: always 0, else it is lost",
	.json = true,
	.found = "the sum does not close, or the view is too far behind to tell",
	.examples = "  lokethub flow\n"
		    "  lokethub flow --json | jq '.flow[] | {name, in_flight}'",
	.run = run,
};
