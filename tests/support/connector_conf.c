/* connector_conf - a connector's settings, bound as the hub binds them. */
#include "tests/support/connector_conf.h"

#include "hub/base/file.h"
#include "hub/conf/lists/list.h"

static bool bind_all(struct connector_conf *out, const struct connector *connector, config_t *tree,
	struct bind *bind)
{
	static const struct setting none[1];
	const struct setting *rows = connector->settings != NULL ? connector->settings : none;
	int fine = bind->path == NULL ? config_read_string(tree, "")
				      : config_read_file(tree, bind->path);
	if (fine == CONFIG_FALSE)
		report_error(bind->problems,
			(struct report_place){bind->path, config_error_line(tree)}, "%s",
			config_error_text(tree));
	else
		bind_group(bind, config_root_setting(tree), rows, NULL, out->config);
	return out->problems.errors == 0;
}

bool connector_conf_load(struct connector_conf *out, const struct connector *connector,
	const char *path, const char *codes_path)
{
	*out = (struct connector_conf){0};
	out->config = arena_get(&out->arena, connector->config_size);
	struct bind bind = {.arena = &out->arena, .problems = &out->problems, .path = codes_path};
	out->codes = list_codes(&bind, codes_path);
	bind.codes = out->codes;
	bind.path = path;
	bind.folder = bind.secrets = path == NULL ? "." : file_folder(&out->arena, path);
	config_t tree;
	config_init(&tree);
	bool fine = out->codes != NULL && bind_all(out, connector, &tree, &bind);
	config_destroy(&tree);
	return fine && (connector->check == NULL || connector->check(out->config, &out->err) == OK);
}

void connector_conf_done(struct connector_conf *conf)
{
	codes_free(conf->codes);
	conf_problems_done(&conf->problems);
	arena_done(&conf->arena);
	*conf = (struct connector_conf){0};
}
