/* outstanding - the open referrals that one system of a partner sent, whether or not it still has
 * them. */
#include "hub/view/outstanding.h"

#include <string.h>

#include "hub/handover/decider.h"
#include "hub/handover/handover.h"
#include "hub/view/database.h"
#include "hub/view/reader.h"

#define CLIENTS_AT_ONCE 300 /* in one transaction */

/* What a referral's message says, any that carries it tells: its id follows from its case. A
 * message that only names it may have a case of its own, the receiver's. */
static const char *const client_text =
	"SELECT row, client, status, value FROM clients WHERE row > ? ORDER BY row LIMIT ?";
static const char *const sent_text =
	"SELECT m.value FROM events e JOIN messages m ON m.place = e.message WHERE e.client = ?"
	" AND m.referral = ? AND m.partner = ? AND m.system IS ? AND m.value IS NOT NULL";
static const char *const said_text =
	"SELECT max(received_at) FROM messages WHERE case_id = ? AND partner = ? AND system IS ?";

struct walk {
	struct view_reader *reader;
	const struct outstanding_of *of;
	sqlite3_stmt *clients, *sent;
	struct outstanding_page *out;
	size_t capacity;
};

static bool has_duty(const struct client_referral *referral)
{
	for (size_t i = 0; i < referral->clocks_count; i++)
		if (referral->clocks[i].clock == CLOCK_NAME_T4)
			return true;
	return false;
}

/* Most referrals are of others, which shows without a look at their messages. */
static bool may_be_of(const struct outstanding_of *of, const struct client *client,
	const struct client_referral *referral)
{
	const struct rules_desk *sender =
		rules_desk(of->rules, handover_desk(client, referral->sender));
	return decider_is_open(referral->state) &&
		(sender == NULL || bytes_equal_string(of->partner, sender->partner));
}

static enum outcome read_case(struct walk *walk, const struct message **out, struct err *err)
{
	struct view_reader *reader = walk->reader;
	const void *message;
	bool row = true;
	*out = NULL;
	while (*out == NULL) {
		if (database_step(reader->db, walk->sent, &row, err) != OK)
			return err->outcome;
		if (!row)
			return OK;
		if (reader_decode(reader, reader_column(reader, walk->sent, 0), &schema_message,
			    &message, err) != OK)
			return err->outcome;
		if (((const struct message *)message)->body_referral != NULL)
			*out = message;
	}
	return OK;
}

/* case_ absent: another system sent it, or the hub made it. */
static enum outcome look(struct walk *walk, const struct client *client,
	const struct client_referral *referral, struct outstanding *out, struct err *err)
{
	const struct outstanding_of *of = walk->of;
	const struct message *message;
	*out = (struct outstanding){.referral = referral->referral, .is_asked = has_duty(referral)};
	if (client->status != CLIENT_STATUS_OPEN || !may_be_of(of, client, referral))
		return OK;
	database_bind_id(walk->sent, 1, client->client.data, sizeof(client->client.data));
	database_bind_id(walk->sent, 2, referral->referral.data, sizeof(referral->referral.data));
	database_bind_text(walk->sent, 3, of->partner);
	database_bind_text(walk->sent, 4, of->system);
	enum outcome outcome = read_case(walk, &message, err);
	sqlite3_reset(walk->sent);
	if (outcome == OK && message != NULL)
		out->case_ = message->case_;
	return outcome;
}

static void add(struct walk *walk, const struct outstanding *item)
{
	struct outstanding_page *out = walk->out;
	if (out->count == walk->capacity) {
		walk->capacity = walk->capacity == 0 ? 32 : 2 * walk->capacity;
		struct outstanding *items =
			arena_get_array(walk->reader->arena, walk->capacity, sizeof(*items));
		if (out->count > 0)
			memcpy(items, out->items, out->count * sizeof(*items));
		out->items = items;
	}
	out->items[out->count++] = *item;
}

static enum outcome visit(struct walk *walk, struct err *err)
{
	struct view_reader *reader = walk->reader;
	struct outstanding found;
	const void *value;
	walk->out->after = sqlite3_column_int64(walk->clients, 0);
	if (sqlite3_column_int(walk->clients, 2) != CLIENT_STATUS_OPEN)
		return OK;
	if (reader_decode(reader, reader_column(reader, walk->clients, 3), &schema_client, &value,
		    err) != OK)
		return err->outcome;
	const struct client *client = value;
	for (size_t i = 0; i < client->referrals_count; i++) {
		if (look(walk, client, &client->referrals[i], &found, err) != OK)
			return err->outcome;
		if (found.case_.data != NULL)
			add(walk, &found);
	}
	return OK;
}

static enum outcome visit_all(struct walk *walk, struct err *err)
{
	int seen = 0;
	sqlite3_bind_int64(walk->clients, 1, walk->out->after);
	sqlite3_bind_int(walk->clients, 2, CLIENTS_AT_ONCE);
	for (bool row = true; row; seen += row) {
		if (database_step(walk->reader->db, walk->clients, &row, err) != OK)
			return err->outcome;
		if (row && visit(walk, err) != OK)
			return err->outcome;
	}
	walk->out->is_last = seen < CLIENTS_AT_ONCE;
	return OK;
}

enum outcome outstanding_next(struct view_reader *reader, const struct outstanding_of *of,
	int64_t after, struct outstanding_page *out, struct err *err)
{
	struct walk walk = {.reader = reader, .of = of, .out = out};
	enum outcome outcome = database_prepare(reader->db, &client_text, 1, &walk.clients, err);
	*out = (struct outstanding_page){.after = after};
	if (outcome == OK)
		outcome = database_prepare(reader->db, &sent_text, 1, &walk.sent, err);
	if (outcome == OK)
		outcome = visit_all(&walk, err);
	database_finalize(&walk.clients, 1);
	database_finalize(&walk.sent, 1);
	return outcome;
}

enum outcome outstanding_find(struct view_reader *reader, const struct outstanding_of *of,
	struct uuid referral, struct outstanding *out, struct err *err)
{
	struct walk walk = {.reader = reader, .of = of};
	const struct view_referral *found;
	*out = (struct outstanding){.referral = referral};
	if (view_referral(reader, referral, &found, err) != OK)
		return err->outcome;
	if (found == NULL || found->referral == NULL)
		return OK;
	if (database_prepare(reader->db, &sent_text, 1, &walk.sent, err) != OK)
		return err->outcome;
	enum outcome outcome = look(&walk, found->client, found->referral, out, err);
	database_finalize(&walk.sent, 1);
	return outcome;
}

enum outcome outstanding_said_at(struct view_reader *reader, const struct outstanding_of *of,
	struct bytes case_, int64_t *out, struct err *err)
{
	sqlite3_stmt *said = NULL;
	bool row = false;
	*out = 0;
	if (database_prepare(reader->db, &said_text, 1, &said, err) != OK)
		return err->outcome;
	database_bind_text(said, 1, case_);
	database_bind_text(said, 2, of->partner);
	database_bind_text(said, 3, of->system);
	enum outcome outcome = database_step(reader->db, said, &row, err);
	if (outcome == OK && row)
		*out = sqlite3_column_int64(said, 0);
	database_finalize(&said, 1);
	return outcome;
}
