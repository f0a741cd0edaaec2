/* connectors - the formats that the hub speaks, and which sources use them. */
#include <string.h>

#include "hub/cli/verbs.h"

static const char *ways(struct cli_call *call, const struct connector *connector)
{
	return arena_format(&call->arena, "%s%s%s", connector->parse != NULL ? "in" : "",
		connector->poll != NULL ? ", polled" : "",
		connector->render == NULL          ? ""
			: connector->parse != NULL ? ", out"
						   : "out");
}

static const char *used_by(struct cli_call *call, const struct connector *connector)
{
	const struct conf *conf = call->conf;
	struct buffer text = {0};
	for (size_t i = 0; i < conf->sources_count; i++) {
		const struct conf_source *source = &conf->sources[i];
		if (source->connector == connector)
			buffer_add_format(&text, "%s%s/%s", text.size > 0 ? ", " : "", source->oin,
				source->name);
	}
	const char *kept = text.size > 0 ? arena_string(&call->arena, buffer_bytes(&text)) : NULL;
	buffer_done(&text);
	return kept;
}

static void add_settings(struct page_row *row, const struct connector *connector)
{
	struct json_object *list = json_object_new_array();
	for (const struct setting *it = connector->settings; it != NULL && it->name != NULL; it++) {
		struct json_object *setting = json_object_new_object();
		json_object_object_add(setting, "name", json_object_new_string(it->name));
		json_object_object_add(setting, "doc", json_object_new_string(it->doc));
		json_object_object_add(
			setting, "required", json_object_new_boolean(it->preset == NULL));
		json_object_array_add(list, setting);
	}
	page_json(row, "settings", list);
}

static void show_settings(struct cli_call *call, const struct connector *connector)
{
	struct page_table *table = page_table(
		call->page, NULL, arena_format(&call->arena, "%s:", connector->name), NULL);
	for (const struct setting *it = connector->settings; it != NULL && it->name != NULL; it++) {
		struct page_row *row = page_table_row(table);
		page_text(row, "SETTING", NULL, it->name);
		page_text(row, "ELSE", NULL, it->preset == NULL ? "required" : it->preset);
		page_text(row, "WHAT IT SAYS", NULL, it->doc);
		page_cut(row);
	}
}

static enum outcome run(struct cli_call *call, struct err *err)
{
	const char *name = cli_argument(call, 0);
	const struct connector *const *list = call->program->connectors;
	struct page_table *table = page_table(call->page, "connectors", NULL, "there are none");
	if (name != NULL && connector_find(list, bytes_of_string(name)) == NULL)
		return err_set(err, REJECT, "there is no connector %s", name);
	for (const struct connector *const *it = list; *it != NULL; it++) {
		if (name != NULL && strcmp((*it)->name, name) != 0)
			continue;
		struct page_row *row = page_table_row(table);
		page_text(row, "CONNECTOR", "name", (*it)->name);
		page_text(row, "WAYS", "ways", ways(call, *it));
		page_text(row, "USED BY", "sources", used_by(call, *it));
		page_text(row, "WHAT", "summary", (*it)->summary);
		page_cut(row);
		add_settings(row, *it);
	}
	if (name != NULL)
		show_settings(call, connector_find(list, bytes_of_string(name)));
	return OK;
}

const struct cli_verb connectors_verb = {
	.name = "connectors",
	.arguments = "[CONNECTOR]",
	.most = 1,
	.needs = CLI_CONF,
	.summary = "The formats that the hub speaks, and which sources use them",
	.about = "With a name also its settings, which stand in the group settings of a source.",
	.examples = "  lokethub connectors\n  lokethub connectors sonar",
	.run = run,
};
