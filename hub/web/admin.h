/* admin - the port for those who watch the process: /live, /ready and /metrics. */
#ifndef HUB_WEB_ADMIN_H
#define HUB_WEB_ADMIN_H

#include <stdbool.h>
#include <stdint.h>

#include "hub/base/err.h"

struct admin;

struct admin_options {
	const char *host;
	int32_t port; /* 0: any free one */
	/* Whether the process can do its work now, else why not in one line. From admin's thread.
	 */
	bool (*is_ready)(void *context, struct err *why);
	void *context;
};

/* Serves in a thread of its own. RETRY: the address is taken. */
enum outcome admin_start(
	struct admin **out, const struct admin_options *options, struct err *err) MUST_CHECK;
void admin_stop(struct admin *admin);

#endif
