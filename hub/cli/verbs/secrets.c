/* secrets - makes the key and token files that the configuration names and that are missing. */
#include "hub/cli/verbs.h"

static enum outcome run(struct cli_call *call, struct err *err)
{
	call->rejected = CLI_CONFIG;
	return conf_make_secrets(call->conf, stdout, err);
}

const struct cli_verb secrets_verb = {
	.name = "secrets",
	.prints = true,
	.arguments = "[FILE]",
	.most = 1,
	.conf_argument = true,
	.needs = CLI_CONF,
	.summary = "Makes the key and token files that are missing",
	.about = "Each key and token that the configuration names and that does not exist is made\n"
		 "of random content, readable by its owner only. What exists is left alone. Back\n"
		 "the keys up: without them nothing that was sealed can ever be read, and no\n"
		 "client found again. What is agreed with others (secret_file, signing_secrets,\n"
		 "credentials, certificates) is not made: `lokethub check --secrets` says what\n"
		 "is missing.",
	.examples = "  lokethub secrets config/lokethub.conf",
	.run = run,
};
