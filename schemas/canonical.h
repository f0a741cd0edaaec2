/* canonical - what makes two Avro schemas the same: parsing canonical form and its fingerprint. */
#ifndef SCHEMAS_CANONICAL_H
#define SCHEMAS_CANONICAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Avro specification, "Parsing Canonical Form for Schemas" and "Schema Fingerprints": docs,
 * defaults and unknown attributes do not count. */

/* CRC-64-AVRO of the canonical form of a schema in JSON. false: not JSON, or no schema. Nothing is
 * said about types that are named but not defined: parse the schema for that. */
bool canonical_fingerprint(const char *json, size_t size, uint64_t *out);
/* The canonical form itself, zero-terminated; free() it. NULL: as above. */
char *canonical_form(const char *json, size_t size);

#endif
