/* past - a client as of a moment: its Events folded in their order. */
#include "hub/view/past.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/handover/handover.h"
#include "hub/kafka/topics.h"
#include "hub/view/database.h"
#include "hub/view/reader.h"

#define CLIENTS_AT_ONCE 1000 /* in one transaction, so that the view's log stays small */

enum statement {
	NEXT_CLIENT,
	LAST_PLACE,
	LAST_OF_PARTITION,
	AT_OR_BEHIND,
	BETWEEN,
	EVENTS,
	RECORD,
	BEGINS,
	STATEMENTS,
};

/* events_client holds places too, so that LAST_PLACE and BETWEEN read nothing but the index. */
static const char *const texts[STATEMENTS] = {
	[NEXT_CLIENT] = "SELECT min(client) FROM ("
			"SELECT min(client) AS client FROM events WHERE client > ?1"
			" UNION ALL SELECT min(client) FROM clients WHERE client > ?1)",
	[LAST_PLACE] = "SELECT max(place) FROM events WHERE client = ?",
	[LAST_OF_PARTITION] = "SELECT max(place) FROM events WHERE place < ?",
	[AT_OR_BEHIND] = "SELECT place, value FROM events WHERE place >= ? AND place < ?"
			 " ORDER BY place LIMIT 1",
	[BETWEEN] = "SELECT 1 FROM events WHERE client = ? AND place >= ? AND place < ? LIMIT 1",
	[EVENTS] = "SELECT value, state_hash FROM events WHERE client = ? AND place < ?"
		   " AND state_hash IS NOT NULL ORDER BY place",
	[RECORD] = "SELECT value FROM clients WHERE client = ?",
	[BEGINS] = "SELECT coalesce(max(first), 0) FROM positions WHERE topic = ?",
};

/* A client's record after an Event, and the arrays that were decoded from it. The state borrows
 * from it until the next Event has made another one. */
struct record {
	struct buffer bytes;
	struct arena arena;
};

struct past {
	struct view_reader *reader;
	sqlite3_stmt *statements[STATEMENTS];
	struct handover_state *state;
	struct record records[2];
	int at_hand; /* which of them the state borrows from */
	int64_t folded;
	bool is_cut;
	struct arena arena; /* of the Event at hand */
	struct arena found; /* what a chunk's queries find */
	struct arena moments;
};

enum outcome past_new(struct past **out, struct view_reader *reader, struct err *err)
{
	struct past *past = memory_get_zeroed(1, sizeof(*past));
	past->reader = reader;
	past->state = memory_get_zeroed(1, sizeof(*past->state));
	if (database_prepare(reader->db, texts, STATEMENTS, past->statements, err) != OK) {
		past_free(past);
		return err->outcome;
	}
	*out = past;
	return OK;
}

void past_free(struct past *past)
{
	if (past == NULL)
		return;
	database_finalize(past->statements, STATEMENTS);
	for (int i = 0; i < 2; i++) {
		buffer_done(&past->records[i].bytes);
		arena_done(&past->records[i].arena);
	}
	arena_done(&past->arena);
	arena_done(&past->found);
	arena_done(&past->moments);
	free(past->state);
	free(past);
}

static enum outcome step(struct past *past, enum statement which, bool *row, struct err *err)
{
	return database_step(past->reader->db, past->statements[which], row, err);
}

/* The first column of its only row; -1 where there is none, or NULL in it. */
static enum outcome read_number(
	struct past *past, enum statement which, int64_t *out, struct err *err)
{
	sqlite3_stmt *statement = past->statements[which];
	bool row;
	*out = -1;
	if (step(past, which, &row, err) != OK)
		return err->outcome;
	if (row && sqlite3_column_type(statement, 0) != SQLITE_NULL)
		*out = sqlite3_column_int64(statement, 0);
	sqlite3_reset(statement);
	return OK;
}

static enum outcome decode_event(
	struct past *past, struct bytes value, struct event *out, struct err *err)
{
	if (event_decode(out, value, &past->arena, err) == OK)
		return OK;
	err_in(err, "view: an Event");
	return err->outcome = FATAL;
}

/* The first Event from a place on and before another: where it lies, and when it was decided. */
static enum outcome look_behind(
	struct past *past, const int64_t span[2], int64_t *place, int64_t *at, struct err *err)
{
	sqlite3_stmt *statement = past->statements[AT_OR_BEHIND];
	struct event event;
	bool row;
	*place = -1;
	arena_reset(&past->arena);
	sqlite3_bind_int64(statement, 1, span[0]);
	sqlite3_bind_int64(statement, 2, span[1]);
	if (step(past, AT_OR_BEHIND, &row, err) != OK)
		return err->outcome;
	if (!row)
		return OK;
	*place = sqlite3_column_int64(statement, 0);
	struct bytes value = database_column(statement, 1, &past->arena);
	sqlite3_reset(statement);
	if (decode_event(past, value, &event, err) != OK)
		return err->outcome;
	*at = event.at;
	return OK;
}

static enum outcome last_before(struct past *past, int64_t place, int64_t *out, struct err *err)
{
	sqlite3_bind_int64(past->statements[LAST_OF_PARTITION], 1, place);
	return read_number(past, LAST_OF_PARTITION, out, err);
}

/* Halves what lies between two places until nothing does. */
static enum outcome find_place(
	struct past *past, int32_t partition, int64_t at, int64_t *out, struct err *err)
{
	int64_t low = database_place(partition, 0), last;
	if (last_before(past, database_place(partition + 1, 0), &last, err) != OK)
		return err->outcome;
	int64_t high = last < low ? low : last + 1;
	while (low < high) {
		int64_t middle = low + (high - low) / 2, place, found = 0;
		if (look_behind(past, (int64_t[]){middle, high}, &place, &found, err) != OK)
			return err->outcome;
		if (place >= 0 && found < at)
			low = place + 1;
		else
			high = middle;
	}
	*out = low;
	return OK;
}

static enum outcome find_places(
	struct past *past, int64_t at, struct past_moment *out, struct err *err)
{
	int64_t last;
	if (last_before(past, INT64_MAX, &last, err) != OK)
		return err->outcome;
	out->partitions = last < 0 ? 0 : database_partition(last) + 1;
	out->places =
		arena_get_array(&past->moments, (size_t)out->partitions, sizeof(*out->places));
	for (int32_t i = 0; i < out->partitions; i++) {
		if (find_place(past, i, at, &out->places[i], err) != OK)
			return err->outcome;
	}
	return OK;
}

enum outcome past_moment(struct past *past, int64_t at, struct past_moment *out, struct err *err)
{
	if (view_reader_begin(past->reader, &past->found, err) != OK)
		return err->outcome;
	enum outcome outcome = find_places(past, at, out, err);
	view_reader_end(past->reader);
	return outcome;
}

static enum outcome next_client(
	struct past *past, struct pseudonym *client, bool *found, struct err *err)
{
	sqlite3_stmt *next = past->statements[NEXT_CLIENT];
	if (*found)
		database_bind_id(next, 1, client->data, sizeof(client->data));
	else
		sqlite3_bind_zeroblob(next, 1, 0); /* before all ids */
	if (step(past, NEXT_CLIENT, found, err) != OK)
		return err->outcome;
	*found = *found && sqlite3_column_bytes(next, 0) == (int)sizeof(client->data);
	if (*found) {
		struct pseudonym id;
		memcpy(id.data, sqlite3_column_blob(next, 0), sizeof(id.data));
		*client = id;
	}
	sqlite3_reset(next);
	return OK;
}

/* The walk that is under way: the last client that was visited, if one was. */
struct walk {
	struct pseudonym client;
	bool found;
	past_visit_fn *visit;
	void *context;
};

static enum outcome visit_some(struct past *past, struct walk *walk, struct err *err)
{
	for (int i = 0; i < CLIENTS_AT_ONCE; i++) {
		if (next_client(past, &walk->client, &walk->found, err) != OK)
			return err->outcome;
		if (!walk->found)
			return OK;
		if (walk->visit(past, walk->client, walk->context, err) != OK)
			return err->outcome;
	}
	return OK;
}

enum outcome past_each(struct past *past, past_visit_fn *visit, void *context, struct err *err)
{
	struct walk walk = {.visit = visit, .context = context};
	do {
		arena_reset(&past->found);
		if (view_reader_begin(past->reader, &past->found, err) != OK)
			return err->outcome;
		enum outcome outcome = visit_some(past, &walk, err);
		for (int i = 0; i < STATEMENTS; i++)
			sqlite3_reset(past->statements[i]);
		view_reader_end(past->reader);
		if (outcome != OK)
			return outcome;
	} while (walk.found);
	return OK;
}

static enum outcome last_place(
	struct past *past, struct pseudonym client, int64_t *out, struct err *err)
{
	database_bind_id(past->statements[LAST_PLACE], 1, client.data, sizeof(client.data));
	return read_number(past, LAST_PLACE, out, err);
}

/* A partition that had no Events when the moment was looked for has them after it. */
static int64_t place_of(const struct past_moment *moment, int32_t partition)
{
	return partition < moment->partitions ? moment->places[partition]
					      : database_place(partition, 0);
}

enum outcome past_has(struct past *past, struct pseudonym client, const struct past_moment span[2],
	bool *out, struct err *err)
{
	sqlite3_stmt *between = past->statements[BETWEEN];
	int64_t last, found;
	*out = false;
	if (last_place(past, client, &last, err) != OK)
		return err->outcome;
	if (last < 0)
		return OK;
	database_bind_id(between, 1, client.data, sizeof(client.data));
	for (int i = 0; i < 2; i++)
		sqlite3_bind_int64(between, 2 + i, place_of(&span[i], database_partition(last)));
	if (read_number(past, BETWEEN, &found, err) != OK)
		return err->outcome;
	*out = found > 0;
	return OK;
}

static struct bytes record_of(const struct past *past)
{
	return buffer_bytes(&past->records[past->at_hand].bytes);
}

/* As a router does between two messages: the state is loaded from its record anew. */
static enum outcome fold(struct past *past, const struct event *event, struct err *err)
{
	struct record *next = &past->records[1 - past->at_hand];
	struct client client;
	handover_fold(past->state, event);
	buffer_clear(&next->bytes);
	arena_reset(&next->arena);
	client_encode(&past->state->client, &next->bytes);
	if (client_decode(&client, buffer_bytes(&next->bytes), &next->arena, err) != OK ||
		handover_state_load(past->state, &client, err) != OK)
		return err_in(err, "view: a client after its Events");
	past->at_hand = 1 - past->at_hand;
	past->folded++;
	return OK;
}

/* The id must live until the last of them was read. */
static void begin_events(struct past *past, const struct pseudonym *client, int64_t before)
{
	sqlite3_stmt *events = past->statements[EVENTS];
	handover_state_new(past->state, *client);
	past->folded = 0;
	past->is_cut = false;
	sqlite3_reset(events);
	database_bind_id(events, 1, client->data, sizeof(client->data));
	sqlite3_bind_int64(events, 2, before);
}

/* A client begins with what was applied or parked. */
static bool is_first(const struct event *event)
{
	return event->version == 1 &&
		(event->result == RESULT_APPLIED || event->result == RESULT_PARKED);
}

static enum outcome next_event(struct past *past, struct event *event, bool *found, struct err *err)
{
	arena_reset(&past->arena);
	if (step(past, EVENTS, found, err) != OK)
		return err->outcome;
	if (!*found)
		return OK;
	struct bytes value = database_column(past->statements[EVENTS], 0, &past->arena);
	if (decode_event(past, value, event, err) != OK)
		return err->outcome;
	past->is_cut = past->is_cut || (past->folded == 0 && !is_first(event));
	return OK;
}

static enum outcome fold_all(struct past *past, struct err *err)
{
	struct event event;
	bool found;
	for (;;) {
		if (next_event(past, &event, &found, err) != OK)
			return err->outcome;
		if (!found || past->is_cut)
			return OK;
		if (fold(past, &event, err) != OK)
			return err->outcome;
	}
}

/* Where the first Event that is kept is not its first, it was there before. */
static enum outcome look_at_first(
	struct past *past, const struct pseudonym *client, struct err *err)
{
	struct event event;
	bool found;
	begin_events(past, client, INT64_MAX);
	return next_event(past, &event, &found, err);
}

enum outcome past_before(struct past *past, struct pseudonym client, int64_t place,
	struct past_client *out, struct err *err)
{
	*out = (struct past_client){0};
	begin_events(past, &client, place);
	if (fold_all(past, err) != OK)
		return err->outcome;
	if (past->folded > 0)
		out->client = &past->state->client;
	else if (!past->is_cut && look_at_first(past, &client, err) != OK)
		return err->outcome;
	sqlite3_reset(past->statements[EVENTS]);
	out->is_cut = past->is_cut;
	return OK;
}

/* Most clients are as they were: their record tells. */
enum outcome past_client(struct past *past, struct pseudonym client,
	const struct past_moment *moment, struct past_client *out, struct err *err)
{
	int64_t last;
	*out = (struct past_client){0};
	if (last_place(past, client, &last, err) != OK)
		return err->outcome;
	int64_t place = last < 0 ? 0 : place_of(moment, database_partition(last));
	if (last < place || last < 0)
		return view_client(past->reader, client, &out->client, err);
	return past_before(past, client, place, out, err);
}

static void say_hash(struct past_check *check, const struct event *event)
{
	snprintf(check->fault, sizeof(check->fault),
		"the hash in the Event of version %d is not that of the state after it",
		event->version);
}

static bool has_hash(const struct past *past, const struct event *event)
{
	static const uint8_t zero_key[16];
	uint64_t hash = bytes_hash(record_of(past), zero_key);
	return memcmp(&hash, event->state_hash.data, sizeof(hash)) == 0;
}

/* The first that the record lacks or has in another state; NULL: none. */
static const struct client_referral *other_referral(
	const struct client *folded, const struct client *record)
{
	for (size_t i = 0; i < folded->referrals_count; i++) {
		const struct client_referral *mine = &folded->referrals[i];
		const struct client_referral *its = handover_referral(record, mine->referral);
		if (its == NULL || its->state != mine->state)
			return mine;
	}
	return NULL;
}

/* What a person would ask first. */
static void say_difference(
	struct past_check *check, const struct client *folded, const struct client *record)
{
	struct bytes owner = handover_desk(folded, folded->owner),
		     other = handover_desk(record, record->owner);
	const struct client_referral *referral = other_referral(folded, record);
	if (folded->status != record->status)
		snprintf(check->fault, sizeof(check->fault),
			"the record is %s, by its Events it is %s",
			client_status_name(record->status), client_status_name(folded->status));
	else if (!bytes_equal(owner, other))
		snprintf(check->fault, sizeof(check->fault),
			"the record is with %.*s, by its Events with %.*s", BYTES_ARG(other),
			BYTES_ARG(owner));
	else if (referral != NULL)
		snprintf(check->fault, sizeof(check->fault),
			"the record has other referrals, or in another state, than its Events "
			"leave: %s to %.*s",
			referral_state_name(referral->state),
			BYTES_ARG(handover_desk(folded, referral->target)));
	else
		snprintf(check->fault, sizeof(check->fault),
			"the record of version %d is not what its Events leave", record->version);
}

/* What a check goes by. */
struct checking {
	struct past *past;
	struct past_check *check;
	struct bytes value; /* of the record; absent: there is none */
	struct client record;
	int64_t met; /* how many Events had been folded when the state was as old as the record */
};

static void check_one(struct checking *checking, const struct event *event)
{
	struct past_check *check = checking->check;
	const struct past *past = checking->past;
	const struct client *folded = &past->state->client, *record = &checking->record;
	if (!check->states_only && !has_hash(past, event))
		say_hash(check, event);
	if (checking->value.data == NULL || folded->version != record->version ||
		folded->applied != record->applied)
		return;
	checking->met = past->folded;
	if (!bytes_equal(record_of(past), checking->value))
		say_difference(check, folded, record);
}

/* Each changes the client by one version; what was refused or said before changes only how far
 * intake was read. */
static bool follows(const struct event *event, const struct client *client)
{
	return event->version == client->version || event->version == client->version + 1;
}

static enum outcome check_events(struct checking *checking, struct err *err)
{
	struct past *past = checking->past;
	char *fault = checking->check->fault;
	struct event event;
	bool found;
	for (;;) {
		if (next_event(past, &event, &found, err) != OK)
			return err->outcome;
		if (!found || past->is_cut)
			return OK;
		if (!follows(&event, &past->state->client)) {
			snprintf(fault, sizeof(checking->check->fault),
				"an Event of version %d follows one of version %d", event.version,
				past->state->client.version);
			return OK;
		}
		if (fold(past, &event, err) != OK)
			return err->outcome;
		check_one(checking, &event);
		if (*fault != '\0')
			return OK;
	}
}

/* A client that is CLOSED may be forgotten. */
static void check_ends(struct checking *checking, bool begins_later)
{
	struct past *past = checking->past;
	struct past_check *check = checking->check;
	const struct client *folded = &past->state->client;
	if (checking->value.data == NULL) {
		if (past->folded > 0 && folded->status == CLIENT_STATUS_OPEN)
			snprintf(check->fault, sizeof(check->fault),
				"it has no record; by its Events it is OPEN with %.*s",
				BYTES_ARG(handover_desk(folded, folded->owner)));
		return;
	}
	if (past->folded == 0 && begins_later)
		check->is_cut = true;
	else if (past->folded == 0)
		snprintf(check->fault, sizeof(check->fault), "it has a record and no Event");
	else if (checking->met != past->folded)
		snprintf(check->fault, sizeof(check->fault),
			"its record is of version %d, intake up to %" PRId64
			"; its last Event of version %d, up to %" PRId64,
			checking->record.version, checking->record.applied, folded->version,
			folded->applied);
}

static enum outcome read_record(struct checking *checking, struct pseudonym client, struct err *err)
{
	struct past *past = checking->past;
	sqlite3_stmt *record = past->statements[RECORD];
	bool row;
	database_bind_id(record, 1, client.data, sizeof(client.data));
	if (step(past, RECORD, &row, err) != OK || !row)
		return err->outcome;
	checking->value = reader_column(past->reader, record, 0);
	sqlite3_reset(record);
	if (client_decode(&checking->record, checking->value, past->reader->arena, err) == OK)
		return OK;
	err_in(err, "view: a client");
	return err->outcome = FATAL;
}

enum outcome past_check(
	struct past *past, struct pseudonym client, struct past_check *check, struct err *err)
{
	struct checking checking = {.past = past, .check = check};
	int64_t begins;
	*check->fault = '\0';
	sqlite3_bind_int(past->statements[BEGINS], 1, TOPIC_EVENTS);
	if (read_record(&checking, client, err) != OK ||
		read_number(past, BEGINS, &begins, err) != OK)
		return err->outcome;
	begin_events(past, &client, INT64_MAX);
	if (check_events(&checking, err) != OK)
		return err->outcome;
	sqlite3_reset(past->statements[EVENTS]);
	check->events = past->folded;
	check->is_cut = past->is_cut;
	if (!check->is_cut && *check->fault == '\0')
		check_ends(&checking, begins > 0);
	return OK;
}
