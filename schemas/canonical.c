/* canonical - writes a schema without what does not matter to a reader, and hashes it. */
#include "schemas/canonical.h"

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 64

/* Where a schema stands. */
struct place {
	const char *space; /* namespace around it; NULL: none */
	int depth;
};

/* What a type has besides its name, in the order of the canonical form. */
struct complex_type {
	const char *name;
	bool named;
	const char *part; /* required */
};

static const struct complex_type complex_types[] = {
	{"record", true, "fields"},
	{"error", true, "fields"},
	{"enum", true, "symbols"},
	{"fixed", true, "size"},
	{"array", false, "items"},
	{"map", false, "values"},
};

/* NULL: it is no schema. */
static struct json_object *form_of(struct json_object *schema, struct place place);

static const char *member(struct json_object *object, const char *name)
{
	struct json_object *value;

	if (!json_object_object_get_ex(object, name, &value) ||
		!json_object_is_type(value, json_type_string))
		return NULL;
	return json_object_get_string(value);
}

static bool is_primitive(const char *type)
{
	static const char *const names[] = {
		"null", "boolean", "int", "long", "float", "double", "bytes", "string"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(type, names[i]) == 0)
			return true;
	return false;
}

static struct json_object *name_form(const char *name, const char *space)
{
	char full[512];

	if (is_primitive(name) || strchr(name, '.') != NULL || space == NULL || *space == '\0')
		return json_object_new_string(name);
	snprintf(full, sizeof(full), "%s.%s", space, name);
	return json_object_new_string(full);
}

static struct json_object *field_form(struct json_object *field, struct place place)
{
	const char *name = member(field, "name");
	struct json_object *type = form_of(json_object_object_get(field, "type"), place), *out;

	if (name == NULL || type == NULL) {
		json_object_put(type);
		return NULL;
	}
	out = json_object_new_object();
	json_object_object_add(out, "name", json_object_new_string(name));
	json_object_object_add(out, "type", type);
	return out;
}

typedef struct json_object *form_fn(struct json_object *item, struct place place);

static struct json_object *list_form(struct json_object *list, struct place place, form_fn *form)
{
	struct json_object *out = json_object_new_array();

	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *item = form(json_object_array_get_idx(list, i), place);
		if (item == NULL) {
			json_object_put(out);
			return NULL;
		}
		json_object_array_add(out, item);
	}
	return out;
}

static struct json_object *part_form(
	const struct complex_type *type, struct json_object *part, struct place place)
{
	bool is_list = json_object_is_type(part, json_type_array);

	if (!type->named)
		return form_of(part, place);
	if (strcmp(type->part, "fields") == 0)
		return is_list ? list_form(part, place, field_form) : NULL;
	if (strcmp(type->part, "symbols") == 0)
		return is_list ? json_object_get(part) : NULL;
	return part == NULL ? NULL : json_object_new_int64(json_object_get_int64(part));
}

static struct json_object *complex_form(
	const struct complex_type *type, struct json_object *schema, struct place place)
{
	const char *name = member(schema, "name"), *space = member(schema, "namespace");
	const char *dot = name == NULL ? NULL : strrchr(name, '.');
	char own[256];
	struct json_object *out, *part;

	if (type->named && name == NULL)
		return NULL;
	if (type->named && space != NULL)
		place.space = space;
	if (type->named && dot != NULL) {
		snprintf(own, sizeof(own), "%.*s", (int)(dot - name), name);
		place.space = own;
	}
	part = part_form(type, json_object_object_get(schema, type->part), place);
	if (part == NULL)
		return NULL;
	out = json_object_new_object();
	if (type->named)
		json_object_object_add(out, "name", name_form(name, place.space));
	json_object_object_add(out, "type",
		json_object_new_string(strcmp(type->name, "error") == 0 ? "record" : type->name));
	json_object_object_add(out, type->part, part);
	return out;
}

static struct json_object *object_form(struct json_object *schema, struct place place)
{
	const char *type = member(schema, "type");

	if (type == NULL)
		return form_of(json_object_object_get(schema, "type"), place);
	for (size_t i = 0; i < sizeof(complex_types) / sizeof(complex_types[0]); i++)
		if (strcmp(type, complex_types[i].name) == 0)
			return complex_form(&complex_types[i], schema, place);
	return name_form(type, place.space);
}

static struct json_object *form_of(struct json_object *schema, struct place place)
{
	if (++place.depth > DEPTH_MAX)
		return NULL;
	if (json_object_is_type(schema, json_type_string))
		return name_form(json_object_get_string(schema), place.space);
	if (json_object_is_type(schema, json_type_array))
		return list_form(schema, place, form_of);
	if (json_object_is_type(schema, json_type_object))
		return object_form(schema, place);
	return NULL;
}

static struct json_object *parse(const char *json, size_t size)
{
	struct json_tokener *tokener;
	struct json_object *schema = NULL;

	if (size == 0 || size > INT32_MAX || (tokener = json_tokener_new()) == NULL)
		return NULL;
	schema = json_tokener_parse_ex(tokener, json, (int)size);
	/* A bare "string" or number at the end of the input is complete only for who knows the end.
	 */
	if (schema == NULL && json_tokener_get_error(tokener) == json_tokener_continue)
		schema = json_tokener_parse_ex(tokener, "", 1);
	json_tokener_free(tokener);
	return schema;
}

char *canonical_form(const char *json, size_t size)
{
	struct json_object *schema = parse(json, size);
	struct json_object *form = form_of(schema, (struct place){0});
	char *text = NULL;

	if (form != NULL)
		text = strdup(json_object_to_json_string_ext(
			form, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(form);
	json_object_put(schema);
	return text;
}

static uint64_t crc_64_avro(const char *text)
{
	const uint64_t empty = UINT64_C(0xc15d213aa4d7a795);
	uint64_t crc = empty;

	for (; *text != '\0'; text++) {
		crc ^= (uint8_t)*text;
		for (int bit = 0; bit < 8; bit++)
			crc = (crc >> 1) ^ (empty & -(crc & 1));
	}
	return crc;
}

bool canonical_fingerprint(const char *json, size_t size, uint64_t *out)
{
	char *form = canonical_form(json, size);

	if (form == NULL)
		return false;
	*out = crc_64_avro(form);
	free(form);
	return true;
}
