/* fuzz_json - any text as the JSON of a record of any schema; the first byte says which. What we
 * read, json-c reads alike. */
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "schemas/json_tree.h"
#include "schemas/types.h"
#include "tests/fuzz/fuzz.h"

#define DEPTH 30

static enum json_type type_of(const struct json_tree *tree)
{
	static const enum json_type types[] = {
		[JSON_TREE_NULL] = json_type_null,
		[JSON_TREE_BOOLEAN] = json_type_boolean,
		[JSON_TREE_NUMBER] = json_type_int,
		[JSON_TREE_STRING] = json_type_string,
		[JSON_TREE_ARRAY] = json_type_array,
		[JSON_TREE_OBJECT] = json_type_object,
	};
	return types[tree->kind];
}

static struct json_object *inner_of(
	struct json_object *json, const struct json_tree *inner, size_t place)
{
	char name[4096];
	struct json_object *found = NULL;
	if (json_object_is_type(json, json_type_array))
		return json_object_array_get_idx(json, place);
	fuzz_must(inner->name.size < sizeof(name));
	memcpy(name, inner->name.data, inner->name.size);
	name[inner->name.size] = '\0';
	fuzz_must(json_object_object_get_ex(json, name, &found));
	return found;
}

static void compare(const struct json_tree *tree, struct json_object *json)
{
	size_t place = 0;
	if (tree->kind == JSON_TREE_NUMBER && json_object_is_type(json, json_type_double))
		return;
	fuzz_must(json_object_is_type(json, type_of(tree)));
	if (tree->kind == JSON_TREE_BOOLEAN)
		fuzz_must(tree->yes == (bool)json_object_get_boolean(json));
	if (tree->kind == JSON_TREE_STRING)
		fuzz_must(bytes_equal(tree->text,
			bytes_of(json_object_get_string(json),
				(size_t)json_object_get_string_len(json))));
	for (const struct json_tree *it = tree->first; it != NULL; it = it->next, place++)
		compare(it, inner_of(json, it, place));
}

/* json-c cuts names at a zero byte, and keeps one member of each name. */
static bool has_odd_names(const struct json_tree *tree)
{
	for (const struct json_tree *it = tree->first; it != NULL; it = it->next) {
		if (has_odd_names(it))
			return true;
		if (tree->kind != JSON_TREE_OBJECT)
			continue;
		if (memchr(it->name.data, 0, it->name.size) != NULL)
			return true;
		for (const struct json_tree *other = it->next; other != NULL; other = other->next)
			if (bytes_equal(it->name, other->name))
				return true;
	}
	return false;
}

static void compare_with_other(const struct json_tree *tree, struct bytes text)
{
	struct json_tokener *tokener = json_tokener_new_ex(DEPTH + 2);
	struct json_object *json;

	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	json = json_tokener_parse_ex(tokener, (const char *)text.data, (int)text.size);
	if (json_tokener_get_error(tokener) == json_tokener_continue)
		json = json_tokener_parse_ex(tokener, "", 1);
	fuzz_must(json_tokener_get_error(tokener) == json_tokener_success);
	if (!has_odd_names(tree))
		compare(tree, json);
	json_object_put(json);
	json_tokener_free(tokener);
}

/* What was read goes over Avro and JSON and comes back the same. */
static void round_trip(const struct schema *schema, const void *record, struct arena *arena)
{
	void *decoded = arena_get(arena, schema->size), *again = arena_get(arena, schema->size);
	struct buffer first = {0}, second = {0};
	struct problems problems;
	struct err err = {0};

	problems_init(&problems, arena);
	schema->encode(record, &first);
	fuzz_must(schema->decode(decoded, buffer_bytes(&first), arena, &err) == OK);
	struct json_object *json = schema->to_json(decoded);
	struct bytes text = bytes_of_string(json_object_to_json_string(json));
	const struct json_tree *tree = json_tree_parse(text, DEPTH, &problems);
	fuzz_must(tree != NULL && schema->from_json(again, tree, &problems));
	schema->encode(again, &second);
	fuzz_must(bytes_equal(buffer_bytes(&first), buffer_bytes(&second)));
	json_object_put(json);
	buffer_done(&first);
	buffer_done(&second);
}

static void read_text(const struct schema *schema, struct bytes text, struct arena *arena)
{
	struct problems problems;
	problems_init(&problems, arena);
	const struct json_tree *tree = json_tree_parse(text, DEPTH, &problems);
	fuzz_must((tree != NULL) == (problems.count == 0));
	if (tree == NULL)
		return;
	compare_with_other(tree, text);
	void *record = arena_get(arena, schema->size);
	bool good = schema->from_json(record, tree, &problems);
	fuzz_must(good == (problems.count == 0));
	struct codes *codes = codes_new();
	schema->check(record, codes, CHECK_PARTNER, &problems);
	codes_free(codes);
	if (good)
		round_trip(schema, record, arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = {0};
	if (size == 0)
		return 0;
	read_text(fuzz_schema(data[0]), bytes_of(data + 1, size - 1), &arena);
	arena_done(&arena);
	return 0;
}
