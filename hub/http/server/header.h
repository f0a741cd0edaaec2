/* header - what HTTP headers, paths and queries say, in the forms that we take. */
#ifndef HUB_HTTP_SERVER_HEADER_H
#define HUB_HTTP_SERVER_HEADER_H

#include <stdbool.h>
#include <stdint.h>

#include "hub/base/arena.h"
#include "hub/base/bytes.h"

/* Absent headers may be given to all of these. */

/* Content-Type is this media type, whatever its parameters; a charset other than UTF-8 is not. */
bool header_is_type(struct bytes content_type, const char *type);
/* Accept (RFC 9110, 12.5.1) lets us answer with this type; absent: anything goes. q=0 does not. */
bool header_accepts(struct bytes accept, const char *type);
/* Prefer: wait=N (RFC 7240, 4.3), in seconds; 0: not asked for. */
int32_t header_prefer_wait(struct bytes prefer);
/* The token of "Bearer …" (RFC 6750, 2.1); absent: none. */
struct bytes header_bearer(struct bytes authorization);
/* If-None-Match (RFC 9110, 13.1.2) has this entity tag, with its quotes, or is "*". */
bool header_has_tag(struct bytes if_none_match, const char *tag);
/* traceparent (W3C Trace Context, version 00) that is well-formed and not all zero. */
bool header_is_trace(struct bytes traceparent);
/* %-decodes one segment of a path or one value of a query; absent: malformed, or a zero byte. */
struct bytes header_unescape(struct bytes text, struct arena *arena);

#endif
