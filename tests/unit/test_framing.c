/* test_framing - requests that two readers could take apart in two ways: at most one is answered.
 */
#include "tests/support/dialer.h"
#include "tests/unit/unit.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "hub/http/server/server.h"

static struct loop *loop;
static struct server *server;
static pthread_t thread;

static void answer(void *context, struct request *request)
{
	(void)context;
	request_answer(request, 200, "text/plain",
		bytes_of_string(arena_format(
			request_arena(request), "size=%zu", request_body(request).size)));
}

static const struct server_route routes[] = {
	{.method = "POST", .path = "/first", .whole = answer},
	{.method = "GET", .path = "/second", .whole = answer},
	{0},
};

static void *run(void *context)
{
	(void)context;
	loop_run(loop);
	return NULL;
}

static int start(void **state)
{
	const struct server_options options = {.host = "127.0.0.1",
		.routes = routes,
		.connections = 64,
		.body_bytes = 1000,
		.header_bytes = 2000,
		.request_ms = 200,
		.idle_ms = 200};
	struct err err = {0};
	(void)state;
	return loop_new(&loop, &err) != OK || server_new(&server, loop, &options, &err) != OK ||
		pthread_create(&thread, NULL, run, NULL) != 0;
}

static int stop(void **state)
{
	(void)state;
	loop_stop(loop);
	pthread_join(thread, NULL);
	server_free(server);
	loop_free(loop);
	return 0;
}

/* How many requests are answered with 200; the status of the first answer. */
static int count_served(const char *text, int *first)
{
	char heard[8000];
	size_t have = 0;
	int served = 0;
	int fd = dialer_dial(server_port(server));
	dialer_say(fd, text);
	for (ssize_t got; have < sizeof(heard) - 1; have += (size_t)got) {
		got = recv(fd, heard + have, sizeof(heard) - 1 - have, 0);
		if (got <= 0)
			break;
	}
	heard[have] = '\0';
	close(fd);
	*first = dialer_status(heard);
	for (const char *at = heard; (at = strstr(at, "HTTP/1.1 200")) != NULL; at++)
		served++;
	return served;
}

struct row {
	const char *text;
	int status, served;
};

#define POST "POST /first HTTP/1.1\r\nHost: x\r\n"
/* Of 40 bytes: a body where somebody finds a length of 40. */
#define SECOND "GET /second HTTP/1.1\r\nHost: xxxxxxxx\r\n\r\n"

static void check(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int first;
		int served = count_served(rows[i].text, &first);
		if (first != rows[i].status || served != rows[i].served)
			fail_msg("%d, %d served: %s", first, served, rows[i].text);
	}
}

static void test_what_is_clear_is_served(void **state)
{
	static const struct row rows[] = {
		{POST "Content-Length: 0\r\n\r\n" SECOND, 200, 2},
		{POST "Content-Length: 40\r\n\r\n" SECOND, 200, 1},
		{POST "Content-Length:\t0\r\n\r\n" SECOND, 200, 2},
		{POST "Transfer-Encoding: Chunked\r\n\r\n0\r\n\r\n" SECOND, 200, 2},
		{POST "Transfer-Encoding: chunked\r\n\r\n5;ext=1\r\nabcde\r\n0\r\n\r\n" SECOND, 200,
			2},
		/* A trailer is no header. */
		{POST "Transfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: 40\r\n\r\n" SECOND,
			200, 2},
		/* Not what it looks like, and so of no meaning. */
		{POST "Transfer_Encoding: chunked\r\nContent-Length: 0\r\n\r\n" SECOND, 200, 2},
		{"\r\n" POST "Content-Length: 0\r\n\r\n" SECOND, 200, 2},
		/* RFC 9112, 2.2: a line may end so. */
		{"POST /first HTTP/1.1\nHost: x\nContent-Length: 40\n\n" SECOND, 200, 1},
		/* RFC 9112, 6.1: nothing is read behind it. */
		{"POST /first HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" SECOND, 200,
			1},
	};
	(void)state;
	check(rows, UNIT_COUNT(rows));
}

/* libmicrohttpd loses what they go on with, or adds it to a name: a length would be lost. */
static void test_folded_lines_are_refused(void **state)
{
	static const struct row rows[] = {
		{POST "Content-Length:\r\n 40\r\n\r\n" SECOND, 400, 0},
		{POST "Content-Length: 4\r\n 0\r\n\r\n" SECOND, 400, 0},
		{POST "Content-Length: 0\r\n \r\n\r\n" SECOND, 400, 0},
		{POST "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n" SECOND, 400, 0},
		{POST "Transfer-Encoding: chunked\r\n\t\r\n\r\n0\r\n\r\n" SECOND, 400, 0},
		{POST "X: a\r\n b\r\nContent-Length: 0\r\n\r\n" SECOND, 400, 0},
		{POST "X: a\r\n b\r\n c\r\nContent-Length: 0\r\n\r\n" SECOND, 400, 0},
		{POST "X: a\r\n Content-Length: 40\r\n\r\n" SECOND, 400, 0},
		{POST " Content-Length: 40\r\n\r\n" SECOND, 400, 0},
		{"POST /first HTTP/1.1\r\n Content-Length: 40\r\nHost: x\r\n\r\n" SECOND, 400, 0},
	};
	(void)state;
	check(rows, UNIT_COUNT(rows));
}

static void test_malformed_headers_are_refused(void **state)
{
	static const struct row rows[] = {
		{POST "X: a\rContent-Length: 40\r\n\r\n" SECOND, 400, 0},
		{POST "X: a\vb\r\nContent-Length: 0\r\n\r\n" SECOND, 400, 0},
		{POST "X(: a\r\nContent-Length: 0\r\n\r\n" SECOND, 400, 0},
		{POST "X\x80: a\r\nContent-Length: 0\r\n\r\n" SECOND, 400, 0},
		{POST "Transfer-Encoding: \vchunked\r\n\r\n0\r\n\r\n" SECOND, 400, 0},
		{POST "Transfer-Encoding\v: chunked\r\n\r\n0\r\n\r\n" SECOND, 400, 0},
		{POST "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" SECOND, 501, 0},
		{POST "Host: y\r\nContent-Length: 0\r\n\r\n" SECOND, 400, 0},
		{"POST /first HTTP/1.1\r\nContent-Length: 0\r\n\r\n" SECOND, 400, 0},
		{POST "Content-Length: \r\n\r\n" SECOND, 400, 0},
		{POST "Content-Length\r\n\r\n" SECOND, 400, 0},
		{POST "Content-Length: 99999999999999999999\r\n\r\n" SECOND, 413, 0},
		{"POST /first HTTP/2.0\r\nHost: x\r\nContent-Length: 0\r\n\r\n" SECOND, 505, 0},
		{"POST /first\r\n\r\n" SECOND, 400, 0},
		{"POST  /first  HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n" SECOND, 0, 0},
	};
	(void)state;
	check(rows, UNIT_COUNT(rows));
}

static void test_malformed_chunks_are_refused(void **state)
{
#define CHUNKED POST "Transfer-Encoding: chunked\r\n\r\n"
	static const struct row rows[] = {
		{CHUNKED "0x5\r\nabcde\r\n0\r\n\r\n" SECOND, 400, 0},
		{CHUNKED "-5\r\nabcde\r\n0\r\n\r\n" SECOND, 400, 0},
		{CHUNKED "5\r\nabcdeXX0\r\n\r\n" SECOND, 400, 0},
		{CHUNKED "fffffffffffffffff5\r\nabcde\r\n0\r\n\r\n" SECOND, 413, 0},
		{CHUNKED "\r\n0\r\n\r\n" SECOND, 400, 0},
	};
	(void)state;
	check(rows, UNIT_COUNT(rows));
}

/* As RFC 9110, 9.3.1 has it: there may be a body, and it is not the next request. */
static void test_a_body_of_a_get_is_read(void **state)
{
	static const struct row rows[] = {
		{"GET /second HTTP/1.1\r\nHost: x\r\nContent-Length: 40\r\n\r\n" SECOND, 200, 1},
		{"GET /second HTTP/1.1\r\nHost: x\r\nContent-Length:\r\n 40\r\n\r\n" SECOND, 400,
			0},
	};
	(void)state;
	check(rows, UNIT_COUNT(rows));
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_what_is_clear_is_served),
		TEST(test_folded_lines_are_refused),
		TEST(test_malformed_headers_are_refused),
		TEST(test_malformed_chunks_are_refused),
		TEST(test_a_body_of_a_get_is_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
