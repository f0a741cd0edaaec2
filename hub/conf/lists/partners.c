/* partners - who talks to the hub: the list partners of the configuration. */
#include "hub/conf/check.h"

#include <stddef.h>
#include <string.h>

#include "hub/base/file.h"
#include "hub/conf/words.h"

struct row {
	struct rules_partner rules;
	int32_t requests_per_second, requests_burst;
	const char *const *tokens, *const *coordinator_tokens, *const *test_tokens;
	bool client_certificate, recognises;
	const char *balance_to;
};

#define AT(member) offsetof(struct row, member)

static const char *const feedbacks[] = {"none", "closure", "full", NULL};
static const char *const discloses[] = {"nothing", "kind", "desk", NULL};

static const struct setting rows[] = {
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
	{"test_tokens", SETTING_STRINGS, AT(test_tokens), "", 1, 4096, NULL,
		"The same, for the test lane: see http.test_lane. On the test lane itself these "
		"are what it comes with, and no others are read."},
	{"client_certificate", SETTING_BOOL, AT(client_certificate), "false", 0, 0, NULL,
		"Its requests must come with a client certificate whose subject.serialNumber is "
		"its OIN, beside the token; see http.tls_client_ca_file."},
	{"recognises", SETTING_BOOL, AT(recognises), "false", 0, 0, NULL,
		"It is SBB: what it says of the recognition of companies (leerbedrijven) counts."},
	{"balance_to", SETTING_STRING, AT(balance_to), "", 3, 200, NULL,
		"Address that is mailed every day what was open at midnight between it and each "
		"other partner, in numbers, as `lokethub balance` counts it; none: nothing is."},
	{"requests_per_second", SETTING_INT, AT(requests_per_second), "0", 0, 1000000, NULL,
		"Requests per second, over time; 0: as http.requests_per_second."},
	{"requests_burst", SETTING_INT, AT(requests_burst), "0", 0, 10000000, NULL,
		"Requests at once; 0: as http.requests_burst."},
	{0},
};

static void add_tokens(struct bind *bind, struct conf_partner *partner, const char *const *files,
	enum conf_token_role role)
{
	for (; files != NULL && *files != NULL; files++) {
		const char *file = file_path(bind->arena, bind->secrets, *files);
		partner->tokens[partner->tokens_count++] =
			(struct conf_token){.partner = partner, .file = file, .role = role};
	}
}

static void take_tokens(
	const struct list_group *group, struct conf_partner *partner, const struct row *row)
{
	struct bind *bind = group->bind;
	size_t count = words_count(row->tokens) + words_count(row->coordinator_tokens) +
		words_count(row->test_tokens);
	partner->tokens = arena_get_array(bind->arena, count + 1, sizeof(*partner->tokens));
	if (group->conf->lane == CONF_LANE_TEST) {
		add_tokens(bind, partner, row->test_tokens, CONF_TOKEN_DESK);
		return;
	}
	add_tokens(bind, partner, row->tokens, CONF_TOKEN_DESK);
	add_tokens(bind, partner, row->coordinator_tokens, CONF_TOKEN_COORDINATOR);
	add_tokens(bind, partner, row->test_tokens, CONF_TOKEN_TEST);
}

static void take(const struct list_group *group, void *from)
{
	const struct row *row = from;
	struct conf *conf = group->conf;
	const struct rules_partner *rules = conf->index->lists[LIST_PARTNERS].items;
	if (group->at == 0)
		conf->partners =
			arena_get_array(group->bind->arena, group->count, sizeof(*conf->partners));
	struct conf_partner *partner = &conf->partners[group->at];
	int32_t rate = row->requests_per_second, burst = row->requests_burst;
	partner->rules = &rules[group->at];
	/* On the test lane the edge that passes on has looked. */
	partner->needs_certificate = row->client_certificate && group->conf->lane != CONF_LANE_TEST;
	partner->recognises = row->recognises;
	partner->balance_to = row->balance_to;
	partner->requests_per_second = rate > 0 ? rate : conf->http.requests_per_second;
	partner->requests_burst = burst > 0 ? burst : conf->http.requests_burst;
	take_tokens(group, partner, row);
}

static void check_balance(struct check *check, const char *address)
{
	if (address != NULL && !words_is_address(address))
		check_error(check, "balance_to is no address");
	if (address != NULL && check->conf->mail.url == NULL)
		check_error(check, "balance_to needs mail.url: the server that mails go through");
}

static void check_test_tokens(struct check *check, const struct conf_partner *partner)
{
	bool has = false;
	for (size_t i = 0; i < partner->tokens_count; i++)
		has = has || partner->tokens[i].role == CONF_TOKEN_TEST;
	if (has && check->conf->http.test_lane == NULL)
		check_error(check, "test_tokens lead nowhere: http.test_lane names no endpoint");
}

static void check(struct check *check, const void *item)
{
	const struct rules_partner *partner = item;
	const struct conf *conf = check->conf;
	const struct rules_desk *home = check_find_desk(check, partner->home_desk);
	if (home != NULL && strcmp(home->partner, partner->oin) != 0)
		check_error(check, "home_desk %s belongs to another partner: name one of its own",
			home->id);
	if (home != NULL && !home->active)
		check_error(check, "home_desk %s is not active", home->id);
	if (partner->is_private && partner->may_see_bsn)
		check_error(check,
			"a private partner never gets a BSN: leave out private or "
			"may_see_bsn");
	check_balance(check, conf->partners[partner - conf->rules.partners].balance_to);
	check_test_tokens(check, &conf->partners[partner - conf->rules.partners]);
	if (conf->partners[partner - conf->rules.partners].needs_certificate &&
		conf->http.tls_client_ca_file == NULL)
		check_error(check,
			"client_certificate is true, but http.tls_client_ca_file names no issuer "
			"of such certificates");
}

const struct list list_partners = {
	.name = "partners",
	.doc = "partners = ( { … }, { … } ): who talks to the hub.",
	.rows = rows,
	.key = "oin",
	.title = "name",
	.row_size = sizeof(struct row),
	.size = sizeof(struct rules_partner),
	.take = take,
	.check = check,
};
