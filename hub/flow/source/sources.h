/* sources - the thread of an edge process that gets what partners do not post: dropped files,
 * polls, and the tasks of topic fetch. */
#ifndef HUB_FLOW_SOURCE_SOURCES_H
#define HUB_FLOW_SOURCE_SOURCES_H

#include "hub/conf/conf.h"
#include "hub/kafka/kafka.h"
#include "hub/view/view.h"
#include "hub/wire/wire.h"

struct sources;

/* All borrowed until sources_stop. */
struct sources_options {
	const struct conf *conf; /* with its secrets */
	const struct kafka_settings *kafka;
	struct wire *wire; /* started */
	struct view *view;
	const char *view_path;
};

/* Without a source in the configuration there is nothing to do: *out is NULL. RETRY: Kafka does not
 * answer. REJECT: a secret is missing. FATAL: a folder cannot be made. */
enum outcome sources_start(
	struct sources **out, const struct sources_options *options, struct err *err) MUST_CHECK;
/* What is under way is given up: it is done again after the next start. */
void sources_stop(struct sources *sources);

#endif
