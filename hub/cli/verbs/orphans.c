/* orphans - looks for clients that nobody has, and for all else that must never be. */
#include <string.h>

#include "hub/cli/lookup/behind.h"
#include "hub/cli/verbs.h"
#include "hub/view/suspects.h"

#define QUICK "quick"

struct orphans {
	struct cli_call *call;
	struct suspects suspects;
	struct audit_memory memory;
	struct terminal_meter meter;
};

static void take_finding(void *context, const struct audit_finding *finding)
{
	struct orphans *orphans = context;
	suspects_take(&orphans->suspects, finding);
}

static bool show_progress(void *context, int64_t done, int64_t of)
{
	struct orphans *orphans = context;
	terminal_meter_step(&orphans->meter, done, of);
	return true;
}

static enum outcome look(struct orphans *orphans, struct err *err)
{
	static const struct audit_finding is_behind = {
		"I5", NULL, "the view is behind the routers: is `lokethub serve` running?"};
	struct cli_call *call = orphans->call;
	struct behind behind;
	struct audit_sums sums;
	if (behind_find(call, &behind, err) != OK)
		return err->outcome;
	const struct audit audit = {.rules = &call->conf->rules,
		.memory = &orphans->memory,
		.now = clock_wall(),
		.folds = !cli_has(call, QUICK),
		.committed = behind.is_current ? &behind.committed : NULL,
		.found = take_finding,
		.progress = show_progress,
		.context = orphans};
	enum outcome outcome = audit_run(call->reader, &audit, &sums, err);
	if (!behind.is_current)
		take_finding(orphans, &is_behind);
	terminal_meter_end(&orphans->meter);
	return outcome;
}

static enum outcome look_several_times(struct orphans *orphans, struct err *err)
{
	while (look(orphans, err) == OK) {
		if (!suspects_sift(&orphans->suspects))
			return OK;
		clock_sleep(1000);
	}
	return err->outcome;
}

static const char *todo_of(const struct suspect *suspect)
{
	const struct audit_rule *rule = audit_rules;
	while (rule->invariant != NULL && strcmp(rule->invariant, suspect->invariant) != 0)
		rule++;
	return rule->todo;
}

static void show(struct page_table *table, const struct suspects *suspects)
{
	for (const struct suspect *at = suspects->first; at != NULL; at = at->next) {
		struct page_row *row = page_table_row(table);
		page_text(row, "RULE", "invariant", at->invariant);
		page_tone(row, TERMINAL_BAD);
		page_id(row, "CLIENT", "client", at->has_client ? at->client.data : NULL);
		page_text(row, "WHAT", "text", at->text);
		page_text(row, NULL, "todo", todo_of(at));
	}
}

/* Once for each invariant that is broken. */
static void show_what_to_do(struct page *page, const struct suspects *suspects)
{
	page_line(page, TERMINAL_PLAIN, "\nWhat to do:");
	for (const struct audit_rule *rule = audit_rules; rule->invariant != NULL; rule++) {
		const struct suspect *at = suspects->first;
		while (at != NULL && strcmp(at->invariant, rule->invariant) != 0)
			at = at->next;
		if (at != NULL)
			page_line(page, TERMINAL_PLAIN, "%-3s  %s", rule->invariant, rule->todo);
	}
	page_line(page, TERMINAL_FAINT,
		"\nops/README.md says what each rule is. One client: lokethub where CLIENT");
}

static enum outcome run(struct cli_call *call, struct err *err)
{
	struct orphans orphans = {.call = call, .meter = {.what = "clients"}};
	struct page_table *table = page_table(call->page, "orphans", NULL, NULL);
	enum outcome outcome = look_several_times(&orphans, err);
	if (outcome == OK)
		show(table, &orphans.suspects);
	if (page_table_rows(table) > 0) {
		show_what_to_do(call->page, &orphans.suspects);
		call->code = CLI_FOUND;
	}
	suspects_done(&orphans.suspects);
	audit_memory_done(&orphans.memory);
	return outcome;
}

static const struct cli_option options[] = {
	{QUICK, 0, NULL, "without what only the Events of each client show", 0, 0},
	{0},
};

const struct cli_verb orphans_verb = {
	.name = "orphans",
	.arguments = "",
	.needs = CLI_KAFKA | CLI_VIEW,
	.summary = "Looks for clients that nobody has, and for all else that must never be",
	.about = "Checks the invariants on every client of the view, and over all of it: one\n"
		 "responsible desk, a next action with a date, a clock on every open referral,\n"
		 "every message accounted for, states that follow from their events, inboxes\n"
		 "that agree with receipts. Folds the Events of each client, too: that who has it\n"
		 "changed only by the rows that may change it, that no clock ended anything, that\n"
		 "repeats and stale updates changed nothing, that messages kept their order.\n"
		 "Prints nothing when all is well.",
	.options = options,
	.found = "something is wrong: each line says what",
	.examples = "  lokethub orphans && echo all is well\n"
		    "  lokethub orphans --json | jq '.orphans[].client'",
	.run = run,
};
