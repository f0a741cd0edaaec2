/* route_diff - which real referrals would go elsewhere by another configuration. */
#include <string.h>

#include "hub/base/calendar.h"
#include "hub/cli/verbs.h"
#include "hub/handover/handover.h"
#include "hub/view/routed.h"

/* What one configuration makes of a referral. */
struct choice {
	const char *desk; /* NULL: it leads nowhere */
	const char *rule; /* or why it leads nowhere */
	struct err why;
};

struct diff {
	struct cli_call *call;
	struct conf *confs[2]; /* old and new */
	struct page_table *table;
	struct terminal_meter meter;
	int64_t referrals, moved, otherwise;
};

static enum outcome load(
	struct cli_call *call, const char *path, struct conf **out, struct err *err)
{
	struct conf_problems problems = {0};
	enum outcome outcome = conf_load(path, call->program->connectors, out, &problems);
	if (outcome == OK)
		outcome = conf_check(*out, NULL, 0, &problems);
	if (outcome != OK) {
		conf_problems_print(&problems, stderr);
		call->rejected = CLI_CONFIG;
		err_set(err, REJECT, "%s is not fit for use", path);
	}
	conf_problems_done(&problems);
	return outcome;
}

/* "14d", or a day. */
static enum outcome read_since(const struct cli_call *call, int64_t *out, struct err *err)
{
	const char *given = cli_value(call, "since");
	struct bytes text = bytes_of_string(given == NULL ? "14d" : given);
	int64_t days;
	int32_t date;
	if (clock_date_from_text(text, &date)) {
		*out = calendar_start(date);
		return OK;
	}
	if (text.size < 2 || text.data[text.size - 1] != 'd' ||
		!bytes_to_int64(bytes_of(text.data, text.size - 1), &days) || days < 0 ||
		days > 100000)
		return err_set(err, REJECT, "--since %.*s: neither days such as 14d nor a date",
			BYTES_ARG(text));
	*out = clock_wall() - days * CLOCK_DAY_MS;
	return OK;
}

/* "hold/roc=1" and "capacity/roc/STOOF=0" are of roc. */
static bool is_of(struct bytes fact, const char *desk)
{
	const uint8_t *slash = memchr(fact.data, '/', fact.size);
	size_t size = strlen(desk), left;
	if (slash == NULL)
		return false;
	left = fact.size - (size_t)(slash + 1 - fact.data);
	return left > size && memcmp(slash + 1, desk, size) == 0 &&
		(slash[1 + size] == '=' || slash[1 + size] == '/');
}

/* As the router found it then. */
static const char *was_full(
	const void *context, const struct rules_desk *desk, struct bytes voucher_kind, int32_t day)
{
	const struct routing *routing = context;
	(void)voucher_kind;
	(void)day;
	for (size_t i = 0; i < routing->facts_count; i++)
		if (is_of(routing->facts[i], desk->id))
			return "then";
	return NULL;
}

/* As a router asks: a referral that names no place is of its client's region. */
static void choose(const struct conf *conf, const struct routed *routed, struct choice *out)
{
	struct referral referral = *routed->message->body_referral;
	struct route_answer answer;
	if (routed->region.data != NULL)
		referral.region = routed->region;
	const struct route_facts facts = {was_full, routed->event->routing};
	const struct route_question question = {.referral = &referral,
		.partner = routed->message->partner,
		.day = calendar_date(routed->event->at),
		.facts = &facts};
	*out = (struct choice){0};
	if (route_find(&conf->rules, &question, &answer, &out->why) != OK) {
		out->rule = out->why.text;
		return;
	}
	out->desk = answer.desk->id;
	out->rule = answer.rule;
}

static bool is_same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static void add_moved(
	struct page_row *row, const struct routed *routed, const struct choice choices[2])
{
	const struct uuid *id = &routed->message->body_referral->referral;
	const struct client_referral *now =
		routed->client == NULL ? NULL : handover_referral(routed->client, *id);
	page_id(row, "CLIENT", "client", routed->event->client.data);
	page_uuid(row, "REFERRAL", "referral", id->data);
	page_number(row, "SENT", "at", PAGE_TIME, routed->event->at);
	page_bytes(row, NULL, "routed", routed->event->routing->desk);
	page_text(row, "STATE", "state", now == NULL ? NULL : referral_state_name(now->state));
	page_bytes(row, "NOW AT", "desk",
		now == NULL ? (struct bytes){0} : handover_desk(routed->client, now->target));
	page_text(row, "BY OLD", "old_desk", choices[0].desk);
	page_text(row, "OLD RULE", "old_rule", choices[0].rule);
	page_text(row, "BY NEW", "new_desk", choices[1].desk);
	page_tone(row, choices[1].desk == NULL ? TERMINAL_BAD : TERMINAL_CARE);
	page_text(row, "NEW RULE", "new_rule", choices[1].rule);
	page_cut(row);
}

static enum outcome compare(const struct routed *routed, void *context, struct err *err)
{
	struct diff *diff = context;
	struct choice choices[2];
	(void)err;
	for (int i = 0; i < 2; i++)
		choose(diff->confs[i], routed, &choices[i]);
	diff->referrals++;
	diff->otherwise += choices[0].desk == NULL ||
		!bytes_equal_string(routed->event->routing->desk, choices[0].desk);
	if (!is_same(choices[0].desk, choices[1].desk) &&
		diff->moved++ < cli_number(diff->call, "limit"))
		add_moved(page_table_row(diff->table), routed, choices);
	terminal_meter_step(&diff->meter, diff->referrals, 0);
	return OK;
}

static void sum_up(struct diff *diff, int64_t since)
{
	struct page *page = diff->call->page;
	struct page_row *facts = page_facts(page);
	page_number(facts, "since", "since", PAGE_TIME, since);
	page_number(facts, "looked at", "looked_at", PAGE_COUNT, diff->referrals);
	page_number(facts, "elsewhere", "moved", PAGE_COUNT, diff->moved);
	page_number(facts, NULL, "otherwise", PAGE_COUNT, diff->otherwise);
	page_line(page, TERMINAL_FAINT,
		"\nA desk counts as full where it was found full then, and all others have room.");
	if (diff->otherwise > 0)
		page_line(page, TERMINAL_FAINT,
			"%lld of them went elsewhere than OLD says: other rules held then.",
			(long long)diff->otherwise);
	if ((int64_t)page_table_rows(diff->table) < diff->moved)
		page_line(page, TERMINAL_CARE, "Not all are listed: see --limit.");
	diff->call->code = diff->moved > 0 ? CLI_FOUND : CLI_OK;
}

static enum outcome diff_with(struct diff *diff, struct err *err)
{
	int64_t since = 0;
	if (read_since(diff->call, &since, err) != OK)
		return err->outcome;
	for (int i = 0; i < 2; i++) {
		if (load(diff->call, cli_argument(diff->call, i), &diff->confs[i], err) != OK)
			return err->outcome;
	}
	diff->table =
		page_table(diff->call->page, "referrals", NULL, "None would go to another desk.");
	enum outcome outcome = routed_each(diff->call->reader, since, compare, diff, err);
	terminal_meter_end(&diff->meter);
	if (outcome == OK)
		sum_up(diff, since);
	return outcome;
}

static enum outcome run(struct cli_call *call, struct err *err)
{
	struct diff diff = {.call = call, .meter = {.what = "referrals"}};
	enum outcome outcome = diff_with(&diff, err);
	conf_free(diff.confs[0]);
	conf_free(diff.confs[1]);
	return outcome;
}

static const struct cli_option options[] = {
	{"since", 's', "WHEN", "days such as 30d, or a date such as 2026-03-02 (14d)", 0, 0},
	{"limit", 'n', "N", "list at most so many (1000)", 1000, 1000000},
	{0},
};

const struct cli_verb route_diff_verb = {
	.name = "route diff",
	.arguments = "OLD NEW",
	.needs = CLI_VIEW,
	.least = 2,
	.most = 2,
	.summary = "Which real referrals would go elsewhere by another configuration",
	.about = "OLD and NEW are configurations. Every referral of the last days, as it was\n"
		 "sent, goes through the rules of both, on its day; those that lead to another\n"
		 "desk are listed: where it is now, and which rule leads where. A desk counts as\n"
		 "full where the router found it full then; all others count as having room.\n"
		 "The view is that of --config. Nothing is changed.",
	.options = options,
	.found = "some would go elsewhere",
	.examples =
		"  lokethub route diff /etc/lokethub/lokethub.conf new/lokethub.conf --since 30d\n"
		"  lokethub route diff old.conf new.conf --json | jq -r '.referrals[].client'",
	.run = run,
};
