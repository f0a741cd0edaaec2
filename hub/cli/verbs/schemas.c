/* schemas - puts our schemas into the registry, and checks that they are there. */
#include "hub/cli/reach.h"
#include "hub/cli/verbs.h"
#include "hub/seal/seal.h"
#include "hub/wire/publish.h"

static int64_t or_none(int64_t number)
{
	return number == 0 ? PAGE_NONE : number;
}

static void add_schema(struct page_row *row, const struct publish_row *found)
{
	const char *result = found->added ? "registered" : "there";
	if (found->outcome != OK)
		result = found->outcome == RETRY ? "no answer" : "refused";
	page_text(row, "SUBJECT", "subject", found->subject);
	page_text(row, "SCHEMA", "schema", found->schema->name);
	page_number(row, "ID", "id", PAGE_COUNT, or_none(found->id));
	page_number(row, "VERSION", "version", PAGE_COUNT, or_none(found->version));
	page_number(row, "OF", "versions", PAGE_COUNT, or_none(found->versions));
	page_text(
		row, "COMPATIBILITY", "compatibility", *found->level == '\0' ? NULL : found->level);
	page_text(row, "RESULT", "result", result);
	page_tone(row, found->outcome == OK ? TERMINAL_GOOD : TERMINAL_BAD);
	page_text(row, "WHY", "text", *found->text == '\0' ? NULL : found->text);
}

static enum outcome show(struct cli_call *call, struct err *err,
	enum outcome publish(
		const struct wire_settings *settings, struct publish_row rows[PUBLISH_SUBJECTS]))
{
	struct publish_row rows[PUBLISH_SUBJECTS] = {0};
	struct page_table *table = page_table(call->page, "schemas", NULL, NULL);
	struct wire_settings settings;
	char line[256];
	call->rejected = CLI_CONFIG;
	if (reach_registry(call->conf, line, &settings, err) != OK)
		return err->outcome;
	enum outcome outcome = publish(&settings, rows);
	seal_wipe(line, sizeof(line));
	for (size_t i = 0; i < PUBLISH_SUBJECTS; i++)
		add_schema(page_table_row(table), &rows[i]);
	page_flag(page_facts(call->page), "ok", outcome == OK);
	if (outcome != OK)
		call->code = outcome == RETRY ? CLI_AWAY : CLI_FOUND;
	return OK;
}

static enum outcome run_check(struct cli_call *call, struct err *err)
{
	return show(call, err, publish_check);
}

static enum outcome run_register(struct cli_call *call, struct err *err)
{
	return show(call, err, publish_register);
}

const struct cli_verb schemas_check_verb = {
	.name = "schemas check",
	.arguments = "",
	.needs = CLI_CONF,
	.summary = "Compares the schemas in the registry with ours",
	.about = "Changes nothing. Looks whether each schema of this program is registered,\n"
		 "whether the registry keeps watch over it, and whether every version that a\n"
		 "subject has and ours can read each other.",
	.found = "a schema is missing, or not compatible",
	.examples =
		"  lokethub schemas check --json | jq '.schemas[] | select(.result != \"there\")'",
	.run = run_check,
};

const struct cli_verb schemas_register_verb = {
	.name = "schemas register",
	.arguments = "",
	.needs = CLI_CONF,
	.summary = "Puts the schemas of this program into the registry",
	.about = "To be run when a version is deployed, before `lokethub serve`. Twice does no\n"
		 "harm. An incompatible version is refused, and nothing is changed.",
	.found = "a schema was refused",
	.examples = "  lokethub schemas register",
	.run = run_register,
};
