/* desk - a desk is put on hold or released, is full or has room: facts that routers and edges go
 * by. */
#include "hub/base/calendar.h"
#include "hub/cli/reach.h"
#include "hub/cli/verbs.h"
#include "hub/flow/intake/capacity.h"

static enum outcome find_desk(struct cli_call *call, const struct rules_desk **out, struct err *err)
{
	const char *id = cli_argument(call, 0);
	*out = rules_desk(&call->conf->rules, bytes_of_string(id));
	return *out != NULL ? OK : err_set(err, REJECT, "no desk %s in the config", id);
}

static enum outcome read_until(struct cli_call *call, struct fact *fact, struct err *err)
{
	int32_t day;
	const char *until = cli_value(call, "until");
	if (until == NULL)
		return OK;
	if (!clock_date_from_text(bytes_of_string(until), &day))
		return err_set(err, REJECT, "--until %s: not a date such as 2026-03-02", until);
	fact->has_to = true;
	fact->to = calendar_start(day + 1) - 1;
	return fact->to > fact->at ? OK : err_set(err, REJECT, "--until %s is over", until);
}

static enum outcome hold(struct cli_call *call, struct err *err)
{
	const struct rules_desk *desk;
	if (find_desk(call, &desk, err) != OK)
		return err->outcome;
	struct fact fact = {.kind = FACT_KIND_HOLD,
		.id = bytes_of_string(desk->id),
		.at = clock_wall(),
		.has_from = true,
		.from = clock_wall(),
		.text = bytes_of_string(cli_value(call, "reason"))};
	if (read_until(call, &fact, err) != OK || reach_fact(call->conf, &fact, false, err) != OK)
		return err->outcome;
	struct page_row *facts = page_facts(call->page);
	page_text(facts, "on hold", "desk", desk->id);
	page_number(facts, "until", "until", PAGE_TIME, fact.has_to ? fact.to : PAGE_NONE);
	page_line(call->page, TERMINAL_FAINT,
		"Nothing new is routed there and nothing brought; what it has, it keeps. Ends "
		"with: lokethub desk release %s",
		desk->id);
	return OK;
}

/* A hold that was over yesterday, as routers count in days: deliveries see the release by it, also
 * of a desk that was not on hold. */
static enum outcome release(struct cli_call *call, struct err *err)
{
	const struct rules_desk *desk;
	if (find_desk(call, &desk, err) != OK)
		return err->outcome;
	int64_t now = clock_wall();
	const struct fact fact = {.kind = FACT_KIND_HOLD,
		.id = bytes_of_string(desk->id),
		.at = now,
		.has_to = true,
		.to = calendar_start(calendar_date(now)) - 1};
	if (reach_fact(call->conf, &fact, false, err) != OK)
		return err->outcome;
	page_text(page_facts(call->page), "released", "desk", desk->id);
	return OK;
}

static enum outcome send_capacity(struct cli_call *call, struct capacity *capacity, struct err *err)
{
	char id[CAPACITY_ID_SIZE];
	const char *field;
	if (find_desk(call, &capacity->desk, err) != OK)
		return err->outcome;
	capacity->now = clock_wall();
	capacity->voucher_kind = bytes_of_string(cli_value(call, "voucher"));
	const char *fault = capacity_fault(capacity, call->conf->codes, &field);
	if (fault != NULL)
		return err_set(err, REJECT, "%s %s", field, fault);
	const struct fact fact = capacity_fact(capacity, id);
	return reach_fact(call->conf, &fact, false, err);
}

static enum outcome full(struct cli_call *call, struct err *err)
{
	struct capacity capacity = {.is_full = true};
	const char *until = cli_value(call, "until");
	if (until == NULL)
		return err_set(err, REJECT, "say until when, as --until 2026-03-02");
	if (!clock_date_from_text(bytes_of_string(until), &capacity.until))
		return err_set(err, REJECT, "--until %s: not a date such as 2026-03-02", until);
	if (send_capacity(call, &capacity, err) != OK)
		return err->outcome;
	struct page_row *facts = page_facts(call->page);
	page_text(facts, "full", "desk", capacity.desk->id);
	page_text(facts, "until", "until", until);
	page_bytes(facts, "vouchers", "voucher_kind", capacity.voucher_kind);
	page_line(call->page, TERMINAL_FAINT,
		"What the rules would route there goes where they lead next. Ends by itself, or "
		"with: lokethub desk free %s",
		capacity.desk->id);
	return OK;
}

static enum outcome free_again(struct cli_call *call, struct err *err)
{
	struct capacity capacity = {.is_full = false};
	if (send_capacity(call, &capacity, err) != OK)
		return err->outcome;
	struct page_row *facts = page_facts(call->page);
	page_text(facts, "has room", "desk", capacity.desk->id);
	page_bytes(facts, "vouchers", "voucher_kind", capacity.voucher_kind);
	return OK;
}

static const struct cli_option capacity_options[] = {
	{"until", 'u', "DATE", "the last day, as 2026-03-02", 0, 0},
	{"voucher", 'v', "KIND", "only for vouchers of this kind, of a fund", 0, 0},
	{0},
};

const struct cli_verb desk_free_verb = {
	.name = "desk free",
	.arguments = "DESK",
	.least = 1,
	.most = 1,
	.needs = CLI_KAFKA,
	.summary = "A desk has room again, before the day that desk full named",
	.about = "The rules route to it again within seconds.",
	.options = &capacity_options[1],
	.examples = "  lokethub desk free wsp-rijnmond\n"
		    "  lokethub desk free fonds-scholing --voucher STOOF",
	.run = free_again,
};

const struct cli_verb desk_full_verb = {
	.name = "desk full",
	.arguments = "DESK",
	.least = 1,
	.most = 1,
	.needs = CLI_KAFKA,
	.summary = "A desk has no room until a day",
	.about =
		"What the rules would route there goes where they lead next; a referral that\n"
		"names the desk still goes to it, and clients that it has, it keeps. Partners see\n"
		"the day in GET /v1/desks. A desk's own partner can say the same itself, with\n"
		"POST /v1/desks/{desk}/capacity.",
	.options = capacity_options,
	.examples = "  lokethub desk full wsp-rijnmond --until 2026-03-01\n"
		    "  lokethub desk full fonds-scholing --voucher STOOF --until 2026-12-31",
	.run = full,
};

static const struct cli_option options[] = {
	{"until", 'u', "DATE", "the last day, as 2026-03-02; else until it is released", 0, 0},
	{"reason", 'r', "TEXT", "why, for who reads it later; no personal data", 0, 0},
	{0},
};

const struct cli_verb desk_hold_verb = {
	.name = "desk hold",
	.arguments = "DESK",
	.least = 1,
	.most = 1,
	.needs = CLI_KAFKA,
	.summary = "Nothing new is routed or brought to a desk for a while",
	.about = "What the rules would route there goes where they lead next; a referral that\n"
		 "names the desk still goes to it. Clients that the desk has, it keeps. What\n"
		 "deliveries bring to it (webhook, file, topic, mail) waits in its order; no\n"
		 "clock counts that time, until after five working days the senders of offers\n"
		 "are told. The desk can ask for its feed, and who is told of escalations by\n"
		 "mail still is.",
	.options = options,
	.examples = "  lokethub desk hold wsp-rijnmond --until 2026-03-06 --reason verhuizing",
	.run = hold,
};

const struct cli_verb desk_release_verb = {
	.name = "desk release",
	.arguments = "DESK",
	.least = 1,
	.most = 1,
	.needs = CLI_KAFKA,
	.summary = "Ends what desk hold began, or tries a desk again that said it is no more",
	.about = "The rules route to it again, and what waits is brought in its order, within\n"
		 "seconds. Where its system did not answer, it is tried at once; also where it\n"
		 "said 410, that it is no more.",
	.examples = "  lokethub desk release wsp-rijnmond",
	.run = release,
};
