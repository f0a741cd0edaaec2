/* hosts - one played system, as the hub's own client asks it. */
#ifndef TESTS_UNIT_HOSTS_H
#define TESTS_UNIT_HOSTS_H

#include "tests/unit/unit.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "hub/cli/host/host.h"
#include "hub/connector/connector.h"
#include "hub/http/client/endpoint.h"
#include "schemas/json_tree.h"
#include "tests/support/edge_conf.h"
#include "tests/support/folder.h"

enum { SEED = 7, DEPTH = 8 };
#define CAMBO_TYPE "application/vnd.topicus.cambo+json"

static const struct setting_pair values[] = {
	{"zaaktype", "B1026"}, {"brin", "99XX"}, {"koppelpunt", "0234AS"}, {0}};
static const struct conf_simulation plan = {.values = values};
static const struct connector zgw = {.name = "zgw"}, cambo = {.name = "cambo"};

struct fixture {
	struct folder folder;
	struct arena arena;
	struct conf conf;
	struct endpoint_settings settings;
	struct stage stage;
	struct stage_role role;
	struct conf_source source;
	struct host_system *system;
	struct endpoint *endpoint;
	int32_t port;
	int32_t status;
	struct bytes body; /* of the last answer, in the arena */
};

static inline int32_t free_port(void)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &size), 0);
	close(fd);
	return ntohs(at.sin_port);
}

static inline void set_up(struct fixture *fixture, const struct connector *connector)
{
	struct err err = {0};
	*fixture = (struct fixture){.conf = *edge_conf(), .port = free_port()};
	struct stage *stage = &fixture->stage;
	bool is_zgw = connector == &zgw;
	folder_make(&fixture->folder);
	folder_write(&fixture->folder, "secret", "s3cret & more\n");
	fixture->settings = (struct endpoint_settings){.name = "one",
		.url = arena_format(&fixture->arena, "http://127.0.0.1:%d/" EDGE_CONF_CITY "/%s/v1",
			fixture->port, is_zgw ? "zaken/api" : "cambo/rest"),
		.also = NULL,
		.allow_private = true,
		.concurrency = 2,
		.timeout_ms = 5000,
		.answer_kb = 10000,
		.auth = is_zgw ? ENDPOINT_JWT : ENDPOINT_OAUTH2,
		.client_id = "hub",
		.secret_file = arena_format(
			&fixture->arena, "%s", folder_path(&fixture->folder, "secret")),
		.token_url = is_zgw
			? NULL
			: arena_format(&fixture->arena,
				  "http://127.0.0.1:%d/" EDGE_CONF_CITY "/login/oauth2/token",
				  fixture->port)};
	fixture->conf.endpoints = &fixture->settings;
	fixture->conf.endpoints_count = 1;
	stage->conf = &fixture->conf;
	stage->folder = "config/simulate";
	stage->seed = SEED;
	fixture->role = (struct stage_role){
		.stage = stage, .partner = &fixture->conf.partners[0], .plan = &plan};
	fixture->source = (struct conf_source){
		.name = "asked", .oin = EDGE_CONF_CITY, .connector = connector, .endpoint = "one"};
	assert_int_equal(loop_new(&stage->loop, &err), OK);
	if (host_new(&stage->host, stage->loop, arena_format(&fixture->arena, "%d", fixture->port),
		    &err) != OK)
		fail_msg("%s", err.text);
}

static inline void add(struct fixture *fixture)
{
	struct err err = {0};
	if (host_add(fixture->stage.host, &fixture->role, &fixture->source, &fixture->system,
		    &err) != OK)
		fail_msg("%s", err.text);
}

/* So many steps, at once. */
static inline void say(struct fixture *fixture, int64_t steps)
{
	struct buffer out = {0};
	struct err err = {0};
	host_begin(fixture->system, 1000);
	while (steps-- > 0) {
		buffer_clear(&out);
		int64_t number = host_step(fixture->system);
		assert_int_equal(host_notify(fixture->system, number, &out, &err), OK);
	}
	fixture->body = arena_copy(&fixture->arena, buffer_bytes(&out));
	buffer_done(&out);
}

static inline void tear_down(struct fixture *fixture)
{
	endpoint_free(fixture->endpoint);
	host_free(fixture->stage.host);
	loop_free(fixture->stage.loop);
	arena_done(&fixture->stage.arena);
	arena_done(&fixture->arena);
	folder_remove(&fixture->folder);
}

static inline void keep(void *context, const struct client_answer *answer)
{
	struct fixture *fixture = context;
	fixture->status = answer->outcome == OK ? answer->status : 0;
	fixture->body = arena_copy(&fixture->arena, answer->body);
	loop_stop(fixture->stage.loop);
}

/* As the hub would; with settings of its own. */
static inline int32_t ask_as(
	struct fixture *fixture, const struct endpoint_settings *settings, const char *url)
{
	static const struct client_header accept = {
		"Accept", {(const uint8_t *)CAMBO_TYPE, sizeof(CAMBO_TYPE) - 1}};
	struct err err = {0};
	struct endpoint_call *call = NULL;
	const struct endpoint_request request = {.method = "GET",
		.url = bytes_of_string(url),
		.headers = &accept,
		.headers_count = fixture->source.connector == &cambo ? 1 : 0,
		.done = keep,
		.context = fixture};
	endpoint_free(fixture->endpoint);
	fixture->endpoint = NULL;
	if (endpoint_check(settings, &err) != OK ||
		endpoint_new(&fixture->endpoint, fixture->stage.loop, settings, &err) != OK ||
		endpoint_send(fixture->endpoint, &request, &call, &err) != OK)
		fail_msg("%s", err.text);
	loop_run(fixture->stage.loop);
	return fixture->status;
}

static inline int32_t ask(struct fixture *fixture, const char *url)
{
	return ask_as(fixture, &fixture->settings, url);
}

static inline const struct json_tree *tree_of(struct fixture *fixture, struct bytes json)
{
	struct problems *problems = arena_get(&fixture->arena, sizeof(*problems));
	problems_init(problems, &fixture->arena);
	const struct json_tree *tree = json_tree_parse(json, DEPTH, problems);
	assert_non_null(tree);
	return tree;
}

static inline const struct json_tree *asked(struct fixture *fixture, const char *url)
{
	assert_int_equal(ask(fixture, url), 200);
	return tree_of(fixture, fixture->body);
}

static inline const char *text(
	struct fixture *fixture, const struct json_tree *in, const char *name)
{
	const struct json_tree *found = json_tree_member(in, name);
	if (found == NULL || found->kind == JSON_TREE_NULL)
		return "";
	return arena_string(&fixture->arena, found->text);
}

#endif
