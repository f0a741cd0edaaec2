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

/* Takes client. Looks up every topic, since the first use of an unknown one waits up to a second.
 * RETRY: no answer in time, or a topic is missing; timeout_ms 0: does not look. On failure the
 * writer holds nothing. */
enum outcome writer_init(struct writer *writer, rd_kafka_t *client,
	const struct kafka_settings *settings, int timeout_ms, struct err *err) MUST_CHECK;
void writer_done(struct writer *writer); /* waits for nothing */

/* Copies all. RETRY: the queue is full, or a fault that may pass. REJECT: too large. */
enum outcome writer_write(
	struct writer *writer, const struct record_write *record, struct err *err) MUST_CHECK;
enum topic writer_topic(const rd_kafka_message_t *message); /* of a delivery report */

#endif
