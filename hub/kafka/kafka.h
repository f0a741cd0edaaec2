/* kafka - how to reach the cluster, and what its errors mean to us. */
#ifndef HUB_KAFKA_KAFKA_H
#define HUB_KAFKA_KAFKA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <librdkafka/rdkafka.h>

#include "hub/base/bytes.h"
#include "hub/base/err.h"
#include "hub/base/setting.h"

/* Immutable after start; borrowed by every client made with it. */
struct kafka_settings {
	const char *brokers; /* bootstrap.servers: "10.0.0.1:9092,10.0.0.2:9092" */
	const char *prefix; /* of topic names: "lokethub." */
	const char *node; /* client.id */
	int32_t partitions; /* N: of the topics that are spread by slot */
	int32_t fetch_least_bytes; /* a consumer waits for so many, for 20 ms at most; 0: for one */
	int32_t fetch_queue_kb; /* memory of a consumer for records read ahead; 0: 65536 */
	/* librdkafka's properties (its CONFIGURATION.md) from config, ended by name NULL; NULL:
	 * none. Those for all clients come first. */
	const struct setting_pair *properties, *consumer, *producer;
	const struct setting_pair *secrets; /* the same for all clients, from files: passwords */
};

/* REJECT: a property that librdkafka does not know or whose value it refuses, or one that is ours
 * to set because safety rests on it (acks, isolation.level, enable.auto.commit, transactional.id
 * …). */
enum outcome kafka_settings_check(
	const struct kafka_settings *settings, struct err *err) MUST_CHECK;

/* The one place that maps librdkafka's errors. FATAL: a person must act. REJECT: this record never
 * will be taken (too large). RETRY: all else, be it that only another client can do it. */
enum outcome kafka_outcome(rd_kafka_resp_err_t code);
/* Whether another client has taken the name of this one: of another process, or one of our own of
 * before, when the brokers come late to what it had asked for. */
bool kafka_is_fenced(rd_kafka_resp_err_t code);
/* As kafka_outcome, with a text: "what: librdkafka's words". */
enum outcome kafka_err(struct err *err, rd_kafka_resp_err_t code, const char *what);
/* As kafka_err; destroys error. */
enum outcome kafka_error(struct err *err, rd_kafka_error_t *error, const char *what);

/* Counts a client that failed, or whose work was in doubt, and is made anew: "consumer". */
void kafka_count_renewal(const char *client);

/* For the modules of this room. */

/* A configuration with our properties and config's for this type. Config may change how fast we
 * are, not what is safe. NULL with err set. */
rd_kafka_conf_t *kafka_conf(const struct kafka_settings *settings, rd_kafka_type_t type,
	const struct setting_pair *ours, struct err *err);
/* A client of this type; takes conf. NULL with err set. */
rd_kafka_t *kafka_client(rd_kafka_type_t type, rd_kafka_conf_t *conf, struct err *err);

#endif
