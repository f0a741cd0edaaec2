/* replay - folds the Events into states again, and compares them with the records of the clients.
 */
#include "hub/base/calendar.h"
#include "hub/cli/lookup/behind.h"
#include "hub/cli/verbs.h"
#include "hub/view/past.h"
#include "hub/view/refold.h"
#include "hub/view/suspects.h"

#define STATES_ONLY "states-only"

struct replay {
	struct cli_call *call;
	struct past *past;
	struct refold *refold;
	struct suspects suspects;
	struct terminal_meter meter;
	bool has_day;
	struct past_moment day[2]; /* its begin and its end */
	int64_t clients, events, cut;
};

static enum outcome find_day(struct replay *replay, struct err *err)
{
	const char *text = cli_argument(replay->call, 0);
	int32_t day;
	replay->has_day = text != NULL;
	if (text == NULL)
		return OK;
	if (!clock_date_from_text(bytes_of_string(text), &day))
		return err_set(err, REJECT, "%s: not a date such as 2026-03-02", text);
	if (past_moment(replay->past, calendar_start(day), &replay->day[0], err) != OK)
		return err->outcome;
	return past_moment(replay->past, calendar_start(day + 1), &replay->day[1], err);
}

static enum outcome check_client(
	struct replay *replay, struct pseudonym client, struct refold_check *check, struct err *err)
{
	check->states_only = cli_has(replay->call, STATES_ONLY);
	if (refold_client(replay->refold, client, check, err) != OK)
		return err->outcome;
	if (*check->fault != '\0')
		suspects_take(&replay->suspects,
			&(struct audit_finding){check->invariant, &client, check->fault});
	return OK;
}

static enum outcome visit(
	struct past *past, struct pseudonym client, void *context, struct err *err)
{
	struct replay *replay = context;
	struct refold_check check = {0};
	bool looks = true;
	if (replay->has_day && past_has(past, client, replay->day, &looks, err) != OK)
		return err->outcome;
	if (!looks)
		return OK;
	if (check_client(replay, client, &check, err) != OK)
		return err->outcome;
	replay->clients++;
	replay->events += check.events;
	replay->cut += check.is_cut;
	terminal_meter_step(&replay->meter, replay->clients, 0);
	return OK;
}

static enum outcome look_again(struct replay *replay, struct err *err)
{
	struct refold_check check = {0};
	const struct suspect *at = replay->suspects.first;
	enum outcome outcome = OK;
	for (; at != NULL && outcome == OK; at = at->next) {
		if (cli_look(replay->call, err) != OK)
			return err->outcome;
		outcome = check_client(replay, at->client, &check, err);
		cli_leave(replay->call);
	}
	return outcome;
}

/* The record of a client comes to the view by another topic than its Event: what differs is looked
 * at again, a second later. */
static enum outcome look(struct replay *replay, struct err *err)
{
	enum outcome outcome = past_each(replay->past, visit, replay, err);
	terminal_meter_end(&replay->meter);
	while (outcome == OK && suspects_sift(&replay->suspects)) {
		clock_sleep(1000);
		outcome = look_again(replay, err);
	}
	return outcome;
}

static void show(struct replay *replay, bool is_current)
{
	struct page *page = replay->call->page;
	struct page_row *facts = page_facts(page);
	struct page_table *table =
		page_table(page, "differences", NULL, "Every record is what its Events leave.");
	page_number(facts, "clients", "clients", PAGE_COUNT, replay->clients);
	page_number(facts, "Events folded", "events", PAGE_COUNT, replay->events);
	page_number(facts, NULL, "cut", PAGE_COUNT, replay->cut);
	page_flag(facts, "view_is_current", is_current);
	if (replay->cut > 0)
		page_number(facts, "not told", NULL, PAGE_COUNT, replay->cut);
	for (const struct suspect *at = replay->suspects.first; at != NULL; at = at->next) {
		struct page_row *row = page_table_row(table);
		page_text(row, "RULE", "invariant", at->invariant);
		page_id(row, "CLIENT", "client", at->client.data);
		page_text(row, "WHAT", "text", at->text);
		page_tone(row, TERMINAL_BAD);
	}
	if (replay->cut > 0)
		page_line(page, TERMINAL_FAINT,
			"\nNot told: clients whose first Events are kept no more.");
	if (!is_current)
		page_line(page, TERMINAL_CARE,
			"\nThe view is behind the routers: is `lokethub serve` running?");
	if (page_table_rows(table) > 0 || !is_current)
		replay->call->code = CLI_FOUND;
}

static enum outcome replay_with(struct replay *replay, struct err *err)
{
	struct behind behind;
	if (behind_find(replay->call, &behind, err) != OK || find_day(replay, err) != OK ||
		look(replay, err) != OK)
		return err->outcome;
	show(replay, behind.is_current);
	return OK;
}

static enum outcome run(struct cli_call *call, struct err *err)
{
	struct replay replay = {.call = call, .meter = {.what = "clients"}};
	enum outcome outcome = past_new(&replay.past, call->reader, err);
	if (outcome == OK)
		outcome = refold_new(&replay.refold, call->reader, err);
	if (outcome == OK)
		outcome = replay_with(&replay, err);
	suspects_done(&replay.suspects);
	refold_free(replay.refold);
	past_free(replay.past);
	return outcome;
}

static const struct cli_option options[] = {
	{STATES_ONLY, 0, NULL, "without the hashes: after a change of the schema of clients", 0, 0},
	{0},
};

const struct cli_verb replay_verb = {
	.name = "replay",
	.arguments = "[DAY]",
	.needs = CLI_KAFKA | CLI_VIEW,
	.most = 1,
	.summary = "Folds the Events into states again and compares them with the clients",
	.about = "Takes each client's Events from the first on, brings a state from one to the\n"
		 "next, and compares it with the hash in each Event and at the end with the\n"
		 "client's record; and looks whether each step kept what it must: who has the\n"
		 "client, that no clock ended anything, repeats, order, numbers. DAY: only\n"
		 "clients about whom something was decided on that day, in Dutch time. Takes one\n"
		 "client at a time, so that memory does not grow. An Event's hash is of the\n"
		 "record as the schema of that time wrote it: after another schema older hashes\n"
		 "cannot agree, and --states-only leaves them out.",
	.options = options,
	.found = "a client is not what its Events leave, or the view is behind",
	.examples = "  lokethub replay\n"
		    "  lokethub replay $(date -d yesterday +%F) && echo all is well\n"
		    "  lokethub replay --json | jq -r '.differences[].client'",
	.run = run,
};
