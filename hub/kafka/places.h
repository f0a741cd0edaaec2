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

#endif
