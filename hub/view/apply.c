/* apply - writes one record of any topic into the tables of the view. */
#include "hub/view/apply.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/memory.h"
#include "hub/view/clients.h"
#include "hub/view/database.h"
#include "hub/view/tables.h"
#include "schemas/types.h"

enum statement {
	PUT_MESSAGE,
	PUT_RESULT,
	PUT_EVENT,
	PUT_HANDOVER,
	PUT_REJECTED,
	PUT_PERSON,
	DELETE_PERSON,
	PUT_KEY,
	DELETE_KEY,
	PUT_FACT,
	DELETE_FACT,
	PUT_ACCESS,
	STATEMENTS,
};

/* A record lies at its place for good: one that is read again is ignored. */
static const char *const texts[STATEMENTS] = {
	[PUT_MESSAGE] = "INSERT INTO messages (place, received_at, partner, system, case_id,"
			" referral, redrive, kind, value, client, leerbedrijf)"
			" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
			" ON CONFLICT (place) DO UPDATE SET received_at = excluded.received_at,"
			" partner = excluded.partner, system = excluded.system,"
			" case_id = excluded.case_id, referral = excluded.referral,"
			" redrive = excluded.redrive, kind = excluded.kind,"
			" value = excluded.value, client = excluded.client,"
			" leerbedrijf = excluded.leerbedrijf",
	[PUT_RESULT] = "INSERT INTO messages (place, event, events, fate, event_partner)"
		       " VALUES (?, ?, 1, ?, ?) ON CONFLICT (place) DO UPDATE SET"
		       " event = excluded.event, events = events + 1, fate = excluded.fate,"
		       " event_partner = excluded.event_partner",
	[PUT_EVENT] = "INSERT OR IGNORE INTO events (place, client, message, version, state_hash,"
		      " value) VALUES (?, ?, ?, ?, ?, ?)",
	[PUT_HANDOVER] = "INSERT OR IGNORE INTO handovers (place, desk, referral, number, kind,"
			 " written_at, value) VALUES (?, ?, ?, ?, ?, ?, ?)",
	[PUT_REJECTED] = "INSERT OR IGNORE INTO rejected (place, code, since, refused, source,"
			 " client, partner, number, other, case_id, value, message)"
			 " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	[PUT_PERSON] = "INSERT INTO persons (referral, value) VALUES (?, ?)"
		       " ON CONFLICT (referral) DO UPDATE SET value = excluded.value",
	[DELETE_PERSON] = "DELETE FROM persons WHERE referral = ?",
	[PUT_KEY] = "INSERT INTO keys (key, made_at, value) VALUES (?, ?, ?)"
		    " ON CONFLICT (key) DO UPDATE SET made_at = excluded.made_at,"
		    " value = excluded.value",
	[DELETE_KEY] = "DELETE FROM keys WHERE key = ?",
	[PUT_FACT] = "INSERT OR REPLACE INTO facts (kind, id, value) VALUES (?, ?, ?)",
	[DELETE_FACT] = "DELETE FROM facts WHERE kind = ? AND id = ?",
	[PUT_ACCESS] =
		"INSERT OR IGNORE INTO access (place, client, lacks, value) VALUES (?, ?, ?, ?)",
};

struct apply {
	sqlite3 *db;
	sqlite3_stmt *statements[STATEMENTS];
	struct buffer value; /* the record at hand, in Avro with our schema */
	struct clients *clients;
};

enum outcome apply_new(struct apply **out, sqlite3 *db, struct err *err)
{
	struct apply *apply = memory_get_zeroed(1, sizeof(*apply));
	apply->db = db;
	if (database_prepare(db, texts, STATEMENTS, apply->statements, err) != OK ||
		clients_new(&apply->clients, db, err) != OK) {
		apply_free(apply);
		return err->outcome;
	}
	*out = apply;
	return OK;
}

void apply_free(struct apply *apply)
{
	if (apply == NULL)
		return;
	database_finalize(apply->statements, STATEMENTS);
	buffer_done(&apply->value);
	clients_free(apply->clients);
	free(apply);
}

static enum outcome run(struct apply *apply, enum statement which, struct err *err)
{
	return database_run(apply->db, apply->statements[which], err);
}

static struct bytes encoded(
	struct apply *apply, const struct apply_record *record, const void *value)
{
	buffer_clear(&apply->value);
	topics_row(record->topic)->value->encode(value, &apply->value);
	return buffer_bytes(&apply->value);
}

static int64_t place_of(const struct apply_record *record)
{
	return database_place(record->partition, record->offset);
}

static void bind_optional(sqlite3_stmt *statement, int place, bool has, const void *id, size_t size)
{
	database_bind_id(statement, place, has ? id : NULL, size);
}

static void bind_message(
	struct apply *apply, const struct apply_record *record, const struct message *message)
{
	sqlite3_stmt *put = apply->statements[PUT_MESSAGE];
	const struct referral *referral = message->body_referral;
	const struct status_change *change = message->body_status_change;
	bool has = referral != NULL ? referral->has_referral : change->has_referral;
	const struct uuid *id = referral != NULL ? &referral->referral : &change->referral;
	struct message open = *message;
	open.sealed = NULL;
	database_bind_text(put, 3, message->partner);
	database_bind_text(put, 4, message->system);
	database_bind_text(put, 5, message->case_);
	bind_optional(put, 6, has, id->data, sizeof(id->data));
	database_bind_blob(put, 9, encoded(apply, record, &open));
	/* Whose a case is, its first message says: not a copy, which is for another client. */
	bind_optional(put, 10, message->has_client && record->headers.hops == 0,
		message->client.data, sizeof(message->client.data));
	if (referral != NULL && referral->employer != NULL)
		database_bind_text(put, 11, referral->employer->leerbedrijf_id);
}

static enum tables_kind kind_of(const struct apply_record *record)
{
	const struct message *message = record->value;
	if (record->headers.hops > 0)
		return TABLES_FORWARDED;
	if (message != NULL && bytes_equal_string(message->partner, "hub"))
		return TABLES_HUB;
	if (record->headers.redrive > 0)
		return record->headers.skip.data != NULL ? TABLES_SKIP : TABLES_REDRIVE;
	return TABLES_PARTNER;
}

/* An edge names the partner in ce_source, "urn:oin:" and the OIN: all that is known of who sent a
 * record that cannot be read. */
static struct bytes partner_of_source(struct bytes source)
{
	static const char prefix[] = "urn:oin:";
	size_t size = sizeof(prefix) - 1;
	if (source.size <= size || memcmp(source.data, prefix, size) != 0)
		return bytes_of_string("");
	return bytes_of(source.data + size, source.size - size);
}

static enum outcome apply_intake(
	struct apply *apply, const struct apply_record *record, struct err *err)
{
	sqlite3_stmt *put = apply->statements[PUT_MESSAGE];
	sqlite3_clear_bindings(put);
	sqlite3_bind_int64(put, 1, place_of(record));
	sqlite3_bind_int64(put, 2, record->time);
	database_bind_text(put, 3, partner_of_source(record->headers.source));
	sqlite3_bind_int(put, 7, record->headers.redrive);
	sqlite3_bind_int(put, 8, (int)kind_of(record));
	if (record->value != NULL)
		bind_message(apply, record, record->value);
	return run(apply, PUT_MESSAGE, err);
}

static enum outcome put_new_referrals(
	struct apply *apply, const struct event *event, struct err *err)
{
	for (size_t i = 0; i < event->transitions_count && event->has_client; i++) {
		const struct transition *transition = &event->transitions[i];
		const struct referral_after *after = &transition->after;
		if (transition->has_from)
			continue;
		if (clients_put_referral(apply->clients, &after->referral, &event->client,
			    after->has_parent ? &after->parent : NULL, err) != OK)
			return err->outcome;
	}
	return OK;
}

static bool is_of_message(const struct event *event)
{
	return event->has_offset && database_has_place(event->partition, event->offset);
}

static int fate_of(const struct event *event)
{
	int fate = (int)event->result;
	if (event->has_parked)
		fate |= TABLES_FATE_PARKED;
	if (event->has_redriven)
		fate |= TABLES_FATE_SETTLED;
	return fate;
}

static enum outcome put_result(struct apply *apply, const struct apply_record *record,
	const struct event *event, struct err *err)
{
	sqlite3_stmt *put = apply->statements[PUT_RESULT];
	if (!is_of_message(event))
		return OK;
	sqlite3_bind_int64(put, 1, database_place(event->partition, event->offset));
	sqlite3_bind_int64(put, 2, place_of(record));
	sqlite3_bind_int(put, 3, fate_of(event));
	database_bind_text(put, 4, event->partner);
	return run(apply, PUT_RESULT, err);
}

/* What was refused changed nobody; its record's key tells whom it was about all the same. */
static void bind_whom(
	sqlite3_stmt *put, const struct apply_record *record, const struct event *event)
{
	struct pseudonym client = event->client;
	bool has = event->has_client || topics_key_id(record->key, client.data);
	sqlite3_bind_blob(
		put, 2, has ? client.data : NULL, (int)sizeof(client.data), SQLITE_TRANSIENT);
}

static enum outcome apply_event(
	struct apply *apply, const struct apply_record *record, struct err *err)
{
	const struct event *event = record->value;
	sqlite3_stmt *put = apply->statements[PUT_EVENT];
	sqlite3_bind_int64(put, 1, place_of(record));
	bind_whom(put, record, event);
	sqlite3_bind_null(put, 3);
	if (is_of_message(event))
		sqlite3_bind_int64(put, 3, database_place(event->partition, event->offset));
	sqlite3_bind_int(put, 4, event->version);
	bind_optional(put, 5, event->has_state_hash, event->state_hash.data,
		sizeof(event->state_hash.data));
	database_bind_blob(put, 6, encoded(apply, record, event));
	if (run(apply, PUT_EVENT, err) != OK)
		return err->outcome;
	if (put_result(apply, record, event, err) != OK)
		return err->outcome;
	return put_new_referrals(apply, event, err);
}

static enum outcome apply_client(
	struct apply *apply, const struct apply_record *record, struct err *err)
{
	return clients_put(apply->clients, record, err);
}

static enum outcome delete_client(
	struct apply *apply, const struct apply_record *record, struct err *err)
{
	return clients_delete(apply->clients, record, err);
}

static enum outcome apply_handover(
	struct apply *apply, const struct apply_record *record, struct err *err)
{
	const struct handover *handover = record->value;
	sqlite3_stmt *put = apply->statements[PUT_HANDOVER];
	sqlite3_bind_int64(put, 1, place_of(record));
	database_bind_text(put, 2, handover->desk);
	bind_optional(put, 3, handover->has_referral, handover->referral.data,
		sizeof(handover->referral.data));
	sqlite3_bind_int(put, 4, handover->number);
	sqlite3_bind_int(put, 5, (int)handover->kind);
	sqlite3_bind_int64(put, 6, record->time);
	database_bind_blob(put, 7, encoded(apply, record, handover));
	return run(apply, PUT_HANDOVER, err);
}

static enum outcome apply_rejection(
	struct apply *apply, const struct apply_record *record, struct err *err)
{
	const struct rejection *rejection = record->value;
	sqlite3_stmt *put = apply->statements[PUT_REJECTED];
	sqlite3_clear_bindings(put);
	sqlite3_bind_int64(put, 1, place_of(record));
	sqlite3_bind_int(put, 2, (int)rejection->code);
	sqlite3_bind_int64(put, 3, rejection->since);
	sqlite3_bind_int(put, 4, rejection->refused);
	if (rejection->has_partition && rejection->has_offset &&
		database_has_place(rejection->partition, rejection->offset))
		sqlite3_bind_int64(put, 5, database_place(rejection->partition, rejection->offset));
	bind_optional(put, 6, rejection->has_client, rejection->client.data,
		sizeof(rejection->client.data));
	database_bind_text(put, 7, rejection->partner);
	if (rejection->has_number)
		sqlite3_bind_int(put, 8, rejection->number);
	bind_optional(
		put, 9, rejection->has_other, rejection->other.data, sizeof(rejection->other.data));
	database_bind_text(put, 10, rejection->case_);
	database_bind_blob(put, 11, encoded(apply, record, rejection));
	bind_optional(put, 12, rejection->refused && rejection->has_message,
		rejection->message.data, sizeof(rejection->message.data));
	return run(apply, PUT_REJECTED, err);
}

/* The key of such a record is the id in hexadecimal digits. */
static enum outcome delete_by_id(struct apply *apply, enum statement which,
	const struct apply_record *record, size_t size, struct err *err)
{
	uint8_t id[sizeof(struct key_id)];
	if (!bytes_from_hex(record->key, id, size))
		return OK;
	database_bind_id(apply->statements[which], 1, id, size);
	return run(apply, which, err);
}

static enum outcome apply_person(
	struct apply *apply, const struct apply_record *record, struct err *err)
{
	const struct sealed_person *person = record->value;
	sqlite3_stmt *put = apply->statements[PUT_PERSON];
	database_bind_id(put, 1, person->referral.data, sizeof(person->referral.data));
	database_bind_blob(put, 2, encoded(apply, record, person));
	return run(apply, PUT_PERSON, err);
}

static enum outcome delete_person(
	struct apply *apply, const struct apply_record *record, struct err *err)
{
	return delete_by_id(apply, DELETE_PERSON, record, sizeof(struct uuid), err);
}

static enum outcome delete_key(
	struct apply *apply, const struct apply_record *record, struct err *err)
{
	return delete_by_id(apply, DELETE_KEY, record, sizeof(struct key_id), err);
}

static enum outcome apply_key(
	struct apply *apply, const struct apply_record *record, struct err *err)
{
	const struct data_key *key = record->value;
	sqlite3_stmt *put = apply->statements[PUT_KEY];
	database_bind_id(put, 1, key->key.data, sizeof(key->key.data));
	sqlite3_bind_int64(put, 2, key->made_at);
	database_bind_blob(put, 3, encoded(apply, record, key));
	return run(apply, PUT_KEY, err);
}

/* A fact's key is its kind in lower case, "/" and its id: a tombstone tells which. */
static enum outcome delete_fact(
	struct apply *apply, const struct apply_record *record, struct err *err)
{
	enum fact_kind kind;
	sqlite3_stmt *delete = apply->statements[DELETE_FACT];
	char name[32];
	size_t size = 0;
	while (size < record->key.size && size < sizeof(name) && record->key.data[size] != '/') {
		name[size] = (char)toupper(record->key.data[size]);
		size++;
	}
	if (size >= record->key.size || size == sizeof(name) ||
		!fact_kind_from_name(bytes_of(name, size), &kind))
		return OK;
	sqlite3_bind_int(delete, 1, (int)kind);
	database_bind_text(
		delete, 2, bytes_of(record->key.data + size + 1, record->key.size - size - 1));
	return run(apply, DELETE_FACT, err);
}

static enum outcome apply_fact(
	struct apply *apply, const struct apply_record *record, struct err *err)
{
	const struct fact *fact = record->value;
	sqlite3_stmt *put = apply->statements[PUT_FACT];
	sqlite3_bind_int(put, 1, (int)fact->kind);
	database_bind_text(put, 2, fact->id);
	database_bind_blob(put, 3, encoded(apply, record, fact));
	return run(apply, PUT_FACT, err);
}

/* What should say why, or who has what now; NULL: nothing is missing. */
static const char *lacks_of(const struct access *access)
{
	if (access->purpose.size == 0)
		return "for which purpose";
	if (access->fields_count == 0)
		return "which fields";
	return access->partner.size == 0 ? "to whom" : NULL;
}

static enum outcome apply_access(
	struct apply *apply, const struct apply_record *record, struct err *err)
{
	const struct access *access = record->value;
	sqlite3_stmt *put = apply->statements[PUT_ACCESS];
	sqlite3_bind_int64(put, 1, place_of(record));
	database_bind_id(put, 2, access->client.data, sizeof(access->client.data));
	database_bind_text(put, 3, bytes_of_string(lacks_of(access)));
	database_bind_blob(put, 4, encoded(apply, record, access));
	return run(apply, PUT_ACCESS, err);
}

typedef enum outcome apply_fn(
	struct apply *apply, const struct apply_record *record, struct err *err);

/* erase: what a tombstone does. */
static const struct {
	apply_fn *put, *erase;
} topics[TOPIC_COUNT] = {
	[TOPIC_INTAKE] = {apply_intake, apply_intake},
	[TOPIC_EVENTS] = {apply_event, NULL},
	[TOPIC_CLIENTS] = {apply_client, delete_client},
	[TOPIC_PERSONS] = {apply_person, delete_person},
	[TOPIC_KEYS] = {apply_key, delete_key},
	[TOPIC_HANDOVERS] = {apply_handover, NULL},
	[TOPIC_REJECTED] = {apply_rejection, NULL},
	[TOPIC_FACTS] = {apply_fact, delete_fact},
	[TOPIC_ACCESS] = {apply_access, NULL},
};

enum outcome apply_record(struct apply *apply, const struct apply_record *record, struct err *err)
{
	apply_fn *put = topics[record->topic].put, *erase = topics[record->topic].erase;
	if (record->value != NULL || record->topic == TOPIC_INTAKE)
		return put(apply, record, err);
	return record->payload.data == NULL && erase != NULL ? erase(apply, record, err) : OK;
}
