/* web - the partner API of an edge process: its threads, each with a loop, a server and an intake.
 */
#ifndef HUB_WEB_WEB_H
#define HUB_WEB_WEB_H

#include <stdbool.h>

#include "hub/conf/conf.h"
#include "hub/kafka/kafka.h"
#include "hub/view/view.h"
#include "hub/wire/wire.h"

struct web;

/* All borrowed until web_stop. */
struct web_options {
	const struct conf *conf; /* with its secrets */
	const struct kafka_settings *kafka;
	const struct wire *wire; /* started */
	struct view *view; /* web is its subscriber */
	const char *view_path;
};

/* Serves from now on. RETRY: Kafka does not answer, or the address is taken. REJECT: a secret or a
 * certificate is missing or malformed. */
enum outcome web_start(
	struct web **out, const struct web_options *options, struct err *err) MUST_CHECK;
/* Whether every thread can store messages durably. From any thread. */
bool web_is_ready(const struct web *web);
/* Takes no more requests, lets those that are here end for at most WEB_DRAIN_MS, and returns. */
#define WEB_DRAIN_MS 5000
void web_stop(struct web *web);

#endif
