/* settings - prints every setting as a configuration file with its documentation. */
#include "hub/cli/verbs.h"

static enum outcome run(struct cli_call *call, struct err *err)
{
	(void)call;
	(void)err;
	conf_manual(stdout);
	return OK;
}

const struct cli_verb settings_verb = {
	.name = "settings",
	.prints = true,
	.arguments = "",
	.summary = "Prints every setting with its meaning, limits and default",
	.about = "What it prints is a configuration file that can be loaded as it is.",
	.examples = "  lokethub settings | less\n"
		    "  lokethub settings > lokethub.conf",
	.run = run,
};
