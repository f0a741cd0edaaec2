/* report - sums and lists over the whole view, for the commands of ops. */
#include "hub/view/report.h"

#include <assert.h>
#include <string.h>

#include "hub/view/database.h"
#include "hub/view/reader.h"
#include "hub/view/tables.h"

/* The statements run once in a while: each is prepared, its values are bound, and `answer` is done
 * with it. */
static enum outcome prepare(
	struct view_reader *reader, const char *text, sqlite3_stmt **out, struct err *err)
{
	return database_prepare(reader->db, &text, 1, out, err);
}

/* Where a list goes: the address of its items, its count, the size of an item. */
struct list {
	void *items;
	size_t *count, size;
};

static enum outcome answer(struct view_reader *reader, sqlite3_stmt *statement, reader_row_fn *read,
	const struct list *out, struct err *err)
{
	struct reader_rows rows = {.size = out->size};
	enum outcome outcome = reader_rows(reader, statement, read, &rows, err);
	database_finalize(&statement, 1);
	if (outcome != OK)
		return outcome;
	memcpy(out->items, &rows.items, sizeof(rows.items));
	*out->count = rows.count;
	return OK;
}

struct tally {
	struct bytes partner;
	int kind, fate;
	int64_t count;
};

static enum outcome read_tally(
	struct view_reader *reader, sqlite3_stmt *statement, void *item, struct err *err)
{
	bool decided = sqlite3_column_type(statement, 2) != SQLITE_NULL;
	(void)err;
	*(struct tally *)item = (struct tally){
		.partner = reader_column(reader, statement, 0),
		.kind = sqlite3_column_int(statement, 1),
		.fate = decided ? sqlite3_column_int(statement, 2) : -1,
		.count = sqlite3_column_int64(statement, 3),
	};
	return OK;
}

static struct report_flow *flow_of(
	struct view_reader *reader, struct report_flows *flows, struct bytes partner)
{
	size_t at = 0;
	while (at < flows->count && bytes_compare(flows->items[at].partner, partner) < 0)
		at++;
	if (at < flows->count && bytes_equal(flows->items[at].partner, partner))
		return &flows->items[at];
	struct report_flow *items =
		arena_get_array(reader->arena, flows->count + 1, sizeof(*items));
	if (flows->count > 0) {
		memcpy(items, flows->items, at * sizeof(*items));
		memcpy(items + at + 1, flows->items + at, (flows->count - at) * sizeof(*items));
	}
	items[at].partner = partner;
	flows->items = items;
	flows->count++;
	return &items[at];
}

static int64_t *bucket(struct report_flow *flow, int fate)
{
	if (fate & TABLES_FATE_PARKED)
		return &flow->parked;
	switch ((enum result)(fate & TABLES_FATE_RESULT)) {
	case RESULT_APPLIED:
	case RESULT_FORWARDED:
		return &flow->applied;
	case RESULT_DUPLICATE:
		return &flow->duplicate;
	case RESULT_REJECTED:
		return &flow->rejected;
	case RESULT_PARKED:
		return &flow->parked;
	}
	return &flow->rejected;
}

/* A redrive is not received anew: it takes one out of the parked. The open ones are counted apart,
 * because they depend on what the routers have read. */
static void add_tally(struct report_flow *flow, const struct tally *tally)
{
	bool redrive = tally->kind == TABLES_REDRIVE || tally->kind == TABLES_SKIP;
	if (redrive && !(tally->fate >= 0 && (tally->fate & TABLES_FATE_SETTLED)))
		return;
	if (redrive)
		flow->parked -= tally->count;
	else
		flow->received += tally->count;
	if (tally->kind == TABLES_SKIP)
		flow->rejected += tally->count;
	else if (tally->fate >= 0)
		*bucket(flow, tally->fate) += tally->count;
}

struct tallies {
	struct tally *items;
	size_t count;
};

static enum outcome read_tallies(
	struct view_reader *reader, const char *text, struct tallies *out, struct err *err)
{
	sqlite3_stmt *statement;
	if (prepare(reader, text, &statement, err) != OK)
		return err->outcome;
	return answer(reader, statement, read_tally,
		&(struct list){&out->items, &out->count, sizeof(*out->items)}, err);
}

static enum outcome add_decided(
	struct view_reader *reader, struct report_flows *flows, struct err *err)
{
	static const char text[] =
		"SELECT coalesce(partner, event_partner, ''), coalesce(kind, 0), fate, count(*)"
		" FROM messages WHERE fate IS NOT NULL AND coalesce(kind, 0) NOT IN (1, 4)"
		" GROUP BY partner, event_partner, kind, fate";
	struct tallies tallies;
	if (read_tallies(reader, text, &tallies, err) != OK)
		return err->outcome;
	for (size_t i = 0; i < tallies.count; i++) {
		const struct tally *tally = &tallies.items[i];
		add_tally(flow_of(reader, flows, tally->partner), tally);
	}
	return OK;
}

static enum outcome add_refused(
	struct view_reader *reader, struct report_flows *flows, struct err *err)
{
	static const char text[] =
		"SELECT coalesce(partner, ''), 0, NULL, count(*) FROM rejected WHERE refused"
		" GROUP BY 1";
	struct tallies tallies;
	if (read_tallies(reader, text, &tallies, err) != OK)
		return err->outcome;
	for (size_t i = 0; i < tallies.count; i++) {
		const struct tally *tally = &tallies.items[i];
		struct report_flow *flow = flow_of(reader, flows, tally->partner);
		flow->received += tally->count;
		flow->refused += tally->count;
	}
	return OK;
}

struct open_message {
	struct bytes partner;
	int64_t place, received_at;
};

static enum outcome read_open(
	struct view_reader *reader, sqlite3_stmt *statement, void *item, struct err *err)
{
	(void)err;
	*(struct open_message *)item = (struct open_message){
		.partner = reader_column(reader, statement, 0),
		.place = sqlite3_column_int64(statement, 1),
		.received_at = sqlite3_column_int64(statement, 2),
	};
	return OK;
}

static bool was_read(const struct report_committed *committed, int64_t place)
{
	int32_t partition = database_partition(place);
	return partition < committed->partitions &&
		database_offset(place) < committed->offsets[partition];
}

static enum outcome add_open(struct view_reader *reader, const struct report_committed *committed,
	struct report_flows *flows, struct err *err)
{
	static const char text[] = "SELECT coalesce(partner, ''), place, received_at FROM messages"
				   " WHERE event IS NULL AND kind = 0";
	struct {
		struct open_message *items;
		size_t count;
	} found;
	sqlite3_stmt *statement;
	if (prepare(reader, text, &statement, err) != OK ||
		answer(reader, statement, read_open,
			&(struct list){&found.items, &found.count, sizeof(*found.items)},
			err) != OK)
		return err->outcome;
	for (size_t i = 0; i < found.count; i++) {
		const struct open_message *open = &found.items[i];
		struct report_flow *flow = flow_of(reader, flows, open->partner);
		flow->received++;
		if (was_read(committed, open->place))
			flow->unaccounted++;
		else
			flow->in_flight++;
		if (flow->oldest == 0 || open->received_at < flow->oldest)
			flow->oldest = open->received_at;
	}
	return OK;
}

static void add_to_sum(struct report_flow *sum, const struct report_flow *flow)
{
	sum->received += flow->received;
	sum->applied += flow->applied;
	sum->duplicate += flow->duplicate;
	sum->refused += flow->refused;
	sum->rejected += flow->rejected;
	sum->parked += flow->parked;
	sum->in_flight += flow->in_flight;
	sum->unaccounted += flow->unaccounted;
	if (sum->oldest == 0 || (flow->oldest != 0 && flow->oldest < sum->oldest))
		sum->oldest = flow->oldest;
}

enum outcome report_flow(struct view_reader *reader, const struct report_committed *committed,
	struct report_flows *out, struct err *err)
{
	*out = (struct report_flows){0};
	if (add_decided(reader, out, err) != OK || add_refused(reader, out, err) != OK)
		return err->outcome;
	if (add_open(reader, committed, out, err) != OK)
		return err->outcome;
	for (size_t i = 0; i < out->count; i++)
		add_to_sum(&out->sum, &out->items[i]);
	return OK;
}

#define HOUR_MS INT64_C(3600000)

const int64_t report_ages[REPORT_AGES] = {HOUR_MS, 4 * HOUR_MS, 24 * HOUR_MS, 72 * HOUR_MS,
	7 * 24 * HOUR_MS, 14 * 24 * HOUR_MS, INT64_MAX};

static enum outcome read_waiting(
	struct view_reader *reader, sqlite3_stmt *statement, void *item, struct err *err)
{
	(void)err;
	*(struct report_waiting *)item = (struct report_waiting){
		.desk = reader_column(reader, statement, 0),
		.clock = (enum clock_name)sqlite3_column_int(statement, 1),
		.count = sqlite3_column_int64(statement, 2),
		.late = sqlite3_column_int64(statement, 3),
		.since = sqlite3_column_int64(statement, 4),
		.due = sqlite3_column_int64(statement, 5),
	};
	/* Columns count what is at most so old; what is left is of that age alone. */
	int64_t younger = 0;
	for (int i = 0; i < REPORT_AGES; i++) {
		int64_t up_to = i < REPORT_AGES - 1 ? sqlite3_column_int64(statement, 6 + i)
						    : sqlite3_column_int64(statement, 2);
		((struct report_waiting *)item)->ages[i] = up_to - younger;
		younger = up_to;
	}
	return OK;
}

enum outcome report_queue(struct view_reader *reader, struct bytes desk, int64_t now,
	struct report_queue *out, struct err *err)
{
	sqlite3_stmt *statement;
	if (prepare(reader,
		    "SELECT desk, clock, count(*), sum(level > 0 OR due < ?2), min(armed),"
		    " min(due), sum(armed >= ?3), sum(armed >= ?4), sum(armed >= ?5),"
		    " sum(armed >= ?6), sum(armed >= ?7), sum(armed >= ?8) FROM clocks WHERE (?1 "
		    "IS NULL OR desk = ?1)"
		    " AND clock NOT IN (11, 12) GROUP BY desk, clock ORDER BY desk, clock",
		    &statement, err) != OK)
		return err->outcome;
	database_bind_text(statement, 1, desk);
	sqlite3_bind_int64(statement, 2, now);
	for (int i = 0; i < REPORT_AGES - 1; i++)
		sqlite3_bind_int64(statement, 3 + i, now - report_ages[i]);
	return answer(reader, statement, read_waiting,
		&(struct list){&out->items, &out->count, sizeof(*out->items)}, err);
}

static enum outcome read_clock(
	struct view_reader *reader, sqlite3_stmt *statement, void *item, struct err *err)
{
	const void *found;
	size_t place = (size_t)sqlite3_column_int(statement, 1);
	if (reader_decode(
		    reader, reader_column(reader, statement, 0), &schema_client, &found, err) != OK)
		return err->outcome;
	const struct client *client = found;
	*(struct report_clock *)item = (struct report_clock){
		.client = client,
		.clock = (enum clock_name)sqlite3_column_int(statement, 2),
		.since = sqlite3_column_int64(statement, 3),
		.due = sqlite3_column_int64(statement, 4),
		.level = sqlite3_column_int(statement, 5),
	};
	if (place > 0 && place <= client->referrals_count)
		((struct report_clock *)item)->referral = &client->referrals[place - 1];
	return OK;
}

enum outcome report_clocks(struct view_reader *reader, struct bytes desk, int32_t limit,
	struct report_clocks *out, struct err *err)
{
	sqlite3_stmt *statement;
	if (prepare(reader,
		    "SELECT c.value, k.referral, k.clock, k.armed, k.due, k.level FROM clocks k"
		    " JOIN clients c ON c.row = k.client WHERE k.desk = ?1"
		    " AND k.clock NOT IN (11, 12) ORDER BY k.due LIMIT ?2",
		    &statement, err) != OK)
		return err->outcome;
	database_bind_text(statement, 1, desk);
	sqlite3_bind_int(statement, 2, limit);
	return answer(reader, statement, read_clock,
		&(struct list){&out->items, &out->count, sizeof(*out->items)}, err);
}

static enum outcome read_due(
	struct view_reader *reader, sqlite3_stmt *statement, void *item, struct err *err)
{
	(void)err;
	*(struct report_due *)item = (struct report_due){
		.desk = reader_column(reader, statement, 0),
		.clock = (enum clock_name)sqlite3_column_int(statement, 1),
		.count = sqlite3_column_int64(statement, 2),
		.past = sqlite3_column_int64(statement, 3),
		.hour = sqlite3_column_int64(statement, 4),
		.day = sqlite3_column_int64(statement, 5),
		.week = sqlite3_column_int64(statement, 6),
		.next = sqlite3_column_int64(statement, 7),
	};
	return OK;
}

enum outcome report_due(struct view_reader *reader, struct bytes desk, int64_t now,
	struct report_dues *out, struct err *err)
{
	static const int64_t ahead[] = {HOUR_MS, 24 * HOUR_MS, 7 * 24 * HOUR_MS};
	sqlite3_stmt *statement;
	if (prepare(reader,
		    "SELECT desk, clock, count(*), sum(due < ?2), sum(due >= ?2 AND due <= ?3),"
		    " sum(due >= ?2 AND due <= ?4), sum(due >= ?2 AND due <= ?5),"
		    " min(CASE WHEN due >= ?2 THEN due END) FROM clocks WHERE"
		    " (?1 IS NULL OR desk = ?1) GROUP BY desk, clock ORDER BY desk, clock",
		    &statement, err) != OK)
		return err->outcome;
	database_bind_text(statement, 1, desk);
	sqlite3_bind_int64(statement, 2, now);
	for (int i = 0; i < 3; i++)
		sqlite3_bind_int64(statement, 3 + i, now + ahead[i]);
	return answer(reader, statement, read_due,
		&(struct list){&out->items, &out->count, sizeof(*out->items)}, err);
}

static enum outcome read_double(
	struct view_reader *reader, sqlite3_stmt *statement, void *item, struct err *err)
{
	const void *client;
	if (reader_decode(reader, reader_column(reader, statement, 1), &schema_client, &client,
		    err) != OK)
		return err->outcome;
	*(struct report_double *)item =
		(struct report_double){sqlite3_column_int64(statement, 0), client};
	return OK;
}

/* Tags that are there twice are few, and clients_match alone tells which. */
enum outcome report_doubles(
	struct view_reader *reader, int32_t limit, struct report_doubles *out, struct err *err)
{
	sqlite3_stmt *statement;
	if (prepare(reader,
		    "WITH twice AS MATERIALIZED (SELECT match FROM clients WHERE match IS NOT NULL"
		    " GROUP BY match HAVING count(*) > 1),"
		    " open AS (SELECT c.match, c.client, c.value, count(*) OVER"
		    " (PARTITION BY c.match) AS together FROM twice t CROSS JOIN clients c"
		    " ON c.match = t.match WHERE c.status = 0)"
		    " SELECT dense_rank() OVER (ORDER BY match), value FROM open"
		    " WHERE together > 1 ORDER BY match, client LIMIT ?",
		    &statement, err) != OK)
		return err->outcome;
	sqlite3_bind_int(statement, 1, limit);
	return answer(reader, statement, read_double,
		&(struct list){&out->items, &out->count, sizeof(*out->items)}, err);
}

static enum outcome read_rejection(
	struct view_reader *reader, sqlite3_stmt *statement, void *item, struct err *err)
{
	const void *found;
	int64_t place = sqlite3_column_int64(statement, 0);
	if (reader_decode(reader, reader_column(reader, statement, 1), &schema_rejection, &found,
		    err) != OK)
		return err->outcome;
	*(struct report_rejection *)item = (struct report_rejection){
		.partition = database_partition(place),
		.offset = database_offset(place),
		.rejection = found,
		.waits = sqlite3_column_int(statement, 2) != 0,
	};
	return OK;
}

#define REJECTION_ROWS                                                                             \
	"SELECT r.place, r.value, r.number > c.redriven FROM rejected r"                           \
	" LEFT JOIN clients c ON c.client = r.client AND c.parked > c.redriven"

#define REJECTION_CHOICE                                                                           \
	"(?1 IS NULL OR r.partner = ?1) AND (?2 IS NULL OR r.client = ?2)"                         \
	" AND (?3 IS NULL OR r.code = ?3)"

enum outcome report_rejected(struct view_reader *reader, const struct report_rejected *which,
	struct report_rejections *out, struct err *err)
{
	const char *text = REJECTION_ROWS " WHERE " REJECTION_CHOICE
					  " ORDER BY r.since DESC, r.place DESC LIMIT ?4";
	if (which->waits)
		text = REJECTION_ROWS " WHERE " REJECTION_CHOICE " AND r.number > c.redriven"
				      " ORDER BY r.client, r.number, r.place LIMIT ?4";
	sqlite3_stmt *statement;
	if (prepare(reader, text, &statement, err) != OK)
		return err->outcome;
	database_bind_text(statement, 1, which->partner);
	database_bind_id(statement, 2, which->client, sizeof(*which->client));
	if (which->has_code)
		sqlite3_bind_int(statement, 3, (int)which->code);
	sqlite3_bind_int(statement, 4, which->limit);
	return answer(reader, statement, read_rejection,
		&(struct list){&out->items, &out->count, sizeof(*out->items)}, err);
}

enum outcome report_rejection(struct view_reader *reader, int32_t partition, int64_t offset,
	struct report_rejections *out, struct err *err)
{
	*out = (struct report_rejections){0};
	if (!database_has_place(partition, offset))
		return OK;
	sqlite3_stmt *statement;
	if (prepare(reader, REJECTION_ROWS " WHERE r.place = ?", &statement, err) != OK)
		return err->outcome;
	sqlite3_bind_int64(statement, 1, database_place(partition, offset));
	return answer(reader, statement, read_rejection,
		&(struct list){&out->items, &out->count, sizeof(*out->items)}, err);
}

static enum outcome read_event(
	struct view_reader *reader, sqlite3_stmt *statement, void *item, struct err *err)
{
	const void *event, *message;
	if (reader_decode(reader, reader_column(reader, statement, 0), &schema_event, &event,
		    err) != OK ||
		reader_decode(reader, reader_column(reader, statement, 1), &schema_message,
			&message, err) != OK)
		return err->outcome;
	*(struct report_event *)item = (struct report_event){event, message};
	return OK;
}

enum outcome report_events(struct view_reader *reader, struct pseudonym client, int32_t limit,
	struct report_events *out, struct err *err)
{
	sqlite3_stmt *statement;
	if (prepare(reader,
		    "SELECT value, said FROM (SELECT e.place, e.value, m.value AS said"
		    " FROM events e LEFT JOIN messages m ON m.place = e.message"
		    " WHERE e.client = ? ORDER BY e.place DESC LIMIT ?) ORDER BY place",
		    &statement, err) != OK)
		return err->outcome;
	database_bind_id(statement, 1, client.data, sizeof(client.data));
	sqlite3_bind_int(statement, 2, limit);
	return answer(reader, statement, read_event,
		&(struct list){&out->items, &out->count, sizeof(*out->items)}, err);
}

struct prefix {
	uint8_t first[16], last[16];
};

/* Half a byte that is not given may be anything. */
static struct prefix prefix_of(struct bytes digits)
{
	struct prefix prefix;
	char text[33];
	assert(digits.size >= 4 && digits.size <= 32);
	memset(text, '0', 32);
	memcpy(text, digits.data, digits.size);
	bool is_hex = bytes_from_hex(bytes_of(text, 32), prefix.first, sizeof(prefix.first));
	memset(text + digits.size, 'f', 32 - digits.size);
	is_hex = is_hex && bytes_from_hex(bytes_of(text, 32), prefix.last, sizeof(prefix.last));
	assert(is_hex);
	return prefix;
}

static enum outcome read_client_id(
	struct view_reader *reader, sqlite3_stmt *statement, void *item, struct err *err)
{
	struct bytes id = reader_column(reader, statement, 0);
	(void)err;
	memcpy(item, id.data, sizeof(struct pseudonym));
	return OK;
}

enum outcome report_by_prefix(
	struct view_reader *reader, struct bytes digits, struct view_clients *out, struct err *err)
{
	const struct prefix prefix = prefix_of(digits);
	sqlite3_stmt *statement;
	if (prepare(reader,
		    "SELECT DISTINCT client FROM (SELECT client FROM clients WHERE client BETWEEN"
		    " ?1 AND ?2 UNION ALL SELECT client FROM referrals"
		    " WHERE referral BETWEEN ?1 AND ?2) LIMIT 2",
		    &statement, err) != OK)
		return err->outcome;
	database_bind_id(statement, 1, prefix.first, sizeof(prefix.first));
	database_bind_id(statement, 2, prefix.last, sizeof(prefix.last));
	return answer(reader, statement, read_client_id,
		&(struct list){&out->items, &out->count, sizeof(*out->items)}, err);
}
