/* send - writes a few records to Kafka, durably, and says so only then. */
#include "hub/cli/lookup/send.h"

#include <stdio.h>
#include <string.h>

#include "hub/cli/reach.h"
#include "hub/kafka/producer.h"

#define DEADLINE_MS 30000
#define QUEUE_MAX 10000

struct sending {
	size_t stored;
	char why[200]; /* the first that was not */
};

static void take_receipt(void *context, const struct producer_receipt *receipt)
{
	struct sending *sending = context;
	if (receipt->outcome == OK)
		sending->stored++;
	else if (*sending->why == '\0')
		snprintf(sending->why, sizeof(sending->why), "%s",
			receipt->text == NULL ? "no acknowledgement" : receipt->text);
}

static enum outcome send_all(struct producer *producer, const struct record_write *records,
	size_t count, struct err *err)
{
	for (size_t i = 0; i < count; i++) {
		if (producer_send(producer, &records[i], err) != OK)
			return err->outcome;
		if (producer_is_pressed(producer) &&
			producer_flush(producer, DEADLINE_MS, err) != OK)
			return err->outcome;
	}
	return producer_flush(producer, DEADLINE_MS, err);
}

enum outcome send_records(const struct conf *conf, const struct record_write *records, size_t count,
	size_t *stored, struct err *err)
{
	struct kafka_settings kafka = reach_kafka(conf);
	struct sending sending = {0};
	const struct producer_options options = {.receipt = take_receipt,
		.context = &sending,
		.queue_max = QUEUE_MAX,
		.deadline_ms = DEADLINE_MS};
	struct producer *producer;
	if (producer_new(&producer, &kafka, &options, err) != OK)
		return err->outcome;
	enum outcome outcome = send_all(producer, records, count, err);
	producer_free(producer);
	*stored = sending.stored;
	if (outcome == OK && sending.stored < count)
		outcome = err_set(err, RETRY, "Kafka did not store all: %s", sending.why);
	return outcome;
}
