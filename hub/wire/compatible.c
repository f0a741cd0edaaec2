/* compatible - whether who reads with one schema can read what another one wrote. */
#include "hub/wire/compatible.h"

#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "schemas/canonical.h"

#define NAMES_MAX 512
#define DEPTH_MAX 64

/* A schema and the types that it names, by the last part of their name. */
struct side {
	struct json_object *root;
	struct json_object *named[NAMES_MAX];
	size_t count;
};

struct comparison {
	struct side writer, reader;
	const char *record, *field; /* where we are in the reader's */
	int depth;
	struct err *err;
};

static const char *text_of(struct json_object *object, const char *name)
{
	struct json_object *value;

	if (!json_object_object_get_ex(object, name, &value) ||
		!json_object_is_type(value, json_type_string))
		return NULL;
	return json_object_get_string(value);
}

static const char *short_name(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot == NULL ? name : dot + 1;
}

static void collect(struct side *side, struct json_object *schema)
{
	struct json_object *inner;

	if (json_object_is_type(schema, json_type_array))
		for (size_t i = 0; i < json_object_array_length(schema); i++)
			collect(side, json_object_array_get_idx(schema, i));
	if (!json_object_is_type(schema, json_type_object))
		return;
	if (text_of(schema, "name") != NULL && side->count < NAMES_MAX)
		side->named[side->count++] = schema;
	if (json_object_object_get_ex(schema, "fields", &inner))
		for (size_t i = 0; i < json_object_array_length(inner); i++)
			collect(side,
				json_object_object_get(
					json_object_array_get_idx(inner, i), "type"));
	if (json_object_object_get_ex(schema, "items", &inner) ||
		json_object_object_get_ex(schema, "values", &inner))
		collect(side, inner);
	if (json_object_object_get_ex(schema, "type", &inner) &&
		!json_object_is_type(inner, json_type_string))
		collect(side, inner);
}

/* The definition behind a name, or behind {"type": …} around one. */
static struct json_object *resolve(const struct side *side, struct json_object *schema)
{
	for (int i = 0; i < DEPTH_MAX; i++) {
		struct json_object *inner = NULL;
		if (json_object_is_type(schema, json_type_string))
			inner = schema;
		else if (json_object_is_type(schema, json_type_object) &&
			text_of(schema, "name") == NULL)
			inner = json_object_object_get(schema, "type");
		if (inner == NULL)
			return schema;
		if (!json_object_is_type(inner, json_type_string)) {
			schema = inner;
			continue;
		}
		for (size_t j = 0; j < side->count; j++)
			if (strcmp(short_name(text_of(side->named[j], "name")),
				    short_name(json_object_get_string(inner))) == 0)
				return side->named[j];
		return schema;
	}
	return schema;
}

/* "int", "record", "union" … */
static const char *type_of(struct json_object *schema)
{
	const char *type;

	if (json_object_is_type(schema, json_type_array))
		return "union";
	if (json_object_is_type(schema, json_type_string))
		return json_object_get_string(schema);
	type = text_of(schema, "type");
	return type == NULL ? "" : type;
}

static bool is(const char *type, const char *name)
{
	return strcmp(type, name) == 0;
}

static bool differ(struct comparison *comparison, const char *what)
{
	if (comparison->field == NULL)
		err_set(comparison->err, REJECT, "%s: %s", comparison->record, what);
	else
		err_set(comparison->err, REJECT, "%s.%s: %s", comparison->record, comparison->field,
			what);
	return false;
}

static bool compare(
	struct comparison *comparison, struct json_object *writer, struct json_object *reader);

static bool is_promoted(const char *writer, const char *reader)
{
	static const char *const rows[][2] = {{"int", "long"}, {"int", "float"}, {"int", "double"},
		{"long", "float"}, {"long", "double"}, {"float", "double"}, {"string", "bytes"},
		{"bytes", "string"}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (is(writer, rows[i][0]) && is(reader, rows[i][1]))
			return true;
	return false;
}

static bool compare_symbols(
	struct comparison *comparison, struct json_object *writer, struct json_object *reader)
{
	struct json_object *ours = json_object_object_get(writer, "symbols");
	struct json_object *theirs = json_object_object_get(reader, "symbols");

	if (text_of(reader, "default") != NULL)
		return true;
	for (size_t i = 0; i < json_object_array_length(ours); i++) {
		struct json_object *symbol = json_object_array_get_idx(ours, i);
		bool found = false;
		for (size_t j = 0; j < json_object_array_length(theirs); j++)
			found |= json_object_equal(symbol, json_object_array_get_idx(theirs, j));
		if (!found) {
			char what[160];
			snprintf(what, sizeof(what),
				"the reader does not know symbol %s of %s, and has no default",
				json_object_get_string(symbol), text_of(reader, "name"));
			return differ(comparison, what);
		}
	}
	return true;
}

static struct json_object *find_field(struct json_object *record, const char *name)
{
	struct json_object *fields = json_object_object_get(record, "fields");

	for (size_t i = 0; i < json_object_array_length(fields); i++) {
		struct json_object *field = json_object_array_get_idx(fields, i);
		if (is(text_of(field, "name"), name))
			return field;
	}
	return NULL;
}

static bool compare_field(
	struct comparison *comparison, struct json_object *writer, struct json_object *field)
{
	struct json_object *theirs;

	comparison->field = text_of(field, "name");
	theirs = find_field(writer, comparison->field);
	if (theirs != NULL)
		return compare(comparison, json_object_object_get(theirs, "type"),
			json_object_object_get(field, "type"));
	if (json_object_object_get_ex(field, "default", NULL))
		return true;
	return differ(comparison, "the writer does not have it, and it has no default");
}

static bool compare_records(
	struct comparison *comparison, struct json_object *writer, struct json_object *reader)
{
	struct json_object *fields = json_object_object_get(reader, "fields");
	const char *record = comparison->record, *field = comparison->field;
	bool good = true;

	for (size_t i = 0; i < json_object_array_length(fields) && good; i++) {
		comparison->record = short_name(text_of(reader, "name"));
		good = compare_field(comparison, writer, json_object_array_get_idx(fields, i));
	}
	comparison->record = record;
	comparison->field = field;
	return good;
}

static bool compare_named(
	struct comparison *comparison, struct json_object *writer, struct json_object *reader)
{
	const char *type = type_of(reader);

	if (!is(short_name(text_of(writer, "name")), short_name(text_of(reader, "name"))))
		return differ(comparison, "the types have different names");
	if (is(type, "record"))
		return compare_records(comparison, writer, reader);
	if (is(type, "enum"))
		return compare_symbols(comparison, writer, reader);
	if (!json_object_equal(
		    json_object_object_get(writer, "size"), json_object_object_get(reader, "size")))
		return differ(comparison, "fixed of different sizes");
	return true;
}

/* Every branch that may be written must be readable. */
static bool compare_writer_union(
	struct comparison *comparison, struct json_object *writer, struct json_object *reader)
{
	for (size_t i = 0; i < json_object_array_length(writer); i++)
		if (!compare(comparison, json_object_array_get_idx(writer, i), reader))
			return false;
	return true;
}

static bool compare_reader_union(
	struct comparison *comparison, struct json_object *writer, struct json_object *reader)
{
	struct err *err = comparison->err, ignored = {0};

	for (size_t i = 0; i < json_object_array_length(reader); i++) {
		struct json_object *branch =
			resolve(&comparison->reader, json_object_array_get_idx(reader, i));
		/* A branch of the same type says best what is wrong within it. */
		bool same = is(type_of(writer), type_of(branch));
		comparison->err = same ? err : &ignored;
		bool good = compare(comparison, writer, branch);
		comparison->err = err;
		if (good)
			return true;
		if (same && is(type_of(branch), "enum"))
			return false;
	}
	if (err->text[0] == '\0')
		differ(comparison, "no branch of the reader's union takes what is written");
	return false;
}

static bool compare_types(
	struct comparison *comparison, struct json_object *writer, struct json_object *reader)
{
	const char *from = type_of(writer), *to = type_of(reader);

	if (is(from, "union"))
		return compare_writer_union(comparison, writer, reader);
	if (is(to, "union"))
		return compare_reader_union(comparison, writer, reader);
	if (is_promoted(from, to))
		return true;
	if (!is(from, to)) {
		char what[100];
		snprintf(what, sizeof(what), "written as %s, read as %s", from, to);
		return differ(comparison, what);
	}
	if (is(to, "record") || is(to, "enum") || is(to, "fixed"))
		return compare_named(comparison, writer, reader);
	if (is(to, "array"))
		return compare(comparison, json_object_object_get(writer, "items"),
			json_object_object_get(reader, "items"));
	if (is(to, "map"))
		return compare(comparison, json_object_object_get(writer, "values"),
			json_object_object_get(reader, "values"));
	return true;
}

static bool compare(
	struct comparison *comparison, struct json_object *writer, struct json_object *reader)
{
	bool good;

	if (++comparison->depth > DEPTH_MAX)
		return differ(comparison, "nested too deeply");
	good = compare_types(comparison, resolve(&comparison->writer, writer),
		resolve(&comparison->reader, reader));
	comparison->depth--;
	return good;
}

static bool read_side(struct side *side, struct bytes json)
{
	struct json_tokener *tokener = json_tokener_new();
	uint64_t fingerprint;

	if (canonical_fingerprint((const char *)json.data, json.size, &fingerprint))
		side->root =
			json_tokener_parse_ex(tokener, (const char *)json.data, (int)json.size);
	json_tokener_free(tokener);
	collect(side, side->root);
	return side->root != NULL;
}

enum outcome compatible_check(struct bytes writer, struct bytes reader, struct err *err)
{
	struct comparison comparison = {.record = "the schema", .err = err};
	struct err own = {0};
	enum outcome outcome = OK;

	if (err == NULL)
		comparison.err = &own;
	comparison.err->text[0] = '\0';
	if (!read_side(&comparison.writer, writer) || !read_side(&comparison.reader, reader))
		outcome = err_set(err, REJECT, "one of the two is no Avro schema");
	else if (!compare(&comparison, comparison.writer.root, comparison.reader.root))
		outcome = REJECT;
	json_object_put(comparison.writer.root);
	json_object_put(comparison.reader.root);
	return outcome;
}
