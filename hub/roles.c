/* roles - the parts that a process of the hub is made of: how each is started, stopped and asked.
 */
#include "hub/roles.h"

#include "hub/base/log.h"
#include "hub/cli/reach.h"

/* The view commits a few times a second, so it gains nothing from a record that comes alone, and
 * fetching each by itself is a third to a half of what records cost it. */
#define VIEW_FETCH_BYTES 65536

enum outcome roles_check_topics(void *context, struct err *err)
{
	struct roles *hub = context;
	const struct topics_options options = reach_topics(hub->conf);
	return topics_check(&hub->kafka, &options, hub->conf->kafka.timeout_ms,
		&(struct topics_listener){reach_log_topic, NULL}, err);
}

enum outcome roles_start_wire(void *context, struct err *err)
{
	struct roles *hub = context;
	return reach_wire(hub->conf, &hub->wire, err);
}

void roles_stop_wire(void *context)
{
	struct roles *hub = context;
	wire_free(hub->wire);
}

enum outcome roles_start_view(void *context, struct err *err)
{
	struct roles *hub = context;
	const struct conf_view *view = &hub->conf->view;
	hub->kafka_of_view = hub->kafka;
	hub->kafka_of_view.fetch_least_bytes = VIEW_FETCH_BYTES;
	hub->kafka_of_view.fetch_queue_kb = view->fetch_queue_kb;
	return view_start(&hub->view,
		&(struct view_options){.kafka = &hub->kafka_of_view,
			.wire = hub->wire,
			.path = view->path,
			.cache_kb = view->cache_kb,
			.commit_interval_ms = view->commit_interval_ms},
		err);
}

void roles_stop_view(void *context)
{
	struct roles *hub = context;
	view_stop(hub->view);
}

enum outcome roles_start_audit(void *context, struct err *err)
{
	struct roles *hub = context;
	return auditor_start(&hub->auditor,
		&(struct auditor_options){.view = hub->view,
			.path = hub->conf->view.path,
			.rules = &hub->conf->rules,
			.partitions = hub->kafka.partitions,
			.interval_s = hub->conf->view.audit_interval_s},
		err);
}

void roles_stop_audit(void *context)
{
	struct roles *hub = context;
	auditor_stop(hub->auditor);
}

enum outcome roles_look_at_view(void *context, struct err *why)
{
	const struct roles *hub = context;
	return view_is_ready(hub->view) ? OK : err_set(why, RETRY, "is reading the topics");
}

enum outcome roles_start_router(void *context, struct err *err)
{
	struct roles *hub = context;
	hub->kafka_of_router = hub->kafka;
	hub->kafka_of_router.fetch_queue_kb = hub->conf->router.fetch_queue_kb;
	struct router_options options = {
		.conf = hub->conf, .kafka = &hub->kafka_of_router, .wire = hub->wire};
	const char *file = hub->conf->seal.ops_public_key_file;
	if (conf_read_key(file, options.ops_public_key, err) != OK)
		return err_in(err, "seal.ops_public_key_file");
	hub->router = router_start(&options);
	return OK;
}

void roles_stop_router(void *context)
{
	struct roles *hub = context;
	struct err err = {0};
	router_stop(hub->router);
	if (router_join(hub->router, &err) != OK)
		log_error("router", "outcome=fatal text=%s", log_quote(err.text));
}

enum outcome roles_look_at_router(void *context, struct err *why)
{
	const struct roles *hub = context;
	struct router_status status;
	router_status(hub->router, &status);
	if (status.running < status.workers)
		return err_set(why, FATAL, "a worker could not go on");
	if (status.clocks_stopped)
		return err_set(
			why, RETRY, "clocks stand still: wall and monotonic time drift apart");
	if (status.restoring > 0 || status.joined == 0)
		return err_set(why, RETRY, "waits for its partitions or restores their clients");
	return OK;
}

enum outcome roles_start_web(void *context, struct err *err)
{
	struct roles *hub = context;
	return web_start(&hub->web,
		&(struct web_options){.conf = hub->conf,
			.kafka = &hub->kafka,
			.wire = hub->wire,
			.view = hub->view,
			.view_path = hub->conf->view.path},
		err);
}

void roles_stop_web(void *context)
{
	struct roles *hub = context;
	web_stop(hub->web);
}

enum outcome roles_look_at_web(void *context, struct err *why)
{
	const struct roles *hub = context;
	return web_is_ready(hub->web) ? OK : err_set(why, RETRY, "cannot store messages now");
}

enum outcome roles_start_sources(void *context, struct err *err)
{
	struct roles *hub = context;
	return sources_start(&hub->sources,
		&(struct sources_options){.conf = hub->conf,
			.kafka = &hub->kafka,
			.wire = hub->wire,
			.view = hub->view,
			.view_path = hub->conf->view.path},
		err);
}

void roles_stop_sources(void *context)
{
	struct roles *hub = context;
	sources_stop(hub->sources);
}

enum outcome roles_start_deliveries(void *context, struct err *err)
{
	struct roles *hub = context;
	return deliveries_start(&hub->deliveries,
		&(struct deliveries_options){.conf = hub->conf,
			.kafka = &hub->kafka,
			.wire = hub->wire,
			.view = hub->view,
			.view_path = hub->conf->view.path},
		err);
}

void roles_stop_deliveries(void *context)
{
	struct roles *hub = context;
	deliveries_stop(hub->deliveries);
}

static bool is_ready(void *context, struct err *why)
{
	struct roles *hub = context;
	return parts_look(&hub->parts, why) == OK;
}

enum outcome roles_start_admin(void *context, struct err *err)
{
	struct roles *hub = context;
	const struct conf_http *http = &hub->conf->http;
	return admin_start(&hub->admin,
		&(struct admin_options){.host = http->admin_host,
			.port = http->admin_port,
			.is_ready = is_ready,
			.context = hub},
		err);
}

void roles_stop_admin(void *context)
{
	struct roles *hub = context;
	admin_stop(hub->admin);
}
