/* routed - the referrals for which the hub chose a desk, with what the choice went by. */
#include "hub/view/routed.h"

#include "hub/view/database.h"
#include "hub/view/past.h"
#include "hub/view/reader.h"

#define EVENTS_AT_ONCE 500 /* in one transaction */

static const char *const text = "SELECT e.place, e.value, m.value FROM events e JOIN messages m"
				" ON m.place = e.message WHERE e.place >= ? AND e.place < ?"
				" ORDER BY e.place LIMIT ?";

struct walk {
	struct view_reader *reader;
	sqlite3_stmt *events;
	struct past *past; /* tells a client's region as it was */
	routed_visit_fn *visit;
	void *context;
	int64_t place, end; /* what is left of the partition at hand */
	int64_t seen; /* Events in this transaction */
	struct arena arena; /* of one transaction */
};

static bool names_place(const struct referral *referral)
{
	return referral->region.data != NULL || referral->municipality.data != NULL;
}

static enum outcome find_region(
	struct walk *walk, int64_t place, struct routed *routed, struct err *err)
{
	struct past_client before;
	if (names_place(routed->message->body_referral))
		return OK;
	if (past_before(walk->past, routed->event->client, place, &before, err) != OK)
		return err->outcome;
	if (before.client != NULL)
		routed->region = before.client->region;
	else if (before.is_cut && routed->client != NULL)
		routed->region = routed->client->region;
	return OK;
}

static enum outcome visit_row(struct walk *walk, struct err *err)
{
	struct view_reader *reader = walk->reader;
	struct routed routed = {0};
	const void *event, *message;
	int64_t place = sqlite3_column_int64(walk->events, 0);
	walk->place = place + 1;
	if (reader_decode(reader, reader_column(reader, walk->events, 1), &schema_event, &event,
		    err) != OK ||
		reader_decode(reader, reader_column(reader, walk->events, 2), &schema_message,
			&message, err) != OK)
		return err->outcome;
	routed.event = event;
	routed.message = message;
	if (routed.event->routing == NULL || message == NULL ||
		routed.message->body_referral == NULL || !routed.event->has_client)
		return OK;
	if (view_client(reader, routed.event->client, &routed.client, err) != OK ||
		find_region(walk, place, &routed, err) != OK)
		return err->outcome;
	return walk->visit(&routed, walk->context, err);
}

static enum outcome visit_some(struct walk *walk, struct err *err)
{
	sqlite3_bind_int64(walk->events, 1, walk->place);
	sqlite3_bind_int64(walk->events, 2, walk->end);
	sqlite3_bind_int(walk->events, 3, EVENTS_AT_ONCE);
	for (bool row = true; row; walk->seen += row) {
		if (database_step(walk->reader->db, walk->events, &row, err) != OK)
			return err->outcome;
		if (row && visit_row(walk, err) != OK)
			return err->outcome;
	}
	return OK;
}

static enum outcome visit_partition(struct walk *walk, struct err *err)
{
	enum outcome outcome = OK;
	do {
		walk->seen = 0;
		arena_reset(&walk->arena);
		if (view_reader_begin(walk->reader, &walk->arena, err) != OK)
			return err->outcome;
		outcome = visit_some(walk, err);
		sqlite3_reset(walk->events);
		view_reader_end(walk->reader);
	} while (outcome == OK && walk->seen == EVENTS_AT_ONCE);
	return outcome;
}

static enum outcome visit_all(struct walk *walk, int64_t since, struct err *err)
{
	struct past_moment moment;
	enum outcome outcome = past_moment(walk->past, since, &moment, err);
	for (int32_t i = 0; outcome == OK && i < moment.partitions; i++) {
		walk->place = moment.places[i];
		walk->end = database_place(i + 1, 0);
		outcome = visit_partition(walk, err);
	}
	return outcome;
}

enum outcome routed_each(struct view_reader *reader, int64_t since, routed_visit_fn *visit,
	void *context, struct err *err)
{
	struct walk walk = {.reader = reader, .visit = visit, .context = context};
	if (past_new(&walk.past, reader, err) != OK)
		return err->outcome;
	enum outcome outcome = database_prepare(reader->db, &text, 1, &walk.events, err);
	if (outcome == OK)
		outcome = visit_all(&walk, since, err);
	database_finalize(&walk.events, 1);
	past_free(walk.past);
	arena_done(&walk.arena);
	return outcome;
}
