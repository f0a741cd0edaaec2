/* record - a Kafka record as it is written and as it is read, with its headers. */
#ifndef HUB_KAFKA_RECORD_H
#define HUB_KAFKA_RECORD_H

#include "hub/kafka/topics.h"

/* CloudEvents 1.0, Kafka protocol binding, binary mode; traceparent as in W3C Trace Context. Absent
 * ones are left out. ce_specversion, ce_type (from the topic's schema) and content-type are added
 * when written. */
struct record_headers {
	struct bytes id; /* ce_id: unique per source */
	struct bytes source; /* ce_source */
	int64_t time; /* ce_time, epoch ms */
	struct bytes trace; /* traceparent */
	int32_t redrive; /* place in the queue of a parked client, from 1; 0: none */
	int32_t hops; /* how often it was sent on after merges; 0: it came from outside */
	struct bytes skip; /* redrive-skip: leave this one out, because …; only with redrive */
};

#define RECORD_BY_KEY -1 /* the partition follows from the key */

/* To be written; everything is copied by those who take it. */
struct record_write {
	enum topic topic;
	int32_t partition; /* or RECORD_BY_KEY */
	struct bytes key;
	struct bytes value; /* absent: a tombstone */
	struct record_headers headers;
	void *context; /* comes back with the receipt */
};

/* As read. Valid until the next poll of its consumer. */
struct record_read {
	enum topic topic;
	int32_t partition;
	int64_t offset;
	int64_t time; /* append time, epoch ms */
	struct bytes key; /* absent: none */
	struct bytes value; /* absent: a tombstone */
	const rd_kafka_message_t *message;
};

/* Strings point into the record. A header that is missing or unreadable is absent or 0. */
void record_headers_read(const struct record_read *record, struct record_headers *out);

/* librdkafka takes pointers to what it only reads as not const. */
void *record_borrowed(const void *data);

#endif
