/* test_header - what headers, paths and queries say, well-formed or not. */
#include "tests/unit/unit.h"

#include <string.h>

#include "hub/http/server/header.h"

static void test_is_type(void **state)
{
	(void)state;
	static const struct {
		const char *header;
		bool is;
	} rows[] = {
		{"application/json", true},
		{"Application/JSON", true},
		{" application/json ; charset=utf-8", true},
		{"application/json;charset=\"UTF-8\"", true},
		{"application/json;version=1", true},
		{"application/json;charset=iso-8859-1", false},
		{"application/jsonp", false},
		{"application/cloudevents+json", false},
		{"text/plain", false},
		{"", false},
		{NULL, false},
	};
	for (size_t i = 0; i < UNIT_COUNT(rows); i++)
		assert_int_equal(
			header_is_type(bytes_of_string(rows[i].header), "application/json"),
			rows[i].is);
}

static void test_accepts(void **state)
{
	(void)state;
	static const struct {
		const char *header;
		bool accepts;
	} rows[] = {
		{NULL, true},
		{"", true},
		{"*/*", true},
		{"application/*", true},
		{"application/json", true},
		{"text/html, application/json;q=0.9", true},
		{"text/html", false},
		{"text/*", false},
		{"application/json;q=0", false},
		{"application/json;q=0.000, */*", false},
		{"*/*, application/json;q=0", false},
		{"*/*;q=0, application/json", true},
		{"applicationx/*", false},
		{",;,", false},
	};
	for (size_t i = 0; i < UNIT_COUNT(rows); i++)
		assert_int_equal(
			header_accepts(bytes_of_string(rows[i].header), "application/json"),
			rows[i].accepts);
}

static void test_prefer_wait(void **state)
{
	(void)state;
	static const struct {
		const char *header;
		int32_t seconds;
	} rows[] = {
		{NULL, 0},
		{"wait=5", 5},
		{"respond-async, wait=10", 10},
		{"wait = \"7\"", 7},
		{"Wait=3; foo=bar", 3},
		{"wait=99999999999", INT32_MAX},
		{"wait=-1", 0},
		{"wait=abc", 0},
		{"wait", 0},
		{"waiting=5", 0},
	};
	for (size_t i = 0; i < UNIT_COUNT(rows); i++)
		assert_int_equal(
			header_prefer_wait(bytes_of_string(rows[i].header)), rows[i].seconds);
}

static void test_bearer(void **state)
{
	(void)state;
	static const struct {
		const char *header, *token; /* NULL: absent */
	} rows[] = {
		{"Bearer abc", "abc"},
		{"bearer abc ", "abc"},
		{"Bearer ", NULL},
		{"Bearer    ", NULL},
		{"Basic abc", NULL},
		{"abc", NULL},
		{"", NULL},
		{NULL, NULL},
	};
	for (size_t i = 0; i < UNIT_COUNT(rows); i++)
		assert_true(bytes_equal(header_bearer(bytes_of_string(rows[i].header)),
			bytes_of_string(rows[i].token)));
}

static void test_is_trace(void **state)
{
	(void)state;
	static const struct {
		const char *header;
		bool is;
	} rows[] = {
		{"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", true},
		{"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00", true},
		{"01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", false},
		{"00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01", false},
		{"00-00000000000000000000000000000000-00f067aa0ba902b7-01", false},
		{"00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01", false},
		{"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0", false},
		{"00-4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7-01", false},
		{NULL, false},
	};
	for (size_t i = 0; i < UNIT_COUNT(rows); i++)
		assert_int_equal(header_is_trace(bytes_of_string(rows[i].header)), rows[i].is);
}

static void test_unescape(void **state)
{
	(void)state;
	static const struct {
		const char *text, *out; /* NULL: absent */
	} rows[] = {
		{"2026-000123", "2026-000123"},
		{"a%2Fb%20c", "a/b c"},
		{"%c3%A9", "é"},
		{"", ""},
		{"100%", NULL},
		{"%4", NULL},
		{"%zz", NULL},
		{"a%00b", NULL},
	};
	struct arena arena = {0};
	for (size_t i = 0; i < UNIT_COUNT(rows); i++)
		assert_true(bytes_equal(header_unescape(bytes_of_string(rows[i].text), &arena),
			bytes_of_string(rows[i].out)));
	arena_done(&arena);
}

static void test_has_tag(void **state)
{
	static const struct {
		const char *header;
		bool has;
	} rows[] = {
		{"\"x\"", true},
		{"W/\"x\"", true},
		{"\"a\", \"x\"", true},
		{" \"a\" ,W/\"x\" ", true},
		{"*", true},
		{"x", false},
		{"\"xx\"", false},
		{"\"X\"", false},
		{"W/", false},
		{"", false},
		{NULL, false},
	};
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(rows); i++)
		assert_int_equal(
			header_has_tag(bytes_of_string(rows[i].header), "\"x\""), rows[i].has);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_is_type),
		cmocka_unit_test(test_accepts),
		cmocka_unit_test(test_prefer_wait),
		cmocka_unit_test(test_bearer),
		cmocka_unit_test(test_is_trace),
		cmocka_unit_test(test_unescape),
		cmocka_unit_test(test_has_tag),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
