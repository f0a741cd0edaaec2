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

static void collect(struct json_object *schema)
{
	const char *name = json_text(schema, "name");
	struct json_object *inner;

	if (json_object_is_type(schema, json_type_array)) {
		for (size_t i = 0; i < json_object_array_length(schema); i++)
			collect(json_object_array_get_idx(schema, i));
		return;
	}
	if (!json_object_is_type(schema, json_type_object))
		return;
	if (name != NULL) {
		if (find_definition(name) != NULL)
			fail("%s is defined twice", name);
		if (definition_count == TYPES_MAX)
			fail("more than %d types", TYPES_MAX);
		definitions[definition_count++] = schema;
	}
	if (json_object_object_get_ex(schema, "fields", &inner))
		for (size_t i = 0; i < json_object_array_length(inner); i++) {
			struct json_object *type, *field = json_object_array_get_idx(inner, i);
			if (!json_object_object_get_ex(field, "type", &type))
				fail("%s: field %zu has no type", name, i);
			collect(type);
		}
	if (json_object_object_get_ex(schema, "items", &inner))
		collect(inner);
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

static struct json_object *inlined(struct inliner *inliner, struct json_object *schema);

static struct json_object *inlined_list(struct inliner *inliner, struct json_object *list)
{
	struct json_object *out = json_object_new_array();

	for (size_t i = 0; i < json_object_array_length(list); i++)
		json_object_array_add(out, inlined(inliner, json_object_array_get_idx(list, i)));
	return out;
}

static struct json_object *inlined_fields(struct inliner *inliner, struct json_object *fields)
{
	struct json_object *out = json_object_new_array();

	for (size_t i = 0; i < json_object_array_length(fields); i++) {
		struct json_object *field = json_object_new_object();
		json_object_object_foreach(json_object_array_get_idx(fields, i), key, value)
		{
			bool type = strcmp(key, "type") == 0;
			json_object_object_add(field, key,
				type ? inlined(inliner, value) : json_object_get(value));
		}
		json_object_array_add(out, field);
	}
	return out;
}

static struct json_object *inlined_object(struct inliner *inliner, struct json_object *schema)
{
	struct json_object *out = json_object_new_object();

	if (json_text(schema, "name") != NULL)
		inliner->done[inliner->count++] = json_text(schema, "name");
	json_object_object_foreach(schema, key, value)
	{
		if (strcmp(key, "items") == 0)
			json_object_object_add(out, key, inlined(inliner, value));
		else if (strcmp(key, "fields") == 0)
			json_object_object_add(out, key, inlined_fields(inliner, value));
		else
			json_object_object_add(out, key, json_object_get(value));
	}
	return out;
}

static struct json_object *inlined(struct inliner *inliner, struct json_object *schema)
{
	if (json_object_is_type(schema, json_type_array))
		return inlined_list(inliner, schema);
	if (json_object_is_type(schema, json_type_object)) {
		const char *name = json_text(schema, "name");
		if (name != NULL && is_done(inliner, name))
			return json_object_new_string(name);
		return inlined_object(inliner, schema);
	}
	const char *name = json_object_get_string(schema);
	struct json_object *definition = find_definition(name);
	if (definition == NULL || is_done(inliner, name))
		return json_object_get(schema);
	return inlined_object(inliner, definition);
}

struct json_object *load_inlined(size_t file)
{
	struct inliner inliner = {0};

	if (!json_object_is_type(files[file], json_type_object))
		return NULL;
	return inlined(&inliner, files[file]);
}
