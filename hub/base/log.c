/* log - logfmt lines on standard error. Ids and offsets only, never personal data. */
#include "hub/base/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "hub/base/clock.h"

enum { LINE_MOST = 2048, QUOTES = 4, QUOTE_MOST = 512 };

static const char ellipsis[] = "…";

static _Atomic(enum log_level) most = LOG_INFO;
static _Atomic(const char *) node_name;

void log_set_level(enum log_level level)
{
	most = level;
}

void log_set_node(const char *node)
{
	node_name = node;
}

static bool is_control(char c)
{
	return (unsigned char)c < 0x20 || c == 0x7f;
}

/* Steps back over the bytes of a character that began before. */
static size_t character_start(const char *text, size_t at)
{
	while (at > 0 && ((unsigned char)text[at] & 0xc0) == 0x80)
		at--;
	return at;
}

/* The start of a line; a node's name is from config, and short. */
static size_t put_start(char *line, enum log_level level, const char *at)
{
	static const char *const levels[] = {"error", "warn", "info", "debug"};
	char now[25];
	clock_to_text(clock_wall(), now);
	const char *node = node_name;
	int size = snprintf(line, LINE_MOST / 2, "ts=%s level=%s%s%s at=%s ", now, levels[level],
		node != NULL ? " node=" : "", node != NULL ? node : "", at);
	return size < LINE_MOST / 2 ? (size_t)size : LINE_MOST / 2 - 1;
}

void log_line(enum log_level level, const char *at, const char *format, ...)
{
	if (level > most)
		return;
	char line[LINE_MOST + sizeof(ellipsis)];
	size_t size = put_start(line, level, at);
	va_list arguments;
	va_start(arguments, format);
	int fields = vsnprintf(line + size, LINE_MOST - size, format, arguments);
	va_end(arguments);
	size += fields > 0 ? (size_t)fields : 0;
	if (size >= LINE_MOST) {
		size = character_start(line, LINE_MOST - 2);
		memcpy(line + size, ellipsis, sizeof(ellipsis));
		size += sizeof(ellipsis) - 1;
	}
	for (size_t i = 0; i < size; i++) {
		if (is_control(line[i]))
			line[i] = ' ';
	}
	line[size++] = '\n';
	/* What cannot be logged is lost: there is nobody left to tell. */
	ssize_t written = write(STDERR_FILENO, line, size);
	(void)written;
}

const char *log_quote(const char *text)
{
	static _Thread_local char quotes[QUOTES][QUOTE_MOST + sizeof(ellipsis) + 3];
	static _Thread_local unsigned turn;
	char *quote = quotes[turn++ % QUOTES];
	size_t size = 0;
	quote[size++] = '"';
	for (; text != NULL && *text != '\0' && size < QUOTE_MOST - 2; text++) {
		if (*text == '"' || *text == '\\')
			quote[size++] = '\\';
		quote[size++] = is_control(*text) ? ' ' : *text;
	}
	if (text != NULL && *text != '\0') {
		size = ((unsigned char)*text & 0xc0) == 0x80 ? character_start(quote, size - 1)
							     : size;
		memcpy(quote + size, ellipsis, sizeof(ellipsis) - 1);
		size += sizeof(ellipsis) - 1;
	}
	memcpy(quote + size, "\"", 2);
	return quote;
}
