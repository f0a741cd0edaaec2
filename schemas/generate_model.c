/* generate_model - what the schemas say: types from avro-c, docs and annotations from the JSON. */
#include "schemas/generate.h"

#include <string.h>

#include "schemas/canonical.h"

static struct named *model_named(
	struct model *model, avro_schema_t schema, struct json_object *json);

static struct named *find_named(const struct model *model, const char *name)
{
	for (size_t i = 0; i < model->type_count; i++)
		if (strcmp(model->types[i]->name, name) == 0)
			return model->types[i];
	return NULL;
}

static enum kind kind_of(avro_schema_t schema)
{
	static const struct {
		avro_type_t type;
		enum kind kind;
	} rows[] = {{AVRO_BOOLEAN, BOOLEAN}, {AVRO_INT32, INT}, {AVRO_INT64, LONG},
		{AVRO_STRING, STRING}, {AVRO_BYTES, BYTES}, {AVRO_FIXED, FIXED}, {AVRO_ENUM, ENUM},
		{AVRO_RECORD, RECORD}, {AVRO_ARRAY, ARRAY}, {AVRO_UNION, UNION}};

	if (is_avro_link(schema))
		return kind_of(avro_schema_link_target(schema));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].type == avro_typeof(schema))
			return rows[i].kind;
	fail("type %s is not supported", avro_schema_type_name(schema));
}

static struct type *model_type(struct model *model, avro_schema_t schema, struct json_object *json)
{
	struct type *type = keep(1, sizeof(*type));

	type->kind = kind_of(schema);
	type->json = json_object_is_type(json, json_type_object) ? json : NULL;
	if (type->kind == ARRAY) {
		struct json_object *items;
		if (!json_object_object_get_ex(json, "items", &items))
			fail("an array without items");
		type->items = model_type(model, avro_schema_array_items(schema), items);
		if (type->items->kind == ARRAY || type->items->kind == UNION)
			fail("arrays of arrays or of unions are not supported");
	} else if (type->kind == FIXED || type->kind == ENUM || type->kind == RECORD) {
		type->named = model_named(model, schema, json);
	} else if (type->kind == UNION) {
		type->branch_count = avro_schema_union_size(schema);
		type->branches = keep(type->branch_count, sizeof(*type->branches));
		for (size_t i = 0; i < type->branch_count; i++) {
			avro_schema_t branch = avro_schema_union_branch(schema, (int)i);
			if (kind_of(branch) != RECORD)
				fail("a union is null and one type, or records");
			type->branches[i] =
				model_named(model, branch, json_object_array_get_idx(json, i));
		}
	}
	return type;
}

static bool is_optional(avro_schema_t schema)
{
	return is_avro_union(schema) && avro_schema_union_size(schema) == 2 &&
		is_avro_null(avro_schema_union_branch(schema, 0));
}

/* What a field may have as default, so that all who fill it in can do so from its text alone. */
static bool is_preset(const struct type *type, struct json_object *preset)
{
	bool plain = json_text(type->json, "logicalType") == NULL;

	switch (type->kind) {
	case BOOLEAN:
		return json_object_is_type(preset, json_type_boolean);
	case INT:
	case LONG:
		return plain && json_object_is_type(preset, json_type_int);
	case STRING:
		return json_object_is_type(preset, json_type_string);
	case ENUM:
		for (size_t i = 0; i < type->named->count; i++)
			if (strcmp(type->named->symbols[i], json_object_get_string(preset)) == 0)
				return true;
		return false;
	case RECORD:
		for (size_t i = 0; i < type->named->count; i++)
			if (!json_object_object_get_ex(
				    type->named->fields[i].json, "default", NULL))
				return false;
		return json_object_is_type(preset, json_type_object) &&
			json_object_object_length(preset) == 0;
	case ARRAY:
		return json_object_is_type(preset, json_type_array) &&
			json_object_array_length(preset) == 0;
	case BYTES:
	case FIXED:
	case UNION:
		break;
	}
	return false;
}

static void check_field(const char *record, const struct field *field)
{
	struct json_object *preset = NULL;
	bool has_preset = json_object_object_get_ex(field->json, "default", &preset);

	if (json_text(field->json, "doc") == NULL)
		fail("%s.%s has no doc", record, field->name);
	if (field->optional && (!has_preset || preset != NULL))
		fail("%s.%s: what may be null has null as default", record, field->name);
	if (field->optional && (field->type->kind == ARRAY || field->type->kind == UNION))
		fail("%s.%s: an array or a union of records cannot be null", record, field->name);
	if (field->type->kind == ARRAY && !has_preset)
		fail("%s.%s: an array has [] as default", record, field->name);
	if (!field->optional && has_preset && !is_preset(field->type, preset))
		fail("%s.%s: no default of its type, or one that is not supported", record,
			field->name);
}

static struct field model_field(
	struct model *model, avro_schema_t record, int index, struct json_object *json)
{
	avro_schema_t schema = avro_schema_record_field_get_by_index(record, index);
	struct field field = {.json = json, .optional = is_optional(schema)};
	struct json_object *type = json_object_object_get(json, "type");

	field.name = avro_schema_record_field_name(record, index);
	field.c_name = snake_case(field.name);
	if (field.optional) {
		schema = avro_schema_union_branch(schema, 1);
		type = json_object_array_get_idx(type, 1);
	}
	field.type = model_type(model, schema, type);
	check_field(avro_schema_name(record), &field);
	return field;
}

static void model_fields(
	struct model *model, struct named *named, avro_schema_t schema, struct json_object *json)
{
	struct json_object *fields = json_object_object_get(json, "fields");

	named->count = avro_schema_record_size(schema);
	named->fields = keep(named->count, sizeof(*named->fields));
	for (size_t i = 0; i < named->count; i++)
		named->fields[i] =
			model_field(model, schema, (int)i, json_object_array_get_idx(fields, i));
}

/* The last one stands for all that are newer than who reads. C does not have it, so that nobody can
 * write it, and who reads it refuses. */
static void model_symbols(struct named *named, avro_schema_t schema, struct json_object *json)
{
	const char *preset = json_text(json, "default");

	named->count = (size_t)avro_schema_enum_number_of_symbols(schema) - 1;
	named->symbols = keep(named->count, sizeof(*named->symbols));
	for (size_t i = 0; i < named->count; i++)
		named->symbols[i] = avro_schema_enum_get(schema, (int)i);
	if (preset == NULL || strcmp(preset, avro_schema_enum_get(schema, (int)named->count)) != 0)
		fail("%s: its default is its last symbol, which stands for those that are newer "
		     "than who reads",
			named->name);
}

static struct named *model_named(
	struct model *model, avro_schema_t schema, struct json_object *json)
{
	struct named *named;

	if (is_avro_link(schema))
		schema = avro_schema_link_target(schema);
	named = find_named(model, avro_schema_name(schema));
	if (named != NULL)
		return named;
	named = keep(1, sizeof(*named));
	named->kind = kind_of(schema);
	named->name = avro_schema_name(schema);
	named->c_name = snake_case(named->name);
	named->doc = json_text(json, "doc");
	if (named->doc == NULL)
		fail("%s has no doc", named->name);
	if (named->kind == RECORD)
		model_fields(model, named, schema, json);
	else if (named->kind == ENUM)
		model_symbols(named, schema, json);
	else
		named->count = (size_t)avro_schema_fixed_size(schema);
	if (model->type_count == TYPES_MAX)
		fail("more than %d types", TYPES_MAX);
	model->types[model->type_count++] = named;
	return named;
}

void model_add(struct model *model, struct json_object *json, bool part)
{
	const char *text = json_object_to_json_string_ext(
		json, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	struct schema_text *out = &model->schemas[model->schema_count++];
	avro_schema_t schema;

	if (avro_schema_from_json_length(text, strlen(text), &schema) != 0)
		fail("%s: %s", json_text(json, "name"), avro_strerror());
	if (!is_avro_record(schema))
		fail("%s is not a record", json_text(json, "name"));
	out->json = keep_format("%s", text);
	out->name = avro_schema_name(schema);
	out->c_name = snake_case(out->name);
	out->topic = json_text(json, "topic");
	out->part = part;
	if (!canonical_fingerprint(text, strlen(text), &out->fingerprint))
		fail("%s has no canonical form", out->name);
	model_named(model, schema, json);
}
