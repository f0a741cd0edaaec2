/* database - the SQLite file of the view: opened and checked, statements prepared, errors mapped.
 */
#include "hub/view/database.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hub/view/tables.h"

#define READER_BUSY_MS 2000
#define WRITER_BUSY_MS 10000
#define CHECKPOINT_BUSY_MS 20
#define NAME_SIZE 4096
#define PARTITIONS_MAX 4096

/* WAL: readers never wait for the writer. synchronous=NORMAL: a commit does not wait for the disk,
 * and a power loss takes back the last commits but never damages the file; as the offsets go back
 * with the rows, they are simply read again. secure_delete: an erased key is overwritten. A
 * checkpoint each 64 MiB rather than 4: scattered pages are then written once for many changes.
 * Pages of 2 KiB rather than 4: most are written for the sake of one id in them. */
static const char writer_pragmas[] = "PRAGMA page_size = 2048;"
				     "PRAGMA journal_mode = WAL;"
				     "PRAGMA synchronous = NORMAL;"
				     "PRAGMA secure_delete = ON;"
				     "PRAGMA temp_store = MEMORY;"
				     "PRAGMA wal_autocheckpoint = 32000;"
				     "PRAGMA journal_size_limit = 67108864;";

bool database_has_place(int32_t partition, int64_t offset)
{
	return partition >= 0 && partition < PARTITIONS_MAX && offset >= 0 &&
		offset < INT64_C(1) << DATABASE_OFFSET_BITS;
}

int64_t database_place(int32_t partition, int64_t offset)
{
	assert(database_has_place(partition, offset));
	return ((int64_t)partition << DATABASE_OFFSET_BITS) | offset;
}

int32_t database_partition(int64_t place)
{
	return (int32_t)(place >> DATABASE_OFFSET_BITS);
}

int64_t database_offset(int64_t place)
{
	return place & ((INT64_C(1) << DATABASE_OFFSET_BITS) - 1);
}

static enum outcome outcome_of(int code)
{
	switch (code & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
	case SQLITE_FULL:
	case SQLITE_IOERR:
	case SQLITE_CANTOPEN:
	case SQLITE_PROTOCOL:
		return RETRY;
	default:
		return FATAL;
	}
}

bool database_is_damaged(sqlite3 *db)
{
	int code = sqlite3_errcode(db) & 0xff;
	return code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
}

enum outcome database_err(sqlite3 *db, struct err *err, const char *what)
{
	return err_set(
		err, outcome_of(sqlite3_errcode(db)), "view: %s: %s", what, sqlite3_errmsg(db));
}

enum outcome database_exec(sqlite3 *db, const char *text, struct err *err)
{
	if (sqlite3_exec(db, text, NULL, NULL, NULL) != SQLITE_OK)
		return database_err(db, err, "cannot run a statement");
	return OK;
}

enum outcome database_prepare(
	sqlite3 *db, const char *const *texts, size_t count, sqlite3_stmt **out, struct err *err)
{
	for (size_t i = 0; i < count; i++) {
		if (sqlite3_prepare_v3(db, texts[i], -1, SQLITE_PREPARE_PERSISTENT, &out[i],
			    NULL) != SQLITE_OK) {
			enum outcome outcome = database_err(db, err, texts[i]);
			database_finalize(out, i);
			return outcome;
		}
	}
	return OK;
}

void database_finalize(sqlite3_stmt **statements, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		sqlite3_finalize(statements[i]);
		statements[i] = NULL;
	}
}

void database_bind_text(sqlite3_stmt *statement, int place, struct bytes text)
{
	sqlite3_bind_text(statement, place, (const char *)text.data, (int)text.size, SQLITE_STATIC);
}

void database_bind_blob(sqlite3_stmt *statement, int place, struct bytes blob)
{
	sqlite3_bind_blob(statement, place, blob.data, (int)blob.size, SQLITE_STATIC);
}

void database_bind_id(sqlite3_stmt *statement, int place, const void *id, size_t size)
{
	sqlite3_bind_blob(statement, place, id, (int)size, SQLITE_STATIC);
}

enum outcome database_step(sqlite3 *db, sqlite3_stmt *statement, bool *row, struct err *err)
{
	int code = sqlite3_step(statement);
	*row = code == SQLITE_ROW;
	if (*row)
		return OK;
	enum outcome outcome =
		code == SQLITE_DONE ? OK : database_err(db, err, sqlite3_sql(statement));
	sqlite3_reset(statement);
	return outcome;
}

enum outcome database_run(sqlite3 *db, sqlite3_stmt *statement, struct err *err)
{
	bool row;
	do {
		if (database_step(db, statement, &row, err) != OK)
			return err->outcome;
	} while (row);
	return OK;
}

struct bytes database_column(sqlite3_stmt *statement, int column, struct arena *arena)
{
	if (sqlite3_column_type(statement, column) == SQLITE_NULL)
		return (struct bytes){0};
	const void *data = sqlite3_column_blob(statement, column);
	size_t size = (size_t)sqlite3_column_bytes(statement, column);
	return arena_copy(arena, bytes_of(size == 0 ? "" : data, size));
}

enum outcome database_empty_log(sqlite3 *db, bool *done, struct err *err)
{
	sqlite3_busy_timeout(db, CHECKPOINT_BUSY_MS);
	int code = sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	sqlite3_busy_timeout(db, WRITER_BUSY_MS);
	*done = code == SQLITE_OK;
	if (*done || outcome_of(code) == RETRY)
		return OK;
	return database_err(db, err, "cannot empty the log");
}

void database_close(sqlite3 *db)
{
	sqlite3_close_v2(db);
}

static void make_folder(const char *path)
{
	char folder[NAME_SIZE];
	const char *slash = strrchr(path, '/');
	if (slash == NULL || slash == path)
		return;
	snprintf(folder, sizeof(folder), "%.*s", (int)(slash - path), path);
	mkdir(folder, 0700);
}

/* Who has the lock says so in it. */
static enum outcome lock_err(int lock, const char *path, struct err *err)
{
	char pid[24] = "";
	ssize_t size = pread(lock, pid, sizeof(pid) - 1, 0);
	pid[size < 0 ? 0 : strcspn(pid, "\n")] = '\0';
	close(lock);
	return err_set(err, FATAL,
		"view: process %s writes to %s: give each edge a view of its own", pid, path);
}

enum outcome database_lock(int *out, const char *path, struct err *err)
{
	char name[NAME_SIZE];
	make_folder(path);
	snprintf(name, sizeof(name), "%s.lock", path);
	int lock = open(name, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
	if (lock < 0)
		return err_set(err, FATAL, "view: cannot open %s: %s", name, strerror(errno));
	if (flock(lock, LOCK_EX | LOCK_NB) != 0)
		return lock_err(lock, path, err);
	if (ftruncate(lock, 0) != 0 || dprintf(lock, "%d\n", (int)getpid()) < 0) {
		close(lock);
		return err_set(err, FATAL, "view: cannot write %s: %s", name, strerror(errno));
	}
	*out = lock;
	return OK;
}

/* Who opens the file for reading and who puts another one in its place do not do so at once, be it
 * in one process or in two. Else: a reader opens the old file, the writer deletes it and makes a
 * new one, and only then the reader opens the -shm, which SQLite does at the first read; that is
 * the new file's by now. As the first for its own file it cuts the -shm off, and where the writer
 * has mapped it, the process gets SIGBUS. how: LOCK_SH or LOCK_EX; close() lets go. */
static int pass_gate(const char *path, int how, struct err *err)
{
	char name[NAME_SIZE];
	snprintf(name, sizeof(name), "%s.gate", path);
	int gate = open(name, O_CREAT | O_RDONLY | O_CLOEXEC, 0600);
	if (gate >= 0 && flock(gate, how) == 0)
		return gate;
	err_set(err, RETRY, "view: cannot lock %s: %s", name, strerror(errno));
	if (gate >= 0)
		close(gate);
	return -1;
}

static void delete_files(const char *path)
{
	static const char *const suffixes[] = {"", "-wal", "-shm"};
	char name[NAME_SIZE];
	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		snprintf(name, sizeof(name), "%s%s", path, suffixes[i]);
		unlink(name);
	}
}

void database_delete(const char *path)
{
	struct err ignored = {0};
	int gate = pass_gate(path, LOCK_EX, &ignored);
	delete_files(path);
	if (gate >= 0)
		close(gate);
}

ino_t database_inode(const char *path)
{
	struct stat found;
	return stat(path, &found) == 0 ? found.st_ino : 0;
}

/* Made by us before SQLite would, and not opened where it is there: closing a second descriptor
 * would let go of SQLite's locks. The other files get the mode of the first. */
static void make_private(const char *path)
{
	int file = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
	if (file >= 0)
		close(file);
	else
		chmod(path, 0600);
}

/* What meta says under this name; "" where it says nothing. */
static void read_meta(sqlite3 *db, const char *name, char *out, size_t size)
{
	sqlite3_stmt *statement = NULL;
	*out = '\0';
	if (sqlite3_prepare_v2(db, "SELECT value FROM meta WHERE name = ?", -1, &statement, NULL) !=
		SQLITE_OK)
		return;
	database_bind_text(statement, 1, bytes_of_string(name));
	if (sqlite3_step(statement) == SQLITE_ROW)
		snprintf(out, size, "%s", (const char *)sqlite3_column_text(statement, 0));
	sqlite3_finalize(statement);
}

static bool has_meta(sqlite3 *db, const char *name, const char *value)
{
	char found[NAME_SIZE];
	read_meta(db, name, found, sizeof(found));
	return strcmp(found, value) == 0;
}

static bool is_of_version(sqlite3 *db)
{
	char version[TABLES_VERSION_SIZE];
	tables_version(version);
	return has_meta(db, "version", version);
}

/* SQLite counts all memory that it takes under one lock, unless told not to before its first use.
 */
static void start_sqlite(void)
{
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

static enum outcome open_file(
	sqlite3 **out, const char *path, int flags, int busy_ms, struct err *err)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, start_sqlite);
	if (sqlite3_open_v2(path, out, flags | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK) {
		err_set(err, outcome_of(sqlite3_errcode(*out)), "view: cannot open %s: %s", path,
			sqlite3_errmsg(*out));
		database_close(*out);
		*out = NULL;
		return err->outcome;
	}
	sqlite3_busy_timeout(*out, busy_ms);
	return OK;
}

static enum outcome write_meta(sqlite3 *db, const char *source, struct err *err)
{
	static const char text[] = "INSERT INTO meta VALUES ('version', ?), ('source', ?)";
	const char *const texts[] = {text};
	char version[TABLES_VERSION_SIZE];
	sqlite3_stmt *statement;
	tables_version(version);
	if (database_prepare(db, texts, 1, &statement, err) != OK)
		return err->outcome;
	database_bind_text(statement, 1, bytes_of_string(version));
	database_bind_text(statement, 2, bytes_of_string(source));
	enum outcome outcome = database_run(db, statement, err);
	database_finalize(&statement, 1);
	return outcome;
}

/* The version is written last, in the same transaction, so that half a file is none. */
static enum outcome make_tables(sqlite3 *db, const char *source, struct err *err)
{
	if (database_exec(db, "BEGIN", err) != OK || database_exec(db, tables_sql, err) != OK)
		return err->outcome;
	if (write_meta(db, source, err) != OK)
		return err->outcome;
	return database_exec(db, "COMMIT", err);
}

static enum outcome open_writer(sqlite3 **out, const char *path, int32_t cache_kb, struct err *err)
{
	char cache[64];
	make_private(path);
	if (open_file(out, path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, WRITER_BUSY_MS, err) !=
		OK)
		return err->outcome;
	snprintf(cache, sizeof(cache), "PRAGMA cache_size = -%d", (int)cache_kb);
	if (database_exec(*out, writer_pragmas, err) == OK && database_exec(*out, cache, err) == OK)
		return OK;
	database_close(*out);
	*out = NULL;
	return err->outcome;
}

static enum outcome make_anew(
	sqlite3 **out, const struct database_options *options, struct err *err)
{
	database_close(*out);
	delete_files(options->path);
	if (open_writer(out, options->path, options->cache_kb, err) != OK)
		return err->outcome;
	if (make_tables(*out, options->source, err) == OK)
		return OK;
	database_close(*out);
	*out = NULL;
	return err->outcome;
}

enum outcome database_open_writer(
	sqlite3 **out, const struct database_options *options, bool *fresh, struct err *err)
{
	int gate = pass_gate(options->path, LOCK_EX, err);
	if (gate < 0)
		return err->outcome;
	enum outcome outcome = open_writer(out, options->path, options->cache_kb, err);
	bool fits =
		outcome == OK && is_of_version(*out) && has_meta(*out, "source", options->source);
	*fresh = outcome == FATAL || (outcome == OK && !fits);
	if (*fresh)
		outcome = make_anew(out, options, err);
	close(gate);
	return outcome;
}

/* Its -shm is open behind this: it has read. */
static enum outcome open_reader(sqlite3 **out, const char *path, struct err *err)
{
	if (open_file(out, path, SQLITE_OPEN_READONLY, READER_BUSY_MS, err) != OK)
		return err->outcome;
	if (is_of_version(*out))
		return OK;
	database_close(*out);
	*out = NULL;
	return err_set(err, RETRY,
		"the view at %s is of another version: `lokethub serve` builds it anew", path);
}

enum outcome database_open_reader(sqlite3 **out, const char *path, struct err *err)
{
	if (access(path, R_OK) != 0)
		return err_set(err, RETRY, "no view at %s: `lokethub serve` builds it", path);
	int gate = pass_gate(path, LOCK_SH, err);
	if (gate < 0)
		return err->outcome;
	enum outcome outcome = open_reader(out, path, err);
	close(gate);
	return outcome;
}
