/* connector_conf - a connector's settings, bound as the hub binds them. */
#include "tests/support/connector_conf.h"

#include "hub/base/file.h"
#include "hub/conf/lists/list.h"

static bool bind_all(struct connector_conf *out, const struct connector *connector,
	struct bind *bind, const char *text)
{
	static const struct setting none[1];
	const struct setting *rows = connector->settings != NULL ? connector->settings : none;
	config_t tree;
	config_init(&tree);
	int fine = text != NULL ? config_read_string(&tree, text)
				: config_read_file(&tree, bind->path);
	if (fine == CONFIG_FALSE)
		report_error(bind->problems,
			(struct report_place){bind->path, config_error_line(&tree)}, "%s",
			config_error_text(&tree));
	else
		bind_group(bind, config_root_setting(&tree), rows, NULL, out->config);
	config_destroy(&tree);
	return out->problems.errors == 0 &&
		(connector->check == NULL || connector->check(out->config, &out->err) == OK);
}

static struct bind begin(struct connector_conf *out, const struct connector *connector)
{
	*out = (struct connector_conf){0};
	out->config = arena_get(&out->arena, connector->config_size);
	return (struct bind){.arena = &out->arena,
		.problems = &out->problems,
		.path = "settings",
		.folder = ".",
		.secrets = "."};
}

bool connector_conf_load(struct connector_conf *out, const struct connector *connector,
	const char *path, const char *codes_path)
{
	struct bind bind = begin(out, connector);
	if (codes_path != NULL) {
		out->codes = list_codes(&bind, codes_path);
		bind.codes = out->codes;
		if (out->codes == NULL)
			return false;
	}
	if (path != NULL) {
		bind.path = path;
		bind.folder = bind.secrets = file_folder(&out->arena, path);
	}
	return bind_all(out, connector, &bind, path == NULL ? "" : NULL);
}

bool connector_conf_read(
	struct connector_conf *out, const struct connector *connector, const char *text)
{
	struct bind bind = begin(out, connector);
	return bind_all(out, connector, &bind, text);
}

void connector_conf_done(struct connector_conf *conf)
{
	codes_free(conf->codes);
	conf_problems_done(&conf->problems);
	arena_done(&conf->arena);
	*conf = (struct connector_conf){0};
}
