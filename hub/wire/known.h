/* known - the schemas that were ever learnt, in memory and in the cache file. */
#ifndef HUB_WIRE_KNOWN_H
#define HUB_WIRE_KNOWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hub/base/arena.h"
#include "hub/base/err.h"
#include "hub/wire/plan.h"

#define KNOWN_READERS 10

/* How records of one schema are read as ours. */
struct known_reader {
	const struct schema *schema;
	const struct plan *plan; /* NULL: the bytes as they are; or it cannot be: see refusal */
	const char *refusal; /* NULL: it can be */
};

/* Never changes and never goes away once it is in the list, but for its readers. */
struct known_schema {
	uint32_t id;
	int32_t version; /* within the subject; 0: of another subject or of none */
	const char *subject; /* "": not known */
	const char *json;
	uint64_t fingerprint; /* CRC-64-AVRO of the canonical form */
	struct known_reader readers[KNOWN_READERS];
	size_t readers_count;
	struct known_schema *next;
};

/* Zeroed is empty. One thread at a time. */
struct known {
	struct arena arena;
	struct known_schema *first;
	bool changed; /* since it was loaded or saved */
};

/* A schema in the list, which copies the strings; one with the same id and another fingerprint is
 * of a registry that was emptied since, and dropped. NULL: json is no schema. */
struct known_schema *known_add(struct known *known, const struct known_schema *schema);
struct known_schema *known_find(const struct known *known, uint32_t id); /* NULL: not known */
/* The newest version of the subject with this fingerprint; NULL: not known. */
struct known_schema *known_find_version(
	const struct known *known, const char *subject, uint64_t fingerprint);
/* Whether this version of the subject is in the list. */
bool known_has_version(const struct known *known, const char *subject, int32_t version);

/* Adds what the file holds of this registry. A file that is missing, damaged or of another registry
 * adds nothing: it is made anew. */
void known_load(struct known *known, const char *path, const char *url);
/* Replaces the file as a whole, if anything changed. RETRY: the disk. */
enum outcome known_save(
	struct known *known, const char *path, const char *url, struct err *err) MUST_CHECK;
void known_done(struct known *known);

#endif
