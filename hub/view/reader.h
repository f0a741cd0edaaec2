/* reader - what the modules that read the view share: the connection, and rows to records. */
#ifndef HUB_VIEW_READER_H
#define HUB_VIEW_READER_H

#include <stdbool.h>
#include <sys/types.h>

#include <sqlite3.h>

#include "hub/view/query.h"
#include "schemas/types.h"

enum reader_statement {
	READER_CLIENT,
	READER_BY_MATCH,
	READER_OWNERS,
	READER_OF_CASE,
	READER_OF_CASE_AND_SYSTEM,
	READER_OF_CASE_ANYWHERE,
	READER_OF_REFERRAL,
	READER_FIRST_OF_CASE,
	READER_LISTED,
	READER_TWICE,
	READER_REFUSED,
	READER_AT,
	READER_REFERRAL,
	READER_PERSON,
	READER_KEY,
	READER_KEY_OF_OWNER,
	READER_HANDOVERS,
	READER_LAST_HANDOVER,
	READER_OFFERS,
	READER_FACTS,
	READER_POSITIONS,
	READER_LOOKED_AT,
	READER_BEGIN,
	READER_END,
	READER_STATEMENTS,
};

struct view_reader {
	sqlite3 *db;
	char *path;
	ino_t inode; /* of what was at path before it was opened */
	sqlite3_stmt *statements[READER_STATEMENTS];
	struct arena *arena; /* of what is found; NULL: not begun */
	bool is_in_moment, keeps; /* until it is released */
};

/* Reads one row into an item, which is zeroed. */
typedef enum outcome reader_row_fn(
	struct view_reader *reader, sqlite3_stmt *statement, void *item, struct err *err);

struct reader_rows {
	void *items;
	size_t count, size; /* size of an item: filled in by the caller */
};

/* All rows, or up to the first failure; the statement is ready for the next time. */
enum outcome reader_rows(struct view_reader *reader, sqlite3_stmt *statement, reader_row_fn *read,
	struct reader_rows *rows, struct err *err) MUST_CHECK;

/* The column's Avro as a record of this schema; NULL where the column is NULL. */
enum outcome reader_decode(struct view_reader *reader, struct bytes value,
	const struct schema *schema, const void **out, struct err *err) MUST_CHECK;
struct bytes reader_column(struct view_reader *reader, sqlite3_stmt *statement, int column);

#endif
