/* audit - looks for what must never be: the invariants of the design, over the whole view. */
#include "hub/view/audit.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "hub/base/clock.h"
#include "hub/view/audit_client.h"
#include "hub/view/database.h"
#include "hub/view/reader.h"

/* Rows that are looked at in one transaction: what is written meanwhile stays in the log. */
#define CLIENTS_AT_ONCE 500
#define IDS_AT_ONCE 5000 /* of clients */
#define REJECTIONS_AT_ONCE 500
#define CASES_AT_ONCE 5000 /* messages of them */

const struct audit_rule audit_rules[] = {
	{"1d", "cancel the request, and send it again"},
	{"G1", "ask the desks which of them will have the client, and cancel the other offers"},
	{"G5", "the sender disputes the outcome"},
	{"I1", "the region's coordinator assigns the client to a desk"},
	{"I2", "ask both desks who has the client; the region's coordinator assigns it"},
	{"I3", "whoever has the referral acts on it, which arms its clocks anew"},
	{"I4", "see that a router runs; the responsible desk gives a sign of life with a date"},
	{"I5", "leave intake as it is, and have the messages sent again: a repeat does no harm"},
	{"I6", "look for the message in intake, and tell its sender"},
	{"I7", "refer anew what a clock ended: only a person ends anything"},
	{"I8", "ask the giver to refer again, or to close"},
	{"I9", "ask the desks which of them has the client; the region's coordinator assigns it"},
	{"I10", "ask the partner which of its two messages is meant, and have it sent anew"},
	{"I11", "ask the desk whether it knew what had changed; it acts again"},
	{"I12", "`lokethub rejected --waiting`: have what is missing sent again, then redrive"},
	{"I13", "put the desk back into the configuration"},
	{"I14", "find out who sent what on which ground: it may be a data breach"},
	{"I15", "`lokethub desk hold` stops the desk's delivery: it may be a data breach"},
	{"I16", "tell the region's coordinator that the client is sent round"},
	{"I17", "`lokethub duplicates`; a person merges them, or corrects the case"},
	{"I19", "compare the desk's feed with `lokethub where`, and tell the desk what it missed"},
	{"I20", "`lokethub replay` says what differs; a view that is deleted is built anew"},
	{NULL, NULL},
};

enum statement {
	CLIENTS,
	AGAIN,
	LOST,
	COUNT,
	TWICE,
	EVENT_OF_NOTHING,
	LATE_CLOCKS,
	SOME_CASES,
	TWO_CLIENTS,
	REJECTED,
	WITHOUT_REJECTION,
	BROKEN_QUEUES,
	BASELESS,
	STATEMENTS,
};

static const char *const texts[STATEMENTS] = {
	[AGAIN] = "SELECT c.value, c.hash, c.row FROM temp.again a JOIN clients c"
		  " ON c.row = a.row WHERE a.row > ? ORDER BY a.row LIMIT ?",
	[CLIENTS] = "SELECT value, hash, row FROM clients WHERE row > ? ORDER BY row LIMIT ?",
	/* Who is CLOSED may be forgotten. */
	[LOST] = "SELECT e.client, EXISTS (SELECT 1 FROM clients c WHERE c.client = e.client)"
		 " FROM (SELECT client FROM events WHERE client > ? GROUP BY client"
		 " ORDER BY client LIMIT ?) e",
	[COUNT] = "SELECT count(*) FROM clients",
	[TWICE] = "SELECT place, events FROM messages WHERE events > 1 LIMIT 20",
	[EVENT_OF_NOTHING] =
		"SELECT m.place FROM messages m JOIN positions p ON p.topic = 0"
		" AND p.partition = m.place >> 44 WHERE m.fate IS NOT NULL AND m.partner IS NULL"
		" AND m.kind IS NULL"
		" AND m.place & 17592186044415 BETWEEN p.first AND p.next - 1 LIMIT 20",
	/* From one queue of a desk's clocks to the next, so that only what is late is read. */
	[LATE_CLOCKS] =
		"WITH RECURSIVE desks (desk) AS (SELECT min(desk) FROM clocks UNION ALL"
		" SELECT (SELECT min(desk) FROM clocks k WHERE k.desk > d.desk) FROM desks d"
		" WHERE d.desk IS NOT NULL),"
		" queues (desk, clock) AS (SELECT desk, (SELECT min(clock) FROM clocks k"
		" WHERE k.desk = d.desk) FROM desks d WHERE desk IS NOT NULL UNION ALL"
		" SELECT desk, (SELECT min(clock) FROM clocks k WHERE k.desk = q.desk"
		" AND k.clock > q.clock) FROM queues q WHERE clock IS NOT NULL)"
		" SELECT c.client, k.clock, k.due FROM queues q CROSS JOIN clocks k"
		" ON k.desk = q.desk AND k.clock = q.clock AND k.due < ?"
		" JOIN clients c ON c.row = k.client LIMIT 100",
	/* Where the cases after these begin. */
	[SOME_CASES] = "SELECT case_id FROM messages WHERE case_id > ? ORDER BY case_id"
		       " LIMIT 1 OFFSET ?",
	/* A client that is closed is nobody's double any more. */
	[TWO_CLIENTS] = "WITH twice AS (SELECT case_id, partner, system FROM messages"
			" WHERE case_id >= ? AND case_id < ? AND client IS NOT NULL AND kind = 0"
			" AND fate & 7 <> 2 GROUP BY case_id, partner, system"
			" HAVING min(client) <> max(client))"
			" SELECT min(c.client), max(c.client), t.case_id, t.partner FROM twice t"
			" JOIN messages m ON m.case_id = t.case_id AND m.partner = t.partner"
			" AND m.system IS t.system JOIN clients c ON c.client = m.client"
			" WHERE c.status = 0 AND m.kind = 0 AND m.fate & 7 <> 2"
			" GROUP BY t.case_id, t.partner, t.system"
			" HAVING min(c.client) <> max(c.client) LIMIT 100",
	[REJECTED] = "SELECT place, value FROM rejected WHERE place > ? ORDER BY place LIMIT ?",
	[WITHOUT_REJECTION] =
		"SELECT m.place FROM messages m WHERE m.fate IS NOT NULL AND m.fate & 7 IN (2, 3)"
		" AND NOT EXISTS (SELECT 1 FROM rejected r WHERE r.source = m.place)"
		" LIMIT 20",
	/* What waits in the queue of a parked client lies in topic rejected, number by number. */
	[BROKEN_QUEUES] =
		"SELECT client, waits, there FROM (SELECT c.client, c.parked - c.redriven AS waits,"
		" (SELECT count(DISTINCT r.number) FROM rejected r WHERE r.client = c.client"
		" AND r.number > c.redriven AND r.number <= c.parked) AS there"
		" FROM clients c WHERE c.parked > c.redriven) WHERE there < waits LIMIT 100",
	[BASELESS] = "SELECT client, lacks FROM access WHERE lacks IS NOT NULL"
		     " ORDER BY place DESC LIMIT 100",
};

struct run {
	struct view_reader *reader;
	const struct audit *audit;
	struct audit_sums *sums;
	sqlite3_stmt *statements[STATEMENTS];
	struct audit_client *of_client;
	const struct pseudonym *client; /* at hand */
	struct audit_memory *memory;
	int64_t row, rejection; /* the last that was looked at */
	struct pseudonym lost; /* the last of these */
	struct buffer case_id; /* the next to be looked at */
	int64_t clients, done;
	bool more; /* the present part has more to look at */
	struct arena arena; /* of one transaction */
};

static void say(struct run *run, const char *invariant, const char *text)
{
	run->audit->found(run->audit->context,
		&(struct audit_finding){
			.invariant = invariant, .client = run->client, .text = text});
}

static enum outcome step(struct run *run, enum statement which, bool *row, struct err *err)
{
	return database_step(run->reader->db, run->statements[which], row, err);
}

static enum outcome read_number(
	struct run *run, enum statement which, int64_t *out, struct err *err)
{
	bool row;
	if (step(run, which, &row, err) != OK)
		return err->outcome;
	*out = row ? sqlite3_column_int64(run->statements[which], 0) : 0;
	sqlite3_reset(run->statements[which]);
	return OK;
}

static enum outcome check_client(struct run *run, sqlite3_stmt *clients, struct err *err)
{
	struct bytes value = database_column(clients, 0, &run->arena);
	struct bytes hash = database_column(clients, 1, &run->arena);
	struct client client;
	bool found;
	if (client_decode(&client, value, &run->arena, err) != OK)
		return err_in(err, "view: a client");
	if (audit_client_check(run->of_client, &client, hash, &found, err) != OK)
		return err->outcome;
	return audit_memory_keep(run->memory, run->row, found, err);
}

static enum outcome look_for_changed(struct run *run, struct err *err)
{
	return audit_memory_look(run->memory, &run->more, err);
}

static enum outcome look_at_handovers(struct run *run, struct err *err)
{
	return audit_memory_tell(run->memory, &run->more, err);
}

/* What was told since the last transaction is read first: it is compared with clients of now. */
static enum outcome look_at_clients(struct run *run, struct err *err)
{
	enum statement which = run->memory->whole ? AGAIN : CLIENTS;
	sqlite3_stmt *clients = run->statements[which];
	int64_t before = run->done;
	bool row;
	do {
		run->more = false;
		if (look_at_handovers(run, err) != OK)
			return err->outcome;
	} while (run->more);
	sqlite3_bind_int64(clients, 1, run->row);
	sqlite3_bind_int(clients, 2, CLIENTS_AT_ONCE);
	for (;; run->done++) {
		if (step(run, which, &row, err) != OK)
			return err->outcome;
		if (!row)
			break;
		run->row = sqlite3_column_int64(clients, 2);
		if (check_client(run, clients, err) != OK)
			return err->outcome;
	}
	run->more = run->done - before == CLIENTS_AT_ONCE;
	return OK;
}

/* An audit of what changed knows only of clients that have a record. */
static enum outcome look_at_lost(struct run *run, struct err *err)
{
	sqlite3_stmt *lost = run->statements[LOST];
	int count = 0;
	bool row;
	if (!run->audit->folds || run->memory->whole)
		return OK;
	database_bind_id(lost, 1, run->lost.data, sizeof(run->lost.data));
	sqlite3_bind_int(lost, 2, IDS_AT_ONCE);
	for (;; count++) {
		if (step(run, LOST, &row, err) != OK)
			return err->outcome;
		if (!row)
			break;
		memcpy(run->lost.data, sqlite3_column_blob(lost, 0), sizeof(run->lost.data));
		if (sqlite3_column_int(lost, 1) == 0 &&
			audit_client_lost(run->of_client, run->lost, err) != OK)
			return err->outcome;
	}
	run->more = count == IDS_AT_ONCE;
	return OK;
}

/* One line per row, which begins with the record's partition and offset. */
static enum outcome check_places(struct run *run, enum statement which, const char *invariant,
	const char *what, struct err *err)
{
	sqlite3_stmt *statement = run->statements[which];
	char text[200];
	bool row;
	for (;;) {
		if (step(run, which, &row, err) != OK)
			return err->outcome;
		if (!row)
			return OK;
		int64_t place = sqlite3_column_int64(statement, 0);
		snprintf(text, sizeof(text), "intake[%d]@%" PRId64 " %s",
			(int)database_partition(place), database_offset(place), what);
		say(run, invariant, text);
	}
}

static void say_of(struct run *run, sqlite3_stmt *row, const char *invariant, const char *text)
{
	struct pseudonym client;
	memcpy(client.data, sqlite3_column_blob(row, 0), sizeof(client.data));
	run->client = &client;
	say(run, invariant, text);
	run->client = NULL;
}

static enum outcome look_at_clocks(struct run *run, struct err *err)
{
	sqlite3_stmt *late = run->statements[LATE_CLOCKS];
	bool row;
	sqlite3_bind_int64(late, 1, run->audit->now - AUDIT_CLOCK_LATE_MS);
	for (;;) {
		char text[100];
		if (step(run, LATE_CLOCKS, &row, err) != OK)
			return err->outcome;
		if (!row)
			return OK;
		snprintf(text, sizeof(text),
			"clock %s was due %" PRId64 " min ago and no router "
			"has fired it",
			clock_name_name((enum clock_name)sqlite3_column_int(late, 1)),
			(run->audit->now - (int64_t)sqlite3_column_int64(late, 2)) /
				INT64_C(60000));
		say_of(run, late, "I4", text);
	}
}

static enum outcome look_at_queues(struct run *run, struct err *err)
{
	sqlite3_stmt *broken = run->statements[BROKEN_QUEUES];
	char text[120];
	bool row;
	for (;;) {
		if (step(run, BROKEN_QUEUES, &row, err) != OK)
			return err->outcome;
		if (!row)
			return OK;
		snprintf(text, sizeof(text),
			"%d messages wait in the queue of a parked client, and %d of them are "
			"there",
			sqlite3_column_int(broken, 1), sqlite3_column_int(broken, 2));
		say_of(run, broken, "I12", text);
	}
}

static enum outcome look_at_access(struct run *run, struct err *err)
{
	sqlite3_stmt *baseless = run->statements[BASELESS];
	char text[120];
	bool row;
	for (;;) {
		if (step(run, BASELESS, &row, err) != OK)
			return err->outcome;
		if (!row)
			return OK;
		snprintf(text, sizeof(text), "personal data was sent, and it is not known %s",
			(const char *)sqlite3_column_text(baseless, 1));
		say_of(run, baseless, "I14", text);
	}
}

static struct bytes text_at(sqlite3_stmt *statement, int column)
{
	return bytes_of(sqlite3_column_text(statement, column),
		(size_t)sqlite3_column_bytes(statement, column));
}

static void say_case(struct run *run, sqlite3_stmt *row)
{
	char other[33], text[400];
	bytes_to_hex(bytes_of(sqlite3_column_blob(row, 1), sizeof(struct pseudonym)), other);
	snprintf(text, sizeof(text),
		"%s came in under a case of this client: merge them if they are one "
		"person, else correct case %.*s of %.*s",
		other, BYTES_ARG(text_at(row, 2)), BYTES_ARG(text_at(row, 3)));
	say_of(run, row, "I17", text);
}

/* What two edges took within the lag of their views. A blob is behind every text. */
static enum outcome look_at_cases(struct run *run, struct err *err)
{
	sqlite3_stmt *some = run->statements[SOME_CASES], *twice = run->statements[TWO_CLIENTS];
	struct bytes from = arena_copy(&run->arena, buffer_bytes(&run->case_id));
	if (from.data == NULL)
		from = bytes_of_string("");
	database_bind_text(some, 1, from);
	sqlite3_bind_int(some, 2, CASES_AT_ONCE - 1);
	if (step(run, SOME_CASES, &run->more, err) != OK)
		return err->outcome;
	database_bind_text(twice, 1, from);
	sqlite3_bind_zeroblob(twice, 2, 0);
	if (run->more) {
		buffer_clear(&run->case_id);
		buffer_add_bytes(&run->case_id, text_at(some, 0));
		database_bind_text(twice, 2, buffer_bytes(&run->case_id));
	}
	for (bool row = true;;) {
		if (step(run, TWO_CLIENTS, &row, err) != OK)
			return err->outcome;
		if (!row)
			return OK;
		say_case(run, twice);
	}
}

static void judge_rejection(struct run *run, const struct rejection *rejection, int64_t place)
{
	char text[120];
	const char *lacks = NULL;
	if (rejection->text.size == 0)
		lacks = "reason";
	else if (rejection->owner.size == 0)
		lacks = "owner";
	else if (rejection->since <= 0)
		lacks = "age";
	if (lacks == NULL)
		return;
	snprintf(text, sizeof(text), "rejection %d-%" PRId64 " has no %s",
		(int)database_partition(place), database_offset(place), lacks);
	run->client = rejection->has_client ? &rejection->client : NULL;
	say(run, "I6", text);
	run->client = NULL;
}

static enum outcome look_at_rejections(struct run *run, struct err *err)
{
	sqlite3_stmt *rejected = run->statements[REJECTED];
	int count = 0;
	bool row;
	sqlite3_bind_int64(rejected, 1, run->rejection);
	sqlite3_bind_int(rejected, 2, REJECTIONS_AT_ONCE);
	for (;; count++) {
		struct rejection rejection;
		if (step(run, REJECTED, &row, err) != OK)
			return err->outcome;
		if (!row)
			break;
		run->rejection = sqlite3_column_int64(rejected, 0);
		if (rejection_decode(&rejection, database_column(rejected, 1, &run->arena),
			    &run->arena, err) != OK)
			return err_in(err, "view: a rejection");
		judge_rejection(run, &rejection, run->rejection);
	}
	run->more = count == REJECTIONS_AT_ONCE;
	return OK;
}

static enum outcome look_at_flow(struct run *run, struct err *err)
{
	struct report_flows flows;
	char text[200];
	if (run->audit->committed == NULL)
		return OK;
	if (report_flow(run->reader, run->audit->committed, &flows, err) != OK)
		return err->outcome;
	run->sums->flow = flows.sum;
	for (size_t i = 0; i < flows.count; i++) {
		const struct report_flow *flow = &flows.items[i];
		if (flow->unaccounted == 0)
			continue;
		snprintf(text, sizeof(text),
			"%" PRId64 " messages of %.*s were read and nothing was "
			"decided about them",
			flow->unaccounted, BYTES_ARG(flow->partner));
		say(run, "I5", text);
	}
	return OK;
}

static enum outcome look_at_events(struct run *run, struct err *err)
{
	if (check_places(run, TWICE, "I5", "has more than one Event", err) != OK)
		return err->outcome;
	return check_places(run, EVENT_OF_NOTHING, "I5", "has an Event and does not exist", err);
}

static enum outcome look_at_rejected(struct run *run, struct err *err)
{
	return check_places(run, WITHOUT_REJECTION, "I6", "was rejected without a Rejection", err);
}

static enum outcome find_counts(struct run *run, struct err *err)
{
	if (read_number(run, COUNT, &run->clients, err) != OK)
		return err->outcome;
	return audit_memory_begin(run->memory, err);
}

typedef enum outcome look_fn(struct run *run, struct err *err);

/* Each in a transaction of its own, and again while it has more. */
static look_fn *const parts[] = {find_counts, look_for_changed, look_at_handovers, look_at_clients,
	look_at_lost, look_at_events, look_at_rejected, look_at_flow, look_at_rejections,
	look_at_queues, look_at_clocks, look_at_access, look_at_cases, NULL};

static enum outcome look_in_transaction(struct run *run, look_fn *look, struct err *err)
{
	int64_t start = clock_monotonic();
	arena_reset(&run->arena);
	if (view_reader_begin(run->reader, &run->arena, err) != OK)
		return err->outcome;
	run->more = false;
	enum outcome outcome = look(run, err);
	for (int i = 0; i < STATEMENTS; i++)
		sqlite3_reset(run->statements[i]);
	view_reader_end(run->reader);
	int64_t took = clock_monotonic() - start;
	if (took > run->sums->longest_ms)
		run->sums->longest_ms = took;
	return outcome;
}

static enum outcome look_at_all(struct run *run, struct err *err)
{
	const struct audit *audit = run->audit;
	for (look_fn *const *part = parts; *part != NULL; part++) {
		do {
			if (look_in_transaction(run, *part, err) != OK)
				return err->outcome;
			if (!audit->progress(audit->context, run->done, run->clients))
				return err_set(err, RETRY, "view: the audit was stopped");
		} while (run->more);
	}
	return OK;
}

static enum outcome audit_with(struct run *run, struct err *err)
{
	sqlite3 *db = run->reader->db;
	if (audit_memory_open(run->memory, db, err) != OK)
		return err->outcome;
	enum outcome outcome = database_prepare(db, texts, STATEMENTS, run->statements, err);
	if (outcome == OK)
		outcome = audit_client_new(
			&run->of_client, run->reader, run->audit, run->memory, err);
	if (outcome == OK)
		outcome = look_at_all(run, err);
	audit_client_free(run->of_client);
	audit_memory_close(run->memory, outcome == OK);
	database_finalize(run->statements, STATEMENTS);
	arena_done(&run->arena);
	buffer_done(&run->case_id);
	return outcome;
}

enum outcome audit_run(struct view_reader *reader, const struct audit *audit,
	struct audit_sums *sums, struct err *err)
{
	struct audit_memory none = {0};
	struct run run = {.reader = reader,
		.audit = audit,
		.sums = sums,
		.memory = audit->memory != NULL ? audit->memory : &none,
		.rejection = -1};
	*sums = (struct audit_sums){0};
	enum outcome outcome = audit_with(&run, err);
	audit_memory_done(&none);
	return outcome;
}
