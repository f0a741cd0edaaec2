/* broker - a model of Kafka: logs, a group with its generations, and transactions that fence. */
#ifndef TESTS_SIM_WORLD_BROKER_H
#define TESTS_SIM_WORLD_BROKER_H

#include "hub/kafka/transaction.h"
#include "tests/sim/world/sim.h"

/* What hub/kafka promises, without Kafka: broker.c and transaction.c have the functions of
 * hub/kafka/consumer.h and transaction.h, which the routers are linked with. As in Kafka
 * - a log keeps its order; who reads sees what is committed, and all of a transaction or nothing;
 * - a compacted log may forget what a later record with the same key replaces;
 * - a member that is not heard of loses its partitions, and learns so when it asks again;
 * - a commit is refused from who is no member, or of another generation of the group (KIP-447);
 * - a member that comes back under its instance name finds its partitions, and fences the one
 *   that had the name;
 * - whether a commit took place may stay unknown, and any call may fail or be the last of its
 *   process.
 * Simplified: what a transaction sends stands in the logs from its commit on, and a transaction
 * whose fate is unknown has one at once, because whoever needs to know waits for it. */
struct broker;

struct broker_record {
	enum topic topic;
	int32_t partition;
	int64_t offset, time;
	struct bytes key, value;
	int32_t redrive, hops;
	bool skip;
	bool replaced; /* its key has a later record */
};

struct broker *broker_new(struct sim *sim);
void broker_free(struct broker *broker);
/* From outside, without a transaction; the key says where to. Copied. */
void broker_append(struct broker *broker, struct broker_record record);
void broker_fact(struct broker *broker, const struct fact *fact);
/* NULL: there is none yet. */
const struct broker_record *broker_find(
	const struct broker *broker, enum topic topic, int32_t partition, int64_t offset);
size_t broker_count(const struct broker *broker, enum topic topic, int32_t partition);
/* What the group has committed for a partition of intake. */
int64_t broker_committed(const struct broker *broker, int32_t partition);
/* Somebody has the group share out its partitions anew. */
void broker_rebalance(struct broker *broker);
/* A member that lives tells so by itself, between its polls too. */
void broker_hear(struct broker *broker, const struct consumer *member);
/* Who was not heard of for too long is left out. */
void broker_look_after(struct broker *broker);
/* Whether the last poll brought something. */
bool broker_gave(const struct broker *broker);
/* Whether the group takes a commit from this member; and one that it took. */
bool broker_is_member(const struct broker *broker, const struct consumer *member);
void broker_commit(struct broker *broker, const struct consumer_committed *offsets, size_t count);

#endif
