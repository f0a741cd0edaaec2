/* fuzz_decode - any bytes as a record of any schema; the first byte says which. */
#include <json-c/json.h>
#include <stdlib.h>

#include "schemas/types.h"
#include "tests/fuzz/fuzz.h"

static void round_trip(const struct schema *schema, const void *record, struct arena *arena)
{
	void *again = arena_get(arena, schema->size);
	struct buffer first = {0}, second = {0};
	struct err err = {0};

	schema->encode(record, &first);
	fuzz_must(schema->decode(again, buffer_bytes(&first), arena, &err) == OK);
	schema->encode(again, &second);
	fuzz_must(bytes_equal(buffer_bytes(&first), buffer_bytes(&second)));
	buffer_done(&first);
	buffer_done(&second);
}

static void show_and_check(const struct schema *schema, const void *record, struct arena *arena)
{
	struct problems problems;
	struct codes *codes = codes_new();
	struct json_object *json = schema->to_json(record);

	fuzz_must(json_object_to_json_string(json) != NULL);
	json_object_put(json);
	problems_init(&problems, arena);
	schema->check(record, codes, CHECK_PARTNER, &problems);
	codes_free(codes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = {0};
	struct err err = {0};

	if (size == 0)
		return 0;
	const struct schema *schema = fuzz_schema(data[0]);
	void *record = arena_get(&arena, schema->size);
	enum outcome outcome = schema->decode(record, bytes_of(data + 1, size - 1), &arena, &err);
	fuzz_must(arena.used < 4000 + 100 * size);
	fuzz_must(outcome == OK || (outcome == REJECT && err.text[0] != '\0'));
	if (outcome == OK) {
		round_trip(schema, record, &arena);
		show_and_check(schema, record, &arena);
	}
	arena_done(&arena);
	return 0;
}
