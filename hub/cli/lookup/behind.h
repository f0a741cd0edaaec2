/* behind - how far routers and view are: what must be known before a sum can be trusted. */
#ifndef HUB_CLI_LOOKUP_BEHIND_H
#define HUB_CLI_LOOKUP_BEHIND_H

#include "hub/cli/cli.h"
#include "hub/view/report.h"

struct behind {
	struct report_committed committed; /* lies in the call's arena */
	/* The view has all that was decided before `committed` was asked for, in all of its topics.
	 */
	bool is_current;
};

/* Asks Kafka, then waits a few seconds until the view has passed what was decided by then. The verb
 * needs CLI_KAFKA and CLI_VIEW. RETRY: Kafka does not answer. */
enum outcome behind_find(struct cli_call *call, struct behind *out, struct err *err) MUST_CHECK;

#endif
