/* follow - reads the topics from where the view's file is, and applies them batch by batch. */
#include "hub/view/follow.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/clock.h"
#include "hub/base/crash.h"
#include "hub/base/log.h"
#include "hub/base/memory.h"
#include "hub/base/metrics.h"
#include "hub/view/ahead.h"
#include "hub/view/apply.h"
#include "hub/view/database.h"
#include "hub/view/positions.h"

#define BATCH_RECORDS 20000
#define IDLE_MS 50 /* how long a poll waits when nothing comes; bounds the stop too */
#define KAFKA_MS 10000
#define LOOK_EVERY_MS 1000 /* at the file: is it still there; and the sign of life in it */

enum { RECORDS, UNREADABLE, COMMITS, BEHIND };

enum statement { VERSION_OF, LOOK, AHEAD, STATEMENTS };

static const char *const texts[STATEMENTS] = {
	[VERSION_OF] = "SELECT version FROM clients WHERE client = ?",
	[LOOK] = "INSERT OR REPLACE INTO meta VALUES ('looked_at', ?)",
	[AHEAD] = "SELECT e.client, e.version, e.message FROM events e LEFT JOIN clients c"
		  " USING (client) WHERE e.place >= ? AND e.place < ? AND e.message IS NOT NULL"
		  " AND e.state_hash IS NOT NULL AND (c.version IS NULL OR c.version < e.version)",
};

static struct metric metrics[] = {
	[RECORDS] = {"lokethub_view_records_total", METRICS_COUNTER, "records copied into the view",
		"topic", NULL},
	[UNREADABLE] = {"lokethub_view_unreadable_total", METRICS_COUNTER,
		"records that could not be decoded", "topic", NULL},
	[COMMITS] = {"lokethub_view_commits_total", METRICS_COUNTER,
		"transactions of the view's file", NULL, NULL},
	[BEHIND] = {"lokethub_view_behind", METRICS_GAUGE,
		"partitions that have not reached where they ended at the start", NULL, NULL},
};

struct run {
	const struct follow *follow;
	struct consumer *consumer;
	sqlite3 *db;
	sqlite3_stmt *statements[STATEMENTS];
	struct apply *apply;
	struct positions positions;
	struct ahead ahead;
	struct arena arena; /* of one record */
	int64_t *decided;
	ino_t inode;
	int64_t records[TOPIC_COUNT]; /* of the batch at hand */
	int64_t news; /* the same, with ends of partitions */
	int64_t looked_at; /* monotonic ms */
	bool ready;
	bool key_erased; /* since the last commit, whether the file had it or not */
	bool erased; /* a key, which the log of the file still holds */
};

/* Which topics these are: another cluster or prefix has others. librdkafka learns the cluster's id
 * with metadata, and would wait up to a second for the next without being asked. */
static enum outcome find_source(struct run *run, char *out, size_t size, struct err *err)
{
	rd_kafka_t *client = consumer_client(run->consumer);
	const struct rd_kafka_metadata *metadata;
	rd_kafka_resp_err_t code = rd_kafka_metadata(client, 0, NULL, &metadata, KAFKA_MS);
	if (kafka_err(err, code, "looking for the cluster") != OK)
		return err->outcome;
	rd_kafka_metadata_destroy(metadata);
	char *cluster = rd_kafka_clusterid(client, KAFKA_MS);
	if (cluster == NULL)
		return err_set(err, RETRY, "view: the cluster does not tell its id");
	snprintf(out, size, "%s/%s", cluster, run->follow->kafka->prefix);
	rd_kafka_mem_free(client, cluster);
	return OK;
}

static enum outcome open_file(struct run *run, struct err *err)
{
	char source[400];
	const struct database_options options = {run->follow->path, source, run->follow->cache_kb};
	bool fresh;
	if (find_source(run, source, sizeof(source), err) != OK)
		return err->outcome;
	if (database_open_writer(&run->db, &options, &fresh, err) != OK)
		return err->outcome;
	if (fresh)
		log_info("view", "state=empty path=%s", log_quote(run->follow->path));
	run->inode = database_inode(run->follow->path);
	if (database_prepare(run->db, texts, STATEMENTS, run->statements, err) != OK)
		return err->outcome;
	if (seen_load(run->follow->seen, run->db, err) != OK)
		return err->outcome;
	return apply_new(&run->apply, run->db, err);
}

static enum outcome find_places(struct run *run, struct err *err)
{
	int64_t missed;
	enum outcome outcome = positions_load(&run->positions, run->db, run->follow->kafka, err);
	if (outcome == OK)
		outcome = positions_check(&run->positions, run->consumer, KAFKA_MS, &missed, err);
	if (outcome == REJECT)
		database_delete(run->follow->path);
	if (outcome != OK)
		return outcome;
	if (missed > 0)
		log_warn("view", "missed=%" PRId64 " text=%s", missed,
			log_quote("Kafka no longer keeps records that the view had not read"));
	return positions_assign(&run->positions, run->consumer, err);
}

static enum outcome open_run(struct run *run, struct err *err)
{
	if (consumer_new(&run->consumer, run->follow->kafka, err) != OK ||
		open_file(run, err) != OK)
		return err->outcome;
	run->decided =
		memory_get_zeroed((size_t)run->follow->kafka->partitions, sizeof(*run->decided));
	return find_places(run, err);
}

static void close_run(struct run *run)
{
	apply_free(run->apply);
	positions_done(&run->positions);
	database_finalize(run->statements, STATEMENTS);
	database_close(run->db);
	consumer_free(run->consumer);
	ahead_done(&run->ahead);
	arena_done(&run->arena);
	free(run->decided);
}

/* Whether the client that the Event speaks of is here already. */
static enum outcome is_here(struct run *run, const struct event *event, bool *here, struct err *err)
{
	sqlite3_stmt *version_of = run->statements[VERSION_OF];
	bool row;
	database_bind_id(version_of, 1, event->client.data, sizeof(event->client.data));
	if (database_step(run->db, version_of, &row, err) != OK)
		return err->outcome;
	*here = row && sqlite3_column_int(version_of, 0) >= event->version;
	sqlite3_reset(version_of);
	return OK;
}

/* While the view is behind nobody waits for what it reads, and the list would be long: find_ahead
 * makes it up for those that still wait then. */
static enum outcome note_event(
	struct run *run, int32_t partition, const struct event *event, struct err *err)
{
	if (!event->has_offset || event->partition != partition)
		return OK;
	struct position *intake = positions_at(&run->positions, TOPIC_INTAKE, event->partition);
	if (event->offset > intake->decided) {
		intake->decided = event->offset;
		intake->changed = true;
	}
	bool here = true;
	if (run->ready && event->has_state_hash && is_here(run, event, &here, err) != OK)
		return err->outcome;
	if (!here)
		ahead_add(&run->ahead,
			&(struct ahead_item){
				event->client, event->version, event->partition, event->offset});
	return OK;
}

/* One that is gone, or cannot be read, is waited for no longer. */
static void note_client(struct run *run, const struct apply_record *record)
{
	const struct client *client = record->value;
	struct pseudonym id;
	if (client != NULL)
		ahead_arrived(&run->ahead, &client->client, client->version);
	else if (topics_key_id(record->key, id.data))
		ahead_arrived(&run->ahead, &id, INT32_MAX);
}

static enum outcome note(struct run *run, const struct apply_record *record, struct err *err)
{
	const struct message *message = record->value;
	const struct data_key *key = record->value;
	if (record->topic == TOPIC_CLIENTS)
		note_client(run, record);
	if (record->value == NULL)
		return OK;
	if (record->topic == TOPIC_EVENTS)
		return note_event(run, record->partition, record->value, err);
	if (record->topic == TOPIC_INTAKE)
		seen_add_case(run->follow->seen, message->partner, message->case_);
	if (record->topic == TOPIC_KEYS)
		seen_add_key(run->follow->seen, key->key.data);
	return OK;
}

static enum outcome decode(struct run *run, const struct record_read *read,
	struct apply_record *record, struct err *err)
{
	const struct schema *schema = topics_row(read->topic)->value;
	struct wire_record value = {.value = read->value, .schema = schema};
	void *decoded = arena_get(&run->arena, schema->size);
	enum outcome outcome = wire_decode(run->follow->wire, &value, decoded, &run->arena, err);
	record->payload = read->value;
	if (outcome == OK) {
		record->payload.data += WIRE_HEAD_SIZE;
		record->payload.size -= WIRE_HEAD_SIZE;
		record->value = decoded;
	}
	return outcome;
}

/* An intake record that cannot be read now is left unreadable, as the router leaves it; of what the
 * routers wrote nothing is left out. */
static enum outcome decode_or_skip(struct run *run, const struct record_read *read,
	struct apply_record *record, struct err *err)
{
	if (read->value.data == NULL)
		return OK;
	enum outcome outcome = decode(run, read, record, err);
	if (outcome == OK || (outcome == RETRY && read->topic != TOPIC_INTAKE))
		return outcome;
	metrics_add(&metrics[UNREADABLE], topics_row(read->topic)->name, 1);
	log_warn("view", "from=%s[%d]@%" PRId64 " text=%s", topics_row(read->topic)->name,
		(int)read->partition, read->offset, log_quote(err->text));
	return OK;
}

static enum outcome take(struct run *run, const struct record_read *read, struct err *err)
{
	struct apply_record record = {
		.topic = read->topic,
		.partition = read->partition,
		.offset = read->offset,
		.time = read->time,
		.key = read->key,
	};
	arena_reset(&run->arena);
	record_headers_read(read, &record.headers);
	if (decode_or_skip(run, read, &record, err) != OK)
		return err->outcome;
	if (apply_record(run->apply, &record, err) != OK || note(run, &record, err) != OK)
		return err->outcome;
	if (read->topic == TOPIC_KEYS && read->value.data == NULL) {
		run->key_erased = true;
		run->erased = run->erased || sqlite3_changes(run->db) > 0;
	}
	struct position *position = positions_at(&run->positions, read->topic, read->partition);
	positions_advance(&run->positions, position, read->offset + 1);
	run->records[read->topic]++;
	return OK;
}

static void count_batch(struct run *run)
{
	metrics_add(&metrics[COMMITS], NULL, 1);
	for (int topic = 0; topic < TOPIC_COUNT; topic++) {
		if (run->records[topic] > 0)
			metrics_add(&metrics[RECORDS], topics_row((enum topic)topic)->name,
				run->records[topic]);
		run->records[topic] = 0;
	}
}

/* Of one partition of events, behind where it ended at the start. */
static enum outcome find_ahead(struct run *run, int32_t partition, struct err *err)
{
	sqlite3_stmt *ahead = run->statements[AHEAD];
	const struct position *events = positions_at(&run->positions, TOPIC_EVENTS, partition);
	bool row = true;
	sqlite3_bind_int64(ahead, 1, database_place(partition, events->target));
	sqlite3_bind_int64(ahead, 2, database_place(partition + 1, 0));
	while (row) {
		if (database_step(run->db, ahead, &row, err) != OK)
			return err->outcome;
		if (!row || sqlite3_column_bytes(ahead, 0) != (int)sizeof(struct pseudonym))
			continue;
		int64_t place = sqlite3_column_int64(ahead, 2);
		struct ahead_item item = {.version = sqlite3_column_int(ahead, 1),
			.partition = database_partition(place),
			.offset = database_offset(place)};
		memcpy(item.client.data, sqlite3_column_blob(ahead, 0), sizeof(item.client.data));
		if (item.partition == partition)
			ahead_add(&run->ahead, &item);
	}
	sqlite3_reset(ahead);
	return OK;
}

static enum outcome look_whether_ready(struct run *run, struct err *err)
{
	if (run->ready || run->positions.behind > 0)
		return OK;
	for (int32_t i = 0; i < run->follow->kafka->partitions; i++)
		if (find_ahead(run, i, err) != OK)
			return err->outcome;
	run->ready = true;
	log_info("view", "state=ready");
	return OK;
}

static void publish(struct run *run)
{
	for (int32_t i = 0; i < run->follow->kafka->partitions; i++) {
		const struct position *intake = positions_at(&run->positions, TOPIC_INTAKE, i);
		run->decided[i] = ahead_decided(&run->ahead, i, intake->decided, intake->next);
	}
	metrics_set(&metrics[BEHIND], NULL, (int64_t)run->positions.behind);
	run->follow->publish(run->follow->context,
		&(struct follow_state){.decided = run->decided,
			.key_erased = run->key_erased,
			.ready = run->ready});
	run->key_erased = false;
}

/* The sign of life tells a reader in another process how old what it reads may be. */
static enum outcome look(struct run *run, struct err *err)
{
	char now[24];
	if (clock_monotonic() - run->looked_at < LOOK_EVERY_MS)
		return OK;
	if (database_inode(run->follow->path) != run->inode)
		return err_set(err, RETRY, "view: %s is gone and built anew", run->follow->path);
	run->looked_at = clock_monotonic();
	snprintf(now, sizeof(now), "%" PRId64, clock_wall());
	database_bind_text(run->statements[LOOK], 1, bytes_of_string(now));
	return database_run(run->db, run->statements[LOOK], err);
}

/* Tried again after the next commit while a reader is in the way. */
static enum outcome empty_log(struct run *run, struct err *err)
{
	bool done;
	if (database_empty_log(run->db, &done, err) != OK)
		return err->outcome;
	run->erased = !done;
	return OK;
}

static enum outcome commit(struct run *run, struct err *err)
{
	crash_point("view-before-commit");
	if (positions_save(&run->positions, err) != OK || look(run, err) != OK ||
		database_exec(run->db, "COMMIT", err) != OK)
		return err->outcome;
	if (run->erased && empty_log(run, err) != OK)
		return err->outcome;
	if (run->news == 0)
		return OK;
	count_batch(run);
	if (look_whether_ready(run, err) != OK)
		return err->outcome;
	publish(run);
	return OK;
}

/* Reads until nothing is left, or the batch is full or old. The first poll waits. */
static enum outcome fill_batch(struct run *run, struct err *err)
{
	int64_t end = INT64_MAX;
	int timeout = IDLE_MS;
	for (run->news = 0; run->news < BATCH_RECORDS && clock_monotonic() < end; run->news++) {
		enum consumer_news news;
		struct record_read read;
		if (consumer_poll(run->consumer, timeout, &news, &read, err) != OK)
			return err->outcome;
		if (news == CONSUMER_NOTHING)
			break;
		if (end == INT64_MAX)
			end = clock_monotonic() + run->follow->commit_interval_ms;
		timeout = 0;
		if (news == CONSUMER_RECORD && take(run, &read, err) != OK)
			return err->outcome;
		if (news == CONSUMER_DRAINED)
			positions_advance(&run->positions,
				positions_at(&run->positions, read.topic, read.partition),
				read.offset);
	}
	return OK;
}

static enum outcome read_all(struct run *run, struct err *err)
{
	if (look_whether_ready(run, err) != OK)
		return err->outcome;
	publish(run);
	while (!run->follow->is_stopping(run->follow->context)) {
		if (database_exec(run->db, "BEGIN", err) != OK || fill_batch(run, err) != OK ||
			commit(run, err) != OK)
			return err->outcome;
	}
	return OK;
}

enum outcome follow_run(const struct follow *follow, struct err *err)
{
	struct run run = {.follow = follow};
	metrics_register(metrics, sizeof(metrics) / sizeof(metrics[0]));
	enum outcome outcome = open_run(&run, err);
	if (outcome == OK)
		outcome = read_all(&run, err);
	if (outcome == FATAL && run.db != NULL && database_is_damaged(run.db)) {
		database_delete(follow->path);
		outcome = err->outcome = REJECT;
	}
	close_run(&run);
	return outcome;
}
