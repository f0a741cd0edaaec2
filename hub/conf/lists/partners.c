/* partners - who talks to the hub: the list partners of the configuration. */
#include "hub/conf/lists/list.h"

#include <stddef.h>

#include "hub/conf/file.h"

struct row {
	struct rules_partner rules;
	int32_t requests_per_second, requests_burst;
	const char *const *tokens, *const *coordinator_tokens;
};

#define AT(member) offsetof(struct row, member)

static const char *const feedbacks[] = {"none", "closure", "full", NULL};
static const char *const discloses[] = {"nothing", "kind", "desk", NULL};

const struct setting list_partner_rows[] = {
	{"oin", SETTING_FORMAT, AT(rules.oin), NULL, 0, 0, SETTING_ONE("oin"),
		"Its organisation identification number."},
	{"name", SETTING_STRING, AT(rules.name), NULL, 1, 200, NULL, "As people know it."},
	{"home_desk", SETTING_FORMAT, AT(rules.home_desk), NULL, 0, 0, SETTING_ONE("desk"),
		"The desk that is told what became of its messages."},
	{"feedback", SETTING_CHOICE, AT(rules.feedback), "closure", 0, 0, feedbacks,
		"What its desks tell back to who sent a client: nothing, how it ended, or all."},
	{"disclose_owner", SETTING_CHOICE, AT(rules.disclose_owner), "kind", 0, 0, discloses,
		"What it learns about who has a client that it refers too."},
	{"private", SETTING_BOOL, AT(rules.is_private), "false", 0, 0, NULL,
		"No public body: never gets a BSN."},
	{"may_see_bsn", SETTING_BOOL, AT(rules.may_see_bsn), "false", 0, 0, NULL,
		"The law lets it use the BSN for this work."},
	{"tokens", SETTING_STRINGS, AT(tokens), "", 1, 4096, NULL,
		"Files with one bearer token each; during a change the old and the new one."},
	{"coordinator_tokens", SETTING_STRINGS, AT(coordinator_tokens), "", 1, 4096, NULL,
		"The same, for a regional coordinator, who may assign clients."},
	{"requests_per_second", SETTING_INT, AT(requests_per_second), "0", 0, 1000000, NULL,
		"Requests per second, over time; 0: as http.requests_per_second."},
	{"requests_burst", SETTING_INT, AT(requests_burst), "0", 0, 10000000, NULL,
		"Requests at once; 0: as http.requests_burst."},
	{0},
};

static size_t count_words(const char *const *words)
{
	size_t count = 0;
	while (words != NULL && words[count] != NULL)
		count++;
	return count;
}

static void add_tokens(struct bind *bind, struct conf_partner *partner, const char *const *files,
	enum conf_token_role role)
{
	for (; files != NULL && *files != NULL; files++) {
		const char *file = file_path(bind->arena, bind->secrets, *files);
		partner->tokens[partner->tokens_count++] =
			(struct conf_token){.file = file, .role = role};
	}
}

static void take(struct bind *bind, const struct conf *conf, const struct row *row,
	struct conf_partner *partner)
{
	int32_t rate = row->requests_per_second, burst = row->requests_burst;
	partner->requests_per_second = rate > 0 ? rate : conf->http.requests_per_second;
	partner->requests_burst = burst > 0 ? burst : conf->http.requests_burst;
	size_t count = count_words(row->tokens) + count_words(row->coordinator_tokens);
	partner->tokens = arena_get_array(bind->arena, count + 1, sizeof(*partner->tokens));
	add_tokens(bind, partner, row->tokens, CONF_TOKEN_DESK);
	add_tokens(bind, partner, row->coordinator_tokens, CONF_TOKEN_COORDINATOR);
}

void list_partners(struct bind *bind, config_setting_t *root, struct conf *conf)
{
	struct list list = {0};
	list_open(bind, root, "partners", "oin", &list);
	struct rules_partner *rules = arena_get_array(bind->arena, list.count + 1, sizeof(*rules));
	conf->partners = arena_get_array(bind->arena, list.count + 1, sizeof(*conf->partners));
	for (size_t i = 0; i < list.count; i++) {
		struct row row = {0};
		bind_group(bind, list.elements[i], list_partner_rows, NULL, &row);
		rules[i] = row.rules;
		conf->partners[i].rules = &rules[i];
		take(bind, conf, &row, &conf->partners[i]);
	}
	conf->rules.partners = rules;
	conf->rules.partners_count = list.count;
	conf->index->partners = list.places;
}
