/* serve - runs the hub: the router, the edge, or both. */
#include <string.h>

#include "hub/cli/verbs.h"

static bool read_role(const char *word, uint32_t *roles)
{
	bool is_router = strcmp(word, "router") == 0;
	*roles = is_router ? CONF_ROUTER : CONF_EDGE;
	return is_router || strcmp(word, "edge") == 0;
}

static enum outcome run(struct cli_call *call, struct err *err)
{
	const char *role = cli_value(call, "role");
	struct conf *conf = call->conf;
	if (role != NULL && !read_role(role, &conf->roles))
		return err_set(err, REJECT, "--role: router or edge");
	call->code = CLI_CONFIG;
	if (cli_load_secrets(conf, conf->roles))
		call->code = cli_exit_of(call->program->serve(conf), CLI_CONFIG);
	return OK;
}

static const struct cli_option options[] = {
	{"role", 'r', "ROLE", "router or edge alone; else those that the config names", 0, 0},
	{0},
};

const struct cli_verb serve_verb = {
	.name = "serve",
	.prints = true,
	.arguments = "",
	.needs = CLI_CONF,
	.summary = "Runs the hub: the router, the edge, or both",
	.about = "Runs until SIGTERM or SIGINT; then takes nothing new, ends what it began,\n"
		 "and exits. Logs to standard error, a line of key=value pairs each. Killing\n"
		 "it at any instant does no harm. On the admin port: /live, /ready and\n"
		 "/metrics.",
	.options = options,
	.examples = "  lokethub serve -c config/lokethub.conf\n"
		    "  lokethub serve --role router",
	.run = run,
};
