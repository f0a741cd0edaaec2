/* edge - one thread of the partner API and what it owns; nothing of it is shared but by bells. */
#include "hub/web/edge.h"

#include <stdlib.h>
#include <string.h>

#include "hub/base/file.h"
#include "hub/base/log.h"
#include "hub/base/memory.h"
#include "hub/web/api/api.h"
#include "hub/web/delivered.h"
#include "hub/web/lane.h"
#include "hub/web/openapi/openapi.h"
#include "hub/web/tally.h"

#define TICK_MS 500 /* for readiness, and for a view that was not there */
#define STOP_TICK_MS 20
#define HEADER_BYTES 8192
#define IDLE_MS 60000

static void count(void *context, const struct request *request, int status)
{
	(void)context;
	(void)request;
	tally_answer(status);
}

static void look_again(void *context)
{
	call_look_again(context);
}

static void open_reader(struct edge *edge)
{
	struct err err = {0};
	if (view_reader_refresh(&edge->reader, edge->options->view_path, &err))
		intake_forget_view(edge->intake);
	if (err.outcome != OK)
		log_debug("edge", "text=%s", log_quote(err.text));
}

static bool is_at_rest(const struct edge *edge)
{
	return server_connections(edge->server) == 0 && intake_pending(edge->intake) == 0;
}

static void tick(void *context)
{
	struct edge *edge = context;
	int64_t now = loop_now(edge->loop);
	if (edge->stop_by != 0 && (is_at_rest(edge) || now >= edge->stop_by)) {
		loop_stop(edge->loop);
		return;
	}
	open_reader(edge);
	atomic_store(&edge->ready, edge->stop_by == 0 && intake_can_store(edge->intake));
	loop_set(edge->loop, &edge->tick, now + (edge->stop_by != 0 ? STOP_TICK_MS : TICK_MS));
}

static void begin_stop(void *context)
{
	struct edge *edge = context;
	if (edge->stop_by != 0)
		return;
	edge->stop_by = loop_now(edge->loop) + WEB_DRAIN_MS;
	server_close(edge->server);
	tick(edge);
}

static void *run(void *context)
{
	struct edge *edge = context;
	pthread_setname_np(pthread_self(), "edge");
	loop_run(edge->loop);
	return NULL;
}

static enum outcome open_loop(struct edge *edge, struct err *err)
{
	if (loop_new(&edge->loop, err) != OK ||
		loop_bell_new(&edge->committed, edge->loop, look_again, edge, err) != OK ||
		loop_bell_new(&edge->stop, edge->loop, begin_stop, edge, err) != OK)
		return err->outcome;
	edge->tick = (struct loop_timer){.fn = tick, .context = edge};
	loop_set(edge->loop, &edge->tick, loop_now(edge->loop));
	return OK;
}

static enum outcome open_intake(struct edge *edge, struct err *err)
{
	const struct conf *conf = edge->options->conf;
	const struct intake_options options = {.conf = conf,
		.kafka = edge->options->kafka,
		.wire = edge->options->wire,
		.loop = edge->loop,
		.reader = &edge->reader,
		.view = edge->options->view,
		.sent = edge->sent,
		.writes_facts = true};
	edge->buckets =
		memory_get_zeroed(2 * conf->rules.partners_count + 1, sizeof(*edge->buckets));
	return intake_new(&edge->intake, &options, err);
}

static enum outcome open_disclose(struct edge *edge, struct err *err)
{
	const struct disclose_options options = {.conf = edge->options->conf,
		.kafka = edge->options->kafka,
		.wire = edge->options->wire,
		.loop = edge->loop,
		.reader = &edge->reader,
		.view = edge->options->view};
	edge->delivered = delivered_new(edge);
	return disclose_new(&edge->disclose, &options, err);
}

static enum outcome read_pem(struct edge *edge, const char *path, const char **out, struct err *err)
{
	struct bytes text;
	if (file_read(path, &edge->texts, &text, err) != OK)
		return err_in(err, "%s", path);
	*out = (const char *)text.data;
	return OK;
}

static enum outcome read_tls(struct edge *edge, struct server_options *options, struct err *err)
{
	const struct conf_http *http = &edge->options->conf->http;
	if (http->tls_cert_file != NULL &&
		(read_pem(edge, http->tls_cert_file, &options->tls_cert, err) != OK ||
			read_pem(edge, http->tls_key_file, &options->tls_key, err) != OK))
		return err->outcome;
	options->proxies = http->proxies;
	if (http->tls_client_ca_file != NULL)
		return read_pem(edge, http->tls_client_ca_file, &options->tls_client_ca, err);
	return OK;
}

/* What the NL API design rules (Logius, 2.1) ask for in every answer; the last one holds for TLS
 * only, the first one on the test lane. */
static const struct server_header in_clear[] = {{CONF_LANE_HEADER, CONF_LANE_HEADER_TEST},
	{"Cache-Control", "no-store"}, {"X-Content-Type-Options", "nosniff"},
	{"Content-Security-Policy", "frame-ancestors 'none'"}, {0}};
static const struct server_header in_tls[] = {{CONF_LANE_HEADER, CONF_LANE_HEADER_TEST},
	{"Cache-Control", "no-store"}, {"X-Content-Type-Options", "nosniff"},
	{"Content-Security-Policy", "frame-ancestors 'none'"},
	{"Strict-Transport-Security", "max-age=31536000"}, {0}};

static const struct server_header *headers_of(const struct conf *conf)
{
	const struct server_header *headers = conf->http.tls_cert_file != NULL ? in_tls : in_clear;
	return conf->lane == CONF_LANE_TEST ? headers : headers + 1;
}

static enum outcome open_server(struct edge *edge, int32_t port, struct err *err)
{
	const struct conf_http *http = &edge->options->conf->http;
	struct server_options options = {.host = http->host,
		.port = port != 0 ? port : http->port,
		.shares_port = http->threads > 1,
		.routes = edge->routes,
		.context = edge,
		.connections = (http->connections + http->threads - 1) / http->threads,
		.connections_per_address = http->connections_per_address,
		.body_bytes = http->body_bytes,
		.header_bytes = HEADER_BYTES,
		.request_ms = http->request_ms,
		.idle_ms = IDLE_MS,
		.retry_after_s = http->retry_after_s,
		.version = API_VERSION,
		.headers = headers_of(edge->options->conf),
		.answered = count};
	api_routes(edge->routes);
	edge->openapi = openapi_document(edge->options->conf, &edge->texts);
	if (read_tls(edge, &options, err) != OK)
		return err->outcome;
	return server_new(&edge->server, edge->loop, &options, err);
}

enum outcome edge_start(struct edge *edge, const struct web_options *options, struct sent *sent,
	int32_t port, struct err *err)
{
	edge->options = options;
	edge->sent = sent;
	if (open_loop(edge, err) != OK || open_intake(edge, err) != OK ||
		open_disclose(edge, err) != OK ||
		lane_new(&edge->lane, options->conf, edge->loop, err) != OK ||
		open_server(edge, port, err) != OK)
		return err->outcome;
	int code = pthread_create(&edge->thread, NULL, run, edge);
	if (code != 0)
		return err_set(err, FATAL, "no thread to be had: %s", strerror(code));
	edge->runs = true;
	return OK;
}

void edge_committed(struct edge *edge)
{
	if (atomic_load(&edge->someone_waits))
		loop_ring(edge->committed);
}

void edge_begin_stop(struct edge *edge)
{
	if (edge->runs)
		loop_ring(edge->stop);
}

/* The server goes first: whoever still waits for the intake gets an answer without it. */
void edge_stop(struct edge *edge)
{
	if (edge->runs)
		pthread_join(edge->thread, NULL);
	edge->runs = false;
	server_free(edge->server);
	lane_free(edge->lane);
	disclose_free(edge->disclose);
	intake_free(edge->intake);
	delivered_free(edge->delivered);
	view_reader_free(edge->reader);
	free(edge->buckets);
	loop_bell_free(edge->committed);
	loop_bell_free(edge->stop);
	loop_free(edge->loop);
	arena_done(&edge->texts);
}
