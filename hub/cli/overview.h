/* overview - several clients at once, a line each: who has them, what is next and by when. */
#ifndef HUB_CLI_OVERVIEW_H
#define HUB_CLI_OVERVIEW_H

#include "hub/cli/cli.h"
#include "hub/view/query.h"

/* Of all arguments of the call. Returns the exit code: CLI_FOUND if one is not known. */
int overview_show(struct cli_call *call, struct view_reader *reader);

#endif
