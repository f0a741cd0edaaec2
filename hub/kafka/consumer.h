/* consumer - reads committed records, as a member of a group or from places of one's own. */
#ifndef HUB_KAFKA_CONSUMER_H
#define HUB_KAFKA_CONSUMER_H

#include <stdbool.h>

#include "hub/kafka/record.h"

struct consumer;

/* A partition and the offset to read next. */
struct consumer_place {
	enum topic topic;
	int32_t partition;
	int64_t offset;
};

/* What a poll brought. */
enum consumer_news {
	CONSUMER_NOTHING,
	CONSUMER_RECORD,
	CONSUMER_DRAINED, /* the record's topic, partition and offset: all committed records before
			     it have been given */
	CONSUMER_ASSIGNED, /* group: these partitions are ours (consumer_assigned); answer with
			      consumer_assign */
	CONSUMER_REVOKED, /* group: settle, then answer with consumer_assign of nothing */
	CONSUMER_LOST, /* as REVOKED, but others may have them already: drop what is not committed
			*/
};

struct consumer_member_options {
	const char *group;
	const char *instance; /* static membership: stable, unique among living processes */
	enum topic topic;
	bool uncommitted; /* also what is not committed (yet); for looking only */
	int32_t session_timeout_ms; /* not heard of for so long: its partitions go to others */
};

/* A member of a group. It reads nothing until it has answered an assignment, and may take its time
 * for that: up to max.poll.interval.ms. */
enum outcome consumer_new_member(struct consumer **out, const struct kafka_settings *settings,
	const struct consumer_member_options *options, struct err *err) MUST_CHECK;
/* Reads where consumer_assign says; belongs to no group. */
enum outcome consumer_new(
	struct consumer **out, const struct kafka_settings *settings, struct err *err) MUST_CHECK;
/* Reads and joins nothing: asks what a group has committed (consumer_committed). */
enum outcome consumer_new_onlooker(struct consumer **out, const struct kafka_settings *settings,
	const char *group, struct err *err) MUST_CHECK;
/* A member that leaves so keeps its partitions until its session ends, so that a restart moves
 * nothing. */
void consumer_free(struct consumer *consumer);

/* Reads these from now on, and nothing else. Starting points are exact: an offset that is not there
 * (any more) makes a later poll FATAL, with the range that is missing. What is being read already
 * is not given again while a change of the group may be under way: librdkafka, to 2.15, dies of an
 * assertion when the answer to that follows at once (#5573). Make another consumer. */
enum outcome consumer_assign(struct consumer *consumer, const struct consumer_place *places,
	size_t count, struct err *err) MUST_CHECK;
/* The partitions of the last CONSUMER_ASSIGNED; offsets are -1. */
const struct consumer_place *consumer_assigned(const struct consumer *consumer, size_t *count);

/* Waits up to timeout_ms for news. The record stays valid until the next call. RETRY: a fault that
 * passes by itself, or a client that failed for good: another one may do better. FATAL: a gap in
 * the log. */
enum outcome consumer_poll(struct consumer *consumer, int timeout_ms, enum consumer_news *news,
	struct record_read *record, struct err *err) MUST_CHECK;
/* Whether it failed because another client has joined under its instance name. */
bool consumer_is_fenced(const struct consumer *consumer);

/* Fill in the offsets of these places. begin: the first record kept. end: behind the last committed
 * record (last stable offset); waits for nothing. */
enum outcome consumer_begins(struct consumer *consumer, struct consumer_place *places, size_t count,
	int timeout_ms, struct err *err) MUST_CHECK;
enum outcome consumer_ends(struct consumer *consumer, struct consumer_place *places, size_t count,
	int timeout_ms, struct err *err) MUST_CHECK;
/* Behind the last record there is, committed or not. Once `end` has come to it, every transaction
 * that was open then has ended. */
enum outcome consumer_high_ends(struct consumer *consumer, struct consumer_place *places,
	size_t count, int timeout_ms, struct err *err) MUST_CHECK;

/* Committed for the group, with two numbers of the committer's own kept beside it. offset -1: none
 * yet. */
struct consumer_committed {
	struct consumer_place place;
	int64_t numbers[2]; /* 0 where there are none */
};

/* Waits for a pending transaction to end, so give it at least 30 s. */
enum outcome consumer_committed(struct consumer *consumer, struct consumer_committed *places,
	size_t count, int timeout_ms, struct err *err) MUST_CHECK;

/* Commits for the group, without waiting: what is lost of it is read again after a restart. */
enum outcome consumer_commit(struct consumer *consumer, const struct consumer_place *places,
	size_t count, struct err *err) MUST_CHECK;
/* Gives no records for a while, and yet stays a member; and again. */
void consumer_pause(struct consumer *consumer, bool paused);

typedef enum outcome consumer_record_fn(
	void *context, const struct record_read *record, struct err *err);

struct consumer_reading {
	struct consumer_place *places; /* where to begin; on return: where to go on */
	size_t count;
	int timeout_ms;
	consumer_record_fn *each; /* other than OK ends it */
	void *context;
};

/* Reads to the ends (as consumer_high_ends) that the partitions have when it is called, in order
 * per partition, so it waits for open transactions. RETRY: nothing came for timeout_ms. */
enum outcome consumer_read_to_end(
	struct consumer *consumer, const struct consumer_reading *what, struct err *err) MUST_CHECK;

/* For the modules of this room, and those that ask the brokers for more. */
rd_kafka_t *consumer_client(struct consumer *consumer);
const struct kafka_settings *consumer_settings(const struct consumer *consumer);

#endif
