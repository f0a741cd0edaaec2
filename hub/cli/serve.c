/* serve - runs the hub: the router, the edge, or both. */
#include <string.h>

#include "hub/cli/verbs.h"

static bool read_role(const char *word, uint32_t *roles)
{
	if (strcmp(word, "router") == 0)
		*roles = CONF_ROUTER;
	else if (strcmp(word, "edge") == 0)
		*roles = CONF_EDGE;
	else
		return false;
	return true;
}

static int run(struct cli_call *call)
{
	const char *role = cli_value(call, "role");
	struct err err = {0};
	struct conf *conf = cli_conf(call);
	if (conf == NULL)
		return CLI_CONFIG;
	if (role != NULL && !read_role(role, &conf->roles)) {
		err_set(&err, REJECT, "--role: router or edge");
		return cli_fail(call, &err, CLI_USAGE);
	}
	if (cli_conf_with_all_secrets(call) == NULL)
		return CLI_CONFIG;
	return cli_serve(call)(conf);
}

static const struct cli_option options[] = {
	{"role", 'r', "ROLE", "router or edge alone; else those that the config names", 0, 0},
	{0},
};

const struct cli_verb serve_verb = {
	.name = "serve",
	.arguments = "",
	.summary = "Runs the hub: the router, the edge, or both",
	.about =
		"Runs until SIGTERM or SIGINT; then takes nothing new, ends what it began, and\n"
		"exits. Logs to standard error, a line of key=value pairs each. Killing it at any\n"
		"instant does no harm. On the admin port: /live, /ready and /metrics.",
	.options = options,
	.examples = "  lokethub serve -c config/lokethub.conf\n"
		    "  lokethub serve --role router",
	.run = run,
};
