/* rows - reads separated values (CSV, RFC 4180) row by row, out of text that stays as it is. */
#include "hub/base/rows.h"

#include <string.h>

#define SAVE_AS "save it as \"CSV UTF-8\""

static bool begins_with(struct bytes text, const char *start)
{
	size_t size = strlen(start);
	return text.size >= size && memcmp(text.data, start, size) == 0;
}

static bool is_line_end(uint8_t c)
{
	return c == '\n' || c == '\r';
}

/* Where the line that `at` lies in ends, and where the next one begins. */
static size_t line_end(struct bytes text, size_t at)
{
	while (at < text.size && !is_line_end(text.data[at]))
		at++;
	return at;
}

static size_t next_line(struct bytes text, size_t end)
{
	bool is_two = end + 1 < text.size && text.data[end] == '\r' && text.data[end + 1] == '\n';
	return end < text.size ? end + (is_two ? 2 : 1) : end;
}

static size_t line_at(struct bytes text, size_t at)
{
	size_t line = 1, next = 0;
	while (at > 0 && (next = next_line(text, line_end(text, next))) <= at) {
		line += is_line_end(text.data[next - 1]) ? 1 : 0;
		if (next == text.size)
			break;
	}
	return line;
}

/* The first line that is no UTF-8; 0: none. */
static size_t bad_line(struct bytes text)
{
	if (bytes_is_utf8(text))
		return 0;
	size_t line = 1, at = 0;
	for (size_t end; at < text.size; at = next_line(text, end), line++) {
		end = line_end(text, at);
		if (!bytes_is_utf8(bytes_of(text.data + at, end - at)))
			break;
	}
	return line;
}

enum outcome rows_check(struct bytes text, struct err *err)
{
	if (begins_with(text, "PK\x03\x04") || begins_with(text, "\xd0\xcf\x11\xe0"))
		return err_set(err, REJECT, "is an Excel workbook: " SAVE_AS);
	if (begins_with(text, "\xff\xfe") || begins_with(text, "\xfe\xff"))
		return err_set(err, REJECT, "is UTF-16: " SAVE_AS);
	size_t line = bad_line(text);
	if (line > 0)
		return err_set(err, REJECT,
			"is not UTF-8, line %zu is the first that is not (it may be "
			"Windows-1252): " SAVE_AS,
			line);
	if (text.size > 0 && memchr(text.data, '\0', text.size) != NULL)
		return err_set(err, REJECT, "holds a zero byte");
	return OK;
}

/* Of the first row; quotes that hold separators do so in pairs. */
static char most_frequent(struct bytes text, size_t at)
{
	static const char candidates[] = ";,\t";
	size_t counts[3] = {0}, best = 0;
	bool quoted = false;
	for (; at < text.size && (quoted || !is_line_end(text.data[at])); at++) {
		const char *found = strchr(candidates, text.data[at]);
		quoted ^= text.data[at] == '"';
		if (!quoted && found != NULL && *found != '\0')
			counts[found - candidates]++;
	}
	for (size_t i = 1; i < 3; i++)
		best = counts[i] > counts[best] ? i : best;
	return candidates[best];
}

void rows_open(struct rows *out, struct bytes text, char separator, struct arena *arena)
{
	*out = (struct rows){text, 0, 1, separator, arena};
	if (begins_with(text, "\xef\xbb\xbf"))
		out->at = 3;
	struct bytes rest = bytes_of(text.data + out->at, text.size - out->at);
	if (separator == 0 && begins_with(rest, "sep=") && line_end(rest, 0) == 5) {
		out->separator = (char)rest.data[4];
		out->at += next_line(rest, 5);
		out->line++;
	} else if (separator == 0) {
		out->separator = most_frequent(text, out->at);
	}
}

void rows_go_on(struct rows *rows, size_t at, size_t line)
{
	rows->at = at < rows->text.size ? at : rows->text.size;
	rows->line = line > 0 ? line : line_at(rows->text, rows->at);
}

/* One row while it is read. */
struct scan {
	const struct rows *rows;
	size_t at, end; /* end: of the text, or ROWS_BYTES on */
	size_t lines; /* ended inside of quotes */
};

static const char *too_long(const struct scan *scan)
{
	return scan->end < scan->rows->text.size ? "is longer than 64 KiB" : NULL;
}

/* Behind the opening quote: to behind the closing one. Counts what is doubled. */
static const char *skip_quoted(struct scan *scan, size_t *doubled)
{
	const uint8_t *data = scan->rows->text.data;
	for (; scan->at < scan->end && scan->lines < ROWS_LINES; scan->at++) {
		if (data[scan->at] == '\n')
			scan->lines++;
		if (data[scan->at] != '"')
			continue;
		if (scan->at + 1 == scan->end || data[scan->at + 1] != '"') {
			scan->at++;
			return NULL;
		}
		++*doubled;
		scan->at++;
	}
	return "has a quote that is not closed";
}

static void skip_plain(struct scan *scan)
{
	const uint8_t *data = scan->rows->text.data, separator = (uint8_t)scan->rows->separator;
	while (scan->at < scan->end && data[scan->at] != separator && !is_line_end(data[scan->at]))
		scan->at++;
}

/* What was quoted with the quotes in it single, then what stands behind it. */
static struct bytes unquote(const struct scan *scan, struct bytes quoted, struct bytes tail)
{
	uint8_t *copy = arena_get(scan->rows->arena, quoted.size + tail.size), *to = copy;
	for (size_t i = 0; i < quoted.size; i++) {
		*to++ = quoted.data[i];
		i += quoted.data[i] == '"' ? 1 : 0;
	}
	if (tail.size > 0)
		memcpy(to, tail.data, tail.size);
	return bytes_of(copy, (size_t)(to - copy) + tail.size);
}

static const char *take_field(struct scan *scan, struct bytes *out)
{
	const uint8_t *data = scan->rows->text.data;
	size_t from = scan->at, doubled = 0;
	if (from == scan->end || data[from] != '"') {
		skip_plain(scan);
		*out = bytes_of(data + from, scan->at - from);
		return scan->at == scan->end ? too_long(scan) : NULL;
	}
	scan->at++;
	const char *fault = skip_quoted(scan, &doubled);
	if (fault != NULL)
		return fault;
	struct bytes quoted = bytes_of(data + from + 1, scan->at - from - 2);
	size_t behind = scan->at;
	skip_plain(scan);
	struct bytes tail = bytes_of(data + behind, scan->at - behind);
	*out = doubled > 0 || tail.size > 0 ? unquote(scan, quoted, tail) : quoted;
	return scan->at == scan->end ? too_long(scan) : NULL;
}

static bool has_text(const struct rows_row *row)
{
	for (size_t i = 0; i < row->count && i < ROWS_FIELDS; i++)
		if (row->fields[i].size > 0)
			return true;
	return row->count > ROWS_FIELDS || row->fault != NULL;
}

static void take_row(struct rows *rows, struct rows_row *out)
{
	struct bytes text = rows->text;
	size_t start = rows->at, left = text.size - start;
	struct scan scan = {rows, start, start + (left < ROWS_BYTES ? left : ROWS_BYTES), 0};
	struct bytes field;
	out->count = 0;
	out->line = rows->line;
	for (bool more = true; more; scan.at += more ? 1 : 0) {
		out->fault = take_field(&scan, &field);
		more = out->fault == NULL && scan.at < scan.end && !is_line_end(text.data[scan.at]);
		if (out->count < ROWS_FIELDS)
			out->fields[out->count] = field;
		out->count++;
	}
	if (out->fault != NULL) {
		out->count = scan.lines = 0;
		scan.at = line_end(text, start);
	}
	size_t size = scan.at - start;
	out->text = bytes_of(text.data + start, size < ROWS_BYTES ? size : ROWS_BYTES);
	rows->at = next_line(text, scan.at);
	rows->line += scan.lines + 1;
}

bool rows_next(struct rows *rows, struct rows_row *out)
{
	while (rows->at < rows->text.size) {
		take_row(rows, out);
		if (has_text(out))
			return true;
	}
	return false;
}
