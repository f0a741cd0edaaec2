/* filing - files that others pick up: each is there whole, or not at all. */
#ifndef HUB_FLOW_DELIVERY_FILING_H
#define HUB_FLOW_DELIVERY_FILING_H

#include "hub/base/bytes.h"

struct filing_file {
	const char *folder;
	int64_t sequence; /* its name: in the order in which they are to be read */
	struct bytes type; /* Content-Type, for the end of the name; absent: any */
	struct bytes body;
};

/* The same sequence replaces a file that is still there. RETRY: the disk, or no such folder. */
enum outcome filing_put(const struct filing_file *file, struct err *err) MUST_CHECK;

#endif
