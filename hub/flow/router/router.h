/* router - the stream processor: reads intake, lets the core decide, and writes what follows in one
 * transaction. */
#ifndef HUB_FLOW_ROUTER_ROUTER_H
#define HUB_FLOW_ROUTER_ROUTER_H

#include "hub/conf/conf.h"
#include "hub/kafka/kafka.h"

/* Keeps the eleven rules of the README beside it. Each worker is a thread with a consumer, a
 * transactional producer and the clients of its partitions; workers share nothing that changes. */
struct router;
struct wire;

struct router_options {
	const struct conf *conf; /* node, rules, codes, and the settings of group router */
	const struct kafka_settings *kafka;
	struct wire *wire;
	uint8_t ops_public_key[32]; /* what cannot be read is sealed for its holder */
};

/* Starts the workers, who go on trying while Kafka does not answer. All that is borrowed lives
 * until router_join has returned. Topics are checked before (topics_check), conf->codes has the
 * lists. */
struct router *router_start(const struct router_options *options);
/* Asks the workers to commit what they have and end; may be called from any thread, and twice. */
void router_stop(struct router *router);
/* Waits for the workers and frees the router. FATAL: one of them could not go on; err says why. */
enum outcome router_join(struct router *router, struct err *err) MUST_CHECK;

/* What the workers do now; for readiness and the status page. */
struct router_status {
	int32_t workers, running; /* running < workers: one has failed, or all are stopping */
	int32_t joined; /* workers that have their share of the partitions, be it none */
	int32_t partitions; /* held and restored */
	int32_t restoring; /* workers that read their state now */
	int64_t clients; /* held in memory */
	int64_t last_commit; /* wall ms of the latest; 0: none yet */
	bool clocks_stopped; /* wall and monotonic time have drifted apart: a person must look */
};

void router_status(const struct router *router, struct router_status *out);

#endif
