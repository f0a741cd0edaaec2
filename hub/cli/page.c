/* page - all that a command shows: for people top to bottom, for scripts as one JSON object. */
#include "hub/cli/page.h"

#include <stdarg.h>
#include <stdlib.h>

#include "hub/base/arena.h"
#include "hub/base/clock.h"

enum item_kind { ITEM_LINE, ITEM_FACT, ITEM_VALUE, ITEM_TABLE };

struct item {
	enum item_kind kind;
	enum terminal_tone tone;
	const char *key, *label, *text; /* of a table: heading and what to print when empty */
	struct json_object *value;
	struct table *table;
	struct item *next;
};

struct page {
	struct arena arena;
	struct item *first, **end;
	int64_t now;
};

struct page *page_new(int64_t now)
{
	struct page *page = memory_get_zeroed(1, sizeof(*page));
	page->end = &page->first;
	page->now = now;
	return page;
}

void page_free(struct page *page)
{
	if (page == NULL)
		return;
	for (struct item *item = page->first; item != NULL; item = item->next) {
		json_object_put(item->value);
		table_free(item->table);
	}
	arena_done(&page->arena);
	free(page);
}

int64_t page_now(const struct page *page)
{
	return page->now;
}

static struct item *add_item(struct page *page, enum item_kind kind)
{
	struct item *item = arena_get(&page->arena, sizeof(*item));
	item->kind = kind;
	*page->end = item;
	page->end = &item->next;
	return item;
}

static void add_line(
	struct page *page, enum terminal_tone tone, const char *format, va_list arguments)
{
	struct item *item = add_item(page, ITEM_LINE);
	item->tone = tone;
	item->text = arena_format_list(&page->arena, format, arguments);
}

void page_title(struct page *page, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	add_line(page, TERMINAL_TITLE, format, arguments);
	va_end(arguments);
}

void page_line(struct page *page, enum terminal_tone tone, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	add_line(page, tone, format, arguments);
	va_end(arguments);
}

void page_hint(struct page *page, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	add_line(page, TERMINAL_FAINT, format, arguments);
	va_end(arguments);
}

void page_fact(struct page *page, const char *key, const char *label, enum terminal_tone tone,
	const char *format, ...)
{
	struct item *item = add_item(page, ITEM_FACT);
	va_list arguments;
	va_start(arguments, format);
	item->text = arena_format_list(&page->arena, format, arguments);
	va_end(arguments);
	item->key = key;
	item->label = label;
	item->tone = tone;
	if (key != NULL)
		item->value = json_object_new_string(item->text);
}

void page_value(struct page *page, const char *key, struct json_object *value)
{
	struct item *item = add_item(page, ITEM_VALUE);
	item->key = key;
	item->value = value;
}

void page_value_time(struct page *page, const char *key, int64_t at)
{
	char text[25];
	clock_to_text(at, text);
	page_value(page, key, json_object_new_string(text));
}

struct table *page_table(struct page *page, const struct page_table *about)
{
	struct item *item = add_item(page, ITEM_TABLE);
	item->key = about->key;
	item->label = about->heading;
	item->text = about->empty;
	item->table = table_new(about->columns, about->columns_count, page->now);
	return item->table;
}

static int label_width(const struct page *page)
{
	int widest = 0;
	for (const struct item *item = page->first; item != NULL; item = item->next) {
		int width = item->kind == ITEM_FACT && item->label != NULL
			? terminal_width_of(item->label)
			: 0;
		widest = width > widest ? width : widest;
	}
	return widest;
}

static void print_fact(const struct item *item, const struct terminal *terminal, int width)
{
	int padding = width - terminal_width_of(item->label) + 2;
	terminal_say(terminal, TERMINAL_FAINT, "%s", item->label);
	fprintf(terminal->out, "%*s", padding, "");
	terminal_say(terminal, item->tone, "%s", item->text);
	fputc('\n', terminal->out);
}

static void print_table(const struct item *item, const struct terminal *terminal, bool first)
{
	bool empty = table_rows(item->table) == 0;
	if (empty && item->text == NULL)
		return;
	if (!first)
		fputc('\n', terminal->out);
	if (item->label != NULL) {
		terminal_say(terminal, TERMINAL_TITLE, "%s", item->label);
		fputc('\n', terminal->out);
	}
	if (empty)
		fprintf(terminal->out, "%s\n", item->text);
	else
		table_print(item->table, terminal);
}

static void print_line(const struct item *item, const struct terminal *terminal)
{
	terminal_say(terminal, item->tone, "%s", item->text);
	fputc('\n', terminal->out);
}

void page_print(const struct page *page, const struct terminal *terminal)
{
	int width = label_width(page);
	for (const struct item *item = page->first; item != NULL; item = item->next) {
		switch (item->kind) {
		case ITEM_LINE:
			print_line(item, terminal);
			break;
		case ITEM_FACT:
			print_fact(item, terminal, width);
			break;
		case ITEM_VALUE:
			break;
		case ITEM_TABLE:
			print_table(item, terminal, item == page->first);
			break;
		}
	}
}

static struct json_object *item_json(const struct item *item)
{
	return item->kind == ITEM_TABLE ? table_json(item->table) : json_object_get(item->value);
}

void page_print_json(const struct page *page, FILE *out)
{
	struct json_object *object = json_object_new_object();
	for (const struct item *item = page->first; item != NULL; item = item->next) {
		if (item->key != NULL)
			json_object_object_add(object, item->key, item_json(item));
	}
	fprintf(out, "%s\n",
		json_object_to_json_string_ext(object, JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(object);
}
