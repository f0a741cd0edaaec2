/* broker - the Kafka of the tests, with topics of this run alone. */
#ifndef TESTS_KAFKA_BROKER_H
#define TESTS_KAFKA_BROKER_H

#include "hub/kafka/topics.h"

/* At LOKETHUB_KAFKA_PORT, 9092 if not set; the prefix is new in each process. Makes the topics with
 * N partitions. */
const struct kafka_settings *broker_start(int32_t partitions);
void broker_stop(void); /* deletes the topics */
void broker_delete(const struct kafka_settings *of); /* the topics of these settings */

/* BROKER_OK(call(…, broker_err())): the test fails with the error's text unless the call is OK. */
struct err *broker_err(void);
void broker_check(enum outcome outcome, const char *call);
#define BROKER_OK(call) broker_check(call, #call)

#endif
