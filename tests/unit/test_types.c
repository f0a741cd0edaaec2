/* test_types - generated structs: Avro round trips, hostile bytes, and every schema by itself. */
#include "tests/unit/unit.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "schemas/binary.h"
#include "schemas/json_tree.h"
#include "schemas/types.h"
#include "tests/support/random.h"

static struct bytes text(const char *s)
{
	return bytes_of_string(s);
}

static struct message sample(struct referral *referral, struct sealed *sealed)
{
	static struct bytes groups[] = {{(const uint8_t *)"JONGERE", 7}, {(const uint8_t *)"", 0}};

	*sealed = (struct sealed){.box = text("not really sealed")};
	*referral = (struct referral){
		.kind = REFERRAL_KIND_SERVICE,
		.subject = SUBJECT_PERSON,
		.from_desk = text("gemeente-rotterdam"),
		.question = text("LEERBAAN"),
		.target_groups = groups,
		.target_groups_count = 2,
		.origin = text("PARTNER"),
		.urgency = text("NORMAL"),
		.has_not_before = true,
		.not_before = 20500,
		.purpose = text("GUIDANCE"),
		.legal_basis = {.kind = LEGAL_BASIS_KIND_CONSENT,
			.has_given_at = true,
			.given_at = -1},
	};
	return (struct message){
		.id = {{1, 2, 3}},
		.partner = text("00000099000000001000"),
		.system = text(""),
		.reference = text("r-1"),
		.case_ = text("2026-1"),
		.leg = text(""),
		.has_client = true,
		.client = {{0xff}},
		.occurred_at = INT64_MIN,
		.sealed = sealed,
		.body_referral = referral,
	};
}

static void test_round_trip(void **state)
{
	struct referral referral;
	struct sealed sealed;
	struct message in = sample(&referral, &sealed), out;
	struct buffer first = {0}, second = {0};
	struct arena arena = {0};
	struct err err = {0};

	(void)state;
	message_encode(&in, &first);
	assert_int_equal(message_decode(&out, buffer_bytes(&first), &arena, &err), OK);
	assert_true(bytes_equal(out.partner, in.partner));
	assert_non_null(out.system.data);
	assert_int_equal(out.system.size, 0);
	assert_null(out.trace.data);
	assert_false(out.has_match);
	assert_int_equal(out.occurred_at, INT64_MIN);
	assert_null(out.body_status_change);
	assert_int_equal(out.body_referral->kind, REFERRAL_KIND_SERVICE);
	assert_int_equal(out.body_referral->target_groups_count, 2);
	assert_true(bytes_equal_string(out.body_referral->target_groups[0], "JONGERE"));
	assert_int_equal(out.body_referral->legal_basis.given_at, -1);
	message_encode(&out, &second);
	assert_true(bytes_equal(buffer_bytes(&first), buffer_bytes(&second)));
	buffer_done(&first);
	buffer_done(&second);
	arena_done(&arena);
}

/* Access: client (16), referral (1), at (1), partner (1), desk (1), worker (1), purpose (1), basis
 * (1), fields (1): the smallest one is 24 zero bytes. */
#define ACCESS_MINIMUM 24
#define ACCESS_FIELDS 23

struct hostile {
	const char *name;
	size_t at; /* where the bytes go over a smallest Access */
	const char *bytes; /* hexadecimal */
	size_t size; /* of the whole input */
	const char *text; /* NULL: it is fine */
};

static const struct hostile hostile_rows[] = {
	{"smallest", 0, "", 24, NULL},
	{"empty", 0, "", 0, "Access: empty"},
	{"cut fixed", 0, "", 15, "Access.client is cut off"},
	{"cut before the last field", 0, "", 23, "Access.fields has no count"},
	{"one byte too many", 0, "", 25, "Access: 1 bytes too many"},
	{"branch 2 of 2", 16, "04", 24, "Access.referral is neither null nor there"},
	{"branch -1", 16, "01", 24, "Access.referral is neither null nor there"},
	{"long of 10 bytes", 17, "ffffffffffffffffff01", 33, NULL},
	{"long beyond 64 bits", 17, "ffffffffffffffffff02", 33, "Access.at is not a long"},
	{"long of 11 bytes", 17, "ffffffffffffffffff8101", 34, "Access.at is not a long"},
	{"long without end", 17, "ffffffffffffff", 24, "Access.at is not a long"},
	{"overlong zero", 17, "8000", 25, NULL},
	{"string one too long", 18, "0c", 24, "Access.partner has no length"},
	{"string of -1", 18, "01", 24, "Access.partner has no length"},
	{"string of 2^63-1", 18, "feffffffffffffffff01", 33, "Access.partner has no length"},
	{"string of -2^63", 18, "ffffffffffffffffff01", 33, "Access.partner has no length"},
	{"symbol 2 of 2", 22, "04", 24,
		"Access.basis is no symbol of LegalBasisKind that this program knows"},
	{"symbol -1", 22, "01", 24,
		"Access.basis is no symbol of LegalBasisKind that this program knows"},
	{"array in one block", 23, "04020202020000", 30, "bytes too many"},
	{"array in two blocks", 23,
		"020261020262"
		"00",
		30, NULL},
	{"block with its size", 23,
		"01040261"
		"00",
		28, NULL},
	{"block with a wrong size", 23,
		"01060261"
		"0000",
		29, "block of another size"},
	{"block with a size of -1", 23,
		"01010261"
		"00",
		28, "Access.fields has no count"},
	{"block with a size beyond the end", 23,
		"01400261"
		"00",
		28, "Access.fields has no count"},
	{"more items than bytes", 23, "08020202", 27, "Access.fields has no count"},
	{"2^62 items", 23, "feffffffffffffff7f", 32, "Access.fields has no count"},
	{"-2^63 items", 23, "ffffffffffffffffff01", 33, "Access.fields has no count"},
	{"array without end", 23, "020261", 26, "Access.fields has no count"},
};

static void test_hostile(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(hostile_rows); i++) {
		const struct hostile *row = &hostile_rows[i];
		uint8_t *in = calloc(row->size + 1, 1);
		size_t size = strlen(row->bytes) / 2;
		struct arena arena = {0};
		struct err err = {0};
		struct access out;

		assert_true(row->at + size <= row->size + 1);
		assert_true(bytes_from_hex(text(row->bytes), in + row->at, size));
		in = realloc(in, row->size + (row->size == 0)); /* exact, for the sanitizers */
		enum outcome outcome = access_decode(&out, bytes_of(in, row->size), &arena, &err);
		if (outcome != (row->text == NULL ? OK : REJECT) ||
			(row->text != NULL && strstr(err.text, row->text) == NULL))
			fail_msg("%s: %s, %s", row->name, outcome_name(outcome), err.text);
		free(in);
		arena_done(&arena);
	}
}

/* Every prefix of every random record is refused, and so is a byte more. */
static void test_truncated(void **state)
{
	struct random random = {3};
	struct arena arena = {0};
	struct err err = {0};

	(void)state;
	for (size_t i = 0; schemas_all[i] != NULL; i++) {
		const struct schema *schema = schemas_all[i];
		void *record = arena_get(&arena, schema->size);
		struct buffer whole = {0};
		random_record(&random, &arena, schema->rows, record);
		schema->encode(record, &whole);
		buffer_add(&whole, "", 1);
		for (size_t size = 0; size <= whole.size; size++) {
			uint8_t *cut = malloc(size + (size == 0));
			memcpy(cut, whole.data, size);
			enum outcome outcome =
				schema->decode(record, bytes_of(cut, size), &arena, &err);
			assert_int_equal(outcome, size == whole.size - 1 ? OK : REJECT);
			free(cut);
		}
		buffer_done(&whole);
		arena_reset(&arena);
	}
	arena_done(&arena);
}

/* 10 MB each: all of one byte, and the array with the most memory per byte. Memory stays within a
 * constant factor of the input, and no input takes long. */
static void test_ten_megabytes(void **state)
{
	static const uint8_t fillers[] = {0x00, 0x01, 0x02, 0x7f, 0x80, 0xff};
	size_t size = 10000000;
	uint8_t *in = malloc(size);
	struct err err = {0};

	(void)state;
	for (size_t i = 0; schemas_all[i] != NULL; i++) {
		for (size_t j = 0; j < UNIT_COUNT(fillers); j++) {
			struct arena arena = {0};
			void *record = arena_get(&arena, schemas_all[i]->size);
			memset(in, fillers[j], size);
			assert_int_equal(
				schemas_all[i]->decode(record, bytes_of(in, size), &arena, &err),
				REJECT);
			assert_true(arena.used < 100 * size);
			arena_done(&arena);
		}
	}
	free(in);
}

/* An array of ten million empty strings: one block each, and all in one block. */
static void test_many_items(void **state)
{
	static const size_t per_block[] = {1, 5000000};
	size_t count = 5000000;

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(per_block); i++) {
		struct arena arena = {0};
		struct buffer in = {0};
		struct err err = {0};
		struct access out;
		buffer_reserve(&in, 3 * count + ACCESS_MINIMUM);
		memset(in.data, 0, 3 * count + ACCESS_MINIMUM);
		in.size = ACCESS_FIELDS;
		for (size_t left = count; left > 0; left -= per_block[i]) {
			in.size = (size_t)(put_long(in.data + in.size, (int64_t)per_block[i]) -
				in.data);
			in.size += per_block[i];
		}
		in.size++;
		assert_int_equal(access_decode(&out, buffer_bytes(&in), &arena, &err), OK);
		assert_int_equal(out.fields_count, count);
		assert_int_equal(out.fields[count - 1].size, 0);
		assert_true(arena.used < 70 * in.size);
		buffer_done(&in);
		arena_done(&arena);
	}
}

static void test_json_and_back(void **state)
{
	struct random random = {4};
	struct arena arena = {0};

	(void)state;
	for (size_t i = 0; schemas_all[i] != NULL; i++) {
		for (int round = 0; round < 100; round++) {
			const struct schema *schema = schemas_all[i];
			void *in = arena_get(&arena, schema->size);
			void *out = arena_get(&arena, schema->size);
			struct buffer first = {0}, second = {0};
			struct problems problems;
			problems_init(&problems, &arena);
			random_record(&random, &arena, schema->rows, in);
			struct json_object *json = schema->to_json(in);
			const struct json_tree *tree = json_tree_parse(
				bytes_of_string(json_object_to_json_string(json)), 16, &problems);
			if (tree == NULL || !schema->from_json(out, tree, &problems))
				fail_msg("%s: %s %s", schema->name, problems.items[0].path,
					problems.items[0].text);
			schema->encode(in, &first);
			schema->encode(out, &second);
			assert_true(bytes_equal(buffer_bytes(&first), buffer_bytes(&second)));
			json_object_put(json);
			buffer_done(&first);
			buffer_done(&second);
			arena_reset(&arena);
		}
	}
	arena_done(&arena);
}

static void test_names(void **state)
{
	enum action action;

	(void)state;
	assert_string_equal(action_name(ACTION_TAKE_BACK), "TAKE_BACK");
	assert_true(action_from_name(text("RECOGNITION"), &action));
	assert_int_equal(action, ACTION_RECOGNITION);
	assert_int_equal(ACTION_RECOGNITION, ACTION_COUNT - 1);
	assert_false(action_from_name(text("vanished"), &action));
	assert_ptr_equal(schema_find("StatusChange"), &schema_status_change);
	assert_null(schema_find("Nothing"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_ten_megabytes),
		cmocka_unit_test(test_many_items),
		cmocka_unit_test(test_json_and_back),
		cmocka_unit_test(test_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
