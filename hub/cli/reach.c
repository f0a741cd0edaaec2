/* reach - from the config to what a command talks to: Kafka and the registry. */
#include "hub/cli/reach.h"

#include "hub/base/clock.h"
#include "hub/base/log.h"
#include "hub/seal/seal.h"

struct kafka_settings reach_kafka(const struct conf *conf)
{
	return (struct kafka_settings){
		.brokers = conf->kafka.bootstrap,
		.prefix = conf->kafka.topic_prefix,
		.node = conf->node,
		.partitions = conf->kafka.partitions,
		.properties = conf->kafka.properties,
		.consumer = conf->kafka.consumer,
		.producer = conf->kafka.producer,
		.secrets = conf->kafka.secrets,
	};
}

enum outcome reach_check_kafka(const struct conf *conf, struct conf_problems *problems)
{
	struct err err = {0};
	const struct kafka_settings settings = reach_kafka(conf);
	if (kafka_settings_check(&settings, &err) == OK)
		return OK;
	return conf_refuse_kafka(conf, err.text, problems);
}

struct topics_options reach_topics(const struct conf *conf)
{
	return (struct topics_options){
		.replicas = conf->kafka.replication,
		.min_insync = conf->kafka.min_insync,
		.access_retention_ms = conf->kafka.access_days * CLOCK_DAY_MS,
	};
}

enum outcome reach_registry(
	const struct conf *conf, char line[256], struct wire_settings *out, struct err *err)
{
	const char *file = conf->registry.credentials_file;
	if (file != NULL && conf_read_line(file, line, 256, err) != OK)
		return err_in(err, "credentials of the registry");
	*out = (struct wire_settings){
		.url = conf->registry.url,
		.credentials = file == NULL ? NULL : line,
		.ca_file = conf->registry.ca_file,
		.cache_file = conf->registry.cache_file,
		.topic_prefix = conf->kafka.topic_prefix,
		.timeout_ms = conf->registry.timeout_ms,
	};
	return OK;
}

enum outcome reach_wire(const struct conf *conf, struct wire **out, struct err *err)
{
	static char line[256]; /* the wire borrows it for as long as the process lives */
	struct wire_settings settings;
	if (reach_registry(conf, line, &settings, err) != OK)
		return err->outcome;
	struct wire *wire = wire_new(&settings);
	if (wire_start(wire, err) == OK) {
		*out = wire;
		return OK;
	}
	wire_free(wire);
	return err->outcome;
}

void reach_log_topic(void *context, const char *text)
{
	(void)context;
	log_error("topics", "text=%s", log_quote(text));
}
