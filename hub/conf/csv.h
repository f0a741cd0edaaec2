/* csv - reads comma-separated files with a header line (RFC 4180), by rows of settings. */
#ifndef HUB_CONF_CSV_H
#define HUB_CONF_CSV_H

#include "hub/base/rows.h"
#include "hub/conf/bind.h"

#define CSV_COLUMNS_MAX 32

struct csv {
	struct rows rows;
	struct rows_row row; /* that was read last */
	struct report_place place; /* of it */
	size_t most; /* rows that it can have */
	const struct setting *columns;
	size_t from[CSV_COLUMNS_MAX]; /* their places in the file */
	size_t file_columns;
	struct conf_problems *problems;
};

/* The columns, in any order in the file, are of type SETTING_STRING, SETTING_FORMAT or
 * SETTING_DATE; a date with a preset may be left empty. What is read lives in bind's arena. false:
 * reported. */
bool csv_open(struct csv *csv, struct bind *bind, const char *path, const struct setting *columns);
/* Fills item from the next row. false: no more. Rows with a field too few or too many, and with
 * values that do not fit, are reported and passed over. */
bool csv_next(struct csv *csv, void *item);

#endif
