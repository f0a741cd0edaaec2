/* bare_loop - the floor for the router: reads the same messages and writes as many records of the
 * same sizes, exactly once, with librdkafka and nothing else. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <librdkafka/rdkafka.h>

#include "hub/base/clock.h"
#include "hub/base/memory.h"
#include "tests/bench/args.h"
#include "tests/bench/samples.h"

#define PARTITIONS_MAX 256
#define WAIT_MS 30000
#define ID_AT 5 /* of a message's id, behind the five bytes that name its schema */
#define ID_SIZE 16

static const char *brokers = "127.0.0.1:9092", *from = "lokethub.intake", *to = "bare.",
		  *group = "bare-loop", *samples_path = "samples", *property = "";
static int64_t messages_wanted, warm_up, commit_ms = 100, gap_ms = 20, batch_max = 10000,
					 idle_ms = 5000;

static const struct args_row arguments[] = {
	{"brokers", &brokers, NULL, "where Kafka is"},
	{"from", &from, NULL, "topic to read"},
	{"to", &to, NULL, "put before the names of the topics to write"},
	{"group", &group, NULL, "consumer group and transactional id"},
	{"samples", &samples_path, NULL, "file of measure_sizes: what to write"},
	{"messages", NULL, &messages_wanted, "stop after so many; 0: when idle"},
	{"warm-up", NULL, &warm_up, "count only what comes after so many messages"},
	{"commit-ms", NULL, &commit_ms, "commit at the latest after so many ms"},
	{"gap-ms", NULL, &gap_ms, "least time between two commits when the input is drained"},
	{"batch", NULL, &batch_max, "commit after so many messages"},
	{"idle-ms", NULL, &idle_ms, "end after so many ms without a message"},
	{"property", &property, NULL, "one more of librdkafka's for the producer: name=value"},
};

/* As the router's: hub/kafka. */
static const char *const reading[][2] = {
	{"isolation.level", "read_committed"},
	{"enable.auto.commit", "false"},
	{"enable.auto.offset.store", "false"},
	{"auto.offset.reset", "earliest"},
	{"enable.partition.eof", "true"},
	{"partition.assignment.strategy", "roundrobin"},
	{"session.timeout.ms", "20000"},
	{"heartbeat.interval.ms", "3000"},
	{"fetch.wait.max.ms", "20"},
	{"queued.min.messages", "1000000"},
	{"queued.max.messages.kbytes", "65536"},
	{"socket.nagle.disable", "true"},
};
static const char *const writing[][2] = {
	{"transaction.timeout.ms", "12000"},
	{"retry.backoff.ms", "10"},
	{"linger.ms", "20"},
	{"compression.codec", "zstd"},
	{"compression.level", "1"},
	{"delivery.report.only.error", "true"},
	{"queue.buffering.max.messages", "1000000"},
	{"queue.buffering.max.kbytes", "131072"},
	{"message.max.bytes", "2097152"},
	{"socket.nagle.disable", "true"},
};

struct loop {
	rd_kafka_t *consumer, *producer;
	rd_kafka_topic_t *topics[16];
	struct samples samples;
	struct buffer value;
	int64_t next[PARTITIONS_MAX]; /* offset to commit; -1: untouched in this batch */
	int64_t messages, records, batches, batch; /* batch: messages in the open one */
	int64_t begun, committed, last; /* monotonic ms */
	int64_t counted_messages, counted_from_ms;
	double counted_from_cpu;
};

static void set(rd_kafka_conf_t *conf, const char *name, const char *value)
{
	char why[200];
	if (rd_kafka_conf_set(conf, name, value, why, sizeof(why)) != RD_KAFKA_CONF_OK)
		args_die("%s", why);
}

static rd_kafka_conf_t *conf_of(const char *const (*rows)[2], size_t count)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	set(conf, "bootstrap.servers", brokers);
	for (size_t i = 0; i < count; i++)
		set(conf, rows[i][0], rows[i][1]);
	return conf;
}

static rd_kafka_t *client_of(rd_kafka_type_t type, rd_kafka_conf_t *conf)
{
	char why[200];
	rd_kafka_t *client = rd_kafka_new(type, conf, why, sizeof(why));
	if (!client)
		args_die("%s", why);
	return client;
}

static void must(rd_kafka_error_t *error, const char *what)
{
	if (error)
		args_die("%s: %s", what, rd_kafka_error_string(error));
}

static void take_report(rd_kafka_t *client, const rd_kafka_message_t *message, void *context)
{
	(void)client;
	(void)context;
	args_die("a record was not delivered: %s", rd_kafka_err2str(message->err));
}

static void open_consumer(struct loop *loop)
{
	rd_kafka_conf_t *conf = conf_of(reading, sizeof(reading) / sizeof(reading[0]));
	set(conf, "group.id", group);
	set(conf, "group.instance.id", group);
	loop->consumer = client_of(RD_KAFKA_CONSUMER, conf);
	rd_kafka_poll_set_consumer(loop->consumer);
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
	rd_kafka_topic_partition_list_add(list, from, RD_KAFKA_PARTITION_UA);
	if (rd_kafka_subscribe(loop->consumer, list) != RD_KAFKA_RESP_ERR_NO_ERROR)
		args_die("cannot join group %s", group);
	rd_kafka_topic_partition_list_destroy(list);
}

static void set_property(rd_kafka_conf_t *conf)
{
	const char *value = strchr(property, '=');
	if (!value)
		return;
	char *name = strndup(property, (size_t)(value - property));
	set(conf, name, value + 1);
	free(name);
}

static void open_producer(struct loop *loop)
{
	rd_kafka_conf_t *conf = conf_of(writing, sizeof(writing) / sizeof(writing[0]));
	set_property(conf);
	set(conf, "transactional.id", group);
	rd_kafka_conf_set_dr_msg_cb(conf, take_report);
	loop->producer = client_of(RD_KAFKA_PRODUCER, conf);
	if (loop->samples.count > sizeof(loop->topics) / sizeof(loop->topics[0]))
		args_die("too many topics in the samples");
	for (size_t i = 0; i < loop->samples.count; i++) {
		struct buffer name = {0};
		const struct rd_kafka_metadata *found;
		buffer_add_format(&name, "%s%.*s", to, BYTES_ARG(loop->samples.topics[i].name));
		loop->topics[i] = rd_kafka_topic_new(loop->producer, buffer_string(&name), NULL);
		if (rd_kafka_metadata(loop->producer, 0, loop->topics[i], &found, WAIT_MS) !=
			RD_KAFKA_RESP_ERR_NO_ERROR)
			args_die("topic %s: no answer", buffer_string(&name));
		rd_kafka_metadata_destroy(found);
		buffer_done(&name);
	}
	must(rd_kafka_init_transactions(loop->producer, WAIT_MS), "init_transactions");
}

static void start_batch(struct loop *loop)
{
	must(rd_kafka_begin_transaction(loop->producer), "begin_transaction");
	loop->begun = clock_monotonic();
	loop->batch = 0;
	for (int i = 0; i < PARTITIONS_MAX; i++)
		loop->next[i] = -1;
}

static rd_kafka_topic_partition_list_t *offsets_of(const struct loop *loop)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(PARTITIONS_MAX);
	for (int32_t i = 0; i < PARTITIONS_MAX; i++) {
		if (loop->next[i] < 0)
			continue;
		rd_kafka_topic_partition_t *place =
			rd_kafka_topic_partition_list_add(list, from, i);
		place->offset = loop->next[i];
		place->metadata = memory_string("1700000000000"); /* librdkafka frees it */
		place->metadata_size = strlen(place->metadata);
	}
	return list;
}

static void commit_batch(struct loop *loop)
{
	rd_kafka_topic_partition_list_t *list = offsets_of(loop);
	rd_kafka_consumer_group_metadata_t *generation =
		rd_kafka_consumer_group_metadata(loop->consumer);
	must(rd_kafka_send_offsets_to_transaction(loop->producer, list, generation, WAIT_MS),
		"send_offsets_to_transaction");
	must(rd_kafka_commit_transaction(loop->producer, WAIT_MS), "commit_transaction");
	rd_kafka_consumer_group_metadata_destroy(generation);
	rd_kafka_topic_partition_list_destroy(list);
	loop->committed = clock_monotonic();
	loop->begun = 0;
	loop->batches++;
	if (loop->counted_from_ms == 0 && loop->messages >= warm_up) {
		loop->counted_from_ms = loop->committed;
		loop->counted_from_cpu = clock_cpu_seconds();
		loop->counted_messages = loop->messages;
	}
}

static void *writable(struct loop *loop, struct bytes value, struct bytes message)
{
	buffer_clear(&loop->value);
	buffer_add_bytes(&loop->value, value);
	if (value.size >= ID_AT + ID_SIZE && message.size >= ID_AT + ID_SIZE)
		memcpy(loop->value.data + ID_AT, message.data + ID_AT, ID_SIZE);
	return loop->value.data;
}

/* The message's id goes into the value, so that a reader can tell what caused it. */
static void write_record(struct loop *loop, size_t topic, const struct samples_record *record,
	const rd_kafka_message_t *message)
{
	bool by_slot = loop->samples.topics[topic].by_slot;
	struct bytes key = by_slot ? bytes_of(message->key, message->key_len) : record->key;
	rd_kafka_headers_t *headers = rd_kafka_headers_copy(record->headers);
	void *value = record->value.data
		? writable(loop, record->value, bytes_of(message->payload, message->len))
		: NULL;
	rd_kafka_resp_err_t code = rd_kafka_producev(loop->producer,
		RD_KAFKA_V_RKT(loop->topics[topic]),
		RD_KAFKA_V_PARTITION(by_slot ? message->partition : record->partition),
		RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY | RD_KAFKA_MSG_F_BLOCK),
		RD_KAFKA_V_KEY(key.data, key.size), RD_KAFKA_V_VALUE(value, record->value.size),
		RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_END);
	if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
		args_die("producev: %s", rd_kafka_err2str(code));
	loop->records++;
}

static void take_message(struct loop *loop, const rd_kafka_message_t *message)
{
	const struct samples_record *record;
	if (message->partition >= PARTITIONS_MAX)
		args_die("more than %d partitions", PARTITIONS_MAX);
	if (!loop->begun)
		start_batch(loop);
	for (size_t i = 0; i < loop->samples.count; i++) {
		samples_owe(&loop->samples.topics[i]);
		while ((record = samples_take(&loop->samples.topics[i])))
			write_record(loop, i, record, message);
	}
	loop->next[message->partition] = message->offset + 1;
	loop->messages++;
	loop->batch++;
}

static bool is_due(const struct loop *loop, bool drained, int64_t now)
{
	return loop->begun &&
		(now - loop->begun >= commit_ms || loop->batch >= batch_max ||
			loop->messages == messages_wanted ||
			(drained && now - loop->committed >= gap_ms));
}

static void run(struct loop *loop)
{
	loop->last = clock_monotonic();
	while (messages_wanted == 0 || loop->messages < messages_wanted) {
		rd_kafka_message_t *message = rd_kafka_consumer_poll(loop->consumer, 2);
		int64_t now = loop->batch % 64 == 0 || !message ? clock_monotonic() : loop->last;
		if (message && message->err && message->err != RD_KAFKA_RESP_ERR__PARTITION_EOF)
			args_die("poll: %s", rd_kafka_message_errstr(message));
		if (message && !message->err)
			take_message(loop, message);
		if (message && !message->err)
			loop->last = now;
		if (is_due(loop, !message, now))
			commit_batch(loop);
		if (!loop->begun && loop->messages > 0 && now - loop->last >= idle_ms)
			break;
		if (message)
			rd_kafka_message_destroy(message);
	}
}

static void report(const struct loop *loop)
{
	int64_t messages = loop->messages - loop->counted_messages;
	double cpu = clock_cpu_seconds() - loop->counted_from_cpu;
	double wall = (double)(loop->committed - loop->counted_from_ms) / 1000;
	printf("{\"messages\": %lld, \"records\": %lld, \"batches\": %lld, "
	       "\"counted\": %lld, \"seconds\": %.3f, \"cpu_seconds\": %.3f, "
	       "\"per_cpu_second\": %.0f}\n",
		(long long)loop->messages, (long long)loop->records, (long long)loop->batches,
		(long long)messages, wall, cpu, (double)messages / cpu);
}

int main(int argc, char **argv)
{
	static struct loop loop;
	args_read(argc, argv, arguments, sizeof(arguments) / sizeof(arguments[0]));
	samples_load(&loop.samples, samples_path);
	open_producer(&loop);
	open_consumer(&loop);
	run(&loop);
	report(&loop);
	fflush(stdout);
	_exit(0);
}
