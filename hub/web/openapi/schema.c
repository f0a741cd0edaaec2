/* schema - JSON Schemas (2020-12) of the records that partners send and get. */
#include "hub/web/openapi/schema.h"

#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "hub/base/format.h"
#include "hub/web/json.h"

#define NAME_SIZE 80
#define UUID_PATTERN "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"

/* Which of the two a record is described for. */
struct side {
	struct json_object *components;
	const struct codes *codes; /* NULL: told, not sent */
};

static void add_record(const struct side *side, const struct record *record);

struct json_object *openapi_schema_type(const char *type)
{
	struct json_object *object = json_object_new_object();
	json_put_text(object, "type", type);
	return object;
}

struct json_object *openapi_schema_ref(const char *name)
{
	struct json_object *object = json_object_new_object();
	char path[NAME_SIZE + 32];
	snprintf(path, sizeof(path), "#/components/schemas/%s", name);
	json_put_text(object, "$ref", path);
	return object;
}

static struct json_object *ref_to(const struct side *side, const struct record *record)
{
	char name[NAME_SIZE];
	snprintf(name, sizeof(name), "%s%s", side->codes == NULL ? "Told" : "", record->name);
	add_record(side, record);
	return openapi_schema_ref(name);
}

static struct json_object *of_number(const struct field *field)
{
	struct json_object *object;
	if (field->form == FORM_DATE || field->form == FORM_TIME) {
		object = openapi_schema_type("string");
		json_put_text(object, "format", field->form == FORM_DATE ? "date" : "date-time");
		return object;
	}
	object = openapi_schema_type("integer");
	json_put_number(object, "minimum",
		field->kind == FIELD_INT && field->min < INT32_MIN ? INT32_MIN : field->min);
	json_put_number(object, "maximum",
		field->kind == FIELD_INT && field->max > INT32_MAX ? INT32_MAX : field->max);
	return object;
}

static void put_codes(
	const struct side *side, const struct field *field, struct json_object *object)
{
	struct json_object *list = json_put_array(object, "enum");
	const struct code *code;
	size_t at = 0;
	while ((code = codes_next(side->codes, field->codes, &at)) != NULL)
		json_add_text(list, code->code);
}

static struct json_object *of_string(const struct side *side, const struct field *field)
{
	struct json_object *object = openapi_schema_type("string");
	if (side->codes != NULL && field->codes != NULL)
		put_codes(side, field, object);
	if (side->codes != NULL && field->format != NULL)
		json_put_text(object, "pattern", format_pattern(field->format));
	if (field->presence != FIELD_ARRAY && field->max != INT64_MAX)
		json_put_number(object, "maxLength", field->max);
	return object;
}

static struct json_object *of_enum(const struct field *field)
{
	struct json_object *object = openapi_schema_type("string");
	struct json_object *list = json_put_array(object, "enum");
	for (size_t i = 0; i < field->symbols->count; i++)
		json_add_text(list, field->symbols->names[i]);
	return object;
}

static struct json_object *of_fixed(const struct field *field)
{
	struct json_object *object = openapi_schema_type("string");
	char pattern[40];
	snprintf(pattern, sizeof(pattern), "^[0-9a-fA-F]{%zu}$", 2 * field->fixed_size);
	if (field->form == FORM_UUID)
		json_put_text(object, "format", "uuid");
	json_put_text(object, "pattern", field->form == FORM_UUID ? UUID_PATTERN : pattern);
	return object;
}

/* {"Referral": {…}}: exactly one of them. */
static struct json_object *of_union(const struct side *side, const struct field *field)
{
	struct json_object *object = openapi_schema_type("object");
	struct json_object *members = json_put_object(object, "properties");
	for (size_t i = 0; i < field->branch_count; i++) {
		const struct record *record = field->branches[i].record;
		json_object_object_add(members, record->name, ref_to(side, record));
	}
	json_put_flag(object, "additionalProperties", false);
	json_put_number(object, "minProperties", 1);
	json_put_number(object, "maxProperties", 1);
	return object;
}

static struct json_object *of_value(const struct side *side, const struct field *field)
{
	switch (field->kind) {
	case FIELD_BOOLEAN:
		return openapi_schema_type("boolean");
	case FIELD_INT:
	case FIELD_LONG:
		return of_number(field);
	case FIELD_STRING:
		return of_string(side, field);
	case FIELD_BYTES:
		break;
	case FIELD_FIXED:
		return of_fixed(field);
	case FIELD_ENUM:
		return of_enum(field);
	case FIELD_RECORD:
		return ref_to(side, field->branches[0].record);
	case FIELD_UNION:
		return of_union(side, field);
	}
	return openapi_schema_type("string");
}

static struct json_object *of_array(const struct side *side, const struct field *field)
{
	struct json_object *object = openapi_schema_type("array");
	json_object_object_add(object, "items", of_value(side, field));
	if (field->max != INT64_MAX)
		json_put_number(object, "maxItems", field->max);
	return object;
}

/* A text is an example as it is, all else as JSON. */
static void put_example(const struct field *field, struct json_object *object)
{
	struct json_object *example = NULL;
	bool is_number = (field->kind == FIELD_INT || field->kind == FIELD_LONG) &&
		field->form == FORM_PLAIN;
	if (field->example == NULL || json_object_object_get_ex(object, "$ref", NULL))
		return;
	if (is_number || field->presence == FIELD_ARRAY || field->kind == FIELD_BOOLEAN)
		example = json_tokener_parse(field->example);
	if (example == NULL)
		example = json_object_new_string(field->example);
	json_object_array_add(json_put_array(object, "examples"), example);
}

/* A partner may write null for what it leaves out; the hub leaves it out. */
static struct json_object *or_null(
	const struct side *side, const struct field *field, struct json_object *value)
{
	struct json_object *object, *choices;
	if (side->codes == NULL || (field->presence != FIELD_OPTIONAL && field->preset == NULL))
		return value;
	object = json_object_new_object();
	choices = json_put_array(object, "anyOf");
	json_object_array_add(choices, value);
	json_object_array_add(choices, openapi_schema_type("null"));
	return object;
}

static struct json_object *of_field(const struct side *side, const struct field *field)
{
	struct json_object *value =
		field->presence == FIELD_ARRAY ? of_array(side, field) : of_value(side, field);
	put_example(field, value);
	struct json_object *object = or_null(side, field, value);
	json_put_text(object, "description", field->doc);
	return object;
}

static bool is_shown(const struct side *side, const struct field *field)
{
	bool is_sealed = field->kind == FIELD_RECORD &&
		strcmp(field->branches[0].record->name, "Sealed") == 0;
	return !is_sealed && !(side->codes != NULL && field->by_hub);
}

static bool is_always_there(const struct side *side, const struct field *field)
{
	if (field->presence == FIELD_OPTIONAL)
		return false;
	return side->codes == NULL || field->preset == NULL;
}

static struct json_object *of_record(const struct side *side, const struct record *record)
{
	struct json_object *object = openapi_schema_type("object");
	struct json_object *members = json_put_object(object, "properties");
	struct json_object *required = json_put_array(object, "required");
	for (size_t i = 0; i < record->count; i++) {
		const struct field *field = &record->fields[i];
		if (!is_shown(side, field))
			continue;
		json_object_object_add(members, field->name, of_field(side, field));
		if (is_always_there(side, field))
			json_add_text(required, field->name);
	}
	if (side->codes != NULL)
		json_put_flag(object, "additionalProperties", false);
	return object;
}

static void add_record(const struct side *side, const struct record *record)
{
	char name[NAME_SIZE];
	snprintf(name, sizeof(name), "%s%s", side->codes == NULL ? "Told" : "", record->name);
	if (!json_object_object_get_ex(side->components, name, NULL))
		json_object_object_add(side->components, name, of_record(side, record));
}

void openapi_schema_sent(
	struct json_object *components, const struct record *record, const struct codes *codes)
{
	add_record(&(struct side){components, codes}, record);
}

void openapi_schema_told(struct json_object *components, const struct record *record)
{
	add_record(&(struct side){components, NULL}, record);
}

/* hub/flow/intake/check.c asks for the same. */
struct json_object *openapi_schema_body(const char *body)
{
	const char *const inside[] = {body, NULL};
	const char *const draft[] = {"body", strcmp(body, "Referral") == 0 ? "case" : NULL, NULL};
	struct json_object *object = json_object_new_object();
	struct json_object *members = json_put_object(object, "properties");
	json_add_texts(json_put_array(json_put_object(members, "body"), "required"), inside);
	json_add_texts(json_put_array(object, "required"), draft);
	return object;
}

struct json_object *openapi_schema_event(const char *data)
{
	static const char *const required[] = {"specversion", "id", "source", "type", "data", NULL};
	static const char *const texts[] = {"id", "source", "type", NULL};
	struct json_object *object = openapi_schema_type("object");
	struct json_object *members = json_put_object(object, "properties");
	json_put_parsed(members, "specversion", "{\"type\": \"string\", \"const\": \"1.0\"}");
	for (const char *const *name = texts; *name != NULL; name++)
		json_put_parsed(members, *name,
			"{\"type\": \"string\", \"minLength\": 1, "
			"\"maxLength\": 200}");
	json_put_parsed(members, "time",
		"{\"type\": [\"string\", \"null\"], \"format\": "
		"\"date-time\"}");
	json_put_parsed(members, "traceparent", "{\"type\": [\"string\", \"null\"]}");
	json_object_object_add(members, "data", openapi_schema_ref(data));
	json_add_texts(json_put_array(object, "required"), required);
	return object;
}
