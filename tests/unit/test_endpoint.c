/* test_endpoint - who we say we are, what goes where, and how much of it at once. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "hub/base/clock.h"
#include "hub/http/client/endpoint.h"
#include "tests/support/folder.h"
#include "tests/support/peer.h"

#define OK_200 "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
#define NO_401 "HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n"

/* Gives tokens t1, t2 … and takes the latest `taken` ones. */
struct partner {
	int given, wait_ms;
	const char *token_answer; /* NULL: a token */
	int expires_in;
	bool takes_none, takes_all;
	char text[300], accepted[60];
};

static struct peer_answer answer_token(struct partner *partner)
{
	char body[100];
	partner->given++;
	if (partner->token_answer != NULL)
		return (struct peer_answer){partner->token_answer, .wait_ms = 50};
	snprintf(body, sizeof(body), "{\"access_token\":\"t%d\",\"expires_in\":%d}", partner->given,
		partner->expires_in);
	snprintf(partner->text, sizeof(partner->text),
		"HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n%s", strlen(body), body);
	snprintf(partner->accepted, sizeof(partner->accepted), "\r\nAuthorization: Bearer t%d\r\n",
		partner->given);
	return (struct peer_answer){partner->text, .wait_ms = 50};
}

static struct peer_answer answer(void *context, const char *request)
{
	struct partner *partner = context;
	if (strncmp(request, "POST /token ", 12) == 0)
		return answer_token(partner);
	bool fine = partner->takes_all ||
		(!partner->takes_none && strstr(request, partner->accepted) != NULL);
	return (struct peer_answer){fine ? OK_200 : NO_401, .wait_ms = partner->wait_ms};
}

struct fixture {
	struct folder folder;
	struct loop *loop;
	struct partner partner;
	struct peer *peer;
	struct endpoint_settings settings;
	struct endpoint *endpoint;
	char secret_file[300], url[100], token_url[100];
	size_t left, count;
	struct client_answer told[20];
	char text[300];
};

static void set_up(struct fixture *fixture, enum endpoint_auth auth)
{
	struct err err = {0};
	*fixture = (struct fixture){.partner = {.expires_in = 3600, .takes_all = true}};
	folder_make(&fixture->folder);
	folder_write(&fixture->folder, "secret", "s3cret\n");
	snprintf(fixture->secret_file, sizeof(fixture->secret_file), "%s",
		folder_path(&fixture->folder, "secret"));
	fixture->peer = peer_start(answer, &fixture->partner);
	snprintf(fixture->url, sizeof(fixture->url), "%s/api", peer_url(fixture->peer));
	snprintf(fixture->token_url, sizeof(fixture->token_url), "%s/token",
		peer_url(fixture->peer));
	assert_int_equal(loop_new(&fixture->loop, &err), OK);
	fixture->settings = (struct endpoint_settings){.name = "one",
		.url = fixture->url,
		.allow_private = true,
		.concurrency = 2,
		.timeout_ms = 5000,
		.answer_kb = 1,
		.auth = auth};
	if (auth != ENDPOINT_NONE)
		fixture->settings.secret_file = fixture->secret_file;
	if (auth == ENDPOINT_HEADER)
		fixture->settings.header = "X-Key";
	if (auth == ENDPOINT_JWT || auth == ENDPOINT_OAUTH2)
		fixture->settings.client_id = "hub";
	if (auth == ENDPOINT_OAUTH2) {
		fixture->settings.token_url = fixture->token_url;
		fixture->partner.takes_all = false;
	}
}

static void open_it(struct fixture *fixture)
{
	struct err err = {0};
	if (endpoint_check(&fixture->settings, &err) != OK ||
		endpoint_check_files(&fixture->settings, &err) != OK ||
		endpoint_new(&fixture->endpoint, fixture->loop, &fixture->settings, &err) != OK)
		fail_msg("%s", err.text);
}

static void tear_down(struct fixture *fixture)
{
	endpoint_free(fixture->endpoint);
	loop_free(fixture->loop);
	peer_stop(fixture->peer);
	folder_remove(&fixture->folder);
}

static void keep(void *context, const struct client_answer *answered)
{
	struct fixture *fixture = context;
	fixture->told[fixture->count++] = *answered;
	snprintf(fixture->text, sizeof(fixture->text), "%s", answered->text);
	if (--fixture->left == 0)
		loop_stop(fixture->loop);
}

static struct endpoint_call *begin(struct fixture *fixture, const char *url)
{
	struct endpoint_request request = {.method = "POST",
		.url = bytes_of_string(url),
		.body = bytes_of_string("x"),
		.done = keep,
		.context = fixture};
	struct endpoint_call *call = NULL;
	struct err err = {0};
	fixture->left++;
	assert_int_equal(endpoint_send(fixture->endpoint, &request, &call, &err), OK);
	return call;
}

/* The status of the last of so many. */
static int ask(struct fixture *fixture, size_t count)
{
	fixture->count = 0;
	for (size_t i = 0; i < count; i++)
		begin(fixture, "x");
	loop_run(fixture->loop);
	assert_int_equal(fixture->count, count);
	return fixture->told[count - 1].status;
}

static bool has(struct fixture *fixture, size_t n, const char *line)
{
	return strstr(peer_request(fixture->peer, n), line) != NULL;
}

static void each_way_shows_who_we_are(void **state)
{
	(void)state;
	static const struct setting_pair headers[] = {{"X-Fixed", "yes"}, {0}};
	static const struct {
		enum endpoint_auth auth;
		const char *line;
	} ways[] = {
		{ENDPOINT_NONE, "\r\nX-Fixed: yes\r\n"},
		{ENDPOINT_BEARER, "\r\nAuthorization: Bearer s3cret\r\n"},
		{ENDPOINT_HEADER, "\r\nX-Key: s3cret\r\n"},
		{ENDPOINT_JWT, "\r\nAuthorization: Bearer eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."},
	};
	for (size_t i = 0; i < UNIT_COUNT(ways); i++) {
		struct fixture fixture;
		set_up(&fixture, ways[i].auth);
		fixture.settings.headers = headers;
		open_it(&fixture);
		assert_int_equal(ask(&fixture, 1), 200);
		assert_true(has(&fixture, 0, "POST /api/x HTTP/1.1\r\n"));
		assert_true(has(&fixture, 0, "\r\nX-Fixed: yes\r\n"));
		assert_true(has(&fixture, 0, ways[i].line));
		assert_int_equal(has(&fixture, 0, "s3cret"),
			ways[i].auth == ENDPOINT_BEARER || ways[i].auth == ENDPOINT_HEADER);
		tear_down(&fixture);
	}
}

static void a_token_is_got_once_for_all(void **state)
{
	(void)state;
	struct fixture fixture;
	set_up(&fixture, ENDPOINT_OAUTH2);
	open_it(&fixture);
	assert_int_equal(ask(&fixture, 5), 200);
	assert_int_equal(ask(&fixture, 5), 200);
	assert_int_equal(fixture.partner.given, 1);
	assert_true(has(&fixture, 0,
		"\r\n\r\ngrant_type=client_credentials&client_id=hub&client_secret=s3cret"));
	assert_int_equal(peer_requests(fixture.peer), 11);
	tear_down(&fixture);
}

static void a_secret_in_a_header_is_in_no_form(void **state)
{
	(void)state;
	struct fixture fixture;
	set_up(&fixture, ENDPOINT_OAUTH2);
	fixture.settings.token_auth = ENDPOINT_TOKEN_BASIC;
	open_it(&fixture);
	assert_int_equal(ask(&fixture, 1), 200);
	assert_true(has(&fixture, 0, "\r\nAuthorization: Basic aHViOnMzY3JldA==\r\n"));
	assert_true(has(&fixture, 0, "\r\n\r\ngrant_type=client_credentials"));
	assert_false(has(&fixture, 0, "&client_"));
	tear_down(&fixture);
}

static void a_token_is_got_anew_when_it_is_refused(void **state)
{
	(void)state;
	struct fixture fixture;
	set_up(&fixture, ENDPOINT_OAUTH2);
	open_it(&fixture);
	assert_int_equal(ask(&fixture, 1), 200);
	strcpy(fixture.partner.accepted, "\r\nAuthorization: Bearer t2\r\n");
	assert_int_equal(ask(&fixture, 4), 200);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(fixture.told[i].status, 200);
	assert_int_equal(fixture.partner.given, 2);
	fixture.partner.takes_none = true;
	assert_int_equal(ask(&fixture, 1), 401);
	assert_int_equal(fixture.partner.given, 3);
	tear_down(&fixture);
}

static void a_token_is_not_used_when_it_is_old(void **state)
{
	(void)state;
	struct fixture fixture;
	set_up(&fixture, ENDPOINT_OAUTH2);
	fixture.partner.expires_in = 1;
	open_it(&fixture);
	assert_int_equal(ask(&fixture, 1), 200);
	clock_sleep(600);
	assert_int_equal(ask(&fixture, 1), 200);
	assert_int_equal(fixture.partner.given, 2);
	tear_down(&fixture);
}

static void without_a_token_nothing_goes_out(void **state)
{
	(void)state;
	static const char *const answers[] = {NO_401, OK_200,
		"HTTP/1.1 302 Found\r\nLocation: /api\r\nContent-Length: 0\r\n\r\n"};
	for (size_t i = 0; i < UNIT_COUNT(answers); i++) {
		struct fixture fixture;
		set_up(&fixture, ENDPOINT_OAUTH2);
		fixture.partner.token_answer = answers[i];
		open_it(&fixture);
		assert_int_equal(ask(&fixture, 3), 0);
		for (size_t j = 0; j < 3; j++)
			assert_int_equal(fixture.told[j].outcome, RETRY);
		assert_non_null(strstr(fixture.text, "no token from token_url"));
		assert_int_equal(peer_requests(fixture.peer), 1);
		fixture.partner.token_answer = NULL;
		assert_int_equal(ask(&fixture, 1), 200);
		tear_down(&fixture);
	}
}

static void no_more_at_once_than_it_takes(void **state)
{
	(void)state;
	struct fixture fixture;
	set_up(&fixture, ENDPOINT_NONE);
	fixture.partner.wait_ms = 30;
	open_it(&fixture);
	assert_int_equal(ask(&fixture, 7), 200);
	assert_int_equal(peer_most(fixture.peer), 2);
	tear_down(&fixture);
}

static void no_faster_than_it_takes(void **state)
{
	(void)state;
	struct fixture fixture;
	set_up(&fixture, ENDPOINT_NONE);
	fixture.settings.requests_per_second = 10;
	open_it(&fixture);
	int64_t start = clock_monotonic();
	ask(&fixture, 15);
	int64_t took = clock_monotonic() - start;
	if (took < 450)
		fail_msg("15 requests with 10 per second took %d ms", (int)took);
	tear_down(&fixture);
}

static void what_is_cancelled_makes_room(void **state)
{
	(void)state;
	struct fixture fixture;
	set_up(&fixture, ENDPOINT_NONE);
	fixture.settings.concurrency = 1;
	fixture.partner.wait_ms = 30;
	open_it(&fixture);
	struct endpoint_call *sent = begin(&fixture, "a");
	begin(&fixture, "b");
	loop_run(fixture.loop);
	assert_int_equal(fixture.count, 2);
	sent = begin(&fixture, "c");
	struct endpoint_call *waiting = begin(&fixture, "d");
	begin(&fixture, "e");
	endpoint_cancel(sent);
	endpoint_cancel(waiting);
	endpoint_cancel(NULL);
	fixture.left -= 2;
	loop_run(fixture.loop);
	assert_int_equal(fixture.count, 3);
	assert_true(has(&fixture, peer_requests(fixture.peer) - 1, "POST /api/e "));
	begin(&fixture, "f");
	begin(&fixture, "g");
	tear_down(&fixture);
	assert_int_equal(fixture.count, 3);
}

static void credentials_go_nowhere_else(void **state)
{
	(void)state;
	struct fixture fixture;
	struct endpoint_call *call = NULL;
	struct err err = {0};
	set_up(&fixture, ENDPOINT_BEARER);
	open_it(&fixture);
	struct endpoint_request request = {.method = "GET",
		.url = bytes_of_string("http://127.0.0.2/api/x"),
		.done = keep,
		.context = &fixture};
	assert_int_equal(endpoint_send(fixture.endpoint, &request, &call, &err), REJECT);
	assert_string_equal(err.text, "endpoint one: the URL does not lie below the endpoint's");
	assert_int_equal(ask(&fixture, 1), 200);
	tear_down(&fixture);
}

static const struct setting_pair host[] = {{"Host", "x"}, {0}};
static const char *const query[] = {"https://a/?x", NULL};
static const struct {
	struct endpoint_settings settings;
	const char *text; /* NULL: fine */
} fitting[] = {
	{{.url = "https://a"}, NULL},
	{{.url = "http://a"}, NULL},
	{{.url = "a"}, "url is no http or https URL"},
	{{.url = "https://u:p@a"}, "url is no http or https URL"},
	{{.url = "https://a?b"}, "url must have no query"},
	{{.url = "https://a", .also = query}, "also must have no query"},
	{{.url = "https://a", .headers = host}, "header Host cannot be set"},
	{{.url = "https://a", .cert_file = "c"}, "go together"},
	{{.url = "https://a", .secret_file = "s"}, "auth none has no use for secret_file"},
	{{.url = "https://a", .auth = ENDPOINT_BEARER}, "auth bearer needs secret_file"},
	{{.url = "http://a", .auth = ENDPOINT_BEARER, .secret_file = "s"}, "in clear"},
	{{.url = "http://a", .auth = ENDPOINT_BEARER, .secret_file = "s", .allow_private = true},
		NULL},
	{{.url = "https://a", .auth = ENDPOINT_HEADER, .secret_file = "s"},
		"auth header needs header"},
	{{.url = "https://a", .auth = ENDPOINT_HEADER, .secret_file = "s", .header = "a b"},
		"a name that no header may have"},
	{{.url = "https://a", .auth = ENDPOINT_JWT, .secret_file = "s"},
		"auth jwt needs client_id"},
	{{.url = "https://a",
		 .auth = ENDPOINT_JWT,
		 .secret_file = "s",
		 .client_id = "c",
		 .scope = "x"},
		"auth jwt has no use for scope"},
	{{.url = "https://a", .auth = ENDPOINT_OAUTH2, .secret_file = "s", .client_id = "c"},
		"auth oauth2 needs token_url"},
	{{.url = "https://a",
		 .auth = ENDPOINT_OAUTH2,
		 .secret_file = "s",
		 .client_id = "c",
		 .token_url = "http://a"},
		"in clear"},
	{{.url = "https://a", .auth = ENDPOINT_OAUTH2, .client_id = "c", .token_url = "https://a"},
		"auth oauth2 needs secret_file, or a certificate"},
	{{.url = "https://a",
		 .auth = ENDPOINT_OAUTH2,
		 .cert_file = "c",
		 .key_file = "k",
		 .client_id = "c",
		 .token_url = "https://a"},
		NULL},
	{{.url = "https://a",
		 .allow_private = true,
		 .auth = ENDPOINT_OAUTH2,
		 .cert_file = "c",
		 .key_file = "k",
		 .client_id = "c",
		 .token_url = "http://a"},
		"token_url must be https"},
	{{.url = "https://a",
		 .auth = ENDPOINT_OAUTH2,
		 .cert_file = "c",
		 .key_file = "k",
		 .token_url = "https://a"},
		"auth oauth2 needs client_id"},
	{{.url = "https://a",
		 .auth = ENDPOINT_OAUTH2,
		 .secret_file = "s",
		 .client_id = "c",
		 .token_url = "https://a",
		 .scope = "x",
		 .token_auth = ENDPOINT_TOKEN_BASIC},
		NULL},
	{{.url = "https://a",
		 .auth = ENDPOINT_OAUTH2,
		 .cert_file = "c",
		 .key_file = "k",
		 .client_id = "c",
		 .token_url = "https://a",
		 .token_auth = ENDPOINT_TOKEN_BASIC},
		"token_auth without secret_file"},
	{{.url = "https://a",
		 .auth = ENDPOINT_BEARER,
		 .secret_file = "s",
		 .token_auth = ENDPOINT_TOKEN_BASIC},
		"auth bearer has no use for token_auth"},
};

static void settings_must_fit_together(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(fitting); i++) {
		struct err err = {0};
		enum outcome outcome = endpoint_check(&fitting[i].settings, &err);
		if (outcome != (fitting[i].text == NULL ? OK : REJECT) ||
			(fitting[i].text != NULL && strstr(err.text, fitting[i].text) == NULL))
			fail_msg("row %zu: %s", i, err.text);
	}
}

static void files_must_hold_what_they_should(void **state)
{
	(void)state;
	struct fixture fixture;
	struct err err = {0};
	set_up(&fixture, ENDPOINT_BEARER);
	folder_write(&fixture.folder, "secret", "two\nlines\n");
	assert_int_equal(endpoint_check_files(&fixture.settings, &err), REJECT);
	folder_write(&fixture.folder, "secret", "a\tb\x01\n");
	assert_int_equal(endpoint_check_files(&fixture.settings, &err), REJECT);
	assert_non_null(strstr(err.text, "visible ASCII"));
	folder_write(&fixture.folder, "secret", "fine");
	assert_int_equal(endpoint_check_files(&fixture.settings, &err), OK);
	fixture.settings.ca_file = "/none/such";
	assert_int_equal(endpoint_check_files(&fixture.settings, &err), REJECT);
	tear_down(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_way_shows_who_we_are),
		cmocka_unit_test(a_token_is_got_once_for_all),
		cmocka_unit_test(a_secret_in_a_header_is_in_no_form),
		cmocka_unit_test(a_token_is_got_anew_when_it_is_refused),
		cmocka_unit_test(a_token_is_not_used_when_it_is_old),
		cmocka_unit_test(without_a_token_nothing_goes_out),
		cmocka_unit_test(no_more_at_once_than_it_takes),
		cmocka_unit_test(no_faster_than_it_takes),
		cmocka_unit_test(what_is_cancelled_makes_room),
		cmocka_unit_test(credentials_go_nowhere_else),
		cmocka_unit_test(settings_must_fit_together),
		cmocka_unit_test(files_must_hold_what_they_should),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
