/* registry - asks a schema registry with Confluent's API. */
#ifndef HUB_WIRE_REGISTRY_H
#define HUB_WIRE_REGISTRY_H

#include <stddef.h>
#include <stdint.h>

#include "hub/base/arena.h"
#include "hub/base/bytes.h"
#include "hub/base/err.h"
#include "hub/wire/wire.h"

/* https://docs.confluent.io/platform/current/schema-registry/develop/api.html
 * RETRY everywhere: the registry does not answer, or not as a registry does. One thread at a time.
 * A subject has letters, digits and ._- only, as Kafka's topics do. Strings that come out live
 * until the next question. */
struct registry;

/* One schema under a subject. */
struct registry_version {
	int32_t version; /* 1, 2, 3 … per subject */
	uint32_t id;
	const char *json; /* NULL where it was not asked for */
};

struct registry_versions {
	int32_t *items;
	size_t count;
};

struct registry *registry_new(const struct wire_settings *settings); /* borrows its strings */
void registry_free(struct registry *registry);
/* For the next requests, in ms each. */
void registry_set_timeout(struct registry *registry, int timeout_ms);

/* The schema with this id, wherever it is used. REJECT: there is none. */
enum outcome registry_schema(
	struct registry *registry, uint32_t id, const char **json, struct err *err) MUST_CHECK;
/* REJECT: the subject does not have this schema. out->json is not set. */
enum outcome registry_find(struct registry *registry, const char *subject, const char *json,
	struct registry_version *out, struct err *err) MUST_CHECK;
/* The versions of a subject, oldest first; none for one that is unknown. */
enum outcome registry_versions(struct registry *registry, const char *subject, struct arena *arena,
	struct registry_versions *out, struct err *err) MUST_CHECK;
/* Fills in the rest of the version whose number is in out->version. */
enum outcome registry_version(struct registry *registry, const char *subject,
	struct registry_version *out, struct err *err) MUST_CHECK;

/* Adds a schema to a subject, unless it is there. REJECT: not compatible, or no schema. */
enum outcome registry_register(struct registry *registry, const char *subject, const char *json,
	struct err *err) MUST_CHECK;
enum outcome registry_set_compatibility(struct registry *registry, const char *subject,
	const char *level, struct err *err) MUST_CHECK;
/* The subject's level, or the registry's where the subject has none. */
enum outcome registry_compatibility(struct registry *registry, const char *subject,
	const char **level, struct err *err) MUST_CHECK;

#endif
