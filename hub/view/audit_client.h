/* audit_client - what must never be, of one client and all that the view has of it. */
#ifndef HUB_VIEW_AUDIT_CLIENT_H
#define HUB_VIEW_AUDIT_CLIENT_H

#include "hub/view/audit.h"

/* Personal data that an edge sends so long after consent was withdrawn: its view had said so. */
#define AUDIT_CLIENT_SENDING_MS INT64_C(60000)

struct audit_client;

/* Findings go to what the audit calls. memory: of the handovers. */
enum outcome audit_client_new(struct audit_client **out, struct view_reader *reader,
	const struct audit *audit, struct audit_memory *memory, struct err *err) MUST_CHECK;
void audit_client_free(struct audit_client *of); /* NULL: nothing */

/* In a transaction of the reader. hash: of its record. found: whether something is wrong. */
enum outcome audit_client_check(struct audit_client *of, const struct client *client,
	struct bytes hash, bool *found, struct err *err) MUST_CHECK;
/* One who has Events and no record: by them it may be OPEN, and then nobody knows of it any more.
 */
enum outcome audit_client_lost(
	struct audit_client *of, struct pseudonym client, struct err *err) MUST_CHECK;

#endif
