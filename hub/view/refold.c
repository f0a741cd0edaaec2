/* refold - whether a client's Events agree with the hash in each, with what each step must keep,
 * and with the client's record. */
#include "hub/view/refold.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/memory.h"
#include "hub/kafka/topics.h"
#include "hub/view/database.h"
#include "hub/view/folding.h"
#include "hub/view/reader.h"

enum statement { RECORD, BEGINS, MESSAGE, STATEMENTS };

static const char *const texts[STATEMENTS] = {
	[RECORD] = "SELECT value FROM clients WHERE client = ?",
	[BEGINS] = "SELECT coalesce(max(first), 0) FROM positions WHERE topic = ?",
	/* A redrive is no message of its own: it may be mended, or be left out. */
	[MESSAGE] = "SELECT value FROM messages WHERE place = ? AND redrive = 0",
};

struct refold {
	struct view_reader *reader;
	sqlite3_stmt *statements[STATEMENTS];
	struct folding *folding;
	struct arena arena; /* of the message at hand */
};

enum outcome refold_new(struct refold **out, struct view_reader *reader, struct err *err)
{
	struct refold *refold = memory_get_zeroed(1, sizeof(*refold));
	refold->reader = reader;
	if (database_prepare(reader->db, texts, STATEMENTS, refold->statements, err) != OK ||
		folding_new(&refold->folding, reader, err) != OK) {
		refold_free(refold);
		return err->outcome;
	}
	*out = refold;
	return OK;
}

void refold_free(struct refold *refold)
{
	if (refold == NULL)
		return;
	database_finalize(refold->statements, STATEMENTS);
	folding_free(refold->folding);
	arena_done(&refold->arena);
	free(refold);
}

static enum outcome step(struct refold *refold, enum statement which, bool *row, struct err *err)
{
	return database_step(refold->reader->db, refold->statements[which], row, err);
}

/* The first is what counts: all that follows may follow from it. */
static void take_broken(void *context, const char *invariant, const char *text)
{
	struct refold_check *check = context;
	if (*check->fault != '\0')
		return;
	snprintf(check->invariant, sizeof(check->invariant), "%s", invariant);
	snprintf(check->fault, sizeof(check->fault), "%s", text);
}

static void say(struct refold_check *check, const char *invariant, const char *format, ...)
	PRINTF_LIKE(3, 4);

static void say(struct refold_check *check, const char *invariant, const char *format, ...)
{
	char text[sizeof(check->fault)];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	take_broken(check, invariant, text);
}

static bool has_hash(const struct refold *refold, const struct event *event)
{
	static const uint8_t zero_key[16];
	uint64_t hash = bytes_hash(folding_record(refold->folding), zero_key);
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
	struct refold_check *check, const struct client *folded, const struct client *record)
{
	struct bytes owner = handover_desk(folded, folded->owner),
		     other = handover_desk(record, record->owner);
	const struct client_referral *referral = other_referral(folded, record);
	if (folded->status != record->status)
		say(check, "I20", "the record is %s, by its Events it is %s",
			client_status_name(record->status), client_status_name(folded->status));
	else if (!bytes_equal(owner, other))
		say(check, "I20", "the record is with %.*s, by its Events with %.*s",
			BYTES_ARG(other), BYTES_ARG(owner));
	else if (referral != NULL)
		say(check, "I20",
			"the record has other referrals, or in another state, than its Events "
			"leave: %s to %.*s",
			referral_state_name(referral->state),
			BYTES_ARG(handover_desk(folded, referral->target)));
	else
		say(check, "I20", "the record of version %d is not what its Events leave",
			record->version);
}

/* What a check goes by. */
struct checking {
	struct refold *refold;
	struct refold_check *check;
	struct bytes value; /* of the record; absent: there is none */
	struct client record;
	int64_t met; /* how many Events had been folded when the state was as old as the record */
};

/* Each changes the client by one version; what was refused or said before changes only how far
 * intake was read. */
static bool follows(const struct event *event, const struct client *client)
{
	return event->version == client->version || event->version == client->version + 1;
}

/* Intake is kept for a month only. */
static enum outcome read_message(struct refold *refold, int64_t place, struct message *room,
	const struct message **out, struct err *err)
{
	sqlite3_stmt *statement = refold->statements[MESSAGE];
	bool row;
	*out = NULL;
	if (place < 0)
		return OK;
	arena_reset(&refold->arena);
	sqlite3_bind_int64(statement, 1, place);
	if (step(refold, MESSAGE, &row, err) != OK || !row)
		return err->outcome;
	struct bytes value = database_column(statement, 0, &refold->arena);
	sqlite3_reset(statement);
	if (value.data == NULL)
		return OK;
	if (message_decode(room, value, &refold->arena, err) != OK) {
		err_in(err, "view: a message");
		return err->outcome = FATAL;
	}
	*out = room;
	return OK;
}

static enum outcome check_step(
	struct checking *checking, const struct folding_event *of, struct err *err)
{
	struct refold *refold = checking->refold;
	struct handover_step checked = {.event = &of->event};
	struct message message;
	if (read_message(refold, of->message, &message, &checked.message, err) != OK)
		return err->outcome;
	if (!folding_is_cut(refold->folding)) {
		checked.before = folding_before(refold->folding);
		checked.after = folding_after(refold->folding);
	}
	handover_step_invariants(&checked, take_broken, checking->check);
	return OK;
}

static void check_state(struct checking *checking, const struct event *event)
{
	struct refold_check *check = checking->check;
	const struct folding *folding = checking->refold->folding;
	const struct client *folded = folding_after(folding), *record = &checking->record;
	if (!check->states_only && !has_hash(checking->refold, event))
		say(check, "I20",
			"the hash in the Event of version %d is not that of the state after it",
			event->version);
	if (checking->value.data == NULL || folded->version != record->version ||
		folded->applied != record->applied)
		return;
	checking->met = folding_count(folding);
	if (!bytes_equal(folding_record(folding), checking->value))
		say_difference(check, folded, record);
}

static enum outcome check_one(
	struct checking *checking, const struct folding_event *of, struct err *err)
{
	struct folding *folding = checking->refold->folding;
	if (folding_is_cut(folding))
		return check_step(checking, of, err);
	if (!follows(&of->event, folding_after(folding))) {
		say(checking->check, "I20", "an Event of version %d follows one of version %d",
			of->event.version, folding_after(folding)->version);
		return OK;
	}
	if (folding_fold(folding, &of->event, err) != OK)
		return err->outcome;
	check_state(checking, &of->event);
	return check_step(checking, of, err);
}

static enum outcome check_events(struct checking *checking, struct err *err)
{
	struct folding_event event;
	bool found = true;
	while (*checking->check->fault == '\0') {
		if (folding_next(checking->refold->folding, &event, &found, err) != OK)
			return err->outcome;
		if (!found)
			break;
		if (check_one(checking, &event, err) != OK)
			return err->outcome;
	}
	return OK;
}

/* A client that is CLOSED may be forgotten. */
static void check_ends(struct checking *checking, bool begins_later)
{
	struct refold_check *check = checking->check;
	const struct folding *folding = checking->refold->folding;
	const struct client *folded = folding_after(folding);
	int64_t count = folding_count(folding);
	if (checking->value.data == NULL) {
		if (count > 0 && folded->status == CLIENT_STATUS_OPEN)
			say(check, "I1", "it has no record; by its Events it is OPEN with %.*s",
				BYTES_ARG(handover_desk(folded, folded->owner)));
		return;
	}
	if (count == 0 && begins_later)
		check->is_cut = true;
	else if (count == 0)
		say(check, "I20", "it has a record and no Event");
	else if (checking->met != count)
		say(check, "I20",
			"its record is of version %d, intake up to %" PRId64
			"; its last Event of version %d, up to %" PRId64,
			checking->record.version, checking->record.applied, folded->version,
			folded->applied);
}

static enum outcome read_record(struct checking *checking, struct pseudonym client, struct err *err)
{
	struct refold *refold = checking->refold;
	sqlite3_stmt *record = refold->statements[RECORD];
	bool row;
	database_bind_id(record, 1, client.data, sizeof(client.data));
	if (step(refold, RECORD, &row, err) != OK || !row)
		return err->outcome;
	checking->value = reader_column(refold->reader, record, 0);
	sqlite3_reset(record);
	if (client_decode(&checking->record, checking->value, refold->reader->arena, err) == OK)
		return OK;
	err_in(err, "view: a client");
	return err->outcome = FATAL;
}

/* Kafka keeps only the later ones. */
static enum outcome begins_later(struct refold *refold, bool *out, struct err *err)
{
	sqlite3_stmt *begins = refold->statements[BEGINS];
	bool row;
	sqlite3_bind_int(begins, 1, TOPIC_EVENTS);
	if (step(refold, BEGINS, &row, err) != OK)
		return err->outcome;
	*out = row && sqlite3_column_int64(begins, 0) > 0;
	sqlite3_reset(begins);
	return OK;
}

enum outcome refold_client(
	struct refold *refold, struct pseudonym client, struct refold_check *check, struct err *err)
{
	struct checking checking = {.refold = refold, .check = check};
	bool later = false;
	*check->fault = '\0';
	if (read_record(&checking, client, err) != OK || begins_later(refold, &later, err) != OK)
		return err->outcome;
	folding_begin(refold->folding, &client, INT64_MAX);
	enum outcome outcome = check_events(&checking, err);
	folding_end(refold->folding);
	check->events = folding_count(refold->folding);
	check->is_cut = folding_is_cut(refold->folding);
	if (outcome == OK && !check->is_cut && *check->fault == '\0')
		check_ends(&checking, later);
	return outcome;
}
