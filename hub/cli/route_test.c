/* route_test - to which desk a referral would go, by which rule, and what the desk would see. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/calendar.h"
#include "hub/cli/verbs.h"
#include "hub/handover/route.h"

static struct json_object *read_json(const char *path, struct err *err)
{
	struct json_object *json =
		strcmp(path, "-") == 0 ? json_object_from_fd(0) : json_object_from_file(path);
	if (json == NULL)
		err_set(err, REJECT, "%s: %s", path, json_util_get_last_err());
	return json;
}

/* A Draft, the body of one, or the referral itself. */
static struct json_object *find_referral(struct json_object *json)
{
	struct json_object *body = json, *referral;
	json_object_object_get_ex(json, "body", &body);
	if (body == NULL)
		body = json;
	return json_object_object_get_ex(body, "Referral", &referral) ? referral : body;
}

static const struct table_column problem_columns[] = {
	{"FIELD", "field", TABLE_TEXT, false},
	{"WHAT IS WRONG", "text", TABLE_TEXT, false},
	{"EXAMPLE", "example", TABLE_TEXT, false},
};
static const struct page_table about_problems = {"problems", NULL, NULL, problem_columns,
	sizeof(problem_columns) / sizeof(problem_columns[0])};

static int show_problems(struct cli_call *call, const struct problems *problems)
{
	struct page *page = page_new(clock_wall());
	struct table *table = page_table(page, &about_problems);
	for (size_t i = 0; i < problems->count && i < PROBLEMS_MAX; i++) {
		table_text(table, problems->items[i].path);
		table_text(table, problems->items[i].text);
		table_text(table, problems->items[i].example);
	}
	return cli_show(call, page, CLI_FOUND);
}

static void add_words(
	struct page *page, const char *key, const char *label, const char *const *words)
{
	struct json_object *list = json_object_new_array();
	struct buffer text = {0};
	for (; words != NULL && *words != NULL; words++) {
		buffer_add_string(&text, text.size > 0 ? ", " : "");
		buffer_add_string(&text, *words);
		json_object_array_add(list, json_object_new_string(*words));
	}
	page_fact(page, NULL, label, TERMINAL_PLAIN, "%s",
		text.size > 0 ? buffer_string(&text) : "nothing");
	page_value(page, key, list);
	buffer_done(&text);
}

static int show_answer(
	struct cli_call *call, const struct conf *conf, const struct route_answer *answer)
{
	struct page *page = page_new(clock_wall());
	const struct rules_desk *desk = answer->desk;
	const struct rules_partner *partner =
		rules_partner(&conf->rules, bytes_of_string(desk->partner));
	page_value(page, "desk", json_object_new_string(desk->id));
	page_fact(page, NULL, "desk", TERMINAL_TITLE, "%s, %s", desk->id, desk->name);
	page_fact(page, "rule", "rule", TERMINAL_PLAIN, "%s", answer->rule);
	page_fact(page, "why", "why", TERMINAL_PLAIN, "%s", answer->why);
	page_value(page, "region", json_object_new_string(answer->region->code));
	page_fact(page, NULL, "region", TERMINAL_PLAIN, "%s %s", answer->region->code,
		answer->region->name);
	page_fact(page, "kind", "kind", TERMINAL_PLAIN, "%s", desk->kind);
	page_value(page, "partner", json_object_new_string(desk->partner));
	page_fact(page, NULL, "partner", TERMINAL_PLAIN, "%s %s", desk->partner,
		partner == NULL ? "" : partner->name);
	page_value(page, "holds", json_object_new_boolean(desk->holds));
	page_fact(page, NULL, "holds", TERMINAL_PLAIN, "%s",
		desk->holds ? "may be responsible for clients" : "never responsible for a client");
	add_words(page, "fields", "sees first", desk->fields);
	add_words(page, "fields_accepted", "once taken", desk->fields_accepted);
	page_fact(page, "config", "config", TERMINAL_PLAIN, "%s", conf->rules.version);
	return cli_show(call, page, CLI_OK);
}

/* The sender is who --partner says, else whose desk it comes from. */
static struct bytes sender_of(
	const struct cli_call *call, const struct conf *conf, const struct referral *referral)
{
	const char *given = cli_value(call, "partner");
	const struct rules_partner *partner = NULL;
	if (given == NULL && referral->from_desk.data != NULL)
		partner = rules_partner_of_desk(&conf->rules, referral->from_desk);
	return bytes_of_string(given != NULL ? given : partner != NULL ? partner->oin : "");
}

static int answer(struct cli_call *call, const struct conf *conf, struct json_object *json,
	struct arena *arena)
{
	struct referral referral = {0};
	struct route_answer found;
	struct problems problems;
	struct err err = {0};
	problems_init(&problems, arena);
	if (referral_from_json(&referral, find_referral(json), &problems))
		referral_check(&referral, conf->codes, CHECK_PARTNER, &problems);
	if (problems.count > 0)
		return show_problems(call, &problems);
	const struct route_question question = {.referral = &referral,
		.partner = sender_of(call, conf, &referral),
		.day = calendar_date(clock_wall())};
	if (route_find(&conf->rules, &question, &found, &err) != OK)
		return cli_fail(call, &err, CLI_FOUND);
	return show_answer(call, conf, &found);
}

static int run(struct cli_call *call)
{
	const struct conf *conf = cli_conf(call);
	struct arena arena = {0};
	struct err err = {0};
	if (conf == NULL)
		return CLI_CONFIG;
	struct json_object *json = read_json(cli_argument(call, 0), &err);
	if (json == NULL)
		return cli_fail(call, &err, CLI_USAGE);
	int code = answer(call, conf, json, &arena);
	json_object_put(json);
	arena_done(&arena);
	return code;
}

static const struct cli_option options[] = {
	{"partner", 'p', "OIN", "who sends it; else the partner of its from_desk", 0, 0},
	{0},
};

const struct cli_verb route_test_verb = {
	.name = "route test",
	.arguments = "FILE|-",
	.least = 1,
	.most = 1,
	.summary = "To which desk a referral would go, by which rule, and what it would see",
	.about = "FILE is the JSON that a partner would send: a whole one, its body, or the "
		 "referral\n"
		 "alone. Nothing is sent. Every desk counts as having room.",
	.options = options,
	.json = true,
	.found = "the referral is not valid, or leads nowhere",
	.examples = "  lokethub route test referral.json\n"
		    "  echo '{\"kind\": \"TRANSFER\", …}' | lokethub route test -",
	.run = run,
};
