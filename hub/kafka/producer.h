/* producer - writes records durably (idempotent, acks=all) and gives each its receipt. */
#ifndef HUB_KAFKA_PRODUCER_H
#define HUB_KAFKA_PRODUCER_H

#include <stdbool.h>

#include "hub/kafka/record.h"

struct producer;

/* OK: durable at partition and offset. REJECT: never will be. RETRY: not known to be stored, may be
 * sent again; the record may be there all the same. */
struct producer_receipt {
	enum outcome outcome;
	enum topic topic;
	int32_t partition;
	int64_t offset;
	const char *text; /* why not; NULL if OK */
	void *context; /* of the record */
};

/* Called from producer_serve, producer_flush and producer_free only; exactly once per record that
 * was taken. */
typedef void producer_receipt_fn(void *context, const struct producer_receipt *receipt);

struct producer_options {
	producer_receipt_fn *receipt;
	void *context;
	int32_t queue_max; /* records taken and without receipt */
	int32_t deadline_ms; /* a record without ack until then gets RETRY */
	int32_t linger_ms; /* 0 or 1 where somebody waits */
	uint32_t topics; /* that it writes to, a sum of TOPIC_BIT; 0: all */
};

/* One thread uses it. The topics named are looked up at once (their first use would wait); RETRY:
 * no answer in time. */
enum outcome producer_new(struct producer **out, const struct kafka_settings *settings,
	const struct producer_options *options, struct err *err) MUST_CHECK;
/* Waits up to a second for outstanding receipts; what is left gets RETRY. */
void producer_free(struct producer *producer);

/* Takes a copy. RETRY: the queue is full, there will be no receipt. REJECT: larger than its topic
 * allows. */
enum outcome producer_send(
	struct producer *producer, const struct record_write *record, struct err *err) MUST_CHECK;
/* Whether the queue is 80 % full: take no more input. */
bool producer_is_pressed(const struct producer *producer);
/* Whether Kafka can store now: the last receipt was OK, or the brokers answered since. For
 * readiness and for 503. Does not wait: each call may have them asked, once a second while Kafka is
 * away, and when nothing was heard of it for 5 seconds. */
bool producer_is_well(struct producer *producer);

/* Readable when receipts wait; then producer_serve gives them. For epoll. */
int producer_fd(const struct producer *producer);
/* Also replaces a client that failed for good. timeout_ms 0: do not wait. */
void producer_serve(struct producer *producer, int timeout_ms);
/* Serves until every record has its receipt. RETRY: not within timeout_ms. */
enum outcome producer_flush(struct producer *producer, int timeout_ms, struct err *err) MUST_CHECK;

#endif
