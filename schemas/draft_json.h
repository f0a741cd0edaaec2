/* draft_json - the body of a request as a Draft: the hub's own JSON, bare or as the data of a
 * CloudEvent. */
#ifndef SCHEMAS_DRAFT_JSON_H
#define SCHEMAS_DRAFT_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "hub/base/bytes.h"
#include "hub/base/problems.h"
#include "schemas/types.h"

/* The attributes of a CloudEvent (CloudEvents 1.0.2). In binary mode they are headers and come in
 * with the body; in structured mode draft_json_enveloped fills them in. */
struct draft_json_event {
	struct bytes specversion, id, source, type, time;
	struct bytes trace; /* extension traceparent */
};

enum draft_json_result {
	DRAFT_JSON_OK,
	DRAFT_JSON_UNREADABLE, /* no JSON object; problems has one */
	DRAFT_JSON_INVALID, /* problems has all that is wrong */
};

/* depth: of nested JSON, at most. event NULL: bare JSON. Else binary mode: its id stands in for a
 * missing reference, its time for a missing occurred_at. The Draft borrows from the body and from
 * the event; the rest of it lies in problems->arena. */
enum draft_json_result draft_json_bare(struct bytes body, int32_t depth,
	const struct draft_json_event *event, struct draft *out, struct problems *problems);
/* Structured mode: the attributes are members, and the Draft is `data`. */
enum draft_json_result draft_json_enveloped(struct bytes body, int32_t depth,
	struct draft_json_event *event, struct draft *out, struct problems *problems);

#endif
