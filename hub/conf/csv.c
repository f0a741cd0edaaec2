/* csv - reads comma-separated files with a header line (RFC 4180), by rows of settings. */
#include "hub/conf/csv.h"

#include <string.h>

#include "hub/base/clock.h"
#include "hub/base/file.h"
#include "hub/base/format.h"

/* false: no more, or a row that is reported. */
static bool take_row(struct csv *csv, bool *more)
{
	*more = rows_next(&csv->rows, &csv->row);
	if (!*more)
		return false;
	csv->place.line = (int)csv->row.line;
	if (csv->row.fault != NULL)
		report_error(csv->problems, csv->place, "%s", csv->row.fault);
	return csv->row.fault == NULL;
}

static bool take_header(struct csv *csv)
{
	bool more = false;
	csv->file_columns = 0;
	if (take_row(csv, &more))
		csv->file_columns = csv->row.count;
	else if (more)
		return false;
	if (csv->file_columns > CSV_COLUMNS_MAX) {
		report_error(
			csv->problems, csv->place, "has more than %d columns", CSV_COLUMNS_MAX);
		return false;
	}
	for (size_t i = 0; csv->columns[i].name != NULL; i++) {
		size_t *from = &csv->from[i];
		while (*from < csv->file_columns &&
			!bytes_equal_string(csv->row.fields[*from], csv->columns[i].name))
			++*from;
		if (*from < csv->file_columns)
			continue;
		report_error(csv->problems, csv->place,
			"the column %s is missing in the first line", csv->columns[i].name);
		return false;
	}
	return true;
}

bool csv_open(struct csv *csv, struct bind *bind, const char *path, const struct setting *columns)
{
	struct err err = {0};
	struct bytes text = {0};
	*csv = (struct csv){
		.place = {path, 0}, .most = 1, .columns = columns, .problems = bind->problems};
	if (file_read(path, bind->arena, &text, &err) != OK || rows_check(text, &err) != OK) {
		report_error(bind->problems, csv->place, "%s", err.text);
		return false;
	}
	rows_open(&csv->rows, text, ',', bind->arena);
	for (size_t i = 0; i < text.size; i++)
		csv->most += text.data[i] == '\n' || text.data[i] == '\r' ? 1 : 0;
	return take_header(csv);
}

static bool refuse(struct csv *csv, const char *text, const char *must)
{
	report_error(csv->problems, csv->place, "\"%s\" must be %s", text, must);
	return false;
}

static bool store(struct csv *csv, const struct setting *column, struct bytes text, void *item)
{
	void *place = (uint8_t *)item + column->offset;
	const char *string = arena_string(csv->rows.arena, text);
	if (column->type == SETTING_DATE) {
		*(int32_t *)place = INT32_MIN;
		bool is_none = text.size == 0 && column->preset != NULL;
		return is_none || clock_date_from_text(text, place) ||
			refuse(csv, string, "a date such as 2026-01-01");
	}
	*(const char **)place = string;
	return column->type == SETTING_STRING || format_is(column->choices[0], text) ||
		refuse(csv, string, format_doc(column->choices[0]));
}

bool csv_next(struct csv *csv, void *item)
{
	bool fine = false, more = true;
	while (!fine) {
		fine = take_row(csv, &more);
		if (!more)
			return false;
		if (fine && csv->row.count != csv->file_columns) {
			report_error(csv->problems, csv->place,
				"has %zu fields, but the first line has %zu", csv->row.count,
				csv->file_columns);
			fine = false;
		}
		for (size_t i = 0; fine && csv->columns[i].name != NULL; i++)
			fine = store(csv, &csv->columns[i], csv->row.fields[csv->from[i]], item);
	}
	return true;
}
