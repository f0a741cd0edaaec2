/* connector - the connector that an item of a list names, with its own settings. */
#include "hub/conf/lists/list.h"

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
static const void *bind_settings(const struct list_group *group, const struct connector *connector)
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
	void *config = arena_get(bind->arena, connector->config_size + 1);
	bind_group(bind, is_group ? settings : config_root_setting(&empty),
		connector->settings != NULL ? connector->settings : none, NULL, config);
	if (bind->problems->errors == errors && connector->check != NULL &&
		connector->check(config, &err) != OK)
		report_error(bind->problems, group->place, "settings of %s: %s", connector->name,
			err.text);
	config_destroy(&empty);
	return config;
}

const struct connector *list_connector(
	const struct list_group *group, const char *name, const void **config)
{
	static const struct connector *const no_connectors[] = {NULL};
	struct bind *bind = group->bind;
	const struct connector *const *list =
		bind->connectors != NULL ? bind->connectors : no_connectors;
	const struct connector *found = connector_find(list, bytes_of_string(name));
	if (found != NULL)
		*config = bind_settings(group, found);
	else if (name != NULL)
		report_error(bind->problems, group->place,
			"connector %s is not known: it must be one of %s", name, known_ones(bind));
	return found;
}
