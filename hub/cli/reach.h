/* reach - from the config to what a command talks to: Kafka and the registry. */
#ifndef HUB_CLI_REACH_H
#define HUB_CLI_REACH_H

#include "hub/conf/conf.h"
#include "hub/kafka/record.h"
#include "hub/wire/wire.h"

/* Borrows from conf, whose secrets are loaded. */
struct kafka_settings reach_kafka(const struct conf *conf);
/* Proves the properties of Kafka, the secret ones too once they are loaded. REJECT: problems has
 * errors. */
enum outcome reach_check_kafka(const struct conf *conf, struct conf_problems *problems) MUST_CHECK;
struct topics_options reach_topics(const struct conf *conf);

/* Borrows from conf and from line, which gets the credentials; the caller wipes it. REJECT: their
 * file cannot be read. */
enum outcome reach_registry(const struct conf *conf, char line[256], struct wire_settings *out,
	struct err *err) MUST_CHECK;

/* Writes records to Kafka in their order, with acks=all. RETRY: not all are known to be stored. */
enum outcome reach_send(const struct conf *conf, const struct record_write *records, size_t count,
	struct err *err) MUST_CHECK;

/* Writes one fact, or deletes it. RETRY: it is not known to be stored. REJECT: as reach_wire. */
enum outcome reach_fact(
	const struct conf *conf, const struct fact *fact, bool deletes, struct err *err) MUST_CHECK;

/* For topics_check: what is wrong goes into the log. */
void reach_log_topic(void *context, const char *text);

/* Started. REJECT: the registry lacks our schemas. RETRY: neither it nor its cache answers. */
enum outcome reach_wire(const struct conf *conf, struct wire **out, struct err *err) MUST_CHECK;

#endif
