/* transaction - one batch of records and the offsets it was made from, all or nothing. */
#ifndef HUB_KAFKA_TRANSACTION_H
#define HUB_KAFKA_TRANSACTION_H

#include "hub/kafka/consumer.h"

/* A transactional producer. One thread uses it. Where an outcome is in doubt its client is thrown
 * away, and the next one, with the same id, ends what was left of it before it does anything else
 * (KIP-98; a late end of the old one could otherwise hit the next transaction, KAFKA-17754). */
struct transaction;

enum transaction_fate {
	TRANSACTION_COMMITTED,
	TRANSACTION_ABORTED, /* nothing of it will ever be seen: put back and read again */
	/* After transaction_ready the group's committed offsets tell. */
	TRANSACTION_UNKNOWN,
};

struct transaction_options {
	const char *id; /* stable, unique among living processes */
	int32_t timeout_ms; /* the brokers abort what is open for so long; less than the session of
			       the group */
	int32_t queue_messages, queue_kb; /* records on their way to the brokers */
};

/* Ends a transaction that a former process with this id left open. Looks up every topic, since the
 * first use of an unknown one would wait. RETRY: not within wait_ms. */
enum outcome transaction_new(struct transaction **out, const struct kafka_settings *settings,
	const struct transaction_options *options, int wait_ms, struct err *err) MUST_CHECK;
void transaction_free(struct transaction
		*transaction); /* an open transaction is aborted, or left to its timeout */

/* Makes a client again, if the last one was thrown away. RETRY: not within wait_ms. */
enum outcome transaction_ready(
	struct transaction *transaction, int wait_ms, struct err *err) MUST_CHECK;
/* Once it is ready. */
enum outcome transaction_begin(struct transaction *transaction, struct err *err) MUST_CHECK;
/* RETRY: the queue is full or the world is unwell: abort. REJECT: too large. */
enum outcome transaction_send(struct transaction *transaction, const struct record_write *record,
	struct err *err) MUST_CHECK;
/* The next offset to read of a partition that the batch read from or wrote for, with what is kept
 * beside it. Also when it did not move: this is what fences a zombie (KIP-447). Last one wins. */
void transaction_offset(struct transaction *transaction, const struct consumer_committed *next);
/* Sends the offsets for `member`'s group generation, and commits. Without any offset: an assert.
 * Unless it was committed, err says why. */
enum transaction_fate transaction_commit(
	struct transaction *transaction, struct consumer *member, struct err *err);
enum transaction_fate transaction_abort(struct transaction *transaction, struct err *err);

/* Whether another client has taken its id, or that of its member, since this was asked last. */
bool transaction_was_fenced(struct transaction *transaction);
/* Records and bytes since begin, to bound a batch. */
size_t transaction_records(const struct transaction *transaction);
size_t transaction_bytes(const struct transaction *transaction);

#endif
