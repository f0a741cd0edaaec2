/* check - proves a configuration before it is used. */
#include <assert.h>

#include "hub/cli/reach.h"
#include "hub/cli/verbs.h"

/* Which desks hold clients now; NULL: without a view that cannot be asked, and is said. */
static const char *const *owners_of(
	struct cli_call *call, const struct conf *conf, size_t *count, struct err *err)
{
	struct view_owners owners;
	*count = 0;
	if (view_reader_new(&call->reader, conf->view.path, err) != OK ||
		cli_look(call, err) != OK || view_owners(call->reader, &owners, err) != OK)
		return NULL;
	const char **ids = arena_get_array(&call->arena, owners.count + 1, sizeof(*ids));
	*count = owners.count;
	for (size_t i = 0; i < owners.count; i++)
		ids[i] = arena_string(&call->arena, owners.items[i].desk);
	return ids;
}

static void add_sums(struct page_row *facts, const struct conf *conf)
{
	const struct rules *rules = &conf->rules;
	page_text(facts, "config", "config", conf->path);
	page_text(facts, "version", "version", rules->version);
	page_format(facts, "holds", NULL,
		"%zu partners, %zu desks, %zu regions, %zu municipalities, %zu routes, "
		"%zu programmes",
		rules->partners_count, rules->desks_count, rules->regions_count,
		rules->municipalities_count, rules->routes_count, rules->programmes_count);
}

/* What is wrong goes into problems. */
static void prove(struct cli_call *call, struct conf *conf, struct conf_problems *problems)
{
	struct err no_view = {0};
	size_t count;
	const char *const *owners = owners_of(call, conf, &count, &no_view);
	add_sums(page_facts(call->page), conf);
	if (owners == NULL)
		page_line(call->page, TERMINAL_FAINT,
			"Not looked at: whether a desk that is gone still has clients (%s).",
			no_view.text);
	bool is_good = reach_check_kafka(conf, problems) == OK;
	is_good = conf_check(conf, owners, count, problems) == OK && is_good;
	conf_check_second_channels(conf, problems);
	if (is_good && cli_has(call, "secrets") && conf_load_secrets(conf, problems) == OK)
		is_good = reach_check_kafka(conf, problems) == OK;
	assert(is_good || problems->errors > 0);
}

static void add_problems(struct page *page, const struct conf_problems *problems)
{
	size_t errors = problems->errors, warnings = problems->count - problems->errors;
	struct page_row *facts = page_facts(page);
	struct page_table *table = page_table(page, "problems", NULL, NULL);
	page_flag(facts, "ok", errors == 0);
	page_format(facts, "result", NULL, "%s: %zu error%s, %zu warning%s",
		errors > 0 ? "not fit for use" : "fit for use", errors, errors == 1 ? "" : "s",
		warnings, warnings == 1 ? "" : "s");
	page_tone(facts, errors > 0 ? TERMINAL_BAD : TERMINAL_GOOD);
	for (size_t i = 0; i < problems->count; i++) {
		const struct conf_problem *problem = &problems->items[i];
		struct page_row *row = page_table_row(table);
		page_text(row, "WHERE", "file", problem->file);
		page_number(row, "LINE", "line", PAGE_COUNT, problem->line);
		page_text(row, "", "kind", problem->warning ? "warning" : "error");
		page_tone(row, problem->warning ? TERMINAL_CARE : TERMINAL_BAD);
		page_text(row, "WHAT", "text", problem->text);
	}
}

/* Needs nothing ready: what would end another verb is what this one tells. */
static enum outcome run(struct cli_call *call, struct err *err)
{
	struct conf_problems problems = {0};
	struct conf *conf = NULL;
	(void)err;
	if (conf_load(cli_conf_path(call), call->program->connectors, &conf, &problems) == OK)
		prove(call, conf, &problems);
	add_problems(call->page, &problems);
	call->code = problems.errors > 0 ? CLI_CONFIG : CLI_OK;
	conf_problems_done(&problems);
	call->conf = conf;
	return OK;
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
	.about = "Reads every file that the configuration names. Unknown keys, wrong types and\n"
		 "values out of range are said with file and line; then that every name is\n"
		 "declared, and that every question in every region leads to a desk that takes\n"
		 "it. With the view of a running edge at hand, also that no desk was taken out\n"
		 "that still has clients. Warns of who has no second channel for escalations.",
	.options = options,
	.examples = "  lokethub check config/lokethub.conf\n"
		    "  lokethub check --secrets --json | jq .problems",
	.run = run,
};
