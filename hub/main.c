/* main - the program: flags, configuration, roles, run, exit. */
#include <unistd.h>

#include "connectors/connectors.h"
#include "hub/base/log.h"
#include "hub/cli/cli.h"
#include "hub/cli/reach.h"
#include "hub/roles.h"
#include "hub/seal/seal.h"

#define ANY (CONF_ROUTER | CONF_EDGE)

/* Started from top to bottom, stopped from bottom to top. */
static const struct part parts[] = {
	{"admin", ANY, roles_start_admin, roles_stop_admin, NULL},
	{"topics", ANY, roles_check_topics, NULL, NULL},
	{"schemas", ANY, roles_start_wire, roles_stop_wire, NULL},
	{"view", CONF_EDGE, roles_start_view, roles_stop_view, roles_look_at_view},
	{"audit", CONF_EDGE, roles_start_audit, roles_stop_audit, NULL},
	{"router", CONF_ROUTER, roles_start_router, roles_stop_router, roles_look_at_router},
	{"web", CONF_EDGE, roles_start_web, roles_stop_web, roles_look_at_web},
	{"sources", CONF_EDGE, roles_start_sources, roles_stop_sources, NULL},
	{"deliveries", CONF_EDGE, roles_start_deliveries, roles_stop_deliveries, NULL},
	{NULL, 0, NULL, NULL, NULL},
};

/* jemalloc's: a thread gives freed pages back to the system within half a second. By default it
 * keeps what a restart or a burst has taken, for 10 s of work: in a hub that idles then, for good.
 */
const char *malloc_conf = "background_thread:true,dirty_decay_ms:500";

static enum outcome serve(struct conf *conf)
{
	struct roles roles = {
		.conf = conf, .parts = {parts, conf->roles, &roles, 0, PTHREAD_MUTEX_INITIALIZER}};
	struct err err = {0};
	log_set_level(conf->log_level);
	log_set_node(conf->node);
	log_info("start", "pid=%d config=%s", (int)getpid(), conf->rules.version);
	parts_take_signals();
	roles.kafka = reach_kafka(conf);
	enum outcome outcome = seal_start(&err);
	if (outcome == OK)
		outcome = parts_run(&roles.parts, &err);
	if (outcome != OK)
		log_error("stop", "outcome=%s text=%s", outcome_name(outcome), log_quote(err.text));
	return outcome;
}

int main(int argc, char **argv)
{
	static const struct cli_program program = {serve, connectors};
	return cli_main(argc, argv, &program);
}
