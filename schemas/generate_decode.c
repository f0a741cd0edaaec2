/* generate_decode - writes the checked decoders, which copy no strings. */
#include "schemas/generate.h"

struct row {
	const char *take, *wrong; /* $1: where to, $2: the type, $3: its count, $4: its name */
};

static const struct row rows[] = {
	[BOOLEAN] = {"take_boolean(at, end, &$1)", "is neither 0 nor 1"},
	[INT] = {"take_int(at, end, &$1)", "is not an int"},
	[LONG] = {"take_long(at, end, &$1)", "is not a long"},
	[STRING] = {"take_bytes(at, end, &$1)", "has no length that fits in what is left"},
	[BYTES] = {"take_bytes(at, end, &$1)", "has no length that fits in what is left"},
	[FIXED] = {"take_fixed(at, end, $1.data, $3)", "is cut off"},
	[ENUM] = {"take_index(at, end, $3, &number)", "is no symbol of $4 that this program knows"},
	[RECORD] = {"read_$2(reader, at, $1)", NULL},
	[ARRAY] = {NULL, "has no count that fits in what is left"},
	[UNION] = {NULL, "is no number of a branch"},
};

/* Where a value comes from and goes to. */
struct place {
	FILE *out;
	const char *tab;
	const struct named *record;
	const struct field *field;
};

/* Of a record its reader has said already why. */
static void write_fail(const struct place *place, const char *wrong, const char *type)
{
	const char *text =
		wrong == NULL ? "NULL" : keep_format("reader_fail(reader, \"$1.$2 %s\")", wrong);

	fill(place->out, keep_format("$0if (at == NULL)\n$0\treturn %s;\n", text), place->tab,
		place->record->name, place->field->name, "", type);
}

static void write_value(const struct place *place, const struct type *type, const char *to)
{
	static const struct named none = {.name = "", .c_name = ""};
	const struct named *named = type->named == NULL ? &none : type->named;
	const struct row *row = &rows[type->kind];

	fill(place->out, keep_format("$0at = %s;\n", row->take), place->tab, to, named->c_name,
		keep_format("%zu", named->count));
	write_fail(place, row->wrong, named->name);
	if (type->kind == ENUM)
		fill(place->out, "$0$1 = (enum $2)number;\n", place->tab, to, named->c_name);
}

static void write_optional(const struct place *place)
{
	const struct field *field = place->field;
	struct place inner = *place;
	const char *to = keep_format("out->%s", field->c_name);

	fputs("\tat = take_index(at, end, 2, &number);\n", place->out);
	write_fail(place, "is neither null nor there", "");
	fputs("\tif (number == 1) {\n", place->out);
	inner.tab = "\t\t";
	if (field->type->kind == RECORD)
		fill(place->out, "\t\t$0 = arena_get(reader->arena, sizeof(*$0));\n", to);
	else if (field->type->kind != STRING && field->type->kind != BYTES)
		fill(place->out, "\t\tout->has_$0 = true;\n", field->c_name);
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
	write_fail(place, rows[UNION].wrong, "");
	for (size_t i = 0; i < type->branch_count; i++) {
		struct type branch = {.kind = RECORD, .named = type->branches[i]};
		const char *to = keep_format("out->%s_%s", field->c_name, branch.named->c_name);
		fill(place->out,
			"\tif (number == $1) {\n\t\t$0 = arena_get(reader->arena, sizeof(*$0));\n",
			to, keep_format("%zu", i));
		write_value(&inner, &branch, to);
		fputs("\t}\n", place->out);
	}
}

/* An array has a function of its own: it may come in several blocks. */
static void write_array(FILE *out, const struct named *record, const struct field *field)
{
	const struct type *items = field->type->items;
	const char *name = field->c_name;
	struct place place = {.out = out, .tab = "\t\t", .record = record, .field = field};

	fill(out,
		"static const uint8_t *read_$0_$1(\n"
		"\tstruct reader *reader, const uint8_t *at, struct $0 *out)\n{\n"
		"\tconst uint8_t *end = reader->end;\n"
		"\tstruct room room = {.item_size = sizeof(out->$1[0])};\n"
		"\tstruct block block;\n$2"
		"\n\tfor (;;) {\n\t\tat = take_block(at, end, $3, &block);\n",
		record->c_name, name, items->kind == ENUM ? "\tint number;\n" : "",
		keep_format("%zu", type_minimum(items)));
	write_fail(&place, rows[ARRAY].wrong, "");
	fill(out,
		"\t\tif (block.count == 0)\n\t\t\treturn at;\n"
		"\t\tout->$0 = reader_room(reader, &room, out->$0, out->$0_count, block.count);\n"
		"\t\tfor (size_t i = 0; i < block.count; i++) {\n",
		name);
	place.tab = "\t\t\t";
	write_value(&place, items,
		keep_format(
			"%sout->%s[out->%s_count]", items->kind == RECORD ? "&" : "", name, name));
	fill(out,
		"\t\t\tout->$0_count++;\n\t\t}\n"
		"\t\tif (block.end != NULL && block.end != at)\n"
		"\t\t\treturn reader_fail(reader, \"$1.$2 has a block of another size than it "
		"says\");\n"
		"\t}\n}\n\n",
		name, record->name, field->name);
}

static void write_field(FILE *out, const struct named *record, const struct field *field)
{
	struct place place = {.out = out, .tab = "\t", .record = record, .field = field};
	bool inside = field->type->kind == RECORD;

	if (field->type->kind == ARRAY)
		fill(out,
			"\tat = read_$0_$1(reader, at, out);\n\tif (at == NULL)\n\t\treturn "
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
	fill(out,
		"static const uint8_t *read_$0(\n"
		"\tstruct reader *reader, const uint8_t *at, struct $0 *out)\n{\n"
		"\tconst uint8_t *end = reader->end;\n$1\n",
		name, uses_number(record) ? "\tint number;\n" : "");
	for (size_t i = 0; i < record->count; i++)
		write_field(out, record, &record->fields[i]);
	fputs("\t(void)end;\n\treturn at;\n}\n\n", out);
	fill(out,
		"enum outcome $0_decode(\n"
		"\tstruct $0 *out, struct bytes in, struct arena *arena, struct err *err)\n{\n"
		"\tstruct reader reader = {.end = in.data + in.size, .arena = arena};\n\n"
		"\t*out = (struct $0){0};\n"
		"\tif (in.size == 0)\n\t\treturn err_set(err, REJECT, \"$1: empty\");\n"
		"\treturn reader_finish(&reader, read_$0(&reader, in.data, out), \"$1\", "
		"err);\n}\n\n",
		name, record->name);
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
