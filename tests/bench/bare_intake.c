/* bare_intake - the floor for the intake: libmicrohttpd that answers 202 once a record of the same
 * size is durable, and nothing else. One thread, as ours. */
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <librdkafka/rdkafka.h>
#include <microhttpd.h>

#include "hub/base/bytes.h"
#include "hub/base/memory.h"
#include "tests/bench/args.h"
#include "tests/bench/samples.h"

#define WAIT_MS 10000
#define BODY_MAX 65536

static const char *brokers = "127.0.0.1:9092", *to = "bare.", *samples_path = "samples",
		  *linger = "1";
static int64_t port = 8099;

static const struct args_row arguments[] = {
	{"brokers", &brokers, NULL, "where Kafka is"},
	{"to", &to, NULL, "put before the names of the topics to write"},
	{"samples", &samples_path, NULL, "file of measure_sizes: what to write for each request"},
	{"linger-ms", &linger, NULL, "how long a record may wait for company"},
	{"port", NULL, &port, "of 127.0.0.1, to listen at"},
};

/* As the edge's: hub/kafka/producer.c. */
static const char *const writing[][2] = {
	{"enable.idempotence", "true"},
	{"acks", "all"},
	{"compression.codec", "none"},
	{"queue.buffering.max.messages", "20000"},
	{"queue.buffering.max.kbytes", "65536"},
	{"message.max.bytes", "2097152"},
	{"socket.nagle.disable", "true"},
};

struct intake {
	struct MHD_Daemon *daemon;
	struct MHD_Response *accepted;
	rd_kafka_t *producer;
	rd_kafka_topic_t *topics[16];
	struct samples samples;
	int epoll, receipts;
};

struct request {
	struct MHD_Connection *connection;
	struct buffer body;
	int outstanding; /* records without receipt */
	bool sent;
};

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
	(void)signal;
	stopped = 1;
}

static void take_report(rd_kafka_t *client, const rd_kafka_message_t *message, void *context)
{
	struct request *request = message->_private;
	(void)client;
	(void)context;
	if (message->err)
		args_die("a record was not stored: %s", rd_kafka_err2str(message->err));
	if (--request->outstanding == 0)
		MHD_resume_connection(request->connection);
}

static void open_topics(struct intake *intake)
{
	if (intake->samples.count > sizeof(intake->topics) / sizeof(intake->topics[0]))
		args_die("too many topics in the samples");
	for (size_t i = 0; i < intake->samples.count; i++) {
		struct buffer name = {0};
		const struct rd_kafka_metadata *found;
		buffer_add_format(&name, "%s%.*s", to, BYTES_ARG(intake->samples.topics[i].name));
		intake->topics[i] =
			rd_kafka_topic_new(intake->producer, buffer_string(&name), NULL);
		if (rd_kafka_metadata(intake->producer, 0, intake->topics[i], &found, WAIT_MS) !=
			RD_KAFKA_RESP_ERR_NO_ERROR)
			args_die("topic %s: no answer", buffer_string(&name));
		rd_kafka_metadata_destroy(found);
		buffer_done(&name);
	}
}

static void set(rd_kafka_conf_t *conf, const char *name, const char *value)
{
	char why[200];
	if (rd_kafka_conf_set(conf, name, value, why, sizeof(why)) != RD_KAFKA_CONF_OK)
		args_die("%s", why);
}

static void open_producer(struct intake *intake)
{
	const uint64_t one = 1;
	char why[200];
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	set(conf, "bootstrap.servers", brokers);
	set(conf, "linger.ms", linger);
	for (size_t i = 0; i < sizeof(writing) / sizeof(writing[0]); i++)
		set(conf, writing[i][0], writing[i][1]);
	rd_kafka_conf_set_dr_msg_cb(conf, take_report);
	intake->producer = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof(why));
	if (!intake->producer)
		args_die("%s", why);
	open_topics(intake);
	intake->receipts = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	rd_kafka_queue_t *queue = rd_kafka_queue_get_main(intake->producer);
	rd_kafka_queue_io_event_enable(queue, intake->receipts, &one, sizeof(one));
	rd_kafka_queue_destroy(queue);
}

static void produce(struct intake *intake, size_t topic, const struct samples_record *record,
	struct request *request)
{
	rd_kafka_headers_t *headers = rd_kafka_headers_copy(record->headers);
	struct buffer value = {0};
	buffer_add_bytes(&value, record->value);
	rd_kafka_resp_err_t code = rd_kafka_producev(intake->producer,
		RD_KAFKA_V_RKT(intake->topics[topic]), RD_KAFKA_V_PARTITION(record->partition),
		RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_FREE),
		RD_KAFKA_V_KEY(record->key.data, record->key.size),
		RD_KAFKA_V_VALUE(value.data, value.size), RD_KAFKA_V_HEADERS(headers),
		RD_KAFKA_V_OPAQUE(request), RD_KAFKA_V_END);
	if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
		args_die("producev: %s", rd_kafka_err2str(code));
	request->outstanding++;
}

static void store(struct intake *intake, struct request *request)
{
	const struct samples_record *record;
	request->sent = true;
	for (size_t i = 0; i < intake->samples.count; i++) {
		samples_owe(&intake->samples.topics[i]);
		while ((record = samples_take(&intake->samples.topics[i])))
			produce(intake, i, record, request);
	}
	if (request->outstanding > 0)
		MHD_suspend_connection(request->connection);
}

static enum MHD_Result handle(void *context, struct MHD_Connection *connection, const char *url,
	const char *method, const char *version, const char *data, size_t *size, void **place)
{
	struct intake *intake = context;
	struct request *request = *place;
	(void)url;
	(void)method;
	(void)version;
	if (!request) {
		*place = request = memory_get_zeroed(1, sizeof(*request));
		request->connection = connection;
		return MHD_YES;
	}
	if (*size > 0) {
		if (request->body.size + *size > BODY_MAX)
			return MHD_NO;
		buffer_add(&request->body, data, *size);
		*size = 0;
		return MHD_YES;
	}
	if (!request->sent)
		store(intake, request);
	if (request->outstanding > 0)
		return MHD_YES;
	return MHD_queue_response(connection, MHD_HTTP_ACCEPTED, intake->accepted);
}

static void end_request(void *context, struct MHD_Connection *connection, void **place,
	enum MHD_RequestTerminationCode code)
{
	struct request *request = *place;
	(void)context;
	(void)connection;
	(void)code;
	if (request)
		buffer_done(&request->body);
	free(request);
	*place = NULL;
}

static void watch(struct intake *intake, int file)
{
	struct epoll_event event = {.events = EPOLLIN, .data.fd = file};
	if (epoll_ctl(intake->epoll, EPOLL_CTL_ADD, file, &event) != 0)
		args_die("epoll");
}

static void open_server(struct intake *intake)
{
	static char answer[] = "{\"id\":\"4c48424e-4348-8048-8000-000000000000\"}";
	intake->daemon = MHD_start_daemon(
		MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC | MHD_USE_ERROR_LOG,
		(uint16_t)port, NULL, NULL, handle, intake, MHD_OPTION_NOTIFY_COMPLETED,
		end_request, NULL, MHD_OPTION_CONNECTION_LIMIT, 1000u, MHD_OPTION_END);
	if (!intake->daemon)
		args_die("cannot listen at port %lld", (long long)port);
	intake->accepted =
		MHD_create_response_from_buffer(strlen(answer), answer, MHD_RESPMEM_PERSISTENT);
	MHD_add_response_header(intake->accepted, "Content-Type", "application/json");
	MHD_add_response_header(intake->accepted, "API-Version", "1.0.0");
	intake->epoll = epoll_create1(EPOLL_CLOEXEC);
	watch(intake, MHD_get_daemon_info(intake->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd);
	watch(intake, intake->receipts);
}

static void run(struct intake *intake)
{
	struct epoll_event events[2];
	while (!stopped) {
		uint64_t receipts;
		MHD_UNSIGNED_LONG_LONG wait;
		int timeout = MHD_get_timeout(intake->daemon, &wait) == MHD_YES && wait < 100
			? (int)wait
			: 100;
		epoll_wait(intake->epoll, events, 2, timeout);
		if (read(intake->receipts, &receipts, sizeof(receipts)) > 0)
			rd_kafka_poll(intake->producer, 0);
		MHD_run(intake->daemon);
	}
}

int main(int argc, char **argv)
{
	static struct intake intake;
	args_read(argc, argv, arguments, sizeof(arguments) / sizeof(arguments[0]));
	signal(SIGTERM, stop);
	signal(SIGPIPE, SIG_IGN);
	samples_load(&intake.samples, samples_path);
	open_producer(&intake);
	open_server(&intake);
	puts("ready");
	fflush(stdout);
	run(&intake);
	_exit(0);
}
