/* apply - writes one record of any topic into the tables of the view. */
#ifndef HUB_VIEW_APPLY_H
#define HUB_VIEW_APPLY_H

#include <sqlite3.h>

#include "hub/base/err.h"
#include "hub/kafka/record.h"

/* Inside a transaction that the caller begins and commits. What is written follows from the record
 * alone, or from all records of its key in their order, never from how topics interleave. */
struct apply;

struct apply_record {
	enum topic topic;
	int32_t partition;
	int64_t offset;
	int64_t time; /* append time, epoch ms */
	struct record_headers headers;
	struct bytes key;
	struct bytes payload; /* Avro as it was written; absent: a tombstone */
	const void *value; /* decoded, of the topic's schema; NULL: a tombstone, or unreadable */
};

enum outcome apply_new(struct apply **out, sqlite3 *db, struct err *err) MUST_CHECK;
void apply_free(struct apply *apply);

/* An unreadable record leaves a row in intake, where it counts, and nothing elsewhere. */
enum outcome apply_record(
	struct apply *apply, const struct apply_record *record, struct err *err) MUST_CHECK;

#endif
