/* generate_tables - writes what the schemas say of every field as rows, and the functions on them.
 */
#include "schemas/generate.h"

#include <inttypes.h>
#include <string.h>

static const char *const kind_names[] = {
	[BOOLEAN] = "FIELD_BOOLEAN",
	[INT] = "FIELD_INT",
	[LONG] = "FIELD_LONG",
	[STRING] = "FIELD_STRING",
	[BYTES] = "FIELD_BYTES",
	[FIXED] = "FIELD_FIXED",
	[ENUM] = "FIELD_ENUM",
	[RECORD] = "FIELD_RECORD",
	[UNION] = "FIELD_UNION",
};

static void write_enum(FILE *out, const struct named *named)
{
	const char *name = named->c_name;

	fprintf(out, "static const char *const %s_names[] = {", name);
	for (size_t i = 0; i < named->count; i++)
		fprintf(out, "%s\"%s\"", i > 0 ? ", " : "", named->symbols[i]);
	fill(out,
		"};\nstatic const struct symbols $0_symbols = {\"$1\", $0_names, $2};\n"
		"const char *$0_name(enum $0 value)\n{\n"
		"\treturn symbol_name(&$0_symbols, (unsigned)value);\n}\n"
		"bool $0_from_name(struct bytes name, enum $0 *out)\n{\n"
		"\tunsigned value;\n\n"
		"\tif (!symbol_find(&$0_symbols, name, &value))\n\t\treturn false;\n"
		"\t*out = (enum $0)value;\n\treturn true;\n}\n\n",
		name, named->name, keep_format("%zu", named->count));
}

/* The records that a field may hold, as an array of struct branch. */
static void write_branches(FILE *out, const struct named *record, const struct field *field)
{
	const struct type *type = field->type->kind == ARRAY ? field->type->items : field->type;

	if (type->kind != RECORD && type->kind != UNION)
		return;
	fill(out, "static const struct branch $0_$1_branches[] = {", record->c_name, field->c_name);
	for (size_t i = 0; i < type->branch_count; i++)
		fill(out, "\n\t{&$2_record, offsetof(struct $0, $1_$2)},", record->c_name,
			field->c_name, type->branches[i]->c_name);
	if (type->kind == RECORD)
		fill(out, "\n\t{&$2_record, offsetof(struct $0, $1)},", record->c_name,
			field->c_name, type->named->c_name);
	fputs("\n};\n", out);
}

static const char *form_of(const struct type *type)
{
	const char *logical = json_text(type->json, "logicalType");

	if (type->kind == FIXED)
		return strcmp(type->named->name, "Uuid") == 0 ? "FORM_UUID" : "FORM_PLAIN";
	if (logical == NULL)
		return "FORM_PLAIN";
	if (type->kind == INT && strcmp(logical, "date") == 0)
		return "FORM_DATE";
	if (type->kind == LONG && strcmp(logical, "timestamp-millis") == 0)
		return "FORM_TIME";
	fail("logical type %s is not supported", logical);
}

static void write_text(FILE *out, const char *name, const char *text)
{
	if (text == NULL)
		return;
	fprintf(out, " .%s = ", name);
	write_c_string(out, text);
	fputc(',', out);
}

/* The limit that a schema sets, of the array where there is one. */
static void write_limits(FILE *out, const struct type *type)
{
	const char *min = json_text(type->json, "min"), *max = json_text(type->json, "max");

	fprintf(out, " .min = %s,", min != NULL ? min : "INT64_MIN");
	fprintf(out, " .max = %s,", max != NULL ? max : "INT64_MAX");
	if (type->kind == ARRAY &&
		(json_text(type->items->json, "min") != NULL ||
			json_text(type->items->json, "max") != NULL))
		fail("limits on the items of an array are not supported");
}

static void write_place(FILE *out, const char *record, const struct field *field)
{
	const struct type *type = field->type;
	const char *name = field->c_name;

	if (type->kind == UNION)
		return;
	fill(out, " .offset = offsetof(struct $0, $1),", record, name);
	if (type->kind == ARRAY)
		fill(out,
			" .also = offsetof(struct $0, $1_count),"
			" .item_size = sizeof(((struct $0 *)NULL)->$1[0]),",
			record, name);
	else if (field->optional && type->kind != STRING && type->kind != BYTES &&
		type->kind != RECORD)
		fill(out, " .also = offsetof(struct $0, has_$1),", record, name);
}

static const char *preset_of(const struct field *field)
{
	struct json_object *preset;

	if (!json_object_object_get_ex(field->json, "default", &preset) || preset == NULL)
		return NULL;
	return json_object_to_json_string_ext(preset, JSON_C_TO_STRING_PLAIN);
}

/* A field without an example that holds a record: of the record's required fields. */
static const char *example_of(const struct field *field)
{
	const char *own = json_text(field->json, "example");
	struct json_object *example;

	if (own != NULL || field->type->kind != RECORD)
		return own;
	example = json_object_new_object();
	for (size_t i = 0; i < field->type->named->count; i++) {
		const struct field *inner = &field->type->named->fields[i];
		const char *text = json_text(inner->json, "example");
		if (!inner->optional && text != NULL)
			json_object_object_add(example, inner->name, json_object_new_string(text));
	}
	if (json_object_object_length(example) == 0)
		return NULL;
	return json_object_to_json_string_ext(example, JSON_C_TO_STRING_PLAIN);
}

static void check_by_hub(const struct named *record, const struct field *field)
{
	const char *preset = preset_of(field);

	if (!field->optional &&
		(field->type->kind != BOOLEAN || preset == NULL || strcmp(preset, "false") != 0))
		fail("%s.%s: \"by\":\"hub\" needs a field that may be null, or is false by default",
			record->name, field->name);
}

static void write_field(FILE *out, const struct named *record, const struct field *field)
{
	const struct type *type = field->type;
	const struct type *value = type->kind == ARRAY ? type->items : type;

	fprintf(out, "\t{.name = \"%s\", .name_size = %zu,", field->name, strlen(field->name));
	write_text(out, "doc", json_text(field->json, "doc"));
	write_text(out, "example", example_of(field));
	write_text(out, "preset", preset_of(field));
	fprintf(out, "\n\t\t.kind = %s,", kind_names[value->kind]);
	fprintf(out, " .presence = %s,",
		type->kind == ARRAY       ? "FIELD_ARRAY"
			: field->optional ? "FIELD_OPTIONAL"
					  : "FIELD_REQUIRED");
	fprintf(out, " .form = %s,", form_of(value));
	if (json_text(field->json, "by") != NULL) {
		check_by_hub(record, field);
		fputs(" .by_hub = true,", out);
	}
	fputs("\n\t\t", out);
	write_place(out, record->c_name, field);
	if (value->kind == FIXED)
		fprintf(out, " .fixed_size = %zu,", value->named->count);
	if (value->kind == ENUM)
		fprintf(out, " .symbols = &%s_symbols,", value->named->c_name);
	if (value->kind == RECORD || value->kind == UNION)
		fprintf(out, " .branches = %s_%s_branches, .branch_count = %zu,", record->c_name,
			field->c_name, value->kind == RECORD ? 1 : value->branch_count);
	fputs("\n\t\t", out);
	write_limits(out, type);
	write_text(out, "codes", json_text(value->json, "codes"));
	write_text(out, "format", json_text(value->json, "format"));
	fputs("},\n", out);
}

static void write_functions(FILE *out, const char *name)
{
	fprintf(out,
		"struct json_object *%s_to_json(const struct %s *in)\n{\n"
		"\treturn record_to_json(&%s_record, in);\n}\n"
		"bool %s_from_json(\n"
		"\tstruct %s *out, const struct json_tree *in, struct problems *problems)\n{\n"
		"\treturn record_from_json(&%s_record, out, in, problems);\n}\n"
		"void %s_check(const struct %s *in, const struct codes *codes,\n"
		"\tenum check_author author, struct problems *problems)\n{\n"
		"\tstruct check check = {codes, author, problems};\n\n"
		"\trecord_check(&%s_record, in, &check);\n}\n\n",
		name, name, name, name, name, name, name, name, name);
}

static void write_record(FILE *out, const struct named *record)
{
	for (size_t i = 0; i < record->count; i++)
		write_branches(out, record, &record->fields[i]);
	fprintf(out, "static const struct field %s_fields[] = {\n", record->c_name);
	for (size_t i = 0; i < record->count; i++)
		write_field(out, record, &record->fields[i]);
	fprintf(out,
		"};\nstatic const struct record %s_record = {\n"
		"\t\"%s\", sizeof(struct %s), %s_fields, %zu};\n\n",
		record->c_name, record->name, record->c_name, record->c_name, record->count);
	write_functions(out, record->c_name);
}

/* Functions on a record whose type the caller does not know. */
static void write_untyped(FILE *out, const char *name)
{
	fprintf(out,
		"static void untyped_%s_encode(const void *in, struct buffer *out)\n{\n"
		"\t%s_encode(in, out);\n}\n"
		"static enum outcome untyped_%s_decode(\n"
		"\tvoid *out, struct bytes in, struct arena *arena, struct err *err)\n{\n"
		"\treturn %s_decode(out, in, arena, err);\n}\n"
		"static struct json_object *untyped_%s_to_json(const void *in)\n{\n"
		"\treturn %s_to_json(in);\n}\n"
		"static bool untyped_%s_from_json(\n"
		"\tvoid *out, const struct json_tree *in, struct problems *problems)\n{\n"
		"\treturn %s_from_json(out, in, problems);\n}\n"
		"static void untyped_%s_check(const void *in, const struct codes *codes,\n"
		"\tenum check_author author, struct problems *problems)\n{\n"
		"\t%s_check(in, codes, author, problems);\n}\n",
		name, name, name, name, name, name, name, name, name, name);
}

static void write_schema(FILE *out, const struct schema_text *schema)
{
	const char *name = schema->c_name;

	write_untyped(out, name);
	fprintf(out, "const struct schema schema_%s = {\n\t.name = \"%s\",\n\t.json =\n\t\t", name,
		schema->name);
	write_c_string(out, schema->json);
	fputs(",\n\t.topic = ", out);
	write_c_string(out, schema->topic);
	fprintf(out, ",\n\t.fingerprint = UINT64_C(0x%016" PRIx64 "),\n", schema->fingerprint);
	fprintf(out,
		"\t.size = sizeof(struct %s),\n\t.rows = &%s_record,\n"
		"\t.encode = untyped_%s_encode,\n\t.decode = untyped_%s_decode,\n"
		"\t.to_json = untyped_%s_to_json,\n\t.from_json = untyped_%s_from_json,\n"
		"\t.check = untyped_%s_check};\n\n",
		name, name, name, name, name, name, name);
}

static void write_lists(FILE *out, const struct model *model)
{
	fputs("const struct schema *const schemas_all[] = {\n", out);
	for (size_t i = 0; i < model->schema_count; i++)
		if (!model->schemas[i].part)
			fprintf(out, "\t&schema_%s,\n", model->schemas[i].c_name);
	fputs("\tNULL,\n};\n\n", out);
	fputs("const struct schema *schema_find(const char *name)\n{\n", out);
	for (size_t i = 0; i < model->schema_count; i++)
		fprintf(out, "\tif (strcmp(name, \"%s\") == 0)\n\t\treturn &schema_%s;\n",
			model->schemas[i].name, model->schemas[i].c_name);
	fputs("\treturn NULL;\n}\n", out);
}

void generate_tables(FILE *out, const struct model *model)
{
	fputs("/* types_tables - what the schemas say of every field; made by schemas/generate. "
	      "*/\n"
	      "#include \"schemas/types.h\"\n\n"
	      "#include <string.h>\n\n"
	      "#include \"schemas/tables.h\"\n\n"
	      "/* A schema is one literal, whatever its length. */\n"
	      "#pragma GCC diagnostic ignored \"-Woverlength-strings\"\n\n",
		out);
	for (size_t i = 0; i < model->type_count; i++) {
		if (model->types[i]->kind == ENUM)
			write_enum(out, model->types[i]);
		else if (model->types[i]->kind == RECORD)
			write_record(out, model->types[i]);
	}
	for (size_t i = 0; i < model->schema_count; i++)
		write_schema(out, &model->schemas[i]);
	write_lists(out, model);
}
