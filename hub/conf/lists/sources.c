/* sources - the systems that messages come from in formats of their own: the list sources. */
#include "hub/conf/check.h"

#include <stddef.h>
#include <string.h>

#include "hub/conf/words.h"

struct row {
	struct conf_source source;
	const char *connector;
	int32_t auth;
};

#define AT(member) offsetof(struct row, member)

static const char *const auths[] = {"token", "certificate", NULL};

static const struct setting rows[] = {
	{"name", SETTING_FORMAT, AT(source.name), NULL, 0, 0, SETTING_ONE("name"),
		"Its name, of which a partner has each once. What it posts goes to "
		"/v1/in/{oin}/{name}."},
	{"partner", SETTING_FORMAT, AT(source.oin), NULL, 0, 0, SETTING_ONE("oin"),
		"OIN of the partner whose system it is."},
	{"connector", SETTING_STRING, AT(connector), NULL, 1, 60, NULL,
		"What translates its format: see `lokethub connectors`."},
	{"system", SETTING_STRING, AT(source.system), "", 1, 100, NULL,
		"Which of the partner's systems it is: its cases are told apart from those of the "
		"others; none: as it was never said."},
	{"endpoint", SETTING_FORMAT, AT(source.endpoint), "", 0, 0, SETTING_ONE("name"),
		"The endpoint that documents are fetched from; none: nothing is fetched."},
	{"folder", SETTING_FILE, AT(source.folder), "", 0, 0, NULL,
		"Where its files are dropped; none: they are not. They go on to done/ below it, "
		"with "
		"an answer beside each."},
	{"auth", SETTING_CHOICE, AT(auth), "token", 0, 0, auths,
		"What a post to it must come with: the partner's token or client certificate, or "
		"in any case the certificate; see http.tls_client_ca_file."},
	{"callback_token", SETTING_SECRET, AT(source.callback_token_file), "", 0, 0, NULL,
		"File of the partner's token that its system posts with, told when subscribing."},
	{"poll_interval_s", SETTING_INT, AT(source.poll_interval_s), "0", 0, 604800, NULL,
		"Seconds between two polls, 0: it is not polled. Where notifications can get lost, "
		"at most 43200."},
	{"task_retry_s", SETTING_INT, AT(source.task_retry_s), "432000", 60, 2592000, NULL,
		"So many seconds a document that cannot be fetched is tried again; then a person "
		"is told."},
	{"vanished_limit", SETTING_INT, AT(source.vanished_limit), "5", 0, 100, NULL,
		"Where a document is all that is open: when more in a hundred of the open cases "
		"are missing from it, or all, nobody is told before a person has looked: see "
		"`lokethub snapshot`. 100: all are told."},
	{"vanished_few", SETTING_INT, AT(source.vanished_few), "3", 0, 1000000, NULL,
		"So many may be missing whatever part of the open cases they are, but all."},
	{0},
};

static const char *const also[] = {"settings", NULL};

static void take(const struct list_group *group, void *from)
{
	struct row *row = from;
	if (row->source.system == NULL)
		row->source.system = "";
	/* Whose certificate it was, the test lane does not see. */
	row->source.needs_certificate = row->auth > 0 && group->conf->lane != CONF_LANE_TEST;
	row->source.connector = list_connector(group, row->connector, &row->source.config);
}

/* A connector that can be given whole lists has a switch of this name, or it is one whose documents
 * always are, which shows when they come. */
static bool tells_all(const struct conf_source *source)
{
	const struct setting *own = source->connector->settings;
	const struct setting *row = own != NULL ? bind_row(own, "snapshot") : NULL;
	return row != NULL && row->type == SETTING_BOOL &&
		*(const bool *)(const void *)((const uint8_t *)source->config + row->offset);
}

static bool has_same_system(const struct conf_source *a, const struct conf_source *b)
{
	return strcmp(a->oin, b->oin) == 0 && strcmp(a->system, b->system) == 0;
}

static bool has_same_folder(const struct conf_source *a, const struct conf_source *b)
{
	return a->folder != NULL && b->folder != NULL && strcmp(a->folder, b->folder) == 0;
}

static void check_twins(struct check *check, const struct conf_source *source)
{
	const struct conf_source *first = check->conf->sources;
	for (; first < source; first++) {
		if (strcmp(first->oin, source->oin) == 0 && strcmp(first->name, source->name) == 0)
			check_error(check, "its partner has two of this name: rename one");
		if (has_same_folder(first, source))
			check_error(check,
				"its folder is that of source %s too, whose files it would take: "
				"give each its own",
				first->name);
		if (has_same_system(first, source) && (tells_all(first) || tells_all(source)))
			check_error(check,
				"its system is that of source %s too, and one of them has snapshot "
				"= true: what the other sent would be missing from it; give each a "
				"system of its own",
				first->name);
	}
}

static void check(struct check *check, const void *item)
{
	const struct conf_source *source = item;
	const struct connector *connector = source->connector;
	check_twins(check, source);
	if (connector->settings != NULL)
		check_references(check, connector->settings, source->config);
	if (connector->parse == NULL)
		check_error(check, "%s takes nothing in", connector->name);
	if (source->poll_interval_s > 0 && connector->poll == NULL)
		check_error(check, "%s does not poll: leave poll_interval_s out", connector->name);
	if (source->endpoint != NULL && conf_endpoint(check->conf, source->endpoint) == NULL)
		check_error(check, "endpoint %s is not in endpoints", source->endpoint);
	if (source->needs_certificate && check->conf->http.tls_client_ca_file == NULL)
		check_error(check,
			"auth is certificate, but http.tls_client_ca_file names no issuer of such "
			"certificates");
	if (source->poll_interval_s > 0 && source->endpoint == NULL)
		check_error(check, "poll_interval_s needs an endpoint");
}

const struct list list_sources = {
	.name = "sources",
	.doc = "sources = ( { … } ): the systems of partners that speak formats of their own; in a "
	       "group settings what its connector wants to know.",
	.rows = rows,
	.title = "name",
	.row_size = sizeof(struct row),
	.size = sizeof(struct conf_source),
	.take = take,
	.check = check,
	.also = also,
};
