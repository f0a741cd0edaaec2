/* step - what plans are made of; for plan.c, which makes them, and plan_run.c. */
#ifndef HUB_WIRE_STEP_H
#define HUB_WIRE_STEP_H

#include "hub/base/bytes.h"
#include "hub/wire/layout.h"

enum step_kind {
	STEP_COPY, /* the same bytes in both */
	STEP_SYMBOL, /* an enum's number changes */
	STEP_INTO, /* becomes a branch of our union, or the null of it */
	STEP_OUT_OF, /* by branch of the writer's union */
	STEP_ITEMS, /* an array, item by item */
	STEP_FIELDS, /* a record, field by field */
	STEP_REFUSE, /* a branch of the writer's union, or a symbol, that we do not have */
};

struct step_field {
	const struct step *step; /* NULL: the writer has no such field */
	size_t source; /* the writer's field */
	struct bytes preset; /* our default in Avro, where step is NULL */
};

struct step {
	enum step_kind kind;
	const struct layout *from;
	int branch; /* INTO */
	const struct step *inner; /* INTO (NULL: null), ITEMS */
	const struct step **branches; /* OUT_OF: one per branch of the writer's */
	const int *symbols; /* SYMBOL: ours by the writer's; -1: we have none */
	const struct step_field *fields; /* FIELDS: ours, in our order */
	size_t count;
	const char *text; /* of the field, and why: for messages */
};

/* A record of the writer's with more fields is refused. */
#define STEP_FIELDS_MAX 256

struct plan {
	const struct step *step;
	const char *name; /* of the record */
};

#endif
