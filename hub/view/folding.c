/* folding - a client's Events, one after the other, and its state before and after each. */
#include "hub/view/folding.h"

#include <stdlib.h>

#include "hub/base/memory.h"
#include "hub/view/database.h"
#include "hub/view/reader.h"

static const char events_text[] = "SELECT value, message FROM events WHERE client = ? AND place < ?"
				  " AND state_hash IS NOT NULL ORDER BY place";

/* A client's record after an Event, and what was decoded from it. The state borrows from it until
 * the next Event has made another one. */
struct record {
	struct buffer bytes;
	struct arena arena;
	struct client client;
};

struct folding {
	sqlite3 *db;
	sqlite3_stmt *events;
	struct handover_state *state;
	struct record records[2];
	int at_hand; /* which of them the state borrows from */
	int64_t count;
	bool is_cut;
	struct arena arena; /* of the Event at hand */
};

enum outcome folding_new(struct folding **out, struct view_reader *reader, struct err *err)
{
	static const char *const text = events_text;
	struct folding *folding = memory_get_zeroed(1, sizeof(*folding));
	folding->db = reader->db;
	folding->state = memory_get_zeroed(1, sizeof(*folding->state));
	if (database_prepare(reader->db, &text, 1, &folding->events, err) != OK) {
		folding_free(folding);
		return err->outcome;
	}
	*out = folding;
	return OK;
}

void folding_free(struct folding *folding)
{
	if (folding == NULL)
		return;
	database_finalize(&folding->events, 1);
	for (int i = 0; i < 2; i++) {
		buffer_done(&folding->records[i].bytes);
		arena_done(&folding->records[i].arena);
	}
	arena_done(&folding->arena);
	free(folding->state);
	free(folding);
}

void folding_begin(struct folding *folding, const struct pseudonym *client, int64_t place)
{
	handover_state_new(folding->state, *client);
	folding->records[folding->at_hand].client = folding->state->client;
	folding->count = 0;
	folding->is_cut = false;
	sqlite3_reset(folding->events);
	database_bind_id(folding->events, 1, client->data, sizeof(client->data));
	sqlite3_bind_int64(folding->events, 2, place);
}

void folding_end(struct folding *folding)
{
	sqlite3_reset(folding->events);
}

enum outcome folding_decode(
	struct bytes value, struct arena *arena, struct event *out, struct err *err)
{
	if (event_decode(out, value, arena, err) == OK)
		return OK;
	err_in(err, "view: an Event");
	return err->outcome = FATAL;
}

/* A client begins with what was applied, or could not be read and parked it. */
static bool is_first(const struct event *event)
{
	return event->version == 1 && (event->result == RESULT_APPLIED || event->has_parked);
}

enum outcome folding_next(
	struct folding *folding, struct folding_event *out, bool *found, struct err *err)
{
	sqlite3_stmt *events = folding->events;
	arena_reset(&folding->arena);
	if (database_step(folding->db, events, found, err) != OK)
		return err->outcome;
	if (!*found)
		return OK;
	struct bytes value = database_column(events, 0, &folding->arena);
	bool has_message = sqlite3_column_type(events, 1) != SQLITE_NULL;
	out->message = has_message ? sqlite3_column_int64(events, 1) : -1;
	if (folding_decode(value, &folding->arena, &out->event, err) != OK)
		return err->outcome;
	folding->is_cut = folding->is_cut || (folding->count == 0 && !is_first(&out->event));
	return OK;
}

/* As a router does between two messages: the state is loaded from its record anew. */
enum outcome folding_fold(struct folding *folding, const struct event *event, struct err *err)
{
	struct record *next = &folding->records[1 - folding->at_hand];
	handover_fold(folding->state, event);
	buffer_clear(&next->bytes);
	arena_reset(&next->arena);
	client_encode(&folding->state->client, &next->bytes);
	if (client_decode(&next->client, buffer_bytes(&next->bytes), &next->arena, err) != OK ||
		handover_state_load(folding->state, &next->client, err) != OK)
		return err_in(err, "view: a client after its Events");
	folding->at_hand = 1 - folding->at_hand;
	folding->count++;
	return OK;
}

int64_t folding_count(const struct folding *folding)
{
	return folding->count;
}

bool folding_is_cut(const struct folding *folding)
{
	return folding->is_cut;
}

const struct client *folding_after(const struct folding *folding)
{
	return &folding->records[folding->at_hand].client;
}

const struct client *folding_before(const struct folding *folding)
{
	return &folding->records[1 - folding->at_hand].client;
}

struct bytes folding_record(const struct folding *folding)
{
	return buffer_bytes(&folding->records[folding->at_hand].bytes);
}
