/* orphans - looks for clients that nobody has, and for all else that must never be. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "hub/cli/behind.h"
#include "hub/cli/meter.h"
#include "hub/cli/reach.h"
#include "hub/cli/verbs.h"
#include "hub/view/audit.h"

#define WAIT_MS 5000
#define LOOKS 3 /* what is found must be found so often, a second apart */

struct found {
	char invariant[8];
	bool has_client;
	struct pseudonym client;
	char text[200];
	bool again; /* seen in the present look */
};

struct orphans {
	struct cli_call *call;
	const struct conf *conf;
	struct view_reader *reader;
	struct found *items;
	size_t count, capacity;
	bool first_look;
	struct meter meter;
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

static struct found *add_found(struct orphans *orphans)
{
	if (orphans->count == orphans->capacity) {
		orphans->capacity = orphans->capacity == 0 ? 16 : 2 * orphans->capacity;
		orphans->items = memory_resize(
			orphans->items, memory_product(orphans->capacity, sizeof(*orphans->items)));
	}
	return &orphans->items[orphans->count++];
}

static void take_finding(void *context, const struct audit_finding *finding)
{
	struct orphans *orphans = context;
	for (size_t i = 0; i < orphans->count; i++) {
		if (is_same(&orphans->items[i], finding)) {
			orphans->items[i].again = true;
			return;
		}
	}
	if (!orphans->first_look)
		return;
	struct found *found = add_found(orphans);
	*found = (struct found){.again = true, .has_client = finding->client != NULL};
	snprintf(found->invariant, sizeof(found->invariant), "%s", finding->invariant);
	snprintf(found->text, sizeof(found->text), "%s", finding->text);
	if (finding->client != NULL)
		found->client = *finding->client;
}

static void show_progress(void *context, int64_t done, int64_t of)
{
	struct orphans *orphans = context;
	meter_step(&orphans->meter, done, of);
}

/* Keeps what was found again. */
static void sift(struct orphans *orphans)
{
	size_t kept = 0;
	for (size_t i = 0; i < orphans->count; i++) {
		if (orphans->items[i].again)
			orphans->items[kept++] = orphans->items[i];
	}
	orphans->count = kept;
	for (size_t i = 0; i < kept; i++)
		orphans->items[i].again = false;
}

static enum outcome look(struct orphans *orphans, struct err *err)
{
	struct behind behind = {0};
	struct arena arena = {0};
	if (behind_find(orphans->conf, orphans->reader, WAIT_MS, &behind, err) != OK)
		return err->outcome;
	const struct report_committed committed = {behind.committed, behind.partitions};
	const struct audit audit = {.rules = &orphans->conf->rules,
		.now = clock_wall(),
		.committed = behind.is_current ? &committed : NULL,
		.found = take_finding,
		.progress = show_progress,
		.context = orphans};
	enum outcome outcome = view_reader_begin(orphans->reader, &arena, err);
	if (outcome == OK) {
		outcome = audit_run(orphans->reader, &audit, err);
		view_reader_end(orphans->reader);
	}
	if (!behind.is_current && orphans->first_look)
		take_finding(orphans,
			&(struct audit_finding){"I5", NULL,
				"the view is behind the routers: is `lokethub serve` "
				"running?"});
	else if (!behind.is_current && orphans->count > 0)
		orphans->items[0].again |= strstr(orphans->items[0].text, "view is behind") != NULL;
	behind_done(&behind);
	arena_done(&arena);
	meter_end(&orphans->meter);
	sift(orphans);
	return outcome;
}

/* Topics are seen at slightly different moments: what is wrong is so a second later too. */
static enum outcome look_several_times(struct orphans *orphans, struct err *err)
{
	const struct timespec second = {.tv_sec = 1};
	orphans->meter.what = "clients";
	for (int i = 0; i < LOOKS; i++) {
		orphans->first_look = i == 0;
		if (look(orphans, err) != OK)
			return err->outcome;
		if (orphans->count == 0)
			return OK;
		if (i + 1 < LOOKS)
			nanosleep(&second, NULL);
	}
	return OK;
}

static const struct table_column columns[] = {
	{"RULE", "invariant", TABLE_TEXT, false},
	{"CLIENT", "client", TABLE_ID, false},
	{"WHAT", "text", TABLE_TEXT, false},
};
static const struct page_table about_orphans = {
	"orphans", NULL, NULL, columns, sizeof(columns) / sizeof(columns[0])};

static int show(const struct orphans *orphans)
{
	struct page *page = page_new(clock_wall());
	struct table *table = page_table(page, &about_orphans);
	for (size_t i = 0; i < orphans->count; i++) {
		const struct found *found = &orphans->items[i];
		char client[33];
		bytes_to_hex(bytes_of(found->client.data, sizeof(found->client.data)), client);
		table_text(table, found->invariant);
		table_tone(table, TERMINAL_BAD);
		table_text(table, found->has_client ? client : NULL);
		table_text(table, found->text);
	}
	if (orphans->count > 0)
		page_hint(page,
			"\nThe rules I1 to I20 stand in the design. One client: lokethub where "
			"CLIENT");
	return cli_show(orphans->call, page, orphans->count > 0 ? CLI_FOUND : CLI_OK);
}

static int run(struct cli_call *call)
{
	struct orphans orphans = {.call = call, .conf = cli_conf_with_secrets(call)};
	struct err err = {0};
	if (orphans.conf == NULL)
		return CLI_CONFIG;
	if (reach_view(orphans.conf, &orphans.reader, &err) != OK)
		return cli_fail(call, &err, CLI_FOUND);
	enum outcome outcome = look_several_times(&orphans, &err);
	int code = outcome == OK ? show(&orphans) : cli_fail(call, &err, CLI_FOUND);
	view_reader_free(orphans.reader);
	free(orphans.items);
	return code;
}

const struct cli_verb orphans_verb = {
	.name = "orphans",
	.arguments = "",
	.summary = "Looks for clients that nobody has, and for all else that must never be",
	.about = "Checks the invariants on every client of the view, and over all of it: one\n"
		 "responsible desk, a next action with a date, a clock on every open referral, "
		 "every\n"
		 "message accounted for, states that follow from their events, inboxes that agree\n"
		 "with receipts. Prints nothing when all is well.",
	.json = true,
	.found = "something is wrong: each line says what",
	.examples = "  lokethub orphans && echo all is well\n"
		    "  lokethub orphans --json | jq '.orphans[].client'",
	.run = run,
};
