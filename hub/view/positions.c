/* positions - where the view goes on reading each partition, and how far intake is decided. */
#include "hub/view/positions.h"

#include <assert.h>
#include <stdlib.h>

#include "hub/base/memory.h"
#include "hub/view/database.h"

static const char put_text[] = "INSERT INTO positions (topic, partition, first, next, decided)"
			       " VALUES (?, ?, ?, ?, ?) ON CONFLICT (topic, partition) DO UPDATE"
			       " SET first = excluded.first, next = excluded.next,"
			       " decided = excluded.decided";
static const char get_text[] = "SELECT topic, partition, first, next, decided FROM positions";

static size_t fill(
	struct position *items, const struct kafka_settings *settings, size_t starts[TOPIC_COUNT])
{
	size_t count = 0;
	for (int topic = 0; topic < TOPIC_COUNT; topic++) {
		int32_t partitions = topics_partitions(settings, (enum topic)topic);
		starts[topic] = count;
		for (int32_t i = 0; i < partitions && topic != TOPIC_FETCH; i++) {
			if (items != NULL)
				items[count] = (struct position){
					.topic = (enum topic)topic, .partition = i, .decided = -1};
			count++;
		}
	}
	return count;
}

struct position *positions_at(struct positions *positions, enum topic topic, int32_t partition)
{
	size_t at = positions->starts[topic] + (size_t)partition;
	assert(at < positions->count && positions->items[at].topic == topic);
	return &positions->items[at];
}

static bool has_partition(const struct kafka_settings *settings, int topic, int partition)
{
	return topic >= 0 && topic < TOPIC_COUNT && topic != TOPIC_FETCH && partition >= 0 &&
		partition < topics_partitions(settings, (enum topic)topic);
}

static enum outcome load_rows(struct positions *positions, sqlite3_stmt *get,
	const struct kafka_settings *settings, struct err *err)
{
	bool row;
	for (;;) {
		if (database_step(positions->db, get, &row, err) != OK)
			return err->outcome;
		if (!row)
			return OK;
		int topic = sqlite3_column_int(get, 0), partition = sqlite3_column_int(get, 1);
		if (!has_partition(settings, topic, partition))
			return err_set(err, REJECT,
				"view: has partition %d of topic %d, which the configuration has "
				"not: it is built anew",
				partition, topic);
		struct position *position = positions_at(positions, (enum topic)topic, partition);
		position->first = sqlite3_column_int64(get, 2);
		position->next = sqlite3_column_int64(get, 3);
		position->decided = sqlite3_column_int64(get, 4);
	}
}

enum outcome positions_load(struct positions *positions, sqlite3 *db,
	const struct kafka_settings *settings, struct err *err)
{
	const char *const put[] = {put_text}, *const get[] = {get_text};
	sqlite3_stmt *statement;
	*positions = (struct positions){.db = db};
	size_t count = fill(NULL, settings, positions->starts);
	positions->items = memory_get_zeroed(count, sizeof(*positions->items));
	positions->count = fill(positions->items, settings, positions->starts);
	if (database_prepare(db, put, 1, &positions->put, err) != OK)
		goto fail;
	if (database_prepare(db, get, 1, &statement, err) != OK)
		goto fail;
	enum outcome outcome = load_rows(positions, statement, settings, err);
	database_finalize(&statement, 1);
	if (outcome == OK)
		return OK;
fail:
	positions_done(positions);
	return err->outcome;
}

void positions_done(struct positions *positions)
{
	database_finalize(&positions->put, 1);
	free(positions->items);
	*positions = (struct positions){0};
}

static struct consumer_place *places_of(const struct positions *positions)
{
	struct consumer_place *places = memory_get_zeroed(positions->count, sizeof(*places));
	for (size_t i = 0; i < positions->count; i++) {
		const struct position *position = &positions->items[i];
		places[i] = (struct consumer_place){
			position->topic, position->partition, position->next};
	}
	return places;
}

static void take_begins(
	struct positions *positions, const struct consumer_place *begins, int64_t *missed)
{
	for (size_t i = 0; i < positions->count; i++) {
		struct position *position = &positions->items[i];
		if (position->next >= begins[i].offset)
			continue;
		if (position->next > 0)
			*missed += begins[i].offset - position->next;
		else
			position->first = begins[i].offset;
		position->next = begins[i].offset;
		position->changed = true;
	}
}

static enum outcome take_ends(
	struct positions *positions, const struct consumer_place *ends, struct err *err)
{
	positions->behind = 0;
	for (size_t i = 0; i < positions->count; i++) {
		struct position *position = &positions->items[i];
		if (position->next > ends[i].offset)
			return err_set(err, REJECT, "%s[%d] ends at %lld, before where the view is",
				topics_row(position->topic)->name, (int)position->partition,
				(long long)ends[i].offset);
		position->target = ends[i].offset;
		positions->behind += position->next < position->target;
	}
	return OK;
}

enum outcome positions_check(struct positions *positions, struct consumer *consumer, int timeout_ms,
	int64_t *missed, struct err *err)
{
	struct consumer_place *places = places_of(positions);
	enum outcome outcome = consumer_begins(consumer, places, positions->count, timeout_ms, err);
	*missed = 0;
	if (outcome == OK) {
		take_begins(positions, places, missed);
		outcome = consumer_ends(consumer, places, positions->count, timeout_ms, err);
	}
	if (outcome == OK)
		outcome = take_ends(positions, places, err);
	free(places);
	return outcome;
}

enum outcome positions_assign(
	struct positions *positions, struct consumer *consumer, struct err *err)
{
	struct consumer_place *places = places_of(positions);
	enum outcome outcome = consumer_assign(consumer, places, positions->count, err);
	free(places);
	return outcome;
}

void positions_advance(struct positions *positions, struct position *position, int64_t next)
{
	if (next <= position->next)
		return;
	positions->behind -= position->next < position->target && next >= position->target;
	position->next = next;
	position->changed = true;
}

enum outcome positions_save(struct positions *positions, struct err *err)
{
	sqlite3_stmt *put = positions->put;
	for (size_t i = 0; i < positions->count; i++) {
		struct position *position = &positions->items[i];
		if (!position->changed)
			continue;
		sqlite3_bind_int(put, 1, (int)position->topic);
		sqlite3_bind_int(put, 2, position->partition);
		sqlite3_bind_int64(put, 3, position->first);
		sqlite3_bind_int64(put, 4, position->next);
		sqlite3_bind_int64(put, 5, position->decided);
		if (database_run(positions->db, put, err) != OK)
			return err->outcome;
	}
	for (size_t i = 0; i < positions->count; i++)
		positions->items[i].changed = false;
	return OK;
}
