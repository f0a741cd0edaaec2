/* secrets - makes the key and token files that the configuration names and that are missing. */
#include "hub/cli/verbs.h"

static int run(struct cli_call *call)
{
	const struct conf *conf = cli_conf(call);
	struct err err = {0};
	if (conf == NULL)
		return CLI_CONFIG;
	if (conf_make_secrets(conf, stdout, &err) != OK)
		return cli_fail(call, &err, CLI_CONFIG);
	return CLI_OK;
}

const struct cli_verb secrets_verb = {
	.name = "secrets",
	.arguments = "[FILE]",
	.most = 1,
	.conf_argument = true,
	.summary = "Makes the key and token files that are missing",
	.about =
		"Each file that the configuration names and that does not exist is made with "
		"random\n"
		"content, readable by its owner only. What exists is left alone. Back the keys "
		"up:\n"
		"without them nothing that was sealed can ever be read, and no client found again.",
	.examples = "  lokethub secrets config/lokethub.conf",
	.run = run,
};
