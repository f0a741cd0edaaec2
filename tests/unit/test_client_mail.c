/* test_client_mail - what a mail server says becomes an outcome: of this mail, or of the server. */
#include "tests/unit/unit.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hub/http/client/client.h"

/* Replies of one server; NULL: it says that all is fine. */
struct replies {
	const char *greeting, *ehlo, *mail, *rcpt, *data, *text;
};

struct server {
	const struct replies *replies;
	int listener;
	pthread_t thread;
	char url[60];
};

static void say(FILE *peer, const char *text, const char *fine)
{
	fprintf(peer, "%s\r\n", text != NULL ? text : fine);
	fflush(peer);
}

static const char *reply_to(const struct replies *replies, const char *line)
{
	const struct {
		const char *verb, *reply;
	} rows[] = {{"EHLO", replies->ehlo}, {"HELO", replies->ehlo}, {"MAIL", replies->mail},
		{"RCPT", replies->rcpt}};
	for (size_t i = 0; i < UNIT_COUNT(rows); i++)
		if (strncmp(line, rows[i].verb, 4) == 0)
			return rows[i].reply;
	return NULL;
}

static void *serve(void *context)
{
	struct server *server = context;
	const struct replies *replies = server->replies;
	FILE *peer = fdopen(accept(server->listener, NULL, NULL), "r+");
	char line[1000];
	bool is_text = false;
	assert_non_null(peer);
	say(peer, replies->greeting, "220 test");
	while (fgets(line, sizeof(line), peer) != NULL) {
		bool is_data = !is_text && strncmp(line, "DATA", 4) == 0;
		if (is_text && strcmp(line, ".\r\n") != 0)
			continue;
		if (is_data)
			say(peer, replies->data, "354 go on");
		else
			say(peer, is_text ? replies->text : reply_to(replies, line), "250 fine");
		is_text = is_data && replies->data == NULL;
	}
	fclose(peer);
	return NULL;
}

static void start(struct server *server, const struct replies *replies)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t size = sizeof(address);
	*server = (struct server){.replies = replies, .listener = socket(AF_INET, SOCK_STREAM, 0)};
	assert_int_equal(bind(server->listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(server->listener, 1), 0);
	getsockname(server->listener, (struct sockaddr *)&address, &size);
	snprintf(server->url, sizeof(server->url), "smtp://127.0.0.1:%d", ntohs(address.sin_port));
	assert_int_equal(pthread_create(&server->thread, NULL, serve, server), 0);
}

struct told {
	struct loop *loop;
	enum outcome outcome;
	int32_t status;
	char text[300];
};

static void keep(void *context, const struct client_answer *answer)
{
	struct told *told = context;
	told->outcome = answer->outcome;
	told->status = answer->status;
	snprintf(told->text, sizeof(told->text), "%s", answer->text);
	loop_stop(told->loop);
}

static void send_mail(const struct replies *replies, struct told *told)
{
	const struct client_settings settings = {
		.is_mail = true, .allow_private = true, .connections = 1};
	struct client *client = NULL;
	struct client_call *call = NULL;
	struct server server;
	struct err err = {0};
	start(&server, replies);
	assert_int_equal(loop_new(&told->loop, &err), OK);
	assert_int_equal(client_new(&client, told->loop, &settings, &err), OK);
	const struct client_request request = {.method = "",
		.url = server.url,
		.mail_from = "<hub@hub.example>",
		.mail_to = "<desk@desk.example>",
		.body = bytes_of_string("Subject: test\r\n\r\ntest\r\n"),
		.timeout_ms = 10000,
		.answer_max = 1000,
		.done = keep,
		.context = told};
	assert_int_equal(client_send(client, &request, &call, &err), OK);
	loop_run(told->loop);
	client_free(client);
	loop_free(told->loop);
	pthread_join(server.thread, NULL);
	close(server.listener);
}

/* One address that was no more kept the mails of all other desks back. */
static void what_is_said_of_one_mail_is_an_answer(void **state)
{
	(void)state;
	static const struct {
		struct replies replies;
		enum outcome outcome;
		int32_t status;
	} rows[] = {
		{{.greeting = NULL}, OK, 250},
		{{.rcpt = "550 no such user"}, OK, 550},
		{{.rcpt = "450 come again"}, OK, 450},
		{{.rcpt = "452 full"}, OK, 452},
		{{.mail = "553 not from you"}, OK, 553},
		{{.data = "554 no"}, OK, 554},
		{{.text = "552 too much"}, OK, 552},
		{{.text = "451 not now"}, OK, 451},
		{{.greeting = "554 not you"}, RETRY, 554},
		{{.greeting = "421 busy"}, RETRY, 421},
		{{.greeting = "451 not now"}, RETRY, 451},
		{{.ehlo = "550 who are you"}, RETRY, 550},
		{{.mail = "421 closing"}, RETRY, 421},
		{{.rcpt = "421 closing"}, RETRY, 421},
		{{.text = "421 closing"}, RETRY, 421},
	};
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		struct told told = {0};
		send_mail(&rows[i].replies, &told);
		if (told.outcome != rows[i].outcome || told.status != rows[i].status ||
			(told.outcome == OK) != (told.text[0] == '\0'))
			fail_msg("row %zu: %s %d: %s", i, outcome_name(told.outcome), told.status,
				told.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_said_of_one_mail_is_an_answer),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
