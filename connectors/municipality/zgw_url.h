/* zgw_url - the URLs of a zaak system, which names itself in more than one way. */
#ifndef CONNECTORS_MUNICIPALITY_ZGW_URL_H
#define CONNECTORS_MUNICIPALITY_ZGW_URL_H

#include "hub/base/arena.h"

/* Behind a proxy a system names itself with http or https, with or without its port, or with a path
 * alone; what is the same below the base is the same resource. "zaken/ddc6d192" for
 * "HTTP://zaken.example:80/api/v1/zaken/ddc6d192" below "https://zaken.example/api/v1/". Absent: it
 * lies elsewhere, or is more than segments of letters, digits and "-._~". */
struct bytes zgw_url_below(const char *base, struct bytes url);
/* The path below the base. */
struct bytes zgw_url_at(struct arena *arena, const char *base, struct bytes path);
/* What stands behind its last slash. */
struct bytes zgw_url_last(struct bytes path);
/* For the value of a query: all but letters, digits and "-._~" as %XX (RFC 3986). */
struct bytes zgw_url_escape(struct arena *arena, struct bytes text);

#endif
