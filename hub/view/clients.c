/* clients - the tables of clients, their clocks and their referrals. */
#include "hub/view/clients.h"

#include <stdlib.h>
#include <string.h>

#include "hub/base/memory.h"
#include "hub/handover/handover.h"
#include "hub/view/database.h"
#include "schemas/types.h"

enum statement {
	FIND_CLIENT,
	PUT_CLIENT,
	CHANGE_CLIENT,
	MOVE_CLIENT,
	MATCH_CLIENT,
	DELETE_CLIENT,
	PUT_REFERRAL,
	PUT_CLOCK,
	DELETE_CLOCK,
	STATEMENTS,
};

/* Columns that are in an index are named apart: SQLite writes to an index of a named column even
 * where the value is the same. */
static const char *const texts[STATEMENTS] = {
	[FIND_CLIENT] = "SELECT row, value FROM clients WHERE client = ?",
	[PUT_CLIENT] = "INSERT INTO clients (row, client, version, status, owner, match, parked,"
		       " redriven, hash, value) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
	[CHANGE_CLIENT] = "UPDATE clients SET version = ?3, hash = ?9, value = ?10 WHERE row = ?1",
	[MOVE_CLIENT] = "UPDATE clients SET version = ?3, status = ?4, owner = ?5, parked = ?7,"
			" redriven = ?8, hash = ?9, value = ?10 WHERE row = ?1",
	[MATCH_CLIENT] = "UPDATE clients SET match = ?6 WHERE row = ?1",
	[DELETE_CLIENT] = "DELETE FROM clients WHERE row = ?",
	[PUT_REFERRAL] = "INSERT INTO referrals (referral, client, parent) VALUES (?, ?, ?)"
			 " ON CONFLICT (referral) DO UPDATE SET parent = excluded.parent"
			 " WHERE excluded.parent IS NOT NULL",
	[PUT_CLOCK] = "INSERT OR IGNORE INTO clocks (client, referral, clock, desk, armed, due,"
		      " level) VALUES (?, ?, ?, ?, ?, ?, ?)",
	[DELETE_CLOCK] = "DELETE FROM clocks WHERE client = ? AND referral = ? AND clock = ?"
			 " AND desk = ? AND armed = ? AND due = ? AND level = ?",
};

struct clients {
	sqlite3 *db;
	sqlite3_stmt *statements[STATEMENTS];
	struct buffer value;
	struct arena arena; /* the client as the tables have it, and clocks */
};

enum outcome clients_new(struct clients **out, sqlite3 *db, struct err *err)
{
	struct clients *clients = memory_get_zeroed(1, sizeof(*clients));
	clients->db = db;
	if (database_prepare(db, texts, STATEMENTS, clients->statements, err) != OK) {
		free(clients);
		return err->outcome;
	}
	*out = clients;
	return OK;
}

void clients_free(struct clients *clients)
{
	if (clients == NULL)
		return;
	database_finalize(clients->statements, STATEMENTS);
	buffer_done(&clients->value);
	arena_done(&clients->arena);
	free(clients);
}

static enum outcome run(struct clients *clients, enum statement which, struct err *err)
{
	return database_run(clients->db, clients->statements[which], err);
}

enum outcome clients_put_referral(struct clients *clients, const struct uuid *referral,
	const struct pseudonym *client, const struct uuid *parent, struct err *err)
{
	sqlite3_stmt *put = clients->statements[PUT_REFERRAL];
	database_bind_id(put, 1, referral->data, sizeof(referral->data));
	database_bind_id(put, 2, client->data, sizeof(client->data));
	database_bind_id(put, 3, parent, sizeof(*parent));
	return run(clients, PUT_REFERRAL, err);
}

static struct bytes desk_at(const struct client *client, int32_t place)
{
	if (place < 0 || (size_t)place >= client->desks_count)
		return bytes_of_string("");
	return client->desks[place];
}

/* Whoever must act when the clock comes due; the hub's own clocks (T0, T12) are the hub's. */
static struct bytes desk_of_role(
	const struct client *client, const struct client_referral *referral, enum role role)
{
	if (role == ROLE_OWNER)
		return desk_at(client, client->owner);
	if (referral != NULL && role == ROLE_SENDER)
		return desk_at(client, referral->sender);
	if (referral != NULL && role == ROLE_GIVER)
		return desk_at(client, referral->giver);
	if (referral != NULL && role == ROLE_TARGET)
		return desk_at(client, referral->target);
	return bytes_of_string(role == ROLE_OPS ? "ops" : "hub");
}

/* A clock with where it goes: the client's row, and the place of its referral from 1; 0: none. */
struct clock_row {
	const struct clock *clock;
	struct bytes desk;
	int referral;
};
struct clock_rows {
	int64_t client;
	struct clock_row *items;
	size_t count;
};

static void add_clocks(struct clock_rows *rows, const struct client *client, int place)
{
	const struct client_referral *of = place == 0 ? NULL : &client->referrals[place - 1];
	const struct clock *clocks = of == NULL ? client->clocks : of->clocks;
	size_t count = of == NULL ? client->clocks_count : of->clocks_count;
	for (size_t i = 0; i < count; i++)
		rows->items[rows->count++] = (struct clock_row){
			&clocks[i], desk_of_role(client, of, clocks[i].role), place};
}

static struct clock_rows clocks_of(
	struct clients *clients, int64_t row, const struct client *client)
{
	struct clock_rows rows = {row, NULL, 0};
	size_t count = client->clocks_count;
	for (size_t i = 0; i < client->referrals_count; i++)
		count += client->referrals[i].clocks_count;
	rows.items = arena_get_array(&clients->arena, count, sizeof(*rows.items));
	for (int place = 0; place <= (int)client->referrals_count; place++)
		add_clocks(&rows, client, place);
	return rows;
}

static bool has_clock(const struct clock_rows *rows, const struct clock_row *row)
{
	for (size_t i = 0; i < rows->count; i++) {
		const struct clock_row *other = &rows->items[i];
		if (other->referral == row->referral && other->clock->clock == row->clock->clock &&
			other->clock->armed == row->clock->armed &&
			other->clock->due == row->clock->due &&
			other->clock->level == row->clock->level &&
			bytes_equal(other->desk, row->desk))
			return true;
	}
	return false;
}

/* Puts or deletes the clocks that the others do not have. */
static enum outcome run_for_clocks(struct clients *clients, enum statement which,
	const struct clock_rows *rows, const struct clock_rows *others, struct err *err)
{
	sqlite3_stmt *statement = clients->statements[which];
	for (size_t i = 0; i < rows->count; i++) {
		const struct clock_row *row = &rows->items[i];
		if (has_clock(others, row))
			continue;
		sqlite3_bind_int64(statement, 1, rows->client);
		sqlite3_bind_int(statement, 2, row->referral);
		sqlite3_bind_int(statement, 3, (int)row->clock->clock);
		database_bind_text(statement, 4, row->desk);
		sqlite3_bind_int64(statement, 5, row->clock->armed);
		sqlite3_bind_int64(statement, 6, row->clock->due);
		sqlite3_bind_int(statement, 7, row->clock->level);
		if (run(clients, which, err) != OK)
			return err->outcome;
	}
	return OK;
}

/* A client as the tables have it; row 0: not at all, and all else is zero. */
struct known {
	int64_t row;
	struct client client;
};

static enum outcome find_client(
	struct clients *clients, const uint8_t id[16], struct known *out, struct err *err)
{
	sqlite3_stmt *find = clients->statements[FIND_CLIENT];
	bool row;
	*out = (struct known){0};
	arena_reset(&clients->arena);
	database_bind_id(find, 1, id, sizeof(struct pseudonym));
	if (database_step(clients->db, find, &row, err) != OK)
		return err->outcome;
	if (!row)
		return OK;
	out->row = sqlite3_column_int64(find, 0);
	struct bytes value = database_column(find, 1, &clients->arena);
	sqlite3_reset(find);
	return client_decode(&out->client, value, &clients->arena, err);
}

static struct bytes owner_of(const struct client *client)
{
	return client->owner < 0 ? (struct bytes){0} : desk_at(client, client->owner);
}

static bool is_indexed_alike(const struct client *a, const struct client *b)
{
	return a->status == b->status && a->parked == b->parked && a->redriven == b->redriven &&
		bytes_equal(owner_of(a), owner_of(b));
}

static bool matches_alike(const struct client *a, const struct client *b)
{
	return a->has_match == b->has_match &&
		(!a->has_match || memcmp(&a->match, &b->match, sizeof(a->match)) == 0);
}

static enum outcome run_for_client(struct clients *clients, enum statement which, int64_t row,
	const struct apply_record *record, struct err *err)
{
	static const uint8_t zero_key[16] = {0};
	const struct client *client = record->value;
	sqlite3_stmt *put = clients->statements[which];
	uint64_t hash = bytes_hash(record->payload, zero_key);
	buffer_clear(&clients->value);
	client_encode(client, &clients->value);
	sqlite3_bind_null(put, 1);
	if (row != 0)
		sqlite3_bind_int64(put, 1, row);
	database_bind_id(put, 2, client->client.data, sizeof(client->client.data));
	sqlite3_bind_int(put, 3, client->version);
	sqlite3_bind_int(put, 4, (int)client->status);
	database_bind_text(put, 5, owner_of(client));
	database_bind_id(
		put, 6, client->has_match ? client->match.data : NULL, sizeof(client->match.data));
	sqlite3_bind_int(put, 7, client->parked);
	sqlite3_bind_int(put, 8, client->redriven);
	database_bind_id(put, 9, &hash, sizeof(hash));
	database_bind_blob(put, 10, buffer_bytes(&clients->value));
	return run(clients, which, err);
}

static enum outcome put_client(struct clients *clients, const struct apply_record *record,
	struct known *known, struct err *err)
{
	if (known->row == 0) {
		if (run_for_client(clients, PUT_CLIENT, 0, record, err) != OK)
			return err->outcome;
		known->row = sqlite3_last_insert_rowid(clients->db);
		return OK;
	}
	bool alike = is_indexed_alike(&known->client, record->value);
	if (!matches_alike(&known->client, record->value) &&
		run_for_client(clients, MATCH_CLIENT, known->row, record, err) != OK)
		return err->outcome;
	return run_for_client(
		clients, alike ? CHANGE_CLIENT : MOVE_CLIENT, known->row, record, err);
}

enum outcome clients_put(
	struct clients *clients, const struct apply_record *record, struct err *err)
{
	const struct client *client = record->value;
	struct known known;
	if (find_client(clients, client->client.data, &known, err) != OK ||
		put_client(clients, record, &known, err) != OK)
		return err->outcome;
	for (size_t i = 0; i < client->referrals_count; i++) {
		const struct uuid *referral = &client->referrals[i].referral;
		if (handover_referral(&known.client, *referral) == NULL &&
			clients_put_referral(clients, referral, &client->client, NULL, err) != OK)
			return err->outcome;
	}
	struct clock_rows before = clocks_of(clients, known.row, &known.client);
	struct clock_rows now = clocks_of(clients, known.row, client);
	if (run_for_clocks(clients, DELETE_CLOCK, &before, &now, err) != OK)
		return err->outcome;
	return run_for_clocks(clients, PUT_CLOCK, &now, &before, err);
}

enum outcome clients_delete(
	struct clients *clients, const struct apply_record *record, struct err *err)
{
	static const struct clock_rows none;
	struct known known;
	uint8_t id[16];
	if (!topics_key_id(record->key, id))
		return OK;
	if (find_client(clients, id, &known, err) != OK)
		return err->outcome;
	struct clock_rows clocks = clocks_of(clients, known.row, &known.client);
	if (run_for_clocks(clients, DELETE_CLOCK, &clocks, &none, err) != OK)
		return err->outcome;
	sqlite3_bind_int64(clients->statements[DELETE_CLIENT], 1, known.row);
	return run(clients, DELETE_CLIENT, err);
}
