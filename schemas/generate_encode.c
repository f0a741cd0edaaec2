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
static size_t constant_bound(const struct type *type)
{
	static const size_t sizes[] = {
		[BOOLEAN] = 1,
		[INT] = 5,
		[LONG] = 10,
		[STRING] = 10,
		[BYTES] = 10,
		[RECORD] = 0,
		[ARRAY] = 10 + 1,
		[UNION] = 1,
	};

	if (type->kind == ENUM)
		return varint_size(type->named->count - 1);
	return type->kind == FIXED ? type->named->count : sizes[type->kind];
}

static void write_bound_array(FILE *out, const struct field *field)
{
	const struct type *items = field->type->items;
	bool text = items->kind == STRING || items->kind == BYTES;

	if (text || items->kind == RECORD)
		fill(out,
			text ? "\tfor (size_t i = 0; i < in->$0_count; i++)\n"
			       "\t\tsize += 10 + in->$0[i].size;\n"
			     : "\tfor (size_t i = 0; i < in->$0_count; i++)\n"
			       "\t\tsize += bound_$1(&in->$0[i]);\n",
			field->c_name, text ? "" : items->named->c_name);
	else
		fill(out, "\tsize += in->$0_count * $1;\n", field->c_name,
			keep_format("%zu", constant_bound(items)));
}

static void write_bound_field(FILE *out, const struct field *field)
{
	static const char pointer[] = "\tif (in->$0 != NULL)\n\t\tsize += bound_$1(in->$0);\n";
	const struct type *type = field->type;
	const char *name = field->c_name;

	if (type->kind == STRING || type->kind == BYTES)
		fill(out, "\tsize += in->$0.size;\n", name);
	else if (type->kind == RECORD)
		fill(out, field->optional ? pointer : "\tsize += bound_$1(&in->$0);\n", name,
			type->named->c_name);
	else if (type->kind == ARRAY)
		write_bound_array(out, field);
	for (size_t i = 0; i < type->branch_count; i++)
		fill(out, pointer, keep_format("%s_%s", name, type->branches[i]->c_name),
			type->branches[i]->c_name);
}

static void write_bound(FILE *out, const struct named *record)
{
	size_t constant = 0;

	for (size_t i = 0; i < record->count; i++)
		constant += constant_bound(record->fields[i].type) + record->fields[i].optional;
	fill(out,
		"static size_t bound_$0(const struct $0 *in)\n{\n"
		"\tsize_t size = $1;\n\n\t(void)in;\n",
		record->c_name, keep_format("%zu", constant));
	for (size_t i = 0; i < record->count; i++)
		write_bound_field(out, &record->fields[i]);
	fputs("\treturn size;\n}\n\n", out);
}

/* place: a C expression of the value (records: of a pointer to it). */
static void write_value(FILE *out, const char *tab, const struct type *type, const char *place)
{
	/* $1: the place, $2: the type, $3: its count */
	static const char *const rows[] = {
		[BOOLEAN] = "$0at = put_boolean(at, $1);\n",
		[INT] = "$0at = put_long(at, $1);\n",
		[LONG] = "$0at = put_long(at, $1);\n",
		[STRING] = "$0at = put_bytes(at, $1);\n",
		[BYTES] = "$0at = put_bytes(at, $1);\n",
		[ENUM] = "$0assert((unsigned)$1 < $3);\n$0at = put_long(at, (int64_t)$1);\n",
		[FIXED] = "$0at = put_fixed(at, $1.data, $3);\n",
		[RECORD] = "$0at = write_$2(at, $1);\n",
	};

	fill(out, rows[type->kind], tab, place, type->named == NULL ? "" : type->named->c_name,
		keep_format("%zu", type->named == NULL ? 0 : type->named->count));
}

static void write_array(FILE *out, const struct field *field)
{
	const char *name = field->c_name;
	bool record = field->type->items->kind == RECORD;

	fill(out,
		"\tat = put_count(at, in->$0_count);\n"
		"\tfor (size_t i = 0; i < in->$0_count; i++) {\n",
		name);
	write_value(out, "\t\t", field->type->items,
		keep_format("%sin->%s[i]", record ? "&" : "", name));
	fprintf(out, "\t}\n\tat = put_long(at, 0);\n");
}

static void write_optional(FILE *out, const struct field *field)
{
	enum kind kind = field->type->kind;
	const char *is_there = kind == RECORD     ? "in->$0 != NULL"
		: kind == STRING || kind == BYTES ? "in->$0.data != NULL"
						  : "in->has_$0";

	fill(out, keep_format("\tat = put_long(at, %s);\n\tif (%s) {\n", is_there, is_there),
		field->c_name);
	write_value(out, "\t\t", field->type, keep_format("in->%s", field->c_name));
	fputs("\t}\n", out);
}

static void write_union(FILE *out, const struct field *field)
{
	const struct type *type = field->type;

	fputs("\tassert(0", out);
	for (size_t i = 0; i < type->branch_count; i++)
		fprintf(out, " + (in->%s_%s != NULL)", field->c_name, type->branches[i]->c_name);
	fputs(" == 1);\n", out);
	for (size_t i = 0; i < type->branch_count; i++)
		fill(out,
			"\tif (in->$0_$1 != NULL) {\n\t\tat = put_long(at, $2);\n"
			"\t\tat = write_$1(at, in->$0_$1);\n\t}\n",
			field->c_name, type->branches[i]->c_name, keep_format("%zu", i));
}

static void write_record(FILE *out, const struct named *record)
{
	const char *name = record->c_name;

	fill(out, "static uint8_t *write_$0(uint8_t *at, const struct $0 *in)\n{\n", name);
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
	fill(out,
		"void $0_encode(const struct $0 *in, struct buffer *out)\n{\n"
		"\tbuffer_reserve(out, bound_$0(in));\n"
		"\tout->size = (size_t)(write_$0(out->data + out->size, in) - out->data);\n}\n\n",
		name);
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
