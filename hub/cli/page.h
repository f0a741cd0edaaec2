/* page - all that a command shows: for people top to bottom, for scripts as one JSON object. */
#ifndef HUB_CLI_PAGE_H
#define HUB_CLI_PAGE_H

#include "hub/cli/table.h"
#include "hub/cli/terminal.h"

struct page;

/* now: epoch ms, from which ages and deadlines count. */
struct page *page_new(int64_t now);
void page_free(struct page *page);
int64_t page_now(const struct page *page);

/* Only for people: a bold line; a line of text; a faint line that says where to look further. Each
 * is one line without the newline. */
void page_title(struct page *page, const char *format, ...) PRINTF_LIKE(2, 3);
void page_line(struct page *page, enum terminal_tone tone, const char *format, ...)
	PRINTF_LIKE(3, 4);
void page_hint(struct page *page, const char *format, ...) PRINTF_LIKE(2, 3);

/* "label   text" for people, and a member `key` with the text for scripts; key NULL: for people
 * only. */
void page_fact(struct page *page, const char *key, const char *label, enum terminal_tone tone,
	const char *format, ...) PRINTF_LIKE(5, 6);
/* A member for scripts only; the page takes value. */
void page_value(struct page *page, const char *key, struct json_object *value);
void page_value_time(struct page *page, const char *key, int64_t at); /* RFC 3339 */

struct page_table {
	const char *key; /* for scripts */
	const char *heading; /* NULL: none */
	const char *empty; /* what people read when it has no rows; NULL: nothing at all */
	const struct table_column *columns;
	size_t columns_count;
};

/* Borrows `about`. The caller fills the table before page_print. */
struct table *page_table(struct page *page, const struct page_table *about);

void page_print(const struct page *page, const struct terminal *terminal);
void page_print_json(const struct page *page, FILE *out);

#endif
