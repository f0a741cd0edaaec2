/* audit_memory - what audits of one reader remember, so that the next looks again only at clients
 * with new Events, and at those with findings. */
#ifndef HUB_VIEW_AUDIT_MEMORY_H
#define HUB_VIEW_AUDIT_MEMORY_H

#include <sqlite3.h>

#include "hub/base/err.h"
#include "hub/kafka/topics.h"
#include "schemas/types.h"

#define AUDIT_MEMORY_STATEMENTS 12

/* Zeroed: nothing was looked at yet, and the next audit looks at all. What it remembers is in
 * temporary tables of the reader's connection, and goes with it: `again` (row) lists the clients to
 * be looked at where not all are. */
struct audit_memory {
	bool whole; /* all was looked at */
	int64_t told[TOPICS_BY_KEY_PARTITIONS]; /* place of the last handover that was read */
	int64_t seen[TOPICS_BY_KEY_PARTITIONS]; /* and of the last access */
	int64_t *events; /* per partition: place of the last Event that was read */
	int32_t partitions;
	sqlite3 *db; /* while an audit runs */
	sqlite3_stmt *statements[AUDIT_MEMORY_STATEMENTS];
};

enum outcome audit_memory_open(
	struct audit_memory *memory, sqlite3 *db, struct err *err) MUST_CHECK;
void audit_memory_close(struct audit_memory *memory, bool complete); /* else all again */
void audit_memory_done(struct audit_memory *memory);

/* In transactions of the reader; more: to be called again. begin comes first, once. */
enum outcome audit_memory_begin(struct audit_memory *memory, struct err *err) MUST_CHECK;
/* Reads Events and accesses: whose clients are to be looked at again. */
enum outcome audit_memory_look(struct audit_memory *memory, bool *more, struct err *err) MUST_CHECK;
/* Reads handovers. */
enum outcome audit_memory_tell(struct audit_memory *memory, bool *more, struct err *err) MUST_CHECK;

/* What topic handovers holds of a referral for a desk. */
struct audit_told {
	int64_t first, last, count; /* numbers; count 0: nothing */
};
enum outcome audit_memory_told(struct audit_memory *memory, const struct uuid *referral,
	struct bytes desk, struct audit_told *out, struct err *err) MUST_CHECK;

/* A client was looked at: with findings it is looked at again, until they are gone. */
enum outcome audit_memory_keep(
	struct audit_memory *memory, int64_t row, bool found, struct err *err) MUST_CHECK;

#endif
