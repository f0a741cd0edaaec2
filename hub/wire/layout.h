/* layout - any Avro schema as a tree, and a check of bytes against it. */
#ifndef HUB_WIRE_LAYOUT_H
#define HUB_WIRE_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hub/base/arena.h"
#include "hub/base/bytes.h"
#include "hub/base/err.h"

enum layout_kind {
	LAYOUT_NULL,
	LAYOUT_BOOLEAN,
	LAYOUT_INT,
	LAYOUT_LONG,
	LAYOUT_FLOAT,
	LAYOUT_DOUBLE,
	LAYOUT_BYTES,
	LAYOUT_STRING,
	LAYOUT_FIXED,
	LAYOUT_ENUM,
	LAYOUT_ARRAY,
	LAYOUT_MAP,
	LAYOUT_UNION,
	LAYOUT_RECORD,
};

/* May refer back to a record that it lies in. */
struct layout {
	enum layout_kind kind;
	const char *name; /* FIXED, ENUM, RECORD: without namespace; else of the type: "int" */
	size_t count; /* of parts or symbols; FIXED: bytes */
	const char **names; /* ENUM: symbols; RECORD: fields */
	const char **presets; /* RECORD: the fields' defaults in JSON; NULL: none */
	const char *preset; /* ENUM: what a reader takes for a symbol that it lacks; NULL: none */
	struct layout **parts; /* RECORD: fields; UNION: branches; ARRAY, MAP: the items */
	size_t minimum; /* no value takes fewer bytes */
};

/* Parses the schema (with avro-c) into the arena. Not from two threads at once: avro-c keeps its
 * error text in one place. REJECT: it is no schema, or nested deeper than 64. */
enum outcome layout_make(
	struct bytes json, struct arena *arena, struct layout **out, struct err *err) MUST_CHECK;

/* The place of a field or symbol; false: there is none. name may be NULL. */
bool layout_find_name(const struct layout *layout, const char *name, size_t *out);
/* Appends a field's default, which it has, as Avro writes it. false: it is none of those that our
 * generator allows (numbers without a fraction, strings, symbols, null, what is empty). */
bool layout_write_preset(const struct layout *record, size_t field, struct buffer *out) MUST_CHECK;

/* Reads one value in [at, end) without keeping it, and returns where the next one begins; NULL:
 * there is no such value. Nothing behind `end` is read, and the work is bounded by the bytes. */
const uint8_t *layout_skip(const struct layout *layout, const uint8_t *at, const uint8_t *end);

struct block;
/* The head of a block of an ARRAY or MAP, with a count that can be. */
const uint8_t *layout_block(
	const struct layout *layout, const uint8_t *at, const uint8_t *end, struct block *out);

#endif
