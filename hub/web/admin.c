/* admin - the port for those who watch the process: /live, /ready and /metrics. */
#include "hub/web/admin.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/log.h"
#include "hub/base/memory.h"
#include "hub/base/metrics.h"
#include "hub/http/server/server.h"

struct admin {
	struct admin_options options;
	struct loop *loop;
	struct server *server;
	pthread_t thread;
	bool runs;
};

static void live(void *context, struct request *request)
{
	(void)context;
	request_answer(request, 200, "text/plain", bytes_of_string("live\n"));
}

static void ready(void *context, struct request *request)
{
	const struct admin *admin = context;
	struct err why = {0};
	if (admin->options.is_ready(admin->options.context, &why))
		request_answer(request, 200, "text/plain", bytes_of_string("ready\n"));
	else
		request_refuse(request, PROBLEM_JSON_UNAVAILABLE,
			arena_string(request_arena(request), bytes_of_string(why.text)));
}

static void metrics(void *context, struct request *request)
{
	struct buffer text = {0};
	(void)context;
	metrics_write(&text);
	struct bytes body = arena_copy(request_arena(request), buffer_bytes(&text));
	buffer_done(&text);
	request_answer(request, 200, "text/plain; version=0.0.4; charset=utf-8", body);
}

static const struct server_route routes[] = {
	{.method = "GET", .path = "/live", .whole = live},
	{.method = "GET", .path = "/ready", .whole = ready},
	{.method = "GET", .path = "/metrics", .whole = metrics},
	{0},
};

static void *run(void *context)
{
	struct admin *admin = context;
	pthread_setname_np(pthread_self(), "admin");
	loop_run(admin->loop);
	return NULL;
}

static enum outcome start(struct admin *admin, struct err *err)
{
	const struct server_options options = {.host = admin->options.host,
		.port = admin->options.port,
		.routes = routes,
		.context = admin,
		.connections = 64,
		.body_bytes = 1024,
		.header_bytes = 8192,
		.request_ms = 5000,
		.idle_ms = 60000,
		.retry_after_s = 5};
	if (loop_new(&admin->loop, err) != OK ||
		server_new(&admin->server, admin->loop, &options, err) != OK)
		return err->outcome;
	int code = pthread_create(&admin->thread, NULL, run, admin);
	if (code != 0)
		return err_set(err, FATAL, "no thread to be had: %s", strerror(code));
	admin->runs = true;
	return OK;
}

enum outcome admin_start(struct admin **out, const struct admin_options *options, struct err *err)
{
	struct admin *admin = memory_get_zeroed(1, sizeof(*admin));
	admin->options = *options;
	if (start(admin, err) != OK) {
		admin_stop(admin);
		return err_in(err, "admin port");
	}
	log_info("admin", "host=%s port=%d", options->host, server_port(admin->server));
	*out = admin;
	return OK;
}

void admin_stop(struct admin *admin)
{
	if (admin == NULL)
		return;
	if (admin->runs) {
		loop_stop(admin->loop);
		pthread_join(admin->thread, NULL);
	}
	server_free(admin->server);
	loop_free(admin->loop);
	free(admin);
}
