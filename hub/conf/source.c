/* source - looks over the text of a configuration for what libconfig 1.5 would misread or die of.
 */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "hub/conf/file.h"
#include "hub/conf/inside.h"

enum { DEPTH_MOST = 10 };

/* Text ends in a zero. */
struct scan {
	const char *at, *end;
	bool line_start; /* nothing but spaces so far */
	int depth;
	size_t found;
	struct report_place place;
	const char *folder;
	struct arena *arena;
	struct conf_problems *problems;
};

static void scan_file(struct scan *scan);

static void step(struct scan *scan)
{
	if (*scan->at == '\n') {
		scan->place.line++;
		scan->line_start = true;
	}
	scan->at++;
}

static void skip_line(struct scan *scan)
{
	while (scan->at < scan->end && *scan->at != '\n')
		scan->at++;
}

static void skip_comment(struct scan *scan)
{
	scan->at += 2;
	while (scan->at < scan->end && !(scan->at[0] == '*' && scan->at[1] == '/'))
		step(scan);
	scan->at += scan->at < scan->end ? 2 : 0;
}

/* Behind the opening quote; stops behind the closing one. */
static struct bytes take_string(struct scan *scan)
{
	const char *start = scan->at;
	while (scan->at < scan->end && *scan->at != '"') {
		if (*scan->at == '\\' && scan->at + 1 < scan->end)
			scan->at++;
		step(scan);
	}
	struct bytes text = bytes_of(start, (size_t)(scan->at - start));
	scan->at += scan->at < scan->end ? 1 : 0;
	return text;
}

static void include(struct scan *scan, const char *name)
{
	const char *path = file_path(scan->arena, scan->folder, name);
	struct err err = {0};
	struct bytes text = {0};
	struct scan inner = *scan;
	inner.depth++;
	inner.place = (struct report_place){path, 1};
	inner.line_start = true;
	if (name[0] == '/')
		err_set(&err, REJECT, "must be written relative to the folder of the main file");
	else if (inner.depth > DEPTH_MOST)
		err_set(&err, REJECT, "is included too deep: a file must not include itself");
	else if (file_read(path, scan->arena, &text, &err) == OK) {
		inner.at = (const char *)text.data;
		inner.end = inner.at + text.size;
		scan_file(&inner);
		scan->found = inner.found;
		return;
	}
	scan->found++;
	report_error(scan->problems, scan->place, "@include \"%s\": the file %s", name, err.text);
}

static void take_include(struct scan *scan)
{
	static const char word[] = "@include";
	if (strncmp(scan->at, word, strlen(word)) != 0) {
		scan->at++;
		return;
	}
	scan->at += strlen(word);
	while (*scan->at == ' ' || *scan->at == '\t')
		scan->at++;
	if (*scan->at != '"')
		return;
	scan->at++;
	const char *name = arena_string(scan->arena, take_string(scan));
	if (scan->found == 0) /* files that include each other twice would be read for ever */
		include(scan, name);
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '-' || c == '*' || c == '.';
}

/* Decimal or hexadecimal, with L behind for 64 bits; floats are left alone. */
static void take_number(struct scan *scan)
{
	const char *start = scan->at;
	while (scan->at < scan->end && is_word(*scan->at))
		scan->at++;
	bool is_hex = start[0] == '0' && (start[1] == 'x' || start[1] == 'X');
	char *behind = NULL;
	errno = 0;
	unsigned long long value = strtoull(start, &behind, is_hex ? 16 : 10);
	bool is_long = *behind == 'L';
	if (!is_hex && (*behind == '.' || *behind == 'e' || *behind == 'E'))
		return;
	if (errno == 0 && value <= (is_long ? (unsigned long long)INT64_MAX : INT32_MAX))
		return;
	scan->found++;
	report_error(scan->problems, scan->place,
		"%.*s is too large: the greatest number is %" PRId32 " (%" PRId64 " with L behind)",
		(int)(behind - start), start, INT32_MAX, INT64_MAX);
}

static void scan_text(struct scan *scan)
{
	while (scan->at < scan->end) {
		char c = *scan->at;
		bool starts_line = scan->line_start;
		scan->line_start = starts_line && (c == ' ' || c == '\t');
		if (c == '#' || (c == '/' && scan->at[1] == '/')) {
			skip_line(scan);
		} else if (c == '/' && scan->at[1] == '*') {
			skip_comment(scan);
		} else if (c == '"') {
			scan->at++;
			take_string(scan);
		} else if (c == '@' && starts_line) {
			take_include(scan);
		} else if (isdigit((unsigned char)c)) {
			take_number(scan);
		} else if (isalpha((unsigned char)c)) {
			while (scan->at < scan->end && is_word(*scan->at))
				scan->at++;
		} else {
			step(scan);
		}
	}
}

static void scan_file(struct scan *scan)
{
	if (bytes_is_utf8(bytes_of(scan->at, (size_t)(scan->end - scan->at)))) {
		scan_text(scan);
		return;
	}
	scan->found++;
	report_error(scan->problems, (struct report_place){scan->place.file, 0}, "is not UTF-8");
}

bool source_check(const char *path, const char *folder, struct conf_problems *problems)
{
	struct arena arena = {0};
	struct err err = {0};
	struct bytes text = {0};
	struct scan scan = {.line_start = true,
		.place = {path, 1},
		.folder = folder,
		.arena = &arena,
		.problems = problems};
	bool fine = file_read(path, &arena, &text, &err) == OK;
	if (fine) {
		scan.at = (const char *)text.data;
		scan.end = scan.at + text.size;
		scan_file(&scan);
	} else {
		report_error(problems, (struct report_place){path, 0}, "%s", err.text);
	}
	arena_done(&arena);
	return fine && scan.found == 0;
}
