/* test_canonical - which schemas count as the same, and the fingerprints that others compute. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "schemas/canonical.h"

struct row {
	const char *json;
	const char *form; /* NULL: no schema */
};

static const struct row rows[] = {
	{"\"int\"", "\"int\""},
	{"{\"type\":\"int\",\"logicalType\":\"date\"}", "\"int\""},
	{"{\"type\":{\"type\":\"string\",\"max\":3}}", "\"string\""},
	{"[\"null\", \"string\"]", "[\"null\",\"string\"]"},
	{"{\"type\":\"array\",\"items\":\"long\",\"doc\":\"x\"}",
		"{\"type\":\"array\",\"items\":\"long\"}"},
	{"{\"type\":\"map\",\"values\":\"long\"}", "{\"type\":\"map\",\"values\":\"long\"}"},
	{"{\"size\":16,\"type\":\"fixed\",\"namespace\":\"a.b\",\"name\":\"F\",\"doc\":\"x\"}",
		"{\"name\":\"a.b.F\",\"type\":\"fixed\",\"size\":16}"},
	{"{\"type\":\"enum\",\"name\":\"x.E\",\"symbols\":[\"A\",\"B\"],\"default\":\"A\"}",
		"{\"name\":\"x.E\",\"type\":\"enum\",\"symbols\":[\"A\",\"B\"]}"},
	{"{\"type\":\"record\",\"name\":\"R\",\"namespace\":\"n\",\"fields\":[{\"name\":\"a\","
	 "\"doc\":\"d\","
	 "\"default\":null,\"type\":[\"null\",{\"type\":\"fixed\",\"name\":\"F\",\"size\":1}]},"
	 "{\"name\":\"b\",\"type\":\"F\"}]}",
		"{\"name\":\"n.R\",\"type\":\"record\",\"fields\":[{\"name\":\"a\",\"type\":["
		"\"null\","
		"{\"name\":\"n.F\",\"type\":\"fixed\",\"size\":1}]},{\"name\":\"b\",\"type\":\"n."
		"F\"}]}"},
	{"", NULL},
	{"{", NULL},
	{"7", NULL},
	{"{\"type\":\"record\",\"name\":\"R\"}", NULL},
	{"{\"type\":\"enum\",\"symbols\":[]}", NULL},
	{"{\"type\":\"array\"}", NULL},
	{"{\"name\":\"x\"}", NULL},
};

static void test_forms(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		char *form = canonical_form(rows[i].json, strlen(rows[i].json));
		if (rows[i].form == NULL)
			assert_null(form);
		else if (form == NULL)
			fail_msg("%s: no form", rows[i].json);
		else
			assert_string_equal(form, rows[i].form);
		free(form);
	}
}

/* From the Avro project's own test cases, share/test/data/schema-tests.txt. */
static void test_fingerprints(void **state)
{
	uint64_t fingerprint;

	(void)state;
	assert_true(canonical_fingerprint("\"null\"", 6, &fingerprint));
	assert_true(fingerprint == UINT64_C(7195948357588979594));
	assert_true(canonical_fingerprint("\"int\"", 5, &fingerprint));
	assert_true(fingerprint == UINT64_C(8247732601305521295));
	assert_true(canonical_fingerprint("{\"type\":\"string\"}", 17, &fingerprint));
	assert_true((int64_t)fingerprint == INT64_C(-8142146995180207161));
}

static void test_deep(void **state)
{
	char json[3000];

	(void)state;
	memset(json, '[', sizeof(json));
	assert_null(canonical_form(json, sizeof(json)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_fingerprints),
		cmocka_unit_test(test_deep),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
