/* source - looks over the text of a configuration for what libconfig 1.5 would misread or die of.
 */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/file.h"
#include "hub/conf/inside.h"

enum { DEPTH_MOST = 10 };

struct source {
	const char *folder;
	struct arena arena;
	struct conf_problems *problems;
	bool fine;
};

/* A file of it; a zero stands at the end. */
struct scan {
	struct source *source;
	const char *path, *start, *at, *end;
	int depth;
};

static void scan_file(struct source *source, const char *path, struct bytes text, int depth);

static struct report_place place_of(const struct scan *scan, const char *at)
{
	int line = 1;
	for (const char *c = scan->start; c < at; c++)
		line += *c == '\n' ? 1 : 0;
	return (struct report_place){scan->path, line};
}

/* To behind the next such word, or to the end. */
static void skip(struct scan *scan, const char *word)
{
	size_t size = strlen(word);
	const char *found = memmem(scan->at, (size_t)(scan->end - scan->at), word, size);
	scan->at = found != NULL ? found + size : scan->end;
}

/* From quote to quote. */
static struct bytes take_string(struct scan *scan)
{
	const char *start = ++scan->at;
	while (scan->at < scan->end && *scan->at != '"')
		scan->at += *scan->at == '\\' && scan->at + 1 < scan->end ? 2 : 1;
	struct bytes text = bytes_of(start, (size_t)(scan->at - start));
	scan->at += scan->at < scan->end ? 1 : 0;
	return text;
}

static bool begins_line(const struct scan *scan)
{
	const char *at = scan->at;
	while (at > scan->start && (at[-1] == ' ' || at[-1] == '\t'))
		at--;
	return at == scan->start || at[-1] == '\n';
}

/* Files that include each other twice would be read for ever: what follows a problem is not read.
 */
static void take_include(struct scan *scan)
{
	static const char word[] = "@include";
	const char *at = scan->at;
	struct source *source = scan->source;
	bool begins = begins_line(scan);
	scan->at += strncmp(at, word, strlen(word)) == 0 ? strlen(word) : 1;
	size_t blanks = strspn(scan->at, " \t");
	if (!begins || scan->at == at + 1 || scan->at[blanks] != '"')
		return;
	scan->at += blanks;
	const char *name = arena_string(&source->arena, take_string(scan));
	const char *path = file_path(&source->arena, source->folder, name);
	struct err err = {0};
	struct bytes text = {0};
	if (!source->fine)
		return;
	if (name[0] == '/')
		err_set(&err, REJECT, "must be written relative to the folder of the main file");
	else if (scan->depth == DEPTH_MOST)
		err_set(&err, REJECT, "is included too deep: a file must not include itself");
	else if (file_read(path, &source->arena, &text, &err) == OK)
		scan_file(source, path, text, scan->depth + 1);
	if (err.outcome == OK)
		return;
	source->fine = false;
	report_error(source->problems, place_of(scan, at), "@include \"%s\": the file %s", name,
		err.text);
}

static void skip_word(struct scan *scan)
{
	while (scan->at < scan->end &&
		(isalnum((unsigned char)*scan->at) ||
			memchr("_-*.", *scan->at, strlen("_-*.")) != NULL))
		scan->at++;
}

/* Decimal or hexadecimal, with L behind for 64 bits; floats are left alone. */
static void take_number(struct scan *scan)
{
	const char *start = scan->at;
	bool is_hex = start[0] == '0' && (start[1] == 'x' || start[1] == 'X');
	char *behind = NULL;
	skip_word(scan);
	errno = 0;
	unsigned long long value = strtoull(start, &behind, is_hex ? 16 : 10);
	bool is_long = *behind == 'L';
	if (!is_hex && (*behind == '.' || *behind == 'e' || *behind == 'E'))
		return;
	if (errno == 0 && value <= (is_long ? (unsigned long long)INT64_MAX : INT32_MAX))
		return;
	scan->source->fine = false;
	report_error(scan->source->problems, place_of(scan, start),
		"%.*s is too large: the greatest number is %" PRId32 " (%" PRId64 " with L behind)",
		(int)(behind - start), start, INT32_MAX, INT64_MAX);
}

static void scan_next(struct scan *scan)
{
	char c = *scan->at;
	if (c == '#' || (c == '/' && scan->at[1] == '/')) {
		skip(scan, "\n");
	} else if (c == '/' && scan->at[1] == '*') {
		scan->at += 2;
		skip(scan, "*/");
	} else if (c == '"') {
		take_string(scan);
	} else if (c == '@') {
		take_include(scan);
	} else if (isdigit((unsigned char)c)) {
		take_number(scan);
	} else if (isalpha((unsigned char)c)) {
		skip_word(scan);
	} else {
		scan->at++;
	}
}

static void scan_file(struct source *source, const char *path, struct bytes text, int depth)
{
	const char *start = (const char *)text.data;
	struct scan scan = {source, path, start, start, start + text.size, depth};
	bool is_utf8 = bytes_is_utf8(text);
	while (is_utf8 && scan.at < scan.end)
		scan_next(&scan);
	if (is_utf8)
		return;
	source->fine = false;
	report_error(source->problems, (struct report_place){path, 0}, "is not UTF-8");
}

bool source_check(const char *path, const char *folder, struct conf_problems *problems)
{
	struct source source = {.folder = folder, .problems = problems, .fine = true};
	struct err err = {0};
	struct bytes text = {0};
	if (file_read(path, &source.arena, &text, &err) == OK)
		scan_file(&source, path, text, 0);
	else
		report_error(problems, (struct report_place){path, 0}, "%s", err.text);
	arena_done(&source.arena);
	return source.fine && err.outcome == OK;
}
