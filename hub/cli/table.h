/* table - rows that people read aligned and scripts read as JSON. */
#ifndef HUB_CLI_TABLE_H
#define HUB_CLI_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <json-c/json.h>

#include "hub/base/bytes.h"
#include "hub/cli/terminal.h"

enum table_kind {
	TABLE_TEXT,
	TABLE_ID, /* people: its first 8 digits, by which it is found; JSON: whole */
	TABLE_NUMBER,
	TABLE_TIME, /* epoch ms; people: local time in the Netherlands, JSON: RFC 3339 */
	TABLE_AGE, /* ms; people: "3 d", JSON: whole seconds */
	TABLE_DUE, /* epoch ms; people: "in 3 d" or "2 h late", JSON: RFC 3339 */
};

struct table_column {
	const char *title; /* for people */
	const char *key; /* for JSON */
	enum table_kind kind;
	bool cut; /* the text may be cut to the terminal's width */
};

struct table;

/* Columns are borrowed. now: epoch ms, what TABLE_DUE counts from. */
struct table *table_new(const struct table_column *columns, size_t count, int64_t now);
void table_free(struct table *table);

/* The next cell, from left to right; the last one of a row begins the next row. Copies. A cell of
 * the wrong kind is an assert. */
void table_text(struct table *table, const char *text); /* NULL: none */
void table_bytes(struct table *table, struct bytes text); /* absent: none */
void table_format(struct table *table, const char *format, ...) PRINTF_LIKE(2, 3);
void table_number(struct table *table, int64_t number); /* also times and ages */
void table_none(struct table *table);
/* How the last cell looks to people. */
void table_tone(struct table *table, enum terminal_tone tone);

size_t table_rows(const struct table *table);
/* Widths count characters as the terminal shows them. A column that is empty in all rows is left
 * out for people. */
void table_print(const struct table *table, const struct terminal *terminal);
struct json_object *table_json(const struct table *table); /* an array; the caller puts it */

#endif
