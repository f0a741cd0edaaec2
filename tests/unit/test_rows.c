/* test_rows - separated values as Excel and others write them, and as they break. */
#include "tests/unit/unit.h"

#include <string.h>

#include "hub/base/rows.h"

/* Rows as "line:a|b|c" or "line!fault", one behind the other with "/". */
static const struct {
	const char *about, *in, *out;
} good[] = {
	{"nothing", "", ""},
	{"one field", "a", "1:a"},
	{"semicolons", "a;b\nc;d\n", "1:a|b/2:c|d"},
	{"commas", "a,b\nc;d,e\n", "1:a|b/2:c;d|e"},
	{"tabs", "a\tb\nc\td\n", "1:a|b/2:c|d"},
	{"what the header has most of", "a,b;c;d\n", "1:a,b|c|d"},
	{"separators in quotes do not count", "\"a,b,c\";d\n", "1:a,b,c|d"},
	{"Excel's own first line", "sep=;\na,b;c\n", "2:a,b|c"},
	{"a header that begins like it", "sep=a;b\n", "1:sep=a|b"},
	{"a byte order mark", "\xef\xbb\xbf\"a\";b\n", "1:a|b"},
	{"both", "\xef\xbb\xbfsep=,\na,b\n", "2:a|b"},
	{"CRLF", "a;b\r\nc;d\r\n", "1:a|b/2:c|d"},
	{"CR", "a;b\rc;d", "1:a|b/2:c|d"},
	{"no end of the last line", "a;b\nc;d", "1:a|b/2:c|d"},
	{"empty fields", ";a;;b;\n", "1:|a||b|"},
	{"lines without text", "a;b\n\n;\n\r\nc;d\n", "1:a|b/5:c|d"},
	{"quotes", "\"a\";\"\";\"b\"\"c\"\n", "1:a||b\"c"},
	{"only doubled quotes", "\"\"\"\"\"\";b\n", "1:\"\"|b"},
	{"lines in quotes", "a;\"b\r\nc\nd\"\ne;f\n", "1:a|b\r\nc\nd/4:e|f"},
	{"a quote inside of a plain field", "5\";b\"c\"\n", "1:5\"|b\"c\""},
	{"text behind a quoted field", "\"a\" b;c\n", "1:a b|c"},
	{"the same with a quote", "\"a\"b\";c\n", "1:ab\"|c"},
	{"ragged", "a;b\nc\nd;e;f\n", "1:a|b/2:c/3:d|e|f"},
	{"a quote that is not closed", "a;b\nc;\"d\ne;f\n",
		"1:a|b/2!has a quote that is not closed/3:e|f"},
	{"one at the very end", "a;\"", "1!has a quote that is not closed"},
};

static void add_row(struct buffer *out, const struct rows_row *row)
{
	buffer_add_format(out, "%s%zu", out->size > 0 ? "/" : "", row->line);
	if (row->fault != NULL)
		buffer_add_format(out, "!%s", row->fault);
	for (size_t i = 0; i < row->count; i++)
		buffer_add_format(out, "%s%.*s", i > 0 ? "|" : ":", BYTES_ARG(row->fields[i]));
}

static void test_good(void **state)
{
	struct arena arena = {0};
	struct rows_row row;
	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct buffer out = {0};
		struct rows rows;
		rows_open(&rows, bytes_of_string(good[i].in), 0, &arena);
		while (rows_next(&rows, &row))
			add_row(&out, &row);
		if (strcmp(buffer_string(&out), good[i].out) != 0)
			fail_msg("%s: %s", good[i].about, buffer_string(&out));
		buffer_done(&out);
	}
	arena_done(&arena);
}

/* From each row on, with its line or without, the rest reads the same. */
static void test_go_on(void **state)
{
	static const char text[] = "sep=;\r\na;b\r\n\r\nc;\"d\ne\"\nf;g";
	struct arena arena = {0};
	struct rows rows, again;
	struct rows_row row, same;
	size_t count = 0;
	(void)state;
	rows_open(&rows, bytes_of_string(text), 0, &arena);
	for (size_t at = rows.at, line = rows.line; rows_next(&rows, &row);
		at = rows.at, line = rows.line, count++)
		for (int counted = 0; counted < 2; counted++) {
			rows_open(&again, bytes_of_string(text), 0, &arena);
			rows_go_on(&again, at, counted ? 0 : line);
			assert_true(rows_next(&again, &same));
			assert_int_equal(same.line, row.line);
			assert_true(bytes_equal(same.text, row.text));
		}
	assert_int_equal(count, 3);
	assert_int_equal(row.line, 6);
	assert_true(bytes_equal_string(row.text, "f;g"));
	rows_go_on(&rows, 4000, 0);
	assert_false(rows_next(&rows, &row));
	arena_done(&arena);
}

static const struct {
	const char *in, *text; /* NULL: good */
	size_t size; /* 0: a string */
} checks[] = {
	{"", NULL, 0},
	{"na\xc3\xafve;\xe2\x82\xac\n", NULL, 0},
	{"\xef\xbb\xbfnaam\n", NULL, 0},
	{"naam\r\nAnna\r\nRen\xe9\r\n",
		"is not UTF-8, line 3 is the first that is not (it may be Windows-1252): save it "
		"as "
		"\"CSV UTF-8\"",
		0},
	{"\xff\xfen", "is UTF-16: save it as \"CSV UTF-8\"", 0},
	{"PK\x03\x04", "is an Excel workbook: save it as \"CSV UTF-8\"", 0},
	{"\xd0\xcf\x11\xe0", "is an Excel workbook: save it as \"CSV UTF-8\"", 0},
	{"a\0b", "holds a zero byte", 3},
};

static void test_check(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		struct err err = {0};
		size_t size = checks[i].size > 0 ? checks[i].size : strlen(checks[i].in);
		enum outcome outcome = rows_check(bytes_of(checks[i].in, size), &err);
		assert_int_equal(outcome, checks[i].text == NULL ? OK : REJECT);
		assert_string_equal(err.text, checks[i].text == NULL ? "" : checks[i].text);
	}
}

/* A row that is too long, or whose quote takes too many lines, costs that row and no other. */
static void test_limits(void **state)
{
	struct arena arena = {0};
	struct buffer text = {0};
	struct rows rows;
	struct rows_row row;
	(void)state;
	buffer_add_string(&text, "a;b\n");
	for (int i = 0; i < ROWS_BYTES; i++)
		buffer_add_string(&text, "x");
	buffer_add_string(&text, "\nc;\"d");
	for (int i = 0; i < ROWS_LINES; i++)
		buffer_add_string(&text, "\n");
	buffer_add_string(&text, "\"\n");
	for (int i = 0; i < ROWS_FIELDS + 1; i++)
		buffer_add_string(&text, "e;");
	rows_open(&rows, buffer_bytes(&text), 0, &arena);
	assert_true(rows_next(&rows, &row));
	assert_null(row.fault);
	assert_true(rows_next(&rows, &row));
	assert_string_equal(row.fault, "is longer than 64 KiB");
	assert_int_equal(row.text.size, ROWS_BYTES);
	assert_int_equal(row.line, 2);
	assert_true(rows_next(&rows, &row));
	assert_string_equal(row.fault, "has a quote that is not closed");
	assert_int_equal(row.line, 3);
	assert_true(rows_next(&rows, &row));
	assert_string_equal(row.fault, "has a quote that is not closed");
	assert_int_equal(row.line, 3 + ROWS_LINES);
	assert_true(rows_next(&rows, &row));
	assert_null(row.fault);
	assert_int_equal(row.count, ROWS_FIELDS + 2);
	assert_int_equal(row.line, 4 + ROWS_LINES);
	assert_false(rows_next(&rows, &row));
	buffer_done(&text);
	arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_go_on),
		cmocka_unit_test(test_check),
		cmocka_unit_test(test_limits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
