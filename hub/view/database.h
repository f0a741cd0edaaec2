/* database - the SQLite file of the view: opened and checked, statements prepared, errors mapped.
 */
#ifndef HUB_VIEW_DATABASE_H
#define HUB_VIEW_DATABASE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <sqlite3.h>

#include "hub/base/arena.h"
#include "hub/base/bytes.h"
#include "hub/base/err.h"

/* Where a record lies, in one number that grows along a partition: partition * 2^44 + offset. */
#define DATABASE_OFFSET_BITS 44

int64_t database_place(int32_t partition, int64_t offset);
bool database_has_place(int32_t partition, int64_t offset); /* of what comes from outside */
int32_t database_partition(int64_t place);
int64_t database_offset(int64_t place);

/* Keeps other writers out until the descriptor is closed; makes the folder of path. FATAL: another
 * process has it. */
enum outcome database_lock(int *out, const char *path, struct err *err) MUST_CHECK;

struct database_options {
	const char *path;
	const char *source; /* which cluster and prefix the topics are of */
	int32_t cache_kb;
};

/* Opens for writing, and makes the tables where there are none. A file of another version of the
 * tables or schemas, of another source, or a damaged one, is deleted and made anew: `fresh` says
 * so. Only its owner may read it. */
enum outcome database_open_writer(sqlite3 **out, const struct database_options *options,
	bool *fresh, struct err *err) MUST_CHECK;
/* RETRY: not there, or of another version. */
enum outcome database_open_reader(sqlite3 **out, const char *path, struct err *err) MUST_CHECK;
void database_close(sqlite3 *db); /* its statements are gone before */
void database_delete(const char *path);
/* Which file is there; 0: none. Another file gets another number while somebody has the first one
 * open. */
ino_t database_inode(const char *path);

/* The one place that maps SQLite's codes, with the text of the last error. RETRY: disk full, busy.
 * FATAL: all else. */
enum outcome database_err(sqlite3 *db, struct err *err, const char *what);
/* Whether the call that failed last found that the file is none, or broken. */
bool database_is_damaged(sqlite3 *db);

enum outcome database_prepare(sqlite3 *db, const char *const *texts, size_t count,
	sqlite3_stmt **out, struct err *err) MUST_CHECK;
void database_finalize(sqlite3_stmt **statements, size_t count);
enum outcome database_exec(sqlite3 *db, const char *text, struct err *err) MUST_CHECK;

/* Bound values must live until the statement was run; absent ones are NULL. */
void database_bind_text(sqlite3_stmt *statement, int place, struct bytes text);
void database_bind_blob(sqlite3_stmt *statement, int place, struct bytes blob);
void database_bind_id(sqlite3_stmt *statement, int place, const void *id, size_t size);

/* Writes the log into the file and empties it, so that nothing deleted is left in it. Not done: a
 * reader still needs it, or the disk is full. Outside a transaction. */
enum outcome database_empty_log(sqlite3 *db, bool *done, struct err *err) MUST_CHECK;

/* To its end, and ready for the next time. */
enum outcome database_run(sqlite3 *db, sqlite3_stmt *statement, struct err *err) MUST_CHECK;
/* One row further; at the end ready for the next time. */
enum outcome database_step(
	sqlite3 *db, sqlite3_stmt *statement, bool *row, struct err *err) MUST_CHECK;
/* A copy in the arena; absent where NULL. */
struct bytes database_column(sqlite3_stmt *statement, int column, struct arena *arena);

#endif
