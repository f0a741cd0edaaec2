/* test_table - the same rows aligned for people and as JSON for scripts, and a page of them. */
#include "tests/unit/unit.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "hub/cli/page.h"

static const struct table_column columns[] = {
	{"DESK", "desk", TABLE_TEXT, false},
	{"N", "n", TABLE_NUMBER, false},
	{"WHEN", "at", TABLE_TIME, false},
	{"AGE", "age", TABLE_AGE, false},
	{"DUE", "due", TABLE_DUE, false},
	{"WHY", "why", TABLE_TEXT, true},
};

static struct table *made(void)
{
	struct table *table = table_new(columns, UNIT_COUNT(columns), 10000);
	table_text(table, "Súdwest");
	table_number(table, 7);
	table_number(table, 0);
	table_number(table, 130000);
	table_number(table, 5000);
	table_format(table, "a long reason that may be cut, %s", "née");
	table_bytes(table, bytes_of("wsp and more", 3));
	table_number(table, 1234);
	table_none(table);
	table_none(table);
	table_number(table, 25000);
	table_text(table, NULL);
	return table;
}

/* What the printer writes; lives until the next call. */
static const char *printed(const struct table *table, int width)
{
	static char text[4000];
	struct terminal terminal = {.out = fmemopen(text, sizeof(text), "w"), .width = width};
	table_print(table, &terminal);
	fclose(terminal.out);
	return text;
}

static void test_print(void **state)
{
	struct table *table = made();
	(void)state;
	const char *text = printed(table, 0);
	assert_string_equal(text,
		"DESK        N  WHEN                AGE  DUE       WHY\n"
		"Súdwest     7  Thu  1 Jan 01:00  2 min  5 s late  a long reason that may be cut, "
		"née\n"
		"wsp      1234  –                     –  in 15 s   –\n");
	assert_int_equal(table_rows(table), 2);
	table_free(table);
}

static void test_cut(void **state)
{
	static const struct {
		int width;
		const char *end;
	} rows[] = {{84, "cut, née"}, {83, "cut, n…"}, {70, "reason that …"}, {10, "a long reas…"}};
	struct table *table = made();
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		const char *line = strstr(printed(table, rows[i].width), "Súdwest");
		size_t end = strlen(rows[i].end);
		assert_non_null(line);
		size_t size = strcspn(line, "\n");
		assert_true(size > end);
		assert_memory_equal(line + size - end, rows[i].end, end);
	}
	table_free(table);
}

static void test_empty_column_is_left_out(void **state)
{
	static const struct table_column three[] = {{"A", "a", TABLE_TEXT, false},
		{"B", "b", TABLE_TEXT, false}, {"C", "c", TABLE_TEXT, false}};
	struct table *table = table_new(three, 3, 0);
	(void)state;
	table_text(table, "x");
	table_none(table);
	table_text(table, "y");
	const char *text = printed(table, 0);
	assert_string_equal(text, "A  C\nx  y\n");
	struct json_object *json = table_json(table);
	assert_string_equal(json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN),
		"[{\"a\":\"x\",\"b\":null,\"c\":\"y\"}]");
	json_object_put(json);
	table_free(table);
}

static void test_ids_are_short_for_people(void **state)
{
	static const struct table_column one[] = {{"ID", "id", TABLE_ID, false}};
	struct table *table = table_new(one, 1, 0);
	(void)state;
	table_text(table, "0123456789abcdef");
	assert_string_equal(printed(table, 0), "ID\n01234567\n");
	struct json_object *json = table_json(table);
	assert_string_equal(json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN),
		"[{\"id\":\"0123456789abcdef\"}]");
	json_object_put(json);
	table_free(table);
}

static void test_json(void **state)
{
	struct table *table = made();
	struct json_object *json = table_json(table);
	(void)state;
	assert_string_equal(json_object_to_json_string_ext(
				    json_object_array_get_idx(json, 0), JSON_C_TO_STRING_PLAIN),
		"{\"desk\":\"Súdwest\",\"n\":7,\"at\":\"1970-01-01T00:00:00Z\",\"age\":130,"
		"\"due\":\"1970-01-01T00:00:05Z\",\"why\":\"a long reason that may be cut, née\"}");
	json_object_put(json);
	table_free(table);
}

static void test_tones_only_with_colour(void **state)
{
	struct table *table = made();
	char *text = NULL;
	size_t size;
	(void)state;
	table_tone(table, TERMINAL_BAD);
	struct terminal terminal = {.out = open_memstream(&text, &size), .colour = true};
	table_print(table, &terminal);
	fclose(terminal.out);
	assert_non_null(strstr(text, "\033["));
	free(text);
	assert_null(strstr(printed(table, 0), "\033["));
	table_free(table);
}

static void test_page(void **state)
{
	static const struct table_column one[] = {{"A", "a", TABLE_NUMBER, false}};
	static const struct page_table full = {"rows", "Rows", NULL, one, 1};
	static const struct page_table empty = {"none", "None", NULL, one, 1};
	static const struct page_table said = {"said", NULL, "Nothing.", one, 1};
	struct page *page = page_new(0);
	char *text = NULL;
	size_t size;
	(void)state;
	page_title(page, "T %d", 1);
	page_fact(page, "long_label", "long label", TERMINAL_PLAIN, "%s", "x");
	page_fact(page, NULL, "b", TERMINAL_PLAIN, "only for people");
	page_value(page, "number", json_object_new_int(3));
	table_number(page_table(page, &full), 5);
	page_table(page, &empty);
	page_table(page, &said);
	page_hint(page, "see elsewhere");
	struct terminal terminal = {.out = open_memstream(&text, &size)};
	page_print(page, &terminal);
	fclose(terminal.out);
	assert_string_equal(text,
		"T 1\n"
		"long label  x\n"
		"b           only for people\n"
		"\n"
		"Rows\n"
		"A\n"
		"5\n"
		"\n"
		"Nothing.\n"
		"see elsewhere\n");
	free(text);
	FILE *out = open_memstream(&text, &size);
	page_print_json(page, out);
	fclose(out);
	struct json_object *json = json_tokener_parse(text), *member;
	assert_true(json_object_object_get_ex(json, "long_label", &member));
	assert_true(json_object_object_get_ex(json, "none", &member));
	assert_int_equal(json_object_array_length(member), 0);
	assert_true(json_object_object_get_ex(json, "number", &member));
	assert_int_equal(json_object_get_int(member), 3);
	assert_int_equal(json_object_object_length(json), 5);
	json_object_put(json);
	free(text);
	page_free(page);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_print),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_empty_column_is_left_out),
		cmocka_unit_test(test_ids_are_short_for_people),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_tones_only_with_colour),
		cmocka_unit_test(test_page),
	};
	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
