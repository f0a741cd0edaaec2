/* sender - puts messages into topic intake as an edge would, at any speed. */
#ifndef TESTS_BENCH_SENDER_H
#define TESTS_BENCH_SENDER_H

#include "hub/kafka/producer.h"
#include "schemas/types.h"

struct sender {
	struct kafka_settings settings;
	int64_t schema; /* id of Message in the registry */
	struct producer *producer;
	struct buffer value;
	int64_t sent, stored;
	/* Called as each is durable; may be NULL. */
	void (*stored_each)(void *context, int64_t number);
	void *context;
};

/* settings and schema are filled in. Exits with a text if Kafka does not answer. */
void sender_open(struct sender *sender, int32_t linger_ms);
/* Waits while the queue is full. `number` comes back with stored_each. */
void sender_send(struct sender *sender, const struct message *message, int64_t number);
void sender_serve(struct sender *sender);
/* Waits until all are durable, and ends. */
void sender_close(struct sender *sender);

#endif
