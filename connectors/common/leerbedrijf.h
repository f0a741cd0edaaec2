/* leerbedrijf - the form of a leerbedrijf-ID. */
#ifndef CONNECTORS_COMMON_LEERBEDRIJF_H
#define CONNECTORS_COMMON_LEERBEDRIJF_H

#include <stdbool.h>

#include "hub/base/bytes.h"

/* Up to 40 letters, digits, hyphens, underscores and dots: it travels in clear, and is a part of a
 * key. SBB says nowhere how long it is, or that it is a number. */
bool leerbedrijf_is_id(struct bytes text);

#endif
