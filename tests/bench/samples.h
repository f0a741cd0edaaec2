/* samples - records that the hub wrote, as measure_sizes kept them: what a bare program writes in
 * its place. */
#ifndef TESTS_BENCH_SAMPLES_H
#define TESTS_BENCH_SAMPLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <librdkafka/rdkafka.h>

#include "hub/base/bytes.h"

/* The file, little-endian: "LHSAMPL1", uint32 topics; per topic: text name, uint8 by_slot, double
 * per_message, uint32 records; per record: int32 partition, bytes key, bytes value, uint32 headers,
 * each a text name and bytes value. Text and bytes: int32 size (-1: absent), then that many. */

struct samples_record {
	int32_t partition;
	struct bytes key, value; /* value absent: a tombstone */
	rd_kafka_headers_t *headers; /* to be copied */
};

struct samples_topic {
	struct bytes name; /* without the prefix */
	bool by_slot; /* goes to the partition of the message that caused it, under its key */
	double per_message; /* records per intake message, on average */
	struct samples_record *records;
	size_t count;
	size_t next; /* taken in turn */
	double due; /* what is owed of per_message */
};

struct samples {
	struct samples_topic *topics;
	size_t count;
};

/* Exits with a text if the file is not what it should be. Kept until the process ends. */
void samples_load(struct samples *samples, const char *path);
/* Count one more message; then take until NULL: the records that are owed for it. */
void samples_owe(struct samples_topic *topic);
const struct samples_record *samples_take(struct samples_topic *topic);

#endif
