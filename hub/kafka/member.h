/* member - a place in a consumer group that outlives its consumer. */
#ifndef HUB_KAFKA_MEMBER_H
#define HUB_KAFKA_MEMBER_H

#include "hub/kafka/consumer.h"

/* Joins the group, takes over and lets go of partitions of one topic as the group says, and hands
 * on what is read of them. A consumer that fails is made anew with the next reading. */
struct member;

struct member_options {
	const struct kafka_settings *kafka;
	const char *group; /* behind the prefix */
	const char *instance; /* as of a consumer: unique among living processes */
	enum topic topic;
	/* Ours from now on; fills in the offsets to begin at. */
	enum outcome (*take_over)(void *context, struct consumer *consumer,
		struct consumer_place *places, size_t count, struct err *err);
	/* None are ours any more. Also called where none were. */
	void (*let_go)(void *context);
	consumer_record_fn *take;
	void *context;
};

/* Not OK: Kafka refuses what it is told to join with. */
enum outcome member_new(
	struct member **out, const struct member_options *options, struct err *err) MUST_CHECK;
/* Lets go. */
void member_free(struct member *member);

/* Reads what has come, up to a thousand records, without waiting. Not OK: as member_renew. */
enum outcome member_read(struct member *member, struct err *err) MUST_CHECK;
/* Lets go of all; the next reading begins with another consumer. */
void member_renew(struct member *member);
/* NULL: there is none now. */
struct consumer *member_consumer(struct member *member);

#endif
