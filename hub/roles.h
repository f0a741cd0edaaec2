/* roles - the parts that a process of the hub is made of: how each is started, stopped and asked.
 */
#ifndef HUB_ROLES_H
#define HUB_ROLES_H

#include "hub/cli/parts.h"
#include "hub/conf/conf.h"
#include "hub/flow/delivery/deliveries.h"
#include "hub/flow/router/router.h"
#include "hub/flow/source/sources.h"
#include "hub/kafka/kafka.h"
#include "hub/view/auditor.h"
#include "hub/view/view.h"
#include "hub/web/admin.h"
#include "hub/web/web.h"
#include "hub/wire/wire.h"

/* What the parts of one process share. Zeroed but for conf, kafka and parts. */
struct roles {
	const struct conf *conf; /* with its secrets */
	struct kafka_settings kafka, kafka_of_view, kafka_of_router;
	struct wire *wire;
	struct view *view;
	struct auditor *auditor;
	struct router *router;
	struct web *web;
	struct sources *sources;
	struct deliveries *deliveries;
	struct admin *admin;
	struct parts parts;
};

/* Each gets a struct roles; what they return is told in hub/cli/parts.h. */
enum outcome roles_start_admin(void *roles, struct err *err);
void roles_stop_admin(void *roles);
enum outcome roles_check_topics(void *roles, struct err *err);
enum outcome roles_start_wire(void *roles, struct err *err);
void roles_stop_wire(void *roles);
enum outcome roles_start_view(void *roles, struct err *err);
void roles_stop_view(void *roles);
enum outcome roles_start_audit(void *roles, struct err *err);
void roles_stop_audit(void *roles);
enum outcome roles_look_at_view(void *roles, struct err *why);
enum outcome roles_start_router(void *roles, struct err *err);
void roles_stop_router(void *roles);
enum outcome roles_look_at_router(void *roles, struct err *why);
enum outcome roles_start_web(void *roles, struct err *err);
void roles_stop_web(void *roles);
enum outcome roles_look_at_web(void *roles, struct err *why);
enum outcome roles_start_sources(void *roles, struct err *err);
void roles_stop_sources(void *roles);
enum outcome roles_start_deliveries(void *roles, struct err *err);
void roles_stop_deliveries(void *roles);

#endif
