/* feed - what the view has for one desk: its handovers in their order, and which offers among them
 * nobody has reported as delivered. */
#include <string.h>

#include "hub/handover/handover.h"
#include "hub/view/database.h"
#include "hub/view/reader.h"

/* The place + 1, so that 0 is before the first. */
int64_t view_cursor(int32_t partition, int64_t offset)
{
	return database_place(partition, offset) + 1;
}

int64_t view_cursor_offset(int64_t cursor)
{
	return database_offset(cursor - 1);
}

int64_t view_written_at(const struct handover *handover, int64_t appended)
{
	return handover->at > appended ? handover->at : appended;
}

static enum outcome read_handover(
	struct view_reader *reader, sqlite3_stmt *statement, void *item, struct err *err)
{
	struct view_handover *handover = item;
	const void *found;
	if (reader_decode(reader, reader_column(reader, statement, 1), &schema_handover, &found,
		    err) != OK)
		return err->outcome;
	*handover = (struct view_handover){.cursor = sqlite3_column_int64(statement, 0) + 1,
		.handover = found,
		.written_at = view_written_at(found, sqlite3_column_int64(statement, 2))};
	return OK;
}

/* Up to the limit, or until they are large enough together. */
static enum outcome read_page(struct view_reader *reader, sqlite3_stmt *statement,
	const struct view_feed *feed, struct view_handovers *out, struct err *err)
{
	enum outcome outcome = OK;
	size_t bytes = 0;
	bool row;
	while (outcome == OK && bytes < VIEW_FEED_BYTES && out->count < (size_t)feed->limit) {
		if (database_step(reader->db, statement, &row, err) != OK)
			return err->outcome;
		if (!row)
			return OK;
		bytes += (size_t)sqlite3_column_bytes(statement, 1);
		outcome = read_handover(reader, statement, &out->items[out->count], err);
		out->count += outcome == OK ? 1 : 0;
	}
	sqlite3_reset(statement);
	return outcome;
}

enum outcome view_handovers(struct view_reader *reader, const struct view_feed *feed,
	struct view_handovers *out, struct err *err)
{
	sqlite3_stmt *statement = reader->statements[READER_HANDOVERS];
	*out = (struct view_handovers){0};
	out->items = arena_get_array(reader->arena, (size_t)feed->limit + 1, sizeof(*out->items));
	database_bind_text(statement, 1, feed->desk);
	sqlite3_bind_int64(statement, 2, feed->after - 1);
	sqlite3_bind_int(statement, 3, feed->limit);
	return read_page(reader, statement, feed, out, err);
}

enum outcome view_last_handover(
	struct view_reader *reader, struct bytes desk, int64_t *out, struct err *err)
{
	sqlite3_stmt *statement = reader->statements[READER_LAST_HANDOVER];
	bool row;
	*out = 0;
	database_bind_text(statement, 1, desk);
	if (database_step(reader->db, statement, &row, err) != OK)
		return err->outcome;
	if (row && sqlite3_column_type(statement, 0) != SQLITE_NULL)
		*out = sqlite3_column_int64(statement, 0) + 1;
	sqlite3_reset(statement);
	return OK;
}

/* A row of the desk's handovers, with the client as it is now where that is an offer. */
struct row {
	struct view_offer offer;
	bool is_open; /* not yet reported as delivered, or its client is not here */
};

/* Still offered to this desk: a request goes on to the next owner. */
static bool is_submitted(
	const struct client *client, const struct client_referral *referral, struct bytes desk)
{
	return referral->state == REFERRAL_STATE_SUBMITTED &&
		bytes_equal(handover_desk(client, referral->target), desk);
}

/* client NULL: the view has none. */
static void look_at(struct row *row, const struct handover *handover, const struct client *client)
{
	const struct client_referral *referral =
		client == NULL ? NULL : handover_referral(client, handover->referral);
	bool is_forgotten = client != NULL && referral == NULL &&
		client->referrals_count >= HANDOVER_REFERRALS_MAX;
	row->offer.referral = handover->referral;
	row->offer.is_here =
		is_forgotten || (referral != NULL && referral->version >= handover->version);
	row->is_open = !row->offer.is_here ||
		(referral != NULL && is_submitted(client, referral, handover->desk));
}

static enum outcome read_offer(
	struct view_reader *reader, sqlite3_stmt *statement, void *item, struct err *err)
{
	struct row *row = item;
	const void *found, *client = NULL;
	row->offer.cursor = sqlite3_column_int64(statement, 0) + 1;
	if (sqlite3_column_int(statement, 1) != HANDOVER_KIND_OFFER ||
		sqlite3_column_type(statement, 2) == SQLITE_NULL)
		return OK;
	if (reader_decode(reader, reader_column(reader, statement, 4), &schema_handover, &found,
		    err) != OK)
		return err->outcome;
	if (sqlite3_column_type(statement, 5) != SQLITE_NULL &&
		reader_decode(reader, reader_column(reader, statement, 5), &schema_client, &client,
			err) != OK)
		return err->outcome;
	row->offer.written_at = view_written_at(found, sqlite3_column_int64(statement, 3));
	look_at(row, found, client);
	return OK;
}

enum outcome view_undelivered(struct view_reader *reader, const struct view_feed *feed,
	int64_t until, struct view_undelivered *out, struct err *err)
{
	sqlite3_stmt *statement = reader->statements[READER_OFFERS];
	struct reader_rows rows = {.size = sizeof(struct row)};
	const struct row *found;
	*out = (struct view_undelivered){.until = until};
	database_bind_text(statement, 1, feed->desk);
	sqlite3_bind_int64(statement, 2, feed->after - 1);
	sqlite3_bind_int64(statement, 3, until);
	sqlite3_bind_int(statement, 4, feed->limit);
	if (reader_rows(reader, statement, read_offer, &rows, err) != OK)
		return err->outcome;
	found = rows.items;
	out->items = arena_get_array(reader->arena, rows.count + 1, sizeof(*out->items));
	for (size_t i = 0; i < rows.count; i++)
		if (found[i].is_open)
			out->items[out->count++] = found[i].offer;
	if (rows.count > 0 && rows.count == (size_t)feed->limit)
		out->until = found[rows.count - 1].offer.cursor;
	return OK;
}
