/* made_sheet - files of any size for the connectors that take files, with made-up people. */
#ifndef TESTS_SUPPORT_MADE_SHEET_H
#define TESTS_SUPPORT_MADE_SHEET_H

#include <stddef.h>

#include "hub/base/bytes.h"

struct made_sheet {
	const char *about, *connector, *settings;
	const char *header, *between; /* between: two rows; NULL: nothing */
	void (*add_row)(struct buffer *out, size_t number);
	const char *footer; /* NULL: none */
};

/* Ended by connector NULL. */
extern const struct made_sheet made_sheets[];

/* At least so many bytes, in whole rows, which it returns the number of. */
size_t made_sheet_fill(const struct made_sheet *sheet, size_t size, struct buffer *out);
/* So many rows from the one with that number on; returns how many. */
size_t made_sheet_rows(
	const struct made_sheet *sheet, size_t first, size_t count, struct buffer *out);

#endif
