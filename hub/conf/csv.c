/* csv - reads comma-separated files with a header line (RFC 4180), by rows of settings. */
#include "hub/conf/csv.h"

#include <string.h>

#include "hub/base/clock.h"
#include "hub/base/file.h"
#include "hub/base/format.h"

/* One field, unquoted in place. *ended: it was the row's last. */
static char *take_field(struct csv *csv, bool *ended)
{
	char *start = csv->at, *to = csv->at, *from = csv->at;
	bool quoted = *from == '"';
	from += quoted ? 1 : 0;
	while (*from != '\0') {
		if (quoted && from[0] == '"' && from[1] == '"')
			from++;
		else if (quoted && *from == '"')
			quoted = false;
		else if (!quoted && (*from == ',' || *from == '\n' || *from == '\r'))
			break;
		if (*from == '\n')
			csv->next_line++;
		if (*from != '"' || quoted)
			*to++ = *from;
		from++;
	}
	*ended = *from != ',';
	if (*from == '\r' && from[1] == '\n')
		from++;
	if (*from == '\n' || *from == '\r')
		csv->next_line++;
	csv->at = *from != '\0' ? from + 1 : from;
	*to = '\0';
	return start;
}

/* Returns how many fields the row has; 0: no more rows. Empty lines are none. */
static size_t take_row(struct csv *csv, const char **fields)
{
	size_t count = 0;
	while (count == 0 && *csv->at != '\0') {
		csv->place.line = csv->next_line;
		for (bool ended = false; !ended; count++) {
			char *field = take_field(csv, &ended);
			if (count < CSV_COLUMNS_MAX)
				fields[count] = field;
		}
		if (count == 1 && fields[0][0] == '\0')
			count = 0;
	}
	return count;
}

static bool take_header(struct csv *csv)
{
	const char *fields[CSV_COLUMNS_MAX];
	csv->file_columns = take_row(csv, fields);
	if (csv->file_columns > CSV_COLUMNS_MAX) {
		report_error(
			csv->problems, csv->place, "has more than %d columns", CSV_COLUMNS_MAX);
		return false;
	}
	for (size_t i = 0; csv->columns[i].name != NULL; i++) {
		size_t *from = &csv->from[i];
		while (*from < csv->file_columns &&
			strcmp(fields[*from], csv->columns[i].name) != 0)
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
	*csv = (struct csv){.place = {path, 0},
		.next_line = 1,
		.most = 1,
		.columns = columns,
		.problems = bind->problems};
	enum outcome outcome = file_read(path, bind->arena, &text, &err);
	if (outcome == OK && !bytes_is_utf8(text))
		outcome = err_set(&err, REJECT, "is not UTF-8");
	if (outcome == OK && memchr(text.data, '\0', text.size) != NULL)
		outcome = err_set(&err, REJECT, "holds a zero byte");
	if (outcome != OK) {
		report_error(bind->problems, csv->place, "%s", err.text);
		return false;
	}
	csv->at = arena_string(bind->arena, text);
	if (strncmp(csv->at, "\xef\xbb\xbf", 3) == 0)
		csv->at += 3;
	for (const char *at = csv->at; *at != '\0'; at++)
		csv->most += *at == '\n' || *at == '\r' ? 1 : 0;
	return take_header(csv);
}

static bool refuse(struct csv *csv, const char *text, const char *must)
{
	report_error(csv->problems, csv->place, "\"%s\" must be %s", text, must);
	return false;
}

static bool store(struct csv *csv, const struct setting *column, const char *text, void *item)
{
	void *place = (uint8_t *)item + column->offset;
	if (column->type == SETTING_DATE) {
		*(int32_t *)place = INT32_MIN;
		bool is_none = text[0] == '\0' && column->preset != NULL;
		return is_none || clock_date_from_text(bytes_of_string(text), place) ||
			refuse(csv, text, "a date such as 2026-01-01");
	}
	*(const char **)place = text;
	return column->type == SETTING_STRING ||
		format_is(column->choices[0], bytes_of_string(text)) ||
		refuse(csv, text, format_doc(column->choices[0]));
}

bool csv_next(struct csv *csv, void *item)
{
	const char *fields[CSV_COLUMNS_MAX];
	bool fine = false;
	while (!fine) {
		size_t count = take_row(csv, fields);
		if (count == 0)
			return false;
		fine = count == csv->file_columns;
		if (!fine)
			report_error(csv->problems, csv->place,
				"has %zu fields, but the first line has %zu", count,
				csv->file_columns);
		for (size_t i = 0; fine && csv->columns[i].name != NULL; i++)
			fine = store(csv, &csv->columns[i], fields[csv->from[i]], item);
	}
	return true;
}
