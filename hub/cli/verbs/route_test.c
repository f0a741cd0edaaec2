/* route_test - to which desk a referral would go, by which rule, and what the desk would see. */
#include "hub/base/calendar.h"
#include "hub/base/file.h"
#include "hub/cli/verbs.h"
#include "hub/handover/rule/route.h"
#include "hub/view/story.h"
#include "schemas/json_tree.h"

#define JSON_DEPTH 32

static enum outcome read_json(struct cli_call *call, const struct json_tree **out, struct err *err)
{
	const char *path = cli_argument(call, 0);
	struct bytes text;
	struct problems problems;
	problems_init(&problems, &call->arena);
	if (file_read_stream(path, &call->arena, &text, err) != OK)
		return err_in(err, "%s", path);
	*out = json_tree_parse(text, JSON_DEPTH, &problems);
	return *out != NULL ? OK : err_set(err, REJECT, "%s: %s", path, problems.items[0].text);
}

/* A Draft, the body of one, or the referral itself. */
static const struct json_tree *find_referral(const struct json_tree *json)
{
	const struct json_tree *body = json_tree_member(json, "body");
	body = body != NULL ? body : json;
	const struct json_tree *referral = json_tree_member(body, "Referral");
	return referral != NULL ? referral : body;
}

static void show_problems(struct cli_call *call, const struct problems *problems)
{
	struct page_table *table = page_table(call->page, "problems", NULL, NULL);
	for (size_t i = 0; i < problems->count && i < PROBLEMS_MAX; i++) {
		struct page_row *row = page_table_row(table);
		page_text(row, "FIELD", "field", problems->items[i].path);
		page_text(row, "WHAT IS WRONG", "text", problems->items[i].text);
		page_text(row, "EXAMPLE", "example", problems->items[i].example);
	}
	call->code = CLI_FOUND;
}

static void add_words(
	struct page_row *facts, const char *title, const char *key, const char *const *words)
{
	struct json_object *list = json_object_new_array();
	struct buffer text = {0};
	for (; words != NULL && *words != NULL; words++) {
		buffer_add_format(&text, "%s%s", text.size > 0 ? ", " : "", *words);
		json_object_array_add(list, json_object_new_string(*words));
	}
	page_text(facts, title, NULL, text.size > 0 ? buffer_string(&text) : "nothing");
	page_json(facts, key, list);
	buffer_done(&text);
}

static void show_answer(struct cli_call *call, const struct route_answer *answer)
{
	struct page_row *facts = page_facts(call->page);
	const struct rules_desk *desk = answer->desk;
	const struct rules *rules = &call->conf->rules;
	const char *partner = story_partner(rules, bytes_of_string(desk->partner));
	page_text(facts, NULL, "desk", desk->id);
	page_format(facts, "desk", NULL, "%s, %s", desk->id, desk->name);
	page_tone(facts, TERMINAL_TITLE);
	page_text(facts, "rule", "rule", answer->rule);
	page_text(facts, "why", "why", answer->why);
	page_text(facts, NULL, "region", answer->region->code);
	page_format(facts, "region", NULL, "%s %s", answer->region->code, answer->region->name);
	page_text(facts, "kind", "kind", desk->kind);
	page_text(facts, NULL, "partner", desk->partner);
	page_format(facts, "partner", NULL, "%s %s", desk->partner, partner == NULL ? "" : partner);
	page_flag(facts, "holds", desk->holds);
	page_text(facts, "holds", NULL,
		desk->holds ? "may be responsible for clients" : "never responsible for a client");
	add_words(facts, "sees first", "fields", desk->fields);
	add_words(facts, "once taken", "fields_accepted", desk->fields_accepted);
	page_text(facts, "config", "config", rules->version);
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

static enum outcome run(struct cli_call *call, struct err *err)
{
	const struct conf *conf = call->conf;
	const struct json_tree *json;
	struct referral referral = {0};
	struct route_answer found;
	struct problems problems;
	problems_init(&problems, &call->arena);
	if (read_json(call, &json, err) != OK)
		return err->outcome;
	if (referral_from_json(&referral, find_referral(json), &problems))
		referral_check(&referral, conf->codes, CHECK_PARTNER, &problems);
	if (problems.count > 0) {
		show_problems(call, &problems);
		return OK;
	}
	const struct route_question question = {.referral = &referral,
		.partner = sender_of(call, conf, &referral),
		.day = calendar_date(clock_wall())};
	call->rejected = CLI_FOUND;
	if (route_find(&conf->rules, &question, &found, err) != OK)
		return err->outcome;
	show_answer(call, &found);
	return OK;
}

static const struct cli_option options[] = {
	{"partner", 'p', "OIN", "who sends it; else the partner of its from_desk", 0, 0},
	{0},
};

const struct cli_verb route_test_verb = {
	.name = "route test",
	.arguments = "FILE|-",
	.needs = CLI_CONF,
	.least = 1,
	.most = 1,
	.summary = "To which desk a referral would go, by which rule, and what it would see",
	.about = "FILE is the JSON that a partner would send: a whole one, its body, or the\n"
		 "referral alone. Nothing is sent. Every desk counts as having room.",
	.options = options,
	.found = "the referral is not valid, or leads nowhere",
	.examples = "  lokethub route test referral.json\n"
		    "  echo '{\"kind\": \"TRANSFER\", …}' | lokethub route test -",
	.run = run,
};
