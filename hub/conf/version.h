/* version - a short name for what a configuration says: equal content, equal name. */
#ifndef HUB_CONF_VERSION_H
#define HUB_CONF_VERSION_H

#include "hub/base/arena.h"
#include "hub/base/codes.h"
#include "hub/handover/rules.h"

/* The first 12 hex digits of a SHA-256 over all rules and code lists. Comments, white space, the
 * order of what has no order, and settings of the machine do not count. */
const char *version_of(const struct rules *rules, const struct codes *codes, struct arena *arena);

#endif
