/* behind - how far routers and view are: what must be known before a sum can be trusted. */
#ifndef HUB_CLI_BEHIND_H
#define HUB_CLI_BEHIND_H

#include "hub/conf/conf.h"
#include "hub/view/query.h"

struct behind {
	int64_t *committed; /* per partition of intake: what the routers read next; -1: none yet */
	int32_t partitions;
	bool is_current; /* the view has all that was decided before `committed` was asked for */
};

/* Asks Kafka, then waits until the view has passed what was decided by then, at most until_ms.
 * RETRY: Kafka does not answer. */
enum outcome behind_find(const struct conf *conf, struct view_reader *reader, int64_t until_ms,
	struct behind *out, struct err *err) MUST_CHECK;
void behind_done(struct behind *behind);

#endif
