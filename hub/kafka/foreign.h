/* foreign - writes records to topics that are not ours: durably, each with its receipt. */
#ifndef HUB_KAFKA_FOREIGN_H
#define HUB_KAFKA_FOREIGN_H

#include "hub/kafka/kafka.h"

struct foreign;

/* Called from foreign_serve and foreign_free only, once per record that was taken. OK: durable.
 * REJECT: never will be. RETRY: not known to be stored. */
typedef void foreign_receipt_fn(void *record_context, enum outcome outcome, const char *text);

struct foreign_record {
	const char *topic; /* whole name; it must be there */
	struct bytes
		key; /* records with the same go to the same partition, as Kafka's own clients do */
	struct bytes type; /* header content-type; absent: none */
	struct bytes value;
	void *context;
};

/* One thread uses it. A record without acknowledgement for deadline_ms gets RETRY. */
enum outcome foreign_new(struct foreign **out, const struct kafka_settings *settings,
	int32_t deadline_ms, foreign_receipt_fn *receipt, struct err *err) MUST_CHECK;
/* What is left gets RETRY. */
void foreign_free(struct foreign *foreign);

/* Copies all. RETRY: not now, and there will be no receipt. REJECT: too large. */
enum outcome foreign_send(
	struct foreign *foreign, const struct foreign_record *record, struct err *err) MUST_CHECK;
/* Readable when receipts wait; then foreign_serve gives them. For epoll. */
int foreign_fd(const struct foreign *foreign);
void foreign_serve(struct foreign *foreign);

#endif
