/* layout - any Avro schema as a tree, and a check of bytes against it. */
#include "hub/wire/layout.h"

#include <avro.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "schemas/binary.h"
#include "schemas/canonical.h"

#define DEPTH_MAX 64
#define UNKNOWN SIZE_MAX /* minimum: not measured yet */

/* avro-c's types and what became of them, for the links back. */
struct made {
	avro_schema_t schema;
	struct layout *layout;
	struct made *next;
};

struct maker {
	struct arena *arena;
	struct made *made;
};

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

static const char *keep(struct maker *maker, const char *text)
{
	return text == NULL ? NULL : arena_string(maker->arena, bytes_of_string(text));
}

static struct layout *find(const struct maker *maker, avro_schema_t schema)
{
	for (const struct made *made = maker->made; made != NULL; made = made->next)
		if (made->schema == schema)
			return made->layout;
	return NULL;
}

static size_t count_of(enum layout_kind kind, avro_schema_t schema)
{
	if (kind == LAYOUT_RECORD)
		return avro_schema_record_size(schema);
	if (kind == LAYOUT_ENUM)
		return (size_t)avro_schema_enum_number_of_symbols(schema);
	if (kind == LAYOUT_UNION)
		return avro_schema_union_size(schema);
	if (kind == LAYOUT_FIXED)
		return (size_t)avro_schema_fixed_size(schema);
	return kind == LAYOUT_ARRAY || kind == LAYOUT_MAP ? 1 : 0;
}

static struct json_object *place_of(struct json_object *list, size_t i)
{
	bool is_list = json_object_is_type(list, json_type_array);

	return is_list ? json_object_array_get_idx(list, i) : NULL;
}

static struct layout *make(struct maker *maker, avro_schema_t schema, struct json_object *json);

static void make_field(struct maker *maker, struct layout *layout, avro_schema_t schema, size_t i,
	struct json_object *json)
{
	avro_schema_t field = avro_schema_record_field_get_by_index(schema, (int)i);
	struct json_object *preset;

	layout->names[i] = keep(maker, avro_schema_record_field_name(schema, (int)i));
	layout->parts[i] = make(maker, field, json_object_object_get(json, "type"));
	if (json_object_object_get_ex(json, "default", &preset))
		layout->presets[i] = keep(maker, json_object_to_json_string(preset));
}

static void make_part(struct maker *maker, struct layout *layout, avro_schema_t schema, size_t i,
	struct json_object *json)
{
	if (layout->kind == LAYOUT_RECORD)
		make_field(maker, layout, schema, i,
			place_of(json_object_object_get(json, "fields"), i));
	else if (layout->kind == LAYOUT_ENUM)
		layout->names[i] = keep(maker, avro_schema_enum_get(schema, (int)i));
	else if (layout->kind == LAYOUT_UNION)
		layout->parts[i] =
			make(maker, avro_schema_union_branch(schema, (int)i), place_of(json, i));
	else if (layout->kind == LAYOUT_ARRAY)
		layout->parts[i] = make(maker, avro_schema_array_items(schema),
			json_object_object_get(json, "items"));
	else
		layout->parts[i] = make(maker, avro_schema_map_values(schema),
			json_object_object_get(json, "values"));
}

/* json: the same place of the text, which has the defaults; avro-c forgets them. */
static struct layout *make(struct maker *maker, avro_schema_t schema, struct json_object *json)
{
	struct layout *layout;
	struct json_object *preset;
	struct made *made;

	if (is_avro_link(schema))
		schema = avro_schema_link_target(schema);
	layout = find(maker, schema);
	if (layout != NULL)
		return layout;
	layout = arena_get(maker->arena, sizeof(*layout));
	made = arena_get(maker->arena, sizeof(*made));
	*made = (struct made){schema, layout, maker->made};
	maker->made = made;
	layout->kind = kinds[avro_typeof(schema)];
	layout->minimum = UNKNOWN;
	layout->name = keep(maker, avro_schema_type_name(schema));
	layout->count = count_of(layout->kind, schema);
	if (layout->kind == LAYOUT_FIXED)
		return layout;
	layout->names = arena_get_array(maker->arena, layout->count, sizeof(*layout->names));
	layout->presets = arena_get_array(maker->arena, layout->count, sizeof(*layout->presets));
	layout->parts = arena_get_array(maker->arena, layout->count, sizeof(struct layout *));
	for (size_t i = 0; i < layout->count; i++)
		make_part(maker, layout, schema, i, json);
	if (layout->kind == LAYOUT_ENUM && json_object_object_get_ex(json, "default", &preset))
		layout->preset = keep(maker, json_object_get_string(preset));
	return layout;
}

static size_t measure(struct layout *layout);

/* A record that is met again while it is measured counts as 0: less than it takes is safe. */
static size_t measure_parts(struct layout *layout)
{
	size_t sum = 0, least = SIZE_MAX;

	layout->minimum = layout->kind == LAYOUT_RECORD ? 0 : 1;
	for (size_t i = 0; i < layout->count; i++) {
		size_t minimum = measure(layout->parts[i]);
		least = minimum < least ? minimum : least;
		sum += minimum;
	}
	if (layout->kind == LAYOUT_RECORD)
		layout->minimum = sum;
	else if (layout->kind == LAYOUT_UNION && layout->count > 0)
		layout->minimum = 1 + least;
	return layout->minimum;
}

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
	case LAYOUT_UNION:
	case LAYOUT_ARRAY:
	case LAYOUT_MAP:
		return measure_parts(layout);
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
	struct json_tokener *tokener;
	struct json_object *root;
	avro_schema_t schema;
	uint64_t fingerprint;

	if (!canonical_fingerprint((const char *)json.data, json.size, &fingerprint))
		return err_set(err, REJECT, "no Avro schema, or nested deeper than 64");
	if (avro_schema_from_json_length((const char *)json.data, json.size, &schema) != 0)
		return err_set(err, REJECT, "no Avro schema: %s", avro_strerror());
	tokener = json_tokener_new();
	root = json_tokener_parse_ex(tokener, (const char *)json.data, (int)json.size);
	*out = make(&maker, schema, root);
	json_object_put(root);
	json_tokener_free(tokener);
	avro_schema_decref(schema);
	measure(*out);
	return OK;
}

bool layout_find_name(const struct layout *layout, const char *name, size_t *out)
{
	for (size_t i = 0; name != NULL && i < layout->count; i++)
		if (strcmp(layout->names[i], name) == 0) {
			*out = i;
			return true;
		}
	return false;
}

static bool write_value(const struct layout *layout, struct json_object *json, struct buffer *out)
{
	struct bytes text = bytes_of_string(json_object_get_string(json));
	size_t symbol = 0;

	switch (layout->kind) {
	case LAYOUT_NULL:
		return true;
	case LAYOUT_BOOLEAN:
		buffer_add(out, json_object_get_boolean(json) ? "\1" : "\0", 1);
		return true;
	case LAYOUT_INT:
	case LAYOUT_LONG:
		append_long(out, json_object_get_int64(json));
		return true;
	case LAYOUT_STRING:
		append_long(out, (int64_t)text.size);
		buffer_add_bytes(out, text);
		return true;
	case LAYOUT_ENUM:
		layout_find_name(layout, json_object_get_string(json), &symbol);
		append_long(out, (int64_t)symbol);
		return true;
	case LAYOUT_ARRAY:
	case LAYOUT_MAP:
		append_long(out, 0);
		return bytes_equal_string(text, "[ ]") || bytes_equal_string(text, "{ }");
	case LAYOUT_UNION:
		append_long(out, 0);
		return layout->count > 0 && write_value(layout->parts[0], json, out);
	case LAYOUT_RECORD:
		for (size_t i = 0; i < layout->count; i++)
			if (layout->presets[i] == NULL || !layout_write_preset(layout, i, out))
				return false;
		return bytes_equal_string(text, "{ }");
	case LAYOUT_FLOAT:
	case LAYOUT_DOUBLE:
	case LAYOUT_BYTES:
	case LAYOUT_FIXED:
		return false;
	}
	abort();
}

bool layout_write_preset(const struct layout *record, size_t field, struct buffer *out)
{
	struct json_object *json = json_tokener_parse(record->presets[field]);
	bool good = write_value(record->parts[field], json, out);

	json_object_put(json);
	return good;
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
