/* places - partitions and offsets as librdkafka's lists: where a topic begins, ends, and what a
 * group committed. */
#ifndef HUB_KAFKA_PLACES_H
#define HUB_KAFKA_PLACES_H

#include "hub/kafka/consumer.h"

/* For the modules of this room; see consumer.h for what they mean. */
rd_kafka_topic_partition_list_t *places_list(
	const struct kafka_settings *settings, const struct consumer_place *places, size_t count);

/* With the numbers as metadata: "1760000000000 17". */
rd_kafka_topic_partition_list_t *places_committed_list(const struct kafka_settings *settings,
	const struct consumer_committed *places, size_t count);

#define PLACES_BEGIN -2 /* as in Kafka's ListOffsets */
#define PLACES_END -1

struct places_query {
	rd_kafka_t *client;
	const struct kafka_settings *settings;
	int timeout_ms;
};

/* which: PLACES_BEGIN or PLACES_END. */
enum outcome places_find(const struct places_query *query, int which, struct consumer_place *places,
	size_t count, struct err *err) MUST_CHECK;
enum outcome places_committed(const struct places_query *query, struct consumer_committed *places,
	size_t count, struct err *err) MUST_CHECK;

#endif
