/* openapi - the partner API as an OpenAPI 3.1 document, made from what the server works with: the
 * operations, the rows of the schemas, the code lists, and the rows of what it answers. */
#ifndef HUB_WEB_OPENAPI_OPENAPI_H
#define HUB_WEB_OPENAPI_OPENAPI_H

#include "hub/conf/conf.h"

/* Lies in the arena. */
struct bytes openapi_document(const struct conf *conf, struct arena *arena);

#endif
