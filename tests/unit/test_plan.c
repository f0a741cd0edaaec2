/* test_plan - other schemas' bytes become ours, or are refused with a reason; none can do harm. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "hub/wire/layout.h"
#include "hub/wire/plan.h"
#include "schemas/types.h"
#include "tests/support/random.h"

static struct bytes text(const char *s)
{
	return bytes_of_string(s);
}

static struct bytes hex(struct arena *arena, const char *digits)
{
	size_t size = strlen(digits) / 2;
	uint8_t *out = arena_get(arena, size + 1);

	assert_true(bytes_from_hex(text(digits), out, size));
	return bytes_of(out, size);
}

/* Fact, as it is: kind, id, at, then from, to, number and text, which may be null. */
#define FACT(fields)                                                                               \
	"{\"type\": \"record\", \"name\": \"Fact\", \"namespace\": \"x\", \"fields\": [" fields "]}"
#define KINDS(symbols)                                                                             \
	"{\"name\": \"kind\", \"type\": {\"type\": \"enum\", \"name\": \"FactKind\", "             \
	"\"symbols\": [" symbols "]}}"
#define FIELD(name, type) "{\"name\": \"" name "\", \"type\": " type "}"

struct row {
	const char *writer;
	const char *in; /* hexadecimal; NULL: the schema itself is refused */
	const char *out; /* hexadecimal; NULL: refused */
	const char *why;
};

static const struct row rows[] = {
	/* what is missing is null, what we do not have is dropped, order does not matter */
	{FACT(KINDS("\"HEARTBEAT\", \"OUTAGE\"") "," FIELD("id", "\"string\"") "," FIELD(
		 "at", "\"long\"")),
		"020261c801",
		"020261c801"
		"00000000",
		NULL},
	{FACT(FIELD("at", "\"long\"") "," FIELD(
		 "gone", "{\"type\": \"map\", \"values\": \"double\"}") "," FIELD("id",
		 "\"string\"") "," KINDS("\"OUTAGE\", \"HEARTBEAT\"")),
		"c8010202780000000000000000000261"
		"00",
		"020261c801"
		"00000000",
		NULL},
	/* promotions: int to long, bytes to string; a plain value to one that may be null, and back
	 */
	{FACT(KINDS("\"SETTLED\"") "," FIELD("id", "\"bytes\"") "," FIELD(
		 "at", "\"int\"") "," FIELD("number", "\"int\"") "," FIELD("text",
		 "[\"string\", \"null\"]")),
		"00026102"
		"04"
		"02",
		"0c0261020000020400", NULL},
	{FACT(KINDS("\"SETTLED\"") "," FIELD("id", "[\"null\", \"string\"]") "," FIELD(
		 "at", "[\"int\", \"long\"]")),
		"00"
		"020261"
		"0002",
		"0c0261"
		"02"
		"00000000",
		NULL},
	{FACT(KINDS("\"SETTLED\"") "," FIELD("id", "[\"null\", \"string\"]") "," FIELD(
		 "at", "\"long\"")),
		"00"
		"00"
		"02",
		NULL, "Fact.id: written as null, read as string"},
	/* bytes that are none of the writer's */
	{FACT(KINDS("\"HEARTBEAT\"") "," FIELD("id", "\"string\"") "," FIELD("at", "\"long\"")),
		"02"
		"0261"
		"02",
		NULL, "kind is not what the writer's schema says"},
	{FACT(KINDS("\"HEARTBEAT\"") "," FIELD("id", "\"string\"") "," FIELD("at", "\"long\"")),
		"00"
		"7e61"
		"02",
		NULL, "id is not what the writer's schema says"},
	{FACT(KINDS("\"HEARTBEAT\"") "," FIELD("id", "\"string\"") "," FIELD("at", "\"long\"")),
		"00"
		"0261"
		"02"
		"00",
		NULL, "Fact: 1 bytes too many behind its end"},
	{FACT(KINDS("\"HEARTBEAT\"") "," FIELD("id", "\"string\"") "," FIELD("at", "\"long\"")), "",
		NULL, "Fact: empty"},
	/* schemas that cannot become ours */
	{FACT(KINDS("\"HEARTBEAT\"") "," FIELD("id", "\"int\"") "," FIELD("at", "\"long\"")), NULL,
		NULL, "Fact.id: written as int, read as string"},
	{FACT(KINDS("\"HEARTBEAT\"") "," FIELD("id", "\"string\"")), NULL, NULL,
		"Fact.at: the writer does not have it, and it has no default"},
	{FACT(FIELD("kind", "\"string\"") "," FIELD("id", "\"string\"") "," FIELD(
		 "at", "\"long\"")),
		NULL, NULL, "Fact.kind: written as string, read as FactKind"},
	{"{\"type\": \"record\", \"name\": \"Access\", \"fields\": []}", NULL, NULL,
		"Fact: written as Access, read as Fact"},
	{"\"long\"", NULL, NULL, "Fact: written as long, read as Fact"},
	{"{\"type\": \"record\", \"name\": \"Fact\"}", NULL, NULL, "no Avro schema"},
	{FACT(FIELD("id", "\"nothing\"")), NULL, NULL, "no Avro schema: "},
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		const struct row *row = &rows[i];
		struct arena arena = {0};
		struct buffer out = {0};
		struct err err = {0};
		const struct plan *plan;
		struct fact fact;
		enum outcome outcome =
			plan_make(text(row->writer), text(schema_fact.json), &arena, &plan, &err);

		if (row->in != NULL && outcome == OK)
			outcome = plan_run(plan, hex(&arena, row->in), &out, &err);
		if (outcome != (row->out != NULL ? OK : REJECT) ||
			(row->why != NULL && strstr(err.text, row->why) == NULL))
			fail_msg("row %zu: %s: %s", i, outcome_name(outcome), err.text);
		if (row->out != NULL) {
			assert_true(bytes_equal(buffer_bytes(&out), hex(&arena, row->out)));
			assert_int_equal(fact_decode(&fact, buffer_bytes(&out), &arena, &err), OK);
		} else {
			assert_int_equal(out.size, 0);
		}
		buffer_done(&out);
		arena_done(&arena);
	}
}

/* By Avro's rules it becomes the enum's default, which says only that it is newer than we: nobody
 * acts on it. */
static void test_a_newer_symbol(void **state)
{
	static const char writer[] = FACT(KINDS("\"HEARTBEAT\", \"ADDED\"") "," FIELD(
		"id", "\"string\"") "," FIELD("at", "\"long\""));
	struct arena arena = {0};
	struct buffer out = {0};
	struct err err = {0};
	const struct plan *plan;
	struct fact fact;
	(void)state;

	assert_int_equal(plan_make(text(writer), text(schema_fact.json), &arena, &plan, &err), OK);
	assert_int_equal(plan_run(plan, hex(&arena, "02026102"), &out, &err), OK);
	assert_true(bytes_equal(buffer_bytes(&out), hex(&arena, "1602610200000000")));
	assert_int_equal(fact_decode(&fact, buffer_bytes(&out), &arena, &err), REJECT);
	assert_string_equal(err.text, "Fact.kind is no symbol of FactKind that this program knows");
	buffer_clear(&out);
	assert_int_equal(plan_run(plan, hex(&arena, "00026102"), &out, &err), OK);
	assert_int_equal(fact_decode(&fact, buffer_bytes(&out), &arena, &err), OK);
	assert_int_equal(fact.kind, FACT_KIND_HEARTBEAT);
	buffer_done(&out);
	arena_done(&arena);
}

/* A StatusChange of a schema without actor and has_text: defaults within a union, {} and false. */
static void test_defaults_inside(void **state)
{
	static const char writer[] = "{\"type\": \"record\", \"name\": \"Draft\", \"fields\": "
				     "[{\"name\": \"body\", \"type\": "
				     "[{\"type\": \"record\", \"name\": \"StatusChange\", "
				     "\"fields\": [{\"name\": \"action\", "
				     "\"type\": {\"type\": \"enum\", \"name\": \"Action\", "
				     "\"symbols\": [\"ASK\"]}}]}]}]}";
	struct arena arena = {0};
	struct buffer out = {0};
	struct err err = {0};
	const struct plan *plan;
	struct draft draft;

	(void)state;
	assert_int_equal(plan_make(text(writer), text(schema_draft.json), &arena, &plan, &err), OK);
	assert_int_equal(plan_run(plan, hex(&arena, "0000"), &out, &err), OK);
	assert_int_equal(draft_decode(&draft, buffer_bytes(&out), &arena, &err), OK);
	assert_non_null(draft.system.data);
	assert_int_equal(draft.system.size, 0);
	assert_null(draft.body_referral);
	assert_int_equal(draft.body_status_change->action, ACTION_ASK);
	assert_null(draft.body_status_change->actor.desk.data);
	assert_false(draft.body_status_change->has_text);
	buffer_done(&out);
	arena_done(&arena);
}

/* Which schemas can read each other, and why not. */
#define RECORD(fields) "{\"type\": \"record\", \"name\": \"R\", \"fields\": [" fields "]}"
#define PRESET(name, type, value)                                                                  \
	"{\"name\": \"" name "\", \"type\": " type ", \"default\": " value "}"
#define ENUM(symbols) "{\"type\": \"enum\", \"name\": \"E\", \"symbols\": [" symbols "]}"

struct check_row {
	const char *writer, *reader;
	const char *why; /* NULL: it can be read */
};

static const struct check_row check_rows[] = {
	{"\"int\"", "\"long\"", NULL},
	{"\"long\"", "\"int\"", "the schema: written as long, read as int"},
	{"{\"type\": \"string\", \"max\": 3}", "\"bytes\"", NULL},
	{RECORD(""), RECORD(PRESET("a", "[\"null\", \"int\"]", "null")), NULL},
	{RECORD(""), RECORD(FIELD("a", "\"int\"")),
		"R.a: the writer does not have it, and it has no default"},
	{RECORD(FIELD("a", "\"int\"")), RECORD(""), NULL},
	{RECORD(""), RECORD(PRESET("a", "\"bytes\"", "\"x\"")), NULL},
	{RECORD(FIELD("a", "[\"int\", \"string\"]")), RECORD(FIELD("a", "\"long\"")),
		"R.a: written as string, read as long"},
	{RECORD(FIELD("a", "[\"null\", \"R\"]")), RECORD(FIELD("a", "[\"null\", \"R\"]")),
		"R.a: nested too deeply"},
	{RECORD(FIELD("a", "\"int\"")), RECORD(FIELD("a", "[\"null\", \"long\"]")), NULL},
	{RECORD(FIELD("a", "[\"null\", \"long\"]")), RECORD(FIELD("a", "\"long\"")),
		"R.a: written as null, read as long"},
	{RECORD(FIELD("a", "\"int\"")), RECORD(FIELD("a", "[\"null\", \"string\"]")),
		"R.a: no branch of the reader's union takes what is written"},
	{ENUM("\"A\""), ENUM("\"B\", \"A\""), NULL},
	{RECORD(FIELD("e", ENUM("\"A\", \"B\""))), RECORD(FIELD("e", ENUM("\"A\""))),
		"R.e: the reader does not know symbol B of E, and has no default"},
	{"{\"type\": \"enum\", \"name\": \"E\", \"symbols\": [\"A\", \"B\"]}",
		"{\"type\": \"enum\", \"name\": \"E\", \"symbols\": [\"A\"], \"default\": \"A\"}",
		NULL},
	{RECORD(PRESET("e", "[\"null\", " ENUM("\"A\", \"B\"") "]", "null")),
		RECORD(PRESET("e", "[\"null\", " ENUM("\"A\"") "]", "null")),
		"R.e: the reader does not know symbol B"},
	{"{\"type\": \"fixed\", \"name\": \"F\", \"size\": 1}",
		"{\"type\": \"fixed\", \"name\": \"F\", \"size\": 2}", "fixed of different sizes"},
	{"{\"type\": \"fixed\", \"name\": \"F\", \"size\": 1}",
		"{\"type\": \"fixed\", \"name\": \"G\", \"size\": 1}", "written as F, read as G"},
	{"{\"type\": \"array\", \"items\": \"int\"}",
		"{\"type\": \"array\", \"items\": \"string\"}", "written as int, read as string"},
	{"{\"type\": \"map\", \"values\": \"int\"}", "{\"type\": \"map\", \"values\": \"long\"}",
		NULL},
	/* a name that stands for a definition further up, in one of the two */
	{RECORD(FIELD("a", ENUM("\"A\"")) "," FIELD("b", "\"E\"")),
		RECORD(FIELD("b", ENUM("\"A\"")) "," FIELD("a", "\"E\"")), NULL},
	{"{", "\"int\"", "no Avro schema"},
	{"\"int\"", "{}", "no Avro schema"},
};

static void test_check(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(check_rows); i++) {
		struct err err = {0};
		enum outcome outcome = plan_check(bytes_of_string(check_rows[i].writer),
			bytes_of_string(check_rows[i].reader), &err);
		if (outcome != (check_rows[i].why == NULL ? OK : REJECT) ||
			(check_rows[i].why != NULL && strstr(err.text, check_rows[i].why) == NULL))
			fail_msg("row %zu: %s: %s", i, outcome_name(outcome), err.text);
	}
}

struct skip_row {
	const char *schema, *in;
	int size; /* of the value; -1: there is none */
};

static const struct skip_row skip_rows[] = {
	{"\"null\"", "", 0},
	{"\"null\"", "00", 0},
	{"\"boolean\"", "02", -1},
	{"\"int\"", "8080808010", -1},
	{"\"int\"", "ffffffff0f", 5},
	{"\"float\"", "000000", -1},
	{"\"float\"", "0000000000", 4},
	{"\"double\"", "0000000000000000", 8},
	{"{\"type\": \"fixed\", \"name\": \"F\", \"size\": 3}", "0000", -1},
	{"{\"type\": \"fixed\", \"name\": \"F\", \"size\": 3}", "00000000", 3},
	{"{\"type\": \"enum\", \"name\": \"E\", \"symbols\": [\"A\"]}", "02", -1},
	{"[\"null\", \"string\"]", "04", -1},
	{"[\"null\", \"string\"]", "020461", -1},
	{"[\"null\", \"string\"]", "02046161", 4},
	{"{\"type\": \"array\", \"items\": \"null\"}", "feffffffffffffff7f00", 10},
	{"{\"type\": \"array\", \"items\": \"null\"}", "feffffffffffffff7f", -1},
	{"{\"type\": \"array\", \"items\": \"int\"}", "feffffffffffffff7f00", -1},
	{"{\"type\": \"array\", \"items\": \"int\"}", "0402020103020600", -1},
	{"{\"type\": \"array\", \"items\": \"int\"}", "04020201020600", 7},
	{"{\"type\": \"map\", \"values\": \"null\"}",
		"0402610262"
		"00",
		6},
	{"{\"type\": \"map\", \"values\": \"null\"}", "06026100", -1},
	/* a list: value and rest */
	{"{\"type\": \"record\", \"name\": \"L\", \"fields\": [{\"name\": \"v\", \"type\": "
	 "\"int\"}, "
	 "{\"name\": \"rest\", \"type\": [\"null\", \"L\"]}]}",
		"020202020200", 6},
	{"{\"type\": \"record\", \"name\": \"T\", \"fields\": [{\"name\": \"t\", \"type\": "
	 "{\"type\": \"array\", \"items\": \"T\"}}]}",
		"020400000000", 6},
};

static void test_skip(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(skip_rows); i++) {
		struct arena arena = {0};
		struct layout *layout;
		struct err err = {0};
		struct bytes in = hex(&arena, skip_rows[i].in);
		uint8_t *exact = malloc(in.size + (in.size == 0)); /* for the sanitizers */

		memcpy(exact, in.data, in.size);
		assert_int_equal(layout_make(text(skip_rows[i].schema), &arena, &layout, &err), OK);
		const uint8_t *end = layout_skip(layout, exact, exact + in.size);
		int size = end == NULL ? -1 : (int)(end - exact);
		if (size != skip_rows[i].size)
			fail_msg("row %zu: %d", i, size);
		free(exact);
		arena_done(&arena);
	}
}

/* Ten million bytes of ones nest a recursive type as deep as they can. */
static void test_deep(void **state)
{
	static const char schema[] = "{\"type\": \"record\", \"name\": \"L\", \"fields\": "
				     "[{\"name\": \"rest\", \"type\": "
				     "[\"null\", \"L\"]}]}";
	size_t size = 10000000;
	uint8_t *in = malloc(size);
	struct arena arena = {0};
	struct layout *layout;
	struct err err = {0};

	(void)state;
	memset(in, 2, size);
	assert_int_equal(layout_make(text(schema), &arena, &layout, &err), OK);
	assert_null(layout_skip(layout, in, in + size));
	free(in);
	arena_done(&arena);
}

/* Our own schema as the writer's: the bytes stay the same. */
static void test_same(void **state)
{
	struct arena arena = {0};
	struct buffer in = {0}, out = {0};
	struct err err = {0};

	(void)state;
	for (size_t i = 0; schemas_all[i] != NULL; i++) {
		const struct schema *schema = schemas_all[i];
		const struct plan *plan;
		struct random random = {i};
		assert_int_equal(
			plan_make(text(schema->json), text(schema->json), &arena, &plan, &err), OK);
		for (int round = 0; round < 50; round++) {
			void *record = arena_get(&arena, schema->size);
			random_record(&random, &arena, schema->rows, record);
			buffer_clear(&in);
			buffer_clear(&out);
			schema->encode(record, &in);
			assert_int_equal(plan_run(plan, buffer_bytes(&in), &out, &err), OK);
			assert_true(bytes_equal(buffer_bytes(&in), buffer_bytes(&out)));
		}
		arena_reset(&arena);
	}
	buffer_done(&in);
	buffer_done(&out);
	arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_check),
		cmocka_unit_test(test_a_newer_symbol),
		cmocka_unit_test(test_defaults_inside),
		cmocka_unit_test(test_skip),
		cmocka_unit_test(test_deep),
		cmocka_unit_test(test_same),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
