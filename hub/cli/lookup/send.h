/* send - writes a few records to Kafka, durably, and says so only then. */
#ifndef HUB_CLI_LOOKUP_SEND_H
#define HUB_CLI_LOOKUP_SEND_H

#include "hub/conf/conf.h"
#include "hub/kafka/record.h"

/* In their order, with acks=all. conf has its secrets loaded. RETRY: not all are known to be
 * stored; `stored` counts those that are. */
enum outcome send_records(const struct conf *conf, const struct record_write *records, size_t count,
	size_t *stored, struct err *err) MUST_CHECK;

#endif
