/* audit_memory - what audits of one reader remember, so that the next looks again only at clients
 * with new Events, and at those with findings. */
#include "hub/view/audit_memory.h"

#include <stdlib.h>

#include "hub/base/memory.h"
#include "hub/view/database.h"

/* Records that are read in one transaction, of each partition. */
#define HANDOVERS_AT_ONCE 5000
#define EVENTS_AT_ONCE 5000
/* So many Events of each partition are read again: what followed from them may have come later than
 * the look. */
#define EVENTS_AGAIN 2000

static const char begin_text[] =
	"DROP TABLE IF EXISTS temp.told; DROP TABLE IF EXISTS temp.again;"
	"CREATE TEMP TABLE again (row INTEGER PRIMARY KEY);"
	"CREATE TEMP TABLE told (referral BLOB, desk TEXT, first INTEGER, last INTEGER,"
	" count INTEGER, PRIMARY KEY (referral, desk)) WITHOUT ROWID";

enum statement {
	PARTITIONS,
	LAST_EVENT,
	SOME_EVENTS,
	CHANGED,
	KEEP,
	FORGET,
	LAST_ACCESS,
	SOME_ACCESS,
	SEEN,
	SOME_HANDOVERS,
	TELL,
	TOLD,
};
_Static_assert(TOLD + 1 == AUDIT_MEMORY_STATEMENTS, "each has a place");

static const char *const texts[AUDIT_MEMORY_STATEMENTS] = {
	[PARTITIONS] = "SELECT coalesce(max(place) >> 44, -1) + 1 FROM events",
	[LAST_EVENT] = "SELECT coalesce(max(place), 0) FROM events WHERE place < ?",
	[SOME_EVENTS] = "SELECT max(place), count(*) FROM (SELECT place FROM events"
			" WHERE place > ? AND place < ? ORDER BY place LIMIT ?)",
	[CHANGED] = "INSERT OR IGNORE INTO temp.again SELECT c.row FROM events e JOIN clients c"
		    " ON c.client = e.client WHERE e.place > ? AND e.place <= ?",
	[LAST_ACCESS] = "SELECT coalesce(max(place), 0) FROM access WHERE place < ?",
	[SOME_ACCESS] = "SELECT max(place), count(*) FROM (SELECT place FROM access"
			" WHERE place > ? AND place < ? ORDER BY place LIMIT ?)",
	[SEEN] = "INSERT OR IGNORE INTO temp.again SELECT c.row FROM access a JOIN clients c"
		 " ON c.client = a.client WHERE a.place > ? AND a.place <= ?",
	[KEEP] = "INSERT OR IGNORE INTO temp.again VALUES (?)",
	[FORGET] = "DELETE FROM temp.again WHERE row = ?",
	[SOME_HANDOVERS] = "SELECT max(place), count(*) FROM (SELECT place FROM handovers"
			   " WHERE place > ? AND place < ? ORDER BY place LIMIT ?)",
	/* Of those that Kafka no longer keeps the first are missing. */
	[TELL] = "INSERT INTO temp.told SELECT referral, desk, min(number), max(number), count(*)"
		 " FROM handovers WHERE place > ? AND place <= ? AND number > 0"
		 " AND referral IS NOT NULL GROUP BY referral, desk ON CONFLICT DO UPDATE SET"
		 " first = min(first, excluded.first), last = max(last, excluded.last),"
		 " count = count + excluded.count",
	[TOLD] = "SELECT first, last, count FROM temp.told WHERE referral = ? AND desk = ?",
};

enum outcome audit_memory_open(struct audit_memory *memory, sqlite3 *db, struct err *err)
{
	memory->db = db;
	if (!memory->whole && database_exec(db, begin_text, err) != OK)
		return err->outcome;
	for (int i = 0; i < TOPICS_BY_KEY_PARTITIONS && !memory->whole; i++)
		memory->told[i] = memory->seen[i] = database_place(i, 0) - 1;
	return database_prepare(db, texts, AUDIT_MEMORY_STATEMENTS, memory->statements, err);
}

void audit_memory_close(struct audit_memory *memory, bool complete)
{
	memory->whole = complete;
	database_finalize(memory->statements, AUDIT_MEMORY_STATEMENTS);
}

void audit_memory_done(struct audit_memory *memory)
{
	free(memory->events);
	*memory = (struct audit_memory){0};
}

static enum outcome read_number(
	struct audit_memory *memory, enum statement which, int64_t *out, struct err *err)
{
	bool row;
	if (database_step(memory->db, memory->statements[which], &row, err) != OK)
		return err->outcome;
	*out = row ? sqlite3_column_int64(memory->statements[which], 0) : 0;
	sqlite3_reset(memory->statements[which]);
	return OK;
}

/* New partitions begin at their beginning, the others a little before where they were. */
enum outcome audit_memory_begin(struct audit_memory *memory, struct err *err)
{
	int64_t count = 0;
	if (read_number(memory, PARTITIONS, &count, err) != OK)
		return err->outcome;
	memory->events = memory_resize(
		memory->events, memory_product((size_t)count + 1, sizeof(*memory->events)));
	for (int32_t i = 0; i < count; i++) {
		int64_t begin = database_place(i, 0) - 1;
		if (i >= memory->partitions || memory->events[i] - EVENTS_AGAIN < begin)
			memory->events[i] = begin;
		else
			memory->events[i] -= EVENTS_AGAIN;
	}
	memory->partitions = (int32_t)count;
	return OK;
}

/* Goes some records further in a partition, and takes them in. */
struct stride {
	enum statement some, take;
	int64_t *place; /* of the last that was taken */
	int32_t partition;
	int limit;
};

static enum outcome go_further(
	struct audit_memory *memory, const struct stride *stride, bool *more, struct err *err)
{
	sqlite3_stmt *some = memory->statements[stride->some];
	sqlite3_stmt *take = memory->statements[stride->take];
	int64_t from = *stride->place;
	bool row;
	sqlite3_bind_int64(some, 1, from);
	sqlite3_bind_int64(some, 2, database_place(stride->partition + 1, 0));
	sqlite3_bind_int(some, 3, stride->limit);
	if (database_step(memory->db, some, &row, err) != OK)
		return err->outcome;
	int64_t to = sqlite3_column_int64(some, 0);
	int count = sqlite3_column_int(some, 1);
	sqlite3_reset(some);
	if (count == 0)
		return OK;
	*stride->place = to;
	*more = *more || count == stride->limit;
	sqlite3_bind_int64(take, 1, from);
	sqlite3_bind_int64(take, 2, to);
	return database_run(memory->db, take, err);
}

/* To the last record of a partition. */
static enum outcome go_to_end(struct audit_memory *memory, enum statement last, int32_t partition,
	int64_t *place, struct err *err)
{
	int64_t end = 0;
	sqlite3_bind_int64(memory->statements[last], 1, database_place(partition + 1, 0));
	if (read_number(memory, last, &end, err) != OK)
		return err->outcome;
	if (end > *place)
		*place = end;
	return OK;
}

static enum outcome look_at_events(struct audit_memory *memory, bool *more, struct err *err)
{
	for (int32_t i = 0; i < memory->partitions; i++) {
		const struct stride stride = {
			SOME_EVENTS, CHANGED, &memory->events[i], i, EVENTS_AT_ONCE};
		enum outcome outcome = memory->whole
			? go_further(memory, &stride, more, err)
			: go_to_end(memory, LAST_EVENT, i, &memory->events[i], err);
		if (outcome != OK)
			return outcome;
	}
	return OK;
}

static enum outcome look_at_access(struct audit_memory *memory, bool *more, struct err *err)
{
	for (int32_t i = 0; i < TOPICS_BY_KEY_PARTITIONS; i++) {
		const struct stride stride = {
			SOME_ACCESS, SEEN, &memory->seen[i], i, EVENTS_AT_ONCE};
		enum outcome outcome = memory->whole
			? go_further(memory, &stride, more, err)
			: go_to_end(memory, LAST_ACCESS, i, &memory->seen[i], err);
		if (outcome != OK)
			return outcome;
	}
	return OK;
}

/* Where all clients are looked at, only the ends are of interest. */
enum outcome audit_memory_look(struct audit_memory *memory, bool *more, struct err *err)
{
	enum outcome outcome = look_at_events(memory, more, err);
	return outcome == OK ? look_at_access(memory, more, err) : outcome;
}

enum outcome audit_memory_tell(struct audit_memory *memory, bool *more, struct err *err)
{
	for (int32_t i = 0; i < TOPICS_BY_KEY_PARTITIONS; i++) {
		const struct stride stride = {
			SOME_HANDOVERS, TELL, &memory->told[i], i, HANDOVERS_AT_ONCE};
		if (go_further(memory, &stride, more, err) != OK)
			return err->outcome;
	}
	return OK;
}

enum outcome audit_memory_told(struct audit_memory *memory, const struct uuid *referral,
	struct bytes desk, struct audit_told *out, struct err *err)
{
	sqlite3_stmt *told = memory->statements[TOLD];
	bool row;
	*out = (struct audit_told){0};
	database_bind_id(told, 1, referral->data, sizeof(referral->data));
	database_bind_text(told, 2, desk);
	if (database_step(memory->db, told, &row, err) != OK)
		return err->outcome;
	if (row)
		*out = (struct audit_told){sqlite3_column_int64(told, 0),
			sqlite3_column_int64(told, 1), sqlite3_column_int64(told, 2)};
	sqlite3_reset(told);
	return OK;
}

enum outcome audit_memory_keep(
	struct audit_memory *memory, int64_t row, bool found, struct err *err)
{
	sqlite3_stmt *statement = memory->statements[found ? KEEP : FORGET];
	if (!found && !memory->whole)
		return OK;
	sqlite3_bind_int64(statement, 1, row);
	return database_run(memory->db, statement, err);
}
