/* generate_encode - writes the encoders: first how many bytes are enough, then the bytes. */
#include "schemas/generate.h"

static size_t varint_size(size_t value)
{
	size_t size = 1;

	for (value *= 2; value >= 0x80; value >>= 7)
		size++;
	return size;
}

/* What a value takes at most, besides the content of strings, arrays, and what is behind pointers.
 */
static size_t constant_bound(const struct field *field)
{
	size_t null = field->optional ? 1 : 0;

	switch (field->type->kind) {
	case BOOLEAN:
		return null + 1;
	case INT:
		return null + 5;
	case ENUM:
		return null + varint_size(field->type->named->count - 1);
	case FIXED:
		return null + field->type->named->count;
	case RECORD:
		return null;
	case UNION:
		return 1;
	case ARRAY:
		return 10 + 1;
	case LONG:
	case STRING:
	case BYTES:
		return null + 10;
	}
	return 0;
}

static void write_bound_array(FILE *out, const struct field *field)
{
	const struct type *items = field->type->items;
	const char *name = field->c_name;
	struct field item = {.type = field->type->items};

	if (items->kind == STRING || items->kind == BYTES)
		fprintf(out,
			"\tfor (size_t i = 0; i < in->%s_count; i++)\n"
			"\t\tsize += 10 + in->%s[i].size;\n",
			name, name);
	else if (items->kind == RECORD)
		fprintf(out,
			"\tfor (size_t i = 0; i < in->%s_count; i++)\n"
			"\t\tsize += bound_%s(&in->%s[i]);\n",
			name, items->named->c_name, name);
	else
		fprintf(out, "\tsize += in->%s_count * %zu;\n", name, constant_bound(&item));
}

static void write_bound_field(FILE *out, const struct field *field)
{
	const struct type *type = field->type;
	const char *name = field->c_name;

	if (type->kind == STRING || type->kind == BYTES)
		fprintf(out, "\tsize += in->%s.size;\n", name);
	else if (type->kind == RECORD && field->optional)
		fprintf(out, "\tif (in->%s != NULL)\n\t\tsize += bound_%s(in->%s);\n", name,
			type->named->c_name, name);
	else if (type->kind == RECORD)
		fprintf(out, "\tsize += bound_%s(&in->%s);\n", type->named->c_name, name);
	else if (type->kind == ARRAY)
		write_bound_array(out, field);
	else if (type->kind == UNION)
		for (size_t i = 0; i < type->branch_count; i++)
			fprintf(out, "\tif (in->%s_%s != NULL)\n\t\tsize += bound_%s(in->%s_%s);\n",
				name, type->branches[i]->c_name, type->branches[i]->c_name, name,
				type->branches[i]->c_name);
}

static void write_bound(FILE *out, const struct named *record)
{
	size_t constant = 0;

	for (size_t i = 0; i < record->count; i++)
		constant += constant_bound(&record->fields[i]);
	fprintf(out,
		"static size_t bound_%s(const struct %s *in)\n{\n"
		"\tsize_t size = %zu;\n\n\t(void)in;\n",
		record->c_name, record->c_name, constant);
	for (size_t i = 0; i < record->count; i++)
		write_bound_field(out, &record->fields[i]);
	fputs("\treturn size;\n}\n\n", out);
}

/* place: a C expression of the value (records: of a pointer to it). */
static void write_value(FILE *out, const char *tab, const struct type *type, const char *place)
{
	switch (type->kind) {
	case BOOLEAN:
		fprintf(out, "%sat = put_boolean(at, %s);\n", tab, place);
		return;
	case INT:
	case LONG:
		fprintf(out, "%sat = put_long(at, %s);\n", tab, place);
		return;
	case STRING:
	case BYTES:
		fprintf(out, "%sat = put_bytes(at, %s);\n", tab, place);
		return;
	case ENUM:
		fprintf(out, "%sassert((unsigned)%s < %zu);\n", tab, place, type->named->count);
		fprintf(out, "%sat = put_long(at, (int64_t)%s);\n", tab, place);
		return;
	case FIXED:
		fprintf(out, "%sat = put_fixed(at, %s.data, %zu);\n", tab, place,
			type->named->count);
		return;
	case RECORD:
		fprintf(out, "%sat = write_%s(at, %s);\n", tab, type->named->c_name, place);
		return;
	case ARRAY:
	case UNION:
		fail("no such value");
	}
}

static void write_array(FILE *out, const struct field *field)
{
	const char *name = field->c_name;
	bool record = field->type->items->kind == RECORD;

	fprintf(out, "\tat = put_count(at, in->%s_count);\n", name);
	fprintf(out, "\tfor (size_t i = 0; i < in->%s_count; i++) {\n", name);
	write_value(out, "\t\t", field->type->items,
		keep_format("%sin->%s[i]", record ? "&" : "", name));
	fprintf(out, "\t}\n\tat = put_long(at, 0);\n");
}

static void write_optional(FILE *out, const struct field *field)
{
	const struct type *type = field->type;
	const char *name = field->c_name;
	char *place = keep_format("in->%s", name);

	if (type->kind == RECORD)
		fprintf(out, "\tat = put_long(at, in->%s != NULL);\n\tif (in->%s != NULL) {\n",
			name, name);
	else if (type->kind == STRING || type->kind == BYTES)
		fprintf(out,
			"\tat = put_long(at, in->%s.data != NULL);\n\tif (in->%s.data != NULL) {\n",
			name, name);
	else
		fprintf(out, "\tat = put_long(at, in->has_%s);\n\tif (in->has_%s) {\n", name, name);
	write_value(out, "\t\t", type, place);
	fputs("\t}\n", out);
}

static void write_union(FILE *out, const struct field *field)
{
	const struct type *type = field->type;

	fputs("\tassert(0", out);
	for (size_t i = 0; i < type->branch_count; i++)
		fprintf(out, " + (in->%s_%s != NULL)", field->c_name, type->branches[i]->c_name);
	fputs(" == 1);\n", out);
	for (size_t i = 0; i < type->branch_count; i++) {
		const char *branch = type->branches[i]->c_name;
		fprintf(out,
			"\tif (in->%s_%s != NULL) {\n\t\tat = put_long(at, %zu);\n"
			"\t\tat = write_%s(at, in->%s_%s);\n\t}\n",
			field->c_name, branch, i, branch, field->c_name, branch);
	}
}

static void write_record(FILE *out, const struct named *record)
{
	const char *name = record->c_name;

	fprintf(out, "static uint8_t *write_%s(uint8_t *at, const struct %s *in)\n{\n", name, name);
	for (size_t i = 0; i < record->count; i++) {
		const struct field *field = &record->fields[i];
		bool inside = field->type->kind == RECORD;
		if (field->type->kind == ARRAY)
			write_array(out, field);
		else if (field->type->kind == UNION)
			write_union(out, field);
		else if (field->optional)
			write_optional(out, field);
		else
			write_value(out, "\t", field->type,
				keep_format("%sin->%s", inside ? "&" : "", field->c_name));
	}
	fputs("\treturn at;\n}\n\n", out);
	fprintf(out,
		"void %s_encode(const struct %s *in, struct buffer *out)\n{\n"
		"\tbuffer_reserve(out, bound_%s(in));\n"
		"\tout->size = (size_t)(write_%s(out->data + out->size, in) - out->data);\n}\n\n",
		name, name, name, name);
}

void generate_encoder(FILE *out, const struct model *model)
{
	fputs("/* types_encode - records as Avro binary; made by schemas/generate. */\n"
	      "#include \"schemas/types.h\"\n\n"
	      "#include \"schemas/binary.h\"\n\n",
		out);
	for (size_t i = 0; i < model->type_count; i++)
		if (model->types[i]->kind == RECORD) {
			write_bound(out, model->types[i]);
			write_record(out, model->types[i]);
		}
}
