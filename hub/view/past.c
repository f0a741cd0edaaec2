/* past - a client as of a moment: its Events folded in their order. */
#include "hub/view/past.h"

#include <stdlib.h>
#include <string.h>

#include "hub/view/database.h"
#include "hub/view/folding.h"
#include "hub/view/reader.h"

#define CLIENTS_AT_ONCE 1000 /* in one transaction, so that the view's log stays small */

enum statement {
	NEXT_CLIENT,
	LAST_PLACE,
	LAST_OF_PARTITION,
	AT_OR_BEHIND,
	BETWEEN,
	STATEMENTS,
};

/* events_client holds places too, so that LAST_PLACE and BETWEEN read nothing but the index. */
static const char *const texts[STATEMENTS] = {
	[NEXT_CLIENT] = "SELECT min(client) FROM ("
			"SELECT min(client) AS client FROM events WHERE client > ?1"
			" UNION ALL SELECT min(client) FROM clients WHERE client > ?1)",
	[LAST_PLACE] = "SELECT max(place) FROM events WHERE client = ?",
	[LAST_OF_PARTITION] = "SELECT max(place) FROM events WHERE place < ?",
	[AT_OR_BEHIND] = ("SELECT place, value FROM events WHERE place >= ? AND place < ?"
			  " ORDER BY place LIMIT 1"),
	[BETWEEN] = "SELECT 1 FROM events WHERE client = ? AND place >= ? AND place < ? LIMIT 1",
};

struct past {
	struct view_reader *reader;
	sqlite3_stmt *statements[STATEMENTS];
	struct folding *folding;
	struct arena arena; /* of the Event at hand */
	struct arena found; /* what a chunk's queries find */
	struct arena moments;
};

enum outcome past_new(struct past **out, struct view_reader *reader, struct err *err)
{
	struct past *past = memory_get_zeroed(1, sizeof(*past));
	past->reader = reader;
	if (database_prepare(reader->db, texts, STATEMENTS, past->statements, err) != OK ||
		folding_new(&past->folding, reader, err) != OK) {
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
	folding_free(past->folding);
	arena_done(&past->arena);
	arena_done(&past->found);
	arena_done(&past->moments);
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
	if (folding_decode(value, &past->arena, &event, err) != OK)
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

static enum outcome fold_all(struct folding *folding, struct err *err)
{
	struct folding_event event;
	bool found;
	for (;;) {
		if (folding_next(folding, &event, &found, err) != OK)
			return err->outcome;
		if (!found || folding_is_cut(folding))
			return OK;
		if (folding_fold(folding, &event.event, err) != OK)
			return err->outcome;
	}
}

/* Where the first Event that is kept is not its first, it was there before. */
static enum outcome look_at_first(
	struct folding *folding, const struct pseudonym *client, struct err *err)
{
	struct folding_event event;
	bool found;
	folding_begin(folding, client, INT64_MAX);
	return folding_next(folding, &event, &found, err);
}

enum outcome past_before(struct past *past, struct pseudonym client, int64_t place,
	struct past_client *out, struct err *err)
{
	struct folding *folding = past->folding;
	*out = (struct past_client){0};
	folding_begin(folding, &client, place);
	enum outcome outcome = fold_all(folding, err);
	if (outcome == OK && folding_count(folding) > 0)
		out->client = folding_after(folding);
	else if (outcome == OK && !folding_is_cut(folding))
		outcome = look_at_first(folding, &client, err);
	folding_end(folding);
	out->is_cut = folding_is_cut(folding);
	return outcome;
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
