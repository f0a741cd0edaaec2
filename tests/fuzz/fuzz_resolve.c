/* fuzz_resolve - any bytes as a record that another version of a schema wrote; the first two bytes
 * say which schema and which version. */
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "hub/wire/plan.h"
#include "tests/fuzz/fuzz.h"

#define SCHEMAS 16
#define VERSIONS 16

static const char foreign[] = "[{\"name\": \"foreign1\", \"type\": {\"type\": \"map\", \"values\": "
			      "[\"null\", \"double\", "
			      "{\"type\": \"array\", \"items\": \"null\"}]}},"
			      "{\"name\": \"foreign2\", \"type\": {\"type\": \"record\", \"name\": "
			      "\"List\", \"fields\": ["
			      "{\"name\": \"rest\", \"type\": [\"null\", \"List\"]}]}}]";

/* Which fields with a default another version lacks. */
struct chance {
	unsigned version, count;
};

static bool is_lacking(struct chance *chance, struct json_object *field)
{
	unsigned hash = (chance->version * 2654435761u) ^ (chance->count++ * 40503u);

	return json_object_object_get_ex(field, "default", NULL) && (hash >> 3) % 3 == 0;
}

static void change(struct chance *chance, struct json_object *schema);

static void change_fields(struct chance *chance, struct json_object *schema)
{
	struct json_object *fields = json_object_object_get(schema, "fields");
	struct json_object *left = json_object_new_array();

	for (size_t i = 0; i < json_object_array_length(fields); i++) {
		struct json_object *field = json_object_array_get_idx(fields, i);
		if (is_lacking(chance, field))
			continue;
		change(chance, json_object_object_get(field, "type"));
		json_object_array_add(left, json_object_get(field));
	}
	json_object_object_add(schema, "fields", left);
}

static void change(struct chance *chance, struct json_object *schema)
{
	if (json_object_is_type(schema, json_type_array))
		for (size_t i = 0; i < json_object_array_length(schema); i++)
			change(chance, json_object_array_get_idx(schema, i));
	if (!json_object_is_type(schema, json_type_object))
		return;
	if (json_object_object_get_ex(schema, "fields", NULL))
		change_fields(chance, schema);
	change(chance, json_object_object_get(schema, "items"));
}

static void add_foreign(struct json_object *schema)
{
	struct json_object *fields = json_object_object_get(schema, "fields");
	struct json_object *more = json_tokener_parse(foreign);

	for (size_t i = 0; i < json_object_array_length(more); i++)
		json_object_array_add(fields, json_object_get(json_object_array_get_idx(more, i)));
	json_object_put(more);
}

/* NULL: this version lacks the definition of a type that it names. */
static const struct plan *make_plan(const struct schema *schema, unsigned version)
{
	static struct arena arena; /* for as long as the fuzzer runs */
	struct json_object *json = json_tokener_parse(schema->json);
	struct chance chance = {.version = version};
	const struct plan *plan = NULL;
	struct err err = {0};

	if (version > 0)
		change(&chance, json);
	if (version % 4 == 3)
		add_foreign(json);
	if (plan_make(bytes_of_string(json_object_to_json_string(json)),
		    bytes_of_string(schema->json), &arena, &plan, &err) != OK)
		fuzz_must(err.text[0] != '\0');
	json_object_put(json);
	return plan;
}

static const struct plan *plan_of(const struct schema *schema, uint8_t number, uint8_t version)
{
	static const struct plan *plans[SCHEMAS][VERSIONS];
	static bool made[SCHEMAS][VERSIONS];
	unsigned i = number % SCHEMAS, j = version % VERSIONS;

	if (!made[i][j]) {
		plans[i][j] = make_plan(schema, j);
		made[i][j] = true;
	}
	return plans[i][j];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = {0};
	struct buffer out = {0};
	struct err err = {0};

	if (size < 2)
		return 0;
	const struct schema *schema = fuzz_schema(data[0] % SCHEMAS);
	const struct plan *plan = plan_of(schema, data[0], data[1]);
	if (plan != NULL && plan_run(plan, bytes_of(data + 2, size - 2), &out, &err) == OK) {
		void *record = arena_get(&arena, schema->size);
		fuzz_must(out.size < 4000 + 100 * size);
		/* A plan goes by the schemas, where NEWER is a symbol like others. */
		if (schema->decode(record, buffer_bytes(&out), &arena, &err) != OK)
			fuzz_must(strstr(err.text, "that this program knows") != NULL);
	}
	buffer_done(&out);
	arena_done(&arena);
	return 0;
}
