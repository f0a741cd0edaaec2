/* topics - the ten topics as documented rows: how each is spread, kept and checked. */
#ifndef HUB_KAFKA_TOPICS_H
#define HUB_KAFKA_TOPICS_H

#include <stdbool.h>

#include "hub/kafka/kafka.h"
#include "schemas/types.h"

enum topic {
	TOPIC_INTAKE,
	TOPIC_EVENTS,
	TOPIC_CLIENTS,
	TOPIC_PERSONS,
	TOPIC_KEYS,
	TOPIC_HANDOVERS,
	TOPIC_REJECTED,
	TOPIC_FETCH,
	TOPIC_FACTS,
	TOPIC_ACCESS,
};
#define TOPIC_COUNT 10
#define TOPIC_BIT(topic) (UINT32_C(1) << (topic)) /* in a set of them */

enum topics_spread {
	TOPICS_BY_SLOT, /* the key is an id in 32 hex digits; partition = its first 12 bits mod N */
	TOPICS_BY_KEY, /* partition = crc32(key) mod 12 */
	TOPICS_ONE, /* one partition */
};

#define TOPICS_BY_KEY_PARTITIONS 12
/* Consumer groups, behind the prefix: of the routers, and of the edges on topics fetch and
 * handovers. */
#define TOPICS_GROUP "lokethub-router"
#define TOPICS_GROUP_FETCH "lokethub-fetch"
#define TOPICS_GROUP_DELIVERY "lokethub-delivery"
#define TOPICS_NAME_SIZE 250 /* with the terminating zero */
#define TOPICS_KEY_SIZE 33 /* an id as key, with the terminating zero */

struct topics_row {
	const char *name; /* without the prefix */
	const char *key; /* what the key is */
	enum topics_spread spread;
	bool compacted;
	int64_t retention_ms; /* -1: for ever */
	int32_t max_message_bytes;
	const struct schema *value;
	const char *doc;
};

const struct topics_row *topics_row(enum topic topic);
/* "lokethub.intake" */
void topics_name(
	const struct kafka_settings *settings, enum topic topic, char out[TOPICS_NAME_SIZE]);
bool topics_from_name(const struct kafka_settings *settings, const char *name, enum topic *out);

int32_t topics_slot(const uint8_t id[16]); /* 0 to 4095 */
/* The key of a client or referral: 32 lower-case hex digits. */
void topics_key(const uint8_t id[16], char out[TOPICS_KEY_SIZE]);
/* Back again; false: not such a key. */
bool topics_key_id(struct bytes key, uint8_t id[16]);
/* The key of a fact: "heartbeat/router/3"; cut where it does not fit. */
#define TOPICS_FACT_KEY_SIZE 200
void topics_fact_key(const struct fact *fact, char out[TOPICS_FACT_KEY_SIZE]);
int32_t topics_partitions(const struct kafka_settings *settings, enum topic topic);
/* Where a record with this key goes. For TOPICS_BY_SLOT a key that is no id is an assert. */
int32_t topics_partition(const struct kafka_settings *settings, enum topic topic, struct bytes key);

struct topics_options {
	int32_t replicas; /* 3 in production, 1 on the embedded broker */
	int32_t min_insync; /* 2 and 1 */
	int64_t access_retention_ms; /* how long who-saw-what is kept; 0: as in the row */
};

/* Makes those that are missing; `made` counts them. RETRY: no answer within timeout_ms. */
enum outcome topics_create(const struct kafka_settings *settings,
	const struct topics_options *options, int timeout_ms, size_t *made,
	struct err *err) MUST_CHECK;
/* Hears of each thing that is wrong, in one line that says what to do. */
struct topics_listener {
	void (*found)(void *context, const char *text);
	void *context;
};

/* Each exists, with the partitions, cleanup policy, retention, LogAppendTime, message size,
 * replication and min.insync.replicas of its row. REJECT if anything is not so. Another N than the
 * topics have is always found. */
enum outcome topics_check(const struct kafka_settings *settings,
	const struct topics_options *options, int timeout_ms,
	const struct topics_listener *listener, struct err *err) MUST_CHECK;

#endif
