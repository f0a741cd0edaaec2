/* test_json_tree - JSON texts: what is read of good ones, and where and why bad ones are refused.
 */
#include "tests/unit/unit.h"

#include <string.h>

#include "schemas/json_tree.h"

static void write_text(struct buffer *out, struct bytes text)
{
	buffer_add_string(out, "<");
	for (size_t i = 0; i < text.size; i++)
		buffer_add_string(out, text.data[i] == 0 ? "NUL" : (char[]){(char)text.data[i], 0});
	buffer_add_string(out, ">");
}

/* A form in which nothing is escaped and every value has an end. */
static void write_tree(struct buffer *out, const struct json_tree *tree)
{
	static const char *const opening[] = {"null", "", "", "", "[", "{"};
	static const char *const closing[] = {"", "", "", "", "]", "}"};
	buffer_add_string(out, opening[tree->kind]);
	if (tree->kind == JSON_TREE_BOOLEAN)
		buffer_add_string(out, tree->yes ? "true" : "false");
	if (tree->kind == JSON_TREE_NUMBER)
		buffer_add_bytes(out, tree->text);
	if (tree->kind == JSON_TREE_STRING)
		write_text(out, tree->text);
	for (const struct json_tree *it = tree->first; it != NULL; it = it->next) {
		if (tree->kind == JSON_TREE_OBJECT)
			write_text(out, it->name);
		write_tree(out, it);
		buffer_add_string(out, ";");
	}
	buffer_add_string(out, closing[tree->kind]);
}

struct row {
	const char *json, *seen;
};

/* From memory that ends where the text ends, so that a step too far is seen. */
static void check(const struct row *row)
{
	struct arena arena = {0};
	struct problems problems;
	struct buffer seen = {0};
	size_t size = strlen(row->json);
	char *exact = test_malloc(size + 1);
	memcpy(exact + 1, row->json, size);
	problems_init(&problems, &arena);
	const struct json_tree *tree = json_tree_parse(bytes_of(exact + 1, size), 3, &problems);
	if (tree != NULL)
		write_tree(&seen, tree);
	else
		buffer_add_string(&seen, problems.items[0].text);
	assert_string_equal(buffer_string(&seen), row->seen);
	assert_int_equal(problems.count, tree == NULL);
	buffer_done(&seen);
	arena_done(&arena);
	test_free(exact);
}

static void test_good(void **state)
{
	static const struct row rows[] = {
		{" {}\t\r\n", "{}"},
		{"[]", "[]"},
		{"null", "null"},
		{"[true, false ,null]", "[true;false;null;]"},
		{"{\"a\":1,\"b\" : [ {} ],\"a\":2}", "{<a>1;<b>[{};];<a>2;}"},
		{"[0,-0,12,-3.5,1e9,1E+9,0.10e-1]", "[0;-0;12;-3.5;1e9;1E+9;0.10e-1;]"},
		{"123456789012345678901234567890", "123456789012345678901234567890"},
		{"\"\"", "<>"},
		{"\"é\x7f\"", "<é\x7f>"},
		{"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "<\"\\/\b\f\n\r\t>"},
		{"\"a\\u0041b\\u00e9\\u20AC\\uD83D\\uDE00c\"", "<aAbé€😀c>"},
		{"\"\\u0000\"", "<NUL>"},
		{"{\"\\u0061\":\"\\\\\"}", "{<a><\\>;}"},
		{"[[[]]]", "[[[];];]"},
	};
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(rows); i++)
		check(&rows[i]);
}

static void test_bad(void **state)
{
	static const struct row rows[] = {
		{"", "is not JSON: at byte 0: it ends too early"},
		{" ", "is not JSON: at byte 1: it ends too early"},
		{"{", "is not JSON: at byte 1: it ends too early"},
		{"[1", "is not JSON: at byte 2: it ends too early"},
		{"\"abc", "is not JSON: at byte 4: it ends too early"},
		{"\"abc\\", "is not JSON: at byte 5: it ends too early"},
		{"\"\\u12", "is not JSON: at byte 3: four hexadecimal digits expected"},
		{"tru", "is not JSON: at byte 3: it ends too early"},
		{"True", "is not JSON: at byte 0: unexpected character"},
		{"nul1", "is not JSON: at byte 3: unexpected character"},
		{"{} x", "is not JSON: at byte 3: something stands behind its end"},
		{"01", "is not JSON: at byte 1: something stands behind its end"},
		{"-", "is not JSON: at byte 1: it ends too early"},
		{"-a", "is not JSON: at byte 1: digit expected"},
		{"1.", "is not JSON: at byte 2: it ends too early"},
		{"1.e5", "is not JSON: at byte 2: digit expected"},
		{"1e+x", "is not JSON: at byte 3: digit expected"},
		{"+1", "is not JSON: at byte 0: unexpected character"},
		{"NaN", "is not JSON: at byte 0: unexpected character"},
		{"'a'", "is not JSON: at byte 0: unexpected character"},
		{"/**/1", "is not JSON: at byte 0: unexpected character"},
		{"[1,]", "is not JSON: at byte 3: unexpected character"},
		{"[1 2]", "is not JSON: at byte 3: value separator ',' expected"},
		{"[1}", "is not JSON: at byte 2: value separator ',' expected"},
		{"{\"a\":1,}", "is not JSON: at byte 7: quoted object property name expected"},
		{"{a:1}", "is not JSON: at byte 1: quoted object property name expected"},
		{"{\"a\" 1}",
			"is not JSON: at byte 5: object property name separator ':' expected"},
		{"\"a\nb\"", "is not JSON: at byte 2: control character in a string"},
		{"\"\\n\n\"", "is not JSON: at byte 3: control character in a string"},
		{"\"\\x\"", "is not JSON: at byte 2: unknown escape"},
		{"\"\\u00g0\"", "is not JSON: at byte 3: four hexadecimal digits expected"},
		{"\"\\ud83d\"", "is not JSON: at byte 7: half of a surrogate pair"},
		{"\"\\ud83d\\u0041\"", "is not JSON: at byte 13: half of a surrogate pair"},
		{"\"\\udc00\"", "is not JSON: at byte 7: half of a surrogate pair"},
		{"[[[[]]]]", "is not JSON: at byte 4: nesting too deep"},
		{"\"\xed\xa0\x80\"", "is not UTF-8"},
	};
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(rows); i++)
		check(&rows[i]);
}

static void test_member(void **state)
{
	struct arena arena = {0};
	struct problems problems;
	(void)state;
	problems_init(&problems, &arena);
	const struct json_tree *tree =
		json_tree_parse(bytes_of_string("{\"a\":1,\"b\":2,\"a\":3}"), 3, &problems);
	assert_true(bytes_equal_string(json_tree_member(tree, "a")->text, "3"));
	assert_true(bytes_equal_string(json_tree_member(tree, "b")->text, "2"));
	assert_null(json_tree_member(tree, "c"));
	assert_null(json_tree_member(tree->first, "a"));
	arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_member),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
