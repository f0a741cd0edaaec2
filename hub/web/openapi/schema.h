/* schema - JSON Schemas (2020-12) of the records that partners send and get. */
#ifndef HUB_WEB_OPENAPI_SCHEMA_H
#define HUB_WEB_OPENAPI_SCHEMA_H

#include "hub/base/codes.h"
#include "schemas/tables.h"

struct json_object;

/* {"type": …}. */
struct json_object *openapi_schema_type(const char *type);
/* "#/components/schemas/…". */
struct json_object *openapi_schema_ref(const char *name);

/* What a partner sends: without what only the hub may fill, codes from their lists, nothing else
 * taken. Adds the record and those that it holds to the components, under their names. */
void openapi_schema_sent(
	struct json_object *components, const struct record *record, const struct codes *codes);
/* What is said of a draft besides, where its body must be a "Referral" or a "StatusChange". */
struct json_object *openapi_schema_body(const char *body);
/* A structured CloudEvent with that as its data. */
struct json_object *openapi_schema_event(const char *data);
/* What a partner is told, without what is sealed: under their names with "Told" before them. */
void openapi_schema_told(struct json_object *components, const struct record *record);

#endif
