/* test_types_avro - the generated codec and avro-c agree byte for byte, on values from either. */
#include "tests/unit/unit.h"

#include <avro.h>
#include <string.h>

#include "schemas/types.h"
#include "tests/support/random.h"

#define ROUNDS 200

/* avro-c's idea of one schema. */
struct oracle {
	avro_schema_t schema;
	avro_value_iface_t *class;
	avro_value_t value;
};

static void oracle_init(struct oracle *oracle, const struct schema *schema)
{
	assert_int_equal(
		avro_schema_from_json_length(schema->json, strlen(schema->json), &oracle->schema),
		0);
	oracle->class = avro_generic_class_from_schema(oracle->schema);
	assert_int_equal(avro_generic_value_new(oracle->class, &oracle->value), 0);
}

static void oracle_done(struct oracle *oracle)
{
	avro_value_decref(&oracle->value);
	avro_value_iface_decref(oracle->class);
	avro_schema_decref(oracle->schema);
}

static void oracle_write(struct oracle *oracle, struct buffer *out)
{
	size_t size = 0;
	avro_writer_t writer;

	assert_int_equal(avro_value_sizeof(&oracle->value, &size), 0);
	buffer_clear(out);
	buffer_reserve(out, size);
	writer = avro_writer_memory((const char *)out->data, (int64_t)size);
	assert_int_equal(avro_value_write(writer, &oracle->value), 0);
	assert_int_equal(avro_writer_tell(writer), size);
	out->size = size;
	avro_writer_free(writer);
}

static void oracle_read(struct oracle *oracle, struct bytes in)
{
	avro_reader_t reader = avro_reader_memory((const char *)in.data, (int64_t)in.size);

	assert_int_equal(avro_value_reset(&oracle->value), 0);
	assert_int_equal(avro_value_read(reader, &oracle->value), 0);
	avro_reader_free(reader);
}

static void ours_equal(const struct schema *schema, struct bytes theirs, struct arena *arena)
{
	void *record = arena_get(arena, schema->size);
	struct buffer ours = {0};
	struct err err = {0};

	if (schema->decode(record, theirs, arena, &err) != OK)
		fail_msg("%s: %s", schema->name, err.text);
	schema->encode(record, &ours);
	assert_int_equal(ours.size, theirs.size);
	assert_memory_equal(ours.data, theirs.data, ours.size);
	buffer_done(&ours);
}

/* Random records, written by us, read and written again by avro-c. */
static void test_avro_c_reads_ours(void **state)
{
	struct random random = {1};
	struct arena arena = {0};
	struct buffer ours = {0}, theirs = {0};

	(void)state;
	for (size_t i = 0; schemas_all[i] != NULL; i++) {
		const struct schema *schema = schemas_all[i];
		struct oracle oracle;
		oracle_init(&oracle, schema);
		for (int round = 0; round < ROUNDS; round++) {
			void *record = arena_get(&arena, schema->size);
			random_record(&random, &arena, schema->rows, record);
			buffer_clear(&ours);
			schema->encode(record, &ours);
			oracle_read(&oracle, buffer_bytes(&ours));
			oracle_write(&oracle, &theirs);
			assert_int_equal(theirs.size, ours.size);
			assert_memory_equal(theirs.data, ours.data, ours.size);
			ours_equal(schema, buffer_bytes(&theirs), &arena);
			arena_reset(&arena);
		}
		oracle_done(&oracle);
	}
	buffer_done(&ours);
	buffer_done(&theirs);
	arena_done(&arena);
}

static void fill(struct random *random, struct arena *arena, avro_value_t *value);

static void fill_record(struct random *random, struct arena *arena, avro_value_t *value)
{
	size_t count = 0;
	avro_value_t field;

	avro_value_get_size(value, &count);
	for (size_t i = 0; i < count; i++) {
		avro_value_get_by_index(value, i, &field, NULL);
		fill(random, arena, &field);
	}
}

static void fill_array(struct random *random, struct arena *arena, avro_value_t *value)
{
	avro_value_t item;

	for (size_t left = random_below(random, 5); left > 0; left--) {
		avro_value_append(value, &item, NULL);
		fill(random, arena, &item);
	}
}

static void fill_union(struct random *random, struct arena *arena, avro_value_t *value)
{
	size_t count = avro_schema_union_size(avro_value_get_schema(value));
	avro_value_t branch;

	avro_value_set_branch(value, (int)random_below(random, count), &branch);
	fill(random, arena, &branch);
}

static avro_schema_t target_of(avro_schema_t schema)
{
	return is_avro_link(schema) ? avro_schema_link_target(schema) : schema;
}

static void fill_fixed(struct random *random, avro_value_t *value)
{
	size_t size = (size_t)avro_schema_fixed_size(target_of(avro_value_get_schema(value)));
	uint8_t data[64];

	for (size_t i = 0; i < size; i++)
		data[i] = (uint8_t)random_next(random);
	avro_value_set_fixed(value, data, size);
}

static void fill_bytes(struct random *random, struct arena *arena, avro_value_t *value)
{
	struct bytes bytes = random_bytes(random, arena);
	uint8_t *data = arena_get(arena, bytes.size + 1);

	memcpy(data, bytes.data, bytes.size);
	avro_value_set_bytes(value, data, bytes.size);
}

static void fill(struct random *random, struct arena *arena, avro_value_t *value)
{
	struct bytes text;
	int count;

	switch (avro_value_get_type(value)) {
	case AVRO_BOOLEAN:
		avro_value_set_boolean(value, (int)random_below(random, 2));
		return;
	case AVRO_INT32:
		avro_value_set_int(value, (int32_t)random_integer(random, 32));
		return;
	case AVRO_INT64:
		avro_value_set_long(value, random_integer(random, 64));
		return;
	case AVRO_STRING:
		text = random_text(random, arena);
		avro_value_set_string(value, arena_string(arena, text));
		return;
	case AVRO_BYTES:
		fill_bytes(random, arena, value);
		return;
	case AVRO_FIXED:
		fill_fixed(random, value);
		return;
	case AVRO_ENUM:
		/* The last one stands for those that are newer than who reads. */
		count = avro_schema_enum_number_of_symbols(
				target_of(avro_value_get_schema(value))) -
			1;
		avro_value_set_enum(value, (int)random_below(random, (uint64_t)count));
		return;
	case AVRO_RECORD:
		fill_record(random, arena, value);
		return;
	case AVRO_ARRAY:
		fill_array(random, arena, value);
		return;
	case AVRO_UNION:
		fill_union(random, arena, value);
		return;
	case AVRO_NULL:
		return;
	default:
		fail_msg("a type that our schemas do not use");
	}
}

/* Random values, made and written by avro-c, read and written again by us. */
static void test_ours_reads_avro_c(void **state)
{
	struct random random = {2};
	struct arena arena = {0};
	struct buffer theirs = {0};

	(void)state;
	for (size_t i = 0; schemas_all[i] != NULL; i++) {
		struct oracle oracle;
		oracle_init(&oracle, schemas_all[i]);
		for (int round = 0; round < ROUNDS; round++) {
			avro_value_reset(&oracle.value);
			fill(&random, &arena, &oracle.value);
			oracle_write(&oracle, &theirs);
			ours_equal(schemas_all[i], buffer_bytes(&theirs), &arena);
			arena_reset(&arena);
		}
		oracle_done(&oracle);
	}
	buffer_done(&theirs);
	arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_avro_c_reads_ours),
		cmocka_unit_test(test_ours_reads_avro_c),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
