/* generate_decode - writes the checked decoders, which copy no strings. */
#include "schemas/generate.h"

static const char *wrong(const struct type *type)
{
	switch (type->kind) {
	case BOOLEAN:
		return "is neither 0 nor 1";
	case INT:
		return "is not an int";
	case LONG:
		return "is not a long";
	case STRING:
	case BYTES:
		return "has no length that fits in what is left";
	case FIXED:
		return "is cut off";
	case ENUM:
		return keep_format("is no number of a symbol of %s", type->named->name);
	case ARRAY:
		return "has no count that fits in what is left";
	case UNION:
		return "is no number of a branch";
	case RECORD:
		break;
	}
	return "";
}

static void write_fail(
	FILE *out, const char *tab, const char *record, const struct field *field, const char *text)
{
	fprintf(out, "%sif (at == NULL)\n%s\treturn reader_fail(reader, \"%s.%s %s\");\n", tab, tab,
		record, field->name, text);
}

/* Where a value comes from and goes to. */
struct place {
	FILE *out;
	const char *tab;
	const char *record;
	const struct field *field;
};

static void write_value(const struct place *place, const struct type *type, const char *to)
{
	FILE *out = place->out;
	const char *tab = place->tab;

	switch (type->kind) {
	case BOOLEAN:
		fprintf(out, "%sat = take_boolean(at, end, &%s);\n", tab, to);
		break;
	case INT:
		fprintf(out, "%sat = take_int(at, end, &%s);\n", tab, to);
		break;
	case LONG:
		fprintf(out, "%sat = take_long(at, end, &%s);\n", tab, to);
		break;
	case STRING:
	case BYTES:
		fprintf(out, "%sat = take_bytes(at, end, &%s);\n", tab, to);
		break;
	case FIXED:
		fprintf(out, "%sat = take_fixed(at, end, %s.data, %zu);\n", tab, to,
			type->named->count);
		break;
	case ENUM:
		fprintf(out, "%sat = take_index(at, end, %zu, &number);\n", tab,
			type->named->count);
		break;
	case RECORD:
		fprintf(out, "%sat = read_%s(reader, at, %s);\n", tab, type->named->c_name, to);
		fprintf(out, "%sif (at == NULL)\n%s\treturn NULL;\n", tab, tab);
		return;
	case ARRAY:
	case UNION:
		fail("no such value");
	}
	write_fail(out, tab, place->record, place->field, wrong(type));
	if (type->kind == ENUM)
		fprintf(out, "%s%s = (enum %s)number;\n", tab, to, type->named->c_name);
}

static void write_optional(const struct place *place)
{
	const struct field *field = place->field;
	struct place inner = *place;
	const char *to = keep_format("out->%s", field->c_name);

	fputs("\tat = take_index(at, end, 2, &number);\n", place->out);
	write_fail(place->out, "\t", place->record, field, "is neither null nor there");
	fputs("\tif (number == 1) {\n", place->out);
	inner.tab = "\t\t";
	if (field->type->kind == RECORD)
		fprintf(place->out, "\t\t%s = arena_get(reader->arena, sizeof(*%s));\n", to, to);
	else if (field->type->kind != STRING && field->type->kind != BYTES)
		fprintf(place->out, "\t\tout->has_%s = true;\n", field->c_name);
	write_value(&inner, field->type, to);
	fputs("\t}\n", place->out);
}

static void write_union(const struct place *place)
{
	const struct field *field = place->field;
	const struct type *type = field->type;
	struct place inner = *place;

	inner.tab = "\t\t";
	fprintf(place->out, "\tat = take_index(at, end, %zu, &number);\n", type->branch_count);
	write_fail(place->out, "\t", place->record, field, wrong(type));
	for (size_t i = 0; i < type->branch_count; i++) {
		struct type branch = {.kind = RECORD, .named = type->branches[i]};
		const char *to = keep_format("out->%s_%s", field->c_name, branch.named->c_name);
		fprintf(place->out, "\tif (number == %zu) {\n", i);
		fprintf(place->out, "\t\t%s = arena_get(reader->arena, sizeof(*%s));\n", to, to);
		write_value(&inner, &branch, to);
		fputs("\t}\n", place->out);
	}
}

/* An array has a function of its own: it may come in several blocks. */
static void write_array(FILE *out, const struct named *record, const struct field *field)
{
	const struct type *items = field->type->items;
	const char *name = field->c_name;
	struct place place = {.out = out, .tab = "\t\t\t", .record = record->name, .field = field};

	fprintf(out,
		"static const uint8_t *read_%s_%s(\n"
		"\tstruct reader *reader, const uint8_t *at, struct %s *out)\n{\n"
		"\tconst uint8_t *end = reader->end;\n"
		"\tstruct room room = {.item_size = sizeof(out->%s[0])};\n"
		"\tstruct block block;\n",
		record->c_name, name, record->c_name, name);
	if (items->kind == ENUM)
		fputs("\tint number;\n", out);
	fprintf(out, "\n\tfor (;;) {\n\t\tat = take_block(at, end, %zu, &block);\n",
		type_minimum(items));
	write_fail(out, "\t\t", record->name, field, wrong(field->type));
	fprintf(out,
		"\t\tif (block.count == 0)\n\t\t\treturn at;\n"
		"\t\tout->%s = reader_room(reader, &room, out->%s, out->%s_count, block.count);\n"
		"\t\tfor (size_t i = 0; i < block.count; i++) {\n",
		name, name, name);
	write_value(&place, items,
		keep_format(
			"%sout->%s[out->%s_count]", items->kind == RECORD ? "&" : "", name, name));
	fprintf(out,
		"\t\t\tout->%s_count++;\n\t\t}\n"
		"\t\tif (block.end != NULL && block.end != at)\n"
		"\t\t\treturn reader_fail(reader, \"%s.%s has a block of another size than it "
		"says\");\n"
		"\t}\n}\n\n",
		name, record->name, field->name);
}

static void write_field(FILE *out, const struct named *record, const struct field *field)
{
	struct place place = {.out = out, .tab = "\t", .record = record->name, .field = field};
	bool inside = field->type->kind == RECORD;

	if (field->type->kind == ARRAY)
		fprintf(out,
			"\tat = read_%s_%s(reader, at, out);\n\tif (at == NULL)\n\t\treturn "
			"NULL;\n",
			record->c_name, field->c_name);
	else if (field->type->kind == UNION)
		write_union(&place);
	else if (field->optional)
		write_optional(&place);
	else
		write_value(&place, field->type,
			keep_format("%sout->%s", inside ? "&" : "", field->c_name));
}

static bool uses_number(const struct named *record)
{
	for (size_t i = 0; i < record->count; i++)
		if (record->fields[i].optional || record->fields[i].type->kind == ENUM ||
			record->fields[i].type->kind == UNION)
			return true;
	return false;
}

/* `out` comes zeroed. */
static void write_record(FILE *out, const struct named *record)
{
	const char *name = record->c_name;

	for (size_t i = 0; i < record->count; i++)
		if (record->fields[i].type->kind == ARRAY)
			write_array(out, record, &record->fields[i]);
	fprintf(out,
		"static const uint8_t *read_%s(\n"
		"\tstruct reader *reader, const uint8_t *at, struct %s *out)\n{\n"
		"\tconst uint8_t *end = reader->end;\n%s\n",
		name, name, uses_number(record) ? "\tint number;\n" : "");
	for (size_t i = 0; i < record->count; i++)
		write_field(out, record, &record->fields[i]);
	fputs("\t(void)end;\n\treturn at;\n}\n\n", out);
	fprintf(out,
		"enum outcome %s_decode(\n"
		"\tstruct %s *out, struct bytes in, struct arena *arena, struct err *err)\n{\n"
		"\tstruct reader reader = {.end = in.data + in.size, .arena = arena};\n\n"
		"\t*out = (struct %s){0};\n"
		"\tif (in.size == 0)\n\t\treturn err_set(err, REJECT, \"%s: empty\");\n"
		"\treturn reader_finish(&reader, read_%s(&reader, in.data, out), \"%s\", "
		"err);\n}\n\n",
		name, name, name, record->name, name, record->name);
}

void generate_decoder(FILE *out, const struct model *model)
{
	fputs("/* types_decode - records from Avro binary; made by schemas/generate. */\n"
	      "#include \"schemas/types.h\"\n\n"
	      "#include \"schemas/decode.h\"\n\n",
		out);
	for (size_t i = 0; i < model->type_count; i++)
		if (model->types[i]->kind == RECORD)
			write_record(out, model->types[i]);
}
