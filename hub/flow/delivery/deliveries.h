/* deliveries - the thread of an edge process that brings handovers to their desks, and says that
 * the edge lives. */
#ifndef HUB_FLOW_DELIVERY_DELIVERIES_H
#define HUB_FLOW_DELIVERY_DELIVERIES_H

#include "hub/conf/conf.h"
#include "hub/kafka/kafka.h"
#include "hub/view/view.h"
#include "hub/wire/wire.h"

/* One queue per desk, so that a dead desk slows down no other; the handovers about one client come
 * in order. What a desk has is settled in topic facts; what it has not is tried again, until its
 * system answers. A handover may come again under its id, after a kill.
 *
 * Every router.heartbeat_ms a fact HEARTBEAT "edge/" and the node, also where all desks ask for
 * their handovers: the routers note when no edge writes one. */
struct deliveries;

/* All borrowed until deliveries_stop. */
struct deliveries_options {
	const struct conf *conf; /* with its secrets */
	const struct kafka_settings *kafka;
	struct wire *wire; /* started */
	struct view *view;
	const char *view_path;
};

/* RETRY: Kafka does not answer. REJECT: a secret is missing. */
enum outcome deliveries_start(struct deliveries **out, const struct deliveries_options *options,
	struct err *err) MUST_CHECK;
/* Waits for what is under way for a few seconds; what is left is brought again after the next
 * start. */
void deliveries_stop(struct deliveries *deliveries);

#endif
