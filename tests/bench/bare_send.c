/* bare_send - the floor for requests out: libcurl's multi interface with epoll and keep-alive, that
 * posts the same body again and again; alone, or with a record read before and one stored behind.
 */
#include <curl/curl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include <librdkafka/rdkafka.h>

#include "hub/base/clock.h"
#include "hub/base/memory.h"
#include "tests/bench/args.h"

enum { EVENTS_MAX = 64 };

static const char *url = "http://127.0.0.1:8098/a";
static const char *brokers = "127.0.0.1:9092", *from = "", *to = "";
static int64_t count = 200000, at_once = 16, size = 500, stored = 300;

static const struct args_row arguments[] = {
	{"url", &url, NULL, "where to post"},
	{"count", NULL, &count, "requests"},
	{"at-once", NULL, &at_once, "under way at any time"},
	{"size", NULL, &size, "of the body in bytes"},
	{"brokers", &brokers, NULL, "where Kafka is"},
	{"from", &from, NULL,
		"topic: one of its records is read before each request; none: nothing is"},
	{"to", &to, NULL, "topic: a record is stored there behind each answer; none: nothing is"},
	{"stored", NULL, &stored, "size of that record in bytes"},
};

struct loop {
	CURLM *multi;
	int epoll;
	int64_t timeout; /* ms, -1: none */
	int64_t begun, done;
	rd_kafka_t *consumer, *producer;
	rd_kafka_topic_t *topic;
	char *record;
	int64_t outstanding; /* records without receipt */
};

static rd_kafka_t *client_of(rd_kafka_type_t type, const char *const settings[][2],
	void (*report)(rd_kafka_t *, const rd_kafka_message_t *, void *), void *context)
{
	char why[200];
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	rd_kafka_conf_set(conf, "bootstrap.servers", brokers, why, sizeof(why));
	for (; settings[0][0]; settings++)
		if (rd_kafka_conf_set(conf, settings[0][0], settings[0][1], why, sizeof(why)) !=
			RD_KAFKA_CONF_OK)
			args_die("%s", why);
	if (report)
		rd_kafka_conf_set_dr_msg_cb(conf, report);
	rd_kafka_conf_set_opaque(conf, context);
	rd_kafka_t *client = rd_kafka_new(type, conf, why, sizeof(why));
	if (!client)
		args_die("%s", why);
	return client;
}

static void open_consumer(struct loop *loop)
{
	static const char *const settings[][2] = {{"group.id", "bare-send"},
		{"enable.auto.commit", "false"}, {"isolation.level", "read_committed"},
		{"auto.offset.reset", "earliest"}, {NULL, NULL}};
	const struct rd_kafka_metadata *found;
	loop->consumer = client_of(RD_KAFKA_CONSUMER, settings, NULL, NULL);
	rd_kafka_topic_t *topic = rd_kafka_topic_new(loop->consumer, from, NULL);
	if (rd_kafka_metadata(loop->consumer, 0, topic, &found, 10000) !=
		RD_KAFKA_RESP_ERR_NO_ERROR)
		args_die("topic %s: no answer", from);
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(12);
	for (int i = 0; i < found->topics[0].partition_cnt; i++)
		rd_kafka_topic_partition_list_add(list, from, i)->offset =
			RD_KAFKA_OFFSET_BEGINNING;
	rd_kafka_poll_set_consumer(loop->consumer);
	rd_kafka_assign(loop->consumer, list);
	rd_kafka_topic_partition_list_destroy(list);
	rd_kafka_metadata_destroy(found);
}

static void take_report(rd_kafka_t *client, const rd_kafka_message_t *message, void *context)
{
	(void)client;
	if (message->err)
		args_die("a record was not stored: %s", rd_kafka_err2str(message->err));
	((struct loop *)context)->outstanding--;
}

/* As the edge's: hub/kafka/producer.c. */
static void open_producer(struct loop *loop)
{
	static const char *const settings[][2] = {{"enable.idempotence", "true"}, {"acks", "all"},
		{"compression.codec", "none"}, {"linger.ms", "1"}, {NULL, NULL}};
	loop->producer = client_of(RD_KAFKA_PRODUCER, settings, take_report, loop);
	loop->topic = rd_kafka_topic_new(loop->producer, to, NULL);
	loop->record = memory_get_zeroed(1, (size_t)stored);
}

static void read_record(struct loop *loop)
{
	for (int tries = 0; tries < 100; tries++) {
		rd_kafka_message_t *message = rd_kafka_consumer_poll(loop->consumer, 100);
		bool is_record = message && !message->err;
		if (message)
			rd_kafka_message_destroy(message);
		if (is_record)
			return;
	}
	args_die("topic %s has no more records", from);
}

static void store_record(struct loop *loop)
{
	if (rd_kafka_produce(loop->topic, RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY, loop->record,
		    (size_t)stored, NULL, 0, NULL) != 0)
		args_die("produce: %s", rd_kafka_err2str(rd_kafka_last_error()));
	loop->outstanding++;
}

static size_t drop(char *data, size_t one, size_t bytes, void *context)
{
	(void)data;
	(void)context;
	return one * bytes;
}

static int watch(CURL *curl, curl_socket_t fd, int what, void *context, void *known)
{
	struct loop *loop = context;
	struct epoll_event event = {.data.fd = fd};
	(void)curl;
	if (what == CURL_POLL_REMOVE)
		return epoll_ctl(loop->epoll, EPOLL_CTL_DEL, fd, NULL) * 0;
	event.events = (what & CURL_POLL_IN ? (uint32_t)EPOLLIN : 0) |
		(what & CURL_POLL_OUT ? (uint32_t)EPOLLOUT : 0);
	epoll_ctl(loop->epoll, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event);
	if (!known)
		curl_multi_assign(loop->multi, fd, loop);
	return 0;
}

static int set_timer(CURLM *multi, long ms, void *context)
{
	(void)multi;
	((struct loop *)context)->timeout = ms;
	return 0;
}

static void begin(struct loop *loop, CURL *curl)
{
	if (loop->begun++ >= count)
		return;
	if (loop->consumer)
		read_record(loop);
	curl_multi_add_handle(loop->multi, curl);
}

static void finish(struct loop *loop)
{
	CURLMsg *message;
	int left;
	while ((message = curl_multi_info_read(loop->multi, &left))) {
		CURL *curl = message->easy_handle;
		long status = 0;
		curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
		if (message->data.result != CURLE_OK || status != 204)
			args_die(
				"%s, status %ld", curl_easy_strerror(message->data.result), status);
		curl_multi_remove_handle(loop->multi, curl);
		loop->done++;
		if (loop->producer)
			store_record(loop);
		begin(loop, curl);
	}
}

static void run(struct loop *loop)
{
	struct epoll_event events[EVENTS_MAX];
	int running;
	while (loop->done < count) {
		int ready = epoll_wait(loop->epoll, events, EVENTS_MAX, (int)loop->timeout);
		if (ready == 0)
			curl_multi_socket_action(loop->multi, CURL_SOCKET_TIMEOUT, 0, &running);
		for (int i = 0; i < ready; i++) {
			int what = (events[i].events & EPOLLIN ? CURL_CSELECT_IN : 0) |
				(events[i].events & EPOLLOUT ? CURL_CSELECT_OUT : 0);
			curl_multi_socket_action(loop->multi, events[i].data.fd, what, &running);
		}
		finish(loop);
		if (loop->producer)
			rd_kafka_poll(loop->producer, 0);
	}
	while (loop->outstanding > 0)
		rd_kafka_poll(loop->producer, 100);
}

static CURL *make_handle(const char *body)
{
	CURL *curl = curl_easy_init();
	struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");
	headers = curl_slist_append(headers, "Expect:");
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)size);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, 15000L);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, drop);
	return curl;
}

int main(int argc, char **argv)
{
	args_read(argc, argv, arguments, sizeof(arguments) / sizeof(arguments[0]));
	struct loop loop = {.epoll = epoll_create1(EPOLL_CLOEXEC), .timeout = -1};
	char *body = memory_get((size_t)size);
	memset(body, 'x', (size_t)size);
	curl_global_init(CURL_GLOBAL_DEFAULT);
	loop.multi = curl_multi_init();
	curl_multi_setopt(loop.multi, CURLMOPT_SOCKETFUNCTION, watch);
	curl_multi_setopt(loop.multi, CURLMOPT_SOCKETDATA, &loop);
	curl_multi_setopt(loop.multi, CURLMOPT_TIMERFUNCTION, set_timer);
	curl_multi_setopt(loop.multi, CURLMOPT_TIMERDATA, &loop);
	curl_multi_setopt(loop.multi, CURLMOPT_MAXCONNECTS, (long)at_once);
	if (from[0] != '\0')
		open_consumer(&loop);
	if (to[0] != '\0')
		open_producer(&loop);
	double cpu = clock_cpu_seconds();
	int64_t start = clock_monotonic();
	for (int64_t i = 0; i < at_once; i++)
		begin(&loop, make_handle(body));
	run(&loop);
	cpu = clock_cpu_seconds() - cpu;
	double seconds = (double)(clock_monotonic() - start) / 1000;
	printf("{\"count\": %lld, \"per_cpu_second\": %.0f, \"per_second\": %.0f}\n",
		(long long)count, (double)count / cpu, (double)count / seconds);
	fflush(stdout);
	_exit(0);
}
