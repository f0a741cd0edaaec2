/* balance - what was open between a partner and the others at a midnight, to compare with. */
#include <string.h>

#include "hub/base/calendar.h"
#include "hub/cli/lookup/behind.h"
#include "hub/cli/verbs.h"
#include "hub/view/balance.h"
#include "hub/view/story.h"

static enum outcome find_partner(
	const struct cli_call *call, const struct rules_partner **out, struct err *err)
{
	const struct rules *rules = &call->conf->rules;
	const char *text = cli_argument(call, 0);
	*out = rules_partner(rules, bytes_of_string(text));
	for (size_t i = 0; *out == NULL && i < rules->partners_count; i++) {
		if (strcmp(rules->partners[i].name, text) == 0)
			*out = &rules->partners[i];
	}
	return *out != NULL
		? OK
		: err_set(err, REJECT, "no partner in the config has OIN or name %s", text);
}

/* The midnight at the end of that day. */
static enum outcome find_midnight(const struct cli_call *call, int64_t *out, struct err *err)
{
	const char *text = cli_argument(call, 1);
	int32_t day;
	if (!clock_date_from_text(bytes_of_string(text), &day))
		return err_set(err, REJECT, "%s: not a date such as 2026-03-02", text);
	*out = calendar_start(day + 1);
	return *out <= clock_wall() ? OK : err_set(err, REJECT, "%s is not over yet", text);
}

static bool show_progress(void *context, int64_t clients)
{
	terminal_meter_step(context, clients, 0);
	return true;
}

static void add_partner(
	struct page_row *row, const struct rules *rules, bool sends, const char *oin)
{
	const char *name = story_partner(rules, bytes_of_string(oin));
	page_text(row, NULL, sends ? "from" : "to", oin);
	page_text(row, sends ? "FROM" : "TO", sends ? "from_name" : "to_name",
		name == NULL ? "not in the config" : name);
}

static void add_pairs(struct cli_call *call, const struct balance *balance)
{
	struct page_table *table =
		page_table(call->page, "pairs", NULL, "Nothing was open between it and anybody.");
	for (size_t i = 0; i < balance->count; i++) {
		const struct balance_pair *pair = &balance->pairs[i];
		struct page_row *row = page_table_row(table);
		add_partner(row, balance->rules, true, pair->from);
		add_partner(row, balance->rules, false, pair->to);
		page_number(row, "OPEN", "open", PAGE_COUNT, pair->open);
		page_number(row, "NOT DELIVERED", "undelivered", PAGE_COUNT, pair->undelivered);
		page_text(row, "SHA-256", "sha256", pair->hash);
	}
}

static void add_referrals(struct cli_call *call, const struct balance *balance)
{
	struct page_table *table = page_table(call->page, "referrals", "\nReferrals", NULL);
	char id[37];
	for (size_t i = 0; i < balance->count; i++) {
		const struct balance_pair *pair = &balance->pairs[i];
		for (int64_t at = 0; at < pair->open; at++) {
			struct page_row *row = page_table_row(table);
			bytes_to_uuid(pair->referrals[at].data, id);
			add_partner(row, balance->rules, true, pair->from);
			add_partner(row, balance->rules, false, pair->to);
			page_text(row, "REFERRAL", "referral", id);
		}
	}
}

/* Why the numbers may still change, or lack somebody. */
static void add_doubts(struct cli_call *call, const struct balance *balance, bool is_current)
{
	struct page_row *facts = page_facts(call->page);
	page_number(facts, NULL, "undecided", PAGE_COUNT, balance->undecided);
	page_number(facts, NULL, "cut", PAGE_COUNT, balance->cut);
	page_flag(facts, "view_is_current", is_current);
	if (balance->undecided > 0)
		page_line(call->page, TERMINAL_CARE,
			"\n%lld messages from before then are not decided yet: ask again later.",
			(long long)balance->undecided);
	if (balance->cut > 0)
		page_line(call->page, TERMINAL_CARE,
			"\n%lld clients cannot be told: they changed since, and their first "
			"Events are kept no more.",
			(long long)balance->cut);
	if (!is_current)
		page_line(call->page, TERMINAL_CARE,
			"\nThe view is behind the routers: is `lokethub serve` running?");
	if (balance->undecided > 0 || balance->cut > 0 || !is_current)
		call->code = CLI_FOUND;
}

static void show(struct cli_call *call, const struct rules_partner *partner,
	const struct balance *balance, bool is_current)
{
	struct page_row *facts = page_facts(call->page);
	page_text(facts, NULL, "partner", partner->oin);
	page_format(facts, "partner", NULL, "%s %s", partner->oin, partner->name);
	page_number(facts, "open at", "at", PAGE_TIME, balance->at);
	page_number(facts, "clients", "clients", PAGE_COUNT, balance->clients);
	add_pairs(call, balance);
	if (cli_has(call, "referrals"))
		add_referrals(call, balance);
	add_doubts(call, balance, is_current);
}

static enum outcome run(struct cli_call *call, struct err *err)
{
	const struct rules_partner *partner;
	struct terminal_meter meter = {.what = "clients"};
	struct balance balance = {
		.rules = &call->conf->rules, .progress = show_progress, .context = &meter};
	struct behind behind;
	if (find_partner(call, &partner, err) != OK ||
		find_midnight(call, &balance.at, err) != OK ||
		behind_find(call, &behind, err) != OK)
		return err->outcome;
	balance.partner = partner->oin;
	enum outcome outcome = balance_run(call->reader, &balance, err);
	terminal_meter_end(&meter);
	if (outcome == OK)
		show(call, partner, &balance, behind.is_current);
	balance_done(&balance);
	return outcome;
}

static const struct cli_option options[] = {
	{"referrals", 'r', NULL, "also the id of each, to find out which one differs", 0, 0},
	{0},
};

const struct cli_verb balance_verb = {
	.name = "balance",
	.arguments = "PARTNER DAY",
	.needs = CLI_KAFKA | CLI_VIEW,
	.least = 2,
	.most = 2,
	.summary = "What was open between a partner and the others at midnight",
	.about = "PARTNER is its OIN or name, midnight the end of DAY in Dutch time. A line per\n"
		 "pair of sender and receiver, by their desks: how many referrals were open by\n"
		 "what was decided until then, how many of these the receiver did not have yet,\n"
		 "and the SHA-256 of their ids, so that the partner can compare with its own\n"
		 "system. Open is each that was not declined, recalled, cancelled, completed or\n"
		 "closed. The ids are as GET /v1/referrals has them, in lower case, sorted, a\n"
		 "line each, the last one too: sort ids.txt | sha256sum",
	.options = options,
	.found = "the numbers may be wrong: each line says why",
	.examples = "  lokethub balance 00000099000000001000 2026-03-02\n"
		    "  lokethub balance UWV $(date -d yesterday +%F) --referrals\n"
		    "  lokethub balance UWV 2026-03-02 --json | jq '.pairs[] | {to_name, open}'",
	.run = run,
};
