/* writer - what producer and transaction share: a client, its topics, and handing over one record
 * with its headers. */
#ifndef HUB_KAFKA_WRITER_H
#define HUB_KAFKA_WRITER_H

#include "hub/kafka/record.h"

/* For the modules of this room. */
struct writer {
	rd_kafka_t *client;
	const struct kafka_settings *settings;
	rd_kafka_topic_t *topics[TOPIC_COUNT];
	char types[TOPIC_COUNT][40]; /* ce_type: "nl.lokethub.Event" */
};

struct writer_options {
	const struct kafka_settings *settings;
	uint32_t topics;
	int timeout_ms;
};

/* Takes client. Looks up every one of the topics (a sum of TOPIC_BIT; 0: all), since the first use
 * of an unknown one waits up to a second. The client's thread walks over all partitions of the
 * topics that it was told of at each of its turns, so name no more than are written. RETRY: no
 * answer in time, or a topic is missing; timeout_ms 0: does not look. On failure the writer holds
 * nothing. */
enum outcome writer_init(struct writer *writer, rd_kafka_t *client,
	const struct writer_options *options, struct err *err) MUST_CHECK;
void writer_done(struct writer *writer); /* waits for nothing */

/* Copies all. RETRY: the queue is full, or a fault that may pass. REJECT: too large. */
enum outcome writer_write(
	struct writer *writer, const struct record_write *record, struct err *err) MUST_CHECK;
enum topic writer_topic(const rd_kafka_message_t *message); /* of a delivery report */

#endif
