/* route - which handler a method and a path lead to. */
#ifndef HUB_HTTP_SERVER_ROUTE_H
#define HUB_HTTP_SERVER_ROUTE_H

#include <stdbool.h>
#include <stddef.h>

#include "hub/base/arena.h"
#include "hub/base/bytes.h"

#define ROUTE_SEGMENTS_MAX 4

/* "/v1/referrals/{}/actions" with {} for one segment that is not empty; *out gets the segments as
 * they came, still %-encoded. A path that ends in "/" is another path. */
bool route_matches(const char *pattern, struct bytes path, struct bytes out[ROUTE_SEGMENTS_MAX]);

#endif
