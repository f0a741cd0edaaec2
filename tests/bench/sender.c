/* sender - puts messages into topic intake as an edge would, at any speed. */
#include "tests/bench/sender.h"

#include "tests/bench/args.h"

#define DEADLINE_MS 60000
#define QUEUE_MAX 100000

static void take_receipt(void *context, const struct producer_receipt *receipt)
{
	struct sender *sender = context;
	if (receipt->outcome != OK)
		args_die("a message was not stored: %s", receipt->text);
	sender->stored++;
	if (sender->stored_each)
		sender->stored_each(sender->context, (int64_t)(intptr_t)receipt->context);
}

void sender_open(struct sender *sender, int32_t linger_ms)
{
	struct err err = {0};
	const struct producer_options options = {
		.receipt = take_receipt,
		.context = sender,
		.queue_max = QUEUE_MAX,
		.deadline_ms = DEADLINE_MS,
		.linger_ms = linger_ms,
	};
	if (producer_new(&sender->producer, &sender->settings, &options, &err) != OK)
		args_die("%s", err.text);
}

static void write_header(struct sender *sender)
{
	const uint8_t header[5] = {0, (uint8_t)(sender->schema >> 24),
		(uint8_t)(sender->schema >> 16), (uint8_t)(sender->schema >> 8),
		(uint8_t)sender->schema};
	buffer_clear(&sender->value);
	buffer_add(&sender->value, header, sizeof(header));
}

void sender_send(struct sender *sender, const struct message *message, int64_t number)
{
	struct err err = {0};
	char key[TOPICS_KEY_SIZE], id[37];
	topics_key(message->has_client ? message->client.data
				       : message->body_status_change->referral.data,
		key);
	bytes_to_uuid(message->id.data, id);
	write_header(sender);
	message_encode(message, &sender->value);
	const struct record_write record = {
		.topic = TOPIC_INTAKE,
		.partition = RECORD_BY_KEY,
		.key = bytes_of_string(key),
		.value = buffer_bytes(&sender->value),
		.headers = {.id = bytes_of_string(id),
			.source = message->partner,
			.time = message->occurred_at,
			.trace = message->trace},
		.context = (void *)(intptr_t)number,
	};
	while (producer_is_pressed(sender->producer))
		producer_serve(sender->producer, 10);
	if (producer_send(sender->producer, &record, &err) != OK)
		args_die("%s", err.text);
	sender->sent++;
	if (sender->sent % 256 == 0)
		producer_serve(sender->producer, 0);
}

void sender_serve(struct sender *sender)
{
	producer_serve(sender->producer, 0);
}

void sender_close(struct sender *sender)
{
	struct err err = {0};
	if (producer_flush(sender->producer, DEADLINE_MS, &err) != OK)
		args_die("%s", err.text);
	producer_free(sender->producer);
	buffer_done(&sender->value);
}
