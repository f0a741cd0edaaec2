/* fuzz_json - any text as the JSON of a record of any schema; the first byte says which. */
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "schemas/types.h"
#include "tests/fuzz/fuzz.h"

static struct json_object *parse(const uint8_t *data, size_t size)
{
	struct json_tokener *tokener = json_tokener_new_ex(32);
	struct json_object *json;

	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	json = json_tokener_parse_ex(tokener, (const char *)data, (int)size);
	json_tokener_free(tokener);
	return json;
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
	fuzz_must(schema->from_json(again, json, &problems));
	json_object_put(json);
	schema->encode(again, &second);
	fuzz_must(bytes_equal(buffer_bytes(&first), buffer_bytes(&second)));
	buffer_done(&first);
	buffer_done(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = {0};
	struct problems problems;
	struct codes *codes;
	struct json_object *json;

	if (size == 0 || (json = parse(data + 1, size - 1)) == NULL)
		return 0;
	const struct schema *schema = fuzz_schema(data[0]);
	void *record = arena_get(&arena, schema->size);
	problems_init(&problems, &arena);
	bool good = schema->from_json(record, json, &problems);
	json_object_put(json);
	fuzz_must(good == (problems.count == 0));
	codes = codes_new();
	schema->check(record, codes, CHECK_PARTNER, &problems);
	codes_free(codes);
	if (good)
		round_trip(schema, record, &arena);
	arena_done(&arena);
	return 0;
}
