/* test_fetch - one request and its answer, over a real socket; slow, long and odd answers. */
#include "tests/unit/unit.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hub/http/client/fetch.h"

/* Answers one connection as told, and keeps what it was sent. */
struct peer {
	int listener;
	const char *answer;
	int pause_ms; /* between bytes */
	char request[4096];
	pthread_t thread;
	char url[60];
};

static void *serve(void *context)
{
	struct peer *peer = context;
	int connection = accept(peer->listener, NULL, NULL);
	size_t size = 0;

	while (size < sizeof(peer->request) - 1 && strstr(peer->request, "\r\n\r\n") == NULL) {
		ssize_t got =
			recv(connection, peer->request + size, sizeof(peer->request) - 1 - size, 0);
		if (got <= 0)
			break;
		size += (size_t)got;
	}
	for (const char *at = peer->answer; *at != '\0'; at++) {
		if (send(connection, at, 1, MSG_NOSIGNAL) != 1)
			break;
		usleep((useconds_t)peer->pause_ms * 1000);
	}
	close(connection);
	return NULL;
}

static void start(struct peer *peer, const char *answer, int pause_ms)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t size = sizeof(address);

	*peer = (struct peer){.answer = answer, .pause_ms = pause_ms};
	peer->listener = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(peer->listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(peer->listener, 1), 0);
	getsockname(peer->listener, (struct sockaddr *)&address, &size);
	snprintf(peer->url, sizeof(peer->url), "http://127.0.0.1:%d/a", ntohs(address.sin_port));
	assert_int_equal(pthread_create(&peer->thread, NULL, serve, peer), 0);
}

static void stop(struct peer *peer)
{
	pthread_join(peer->thread, NULL);
	close(peer->listener);
}

struct row {
	const char *answer;
	int pause_ms;
	enum outcome outcome;
	int status;
	const char *text; /* of the body, or why */
};

#define HEAD "HTTP/1.1 200 OK\r\n"

static const struct row rows[] = {
	{HEAD "Content-Length: 2\r\n\r\nhi", 0, OK, 200, "hi"},
	{"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", 0, OK, 404, ""},
	{"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n", 0, OK,
		302, ""},
	{HEAD "Content-Length: 11\r\n\r\n12345678901", 0, REJECT, 0,
		"the answer is longer than 10 bytes"},
	{HEAD "Content-Length: 5\r\n\r\nhi", 0, RETRY, 0, "bytes remaining"},
	{HEAD "Content-Length: 2\r\n\r\nhi", 20, RETRY, 0, "timed out"},
	{"", 0, RETRY, 0, "Empty reply"},
	{"SMTP ready\r\n", 0, REJECT, 0, "HTTP/0.9"},
};

static void test_answers(void **state)
{
	struct fetch *fetch = fetch_new(&(struct fetch_settings){0});

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		const struct row *row = &rows[i];
		struct arena arena = {0};
		struct err err = {0};
		struct fetch_answer answer;
		struct peer peer;
		start(&peer, row->answer, row->pause_ms);
		enum outcome outcome = fetch_send(fetch,
			&(struct fetch_request){.method = "GET",
				.url = peer.url,
				.timeout_ms = row->pause_ms > 0 ? 300 : 30000,
				.answer_max = 10},
			&arena, &answer, &err);
		const char *text = outcome == OK ? (const char *)answer.body.data : err.text;
		if (outcome != row->outcome || strstr(text, row->text) == NULL ||
			(outcome == OK && answer.status != row->status))
			fail_msg("row %zu: %s: %s", i, outcome_name(outcome), text);
		stop(&peer);
		arena_done(&arena);
	}
	fetch_free(fetch);
}

static void test_request(void **state)
{
	struct fetch *fetch = fetch_new(&(struct fetch_settings){.credentials = "a:b"});
	struct arena arena = {0};
	struct err err = {0};
	struct fetch_answer answer;
	struct peer peer;

	(void)state;
	start(&peer, HEAD "Content-Length: 0\r\n\r\n", 0);
	struct fetch_request request = {.method = "PUT",
		.url = peer.url,
		.content_type = "text/x",
		.body = bytes_of_string("hello"),
		.timeout_ms = 5000,
		.answer_max = 10};
	assert_int_equal(fetch_send(fetch, &request, &arena, &answer, &err), OK);
	stop(&peer);
	assert_non_null(strstr(peer.request, "PUT /a HTTP/1.1\r\n"));
	assert_non_null(strstr(peer.request, "\r\nAuthorization: Basic YTpi\r\n"));
	assert_non_null(strstr(peer.request, "\r\nContent-Type: text/x\r\n"));
	assert_non_null(strstr(peer.request, "\r\nAccept: text/x\r\n"));
	assert_non_null(strstr(peer.request, "\r\nContent-Length: 5\r\n"));
	arena_done(&arena);
	fetch_free(fetch);
}

/* Nobody there, or nothing that we speak to. */
static void test_urls(void **state)
{
	static const struct {
		const char *url;
		enum outcome outcome;
	} urls[] = {
		{"http://127.0.0.1:9/", RETRY},
		{"file:///etc/hostname", REJECT},
		{"http://", REJECT},
	};
	struct fetch *fetch = fetch_new(&(struct fetch_settings){0});
	struct arena arena = {0};
	struct fetch_answer answer;

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(urls); i++) {
		struct err err = {0};
		struct fetch_request request = {
			.method = "GET", .url = urls[i].url, .timeout_ms = 1000, .answer_max = 10};
		assert_int_equal(
			fetch_send(fetch, &request, &arena, &answer, &err), urls[i].outcome);
		assert_true(err.text[0] != '\0');
	}
	arena_done(&arena);
	fetch_free(fetch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_request),
		cmocka_unit_test(test_urls),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
