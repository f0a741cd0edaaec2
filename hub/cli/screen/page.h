/* page - all that a command shows: for people top to bottom, for scripts as one JSON object. */
#ifndef HUB_CLI_SCREEN_PAGE_H
#define HUB_CLI_SCREEN_PAGE_H

#include <json-c/json.h>

#include "hub/base/bytes.h"
#include "hub/cli/screen/terminal.h"

/* Facts, and below them lines and tables in the order in which they were made. Copies all that it
 * is given, but for titles, keys and headings. */
struct page;
/* Named values: the facts of the page, one below the other; or a row of a table. */
struct page_row;
struct page_table;

/* json: for scripts. now: epoch ms, from which ages and deadlines count. */
struct page *page_new(bool json, int64_t now);
void page_free(struct page *page);
int64_t page_now(const struct page *page);

struct page_row *page_facts(struct page *page);
/* A line of text without the newline, for people only. */
void page_line(struct page *page, enum terminal_tone tone, const char *format, ...)
	PRINTF_LIKE(3, 4);
/* heading: NULL: none. empty: what people read when it has no rows; NULL: nothing at all. */
struct page_table *page_table(
	struct page *page, const char *key, const char *heading, const char *empty);
struct page_row *page_table_row(struct page_table *table);
size_t page_table_rows(const struct page_table *table);

/* The next value of a row. title: for people, of the fact or the column; NULL: not for people. key:
 * for scripts; NULL: not for them. All rows of a table have the same ones in the same order. What
 * is not there is a dash and a null, but a fact that is not there is not shown to people. */
void page_text(struct page_row *row, const char *title, const char *key, const char *text);
void page_bytes(struct page_row *row, const char *title, const char *key, struct bytes text);
void page_format(struct page_row *row, const char *title, const char *key, const char *format, ...)
	PRINTF_LIKE(4, 5);
/* An id of 16 bytes. People: its first 8 digits, by which it is found; JSON: 32 digits, or as a
 * UUID. NULL: none. */
void page_id(struct page_row *row, const char *title, const char *key, const uint8_t *id);
void page_uuid(struct page_row *row, const char *title, const char *key, const uint8_t *id);
#define PAGE_NONE INT64_MIN /* a number that is not there */
enum page_number {
	PAGE_COUNT,
	PAGE_TIME, /* epoch ms; people: local time in the Netherlands, JSON: RFC 3339 */
	PAGE_DUE, /* epoch ms; people: "in 3 d" or "2 h late", JSON: RFC 3339 */
	PAGE_AGE, /* ms; people: "3 d", JSON: whole seconds */
};
void page_number(struct page_row *row, const char *title, const char *key, enum page_number kind,
	int64_t number);
void page_flag(struct page_row *row, const char *key, bool flag); /* scripts only, as is json */
void page_json(struct page_row *row, const char *key, struct json_object *value); /* takes it */

/* How the last value looks to people. */
void page_tone(struct page_row *row, enum terminal_tone tone);
void page_cut(struct page_row *row); /* a column that may be cut to the terminal's width */

/* A column that is empty in all rows is left out for people; widths count characters as the
 * terminal shows them. */
void page_print(const struct page *page, const struct terminal *terminal);

#endif
