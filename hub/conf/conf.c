/* conf - the configuration: files to one struct that everybody reads and nobody changes. */
#include "hub/conf/conf.h"

#include <stdlib.h>
#include <string.h>

#include "hub/base/file.h"
#include "hub/base/memory.h"
#include "hub/conf/inside.h"

void conf_free(struct conf *conf)
{
	if (conf == NULL)
		return;
	codes_free(conf->codes);
	arena_done(&conf->arena);
	free(conf);
}

/* false: reported. */
static bool parse(struct bind *bind, config_t *tree)
{
	if (!source_check(bind->path, bind->folder, bind->problems))
		return false;
	config_set_include_dir(tree, bind->folder);
	if (config_read_file(tree, bind->path))
		return true;
	struct report_place place = {
		bind_file(bind, config_error_file(tree)), config_error_line(tree)};
	report_error(bind->problems, place, "%s", config_error_text(tree));
	return false;
}

static void fill_rules(struct conf *conf)
{
	struct rules *rules = &conf->rules;
	const struct list_items *lists = conf->index->lists;
	rules->partners = lists[LIST_PARTNERS].items;
	rules->partners_count = lists[LIST_PARTNERS].count;
	rules->desks = lists[LIST_DESKS].items;
	rules->desks_count = lists[LIST_DESKS].count;
	rules->regions = lists[LIST_REGIONS].items;
	rules->regions_count = lists[LIST_REGIONS].count;
	rules->programmes = lists[LIST_PROGRAMMES].items;
	rules->programmes_count = lists[LIST_PROGRAMMES].count;
	rules->routes = lists[LIST_ROUTES].items;
	rules->routes_count = lists[LIST_ROUTES].count;
	rules->overrides = lists[LIST_OVERRIDES].items;
	rules->overrides_count = lists[LIST_OVERRIDES].count;
	rules->default_region = conf->default_region;
}

static void fill_endpoints(struct conf *conf)
{
	const struct list_items *list = &conf->index->lists[LIST_ENDPOINTS];
	conf->endpoints = list->items;
	conf->endpoints_count = list->count;
}

const struct endpoint_settings *conf_endpoint(const struct conf *conf, const char *name)
{
	for (size_t i = 0; i < conf->endpoints_count; i++) {
		if (strcmp(conf->endpoints[i].name, name) == 0)
			return &conf->endpoints[i];
	}
	return NULL;
}

const struct conf_delivery *conf_delivery(const struct conf *conf, const char *desk)
{
	for (size_t i = 0; i < conf->deliveries_count; i++)
		if (strcmp(conf->deliveries[i].desk, desk) == 0)
			return &conf->deliveries[i];
	return NULL;
}

static void fill_sources(struct conf *conf)
{
	struct conf_source *sources = conf->index->lists[LIST_SOURCES].items;
	conf->sources = sources;
	conf->sources_count = conf->index->lists[LIST_SOURCES].count;
	for (size_t i = 0; i < conf->sources_count; i++)
		sources[i].partner = conf_partner(conf, bytes_of_string(sources[i].oin));
}

const struct conf_source *conf_source(
	const struct conf *conf, const struct conf_partner *partner, struct bytes name)
{
	for (size_t i = 0; i < conf->sources_count; i++)
		if (conf->sources[i].partner == partner &&
			bytes_equal_string(name, conf->sources[i].name))
			return &conf->sources[i];
	return NULL;
}

/* The usual one is what the rows have where a group says nothing. */
static void fill_simulations(struct conf *conf, struct bind *bind)
{
	struct conf_simulation *usual = arena_get(&conf->arena, sizeof(*usual));
	for (const struct setting *row = list_simulations.rows; row->name != NULL; row++)
		value_preset(bind, row, usual);
	conf->usual_simulation = usual;
	conf->simulations = conf->index->lists[LIST_SIMULATIONS].items;
	conf->simulations_count = conf->index->lists[LIST_SIMULATIONS].count;
}

const struct conf_simulation *conf_simulation(const struct conf *conf, const char *oin)
{
	for (size_t i = 0; i < conf->simulations_count; i++)
		if (strcmp(conf->simulations[i].oin, oin) == 0)
			return &conf->simulations[i];
	return conf->usual_simulation;
}

/* The code lists come first, since other lists are checked against them; if they cannot be read,
 * that is one problem and not one for each code. */
static void fill(struct conf *conf, config_setting_t *root, struct bind *bind)
{
	const char *names[LISTS + 1] = {NULL};
	for (size_t i = 0; i < LISTS; i++)
		names[i] = list_all[i]->name;
	const char *secrets = bind_text(root, "secrets_dir");
	bind->secrets = file_path(bind->arena, bind->folder,
		secrets != NULL && secrets[0] != '\0' ? secrets : SETTINGS_SECRETS_DIR);
	bind_group(bind, root, settings_rows, names, conf);
	config_setting_t *kafka = config_setting_get_member(root, "kafka");
	conf->index->kafka =
		kafka != NULL ? bind_place(bind, kafka) : (struct report_place){conf->path, 0};
	complete_settings(conf, bind->problems);
	conf->codes = list_codes(bind, conf->codes_file);
	bind->codes = conf->codes;
	list_read(bind, root, conf);
	list_clocks(bind, root, conf);
	list_name_regions(bind, conf);
	list_municipalities(bind, conf);
	fill_rules(conf);
	fill_endpoints(conf);
	fill_sources(conf);
	conf->deliveries = conf->index->lists[LIST_DELIVERIES].items;
	conf->deliveries_count = conf->index->lists[LIST_DELIVERIES].count;
	fill_simulations(conf, bind);
}

enum outcome conf_load(const char *path, const struct connector *const *connectors,
	struct conf **out, struct conf_problems *problems)
{
	size_t errors = problems->errors;
	struct conf *conf = memory_get_zeroed(1, sizeof(*conf));
	conf->path = arena_string(&conf->arena, bytes_of_string(path));
	conf->index = arena_get(&conf->arena, sizeof(*conf->index));
	struct bind bind = {
		.arena = &conf->arena,
		.problems = problems,
		.connectors = connectors,
		.path = conf->path,
		.folder = file_folder(&conf->arena, path),
	};
	config_t tree;
	config_init(&tree);
	if (parse(&bind, &tree))
		fill(conf, config_root_setting(&tree), &bind);
	config_destroy(&tree);
	report_sort(problems);
	if (problems->errors > errors) {
		conf_free(conf);
		return REJECT;
	}
	size_t places = conf->rules.desks_count + 1;
	const struct rules_desk **by_kind = arena_get_array(&conf->arena, places, sizeof(*by_kind));
	rules_sort_by_kind(&conf->rules, by_kind);
	conf->rules.desks_by_kind = by_kind;
	conf->rules.version = version_of(conf, &conf->arena);
	*out = conf;
	return OK;
}

enum outcome conf_refuse_kafka(
	const struct conf *conf, const char *text, struct conf_problems *problems)
{
	report_error(problems, conf->index->kafka, "%s", text);
	report_sort(problems);
	return REJECT;
}
