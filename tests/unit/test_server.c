/* test_server - a real server on the loopback against clients that are wrong, slow, large or
 * sudden. */
#include "tests/support/dialer.h"
#include "tests/unit/unit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "hub/http/loop.h"
#include "hub/http/server/server.h"

#define BODY_MAX 1000
#define HEADER_MAX 2048
#define REQUEST_MS 400

static struct loop *loop;
static struct server *server;
static struct loop_bell *close_bell;
static pthread_t thread;
static int answered[600];

static void count_answer(void *context, const struct request *request, int status)
{
	(void)context;
	(void)request;
	answered[status]++;
}

static void answer_size(void *context, struct request *request)
{
	(void)context;
	request_add_header(request, "Location", "/things/1");
	request_answer(request, 202, "application/json",
		bytes_of_string(arena_format(
			request_arena(request), "{\"size\":%zu}", request_body(request).size)));
}

static void answer_segment(void *context, struct request *request)
{
	(void)context;
	struct bytes segment = request_segment(request, 0);
	struct bytes query = request_query(request, "q");
	if (segment.data == NULL) {
		request_refuse(request, PROBLEM_JSON_MALFORMED, "badly encoded");
		return;
	}
	request_answer(request, 200, "text/plain",
		bytes_of_string(arena_format(request_arena(request), "segment=%.*s q=%.*s",
			BYTES_ARG(segment), BYTES_ARG(query))));
}

static void answer_target(void *context, struct request *request)
{
	(void)context;
	request_add_header(request, "API-VERSION", "2.0.0");
	request_answer(request, 200, "text/plain", request_target(request));
}

struct later {
	struct loop_timer timer;
	struct request *request;
};

static void answer_later(void *context)
{
	struct later *later = context;
	request_answer(later->request, 200, "text/plain", bytes_of_string("later"));
	free(later);
}

static void keep(void *context, struct request *request)
{
	(void)context;
	struct later *later = calloc(1, sizeof(*later));
	assert_non_null(later);
	later->timer.fn = answer_later;
	later->timer.context = later;
	later->request = request;
	loop_set(loop, &later->timer, loop_now(loop) + 20);
}

static void keep_for_ever(void *context, struct request *request)
{
	(void)context;
	(void)request;
}

/* When time is up for the first time, it goes on to wait for something else. */
static void late_twice(void *context, struct request *request)
{
	(void)context;
	if (request_own(request) != NULL)
		request_answer(request, 200, "text/plain", bytes_of_string("late"));
	else
		request_set_deadline(request, loop_now(loop) + REQUEST_MS);
	request_set_own(request, request);
}

static void refuse_head(void *context, struct request *request)
{
	(void)context;
	if (request_header(request, "Authorization").data == NULL)
		request_refuse(request, PROBLEM_JSON_UNAUTHORIZED, "send a token");
}

static const char *const json[] = {"application/json", NULL};
static const struct server_route routes[] = {
	{.method = "POST",
		.path = "/size",
		.takes = json,
		.gives = "application/json",
		.whole = answer_size},
	{.method = "GET", .path = "/things/{}", .whole = answer_segment},
	{.method = "POST", .path = "/things/{}", .whole = answer_segment},
	{.method = "GET", .path = "/targets/{}", .whole = answer_target},
	{.method = "GET", .path = "/later", .whole = keep},
	{.method = "GET", .path = "/never", .whole = keep_for_ever},
	{.method = "GET", .path = "/twice", .whole = keep_for_ever, .late = late_twice},
	{.method = "POST",
		.path = "/secret",
		.takes = json,
		.head = refuse_head,
		.whole = answer_size},
	{0},
};

static void *run(void *context)
{
	(void)context;
	loop_run(loop);
	return NULL;
}

static void close_server(void *context)
{
	(void)context;
	server_close(server);
}

static int start(void **state)
{
	(void)state;
	const struct server_options options = {.host = "127.0.0.1",
		.routes = routes,
		.connections = 64,
		.body_bytes = BODY_MAX,
		.header_bytes = HEADER_MAX,
		.request_ms = REQUEST_MS,
		.idle_ms = REQUEST_MS,
		.retry_after_s = 7,
		.version = "1.0.0",
		.answered = count_answer};
	struct err err = {0};
	memset(answered, 0, sizeof(answered));
	return loop_new(&loop, &err) != OK || server_new(&server, loop, &options, &err) != OK ||
		loop_bell_new(&close_bell, loop, close_server, NULL, &err) != OK ||
		pthread_create(&thread, NULL, run, NULL) != 0;
}

static int stop(void **state)
{
	(void)state;
	loop_stop(loop);
	pthread_join(thread, NULL);
	server_free(server);
	loop_bell_free(close_bell);
	loop_free(loop);
	return 0;
}

static int dial(void)
{
	return dialer_dial(server_port(server));
}

static void test_answers(void **state)
{
	(void)state;
	static const struct {
		const char *request;
		int status;
		const char *holds;
	} rows[] = {
		{"POST /size HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
		 "Content-Length: 2\r\n\r\n{}",
			202, "{\"size\":2}"},
		{"POST /size HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
		 "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
			202, "{\"size\":5}"},
		{"GET /things/a%2Fb?q=c%20d HTTP/1.1\r\nHost: x\r\n\r\n", 200, "segment=a/b q=c d"},
		{"GET /things/a%zz HTTP/1.1\r\nHost: x\r\n\r\n", 400, "problem:malformed"},
		{"GET /later HTTP/1.1\r\nHost: x\r\n\r\n", 200, "later"},
		{"GET /none HTTP/1.1\r\nHost: x\r\n\r\n", 404, "problem:not-found"},
		{"GET /things/ HTTP/1.1\r\nHost: x\r\n\r\n", 404, "problem:not-found"},
		{"DELETE /things/1 HTTP/1.1\r\nHost: x\r\n\r\n", 405, "Allow: GET, HEAD, POST"},
		{"GET /size HTTP/1.1\r\nHost: x\r\n\r\n", 405, "Allow: POST\r\n"},
		{"POST /size HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}", 415,
			"application/json"},
		{"POST /size HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
		 "Accept: text/html\r\nContent-Length: 2\r\n\r\n{}",
			406, "problem:not-acceptable"},
		{"POST /secret HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\n"
		 "Content-Length: 2\r\n\r\n{}",
			401, "WWW-Authenticate: Bearer"},
	};
	char answer[4096];
	int fd = dial();
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		dialer_say(fd, rows[i].request);
		dialer_hear(fd, answer, sizeof(answer));
		assert_int_equal(dialer_status(answer), rows[i].status);
		assert_non_null(strstr(answer, rows[i].holds));
		assert_non_null(strstr(answer, "API-Version: 1.0.0\r\n"));
		assert_null(strstr(answer, "Connection: close"));
	}
	close(fd);
}

static void test_targets_come_back_as_they_came(void **state)
{
	(void)state;
	static const char *const targets[] = {"/targets/a", "/targets/a%2Fb%20?x", "/targets/a?",
		"/targets/a?x=&y=1&x=2", "/targets/a?a+b=c%2B+%26d", "/targets/%zz?%zz=%"};
	char answer[4096], request[200], end[100];
	int fd = dial();
	for (size_t i = 0; i < UNIT_COUNT(targets); i++) {
		snprintf(
			request, sizeof(request), "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", targets[i]);
		size_t size = strlen(targets[i]);
		snprintf(end, sizeof(end), "\r\n\r\n%.*s",
			(int)(size - (targets[i][size - 1] == '?')), targets[i]);
		dialer_say(fd, request);
		dialer_hear(fd, answer, sizeof(answer));
		if (strstr(answer, end) == NULL)
			fail_msg("%s gave %s", targets[i], answer);
		assert_non_null(strstr(answer, "2.0.0"));
		assert_null(strstr(answer, "1.0.0"));
	}
	close(fd);
}

static void test_pipelined(void **state)
{
	(void)state;
	char answer[4096];
	int fd = dial();
	dialer_say(fd,
		"GET /later HTTP/1.1\r\nHost: x\r\n\r\nGET /things/2 HTTP/1.1\r\nHost: x\r\n"
		"Connection: close\r\n\r\n");
	size_t have = 0;
	for (ssize_t got; (got = recv(fd, answer + have, sizeof(answer) - 1 - have, 0)) > 0;)
		have += (size_t)got;
	answer[have] = '\0';
	const char *later = strstr(answer, "later");
	assert_non_null(later);
	assert_non_null(strstr(later, "segment=2"));
	close(fd);
}

/* Framing that two readers could take in two ways: refused, and nothing more is read. */
static void test_ambiguous_framing_is_refused(void **state)
{
	(void)state;
	static const struct {
		const char *headers;
		int status;
	} rows[] = {
		{"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", 400},
		{"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", 400},
		{"Content-Length: 5\r\nContent-Length: 6\r\n", 400},
		{"Content-Length: 5\r\nContent-Length: 5\r\n", 400},
		{"Transfer-Encoding: gzip, chunked\r\n", 501},
		{"Transfer-Encoding: xchunked\r\n", 501},
		{"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", 400},
		{"Content-Length: -1\r\n", 400},
		{"Content-Length: +5\r\n", 400},
		{"Content-Length: 5x\r\n", 400},
		{"Content-Length: 0x5\r\n", 400},
		{"Content-Length: 5, 5\r\n", 400},
		{"Content-Length : 5\r\n", 400},
	};
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		char answer[4096];
		char request[512];
		int fd = dial();
		snprintf(request, sizeof(request),
			"POST /size HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n%s\r\n"
			"0\r\n\r\nGET /things/smuggled HTTP/1.1\r\nHost: x\r\n\r\n",
			rows[i].headers);
		dialer_say(fd, request);
		dialer_hear(fd, answer, sizeof(answer));
		if (dialer_status(answer) != rows[i].status)
			fail_msg("%s gave %.60s", rows[i].headers, answer);
		assert_true(dialer_is_closed(fd));
		close(fd);
	}
	assert_int_equal(answered[200], 0);
}

static void test_sizes(void **state)
{
	(void)state;
	static const struct {
		size_t body, header;
		bool chunked;
		int status;
	} rows[] = {
		{BODY_MAX, 10, false, 202},
		{BODY_MAX + 1, 10, false, 413},
		{BODY_MAX, 10, true, 202},
		{BODY_MAX + 1, 10, true, 413},
		{100 * BODY_MAX, 10, false, 413},
		{10, HEADER_MAX, false, 431},
		{10, 10 * HEADER_MAX, false, 431},
	};
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		char answer[4096];
		struct buffer request = {0};
		int fd = dial();
		buffer_add_string(&request,
			"POST /size HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nX: ");
		for (size_t j = 0; j < rows[i].header; j++)
			buffer_add(&request, "h", 1);
		if (rows[i].chunked)
			buffer_add_format(&request, "\r\nTransfer-Encoding: chunked\r\n\r\n%zx\r\n",
				rows[i].body);
		else
			buffer_add_format(
				&request, "\r\nContent-Length: %zu\r\n\r\n", rows[i].body);
		for (size_t j = 0; j < rows[i].body; j++)
			buffer_add(&request, "b", 1);
		if (rows[i].chunked)
			buffer_add_string(&request, "\r\n0\r\n\r\n");
		dialer_say(fd, buffer_string(&request));
		dialer_hear(fd, answer, sizeof(answer));
		if (dialer_status(answer) != rows[i].status)
			fail_msg("row %zu gave %.200s", i, answer);
		close(fd);
		buffer_done(&request);
	}
}

static void test_too_many_headers(void **state)
{
	(void)state;
	static const struct {
		int headers, status;
	} rows[] = {{63, 200}, {64, 431}};
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		char answer[4096];
		struct buffer request = {0};
		int fd = dial();
		buffer_add_string(&request, "GET /things/1 HTTP/1.1\r\nHost: x\r\n");
		for (int j = 0; j < rows[i].headers; j++)
			buffer_add_string(&request, "X: y\r\n");
		buffer_add_string(&request, "\r\n");
		dialer_say(fd, buffer_string(&request));
		assert_int_equal(
			dialer_status(dialer_hear(fd, answer, sizeof(answer))), rows[i].status);
		close(fd);
		buffer_done(&request);
	}
}

static void test_announced_body_is_refused_unsent(void **state)
{
	(void)state;
	char answer[4096];
	int fd = dial();
	dialer_say(fd,
		"POST /size HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
		"Content-Length: 5000000\r\nExpect: 100-continue\r\n\r\n");
	dialer_hear(fd, answer, sizeof(answer));
	assert_int_equal(dialer_status(answer), 413);
	assert_true(dialer_is_closed(fd));
	close(fd);
}

static int64_t now_ms(void)
{
	struct timespec at;
	clock_gettime(CLOCK_MONOTONIC, &at);
	return (int64_t)at.tv_sec * 1000 + at.tv_nsec / 1000000;
}

/* One byte each 20 ms never is an idle connection, and is cut all the same. */
static void test_slow_senders_are_cut(void **state)
{
	(void)state;
	static const struct {
		const char *begin;
		int status; /* 0: cut without an answer, there is no request yet */
	} rows[] = {
		{"POST /size HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
		 "Content-Length: 900\r\n\r\n",
			408},
		{"POST /size HTTP/1.1\r\nHost: x\r\nX: ", 408},
		{"POST /size HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
		 "Content-Length: 90000\r\n\r\n",
			413},
		{"GET /slo", 0},
		{"", 0},
	};
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		char answer[4096];
		const struct timeval brief = {.tv_usec = 20000};
		int64_t began = now_ms();
		int fd = dial();
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &brief, sizeof(brief));
		dialer_say(fd, rows[i].begin);
		ssize_t got = -1;
		while (got < 0 && now_ms() - began < 5000) {
			dialer_say(fd, "x");
			got = recv(fd, answer, sizeof(answer) - 1, 0);
			if (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK)
				got = 0;
		}
		assert_true(got >= 0);
		answer[got] = '\0';
		assert_int_equal(dialer_status(answer), rows[i].status);
		assert_true(now_ms() - began >= REQUEST_MS - 5);
		assert_true(now_ms() - began < 4 * REQUEST_MS);
		close(fd);
	}
}

static void test_late_answer(void **state)
{
	(void)state;
	char answer[4096];
	int fd = dial();
	int64_t began = now_ms();
	dialer_say(fd, "GET /never HTTP/1.1\r\nHost: x\r\n\r\n");
	dialer_hear(fd, answer, sizeof(answer));
	assert_int_equal(dialer_status(answer), 503);
	assert_non_null(strstr(answer, "Retry-After: 7"));
	assert_true(now_ms() - began >= REQUEST_MS - 5);
	dialer_say(fd, "GET /things/1 HTTP/1.1\r\nHost: x\r\n\r\n");
	assert_int_equal(dialer_status(dialer_hear(fd, answer, sizeof(answer))), 200);
	close(fd);
}

/* The second one is answered by the end of the server. */
static void test_late_answer_that_waits_once_more(void **state)
{
	(void)state;
	char answer[4096];
	int fd = dial();
	int64_t began = now_ms();
	dialer_say(fd, "GET /twice HTTP/1.1\r\nHost: x\r\n\r\n");
	dialer_hear(fd, answer, sizeof(answer));
	assert_int_equal(dialer_status(answer), 200);
	assert_true(now_ms() - began >= 2 * (REQUEST_MS - 5));
	dialer_say(fd, "GET /twice HTTP/1.1\r\nHost: x\r\n\r\n");
	usleep(20000);
}

/* Clients that go away at any point leave nothing behind. */
static void test_sudden_clients(void **state)
{
	(void)state;
	static const char *const begins[] = {"", "GET", "GET /later HTTP/1.1\r\nHost: x\r\n\r\n",
		"GET /never HTTP/1.1\r\nHost: x\r\n\r\n",
		"POST /size HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\nabc"};
	const struct linger reset = {.l_onoff = 1};
	char answer[4096];
	for (size_t i = 0; i < 10 * UNIT_COUNT(begins); i++) {
		int fd = dial();
		dialer_say(fd, begins[i % UNIT_COUNT(begins)]);
		if (i % 2 == 0)
			setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
		close(fd);
	}
	int fd = dial();
	dialer_say(fd, "GET /things/1 HTTP/1.1\r\nHost: x\r\n\r\n");
	assert_int_equal(dialer_status(dialer_hear(fd, answer, sizeof(answer))), 200);
	close(fd);
	for (int64_t began = now_ms(); server_connections(server) > 0;) {
		assert_true(now_ms() - began < 5000);
		usleep(10000);
	}
}

static void test_close_lets_requests_end(void **state)
{
	(void)state;
	char answer[4096];
	int idle = dial();
	int busy = dial();
	dialer_say(idle, "GET /things/1 HTTP/1.1\r\nHost: x\r\n\r\n");
	dialer_hear(idle, answer, sizeof(answer));
	dialer_say(busy, "GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
	usleep(5000);
	loop_ring(close_bell);
	assert_true(dialer_is_closed(idle));
	dialer_hear(busy, answer, sizeof(answer));
	assert_int_equal(dialer_status(answer), 200);
	assert_non_null(strstr(answer, "Connection: close"));
	assert_true(dialer_is_closed(busy));
	close(idle);
	close(busy);
}

/* A restart need not wait for the connections that the last one closed. */
static void test_same_port_again(void **state)
{
	struct err err = {0};
	char answer[4096];
	int32_t port = server_port(server);
	int fd = dial();
	dialer_say(fd, "GET /things/1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
	assert_int_equal(dialer_status(dialer_hear(fd, answer, sizeof(answer))), 200);
	assert_true(dialer_is_closed(fd));
	close(fd);
	stop(state);
	const struct server_options options = {.host = "127.0.0.1",
		.port = port,
		.routes = routes,
		.connections = 64,
		.body_bytes = BODY_MAX,
		.header_bytes = HEADER_MAX,
		.request_ms = REQUEST_MS,
		.idle_ms = REQUEST_MS};
	assert_int_equal(loop_new(&loop, &err), OK);
	assert_int_equal(server_new(&server, loop, &options, &err), OK);
	struct server *second = NULL;
	assert_int_equal(server_new(&second, loop, &options, &err), RETRY);
	server_free(server);
	loop_free(loop);
	assert_int_equal(start(state), 0);
}

/* Several threads may share one. */
static void test_shared_port(void **state)
{
	(void)state;
	struct loop *own = NULL;
	struct server *servers[2];
	struct err err = {0};
	struct server_options options = {.host = "127.0.0.1",
		.shares_port = true,
		.routes = routes,
		.connections = 64,
		.body_bytes = BODY_MAX,
		.header_bytes = HEADER_MAX,
		.request_ms = REQUEST_MS,
		.idle_ms = REQUEST_MS};
	assert_int_equal(loop_new(&own, &err), OK);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(server_new(&servers[i], own, &options, &err), OK);
		options.port = server_port(servers[0]);
	}
	assert_int_equal(server_port(servers[1]), server_port(servers[0]));
	server_free(servers[1]);
	server_free(servers[0]);
	loop_free(own);
}

#define SERVER_TEST(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SERVER_TEST(test_answers),
		SERVER_TEST(test_targets_come_back_as_they_came),
		SERVER_TEST(test_pipelined),
		SERVER_TEST(test_ambiguous_framing_is_refused),
		SERVER_TEST(test_sizes),
		SERVER_TEST(test_too_many_headers),
		SERVER_TEST(test_announced_body_is_refused_unsent),
		SERVER_TEST(test_slow_senders_are_cut),
		SERVER_TEST(test_late_answer),
		SERVER_TEST(test_late_answer_that_waits_once_more),
		SERVER_TEST(test_sudden_clients),
		SERVER_TEST(test_close_lets_requests_end),
		SERVER_TEST(test_same_port_again),
		SERVER_TEST(test_shared_port),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
