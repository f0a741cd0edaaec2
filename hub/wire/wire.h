/* wire - Confluent's wire format: which schema a record on Kafka was written with, and the bytes of
 * ours. */
#ifndef HUB_WIRE_WIRE_H
#define HUB_WIRE_WIRE_H

#include <stdbool.h>
#include <stdint.h>

#include "hub/base/arena.h"
#include "hub/base/bytes.h"
#include "hub/base/err.h"
#include "schemas/schema.h"

/* A value is 0x00, the schema's id in 4 bytes, big-endian, then Avro. The registry gives the ids,
 * per subject "<prefix><topic>-value" (TopicNameStrategy). All that was ever learnt of it stays in
 * the cache file, so that a start and all reading go on while the registry is away.
 *
 * One wire serves all threads of a process. Reading what our own schemas wrote takes no lock;
 * what others wrote takes a short one; asking the registry holds it for at most
 * WIRE_LOOKUP_MS. */
struct wire;

#define WIRE_HEAD_SIZE 5
#define WIRE_LOOKUP_MS 500 /* how long wire_read waits for the registry */
#define WIRE_ASK_AGAIN_MS 5000 /* before it asks once more for what it did not get */
#define WIRE_SUBJECT_SIZE 260

/* Strings are borrowed until wire_free. */
struct wire_settings {
	const char *url; /* "http://…/apis/ccompat/v7" */
	const char *credentials; /* "user:password"; NULL: none */
	const char *ca_file; /* NULL: the system's certificates */
	const char *cache_file; /* NULL: none is kept */
	const char *topic_prefix; /* "lokethub." */
	int timeout_ms; /* of one request while starting, registering and checking */
};

struct wire *wire_new(const struct wire_settings *settings);
void wire_free(struct wire *wire);

/* Learns the ids of our schemas and every version that the subjects have; once, before the
 * functions below. Without the registry the cache file does. RETRY: neither has them. REJECT: the
 * registry does not have our schema; the text says what to run. */
enum outcome wire_start(struct wire *wire, struct err *err) MUST_CHECK;
/* Whether wire_start had to use the cache file, because the registry did not answer. */
bool wire_from_cache(const struct wire *wire);
/* The id of the schema of a topic value. */
uint32_t wire_id(const struct wire *wire, const struct schema *schema);

/* Appends the head that stands before the record's Avro. */
void wire_begin(const struct wire *wire, const struct schema *schema, struct buffer *out);

/* One value on Kafka. */
struct wire_record {
	struct bytes value; /* in: as it was read */
	const struct schema *schema; /* in: ours, of the topic */
	struct bytes avro; /* out: one record of our schema; in `value`, or in the arena */
	uint32_t id; /* out: of the writer's schema; 0: the value has no head */
	bool no_schema; /* out: not the bytes are at fault but what they were written with */
};

/* Finds the writer's schema. Ours, or one that differs in docs only: the bytes as they are, not
 * looked at. Another one: checked and resolved into ours (hub/wire/plan.h).
 * REJECT: no wire format (no_schema false), the registry does not know the id, its schema cannot
 * become ours, or the bytes are none of it. RETRY (no_schema): the id is unknown and the registry
 * cannot be asked; within WIRE_ASK_AGAIN_MS it is not asked again, so that a reader that does not
 * want to wait may go on with the next record. */
enum outcome wire_read(struct wire *wire, struct wire_record *record, struct arena *arena,
	struct err *err) MUST_CHECK;
/* The same, then decoded into `out`, a struct of record->schema. */
enum outcome wire_decode(struct wire *wire, struct wire_record *record, void *out,
	struct arena *arena, struct err *err) MUST_CHECK;

/* "lokethub.intake-value"; the schema has a topic. */
void wire_subject(const struct wire_settings *settings, const struct schema *schema,
	char out[WIRE_SUBJECT_SIZE]);

#endif
