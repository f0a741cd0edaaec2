/* test_client - many requests on one loop, over real sockets; bad servers and forbidden addresses.
 */
#include "tests/unit/unit.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "hub/http/client/address.h"
#include "hub/http/client/client.h"
#include "tests/support/peer.h"

struct told {
	struct loop *loop;
	size_t left; /* the loop ends with the last */
	enum outcome outcome;
	int32_t status;
	int64_t retry_after_ms;
	double seconds;
	char text[300], body[100], type[100];
};

static void keep(void *context, const struct client_answer *answer)
{
	struct told *told = context;
	told->outcome = answer->outcome;
	told->status = answer->status;
	told->retry_after_ms = answer->retry_after_ms;
	told->seconds = answer->seconds;
	snprintf(told->text, sizeof(told->text), "%s", answer->text);
	snprintf(told->type, sizeof(told->type), "%.*s", BYTES_ARG(answer->type));
	snprintf(told->body, sizeof(told->body), "%.*s", BYTES_ARG(answer->body));
	if (--told->left == 0)
		loop_stop(told->loop);
}

struct fixture {
	struct loop *loop;
	struct client *client;
	struct peer *peer;
	char url[100];
	struct told told;
};

static void set_up(struct fixture *fixture, peer_fn *fn, void *context)
{
	struct client_settings settings = {.allow_private = true, .connections = 2};
	struct err err = {0};
	*fixture = (struct fixture){0};
	assert_int_equal(loop_new(&fixture->loop, &err), OK);
	assert_int_equal(client_new(&fixture->client, fixture->loop, &settings, &err), OK);
	fixture->peer = peer_start(fn, context);
	snprintf(fixture->url, sizeof(fixture->url), "%s/a", peer_url(fixture->peer));
}

static void tear_down(struct fixture *fixture)
{
	client_free(fixture->client);
	loop_free(fixture->loop);
	peer_stop(fixture->peer);
}

static struct client_request request_of(struct fixture *fixture)
{
	fixture->told.loop = fixture->loop;
	return (struct client_request){.method = "GET",
		.url = fixture->url,
		.timeout_ms = 10000,
		.answer_max = 20,
		.done = keep,
		.context = &fixture->told};
}

static struct client_call *begin(struct fixture *fixture, const struct client_request *request)
{
	struct client_call *call = NULL;
	struct err err = {0};
	size_t left = ++fixture->told.left;
	assert_int_equal(client_send(fixture->client, request, &call, &err), OK);
	assert_int_equal(fixture->told.left, left);
	return call;
}

static void ask(struct fixture *fixture, const struct client_request *request)
{
	begin(fixture, request);
	loop_run(fixture->loop);
}

struct row {
	struct peer_answer answer;
	enum outcome outcome;
	int32_t status;
	const char *text; /* of the body, or why */
	int64_t retry_after_ms;
};

#define HEAD "HTTP/1.1 200 OK\r\n"

static const struct row rows[] = {
	{{.text = HEAD "Content-Length: 2\r\n\r\nhi", .close = true}, OK, 200, "hi", 0},
	{{.text = HEAD "Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n"}, OK, 200, "hi", 0},
	{{.text = "HTTP/1.1 204 No Content\r\n\r\n"}, OK, 204, "", 0},
	{{.text = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"}, OK, 404, "", 0},
	{{.text = "HTTP/1.1 429 Slow\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n"}, OK, 429, "",
		7000},
	{{.text = "HTTP/1.1 503 No\r\nRetry-After: soon\r\nContent-Length: 0\r\n\r\n"}, OK, 503, "",
		0},
	{{.text = "HTTP/1.1 503 No\r\nRetry-After: 99999999999\r\nContent-Length: 0\r\n\r\n"}, OK,
		503, "", INT32_MAX},
	{{.text = "HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n"}, OK, 302, "",
		0},
	{{.text = HEAD "Content-Length: 21\r\n\r\n123456789012345678901"}, REJECT, 200,
		"the answer is longer than 20 bytes", 0},
	{{.text = "HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n", .close = true},
		RETRY, 500, "", 0},
	{{.text = HEAD "Content-Length: 5\r\n\r\nhi", .close = true}, RETRY, 200, "bytes remaining",
		0},
	{{.text = HEAD "A: b\r\n", .pause_ms = 30}, RETRY, 0, "timed out", 0},
	{{.text = "", .wait_ms = 2000}, RETRY, 0, "timed out", 0},
	{{.text = "", .close = true}, RETRY, 0, "Empty reply", 0},
	{{.text = "SMTP ready\r\n", .close = true}, REJECT, 0, "HTTP/0.9", 0},
	{{.text = HEAD "A: 0123456789012345678901234567890123456789\r\nB: ", .times = 100000},
		REJECT, 200, "headers are longer than 65536 bytes", 0},
};

static struct peer_answer answer_row(void *context, const char *request)
{
	(void)request;
	return ((const struct row *)context)->answer;
}

static void every_answer_becomes_an_outcome(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		struct row row = rows[i];
		struct fixture fixture;
		set_up(&fixture, answer_row, &row);
		struct client_request request = request_of(&fixture);
		request.timeout_ms = row.answer.pause_ms + row.answer.wait_ms > 0 ? 200 : 10000;
		ask(&fixture, &request);
		const struct told *told = &fixture.told;
		const char *text = told->outcome == OK ? told->body : told->text;
		if (told->outcome != row.outcome || told->status != row.status ||
			strstr(text, row.text) == NULL ||
			told->retry_after_ms != row.retry_after_ms)
			fail_msg("row %zu: %s %d: %s, after %d", i, outcome_name(told->outcome),
				told->status, text, (int)told->retry_after_ms);
		assert_true(told->seconds < 5);
		assert_int_equal(peer_requests(fixture.peer), 1);
		tear_down(&fixture);
	}
}

static struct peer_answer answer_well(void *context, const char *request)
{
	(void)context;
	(void)request;
	return (struct peer_answer){
		HEAD "Content-Type: text/x\r\nContent-Length: 2\r\n\r\nhi", .wait_ms = 20};
}

static struct peer_answer answer_with_headers(void *context, const char *request)
{
	(void)context;
	(void)request;
	return (struct peer_answer){
		.text = "HTTP/1.1 100 Continue\r\nX-Early: 1\r\n\r\nHTTP/1.1 201 Created\r\n"
			"Location: /v1/x\r\nAPI-Version:  1.0.0 \r\nX-Empty:\r\nVary: A\r\nVary: "
			"B\r\n"
			"Content-Length: 2\r\n\r\nhi"};
}

static void add_header(void *context, const char *name, struct bytes value)
{
	buffer_add_format(context, "%s=%.*s;", name, BYTES_ARG(value));
}

static void keep_headers(void *context, const struct client_answer *answer)
{
	struct told *told = context;
	struct buffer headers = {0};
	client_answer_headers(answer, add_header, &headers);
	keep(context, answer);
	snprintf(told->text, sizeof(told->text), "%s", buffer_string(&headers));
	buffer_done(&headers);
}

static void headers_of_an_answer_come_as_they_are(void **state)
{
	(void)state;
	struct fixture fixture;
	set_up(&fixture, answer_with_headers, NULL);
	struct client_request request = request_of(&fixture);
	request.done = keep_headers;
	ask(&fixture, &request);
	assert_int_equal(fixture.told.status, 201);
	assert_string_equal(fixture.told.text,
		"Location=/v1/x;API-Version=1.0.0;X-Empty=;Vary=A;Vary=B;Content-Length=2;");
	tear_down(&fixture);
}

static void connections_are_kept_and_few(void **state)
{
	(void)state;
	struct fixture fixture;
	set_up(&fixture, answer_well, NULL);
	struct client_request request = request_of(&fixture);
	for (int i = 0; i < 5; i++)
		ask(&fixture, &request);
	assert_int_equal(peer_connections(fixture.peer), 1);
	for (int i = 0; i < 8; i++)
		begin(&fixture, &request);
	loop_run(fixture.loop);
	assert_int_equal(fixture.told.left, 0);
	assert_int_equal(fixture.told.status, 200);
	assert_string_equal(fixture.told.type, "text/x");
	assert_int_equal(peer_requests(fixture.peer), 13);
	assert_int_equal(peer_most(fixture.peer), 2);
	tear_down(&fixture);
}

static void a_request_goes_out_as_it_was_given(void **state)
{
	(void)state;
	static const struct client_header headers[] = {
		{"X-One", {(const uint8_t *)"1", 1}}, {"X-Two", {(const uint8_t *)"", 0}}};
	struct fixture fixture;
	set_up(&fixture, answer_well, NULL);
	struct client_request request = request_of(&fixture);
	request.method = "PUT";
	request.headers = headers;
	request.headers_count = 2;
	request.type = bytes_of_string("text/y");
	request.body = bytes_of_string("hello");
	ask(&fixture, &request);
	const char *sent = peer_request(fixture.peer, 0);
	assert_non_null(strstr(sent, "PUT /a HTTP/1.1\r\n"));
	assert_non_null(strstr(sent, "\r\nX-One: 1\r\n"));
	assert_non_null(strstr(sent, "\r\nX-Two:\r\n"));
	assert_non_null(strstr(sent, "\r\nContent-Type: text/y\r\n"));
	assert_non_null(strstr(sent, "\r\nContent-Length: 5\r\n"));
	assert_non_null(strstr(sent, "\r\n\r\nhello"));
	assert_null(strstr(sent, "Expect"));

	request = request_of(&fixture);
	ask(&fixture, &request);
	sent = peer_request(fixture.peer, 1);
	assert_non_null(strstr(sent, "GET /a HTTP/1.1\r\n"));
	assert_null(strstr(sent, "Content-"));
	assert_null(strstr(sent, "X-One"));

	request.method = "POST";
	ask(&fixture, &request);
	sent = peer_request(fixture.peer, 2);
	assert_non_null(strstr(sent, "POST /a HTTP/1.1\r\n"));
	assert_non_null(strstr(sent, "\r\nContent-Length: 0\r\n"));
	assert_null(strstr(sent, "Content-Type"));
	tear_down(&fixture);
}

static struct peer_answer answer_head(void *context, const char *request)
{
	(void)context;
	(void)request;
	return (struct peer_answer){.text = HEAD "Content-Length: 2000\r\n\r\n"};
}

static void a_head_has_no_body(void **state)
{
	(void)state;
	struct fixture fixture;
	set_up(&fixture, answer_head, NULL);
	struct client_request request = request_of(&fixture);
	request.method = "HEAD";
	ask(&fixture, &request);
	assert_int_equal(fixture.told.outcome, OK);
	assert_int_equal(fixture.told.status, 200);
	tear_down(&fixture);
}

static void a_header_that_makes_another_request_is_refused(void **state)
{
	(void)state;
	static const struct client_header headers[] = {
		{"X", {(const uint8_t *)"a\r\nY: b", 7}},
		{"X", {(const uint8_t *)"a\0b", 3}},
		{"X: y", {(const uint8_t *)"a", 1}},
		{"", {(const uint8_t *)"a", 1}},
		{"host", {(const uint8_t *)"a", 1}},
		{"Content-Length", {(const uint8_t *)"1", 1}},
		{"transfer-encoding", {(const uint8_t *)"chunked", 7}},
	};
	struct fixture fixture;
	struct client_call *call = NULL;
	set_up(&fixture, answer_well, NULL);
	struct client_request request = request_of(&fixture);
	request.headers_count = 1;
	for (size_t i = 0; i < UNIT_COUNT(headers); i++) {
		struct err err = {0};
		request.headers = &headers[i];
		assert_int_equal(client_send(fixture.client, &request, &call, &err), REJECT);
	}
	assert_int_equal(peer_connections(fixture.peer), 0);
	tear_down(&fixture);
}

static void nobody_is_told_of_what_was_cancelled(void **state)
{
	(void)state;
	struct fixture fixture;
	set_up(&fixture, answer_well, NULL);
	struct client_request request = request_of(&fixture);
	struct client_call *waiting = begin(&fixture, &request);
	struct client_call *other = begin(&fixture, &request);
	client_cancel(waiting);
	client_cancel(NULL);
	fixture.told.left--;
	loop_run(fixture.loop);
	assert_int_equal(fixture.told.left, 0);
	(void)other;
	begin(&fixture, &request);
	begin(&fixture, &request);
	tear_down(&fixture);
	assert_int_equal(fixture.told.left, 2);
}

/* However it is written, it is looked at where it leads. */
static void what_is_not_public_is_not_connected_to(void **state)
{
	(void)state;
	static const char *const hosts[] = {"127.0.0.1", "localhost", "[::1]", "0x7f.1",
		"2130706433", "[::ffff:127.0.0.1]", "0.0.0.0", "10.0.0.1", "169.254.169.254"};
	struct fixture fixture;
	struct client_settings settings = {.connections = 2};
	struct err err = {0};
	set_up(&fixture, answer_well, NULL);
	client_free(fixture.client);
	assert_int_equal(client_new(&fixture.client, fixture.loop, &settings, &err), OK);
	for (size_t i = 0; i < UNIT_COUNT(hosts); i++) {
		struct client_request request = request_of(&fixture);
		snprintf(fixture.url, sizeof(fixture.url), "http://%s:%s/", hosts[i],
			strrchr(peer_url(fixture.peer), ':') + 1);
		ask(&fixture, &request);
		assert_int_equal(fixture.told.outcome, RETRY);
		if (strstr(fixture.told.text, "is not public") == NULL)
			fail_msg("%s: %s", hosts[i], fixture.told.text);
	}
	assert_int_equal(peer_connections(fixture.peer), 0);
	tear_down(&fixture);
}

static void a_url_that_is_none_is_rejected(void **state)
{
	(void)state;
	static const struct {
		const char *url;
		enum outcome outcome;
	} urls[] = {
		{"http://127.0.0.1:9/", RETRY},
		{"file:///etc/hostname", REJECT},
		{"gopher://127.0.0.1/", REJECT},
		{"http://", REJECT},
	};
	struct fixture fixture;
	set_up(&fixture, answer_well, NULL);
	for (size_t i = 0; i < UNIT_COUNT(urls); i++) {
		struct client_request request = request_of(&fixture);
		request.url = urls[i].url;
		ask(&fixture, &request);
		assert_int_equal(fixture.told.outcome, urls[i].outcome);
		assert_true(fixture.told.text[0] != '\0');
	}
	tear_down(&fixture);
}

static const struct {
	const char *text;
	bool is_public;
} addresses[] = {
	{"8.8.8.8", true},
	{"172.15.255.255", true},
	{"172.32.0.0", true},
	{"100.63.255.255", true},
	{"100.128.0.0", true},
	{"198.17.255.255", true},
	{"223.255.255.255", true},
	{"0.1.2.3", false},
	{"10.255.0.1", false},
	{"100.64.0.1", false},
	{"100.127.255.255", false},
	{"127.255.255.254", false},
	{"169.254.169.254", false},
	{"172.16.0.1", false},
	{"172.31.255.255", false},
	{"192.0.0.8", false},
	{"192.168.1.1", false},
	{"198.19.0.1", false},
	{"224.0.0.1", false},
	{"255.255.255.255", false},
	{"2a00:1450::1", true},
	{"2001:500::1", true},
	{"::ffff:8.8.8.8", true},
	{"64:ff9b::808:808", true},
	{"::", false},
	{"::1", false},
	{"::ffff:10.0.0.1", false},
	{"::ffff:127.0.0.1", false},
	{"::127.0.0.1", false},
	{"64:ff9b::c0a8:1", false},
	{"64:ff9b:1::1", false},
	{"2001::1", false},
	{"2001:db8::1", false},
	{"2002:7f00:1::", false},
	{"3fff::1", false},
	{"fc00::1", false},
	{"fd12::1", false},
	{"fe80::1", false},
	{"fec0::1", false},
	{"ff02::1", false},
};

static void addresses_are_public_or_not(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(addresses); i++) {
		struct sockaddr_in in = {.sin_family = AF_INET};
		struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};
		const char *text = addresses[i].text;
		bool is_4 = inet_pton(AF_INET, text, &in.sin_addr) == 1;
		char back[46];
		const struct sockaddr *address =
			is_4 ? (const struct sockaddr *)&in : (const struct sockaddr *)&in6;
		assert_true(is_4 || inet_pton(AF_INET6, text, &in6.sin6_addr) == 1);
		if (address_is_public(address) != addresses[i].is_public)
			fail_msg("%s", text);
		address_to_text(address, back);
		assert_string_equal(back, text);
	}
	assert_false(address_is_public(&(struct sockaddr){.sa_family = AF_UNIX}));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_answer_becomes_an_outcome),
		cmocka_unit_test(headers_of_an_answer_come_as_they_are),
		cmocka_unit_test(connections_are_kept_and_few),
		cmocka_unit_test(a_request_goes_out_as_it_was_given),
		cmocka_unit_test(a_head_has_no_body),
		cmocka_unit_test(a_header_that_makes_another_request_is_refused),
		cmocka_unit_test(nobody_is_told_of_what_was_cancelled),
		cmocka_unit_test(what_is_not_public_is_not_connected_to),
		cmocka_unit_test(a_url_that_is_none_is_rejected),
		cmocka_unit_test(addresses_are_public_or_not),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
