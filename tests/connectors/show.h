/* show - what a connector gave back, as JSON. */
#ifndef TESTS_CONNECTORS_SHOW_H
#define TESTS_CONNECTORS_SHOW_H

#include <json-c/json.h>

#include "hub/connector/connector.h"

/* The caller puts what these return. */

struct json_object *show_text(struct bytes text);
/* Adds a text, if it is there. */
void show_member(struct json_object *out, const char *name, struct bytes text);
/* "path: text (example)" each. */
struct json_object *show_problems(const struct problems *problems);
/* "outcome: text" */
struct json_object *show_err(enum outcome outcome, const struct err *err);
struct json_object *show_wants(const struct parcel *parcel);
/* What draft_check finds wrong with a draft that has no problems is shown, and becomes those. */
struct json_object *show_parcel(
	const struct parcel *parcel, const struct documents *docs, const struct codes *codes);
struct json_object *show_answer(const struct connector_answer *answer);
struct json_object *show_request(const struct connector_request *request);

#endif
