/* test_page - the same values aligned for people and as JSON for scripts. */
#include "tests/unit/unit.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "hub/cli/screen/page.h"

/* What is printed; lives until the next call. */
static const char *printed(const struct page *page, struct terminal terminal)
{
	static char text[4000];
	terminal.out = fmemopen(text, sizeof(text), "w");
	page_print(page, &terminal);
	fclose(terminal.out);
	return text;
}

static const char *printed_to(const struct page *page, int width)
{
	return printed(page, (struct terminal){.width = width});
}

static struct page_table *new_table(struct page *page)
{
	return page_table(page, "rows", NULL, NULL);
}

static void add_row(struct page_row *row, const char *desk, const char *why, int64_t at)
{
	page_text(row, "DESK", "desk", desk);
	page_number(row, "N", "n", PAGE_COUNT, why == NULL ? 1234 : 7);
	page_number(row, "WHEN", "at", PAGE_TIME, at);
	page_number(row, "AGE", "age", PAGE_AGE, at == PAGE_NONE ? PAGE_NONE : 130000);
	page_number(row, "DUE", "due", PAGE_DUE, at == PAGE_NONE ? 25000 : 5000);
	page_text(row, "WHY", "why", why);
	page_cut(row);
}

static struct page *made(bool json)
{
	struct page *page = page_new(json, 10000);
	struct page_table *table = new_table(page);
	add_row(page_table_row(table), "Súdwest", "a long reason that may be cut, née", 0);
	add_row(page_table_row(table), "wsp", NULL, PAGE_NONE);
	assert_int_equal(page_table_rows(table), 2);
	return page;
}

static void test_table(void **state)
{
	struct page *page = made(false);
	(void)state;
	assert_string_equal(printed_to(page, 0),
		"DESK        N  WHEN                AGE  DUE       WHY\n"
		"Súdwest     7  Thu  1 Jan 01:00  2 min  5 s late  a long reason that may be cut, "
		"née\n"
		"wsp      1234  –                     –  in 15 s   –\n");
	page_free(page);
}

static void test_cut(void **state)
{
	static const struct {
		int width;
		const char *end;
	} rows[] = {{84, "cut, née"}, {83, "cut, n…"}, {70, "reason that …"}, {10, "a long reas…"}};
	struct page *page = made(false);
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		const char *line = strstr(printed_to(page, rows[i].width), "Súdwest");
		size_t end = strlen(rows[i].end);
		assert_non_null(line);
		size_t size = strcspn(line, "\n");
		assert_true(size > end);
		assert_memory_equal(line + size - end, rows[i].end, end);
	}
	page_free(page);
}

static void test_table_json(void **state)
{
	struct page *page = made(true);
	(void)state;
	assert_string_equal(printed_to(page, 10),
		"{\"rows\":[{\"desk\":\"Súdwest\",\"n\":7,\"at\":\"1970-01-01T00:00:00Z\","
		"\"age\":130,\"due\":\"1970-01-01T00:00:05Z\",\"why\":\"a long reason that may be "
		"cut, née\"},{\"desk\":\"wsp\",\"n\":1234,\"at\":null,\"age\":null,"
		"\"due\":\"1970-01-01T00:00:25Z\",\"why\":null}]}\n");
	page_free(page);
}

static void add_letters(struct page_row *row, const char *a, const char *b, const char *c)
{
	page_text(row, "A", "a", a);
	page_text(row, "B", "b", b);
	page_text(row, "C", "c", c);
}

/* And nothing pads the last one that is shown. */
static void test_empty_column_is_left_out(void **state)
{
	static const struct {
		bool json;
		const char *printed;
	} rows[] = {
		{false, "A  C\nx  yy\nx  y\n"},
		{true,
			"{\"rows\":[{\"a\":\"x\",\"b\":null,\"c\":\"yy\"},"
			"{\"a\":\"x\",\"b\":null,\"c\":\"y\"}]}\n"},
	};
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		struct page *page = page_new(rows[i].json, 0);
		struct page_table *table = new_table(page);
		add_letters(page_table_row(table), "x", NULL, "yy");
		add_letters(page_table_row(table), "x", NULL, "y");
		assert_string_equal(printed_to(page, 0), rows[i].printed);
		page_free(page);
	}
	struct page *page = page_new(false, 0);
	struct page_table *table = new_table(page);
	add_letters(page_table_row(table), "x", "y", NULL);
	add_letters(page_table_row(table), "x", "yyy", NULL);
	assert_string_equal(printed_to(page, 0), "A  B\nx  y\nx  yyy\n");
	page_free(page);
}

static void test_ids_are_short_for_people(void **state)
{
	static const uint8_t id[16] = {0x01, 0x23, 0x45, 0x67, 0x89, 0xab};
	static const char *const shown[] = {"ID        UUID      NONE\n01234567  01234567  –\n"
					    "01234567  01234567  01234567\n",
		"{\"rows\":[{\"id\":\"0123456789ab00000000000000000000\","
		"\"uuid\":\"01234567-89ab-0000-0000-000000000000\",\"none\":null},"
		"{\"id\":\"0123456789ab00000000000000000000\","
		"\"uuid\":\"01234567-89ab-0000-0000-000000000000\","
		"\"none\":\"0123456789ab00000000000000000000\"}]}\n"};
	(void)state;
	for (int json = 0; json < 2; json++) {
		struct page *page = page_new(json == 1, 0);
		struct page_table *table = new_table(page);
		for (int i = 0; i < 2; i++) {
			struct page_row *row = page_table_row(table);
			page_id(row, "ID", "id", id);
			page_uuid(row, "UUID", "uuid", id);
			page_id(row, "NONE", "none", i == 0 ? NULL : id);
		}
		assert_string_equal(printed_to(page, 0), shown[json]);
		page_free(page);
	}
}

static void test_tones_only_with_colour(void **state)
{
	struct page *page = page_new(false, 0);
	(void)state;
	page_text(page_facts(page), "a", NULL, "good");
	page_tone(page_facts(page), TERMINAL_GOOD);
	page_number(page_facts(page), "b", NULL, PAGE_COUNT, 0);
	page_line(page, TERMINAL_BAD, "bad");
	assert_string_equal(printed(page, (struct terminal){.colour = true}),
		"\033[2ma\033[0m  \033[32mgood\033[0m\n\033[2mb\033[0m  \033[2m0\033[0m\n"
		"\033[31;1mbad\033[0m\n");
	assert_string_equal(printed_to(page, 0), "a  good\nb  0\nbad\n");
	page_free(page);
}

static void fill(struct page *page)
{
	struct page_row *facts = page_facts(page);
	page_text(facts, "long label", "long_label", "x");
	page_text(facts, "b", NULL, "only for people");
	page_number(facts, NULL, "number", PAGE_COUNT, 3);
	page_text(facts, "not there", "not_there", NULL);
	page_flag(facts, "flag", true);
	page_json(facts, "list", json_object_new_array());
	page_line(page, TERMINAL_TITLE, "line %d", 1);
	page_number(
		page_table_row(page_table(page, "rows", "Rows", NULL)), "A", "a", PAGE_COUNT, 5);
	page_table(page, "none", "None", NULL);
	page_table(page, "said", NULL, "Nothing.");
	page_line(page, TERMINAL_FAINT, "see elsewhere");
	page_format(facts, "late", "late", "%d", 7);
}

static void test_page(void **state)
{
	static const char *const shown[] = {
		"long label  x\n"
		"b           only for people\n"
		"late        7\n"
		"line 1\n"
		"\n"
		"Rows\n"
		"A\n"
		"5\n"
		"\n"
		"Nothing.\n"
		"see elsewhere\n",
		"{\"long_label\":\"x\",\"number\":3,\"not_there\":null,\"flag\":true,\"list\":[],"
		"\"rows\":[{\"a\":5}],\"none\":[],\"said\":[],\"late\":\"7\"}\n",
	};
	(void)state;
	for (int json = 0; json < 2; json++) {
		struct page *page = page_new(json == 1, 0);
		fill(page);
		assert_string_equal(printed_to(page, 0), shown[json]);
		page_free(page);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_table_json),
		cmocka_unit_test(test_empty_column_is_left_out),
		cmocka_unit_test(test_ids_are_short_for_people),
		cmocka_unit_test(test_tones_only_with_colour),
		cmocka_unit_test(test_page),
	};
	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
