/* rows - reads separated values (CSV, RFC 4180) row by row, out of text that stays as it is. */
#ifndef HUB_BASE_ROWS_H
#define HUB_BASE_ROWS_H

#include <stdbool.h>
#include <stddef.h>

#include "hub/base/arena.h"

#define ROWS_FIELDS 200 /* that are kept of a row */
#define ROWS_BYTES 65536 /* of a row */
#define ROWS_LINES 100 /* that a quoted field may make a row long */

struct rows {
	struct bytes text;
	size_t at; /* where the next row begins */
	size_t line; /* that it begins on, from 1 */
	char separator;
	struct arena *arena; /* for fields that do not stand in the text as they are */
};

struct rows_row {
	struct bytes fields[ROWS_FIELDS]; /* never absent */
	size_t count; /* of all, kept or not */
	struct bytes text; /* the row, without its line's end; of a faulty one at most ROWS_BYTES */
	size_t line;
	const char *fault; /* "has a quote that is not closed"; then count is 0. NULL: none */
};

/* REJECT: what this is instead of UTF-8 text, and how to save it as that. */
enum outcome rows_check(struct bytes text, struct err *err) MUST_CHECK;
/* separator 0: the one of ; , tab that the first row has most of, or that a first line "sep=;" (as
 * Excel reads it) names. The first row is behind a byte order mark and such a line. */
void rows_open(struct rows *out, struct bytes text, char separator, struct arena *arena);
/* Goes on at what was rows->at and rows->line before; line 0: it is counted. */
void rows_go_on(struct rows *rows, size_t at, size_t line);
/* false: no more. Lines end in LF, CRLF or CR; rows without any text in them are none. The line of
 * a quote that is not closed is a faulty row, and the next line the next row. Costs at most
 * ROWS_LINES times what the text is long. */
bool rows_next(struct rows *rows, struct rows_row *out);

#endif
