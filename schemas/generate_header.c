/* generate_header - writes types.h: structs, enums and the functions that every record has. */
#include "schemas/generate.h"

static void write_doc(FILE *out, const char *indent, const char *doc)
{
	fprintf(out, "%s/* %s */\n", indent, doc);
}

static const char *c_type(const struct type *type)
{
	static const char *const names[] = {
		[BOOLEAN] = "bool",
		[INT] = "int32_t",
		[LONG] = "int64_t",
		[STRING] = "struct bytes",
		[BYTES] = "struct bytes",
	};

	if (type->named == NULL)
		return names[type->kind];
	return keep_format("%s %s", type->kind == ENUM ? "enum" : "struct", type->named->c_name);
}

static void write_field(FILE *out, const struct field *field)
{
	const struct type *type = field->type;

	write_doc(out, "\t", json_text(field->json, "doc"));
	if (type->kind == ARRAY) {
		fprintf(out, "\t%s *%s;\n", c_type(type->items), field->c_name);
		fprintf(out, "\tsize_t %s_count;\n", field->c_name);
	} else if (type->kind == UNION) {
		for (size_t i = 0; i < type->branch_count; i++)
			fprintf(out, "\tstruct %s *%s_%s;\n", type->branches[i]->c_name,
				field->c_name, type->branches[i]->c_name);
	} else if (field->optional && type->kind == RECORD) {
		fprintf(out, "\t%s *%s;\n", c_type(type), field->c_name);
	} else {
		if (field->optional && type->kind != STRING && type->kind != BYTES)
			fprintf(out, "\tbool has_%s;\n", field->c_name);
		fprintf(out, "\t%s %s;\n", c_type(type), field->c_name);
	}
}

static void write_functions(FILE *out, const char *name)
{
	fprintf(out,
		"void %s_encode(const struct %s *in, struct buffer *out);\n"
		"enum outcome %s_decode(struct %s *out, struct bytes in, struct arena *arena, "
		"struct err *err) MUST_CHECK;\n"
		"struct json_object *%s_to_json(const struct %s *in);\n"
		"bool %s_from_json(struct %s *out, const struct json_tree *in, struct problems "
		"*problems);\n"
		"void %s_check(const struct %s *in, const struct codes *codes, "
		"enum check_author author, struct problems *problems);\n\n",
		name, name, name, name, name, name, name, name, name, name);
}

static void write_record(FILE *out, const struct named *named)
{
	write_doc(out, "", named->doc);
	fprintf(out, "struct %s {\n", named->c_name);
	for (size_t i = 0; i < named->count; i++)
		write_field(out, &named->fields[i]);
	fputs("};\n", out);
	write_functions(out, named->c_name);
}

static void write_enum(FILE *out, const struct named *named)
{
	const char *upper = upper_case(named->c_name);

	write_doc(out, "", named->doc);
	fprintf(out, "enum %s {\n", named->c_name);
	for (size_t i = 0; i < named->count; i++)
		fprintf(out, "\t%s_%s,\n", upper, named->symbols[i]);
	fprintf(out, "};\n#define %s_COUNT %zu\n", upper, named->count);
	fprintf(out, "const char *%s_name(enum %s value);\n", named->c_name, named->c_name);
	fprintf(out, "bool %s_from_name(struct bytes name, enum %s *out);\n\n", named->c_name,
		named->c_name);
}

static void write_fixed(FILE *out, const struct named *named)
{
	write_doc(out, "", named->doc);
	fprintf(out, "struct %s {\n\tuint8_t data[%zu];\n};\n\n", named->c_name, named->count);
}

static const char top[] = "/* types - the shared schema as C types; made from the .avsc files by "
			  "schemas/generate. */\n"
			  "#ifndef SCHEMAS_TYPES_H\n"
			  "#define SCHEMAS_TYPES_H\n\n"
			  "#include <stdbool.h>\n"
			  "#include <stddef.h>\n"
			  "#include <stdint.h>\n\n"
			  "#include \"schemas/schema.h\"\n\n"
			  "/* What the functions of a record do stands in schemas/schema.h. */\n\n";

void generate_header(FILE *out, const struct model *model)
{
	fputs(top, out);
	for (size_t i = 0; i < model->type_count; i++) {
		const struct named *named = model->types[i];
		if (named->kind == RECORD)
			write_record(out, named);
		else if (named->kind == ENUM)
			write_enum(out, named);
		else
			write_fixed(out, named);
	}
	for (size_t i = 0; i < model->schema_count; i++)
		fprintf(out, "extern const struct schema schema_%s;\n", model->schemas[i].c_name);
	fputs("\n#endif\n", out);
}
