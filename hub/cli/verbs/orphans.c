/* orphans - looks for clients that nobody has, and for all else that must never be. */
#include <string.h>
#include <time.h>

#include "hub/cli/lookup/behind.h"
#include "hub/cli/verbs.h"
#include "hub/view/audit.h"

#define LOOKS 3 /* what is found must be found so often, a second apart */

struct found {
	char invariant[8];
	bool has_client;
	struct pseudonym client;
	char text[200];
	int look; /* the last one that saw it, as all before did */
	struct found *next;
};

struct orphans {
	struct cli_call *call;
	int look; /* from 1 */
	struct found *first, **end;
	struct terminal_meter meter;
};

static bool is_same(const struct found *found, const struct audit_finding *finding)
{
	if (strcmp(found->invariant, finding->invariant) != 0 ||
		found->has_client != (finding->client != NULL))
		return false;
	if (finding->client != NULL)
		return memcmp(&found->client, finding->client, sizeof(found->client)) == 0;
	return strcmp(found->text, finding->text) == 0;
}

static void take_finding(void *context, const struct audit_finding *finding)
{
	struct orphans *orphans = context;
	for (struct found *found = orphans->first; found != NULL; found = found->next) {
		if (!is_same(found, finding))
			continue;
		if (found->look == orphans->look - 1)
			found->look = orphans->look;
		return;
	}
	if (orphans->look > 1)
		return;
	struct found *found = arena_get(&orphans->call->arena, sizeof(*found));
	found->look = 1;
	snprintf(found->invariant, sizeof(found->invariant), "%s", finding->invariant);
	snprintf(found->text, sizeof(found->text), "%s", finding->text);
	found->has_client = finding->client != NULL;
	if (found->has_client)
		found->client = *finding->client;
	*orphans->end = found;
	orphans->end = &found->next;
}

static void show_progress(void *context, int64_t done, int64_t of)
{
	struct orphans *orphans = context;
	terminal_meter_step(&orphans->meter, done, of);
}

static enum outcome look(struct orphans *orphans, struct err *err)
{
	static const struct audit_finding is_behind = {
		"I5", NULL, "the view is behind the routers: is `lokethub serve` running?"};
	struct cli_call *call = orphans->call;
	struct behind behind;
	struct arena arena = {0};
	if (behind_find(call, &behind, err) != OK ||
		view_reader_begin(call->reader, &arena, err) != OK)
		return err->outcome;
	const struct audit audit = {.rules = &call->conf->rules,
		.now = clock_wall(),
		.committed = behind.is_current ? &behind.committed : NULL,
		.found = take_finding,
		.progress = show_progress,
		.context = orphans};
	enum outcome outcome = audit_run(call->reader, &audit, err);
	view_reader_end(call->reader);
	arena_done(&arena);
	if (!behind.is_current)
		take_finding(orphans, &is_behind);
	terminal_meter_end(&orphans->meter);
	return outcome;
}

static bool is_any_left(const struct orphans *orphans)
{
	const struct found *found = orphans->first;
	while (found != NULL && found->look < orphans->look)
		found = found->next;
	return found != NULL;
}

/* Topics are seen at slightly different moments: what is wrong is so a second later too. */
static enum outcome look_several_times(struct orphans *orphans, struct err *err)
{
	const struct timespec second = {.tv_sec = 1};
	for (orphans->look = 1;; orphans->look++) {
		if (look(orphans, err) != OK)
			return err->outcome;
		if (orphans->look == LOOKS || !is_any_left(orphans))
			return OK;
		nanosleep(&second, NULL);
	}
}

static enum outcome run(struct cli_call *call, struct err *err)
{
	struct orphans orphans = {.call = call, .meter = {.what = "clients"}};
	struct page_table *table = page_table(call->page, "orphans", NULL, NULL);
	orphans.end = &orphans.first;
	if (look_several_times(&orphans, err) != OK)
		return err->outcome;
	for (const struct found *found = orphans.first; found != NULL; found = found->next) {
		if (found->look < orphans.look)
			continue;
		struct page_row *row = page_table_row(table);
		page_text(row, "RULE", "invariant", found->invariant);
		page_tone(row, TERMINAL_BAD);
		page_id(row, "CLIENT", "client", found->has_client ? found->client.data : NULL);
		page_text(row, "WHAT", "text", found->text);
	}
	if (page_table_rows(table) == 0)
		return OK;
	page_line(call->page, TERMINAL_FAINT,
		"\nThe rules I1 to I20 stand in the design. One client: lokethub where CLIENT");
	call->code = CLI_FOUND;
	return OK;
}

const struct cli_verb orphans_verb = {
	.name = "orphans",
	.arguments = "",
	.needs = CLI_KAFKA | CLI_VIEW,
	.summary = "Looks for clients that nobody has, and for all else that must never be",
	.about = "Checks the invariants on every client of the view, and over all of it: one\n"
		 "responsible desk, a next action with a date, a clock on every open referral,\n"
		 "every message accounted for, states that follow from their events, inboxes\n"
		 "that agree with receipts. Prints nothing when all is well.",
	.found = "something is wrong: each line says what",
	.examples = "  lokethub orphans && echo all is well\n"
		    "  lokethub orphans --json | jq '.orphans[].client'",
	.run = run,
};
