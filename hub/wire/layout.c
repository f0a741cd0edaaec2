/* layout - any Avro schema as a tree, and a check of bytes against it. */
#include "hub/wire/layout.h"

#include <avro.h>
#include <stdlib.h>

#include "schemas/binary.h"
#include "schemas/canonical.h"

#define DEPTH_MAX 64
#define UNKNOWN SIZE_MAX /* minimum: not measured yet */

/* avro-c's records and what became of them, for the links back. */
struct made {
	avro_schema_t schema;
	struct layout *layout;
	struct made *next;
};

struct maker {
	struct arena *arena;
	struct made *made;
};

static struct layout *make(struct maker *maker, avro_schema_t schema);

static const char *keep(struct maker *maker, const char *text)
{
	return arena_string(maker->arena, bytes_of_string(text));
}

static struct layout *find(const struct maker *maker, avro_schema_t schema)
{
	for (const struct made *made = maker->made; made != NULL; made = made->next)
		if (made->schema == schema)
			return made->layout;
	return NULL;
}

static void make_room(struct maker *maker, struct layout *layout, size_t count)
{
	layout->count = count;
	layout->names = arena_get_array(maker->arena, count, sizeof(*layout->names));
	layout->parts = arena_get_array(maker->arena, count, sizeof(struct layout *));
}

static void make_record(struct maker *maker, struct layout *layout, avro_schema_t schema)
{
	struct made *made = arena_get(maker->arena, sizeof(*made));

	*made = (struct made){schema, layout, maker->made};
	maker->made = made;
	make_room(maker, layout, avro_schema_record_size(schema));
	for (size_t i = 0; i < layout->count; i++) {
		avro_schema_t field = avro_schema_record_field_get_by_index(schema, (int)i);
		layout->names[i] = keep(maker, avro_schema_record_field_name(schema, (int)i));
		layout->parts[i] = make(maker, field);
	}
}

static void make_enum(struct maker *maker, struct layout *layout, avro_schema_t schema)
{
	make_room(maker, layout, (size_t)avro_schema_enum_number_of_symbols(schema));
	for (size_t i = 0; i < layout->count; i++)
		layout->names[i] = keep(maker, avro_schema_enum_get(schema, (int)i));
}

static void make_union(struct maker *maker, struct layout *layout, avro_schema_t schema)
{
	make_room(maker, layout, avro_schema_union_size(schema));
	for (size_t i = 0; i < layout->count; i++)
		layout->parts[i] = make(maker, avro_schema_union_branch(schema, (int)i));
}

static void make_items(struct maker *maker, struct layout *layout, avro_schema_t items)
{
	make_room(maker, layout, 1);
	layout->parts[0] = make(maker, items);
}

static enum layout_kind kind_of(avro_schema_t schema)
{
	static const enum layout_kind kinds[] = {
		[AVRO_STRING] = LAYOUT_STRING,
		[AVRO_BYTES] = LAYOUT_BYTES,
		[AVRO_INT32] = LAYOUT_INT,
		[AVRO_INT64] = LAYOUT_LONG,
		[AVRO_FLOAT] = LAYOUT_FLOAT,
		[AVRO_DOUBLE] = LAYOUT_DOUBLE,
		[AVRO_BOOLEAN] = LAYOUT_BOOLEAN,
		[AVRO_NULL] = LAYOUT_NULL,
		[AVRO_RECORD] = LAYOUT_RECORD,
		[AVRO_ENUM] = LAYOUT_ENUM,
		[AVRO_FIXED] = LAYOUT_FIXED,
		[AVRO_MAP] = LAYOUT_MAP,
		[AVRO_ARRAY] = LAYOUT_ARRAY,
		[AVRO_UNION] = LAYOUT_UNION,
	};

	return kinds[avro_typeof(schema)];
}

static struct layout *make(struct maker *maker, avro_schema_t schema)
{
	struct layout *layout;

	if (is_avro_link(schema))
		schema = avro_schema_link_target(schema);
	layout = find(maker, schema);
	if (layout != NULL)
		return layout;
	layout = arena_get(maker->arena, sizeof(*layout));
	layout->kind = kind_of(schema);
	layout->minimum = UNKNOWN;
	layout->name = keep(maker, avro_schema_type_name(schema));
	if (layout->kind == LAYOUT_RECORD)
		make_record(maker, layout, schema);
	else if (layout->kind == LAYOUT_ENUM)
		make_enum(maker, layout, schema);
	else if (layout->kind == LAYOUT_UNION)
		make_union(maker, layout, schema);
	else if (layout->kind == LAYOUT_ARRAY)
		make_items(maker, layout, avro_schema_array_items(schema));
	else if (layout->kind == LAYOUT_MAP)
		make_items(maker, layout, avro_schema_map_values(schema));
	else if (layout->kind == LAYOUT_FIXED)
		layout->count = (size_t)avro_schema_fixed_size(schema);
	return layout;
}

static size_t measure(struct layout *layout);

static size_t measure_record(struct layout *layout)
{
	size_t sum = 0;

	for (size_t i = 0; i < layout->count; i++)
		sum += measure(layout->parts[i]);
	return sum;
}

static size_t measure_union(struct layout *layout)
{
	size_t least = SIZE_MAX;

	for (size_t i = 0; i < layout->count; i++) {
		size_t minimum = measure(layout->parts[i]);
		if (minimum < least)
			least = minimum;
	}
	return layout->count > 0 ? 1 + least : 1;
}

/* A record that is met again while it is measured counts as 0: less than it takes is safe. */
static size_t measure(struct layout *layout)
{
	if (layout->minimum != UNKNOWN)
		return layout->minimum;
	switch (layout->kind) {
	case LAYOUT_NULL:
		return layout->minimum = 0;
	case LAYOUT_FIXED:
		return layout->minimum = layout->count;
	case LAYOUT_FLOAT:
		return layout->minimum = 4;
	case LAYOUT_DOUBLE:
		return layout->minimum = 8;
	case LAYOUT_RECORD:
		layout->minimum = 0;
		return layout->minimum = measure_record(layout);
	case LAYOUT_UNION:
		return layout->minimum = measure_union(layout);
	case LAYOUT_ARRAY:
	case LAYOUT_MAP:
		layout->minimum = 1;
		measure(layout->parts[0]);
		return 1;
	case LAYOUT_BOOLEAN:
	case LAYOUT_INT:
	case LAYOUT_LONG:
	case LAYOUT_BYTES:
	case LAYOUT_STRING:
	case LAYOUT_ENUM:
		return layout->minimum = 1;
	}
	abort();
}

enum outcome layout_make(
	struct bytes json, struct arena *arena, struct layout **out, struct err *err)
{
	struct maker maker = {.arena = arena};
	avro_schema_t schema;
	uint64_t fingerprint;

	if (!canonical_fingerprint((const char *)json.data, json.size, &fingerprint))
		return err_set(err, REJECT, "no Avro schema, or nested deeper than 64");
	if (avro_schema_from_json_length((const char *)json.data, json.size, &schema) != 0)
		return err_set(err, REJECT, "no Avro schema: %s", avro_strerror());
	*out = make(&maker, schema);
	avro_schema_decref(schema);
	measure(*out);
	return OK;
}

/* Items that take no bytes may be as many as they like: nobody counts them. */
const uint8_t *layout_block(
	const struct layout *layout, const uint8_t *at, const uint8_t *end, struct block *out)
{
	size_t minimum = layout->parts[0]->minimum + (layout->kind == LAYOUT_MAP ? 1 : 0);

	return take_block(at, end, minimum, out);
}

static const uint8_t *skip(
	const struct layout *layout, const uint8_t *at, const uint8_t *end, int depth);

/* Items without bytes need no loop, however many there are. */
static const uint8_t *skip_items(
	const struct layout *layout, const uint8_t *at, const uint8_t *end, int depth)
{
	const struct layout *items = layout->parts[0];
	bool map = layout->kind == LAYOUT_MAP;
	struct bytes key;
	struct block block;

	for (;;) {
		at = layout_block(layout, at, end, &block);
		if (at == NULL || block.count == 0)
			return at;
		for (size_t i = 0; i < block.count && (map || items->minimum > 0); i++) {
			if (map && (at = take_bytes(at, end, &key)) == NULL)
				return NULL;
			at = skip(items, at, end, depth);
			if (at == NULL)
				return NULL;
		}
		if (block.end != NULL && block.end != at)
			return NULL;
	}
}

static const uint8_t *skip_union(
	const struct layout *layout, const uint8_t *at, const uint8_t *end, int depth)
{
	int branch;

	at = take_index(at, end, (int64_t)layout->count, &branch);
	return at == NULL ? NULL : skip(layout->parts[branch], at, end, depth);
}

static const uint8_t *skip_record(
	const struct layout *layout, const uint8_t *at, const uint8_t *end, int depth)
{
	for (size_t i = 0; i < layout->count && at != NULL; i++)
		at = skip(layout->parts[i], at, end, depth);
	return at;
}

static const uint8_t *skip_size(const uint8_t *at, const uint8_t *end, size_t size)
{
	return (size_t)(end - at) < size ? NULL : at + size;
}

static const uint8_t *skip(
	const struct layout *layout, const uint8_t *at, const uint8_t *end, int depth)
{
	int64_t number;
	int32_t small;
	int index;
	bool truth;
	struct bytes bytes;

	switch (layout->kind) {
	case LAYOUT_NULL:
		return at;
	case LAYOUT_BOOLEAN:
		return take_boolean(at, end, &truth);
	case LAYOUT_INT:
		return take_int(at, end, &small);
	case LAYOUT_LONG:
		return take_long(at, end, &number);
	case LAYOUT_FLOAT:
	case LAYOUT_DOUBLE:
	case LAYOUT_FIXED:
		return skip_size(at, end, layout->minimum);
	case LAYOUT_BYTES:
	case LAYOUT_STRING:
		return take_bytes(at, end, &bytes);
	case LAYOUT_ENUM:
		return take_index(at, end, (int64_t)layout->count, &index);
	case LAYOUT_ARRAY:
	case LAYOUT_MAP:
		return depth == 0 ? NULL : skip_items(layout, at, end, depth - 1);
	case LAYOUT_UNION:
		return skip_union(layout, at, end, depth);
	case LAYOUT_RECORD:
		return depth == 0 ? NULL : skip_record(layout, at, end, depth - 1);
	}
	abort();
}

const uint8_t *layout_skip(const struct layout *layout, const uint8_t *at, const uint8_t *end)
{
	return skip(layout, at, end, DEPTH_MAX);
}
