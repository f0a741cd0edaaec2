/* csv - reads comma-separated files with a header line (RFC 4180). */
#ifndef HUB_CONF_CSV_H
#define HUB_CONF_CSV_H

#include "hub/conf/report.h"

#define CSV_COLUMNS_MAX 8

struct csv {
	char *at;
	struct report_place place; /* of the row that was read last */
	int next_line;
	const char *const *columns; /* asked for */
	size_t columns_count;
	size_t from[CSV_COLUMNS_MAX]; /* their places in the file */
	size_t file_columns;
	struct conf_problems *problems;
};

/* columns (ended by NULL, at most CSV_COLUMNS_MAX) are the ones wanted, in any order in the file.
 * The text is changed and kept: it lives in the arena, as what is read from it does. false:
 * reported. */
bool csv_open(struct csv *csv, const char *path, const char *const *columns, struct arena *arena,
	struct conf_problems *problems);
/* The next row's fields in the order of the columns asked for. false: no more. Rows that have too
 * few or too many fields are reported and passed over. */
bool csv_next(struct csv *csv, const char **fields);

#endif
