/* schemas - puts our schemas into the registry, and checks that they are there. */
#include <sodium.h>

#include "hub/cli/reach.h"
#include "hub/cli/verbs.h"
#include "hub/wire/publish.h"

static const struct table_column columns[] = {
	{"SUBJECT", "subject", TABLE_TEXT, false},
	{"SCHEMA", "schema", TABLE_TEXT, false},
	{"ID", "id", TABLE_NUMBER, false},
	{"VERSION", "version", TABLE_NUMBER, false},
	{"OF", "versions", TABLE_NUMBER, false},
	{"COMPATIBILITY", "compatibility", TABLE_TEXT, false},
	{"RESULT", "result", TABLE_TEXT, false},
	{"WHY", "text", TABLE_TEXT, false},
};
static const struct page_table about_schemas = {
	"schemas", NULL, NULL, columns, sizeof(columns) / sizeof(columns[0])};

static void add_number(struct table *table, int64_t number)
{
	if (number == 0)
		table_none(table);
	else
		table_number(table, number);
}

static void add_row(struct table *table, const struct publish_row *row)
{
	table_text(table, row->subject);
	table_text(table, row->schema->name);
	add_number(table, row->id);
	add_number(table, row->version);
	add_number(table, row->versions);
	table_text(table, *row->level == '\0' ? NULL : row->level);
	if (row->outcome == OK)
		table_text(table, row->added ? "registered" : "there");
	else
		table_text(table, row->outcome == RETRY ? "no answer" : "refused");
	table_tone(table, row->outcome == OK ? TERMINAL_GOOD : TERMINAL_BAD);
	table_text(table, *row->text == '\0' ? NULL : row->text);
}

static int show(struct cli_call *call, const struct publish_row rows[PUBLISH_SUBJECTS],
	enum outcome outcome)
{
	struct page *page = page_new(clock_wall());
	struct table *table = page_table(page, &about_schemas);
	for (size_t i = 0; i < PUBLISH_SUBJECTS; i++)
		add_row(table, &rows[i]);
	page_value(page, "ok", json_object_new_boolean(outcome == OK));
	switch (outcome) {
	case OK:
		return cli_show(call, page, CLI_OK);
	case RETRY:
		return cli_show(call, page, CLI_AWAY);
	case REJECT:
	case FATAL:
		break;
	}
	return cli_show(call, page, CLI_FOUND);
}

static int run(struct cli_call *call,
	enum outcome publish(
		const struct wire_settings *settings, struct publish_row rows[PUBLISH_SUBJECTS]))
{
	struct publish_row rows[PUBLISH_SUBJECTS] = {0};
	struct wire_settings settings;
	struct err err = {0};
	char line[256];
	const struct conf *conf = cli_conf(call);
	if (conf == NULL)
		return CLI_CONFIG;
	if (reach_registry(conf, line, &settings, &err) != OK)
		return cli_fail(call, &err, CLI_CONFIG);
	enum outcome outcome = publish(&settings, rows);
	sodium_memzero(line, sizeof(line));
	return show(call, rows, outcome);
}

static int run_check(struct cli_call *call)
{
	return run(call, publish_check);
}

static int run_register(struct cli_call *call)
{
	return run(call, publish_register);
}

const struct cli_verb schemas_check_verb = {
	.name = "schemas check",
	.arguments = "",
	.summary = "Compares the schemas in the registry with ours",
	.about = "Changes nothing. Looks whether each schema of this program is registered, "
		 "whether\n"
		 "the registry keeps watch over it, and whether every version that a subject has "
		 "and\n"
		 "ours can read each other.",
	.json = true,
	.found = "a schema is missing, or not compatible",
	.examples =
		"  lokethub schemas check --json | jq '.schemas[] | select(.result != \"there\")'",
	.run = run_check,
};

const struct cli_verb schemas_register_verb = {
	.name = "schemas register",
	.arguments = "",
	.summary = "Puts the schemas of this program into the registry",
	.about = "To be run when a version is deployed, before `lokethub serve`. Twice does no "
		 "harm.\n"
		 "An incompatible version is refused, and nothing is changed.",
	.json = true,
	.found = "a schema was refused",
	.examples = "  lokethub schemas register",
	.run = run_register,
};
