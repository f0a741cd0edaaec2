/* test_compatible - which schemas can read each other, and why not. */
#include "tests/unit/unit.h"

#include <string.h>

#include "hub/wire/compatible.h"

#define RECORD(fields) "{\"type\": \"record\", \"name\": \"R\", \"fields\": [" fields "]}"
#define FIELD(name, type) "{\"name\": \"" name "\", \"type\": " type "}"
#define PRESET(name, type, value)                                                                  \
	"{\"name\": \"" name "\", \"type\": " type ", \"default\": " value "}"
#define ENUM(symbols) "{\"type\": \"enum\", \"name\": \"E\", \"symbols\": [" symbols "]}"

struct row {
	const char *writer, *reader;
	const char *why; /* NULL: it can be read */
};

static const struct row rows[] = {
	{"\"int\"", "\"long\"", NULL},
	{"\"long\"", "\"int\"", "the schema: written as long, read as int"},
	{"{\"type\": \"string\", \"max\": 3}", "\"bytes\"", NULL},
	{RECORD(""), RECORD(PRESET("a", "[\"null\", \"int\"]", "null")), NULL},
	{RECORD(""), RECORD(FIELD("a", "\"int\"")),
		"R.a: the writer does not have it, and it has no default"},
	{RECORD(FIELD("a", "\"int\"")), RECORD(""), NULL},
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
		"{\"type\": \"fixed\", \"name\": \"G\", \"size\": 1}", "different names"},
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

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		struct err err = {0};
		enum outcome outcome = compatible_check(
			bytes_of_string(rows[i].writer), bytes_of_string(rows[i].reader), &err);
		if (outcome != (rows[i].why == NULL ? OK : REJECT) ||
			(rows[i].why != NULL && strstr(err.text, rows[i].why) == NULL))
			fail_msg("row %zu: %s: %s", i, outcome_name(outcome), err.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
