/* positions - where the view goes on reading each partition, and how far intake is decided. */
#ifndef HUB_VIEW_POSITIONS_H
#define HUB_VIEW_POSITIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sqlite3.h>

#include "hub/kafka/consumer.h"

struct position {
	enum topic topic;
	int32_t partition;
	int64_t first; /* where the view began */
	int64_t next; /* behind what it has read */
	int64_t decided; /* of intake: greatest offset whose Event is applied; -1: none */
	int64_t target; /* end of the topic at the start */
	bool changed; /* since they were saved */
};

struct positions {
	struct position *items;
	size_t count;
	size_t starts[TOPIC_COUNT];
	size_t behind; /* how many have not reached their target */
	sqlite3_stmt *put;
	sqlite3 *db;
};

/* All partitions of all topics but fetch; those that the file does not know begin at 0. REJECT: the
 * file has others. */
enum outcome positions_load(struct positions *positions, sqlite3 *db,
	const struct kafka_settings *settings, struct err *err) MUST_CHECK;
void positions_done(struct positions *positions);

/* Looks where the topics begin and end now. A part that Kafka no longer keeps is skipped: it is
 * counted in `missed`. REJECT: a topic ends before where the view is, so that it is another one. */
enum outcome positions_check(struct positions *positions, struct consumer *consumer, int timeout_ms,
	int64_t *missed, struct err *err) MUST_CHECK;
enum outcome positions_assign(
	struct positions *positions, struct consumer *consumer, struct err *err) MUST_CHECK;

struct position *positions_at(struct positions *positions, enum topic topic, int32_t partition);
void positions_advance(struct positions *positions, struct position *position, int64_t next);
/* Writes those that changed. */
enum outcome positions_save(struct positions *positions, struct err *err) MUST_CHECK;

#endif
