/* table - rows that people read aligned and scripts read as JSON. */
#include "hub/cli/table.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/arena.h"
#include "hub/base/clock.h"

#define GAP "  "
#define GAP_WIDTH 2
#define CUT_LEAST 12 /* columns that a cut text keeps, however narrow the terminal */
#define ID_DIGITS 8

struct cell {
	const char *text; /* for people; NULL: none */
	const char *whole; /* of text, for scripts */
	int64_t number;
	enum terminal_tone tone;
};

struct table {
	const struct table_column *columns;
	size_t columns_count;
	int64_t now;
	struct arena arena;
	struct cell *cells;
	size_t count, capacity;
};

struct table *table_new(const struct table_column *columns, size_t count, int64_t now)
{
	struct table *table = memory_get_zeroed(1, sizeof(*table));
	table->columns = columns;
	table->columns_count = count;
	table->now = now;
	return table;
}

void table_free(struct table *table)
{
	if (table == NULL)
		return;
	arena_done(&table->arena);
	free(table->cells);
	free(table);
}

static bool is_text(const struct table_column *column)
{
	return column->kind == TABLE_TEXT || column->kind == TABLE_ID;
}

static const struct table_column *next_column(const struct table *table)
{
	return &table->columns[table->count % table->columns_count];
}

static struct cell *add_cell(struct table *table)
{
	if (table->count == table->capacity) {
		table->capacity = table->capacity == 0 ? 64 : 2 * table->capacity;
		table->cells = memory_resize(
			table->cells, memory_product(table->capacity, sizeof(*table->cells)));
	}
	struct cell *cell = &table->cells[table->count++];
	*cell = (struct cell){0};
	return cell;
}

static void add_text(struct table *table, const char *whole)
{
	enum table_kind kind = next_column(table)->kind;
	const char *text = whole;
	assert(is_text(next_column(table)));
	if (kind == TABLE_ID && whole != NULL)
		text = arena_format(&table->arena, "%.*s", ID_DIGITS, whole);
	struct cell *cell = add_cell(table);
	cell->text = text;
	cell->whole = whole;
}

void table_bytes(struct table *table, struct bytes text)
{
	add_text(table, text.data == NULL ? NULL : arena_string(&table->arena, text));
}

void table_text(struct table *table, const char *text)
{
	table_bytes(table, bytes_of_string(text));
}

void table_format(struct table *table, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	const char *text = arena_format_list(&table->arena, format, arguments);
	va_end(arguments);
	add_text(table, text);
}

static const char *shown(struct table *table, enum table_kind kind, int64_t number)
{
	char text[TERMINAL_TIME_SIZE] = "";
	switch (kind) {
	case TABLE_TEXT:
	case TABLE_ID:
		break;
	case TABLE_NUMBER:
		snprintf(text, sizeof(text), "%" PRId64, number);
		break;
	case TABLE_TIME:
		terminal_time(number, table->now, text);
		break;
	case TABLE_AGE:
		terminal_age(number, text);
		break;
	case TABLE_DUE:
		terminal_due(number, table->now, text);
		break;
	}
	return arena_string(&table->arena, bytes_of_string(text));
}

void table_number(struct table *table, int64_t number)
{
	const struct table_column *column = next_column(table);
	assert(!is_text(column));
	const char *text = shown(table, column->kind, number);
	struct cell *cell = add_cell(table);
	cell->text = text;
	cell->number = number;
	if (column->kind == TABLE_NUMBER && number == 0)
		cell->tone = TERMINAL_FAINT;
}

void table_none(struct table *table)
{
	add_cell(table);
}

void table_tone(struct table *table, enum terminal_tone tone)
{
	assert(table->count > 0);
	table->cells[table->count - 1].tone = tone;
}

size_t table_rows(const struct table *table)
{
	assert(table->count % table->columns_count == 0);
	return table->count / table->columns_count;
}

static const struct cell *cell_at(const struct table *table, size_t row, size_t column)
{
	return &table->cells[row * table->columns_count + column];
}

/* 0: empty in all rows. */
static int column_width(const struct table *table, size_t column)
{
	int width = 0;
	for (size_t row = 0; row < table_rows(table); row++) {
		const char *text = cell_at(table, row, column)->text;
		int columns = text == NULL ? 0 : terminal_width_of(text);
		width = columns > width ? columns : width;
	}
	int title = terminal_width_of(table->columns[column].title);
	return width > 0 && title > width ? title : width;
}

static void find_widths(const struct table *table, int limit, int *widths)
{
	int total = 0;
	size_t cut = table->columns_count;
	for (size_t column = 0; column < table->columns_count; column++) {
		widths[column] = column_width(table, column);
		total += widths[column] > 0 ? widths[column] + GAP_WIDTH : 0;
		if (table->columns[column].cut && widths[column] > 0)
			cut = column;
	}
	int excess = total - GAP_WIDTH - limit;
	if (limit == 0 || excess <= 0 || cut == table->columns_count)
		return;
	int width = widths[cut] - excess;
	widths[cut] = width < CUT_LEAST ? CUT_LEAST : width;
}

/* The first bytes of text that fit; whole characters. */
static int fitting(const char *text, int width)
{
	char part[5];
	int size = 0;
	while (text[size] != '\0') {
		int next = 1;
		while ((text[size + next] & 0xc0) == 0x80 && next < 4)
			next++;
		memcpy(part, text + size, (size_t)next);
		part[next] = '\0';
		width -= terminal_width_of(part);
		if (width < 0)
			break;
		size += next;
	}
	return size;
}

struct place {
	int width;
	bool right, last;
};

static void print_cell(const struct terminal *terminal, const char *text, enum terminal_tone tone,
	struct place place)
{
	int width = terminal_width_of(text);
	int padding = place.width > width ? place.width - width : 0;
	if (place.right)
		fprintf(terminal->out, "%*s", padding, "");
	if (width > place.width)
		terminal_say(terminal, tone, "%.*s…", fitting(text, place.width - 1), text);
	else
		terminal_say(terminal, tone, "%s", text);
	if (!place.right && !place.last)
		fprintf(terminal->out, "%*s", padding, "");
}

static bool is_right(const struct table_column *column)
{
	return column->kind == TABLE_NUMBER || column->kind == TABLE_AGE;
}

/* row -1: the titles. */
static void print_row(
	const struct table *table, const struct terminal *terminal, const int *widths, int64_t row)
{
	static const struct cell none = {.text = "–", .tone = TERMINAL_FAINT};
	const char *gap = "";
	size_t last = table->columns_count - 1;
	while (last > 0 && widths[last] == 0)
		last--;
	for (size_t column = 0; column <= last; column++) {
		const struct table_column *about = &table->columns[column];
		struct cell cell = {.text = about->title, .tone = TERMINAL_FAINT};
		if (widths[column] == 0)
			continue;
		if (row >= 0)
			cell = *cell_at(table, (size_t)row, column);
		if (cell.text == NULL)
			cell = none;
		fputs(gap, terminal->out);
		print_cell(terminal, cell.text, cell.tone,
			(struct place){widths[column], is_right(about), column == last});
		gap = GAP;
	}
	fputc('\n', terminal->out);
}

void table_print(const struct table *table, const struct terminal *terminal)
{
	int64_t rows = (int64_t)table_rows(table);
	int *widths = memory_get_zeroed(table->columns_count, sizeof(*widths));
	find_widths(table, terminal->width, widths);
	for (int64_t row = rows > 0 ? -1 : 0; row < rows; row++)
		print_row(table, terminal, widths, row);
	free(widths);
}

static struct json_object *cell_json(enum table_kind kind, const struct cell *cell)
{
	char text[25];
	if (cell->text == NULL)
		return NULL;
	switch (kind) {
	case TABLE_TEXT:
	case TABLE_ID:
		return json_object_new_string(cell->whole);
	case TABLE_NUMBER:
		return json_object_new_int64(cell->number);
	case TABLE_AGE:
		return json_object_new_int64(cell->number / 1000);
	case TABLE_TIME:
	case TABLE_DUE:
		clock_to_text(cell->number, text);
		return json_object_new_string(text);
	}
	return NULL;
}

struct json_object *table_json(const struct table *table)
{
	struct json_object *rows = json_object_new_array();
	for (size_t row = 0; row < table_rows(table); row++) {
		struct json_object *object = json_object_new_object();
		for (size_t column = 0; column < table->columns_count; column++) {
			const struct table_column *about = &table->columns[column];
			json_object_object_add(object, about->key,
				cell_json(about->kind, cell_at(table, row, column)));
		}
		json_object_array_add(rows, object);
	}
	return rows;
}
