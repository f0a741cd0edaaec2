/* canonical - writes a schema without what does not matter to a reader, and hashes it. */
#include "schemas/canonical.h"

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 64

struct form {
	FILE *out;
	int depth;
};

static bool write_schema(struct form *form, struct json_object *schema, const char *space);

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

static void write_name(struct form *form, const char *name, const char *space)
{
	if (is_primitive(name) || strchr(name, '.') != NULL || space == NULL || *space == '\0')
		fprintf(form->out, "\"%s\"", name);
	else
		fprintf(form->out, "\"%s.%s\"", space, name);
}

static bool write_list(struct form *form, struct json_object *list, const char *space)
{
	fputc('[', form->out);
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		if (i > 0)
			fputc(',', form->out);
		if (!write_schema(form, json_object_array_get_idx(list, i), space))
			return false;
	}
	fputc(']', form->out);
	return true;
}

static bool write_field(struct form *form, struct json_object *field, const char *space)
{
	const char *name = member(field, "name");
	struct json_object *type;

	if (name == NULL || !json_object_object_get_ex(field, "type", &type))
		return false;
	fprintf(form->out, "{\"name\":\"%s\",\"type\":", name);
	if (!write_schema(form, type, space))
		return false;
	fputc('}', form->out);
	return true;
}

static bool write_fields(struct form *form, struct json_object *schema, const char *space)
{
	struct json_object *fields;

	if (!json_object_object_get_ex(schema, "fields", &fields) ||
		!json_object_is_type(fields, json_type_array))
		return false;
	fputs(",\"fields\":[", form->out);
	for (size_t i = 0; i < json_object_array_length(fields); i++) {
		if (i > 0)
			fputc(',', form->out);
		if (!write_field(form, json_object_array_get_idx(fields, i), space))
			return false;
	}
	fputs("]}", form->out);
	return true;
}

static bool write_symbols(struct form *form, struct json_object *schema)
{
	struct json_object *symbols;

	if (!json_object_object_get_ex(schema, "symbols", &symbols) ||
		!json_object_is_type(symbols, json_type_array))
		return false;
	fputs(",\"symbols\":[", form->out);
	for (size_t i = 0; i < json_object_array_length(symbols); i++)
		fprintf(form->out, "%s\"%s\"", i > 0 ? "," : "",
			json_object_get_string(json_object_array_get_idx(symbols, i)));
	fputs("]}", form->out);
	return true;
}

static bool write_size(struct form *form, struct json_object *schema)
{
	struct json_object *size;

	if (!json_object_object_get_ex(schema, "size", &size))
		return false;
	fprintf(form->out, ",\"size\":%lld}", (long long)json_object_get_int64(size));
	return true;
}

static bool write_named(
	struct form *form, struct json_object *schema, const char *type, const char *outer)
{
	const char *name = member(schema, "name"), *space = member(schema, "namespace");
	char own[256];

	if (name == NULL)
		return false;
	if (space == NULL)
		space = outer;
	const char *dot = strrchr(name, '.');
	if (dot != NULL) {
		snprintf(own, sizeof(own), "%.*s", (int)(dot - name), name);
		space = own;
	}
	fputs("{\"name\":", form->out);
	write_name(form, name, space);
	fprintf(form->out, ",\"type\":\"%s\"", strcmp(type, "error") == 0 ? "record" : type);
	if (strcmp(type, "enum") == 0)
		return write_symbols(form, schema);
	if (strcmp(type, "fixed") == 0)
		return write_size(form, schema);
	return write_fields(form, schema, space);
}

static bool write_inner(
	struct form *form, struct json_object *schema, const char *part, const char *space)
{
	struct json_object *inner;

	if (!json_object_object_get_ex(schema, part, &inner))
		return false;
	fprintf(form->out, "{\"type\":\"%s\",\"%s\":", part[0] == 'i' ? "array" : "map", part);
	if (!write_schema(form, inner, space))
		return false;
	fputc('}', form->out);
	return true;
}

static bool write_object(struct form *form, struct json_object *schema, const char *space)
{
	const char *type = member(schema, "type");
	struct json_object *inner;

	if (type == NULL)
		return json_object_object_get_ex(schema, "type", &inner) &&
			write_schema(form, inner, space);
	if (strcmp(type, "array") == 0)
		return write_inner(form, schema, "items", space);
	if (strcmp(type, "map") == 0)
		return write_inner(form, schema, "values", space);
	if (strcmp(type, "record") == 0 || strcmp(type, "error") == 0 ||
		strcmp(type, "enum") == 0 || strcmp(type, "fixed") == 0)
		return write_named(form, schema, type, space);
	write_name(form, type, space);
	return true;
}

static bool write_schema(struct form *form, struct json_object *schema, const char *space)
{
	bool good = false;

	if (++form->depth > DEPTH_MAX)
		return false;
	if (json_object_is_type(schema, json_type_string)) {
		write_name(form, json_object_get_string(schema), space);
		good = true;
	} else if (json_object_is_type(schema, json_type_array)) {
		good = write_list(form, schema, space);
	} else if (json_object_is_type(schema, json_type_object)) {
		good = write_object(form, schema, space);
	}
	form->depth--;
	return good;
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
	char *text = NULL;
	size_t length;
	struct form form = {.out = open_memstream(&text, &length)};

	if (form.out == NULL)
		abort();
	bool good = schema != NULL && write_schema(&form, schema, NULL);
	json_object_put(schema);
	if (fclose(form.out) != 0)
		abort();
	if (good)
		return text;
	free(text);
	return NULL;
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
