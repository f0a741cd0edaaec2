/* main - the program: flags, configuration, roles, run, exit. */
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "hub/base/log.h"
#include "hub/cli/cli.h"
#include "hub/cli/parts.h"
#include "hub/cli/reach.h"
#include "hub/flow/router/router.h"
#include "hub/seal/seal.h"
#include "hub/view/view.h"
#include "hub/web/admin.h"
#include "hub/web/web.h"

#define ANY (CONF_ROUTER | CONF_EDGE)

struct hub {
	struct conf *conf;
	struct kafka_settings kafka, kafka_of_view;
	struct wire *wire;
	struct view *view;
	struct router *router;
	struct web *web;
	struct admin *admin;
	struct parts parts;
};

static enum outcome check_topics(void *context, struct err *err)
{
	struct hub *hub = context;
	const struct topics_options options = reach_topics(hub->conf);
	return topics_check(&hub->kafka, &options, hub->conf->kafka.timeout_ms,
		&(struct topics_listener){reach_log_topic, NULL}, err);
}

static enum outcome start_wire(void *context, struct err *err)
{
	struct hub *hub = context;
	return reach_wire(hub->conf, &hub->wire, err);
}

static void stop_wire(void *context)
{
	struct hub *hub = context;
	wire_free(hub->wire);
}

static enum outcome start_view(void *context, struct err *err)
{
	struct hub *hub = context;
	const struct conf_view *view = &hub->conf->view;
	hub->kafka_of_view = hub->kafka;
	hub->kafka_of_view.fetch_queue_kb = view->fetch_queue_kb;
	return view_start(&hub->view,
		&(struct view_options){.kafka = &hub->kafka_of_view,
			.wire = hub->wire,
			.path = view->path,
			.cache_kb = view->cache_kb,
			.commit_interval_ms = view->commit_interval_ms},
		err);
}

static void stop_view(void *context)
{
	struct hub *hub = context;
	view_stop(hub->view);
}

static enum outcome look_at_view(void *context, struct err *why)
{
	const struct hub *hub = context;
	return view_is_ready(hub->view) ? OK : err_set(why, RETRY, "is reading the topics");
}

static enum outcome start_router(void *context, struct err *err)
{
	struct hub *hub = context;
	struct router_options options = {
		.conf = hub->conf, .kafka = &hub->kafka, .wire = hub->wire};
	const char *file = hub->conf->seal.ops_public_key_file;
	if (conf_read_key(file, options.ops_public_key, err) != OK)
		return err_in(err, "seal.ops_public_key_file");
	hub->router = router_start(&options);
	return OK;
}

static void stop_router(void *context)
{
	struct hub *hub = context;
	struct err err = {0};
	router_stop(hub->router);
	if (router_join(hub->router, &err) != OK)
		log_error("router", "outcome=fatal text=%s", log_quote(err.text));
}

static enum outcome look_at_router(void *context, struct err *why)
{
	const struct hub *hub = context;
	struct router_status status;
	router_status(hub->router, &status);
	if (status.running < status.workers)
		return err_set(why, FATAL, "a worker could not go on");
	if (status.clocks_stopped)
		return err_set(
			why, RETRY, "clocks stand still: wall and monotonic time drift apart");
	if (status.restoring > 0 || status.partitions == 0)
		return err_set(why, RETRY, "waits for its partitions or restores their clients");
	return OK;
}

static enum outcome start_web(void *context, struct err *err)
{
	struct hub *hub = context;
	return web_start(&hub->web,
		&(struct web_options){.conf = hub->conf,
			.kafka = &hub->kafka,
			.wire = hub->wire,
			.view = hub->view,
			.view_path = hub->conf->view.path},
		err);
}

static void stop_web(void *context)
{
	struct hub *hub = context;
	web_stop(hub->web);
}

static enum outcome look_at_web(void *context, struct err *why)
{
	const struct hub *hub = context;
	return web_is_ready(hub->web) ? OK : err_set(why, RETRY, "cannot store messages now");
}

static bool is_ready(void *context, struct err *why)
{
	struct hub *hub = context;
	return parts_look(&hub->parts, why) == OK;
}

static enum outcome start_admin(void *context, struct err *err)
{
	struct hub *hub = context;
	const struct conf_http *http = &hub->conf->http;
	return admin_start(&hub->admin,
		&(struct admin_options){.host = http->admin_host,
			.port = http->admin_port,
			.is_ready = is_ready,
			.context = hub},
		err);
}

static void stop_admin(void *context)
{
	struct hub *hub = context;
	admin_stop(hub->admin);
}

static const struct part parts[] = {
	{"admin", ANY, start_admin, stop_admin, NULL},
	{"topics", ANY, check_topics, NULL, NULL},
	{"schemas", ANY, start_wire, stop_wire, NULL},
	{"view", CONF_EDGE, start_view, stop_view, look_at_view},
	{"router", CONF_ROUTER, start_router, stop_router, look_at_router},
	{"web", CONF_EDGE, start_web, stop_web, look_at_web},
	{NULL, 0, NULL, NULL, NULL},
};

static int serve(struct conf *conf)
{
	struct hub hub = {
		.conf = conf, .parts = {parts, conf->roles, &hub, 0, PTHREAD_MUTEX_INITIALIZER}};
	struct err err = {0};
	log_set_level(conf->log_level);
	log_set_node(conf->node);
	log_info("start", "pid=%d config=%s", (int)getpid(), conf->rules.version);
	parts_take_signals();
	enum outcome outcome = seal_start(&err);
	hub.kafka = reach_kafka(conf);
	if (outcome == OK)
		outcome = parts_run(&hub.parts, &err);
	if (outcome != OK)
		log_error("stop", "outcome=%s text=%s", outcome_name(outcome), log_quote(err.text));
	return outcome == OK ? CLI_OK : outcome == REJECT ? CLI_CONFIG : CLI_BROKEN;
}

int main(int argc, char **argv)
{
	return cli_main(argc, argv, serve);
}
