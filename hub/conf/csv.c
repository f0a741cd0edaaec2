/* csv - reads comma-separated files with a header line (RFC 4180). */
#include "hub/conf/csv.h"

#include <assert.h>
#include <string.h>

#include "hub/conf/file.h"

enum { FIELDS_MAX = 32 };

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
static size_t take_row(struct csv *csv, char **fields)
{
	size_t count = 0;
	while (count == 0 && *csv->at != '\0') {
		csv->place.line = csv->next_line;
		for (bool ended = false; !ended; count++) {
			char *field = take_field(csv, &ended);
			if (count < FIELDS_MAX)
				fields[count] = field;
		}
		if (count == 1 && fields[0][0] == '\0')
			count = 0;
	}
	return count;
}

static size_t find_field(char *const *fields, size_t count, const char *name)
{
	size_t place = 0;
	while (place < count && strcmp(fields[place], name) != 0)
		place++;
	return place;
}

static bool take_header(struct csv *csv)
{
	char *fields[FIELDS_MAX];
	csv->file_columns = take_row(csv, fields);
	bool fine = csv->file_columns <= FIELDS_MAX;
	if (!fine)
		report_error(csv->problems, csv->place, "has more than %d columns", FIELDS_MAX);
	for (size_t i = 0; fine && i < csv->columns_count; i++) {
		csv->from[i] = find_field(fields, csv->file_columns, csv->columns[i]);
		if (csv->from[i] < csv->file_columns)
			continue;
		fine = false;
		report_error(csv->problems, csv->place,
			"the column %s is missing in the first line", csv->columns[i]);
	}
	return fine;
}

bool csv_open(struct csv *csv, const char *path, const char *const *columns, struct arena *arena,
	struct conf_problems *problems)
{
	struct err err = {0};
	struct bytes text = {0};
	*csv = (struct csv){
		.place = {path, 0}, .next_line = 1, .columns = columns, .problems = problems};
	while (columns[csv->columns_count] != NULL)
		csv->columns_count++;
	assert(csv->columns_count <= CSV_COLUMNS_MAX);
	enum outcome outcome = file_read(path, arena, &text, &err);
	if (outcome == OK && !bytes_is_utf8(text))
		outcome = err_set(&err, REJECT, "is not UTF-8");
	if (outcome == OK && memchr(text.data, '\0', text.size) != NULL)
		outcome = err_set(&err, REJECT, "holds a zero byte");
	if (outcome != OK) {
		report_error(problems, csv->place, "%s", err.text);
		return false;
	}
	csv->at = arena_string(arena, text);
	if (strncmp(csv->at, "\xef\xbb\xbf", 3) == 0)
		csv->at += 3;
	return take_header(csv);
}

bool csv_next(struct csv *csv, const char **fields)
{
	char *all[FIELDS_MAX];
	size_t count = 0;
	while ((count = take_row(csv, all)) > 0) {
		if (count == csv->file_columns)
			break;
		report_error(csv->problems, csv->place,
			"has %zu fields, but the first line has %zu", count, csv->file_columns);
	}
	for (size_t i = 0; count > 0 && i < csv->columns_count; i++)
		fields[i] = all[csv->from[i]];
	return count > 0;
}
