/* check - proves a configuration before it is used. */
#include "hub/cli/reach.h"
#include "hub/cli/verbs.h"

/* Which desks hold clients now; without a view that cannot be asked, and is said. */
static const char *const *owners_of(
	const struct conf *conf, struct arena *arena, size_t *count, struct err *err)
{
	struct view_reader *reader;
	struct view_owners owners;
	const char **ids = NULL;
	*count = 0;
	if (reach_view(conf, &reader, err) != OK)
		return NULL;
	if (view_reader_begin(reader, arena, err) == OK) {
		if (view_owners(reader, &owners, err) == OK) {
			ids = arena_get_array(arena, owners.count + 1, sizeof(*ids));
			*count = owners.count;
			for (size_t i = 0; i < owners.count; i++)
				ids[i] = arena_string(arena, owners.items[i].desk);
		}
		view_reader_end(reader);
	}
	view_reader_free(reader);
	return ids;
}

static const struct table_column columns[] = {
	{"WHERE", "file", TABLE_TEXT, false},
	{"LINE", "line", TABLE_NUMBER, false},
	{"", "kind", TABLE_TEXT, false},
	{"WHAT", "text", TABLE_TEXT, false},
};
static const struct page_table about_problems = {
	"problems", NULL, NULL, columns, sizeof(columns) / sizeof(columns[0])};

static void add_problems(struct page *page, const struct conf_problems *problems)
{
	struct table *table = page_table(page, &about_problems);
	for (size_t i = 0; i < problems->count; i++) {
		const struct conf_problem *problem = &problems->items[i];
		table_text(table, problem->file);
		table_number(table, problem->line);
		table_text(table, problem->warning ? "warning" : "error");
		table_tone(table, problem->warning ? TERMINAL_CARE : TERMINAL_BAD);
		table_text(table, problem->text);
	}
}

static void add_sums(struct page *page, const struct conf *conf)
{
	const struct rules *rules = &conf->rules;
	page_fact(page, "config", "config", TERMINAL_PLAIN, "%s", conf->path);
	page_fact(page, "version", "version", TERMINAL_PLAIN, "%s", rules->version);
	page_fact(page, NULL, "holds", TERMINAL_PLAIN,
		"%zu partners, %zu desks, %zu regions, %zu municipalities, %zu routes, "
		"%zu programmes",
		rules->partners_count, rules->desks_count, rules->regions_count,
		rules->municipalities_count, rules->routes_count, rules->programmes_count);
}

static int show(struct cli_call *call, const struct conf *conf,
	const struct conf_problems *problems, const char *no_view)
{
	struct page *page = page_new(clock_wall());
	size_t errors = problems->errors, warnings = problems->count - problems->errors;
	if (conf != NULL)
		add_sums(page, conf);
	page_value(page, "ok", json_object_new_boolean(errors == 0));
	page_fact(page, NULL, "result", errors > 0 ? TERMINAL_BAD : TERMINAL_GOOD,
		"%s: %zu error%s, %zu warning%s", errors > 0 ? "not fit for use" : "fit for use",
		errors, errors == 1 ? "" : "s", warnings, warnings == 1 ? "" : "s");
	if (no_view != NULL)
		page_hint(page,
			"Not looked at: whether a desk that is gone still has clients (%s).",
			no_view);
	add_problems(page, problems);
	return cli_show(call, page, errors > 0 ? CLI_CONFIG : CLI_OK);
}

static int run(struct cli_call *call)
{
	struct conf_problems problems = {0};
	struct arena arena = {0};
	struct conf *conf = NULL;
	struct err err = {0};
	bool asked = false;
	enum outcome outcome = conf_load(cli_conf_path(call), &conf, &problems);
	if (outcome == OK) {
		size_t count;
		const char *const *owners = owners_of(conf, &arena, &count, &err);
		asked = owners != NULL;
		outcome = reach_check_kafka(conf, &problems);
		if (conf_check(conf, owners, count, &problems) != OK)
			outcome = REJECT;
	}
	if (outcome == OK && cli_has(call, "secrets"))
		outcome = conf_load_secrets(conf, &problems);
	if (outcome == OK && cli_has(call, "secrets"))
		outcome = reach_check_kafka(conf, &problems);
	(void)outcome; /* problems has it */
	int code = show(call, conf, &problems, asked || conf == NULL ? NULL : err.text);
	conf_problems_done(&problems);
	conf_free(conf);
	arena_done(&arena);
	return code;
}

static const struct cli_option options[] = {
	{"secrets", 's', NULL, "also look whether all secret files are there and well-formed", 0,
		0},
	{0},
};

const struct cli_verb check_verb = {
	.name = "check",
	.arguments = "[FILE]",
	.most = 1,
	.conf_argument = true,
	.summary = "Proves a configuration before it is used",
	.about =
		"Reads every file that the configuration names. Unknown keys, wrong types and "
		"values\n"
		"out of range are said with file and line; then that every name is declared, and "
		"that\n"
		"every question in every region leads to a desk that takes it. With the view of a\n"
		"running edge at hand, also that no desk was taken out that still has clients.",
	.options = options,
	.json = true,
	.examples = "  lokethub check config/lokethub.conf\n"
		    "  lokethub check --secrets --json | jq .problems",
	.run = run,
};
