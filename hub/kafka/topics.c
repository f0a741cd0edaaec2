/* topics - the ten topics as documented rows, and which partition a key belongs to. */
#include "hub/kafka/topics.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include <zlib.h>

#include "hub/base/clock.h"

#define SMALL 1048576
#define LARGE 2097152 /* a message with a full sealed box, or the original of a refused one */

static const struct topics_row rows[TOPIC_COUNT] = {
	[TOPIC_INTAKE] = {"intake", "client, or referral where only that is known", TOPICS_BY_SLOT,
		false, 30 * CLOCK_DAY_MS, SMALL, &schema_message, "what partners told the hub"},
	[TOPIC_EVENTS] = {"events", "client, or as in intake", TOPICS_BY_SLOT, false,
		400 * CLOCK_DAY_MS, SMALL, &schema_event,
		"what the hub decided, one per message or clock"},
	[TOPIC_CLIENTS] = {"clients", "client", TOPICS_BY_SLOT, true, -1, SMALL, &schema_client,
		"the state of each client"},
	[TOPIC_PERSONS] = {"persons", "referral", TOPICS_BY_SLOT, true, -1, SMALL,
		&schema_sealed_person, "the latest sealed person of each referral"},
	[TOPIC_KEYS] = {"keys", "key id", TOPICS_BY_KEY, true, -1, SMALL, &schema_data_key,
		"data keys, wrapped; a tombstone erases"},
	[TOPIC_HANDOVERS] = {"handovers", "desk", TOPICS_BY_KEY, false, 90 * CLOCK_DAY_MS, SMALL,
		&schema_handover, "what is told to desks"},
	[TOPIC_REJECTED] = {"rejected", "client or partner", TOPICS_BY_KEY, false,
		400 * CLOCK_DAY_MS, LARGE, &schema_rejection,
		"what could not be applied, and who must act"},
	[TOPIC_FETCH] = {"fetch", "resource", TOPICS_BY_KEY, false, 7 * CLOCK_DAY_MS, SMALL,
		&schema_fetch_task, "what an edge must fetch or resolve"},
	[TOPIC_FACTS] = {"facts", "kind/id", TOPICS_ONE, true, -1, SMALL, &schema_fact,
		"what is true of desks, partners, pollers and the hub"},
	[TOPIC_ACCESS] = {"access", "client", TOPICS_BY_KEY, false, 5 * 365 * CLOCK_DAY_MS, SMALL,
		&schema_access, "who saw or disclosed what, and why"},
};

const struct topics_row *topics_row(enum topic topic)
{
	assert((unsigned int)topic < TOPIC_COUNT);
	return &rows[topic];
}

void topics_name(
	const struct kafka_settings *settings, enum topic topic, char out[TOPICS_NAME_SIZE])
{
	int size =
		snprintf(out, TOPICS_NAME_SIZE, "%s%s", settings->prefix, topics_row(topic)->name);
	assert(size > 0 && size < TOPICS_NAME_SIZE);
}

bool topics_from_name(const struct kafka_settings *settings, const char *name, enum topic *out)
{
	size_t prefix = strlen(settings->prefix);
	if (strncmp(name, settings->prefix, prefix) != 0)
		return false;
	for (int i = 0; i < TOPIC_COUNT; i++)
		if (strcmp(name + prefix, rows[i].name) == 0) {
			*out = (enum topic)i;
			return true;
		}
	return false;
}

int32_t topics_slot(const uint8_t id[16])
{
	return id[0] << 4 | id[1] >> 4;
}

void topics_key(const uint8_t id[16], char out[TOPICS_KEY_SIZE])
{
	bytes_to_hex(bytes_of(id, 16), out);
}

bool topics_key_id(struct bytes key, uint8_t id[16])
{
	return key.size == TOPICS_KEY_SIZE - 1 && bytes_from_hex(key, id, 16);
}

void topics_fact_key(const struct fact *fact, char out[TOPICS_FACT_KEY_SIZE])
{
	snprintf(out, TOPICS_FACT_KEY_SIZE, "%s/%.*s", fact_kind_name(fact->kind),
		BYTES_ARG(fact->id));
	for (char *at = out; *at != '/'; at++)
		*at = (char)tolower((unsigned char)*at);
}

int32_t topics_partitions(const struct kafka_settings *settings, enum topic topic)
{
	switch (topics_row(topic)->spread) {
	case TOPICS_BY_SLOT:
		return settings->partitions;
	case TOPICS_BY_KEY:
		return TOPICS_BY_KEY_PARTITIONS;
	case TOPICS_ONE:
		return 1;
	}
	assert(!"a spread that is not listed");
	return 0;
}

int32_t topics_partition(const struct kafka_settings *settings, enum topic topic, struct bytes key)
{
	uint8_t id[16];
	bool is_id;
	switch (topics_row(topic)->spread) {
	case TOPICS_BY_SLOT:
		is_id = topics_key_id(key, id);
		assert(is_id);
		return topics_slot(id) % settings->partitions;
	case TOPICS_BY_KEY:
		return (int32_t)(crc32_z(0, key.data, key.size) % TOPICS_BY_KEY_PARTITIONS);
	case TOPICS_ONE:
		return 0;
	}
	assert(!"a spread that is not listed");
	return 0;
}
