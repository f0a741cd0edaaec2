/* publish - our schemas in the registry: put there when a version is deployed, and compared. */
#ifndef HUB_WIRE_PUBLISH_H
#define HUB_WIRE_PUBLISH_H

#include "hub/wire/wire.h"

#define PUBLISH_SUBJECTS 10
#define PUBLISH_LEVEL "FULL_TRANSITIVE"

/* One subject. Its outcome: OK; REJECT: something stands against it, see text; RETRY: the registry
 * does not answer. */
struct publish_row {
	const struct schema *schema;
	char subject[WIRE_SUBJECT_SIZE];
	enum outcome outcome;
	uint32_t id; /* of our schema; 0: it is not there */
	int32_t version; /* of our schema within the subject */
	int32_t versions; /* that the subject has */
	bool added; /* by this call */
	char level[32]; /* compatibility that the registry keeps watch over; "": not known */
	char text[240]; /* why, and what to do; "": all is well */
};

/* Registers every topic value's schema, and sets the level of its subject first. A subject whose
 * versions ours cannot follow is left as it is. Fills one row per subject; returns the first
 * outcome that is not OK. Repeating it changes nothing. */
enum outcome publish_register(
	const struct wire_settings *settings, struct publish_row rows[PUBLISH_SUBJECTS]) MUST_CHECK;
/* Looks only: our schema is registered, the level is PUBLISH_LEVEL, and ours and every version can
 * read each other. */
enum outcome publish_check(
	const struct wire_settings *settings, struct publish_row rows[PUBLISH_SUBJECTS]) MUST_CHECK;

#endif
