/* help - what --help prints, made from the rows of the verbs. */
#ifndef HUB_CLI_HELP_H
#define HUB_CLI_HELP_H

#include <stdio.h>

#include "hub/cli/cli.h"

extern const struct cli_option help_options[]; /* those that every verb has */
extern const struct cli_option help_json_option[];

/* Whether commands of two words begin with it: "topics". */
bool help_is_group(const char *word);
/* A line per command; group NULL: of all. */
void help_overview(const char *group, FILE *out);
void help_verb(const struct cli_verb *verb, FILE *out);

#endif
