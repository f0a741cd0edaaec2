/* wire - Confluent's wire format: which schema a record on Kafka was written with, and the bytes of
 * ours. */
#include "hub/wire/wire.h"

#include <assert.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/clock.h"
#include "hub/base/memory.h"
#include "hub/wire/known.h"
#include "hub/wire/registry.h"

#define MISSING_MAX 256

/* The schema of a topic, and what the registry calls it. */
struct own {
	const struct schema *schema;
	uint32_t id;
};

/* An id that the registry did not know. */
struct missing {
	uint32_t id;
	int64_t until; /* monotonic ms: not asked again before */
};

struct wire {
	struct wire_settings settings;
	struct own own[KNOWN_READERS]; /* written by wire_start only */
	size_t own_count;
	bool from_cache;
	pthread_mutex_t lock; /* of all below */
	struct known known;
	struct registry *registry;
	struct missing missing[MISSING_MAX];
	size_t missing_next;
	int64_t away_until; /* the registry did not answer */
	char away[240]; /* why */
};

struct wire *wire_new(const struct wire_settings *settings)
{
	struct wire *wire = memory_get_zeroed(1, sizeof(*wire));

	wire->settings = *settings;
	wire->registry = registry_new(settings);
	pthread_mutex_init(&wire->lock, NULL);
	for (size_t i = 0; schemas_all[i] != NULL; i++)
		if (schemas_all[i]->topic != NULL) {
			assert(wire->own_count < KNOWN_READERS);
			wire->own[wire->own_count++].schema = schemas_all[i];
		}
	return wire;
}

void wire_free(struct wire *wire)
{
	if (wire == NULL)
		return;
	registry_free(wire->registry);
	known_done(&wire->known);
	pthread_mutex_destroy(&wire->lock);
	free(wire);
}

void wire_subject(const struct wire_settings *settings, const struct schema *schema,
	char out[WIRE_SUBJECT_SIZE])
{
	assert(schema->topic != NULL);
	snprintf(out, WIRE_SUBJECT_SIZE, "%s%s-value", settings->topic_prefix, schema->topic);
}

/* Every version of the subject that is not known yet. */
static enum outcome learn_subject(struct wire *wire, const char *subject, struct err *err)
{
	struct arena arena = {0};
	struct registry_versions versions;
	struct registry_version version;
	enum outcome outcome = registry_versions(wire->registry, subject, &arena, &versions, err);

	for (size_t i = 0; outcome == OK && i < versions.count; i++) {
		if (known_has_version(&wire->known, subject, versions.items[i]))
			continue;
		version.version = versions.items[i];
		outcome = registry_version(wire->registry, subject, &version, err);
		if (outcome == OK)
			known_add(&wire->known,
				&(struct known_schema){.id = version.id,
					.version = version.version,
					.subject = subject,
					.json = version.json});
	}
	arena_done(&arena);
	return outcome;
}

/* From the registry itself: ids of the cache may be of one that was emptied since. */
static enum outcome ask_own(struct wire *wire, struct own *own, struct err *err)
{
	struct registry_version version;
	char subject[WIRE_SUBJECT_SIZE];
	enum outcome outcome;

	wire_subject(&wire->settings, own->schema, subject);
	outcome = registry_find(wire->registry, subject, own->schema->json, &version, err);
	if (outcome == REJECT)
		return err_set(err, REJECT,
			"registry %s does not have our schema %s under subject %s: run "
			"`lokethub schemas register`",
			wire->settings.url, own->schema->name, subject);
	if (outcome != OK)
		return outcome;
	own->id = version.id;
	known_add(&wire->known,
		&(struct known_schema){.id = version.id,
			.version = version.version,
			.subject = subject,
			.json = own->schema->json});
	return learn_subject(wire, subject, err);
}

static bool find_own(struct wire *wire, struct own *own)
{
	char subject[WIRE_SUBJECT_SIZE];
	const struct known_schema *schema;

	wire_subject(&wire->settings, own->schema, subject);
	schema = known_find_version(&wire->known, subject, own->schema->fingerprint);
	if (schema != NULL)
		own->id = schema->id;
	return schema != NULL;
}

static void save(struct wire *wire)
{
	struct err ignored = {0};

	/* A cache that cannot be written costs the next start without a registry, not this one. */
	if (wire->settings.cache_file != NULL &&
		known_save(&wire->known, wire->settings.cache_file, wire->settings.url, &ignored) !=
			OK)
		return;
}

enum outcome wire_start(struct wire *wire, struct err *err)
{
	enum outcome outcome = OK;

	if (wire->settings.cache_file != NULL)
		known_load(&wire->known, wire->settings.cache_file, wire->settings.url);
	for (size_t i = 0; outcome == OK && i < wire->own_count; i++)
		outcome = ask_own(wire, &wire->own[i], err);
	if (outcome == RETRY) {
		wire->from_cache = true;
		for (size_t i = 0; i < wire->own_count; i++)
			if (!find_own(wire, &wire->own[i]))
				return err_in(err, "no cached id of schema %s either",
					wire->own[i].schema->name);
		outcome = OK;
	}
	save(wire);
	registry_set_timeout(wire->registry, WIRE_LOOKUP_MS);
	return outcome;
}

bool wire_from_cache(const struct wire *wire)
{
	return wire->from_cache;
}

uint32_t wire_id(const struct wire *wire, const struct schema *schema)
{
	for (size_t i = 0; i < wire->own_count; i++)
		if (wire->own[i].schema == schema) {
			assert(wire->own[i].id != 0);
			return wire->own[i].id;
		}
	abort();
}

void wire_begin(const struct wire *wire, const struct schema *schema, struct buffer *out)
{
	uint32_t id = wire_id(wire, schema);
	uint8_t head[WIRE_HEAD_SIZE] = {
		0, (uint8_t)(id >> 24), (uint8_t)(id >> 16), (uint8_t)(id >> 8), (uint8_t)id};

	buffer_add(out, head, sizeof(head));
}

static bool is_missing(const struct wire *wire, uint32_t id, int64_t now)
{
	for (size_t i = 0; i < MISSING_MAX; i++)
		if (wire->missing[i].id == id && wire->missing[i].until > now)
			return true;
	return false;
}

/* The oldest one gives way. While all places are young, ids beyond them wait: somebody writes
 * garbage, and the registry must not pay for it. */
static bool may_ask(const struct wire *wire, int64_t now)
{
	return wire->missing[wire->missing_next].until <= now;
}

static void remember_missing(struct wire *wire, uint32_t id, int64_t now)
{
	wire->missing[wire->missing_next] = (struct missing){id, now + WIRE_ASK_AGAIN_MS};
	wire->missing_next = (wire->missing_next + 1) % MISSING_MAX;
}

static enum outcome ask(struct wire *wire, uint32_t id, struct known_schema **out, struct err *err)
{
	const char *json;
	enum outcome outcome = registry_schema(wire->registry, id, &json, err);

	if (outcome == OK) {
		*out = known_add(&wire->known,
			&(struct known_schema){.id = id, .subject = "", .json = json});
		if (*out == NULL)
			outcome = err_set(err, REJECT, "what the registry has is no Avro schema");
		save(wire);
	}
	return outcome;
}

/* Asks for one id, unless it is too soon; whoever calls holds the lock. */
static enum outcome learn(
	struct wire *wire, uint32_t id, struct known_schema **out, struct err *err)
{
	int64_t now = clock_monotonic();
	enum outcome outcome;

	if (is_missing(wire, id, now))
		return err_set(err, REJECT, "schema %u: registry %s does not have it", id,
			wire->settings.url);
	if (now < wire->away_until)
		return err_set(err, RETRY, "schema %u is not known here: %s", id, wire->away);
	if (!may_ask(wire, now))
		return err_set(err, RETRY,
			"schema %u is not known here: too many unknown ones were asked for just "
			"now",
			id);
	outcome = ask(wire, id, out, err);
	if (outcome == OK)
		return OK;
	if (outcome == REJECT) {
		remember_missing(wire, id, clock_monotonic());
		return err_in(
			err, "schema %u: registry %s does not have it", id, wire->settings.url);
	}
	wire->away_until = clock_monotonic() + WIRE_ASK_AGAIN_MS;
	snprintf(wire->away, sizeof(wire->away), "%s", err->text);
	return err_in(err, "schema %u is not known here", id);
}

/* How records of `schema` become ours; made at first use. */
static struct known_reader *reader_of(
	struct wire *wire, struct known_schema *schema, const struct schema *ours)
{
	struct known_reader *reader;
	struct err cause = {0};

	for (size_t i = 0; i < schema->readers_count; i++)
		if (schema->readers[i].schema == ours)
			return &schema->readers[i];
	assert(schema->readers_count < KNOWN_READERS);
	reader = &schema->readers[schema->readers_count++];
	reader->schema = ours;
	if (schema->fingerprint != ours->fingerprint &&
		plan_make(bytes_of_string(schema->json), bytes_of_string(ours->json),
			&wire->known.arena, &reader->plan, &cause) != OK)
		reader->refusal = arena_string(&wire->known.arena, bytes_of_string(cause.text));
	return reader;
}

static enum outcome find_reader(struct wire *wire, const struct wire_record *record,
	const struct known_reader **out, struct err *err)
{
	struct known_schema *schema;
	enum outcome outcome = OK;

	pthread_mutex_lock(&wire->lock);
	schema = known_find(&wire->known, record->id);
	if (schema == NULL)
		outcome = learn(wire, record->id, &schema, err);
	if (outcome == OK)
		*out = reader_of(wire, schema, record->schema);
	pthread_mutex_unlock(&wire->lock);
	return outcome;
}

static enum outcome resolve(const struct plan *plan, struct bytes avro, struct wire_record *record,
	struct arena *arena, struct err *err)
{
	struct buffer buffer = {0};
	enum outcome outcome = plan_run(plan, avro, &buffer, err);

	if (outcome == OK)
		record->avro = arena_copy(arena, buffer_bytes(&buffer));
	buffer_done(&buffer);
	return outcome == OK ? OK : err_in(err, "written with schema %u", record->id);
}

static bool is_own(const struct wire *wire, const struct wire_record *record)
{
	for (size_t i = 0; i < wire->own_count; i++)
		if (wire->own[i].schema == record->schema)
			return wire->own[i].id == record->id;
	return false;
}

enum outcome wire_read(
	struct wire *wire, struct wire_record *record, struct arena *arena, struct err *err)
{
	const uint8_t *head = record->value.data;
	const struct known_reader *reader;
	struct bytes avro;
	enum outcome outcome;

	record->no_schema = false;
	record->id = 0;
	if (record->value.size < WIRE_HEAD_SIZE)
		return err_set(err, REJECT,
			"no Confluent wire format: %zu bytes, shorter than its head of 5",
			record->value.size);
	if (head[0] != 0)
		return err_set(err, REJECT,
			"no Confluent wire format: begins with 0x%02x instead of 0x00", head[0]);
	record->id = (uint32_t)head[1] << 24 | (uint32_t)head[2] << 16 | (uint32_t)head[3] << 8 |
		head[4];
	avro = bytes_of(head + WIRE_HEAD_SIZE, record->value.size - WIRE_HEAD_SIZE);
	if (is_own(wire, record)) {
		record->avro = avro;
		return OK;
	}
	record->no_schema = true;
	outcome = find_reader(wire, record, &reader, err);
	if (outcome != OK)
		return outcome;
	if (reader->refusal != NULL)
		return err_set(err, REJECT, "schema %u cannot be read as our %s: %s", record->id,
			record->schema->name, reader->refusal);
	record->no_schema = false;
	if (reader->plan != NULL)
		return resolve(reader->plan, avro, record, arena, err);
	record->avro = avro;
	return OK;
}

enum outcome wire_decode(struct wire *wire, struct wire_record *record, void *out,
	struct arena *arena, struct err *err)
{
	enum outcome outcome = wire_read(wire, record, arena, err);

	return outcome == OK ? record->schema->decode(out, record->avro, arena, err) : outcome;
}
