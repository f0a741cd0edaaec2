/* kafka - how to reach the cluster, and what its errors mean to us. */
#include "hub/kafka/kafka.h"

#include <assert.h>
#include <string.h>

#include "hub/base/log.h"
#include "hub/base/metrics.h"

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
	"max.poll.interval.ms",
	"message.max.bytes",
	"message.send.max.retries",
	"message.timeout.ms",
	"metadata.broker.list",
	"partition.assignment.strategy",
	"queue.buffering.max.kbytes",
	"queue.buffering.max.messages",
	"request.required.acks",
	"retries",
	"session.timeout.ms",
	"transaction.timeout.ms",
	"transactional.id",
};

static const struct setting_pair common[] = {
	{"allow.auto.create.topics", "false"},
	{"socket.nagle.disable", "true"},
	{"topic.metadata.refresh.interval.ms", "30000"},
	{NULL, NULL},
};

static enum outcome add(rd_kafka_conf_t *conf, const struct setting_pair *pairs, struct err *err)
{
	char why[200];
	for (; pairs && pairs->name; pairs++)
		if (rd_kafka_conf_set(conf, pairs->name, pairs->value, why, sizeof(why)) !=
			RD_KAFKA_CONF_OK)
			return err_set(err, REJECT, "kafka property \"%s\": %s", pairs->name, why);
	return OK;
}

static bool is_ours(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(ours); i++)
		if (strcmp(name, ours[i]) == 0)
			return true;
	return false;
}

static enum outcome refuse_ours(const struct setting_pair *pairs, struct err *err)
{
	for (; pairs && pairs->name; pairs++)
		if (is_ours(pairs->name))
			return err_set(err, REJECT,
				"kafka property \"%s\": is set by the hub itself, leave it out",
				pairs->name);
	return OK;
}

/* Once more, behind config's: whatever stands there, safety does not rest on it. */
static enum outcome add_ours(
	rd_kafka_conf_t *conf, const struct setting_pair *pairs, struct err *err)
{
	for (; pairs && pairs->name; pairs++) {
		const struct setting_pair one[] = {*pairs, {NULL, NULL}};
		if (is_ours(pairs->name) && add(conf, one, err) != OK)
			return err->outcome;
	}
	return OK;
}

static enum outcome try_conf(
	const struct kafka_settings *settings, rd_kafka_type_t type, struct err *err)
{
	rd_kafka_conf_t *conf = kafka_conf(settings, type, NULL, err);
	if (!conf)
		return err->outcome;
	rd_kafka_conf_destroy(conf);
	return OK;
}

enum outcome kafka_settings_check(const struct kafka_settings *settings, struct err *err)
{
	if (refuse_ours(settings->properties, err) != OK ||
		refuse_ours(settings->secrets, err) != OK ||
		refuse_ours(settings->consumer, err) != OK ||
		refuse_ours(settings->producer, err) != OK)
		return REJECT;
	if (try_conf(settings, RD_KAFKA_CONSUMER, err) != OK)
		return REJECT;
	return try_conf(settings, RD_KAFKA_PRODUCER, err);
}

/* The library's own lines: syslog levels, 3 is an error. What we do about a fault is logged by the
 * flow. */
static void take_log(const rd_kafka_t *client, int level, const char *facility, const char *text)
{
	(void)client;
	log_line(level <= 3 ? LOG_WARN : LOG_DEBUG, "kafka", "what=%s text=%s", facility,
		log_quote(text));
}

rd_kafka_conf_t *kafka_conf(const struct kafka_settings *settings, rd_kafka_type_t type,
	const struct setting_pair *own, struct err *err)
{
	const struct setting_pair who[] = {
		{"bootstrap.servers", settings->brokers},
		{"client.id", settings->node},
		{NULL, NULL},
	};
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	assert(conf);
	rd_kafka_conf_set_log_cb(conf, take_log);
	if (add(conf, who, err) == OK && add(conf, common, err) == OK &&
		add(conf, own, err) == OK && add(conf, settings->properties, err) == OK &&
		add(conf, settings->secrets, err) == OK &&
		add(conf, type == RD_KAFKA_CONSUMER ? settings->consumer : settings->producer,
			err) == OK &&
		add_ours(conf, who, err) == OK && add_ours(conf, common, err) == OK &&
		add_ours(conf, own, err) == OK)
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
	case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
	case RD_KAFKA_RESP_ERR__INVALID_ARG:
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

bool kafka_is_fenced(rd_kafka_resp_err_t code)
{
	return code == RD_KAFKA_RESP_ERR__FENCED || code == RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID ||
		code == RD_KAFKA_RESP_ERR_PRODUCER_FENCED ||
		code == RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH;
}

void kafka_count_renewal(const char *client)
{
	static struct metric renewals = {"lokethub_kafka_renewals_total", METRICS_COUNTER,
		"Kafka clients that failed, or whose work was in doubt, and were made anew.",
		"client", NULL};
	metrics_register(&renewals, 1);
	metrics_add(&renewals, client, 1);
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
	enum outcome outcome = kafka_outcome(rd_kafka_error_code(error));
	err_set(err, outcome, "%s: %s", what, rd_kafka_error_string(error));
	rd_kafka_error_destroy(error);
	return outcome;
}
