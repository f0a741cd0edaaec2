/* tables - the tables of the view, as SQL. */
#include "hub/view/tables.h"

#include <sodium.h>

#include "hub/base/bytes.h"
#include "schemas/types.h"

/* `place` is where the record lies (hub/view/database.h); `value` is the record in Avro, with the
 * schema of this program. Each row follows from records of one topic, or has columns apart for
 * each: topics come in any order, and the content must not depend on it. Pseudonyms and ids are
 * scattered, so that every index on one costs a page of its own per record: there are as few as the
 * queries allow, and rows lie in the order of their coming. No column is NOT NULL: before a
 * statement that may fail halfway, SQLite copies every page that it writes to. */
const char tables_sql[] =
	"-- rows 1: to be raised when hub/view/apply.c gives the same columns another meaning\n"
	"CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;"
	"CREATE TABLE positions (topic INTEGER, partition INTEGER, first INTEGER,"
	" next INTEGER, decided INTEGER DEFAULT -1,"
	" PRIMARY KEY (topic, partition)) WITHOUT ROWID;"

	"CREATE TABLE messages (place INTEGER PRIMARY KEY,"
	/* of intake */
	" received_at INTEGER, partner TEXT, system TEXT, case_id TEXT, referral BLOB,"
	" redrive INTEGER, kind INTEGER, client BLOB, leerbedrijf TEXT, value BLOB,"
	/* of events */
	" event INTEGER, events INTEGER DEFAULT 0, fate INTEGER, event_partner TEXT);"
	"CREATE INDEX messages_case ON messages (case_id, partner) WHERE case_id IS NOT NULL;"
	"CREATE INDEX messages_open ON messages (referral) WHERE event IS NULL;"
	"CREATE INDEX messages_leerbedrijf ON messages (leerbedrijf, referral)"
	" WHERE leerbedrijf IS NOT NULL;"
	"CREATE INDEX messages_twice ON messages (place) WHERE events > 1;"
	"CREATE INDEX messages_flow ON messages (partner, event_partner, kind, fate)"
	" WHERE fate IS NOT NULL;"

	"CREATE TABLE events (place INTEGER PRIMARY KEY, client BLOB, message INTEGER,"
	" version INTEGER, state_hash BLOB, value BLOB);"
	"CREATE INDEX events_client ON events (client) WHERE client IS NOT NULL;"

	/* row: in the order of their coming, so not part of the content */
	"CREATE TABLE clients (row INTEGER PRIMARY KEY, client BLOB UNIQUE,"
	" version INTEGER, status INTEGER, owner TEXT, match BLOB,"
	" parked INTEGER, redriven INTEGER, hash BLOB,"
	" value BLOB);"
	"CREATE INDEX clients_owner ON clients (owner) WHERE status = 0;"
	"CREATE INDEX clients_match ON clients (match) WHERE match IS NOT NULL;"
	"CREATE INDEX clients_parked ON clients (client) WHERE parked > redriven;"

	/* client: row of clients; referral: its place in the client's referrals, from 1; 0: none.
	 * clients.c tells from the client before which rows to delete. */
	"CREATE TABLE clocks (client INTEGER, referral INTEGER, clock INTEGER, desk TEXT,"
	" armed INTEGER, due INTEGER, level INTEGER,"
	" PRIMARY KEY (desk, clock, due, armed, level, client, referral)) WITHOUT ROWID;"

	"CREATE TABLE referrals (referral BLOB PRIMARY KEY, client BLOB, parent BLOB)"
	" WITHOUT ROWID;"
	"CREATE INDEX referrals_parent ON referrals (parent) WHERE parent IS NOT NULL;"

	"CREATE TABLE handovers (place INTEGER PRIMARY KEY, desk TEXT, referral BLOB,"
	" number INTEGER, kind INTEGER, written_at INTEGER, value BLOB);"
	"CREATE INDEX handovers_desk ON handovers (desk);"

	"CREATE TABLE rejected (place INTEGER PRIMARY KEY, code INTEGER,"
	" since INTEGER, refused INTEGER, source INTEGER, client BLOB,"
	" partner TEXT, number INTEGER, other BLOB, case_id TEXT, value BLOB, message BLOB);"
	"CREATE INDEX rejected_client ON rejected (client, number) WHERE client IS NOT NULL;"
	"CREATE INDEX rejected_other ON rejected (other) WHERE other IS NOT NULL;"
	"CREATE INDEX rejected_message ON rejected (message) WHERE message IS NOT NULL;"
	"CREATE INDEX rejected_refused ON rejected (partner) WHERE refused;"
	"CREATE INDEX rejected_source ON rejected (source) WHERE source IS NOT NULL;"

	"CREATE TABLE persons (referral BLOB UNIQUE, value BLOB);"
	"CREATE TABLE keys (key BLOB UNIQUE, made_at INTEGER,"
	" value BLOB);"
	"CREATE TABLE facts (kind INTEGER, id TEXT, value BLOB, PRIMARY KEY (kind, id))"
	" WITHOUT ROWID;"
	"CREATE TABLE access (place INTEGER PRIMARY KEY, client BLOB, lacks TEXT,"
	" value BLOB);"
	"CREATE INDEX access_client ON access (client);"
	"CREATE INDEX access_lacks ON access (place) WHERE lacks IS NOT NULL;";

const struct tables_row tables_content[] = {
	{"access", "SELECT * FROM access ORDER BY place"},
	{"clients",
		"SELECT client, version, status, owner, match, parked, redriven, hash, value"
		" FROM clients ORDER BY client"},
	{"clocks",
		"SELECT c.client, referral, clock, desk, armed, due, level FROM clocks"
		" JOIN clients c ON c.row = clocks.client ORDER BY c.client, referral, clock"},
	{"events", "SELECT * FROM events ORDER BY place"},
	{"facts", "SELECT * FROM facts ORDER BY kind, id"},
	{"handovers", "SELECT * FROM handovers ORDER BY place"},
	{"keys", "SELECT * FROM keys ORDER BY key"},
	{"messages", "SELECT * FROM messages ORDER BY place"},
	{"persons", "SELECT * FROM persons ORDER BY referral"},
	{"referrals", "SELECT * FROM referrals ORDER BY referral"},
	{"rejected", "SELECT * FROM rejected ORDER BY place"},
	{NULL, NULL},
};

void tables_version(char out[TABLES_VERSION_SIZE])
{
	uint8_t hash[16];
	crypto_generichash_state state;
	crypto_generichash_init(&state, NULL, 0, sizeof(hash));
	crypto_generichash_update(&state, (const uint8_t *)tables_sql, sizeof(tables_sql));
	for (const struct schema *const *schema = schemas_all; *schema != NULL; schema++)
		crypto_generichash_update(&state, (const uint8_t *)&(*schema)->fingerprint,
			sizeof((*schema)->fingerprint));
	crypto_generichash_final(&state, hash, sizeof(hash));
	bytes_to_hex(bytes_of(hash, sizeof(hash)), out);
}
