/* err - outcomes that say what the caller must do, and one English line that says why. */
#include "hub/base/err.h"

#include <assert.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const char ellipsis[] = "…";

static bool is_continuation(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

/* Cuts between two characters, never inside one. */
static void end_in_ellipsis(char *text, size_t capacity)
{
	size_t at = capacity - sizeof(ellipsis);
	while (at > 0 && is_continuation(text[at]))
		at--;
	memcpy(text + at, ellipsis, sizeof(ellipsis));
}

static void keep_one_line(char *text)
{
	for (char *c = text; *c != '\0'; c++) {
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			*c = ' ';
	}
}

/* full: how long the text is without the limit, as snprintf returns it. */
static void take_text(struct err *err, char *text, int full)
{
	if (full >= (int)sizeof(err->text))
		end_in_ellipsis(text, sizeof(err->text));
	keep_one_line(text);
	memcpy(err->text, text, sizeof(err->text));
}

enum outcome err_set(struct err *err, enum outcome outcome, const char *format, ...)
{
	if (err == NULL)
		return outcome;
	char text[sizeof(err->text)] = "";
	va_list arguments;
	va_start(arguments, format);
	int full = vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	err->outcome = outcome;
	take_text(err, text, full);
	return outcome;
}

enum outcome err_in(struct err *err, const char *format, ...)
{
	char context[sizeof(err->text)] = "";
	va_list arguments;
	va_start(arguments, format);
	int size = vsnprintf(context, sizeof(context), format, arguments);
	va_end(arguments);
	if (size >= (int)sizeof(context))
		end_in_ellipsis(context, sizeof(context));
	char text[sizeof(err->text)];
	int full = snprintf(text, sizeof(text), "%s: %s", context, err->text);
	take_text(err, text, full);
	return err->outcome;
}

const char *outcome_name(enum outcome outcome)
{
	static const char *const names[] = {"ok", "retry", "reject", "fatal"};
	assert((unsigned)outcome < sizeof(names) / sizeof(names[0]));
	return names[outcome];
}
