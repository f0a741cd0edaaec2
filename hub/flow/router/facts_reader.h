/* facts_reader - fills the facts from their topic, and follows it. */
#ifndef HUB_FLOW_ROUTER_FACTS_READER_H
#define HUB_FLOW_ROUTER_FACTS_READER_H

#include "hub/flow/router/facts.h"
#include "hub/kafka/kafka.h"

struct facts_reader;
struct wire;

/* Fills `facts`, which is borrowed. */
enum outcome facts_reader_new(struct facts_reader **out, const struct kafka_settings *kafka,
	struct wire *wire, struct facts *facts, struct err *err) MUST_CHECK;
void facts_reader_free(struct facts_reader *reader);

/* Reads to the end (rule 11). A fact that cannot be read is logged and passed over; RETRY: Kafka or
 * the registry is away, and what was not read will be. */
enum outcome facts_reader_catch_up(
	struct facts_reader *reader, int timeout_ms, struct err *err) MUST_CHECK;
/* Takes what has come since, without waiting. */
enum outcome facts_reader_follow(struct facts_reader *reader, struct err *err) MUST_CHECK;

#endif
