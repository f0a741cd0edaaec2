/* page - all that a command shows: for people top to bottom, for scripts as one JSON object. */
#include "hub/cli/screen/page.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/arena.h"
#include "hub/base/clock.h"

#define GAP 2 /* columns between columns */
#define CUT_LEAST 12 /* columns that a cut text keeps, however narrow the terminal */
#define ID_DIGITS 8
#define COLUMNS_MAX 16

/* For people; scripts' values go into the row's JSON at once. */
struct cell {
	const char *title, *text; /* text NULL: none */
	enum terminal_tone tone;
	bool right, cut;
	struct cell *next;
};

struct page_row {
	struct page *page;
	struct json_object *json; /* NULL: the page is for people */
	struct cell *first, *last;
	struct page_row *next;
};

struct page_table {
	struct page *page;
	struct json_object *json;
	const char *heading, *empty;
	struct page_row *first, **end;
	size_t rows;
};

/* A line, or else a table. */
struct block {
	const char *line;
	enum terminal_tone tone;
	struct page_table *table;
	struct block *next;
};

struct page {
	struct arena arena;
	int64_t now;
	struct page_row facts;
	struct block *first, **end;
};

struct page *page_new(bool json, int64_t now)
{
	struct page *page = memory_get_zeroed(1, sizeof(*page));
	page->now = now;
	page->end = &page->first;
	page->facts.page = page;
	page->facts.json = json ? json_object_new_object() : NULL;
	return page;
}

void page_free(struct page *page)
{
	if (page == NULL)
		return;
	json_object_put(page->facts.json);
	arena_done(&page->arena);
	free(page);
}

int64_t page_now(const struct page *page)
{
	return page->now;
}

struct page_row *page_facts(struct page *page)
{
	return &page->facts;
}

static struct block *add_block(struct page *page)
{
	struct block *block = arena_get(&page->arena, sizeof(*block));
	*page->end = block;
	page->end = &block->next;
	return block;
}

void page_line(struct page *page, enum terminal_tone tone, const char *format, ...)
{
	struct block *block = add_block(page);
	va_list arguments;
	va_start(arguments, format);
	block->line = arena_format_list(&page->arena, format, arguments);
	va_end(arguments);
	block->tone = tone;
}

struct page_table *page_table(
	struct page *page, const char *key, const char *heading, const char *empty)
{
	struct page_table *table = arena_get(&page->arena, sizeof(*table));
	*table = (struct page_table){.page = page, .heading = heading, .empty = empty};
	table->end = &table->first;
	add_block(page)->table = table;
	if (page->facts.json == NULL)
		return table;
	table->json = json_object_new_array();
	json_object_object_add(page->facts.json, key, table->json);
	return table;
}

struct page_row *page_table_row(struct page_table *table)
{
	struct page_row *row = arena_get(&table->page->arena, sizeof(*row));
	row->page = table->page;
	*table->end = row;
	table->end = &row->next;
	table->rows++;
	if (table->json != NULL) {
		row->json = json_object_new_object();
		json_object_array_add(table->json, row->json);
	}
	return row;
}

size_t page_table_rows(const struct page_table *table)
{
	return table->rows;
}

/* shown, for people: copied; NULL: none. Takes value, for scripts. NULL: this is not for people. */
static struct cell *put(struct page_row *row, const char *title, const char *key, const char *shown,
	struct json_object *value)
{
	struct arena *arena = &row->page->arena;
	if (row->json != NULL && key != NULL)
		json_object_object_add(row->json, key, value);
	else
		json_object_put(value);
	if (row->json != NULL || title == NULL)
		return NULL;
	struct cell *cell = arena_get(arena, sizeof(*cell));
	cell->title = title;
	if (shown != NULL)
		cell->text = arena_string(arena, bytes_of_string(shown));
	if (row->last == NULL)
		row->first = cell;
	else
		row->last->next = cell;
	row->last = cell;
	return cell;
}

void page_json(struct page_row *row, const char *key, struct json_object *value)
{
	put(row, NULL, key, NULL, value);
}

void page_flag(struct page_row *row, const char *key, bool flag)
{
	page_json(row, key, json_object_new_boolean(flag));
}

void page_text(struct page_row *row, const char *title, const char *key, const char *text)
{
	put(row, title, key, text, text == NULL ? NULL : json_object_new_string(text));
}

void page_bytes(struct page_row *row, const char *title, const char *key, struct bytes text)
{
	page_text(
		row, title, key, text.data == NULL ? NULL : arena_string(&row->page->arena, text));
}

void page_format(struct page_row *row, const char *title, const char *key, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	page_text(row, title, key, arena_format_list(&row->page->arena, format, arguments));
	va_end(arguments);
}

/* text NULL: none. */
static void put_id(struct page_row *row, const char *title, const char *key, const char *text)
{
	char shown[ID_DIGITS + 1];
	snprintf(shown, sizeof(shown), "%.*s", ID_DIGITS, text == NULL ? "" : text);
	put(row, title, key, text == NULL ? NULL : shown,
		text == NULL ? NULL : json_object_new_string(text));
}

void page_id(struct page_row *row, const char *title, const char *key, const uint8_t *id)
{
	char text[33];
	if (id != NULL)
		bytes_to_hex(bytes_of(id, 16), text);
	put_id(row, title, key, id == NULL ? NULL : text);
}

void page_uuid(struct page_row *row, const char *title, const char *key, const uint8_t *id)
{
	char text[37];
	if (id != NULL)
		bytes_to_uuid(id, text);
	put_id(row, title, key, id == NULL ? NULL : text);
}

void page_number(struct page_row *row, const char *title, const char *key, enum page_number kind,
	int64_t number)
{
	char shown[TERMINAL_TIME_SIZE] = "", at[25] = "";
	bool none = number == PAGE_NONE, is_moment = kind == PAGE_TIME || kind == PAGE_DUE;
	if (!none && is_moment)
		clock_to_text(number, at);
	if (!none && kind == PAGE_TIME)
		terminal_time(number, row->page->now, shown);
	else if (!none && kind == PAGE_DUE)
		terminal_due(number, row->page->now, shown);
	else if (kind == PAGE_AGE)
		terminal_age(number, shown);
	else
		snprintf(shown, sizeof(shown), "%" PRId64, number);
	struct json_object *value = NULL;
	if (!none)
		value = is_moment
			? json_object_new_string(at)
			: json_object_new_int64(kind == PAGE_AGE ? number / 1000 : number);
	struct cell *cell = put(row, title, key, none ? NULL : shown, value);
	if (cell == NULL)
		return;
	cell->right = !is_moment;
	cell->tone = kind == PAGE_COUNT && number == 0 ? TERMINAL_FAINT : TERMINAL_PLAIN;
}

void page_tone(struct page_row *row, enum terminal_tone tone)
{
	if (row->last != NULL)
		row->last->tone = tone;
}

void page_cut(struct page_row *row)
{
	if (row->last != NULL)
		row->last->cut = true;
}

static void print_padding(const struct terminal *terminal, int width)
{
	fprintf(terminal->out, "%*s", width > 0 ? width : 0, "");
}

/* The titles, or the values. Widths by column; 0: empty in all rows. What pads a column to its
 * width is owed until another one follows. */
static void print_row(
	const struct terminal *terminal, const struct cell *cell, bool titles, const int *width)
{
	int owed = 0;
	for (; cell != NULL; cell = cell->next, width++) {
		const char *text = titles ? cell->title : cell->text == NULL ? "–" : cell->text;
		enum terminal_tone tone =
			titles || cell->text == NULL ? TERMINAL_FAINT : cell->tone;
		if (*width == 0)
			continue;
		int spare = *width - terminal_width_of(text);
		print_padding(terminal, cell->right ? owed + spare : owed);
		if (spare < 0)
			terminal_say(
				terminal, tone, "%.*s…", terminal_fit(text, *width - 1).size, text);
		else
			terminal_say(terminal, tone, "%s", text);
		owed = cell->right || spare < 0 ? GAP : GAP + spare;
	}
	fputc('\n', terminal->out);
}

static void widen(int *width, const char *text)
{
	int needed = text == NULL ? 0 : terminal_width_of(text);
	if (needed > *width)
		*width = needed;
}

/* What is too much for the terminal is taken from the column that may be cut. */
static void find_widths(const struct page_table *table, int limit, int widths[COLUMNS_MAX])
{
	int column = 0, total = -GAP, *cut = NULL;
	for (const struct page_row *row = table->first; row != NULL; row = row->next) {
		column = 0;
		for (const struct cell *cell = row->first; cell != NULL; cell = cell->next) {
			assert(column < COLUMNS_MAX);
			widen(&widths[column++], cell->text);
		}
	}
	column = 0;
	for (const struct cell *cell = table->first->first; cell != NULL; cell = cell->next) {
		int *width = &widths[column++];
		if (*width == 0)
			continue;
		widen(width, cell->title);
		total += *width + GAP;
		if (cell->cut)
			cut = width;
	}
	if (limit > 0 && total > limit && cut != NULL)
		*cut = *cut - (total - limit) < CUT_LEAST ? CUT_LEAST : *cut - (total - limit);
}

static void print_line(const struct terminal *terminal, enum terminal_tone tone, const char *text)
{
	terminal_say(terminal, tone, "%s", text);
	fputc('\n', terminal->out);
}

static void print_table(
	const struct terminal *terminal, const struct page_table *table, bool is_first)
{
	int widths[COLUMNS_MAX] = {0};
	if (table->rows == 0 && table->empty == NULL)
		return;
	if (!is_first)
		fputc('\n', terminal->out);
	if (table->heading != NULL)
		print_line(terminal, TERMINAL_TITLE, table->heading);
	if (table->rows == 0) {
		print_line(terminal, TERMINAL_PLAIN, table->empty);
		return;
	}
	find_widths(table, terminal->width, widths);
	print_row(terminal, table->first->first, true, widths);
	for (const struct page_row *row = table->first; row != NULL; row = row->next)
		print_row(terminal, row->first, false, widths);
}

static void print_facts(const struct terminal *terminal, const struct cell *first)
{
	int width = 0;
	for (const struct cell *fact = first; fact != NULL; fact = fact->next)
		widen(&width, fact->text == NULL ? NULL : fact->title);
	for (const struct cell *fact = first; fact != NULL; fact = fact->next) {
		if (fact->text == NULL)
			continue;
		terminal_say(terminal, TERMINAL_FAINT, "%s", fact->title);
		print_padding(terminal, width - terminal_width_of(fact->title) + GAP);
		print_line(terminal, fact->tone, fact->text);
	}
}

void page_print(const struct page *page, const struct terminal *terminal)
{
	struct json_object *json = page->facts.json;
	if (json != NULL) {
		fprintf(terminal->out, "%s\n",
			json_object_to_json_string_ext(json, JSON_C_TO_STRING_NOSLASHESCAPE));
		return;
	}
	bool is_first = page->facts.first == NULL;
	print_facts(terminal, page->facts.first);
	for (const struct block *block = page->first; block != NULL; block = block->next) {
		if (block->table != NULL)
			print_table(terminal, block->table, is_first);
		else
			print_line(terminal, block->tone, block->line);
		is_first = false;
	}
}
