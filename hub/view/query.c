/* query - what the API and the commands ask of the view: prepared, read-only, from any process. */
#include "hub/view/query.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "hub/handover/handover.h"
#include "hub/kafka/topics.h"
#include "hub/view/database.h"
#include "hub/view/reader.h"
#include "hub/view/tables.h"

/* Events and clients come by different topics: until the client is here as the Event left it, the
 * message is undecided. A reader never finds the one with the state of before the other. */
#define IS_HERE                                                                                    \
	"(e.state_hash IS NULL"                                                                    \
	" OR e.version <= (SELECT c.version FROM clients c WHERE c.client = e.client))"

#define MESSAGE_COLUMNS                                                                            \
	"m.place, m.received_at, m.redrive, m.value, e.value, m.partner, m.kind FROM messages m"   \
	" LEFT JOIN events e ON e.place = m.event AND " IS_HERE

static const char *const texts[READER_STATEMENTS] = {
	[READER_CLIENT] = "SELECT value FROM clients WHERE client = ?",
	[READER_BY_MATCH] = "SELECT client FROM clients WHERE match = ? ORDER BY client",
	[READER_OWNERS] = "SELECT owner, count(*) FROM clients WHERE status = 0"
			  " AND owner IS NOT NULL GROUP BY owner ORDER BY owner",
	[READER_OF_CASE] = "SELECT " MESSAGE_COLUMNS
			   " WHERE m.case_id = ? AND m.partner = ? ORDER BY m.received_at, m.place",
	[READER_OF_CASE_AND_SYSTEM] =
		"SELECT " MESSAGE_COLUMNS " WHERE m.case_id = ? AND m.partner = ? AND m.system = ?"
		" ORDER BY m.received_at, m.place",
	[READER_OF_CASE_ANYWHERE] =
		"SELECT " MESSAGE_COLUMNS " WHERE m.case_id = ? ORDER BY m.received_at, m.place",
	[READER_FIRST_OF_CASE] = "SELECT client, fate & 7 IS 2, place FROM messages WHERE case_id "
				 "= ? AND partner = ?"
				 " AND system IS ? AND client IS NOT NULL ORDER BY place",
	[READER_LISTED] = "SELECT max(other = ?), count(DISTINCT other) FROM rejected"
			  " WHERE client = ? AND partner = ? AND case_id = ?",
	[READER_REFUSED] = "SELECT 1 FROM rejected WHERE message = ?",
	[READER_TWICE] =
		"SELECT other, partner, case_id FROM rejected WHERE client = ?1"
		" AND other IS NOT NULL UNION SELECT client, partner, case_id FROM rejected"
		" WHERE other = ?1 UNION SELECT o.client, o.partner, o.case_id FROM events e"
		" JOIN messages m ON m.place = e.message JOIN messages o ON o.case_id = m.case_id"
		" AND o.partner = m.partner AND o.system IS m.system WHERE e.client = ?1"
		" AND m.client = ?1 AND o.client <> ?1 AND m.fate & 7 <> 2 AND o.fate & 7 <> 2",
	[READER_OF_REFERRAL] =
		"SELECT m.place, m.received_at, m.redrive, m.value,"
		" CASE WHEN " IS_HERE " THEN e.value END, m.partner, m.kind FROM referrals r"
		" JOIN events e ON e.client = r.client JOIN messages m ON m.place = e.message"
		" WHERE r.referral = ?1 AND m.referral = ?1 UNION ALL SELECT m.place,"
		" m.received_at, m.redrive, m.value, NULL, m.partner, m.kind FROM messages m"
		" WHERE m.event IS NULL AND m.referral = ?1 ORDER BY 1",
	[READER_AT] = "SELECT " MESSAGE_COLUMNS " WHERE m.place = ?",
	[READER_REFERRAL] = "SELECT client, parent FROM referrals WHERE referral = ?",
	[READER_PERSON] = "WITH RECURSIVE line (referral, depth) AS (VALUES (?, 0)"
			  " UNION ALL SELECT parent, depth + 1 FROM referrals JOIN line USING"
			  " (referral) WHERE parent IS NOT NULL AND depth < 16)"
			  " SELECT value FROM line JOIN persons USING (referral)"
			  " ORDER BY depth LIMIT 1",
	[READER_KEY] = "SELECT value FROM keys WHERE key = ?",
	[READER_KEY_OF_OWNER] = "SELECT value FROM keys WHERE key >= ? AND key < ?"
				" ORDER BY made_at, key LIMIT 1",
	[READER_HANDOVERS] = "SELECT place, value, written_at FROM handovers WHERE desk = ?"
			     " AND place > ?"
			     " ORDER BY place LIMIT ?",
	[READER_LAST_HANDOVER] = "SELECT max(place) FROM handovers WHERE desk = ?",
	[READER_OFFERS] =
		"SELECT h.place, h.kind, h.referral, h.written_at, h.value, c.value"
		" FROM handovers h LEFT JOIN referrals r USING (referral)"
		" LEFT JOIN clients c USING (client)"
		" WHERE h.desk = ? AND h.place > ? AND h.place < ? ORDER BY h.place LIMIT ?",
	[READER_FACTS] = "SELECT value FROM facts WHERE kind = ? ORDER BY id",
	[READER_POSITIONS] = "SELECT topic, partition, next, decided FROM positions"
			     " ORDER BY topic, partition",
	[READER_LOOKED_AT] = "SELECT value FROM meta WHERE name = 'looked_at'",
	[READER_BEGIN] = "BEGIN",
	[READER_END] = "COMMIT",
};

enum outcome view_reader_new(struct view_reader **out, const char *path, struct err *err)
{
	struct view_reader *reader = memory_get_zeroed(1, sizeof(*reader));
	reader->path = memory_string(path);
	reader->inode = database_inode(path);
	if (database_open_reader(&reader->db, path, err) != OK)
		goto fail;
	if (database_prepare(reader->db, texts, READER_STATEMENTS, reader->statements, err) != OK)
		goto fail;
	*out = reader;
	return OK;
fail:
	view_reader_free(reader);
	return err->outcome;
}

void view_reader_free(struct view_reader *reader)
{
	if (reader == NULL)
		return;
	database_finalize(reader->statements, READER_STATEMENTS);
	database_close(reader->db);
	free(reader->path);
	free(reader);
}

bool view_reader_is_current(const struct view_reader *reader)
{
	return database_inode(reader->path) == reader->inode;
}

bool view_reader_refresh(struct view_reader **reader, const char *path, struct err *err)
{
	if (*reader != NULL && view_reader_is_current(*reader))
		return false;
	view_reader_free(*reader);
	*reader = NULL;
	if (view_reader_new(reader, path, err) != OK)
		*reader = NULL;
	return true;
}

enum outcome view_reader_begin(struct view_reader *reader, struct arena *arena, struct err *err)
{
	assert(reader->arena == NULL);
	if (!reader->is_in_moment &&
		database_run(reader->db, reader->statements[READER_BEGIN], err) != OK)
		return err->outcome;
	reader->is_in_moment = true;
	reader->arena = arena;
	return OK;
}

/* What goes wrong here goes wrong again with the next begin, which tells of it. */
static void end_moment(struct view_reader *reader)
{
	struct err ignored = {0};
	reader->is_in_moment = false;
	(void)!database_run(reader->db, reader->statements[READER_END], &ignored);
}

void view_reader_end(struct view_reader *reader)
{
	reader->arena = NULL;
	if (!reader->keeps)
		end_moment(reader);
}

void view_reader_keep(struct view_reader *reader)
{
	reader->keeps = true;
}

void view_reader_release(struct view_reader *reader)
{
	assert(reader->arena == NULL);
	if (reader->is_in_moment)
		end_moment(reader);
}

struct bytes reader_column(struct view_reader *reader, sqlite3_stmt *statement, int column)
{
	return database_column(statement, column, reader->arena);
}

enum outcome reader_decode(struct view_reader *reader, struct bytes value,
	const struct schema *schema, const void **out, struct err *err)
{
	*out = NULL;
	if (value.data == NULL)
		return OK;
	void *record = arena_get(reader->arena, schema->size);
	if (schema->decode(record, value, reader->arena, err) != OK) {
		err_in(err, "view: %s", schema->name);
		return err->outcome = FATAL;
	}
	*out = record;
	return OK;
}

/* One item more, with the old ones before it. */
static void *add_item(struct view_reader *reader, struct reader_rows *rows, size_t *capacity)
{
	if (rows->count == *capacity) {
		*capacity = *capacity == 0 ? 8 : 2 * *capacity;
		void *items = arena_get_array(reader->arena, *capacity, rows->size);
		if (rows->count > 0)
			memcpy(items, rows->items, rows->count * rows->size);
		rows->items = items;
	}
	return (char *)rows->items + rows->size * rows->count++;
}

enum outcome reader_rows(struct view_reader *reader, sqlite3_stmt *statement, reader_row_fn *read,
	struct reader_rows *rows, struct err *err)
{
	size_t capacity = 0;
	bool row;
	assert(reader->arena != NULL);
	rows->items = NULL;
	rows->count = 0;
	for (;;) {
		if (database_step(reader->db, statement, &row, err) != OK)
			return err->outcome;
		if (!row)
			return OK;
		if (read(reader, statement, add_item(reader, rows, &capacity), err) == OK)
			continue;
		sqlite3_reset(statement);
		return err->outcome;
	}
}

static sqlite3_stmt *statement_of(struct view_reader *reader, enum reader_statement which)
{
	return reader->statements[which];
}

/* The first column of the first row, or absent. */
static enum outcome read_value(
	struct view_reader *reader, enum reader_statement which, struct bytes *out, struct err *err)
{
	sqlite3_stmt *statement = statement_of(reader, which);
	bool row;
	assert(reader->arena != NULL);
	if (database_step(reader->db, statement, &row, err) != OK)
		return err->outcome;
	*out = row ? reader_column(reader, statement, 0) : (struct bytes){0};
	sqlite3_reset(statement);
	return OK;
}

/* out: the address of a pointer to the schema's record. */
static enum outcome read_record(struct view_reader *reader, enum reader_statement which,
	const struct schema *schema, void *out, struct err *err)
{
	struct bytes value;
	const void *record;
	if (read_value(reader, which, &value, err) != OK ||
		reader_decode(reader, value, schema, &record, err) != OK)
		return err->outcome;
	memcpy(out, &record, sizeof(record));
	return OK;
}

enum outcome view_client(struct view_reader *reader, struct pseudonym client,
	const struct client **out, struct err *err)
{
	database_bind_id(statement_of(reader, READER_CLIENT), 1, client.data, sizeof(client.data));
	return read_record(reader, READER_CLIENT, &schema_client, out, err);
}

static enum outcome read_pseudonym(
	struct view_reader *reader, sqlite3_stmt *statement, void *item, struct err *err)
{
	struct pseudonym *client = item;
	(void)reader;
	(void)err;
	memcpy(client->data, sqlite3_column_blob(statement, 0), sizeof(client->data));
	return OK;
}

enum outcome view_clients_by_match(
	struct view_reader *reader, struct tag match, struct view_clients *out, struct err *err)
{
	sqlite3_stmt *statement = statement_of(reader, READER_BY_MATCH);
	struct reader_rows rows = {.size = sizeof(*out->items)};
	database_bind_id(statement, 1, match.data, sizeof(match.data));
	if (reader_rows(reader, statement, read_pseudonym, &rows, err) != OK)
		return err->outcome;
	*out = (struct view_clients){rows.items, rows.count};
	return OK;
}

static enum outcome read_owner(
	struct view_reader *reader, sqlite3_stmt *statement, void *item, struct err *err)
{
	struct view_owner *owner = item;
	(void)err;
	owner->desk = reader_column(reader, statement, 0);
	owner->clients = sqlite3_column_int64(statement, 1);
	return OK;
}

enum outcome view_owners(struct view_reader *reader, struct view_owners *out, struct err *err)
{
	struct reader_rows rows = {.size = sizeof(*out->items)};
	if (reader_rows(reader, statement_of(reader, READER_OWNERS), read_owner, &rows, err) != OK)
		return err->outcome;
	*out = (struct view_owners){rows.items, rows.count};
	return OK;
}

static enum outcome read_message(
	struct view_reader *reader, sqlite3_stmt *statement, void *item, struct err *err)
{
	const void *message, *event;
	int64_t place = sqlite3_column_int64(statement, 0);
	if (reader_decode(reader, reader_column(reader, statement, 3), &schema_message, &message,
		    err) != OK ||
		reader_decode(reader, reader_column(reader, statement, 4), &schema_event, &event,
			err) != OK)
		return err->outcome;
	*(struct view_message *)item = (struct view_message){
		.partition = database_partition(place),
		.offset = database_offset(place),
		.received_at = sqlite3_column_int64(statement, 1),
		.redrive = sqlite3_column_int(statement, 2),
		.message = message,
		.event = event,
		.partner = reader_column(reader, statement, 5),
		.is_copy = sqlite3_column_int(statement, 6) == TABLES_FORWARDED,
	};
	return OK;
}

static enum outcome read_messages(struct view_reader *reader, enum reader_statement which,
	struct view_messages *out, struct err *err)
{
	struct reader_rows rows = {.size = sizeof(*out->items)};
	if (reader_rows(reader, statement_of(reader, which), read_message, &rows, err) != OK)
		return err->outcome;
	*out = (struct view_messages){rows.items, rows.count};
	return OK;
}

enum outcome view_messages_of_case(struct view_reader *reader, const struct view_case *which,
	struct view_messages *out, struct err *err)
{
	enum reader_statement name = READER_OF_CASE_ANYWHERE;
	if (which->partner.data != NULL)
		name = which->system.data == NULL ? READER_OF_CASE : READER_OF_CASE_AND_SYSTEM;
	sqlite3_stmt *statement = statement_of(reader, name);
	database_bind_text(statement, 1, which->case_);
	database_bind_text(statement, 2, which->partner);
	database_bind_text(statement, 3, which->system);
	return read_messages(reader, name, out, err);
}

enum outcome view_messages_of_referral(struct view_reader *reader, struct uuid referral,
	struct view_messages *out, struct err *err)
{
	database_bind_id(
		statement_of(reader, READER_OF_REFERRAL), 1, referral.data, sizeof(referral.data));
	return read_messages(reader, READER_OF_REFERRAL, out, err);
}

enum outcome view_client_of_case(struct view_reader *reader, const struct view_case *which,
	const struct pseudonym *held, struct view_case_client *out, struct err *err)
{
	sqlite3_stmt *statement = statement_of(reader, READER_FIRST_OF_CASE);
	bool row;
	*out = (struct view_case_client){.rejected = -1};
	database_bind_text(statement, 1, which->case_);
	database_bind_text(statement, 2, which->partner);
	database_bind_text(statement, 3, which->system);
	while (!out->is_known) {
		if (database_step(reader->db, statement, &row, err) != OK)
			return err->outcome;
		if (!row)
			return OK;
		out->is_known = sqlite3_column_int(statement, 1) == 0;
		memcpy(out->client.data, sqlite3_column_blob(statement, 0),
			sizeof(out->client.data));
		if (!out->is_known && held != NULL &&
			memcmp(held, &out->client, sizeof(out->client)) == 0)
			out->rejected = database_offset(sqlite3_column_int64(statement, 2));
	}
	sqlite3_reset(statement);
	return OK;
}

enum outcome view_listed(struct view_reader *reader, struct pseudonym client,
	const struct view_twice *with, struct view_listed *out, struct err *err)
{
	sqlite3_stmt *statement = statement_of(reader, READER_LISTED);
	bool row;
	database_bind_id(statement, 1, with->other.data, sizeof(with->other.data));
	database_bind_id(statement, 2, client.data, sizeof(client.data));
	database_bind_text(statement, 3, with->partner);
	database_bind_text(statement, 4, with->case_);
	if (database_step(reader->db, statement, &row, err) != OK)
		return err->outcome;
	*out = (struct view_listed){
		sqlite3_column_int(statement, 0) != 0, sqlite3_column_int(statement, 1)};
	sqlite3_reset(statement);
	return OK;
}

enum outcome view_is_refused(
	struct view_reader *reader, struct uuid message, bool *out, struct err *err)
{
	sqlite3_stmt *statement = statement_of(reader, READER_REFUSED);
	database_bind_id(statement, 1, message.data, sizeof(message.data));
	if (database_step(reader->db, statement, out, err) != OK)
		return err->outcome;
	sqlite3_reset(statement);
	return OK;
}

static enum outcome read_twice(
	struct view_reader *reader, sqlite3_stmt *statement, void *item, struct err *err)
{
	struct view_twice *twice = item;
	(void)err;
	memcpy(twice->other.data, sqlite3_column_blob(statement, 0), sizeof(twice->other.data));
	twice->partner = reader_column(reader, statement, 1);
	twice->case_ = reader_column(reader, statement, 2);
	return OK;
}

enum outcome view_case_twice(struct view_reader *reader, struct pseudonym client,
	struct view_twices *out, struct err *err)
{
	struct reader_rows rows = {.size = sizeof(*out->items)};
	database_bind_id(statement_of(reader, READER_TWICE), 1, client.data, sizeof(client.data));
	if (reader_rows(reader, statement_of(reader, READER_TWICE), read_twice, &rows, err) != OK)
		return err->outcome;
	*out = (struct view_twices){rows.items, rows.count};
	return OK;
}

static enum outcome read_first_message(struct view_reader *reader, enum reader_statement which,
	const struct view_message **out, struct err *err)
{
	struct view_messages messages = {0};
	if (read_messages(reader, which, &messages, err) != OK)
		return err->outcome;
	*out = messages.items;
	return OK;
}

enum outcome view_message_at(struct view_reader *reader, int32_t partition, int64_t offset,
	const struct view_message **out, struct err *err)
{
	sqlite3_bind_int64(statement_of(reader, READER_AT), 1, database_place(partition, offset));
	return read_first_message(reader, READER_AT, out, err);
}

struct kin {
	struct bytes client, parent;
};

static enum outcome read_kin(
	struct view_reader *reader, const struct uuid *referral, struct kin *out, struct err *err)
{
	sqlite3_stmt *statement = statement_of(reader, READER_REFERRAL);
	bool row;
	*out = (struct kin){{0}, {0}};
	database_bind_id(statement, 1, referral->data, sizeof(referral->data));
	if (database_step(reader->db, statement, &row, err) != OK)
		return err->outcome;
	if (row)
		*out = (struct kin){
			reader_column(reader, statement, 0), reader_column(reader, statement, 1)};
	sqlite3_reset(statement);
	return OK;
}

/* A message made the first of a line of referrals; the hub made those behind it. */
static enum outcome read_creator(struct view_reader *reader, struct uuid referral,
	const struct view_message **out, struct err *err)
{
	struct view_messages messages = {0};
	struct kin kin;
	for (;;) {
		if (read_kin(reader, &referral, &kin, err) != OK)
			return err->outcome;
		if (kin.parent.data == NULL)
			break;
		memcpy(referral.data, kin.parent.data, sizeof(referral.data));
	}
	if (view_messages_of_referral(reader, referral, &messages, err) != OK)
		return err->outcome;
	*out = messages.items;
	return OK;
}

enum outcome view_referral(struct view_reader *reader, struct uuid referral,
	const struct view_referral **out, struct err *err)
{
	struct kin kin;
	*out = NULL;
	if (read_kin(reader, &referral, &kin, err) != OK)
		return err->outcome;
	if (kin.client.data == NULL)
		return OK;
	struct view_referral *found = arena_get(reader->arena, sizeof(*found));
	memcpy(found->client_id.data, kin.client.data, sizeof(found->client_id.data));
	found->parent = (const struct uuid *)(const void *)kin.parent.data;
	if (view_client(reader, found->client_id, &found->client, err) != OK ||
		read_creator(reader, referral, &found->created_by, err) != OK)
		return err->outcome;
	if (found->client == NULL)
		return OK;
	found->referral = handover_referral(found->client, referral);
	*out = found;
	return OK;
}

enum outcome view_person(struct view_reader *reader, struct uuid referral,
	const struct sealed_person **out, struct err *err)
{
	database_bind_id(
		statement_of(reader, READER_PERSON), 1, referral.data, sizeof(referral.data));
	return read_record(reader, READER_PERSON, &schema_sealed_person, out, err);
}

enum outcome view_key(
	struct view_reader *reader, struct key_id id, const struct data_key **out, struct err *err)
{
	database_bind_id(statement_of(reader, READER_KEY), 1, id.data, sizeof(id.data));
	return read_record(reader, READER_KEY, &schema_data_key, out, err);
}

/* Key ids begin with their owner, so that the owner alone and the owner with more than a key id
 * of ones behind it are below and above all of them. */
enum outcome view_key_of_owner(struct view_reader *reader, const uint8_t owner[16],
	const struct data_key **out, struct err *err)
{
	sqlite3_stmt *statement = statement_of(reader, READER_KEY_OF_OWNER);
	uint8_t end[sizeof(struct key_id) + 1];
	memset(end, 0xff, sizeof(end));
	memcpy(end, owner, 16);
	database_bind_id(statement, 1, owner, 16);
	database_bind_id(statement, 2, end, sizeof(end));
	return read_record(reader, READER_KEY_OF_OWNER, &schema_data_key, out, err);
}

static enum outcome read_fact(
	struct view_reader *reader, sqlite3_stmt *statement, void *item, struct err *err)
{
	const void *found;
	if (reader_decode(reader, reader_column(reader, statement, 0), &schema_fact, &found, err) !=
		OK)
		return err->outcome;
	*(const struct fact **)item = found;
	return OK;
}

enum outcome view_facts(
	struct view_reader *reader, enum fact_kind kind, struct view_facts *out, struct err *err)
{
	sqlite3_stmt *statement = statement_of(reader, READER_FACTS);
	struct reader_rows rows = {.size = sizeof(*out->items)};
	sqlite3_bind_int(statement, 1, (int)kind);
	if (reader_rows(reader, statement, read_fact, &rows, err) != OK)
		return err->outcome;
	*out = (struct view_facts){rows.items, rows.count};
	return OK;
}

static int compare_fact(const void *key, const void *item)
{
	return bytes_compare(*(const struct bytes *)key, (*(const struct fact *const *)item)->id);
}

const struct fact *view_facts_find(const struct view_facts *facts, struct bytes id)
{
	const struct fact **found = facts->count == 0
		? NULL
		: bsearch(&id, facts->items, facts->count, sizeof(*facts->items), compare_fact);
	return found != NULL ? *found : NULL;
}

static enum outcome read_position(
	struct view_reader *reader, sqlite3_stmt *statement, void *item, struct err *err)
{
	enum topic topic = (enum topic)sqlite3_column_int(statement, 0);
	(void)reader;
	(void)err;
	*(struct view_position *)item = (struct view_position){
		.topic = bytes_of_string(topics_row(topic)->name),
		.partition = sqlite3_column_int(statement, 1),
		.next = sqlite3_column_int64(statement, 2),
		.decided = sqlite3_column_int64(statement, 3),
	};
	return OK;
}

enum outcome view_positions(struct view_reader *reader, struct view_positions *out, struct err *err)
{
	sqlite3_stmt *statement = statement_of(reader, READER_POSITIONS);
	struct reader_rows rows = {.size = sizeof(*out->items)};
	struct bytes at;
	if (reader_rows(reader, statement, read_position, &rows, err) != OK ||
		read_value(reader, READER_LOOKED_AT, &at, err) != OK)
		return err->outcome;
	*out = (struct view_positions){rows.items, rows.count, 0};
	if (at.data != NULL && !bytes_to_int64(at, &out->at))
		return err_set(err, FATAL, "view: looked_at is no number");
	return OK;
}
