/* audit_client - what must never be, of one client and all that the view has of it. */
#include "hub/view/audit_client.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "hub/base/memory.h"
#include "hub/handover/handover.h"
#include "hub/view/database.h"
#include "hub/view/reader.h"
#include "hub/view/refold.h"

enum statement { BEGINS, LAST_EVENT, EVENTS, ACCESS, STATEMENTS };

static const char *const texts[STATEMENTS] = {
	[BEGINS] = "SELECT coalesce(max(first), 0) FROM positions WHERE topic = ?",
	[LAST_EVENT] = "SELECT version, state_hash FROM events WHERE client = ?"
		       " AND state_hash IS NOT NULL ORDER BY place DESC LIMIT 1",
	[EVENTS] = "SELECT value FROM events WHERE client = ? AND state_hash IS NOT NULL"
		   " ORDER BY place DESC",
	[ACCESS] = "SELECT value FROM access WHERE client = ? ORDER BY place DESC",
};

struct audit_client {
	struct view_reader *reader;
	const struct audit *audit;
	struct audit_memory *memory;
	sqlite3_stmt *statements[STATEMENTS];
	struct refold *refold; /* NULL: Events are not folded */
	const struct client *client; /* at hand */
	bool handovers_cut; /* Kafka keeps only the later ones */
	bool found;
	struct arena arena; /* of a record at hand */
};

static void take_finding(void *context, const char *invariant, const char *text)
{
	struct audit_client *of = context;
	of->found = true;
	of->audit->found(of->audit->context,
		&(struct audit_finding){
			.invariant = invariant, .client = &of->client->client, .text = text});
}

static enum outcome step(struct audit_client *of, enum statement which, bool *row, struct err *err)
{
	return database_step(of->reader->db, of->statements[which], row, err);
}

/* An Event whose Client has not arrived yet, or the other way round, shows nothing. */
static enum outcome check_hash(struct audit_client *of, struct bytes hash, struct err *err)
{
	sqlite3_stmt *last = of->statements[LAST_EVENT];
	bool row;
	database_bind_id(last, 1, of->client->client.data, sizeof(of->client->client.data));
	if (step(of, LAST_EVENT, &row, err) != OK)
		return err->outcome;
	if (!row)
		return OK;
	struct bytes of_event = {
		sqlite3_column_blob(last, 1), (size_t)sqlite3_column_bytes(last, 1)};
	if (sqlite3_column_int(last, 0) == of->client->version && !bytes_equal(of_event, hash))
		take_finding(of, "I20", "the state is not what its last Event left");
	sqlite3_reset(last);
	return OK;
}

/* The hash in an Event is of the record as the schema of that time wrote it, so of old ones only
 * what they leave is looked at. */
static enum outcome check_events(struct audit_client *of, struct err *err)
{
	struct refold_check check = {.states_only = true};
	if (of->refold == NULL)
		return OK;
	if (refold_client(of->refold, of->client->client, &check, err) != OK)
		return err->outcome;
	if (*check.fault != '\0')
		take_finding(of, check.invariant, check.fault);
	return OK;
}

static void judge_told(struct audit_client *of, int64_t counted, const struct audit_told *told)
{
	char text[160];
	bool cut = of->handovers_cut;
	if (told->last == counted && (told->first == 1 || cut) &&
		told->count == told->last - told->first + 1)
		return;
	if (cut && told->count == 0)
		return;
	snprintf(text, sizeof(text),
		"%" PRId64 " handovers of a referral were counted for a desk, %" PRId64
		" lie there, up to number %" PRId64,
		counted, told->count, told->last);
	take_finding(of, "I19", text);
}

static enum outcome check_number(struct audit_client *of, const struct client_referral *referral,
	const struct desk_number *number, struct err *err)
{
	const struct client *client = of->client;
	struct audit_told told;
	if (number->desk < 0 || (size_t)number->desk >= client->desks_count)
		return OK;
	if (audit_memory_told(
		    of->memory, &referral->referral, client->desks[number->desk], &told, err) != OK)
		return err->outcome;
	judge_told(of, number->number, &told);
	return OK;
}

static enum outcome check_inboxes(struct audit_client *of, struct err *err)
{
	for (size_t i = 0; i < of->client->referrals_count; i++) {
		const struct client_referral *referral = &of->client->referrals[i];
		for (size_t j = 0; j < referral->handovers_count; j++) {
			if (check_number(of, referral, &referral->handovers[j], err) != OK)
				return err->outcome;
		}
	}
	return OK;
}

/* The next of the client's records, the newest first. */
static enum outcome next_record(struct audit_client *of, enum statement which, struct bytes *value,
	bool *row, struct err *err)
{
	arena_reset(&of->arena);
	if (step(of, which, row, err) != OK)
		return err->outcome;
	if (*row)
		*value = database_column(of->statements[which], 0, &of->arena);
	return OK;
}

static void begin_records(struct audit_client *of, enum statement which)
{
	database_bind_id(
		of->statements[which], 1, of->client->client.data, sizeof(of->client->client.data));
}

/* Since when it is; INT64_MAX: the Event that says so is kept no more. */
static enum outcome find_withdrawal(struct audit_client *of, int64_t *at, struct err *err)
{
	struct event event;
	struct bytes value;
	bool row;
	*at = INT64_MAX;
	begin_records(of, EVENTS);
	for (;;) {
		if (next_record(of, EVENTS, &value, &row, err) != OK)
			return err->outcome;
		if (!row)
			break;
		if (event_decode(&event, value, &of->arena, err) != OK)
			return err_in(err, "view: an Event");
		if (event.has_consent && event.consent != CONSENT_WITHDRAWN)
			break;
		*at = event.has_consent ? event.at : *at;
	}
	sqlite3_reset(of->statements[EVENTS]);
	return OK;
}

static void judge_access(struct audit_client *of, const struct access *access, int64_t withdrawn)
{
	char text[200];
	if (bytes_equal_string(access->partner, "hub") ||
		access->at - withdrawn <= AUDIT_CLIENT_SENDING_MS)
		return;
	snprintf(text, sizeof(text),
		"personal data went to %.*s %" PRId64 " min after consent was withdrawn",
		BYTES_ARG(access->desk.size > 0 ? access->desk : access->partner),
		(access->at - withdrawn) / INT64_C(60000));
	take_finding(of, "I15", text);
}

/* What ops looks at inside of the hub goes to nobody. */
static enum outcome check_sharing(struct audit_client *of, struct err *err)
{
	struct access access;
	struct bytes value;
	int64_t withdrawn;
	if (of->client->consent != CONSENT_WITHDRAWN)
		return OK;
	if (find_withdrawal(of, &withdrawn, err) != OK)
		return err->outcome;
	begin_records(of, ACCESS);
	for (bool row = withdrawn < INT64_MAX; row;) {
		if (next_record(of, ACCESS, &value, &row, err) != OK)
			return err->outcome;
		if (!row)
			break;
		if (access_decode(&access, value, &of->arena, err) != OK)
			return err_in(err, "view: an access");
		judge_access(of, &access, withdrawn);
	}
	return OK;
}

static enum outcome find_cut(struct audit_client *of, struct err *err)
{
	sqlite3_stmt *begins = of->statements[BEGINS];
	bool row;
	sqlite3_bind_int(begins, 1, TOPIC_HANDOVERS);
	if (step(of, BEGINS, &row, err) != OK)
		return err->outcome;
	of->handovers_cut = row && sqlite3_column_int64(begins, 0) > 0;
	sqlite3_reset(begins);
	return OK;
}

enum outcome audit_client_check(struct audit_client *of, const struct client *client,
	struct bytes hash, bool *found, struct err *err)
{
	of->client = client;
	of->found = false;
	handover_invariants(client, of->audit->rules, take_finding, of);
	if (check_hash(of, hash, err) != OK || check_events(of, err) != OK ||
		check_inboxes(of, err) != OK || check_sharing(of, err) != OK)
		return err->outcome;
	*found = of->found;
	return OK;
}

enum outcome audit_client_lost(struct audit_client *of, struct pseudonym client, struct err *err)
{
	const struct client nothing = {.client = client};
	of->client = &nothing;
	enum outcome outcome = check_events(of, err);
	of->client = NULL;
	return outcome;
}

enum outcome audit_client_new(struct audit_client **out, struct view_reader *reader,
	const struct audit *audit, struct audit_memory *memory, struct err *err)
{
	struct audit_client *of = memory_get_zeroed(1, sizeof(*of));
	of->reader = reader;
	of->audit = audit;
	of->memory = memory;
	if (database_prepare(reader->db, texts, STATEMENTS, of->statements, err) != OK ||
		(audit->folds && refold_new(&of->refold, reader, err) != OK) ||
		find_cut(of, err) != OK) {
		audit_client_free(of);
		return err->outcome;
	}
	*out = of;
	return OK;
}

void audit_client_free(struct audit_client *of)
{
	if (of == NULL)
		return;
	refold_free(of->refold);
	database_finalize(of->statements, STATEMENTS);
	arena_done(&of->arena);
	free(of);
}
