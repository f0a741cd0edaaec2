/* kafka - how to reach the cluster, and what its errors mean to us. */
#include "hub/kafka/kafka.h"

#include <assert.h>
#include <string.h>

#include "hub/base/log.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

/* Safety rests on these: config may not touch them. */
static const char *const ours[] = {
	"acks",
	"allow.auto.create.topics",
	"auto.commit.enable",
	"auto.offset.reset",
	"bootstrap.servers",
	"client.id",
	"compression.codec",
	"compression.type",
	"delivery.report.only.error",
	"delivery.timeout.ms",
	"enable.auto.commit",
	"enable.auto.offset.store",
	"enable.idempotence",
	"enable.partition.eof",
	"group.id",
	"group.instance.id",
	"group.protocol",
	"isolation.level",
	"max.in.flight",
	"max.in.flight.requests.per.connection",
	"message.send.max.retries",
	"message.timeout.ms",
	"metadata.broker.list",
	"partition.assignment.strategy",
	"request.required.acks",
	"retries",
	"transactional.id",
};

static const struct kafka_property common[] = {
	{"allow.auto.create.topics", "false"},
	{"socket.nagle.disable", "true"},
	{"topic.metadata.refresh.interval.ms", "30000"},
};

enum outcome kafka_conf_add(
	rd_kafka_conf_t *conf, const char *name, const char *value, struct err *err)
{
	char why[200];
	if (rd_kafka_conf_set(conf, name, value, why, sizeof(why)) == RD_KAFKA_CONF_OK)
		return OK;
	return err_set(err, REJECT, "kafka property \"%s\": %s", name, why);
}

static enum outcome set_properties(rd_kafka_conf_t *conf, const struct kafka_property *properties,
	size_t count, struct err *err)
{
	for (size_t i = 0; i < count; i++)
		if (kafka_conf_add(conf, properties[i].name, properties[i].value, err) != OK)
			return REJECT;
	return OK;
}

enum outcome kafka_settings_check(const struct kafka_settings *settings, struct err *err)
{
	for (size_t i = 0; i < settings->properties_count; i++)
		for (size_t k = 0; k < COUNT_OF(ours); k++)
			if (strcmp(settings->properties[i].name, ours[k]) == 0)
				return err_set(err, REJECT,
					"kafka property \"%s\": is set by the hub itself, leave it "
					"out",
					ours[k]);
	rd_kafka_conf_t *conf = kafka_conf(settings, NULL, 0, err);
	if (!conf)
		return REJECT;
	rd_kafka_conf_destroy(conf);
	return OK;
}

/* The library's own lines: syslog levels, 3 is an error. What we do about a fault is logged by the
 * flow. */
static void take_log(const rd_kafka_t *client, int level, const char *facility, const char *text)
{
	(void)client;
	log_line(level <= 3 ? LOG_WARN : LOG_DEBUG, "kafka", "what=%s text=%s", facility,
		log_quote(text));
}

rd_kafka_conf_t *kafka_conf(const struct kafka_settings *settings,
	const struct kafka_property *properties, size_t properties_count, struct err *err)
{
	const struct kafka_property who[] = {
		{"bootstrap.servers", settings->brokers},
		{"client.id", settings->node},
	};
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	assert(conf);
	rd_kafka_conf_set_log_cb(conf, take_log);
	if (set_properties(conf, who, COUNT_OF(who), err) == OK &&
		set_properties(conf, common, COUNT_OF(common), err) == OK &&
		set_properties(conf, properties, properties_count, err) == OK &&
		set_properties(conf, settings->properties, settings->properties_count, err) == OK)
		return conf;
	rd_kafka_conf_destroy(conf);
	return NULL;
}

rd_kafka_t *kafka_client(rd_kafka_type_t type, rd_kafka_conf_t *conf, struct err *err)
{
	char why[200];
	rd_kafka_t *client = rd_kafka_new(type, conf, why, sizeof(why));
	if (!client) {
		rd_kafka_conf_destroy(conf);
		err_set(err, FATAL, "kafka client: %s", why);
	}
	return client;
}

enum outcome kafka_outcome(rd_kafka_resp_err_t code)
{
	switch ((int)code) {
	case RD_KAFKA_RESP_ERR_NO_ERROR:
		return OK;
	case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
	case RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE:
	case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
	case RD_KAFKA_RESP_ERR_INVALID_RECORD:
	case RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP:
		return REJECT;
	case RD_KAFKA_RESP_ERR__FATAL:
	case RD_KAFKA_RESP_ERR__FENCED:
	case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
	case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
	case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
	case RD_KAFKA_RESP_ERR__STATE:
	case RD_KAFKA_RESP_ERR__INVALID_ARG:
	case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
	case RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID:
	case RD_KAFKA_RESP_ERR_PRODUCER_FENCED:
	case RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH:
	case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
	case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
	case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
	case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
	case RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
		return FATAL;
	default:
		return RETRY;
	}
}

enum outcome kafka_err(struct err *err, rd_kafka_resp_err_t code, const char *what)
{
	if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
		return OK;
	return err_set(err, kafka_outcome(code), "%s: %s", what, rd_kafka_err2str(code));
}

enum outcome kafka_error(struct err *err, rd_kafka_error_t *error, const char *what)
{
	if (!error)
		return OK;
	enum outcome outcome =
		rd_kafka_error_is_fatal(error) ? FATAL : kafka_outcome(rd_kafka_error_code(error));
	err_set(err, outcome, "%s: %s", what, rd_kafka_error_string(error));
	rd_kafka_error_destroy(error);
	return outcome;
}
