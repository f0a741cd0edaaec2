/* sources - the systems that messages come from in formats of their own: the list sources. */
#include "hub/conf/check.h"

#include <stddef.h>
#include <string.h>

#include "hub/conf/words.h"

struct row {
	struct conf_source source;
	const char *connector;
};

#define AT(member) offsetof(struct row, member)

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
	{"callback_token", SETTING_SECRET, AT(source.callback_token_file), "", 0, 0, NULL,
		"File of the partner's token that its system posts with, told when subscribing."},
	{"poll_interval_s", SETTING_INT, AT(source.poll_interval_s), "0", 0, 604800, NULL,
		"Seconds between two polls, 0: it is not polled. Where notifications can get lost, "
		"at most 43200."},
	{"task_retry_s", SETTING_INT, AT(source.task_retry_s), "432000", 60, 2592000, NULL,
		"So many seconds a document that cannot be fetched is tried again; then a person "
		"is "
		"told."},
	{0},
};

static const char *const also[] = {"settings", NULL};

static const char *known_ones(const struct bind *bind)
{
	const char *text = "none";
	for (const struct connector *const *it = bind->connectors; it != NULL && *it != NULL; it++)
		text = it == bind->connectors
			? (*it)->name
			: arena_format(&bind->problems->arena, "%s, %s", text, (*it)->name);
	return text;
}

/* The connector's own settings; those without a group have their presets. */
static void bind_settings(const struct list_group *group, struct conf_source *source)
{
	static const struct setting none[] = {{0}};
	struct bind *bind = group->bind;
	struct err err = {0};
	size_t errors = bind->problems->errors;
	config_setting_t *settings = config_setting_get_member(group->element, "settings");
	config_t empty;
	config_init(&empty);
	bool is_group = settings != NULL && config_setting_is_group(settings);
	if (settings != NULL && !is_group)
		report_error(bind->problems, bind_place(bind, settings),
			"settings must be a group: write settings = { … };");
	const struct connector *connector = source->connector;
	void *config = arena_get(bind->arena, connector->config_size + 1);
	bind_group(bind, is_group ? settings : config_root_setting(&empty),
		connector->settings != NULL ? connector->settings : none, NULL, config);
	if (bind->problems->errors == errors && connector->check != NULL &&
		connector->check(config, &err) != OK)
		report_error(bind->problems, group->place, "settings of %s: %s", connector->name,
			err.text);
	source->config = config;
	config_destroy(&empty);
}

static void take(const struct list_group *group, void *from)
{
	static const struct connector *const no_connectors[] = {NULL};
	struct row *row = from;
	struct bind *bind = group->bind;
	const struct connector *const *list =
		bind->connectors != NULL ? bind->connectors : no_connectors;
	if (row->source.system == NULL)
		row->source.system = "";
	row->source.connector = connector_find(list, bytes_of_string(row->connector));
	if (row->source.connector != NULL)
		bind_settings(group, &row->source);
	else if (row->connector != NULL)
		report_error(bind->problems, group->place,
			"connector %s is not known: it must be one of %s", row->connector,
			known_ones(bind));
}

static void check_twins(struct check *check, const struct conf_source *source)
{
	const struct conf_source *first = check->conf->sources;
	for (; first < source; first++)
		if (strcmp(first->oin, source->oin) == 0 && strcmp(first->name, source->name) == 0)
			check_error(check, "its partner has two of this name: rename one");
}

static void check(struct check *check, const void *item)
{
	const struct conf_source *source = item;
	const struct connector *connector = source->connector;
	check_twins(check, source);
	if (connector->parse == NULL)
		check_error(check, "%s takes nothing in", connector->name);
	if (source->poll_interval_s > 0 && connector->poll == NULL)
		check_error(check, "%s does not poll: leave poll_interval_s out", connector->name);
	if (source->endpoint != NULL && conf_endpoint(check->conf, source->endpoint) == NULL)
		check_error(check, "endpoint %s is not in endpoints", source->endpoint);
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
