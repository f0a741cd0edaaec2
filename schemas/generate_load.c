/* generate_load - reads the schema files and makes each self-contained. */
#include "schemas/generate.h"

#include <string.h>

/* Every named type of every file, nested ones too. */
static struct json_object *definitions[TYPES_MAX];
static size_t definition_count;
static struct json_object *files[SCHEMAS_MAX];

static struct json_object *find_definition(const char *name)
{
	for (size_t i = 0; i < definition_count; i++)
		if (strcmp(json_text(definitions[i], "name"), name) == 0)
			return definitions[i];
	return NULL;
}

/* Where types stand within a type; the fields of a record stand for themselves. */
static bool holds_types(const char *key)
{
	return strcmp(key, "type") == 0 || strcmp(key, "items") == 0 || strcmp(key, "fields") == 0;
}

/* The name of the type that is defined here; NULL: none is. */
static const char *defined_name(struct json_object *schema)
{
	static const char *const types[] = {"record", "enum", "fixed"};
	const char *type =
		json_object_is_type(schema, json_type_object) ? json_text(schema, "type") : NULL;

	for (size_t i = 0; type != NULL && i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(type, types[i]) == 0)
			return json_text(schema, "name");
	return NULL;
}

static void collect(struct json_object *schema)
{
	const char *name = defined_name(schema);

	if (name != NULL) {
		if (find_definition(name) != NULL)
			fail("%s is defined twice", name);
		if (definition_count == TYPES_MAX)
			fail("more than %d types", TYPES_MAX);
		definitions[definition_count++] = schema;
	}
	if (json_object_is_type(schema, json_type_array))
		for (size_t i = 0; i < json_object_array_length(schema); i++)
			collect(json_object_array_get_idx(schema, i));
	if (json_object_is_type(schema, json_type_object)) {
		json_object_object_foreach(schema, key, value)
		{
			if (holds_types(key))
				collect(value);
		}
	}
}

void load_files(char **paths, size_t count)
{
	if (count > SCHEMAS_MAX)
		fail("more than %d files", SCHEMAS_MAX);
	for (size_t i = 0; i < count; i++) {
		files[i] = json_object_from_file(paths[i]);
		if (files[i] == NULL) {
			const char *why = json_util_get_last_err();
			fail("%s: %.*s", paths[i], (int)strcspn(why, "\n"), why);
		}
		collect(files[i]);
	}
}

struct inliner {
	const char *done[TYPES_MAX];
	size_t count;
};

static bool is_done(const struct inliner *inliner, const char *name)
{
	for (size_t i = 0; i < inliner->count; i++)
		if (strcmp(inliner->done[i], name) == 0)
			return true;
	return false;
}

/* A copy, with a definition in the place of the first use of its name, and of no other. */
static struct json_object *inlined(struct inliner *inliner, struct json_object *schema)
{
	bool is_name = json_object_is_type(schema, json_type_string);
	const char *name = is_name ? json_object_get_string(schema) : defined_name(schema);
	struct json_object *out;

	if (name != NULL && is_done(inliner, name))
		return json_object_new_string(name);
	if (is_name && find_definition(name) != NULL)
		schema = find_definition(name);
	else if (is_name)
		return json_object_get(schema);
	if (name != NULL)
		inliner->done[inliner->count++] = name;
	if (json_object_is_type(schema, json_type_array)) {
		out = json_object_new_array();
		for (size_t i = 0; i < json_object_array_length(schema); i++)
			json_object_array_add(
				out, inlined(inliner, json_object_array_get_idx(schema, i)));
		return out;
	}
	out = json_object_new_object();
	json_object_object_foreach(schema, key, value)
	{
		json_object_object_add(out, key,
			holds_types(key) ? inlined(inliner, value) : json_object_get(value));
	}
	return out;
}

struct json_object *load_inlined(size_t file)
{
	struct inliner inliner = {0};

	if (!json_object_is_type(files[file], json_type_object))
		return NULL;
	return inlined(&inliner, files[file]);
}
