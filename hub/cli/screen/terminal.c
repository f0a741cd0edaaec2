/* terminal - where a command writes: for a person or a script, with colours or without. */
#include "hub/cli/screen/terminal.h"

#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>

#include "hub/base/calendar.h"
#include "hub/base/clock.h"

#define METER_EVERY_MS 200

static const char *const tone_codes[] = {
	[TERMINAL_PLAIN] = "",
	[TERMINAL_TITLE] = "\033[1m",
	[TERMINAL_FAINT] = "\033[2m",
	[TERMINAL_GOOD] = "\033[32m",
	[TERMINAL_CARE] = "\033[33m",
	[TERMINAL_BAD] = "\033[31;1m",
};

static bool wants_colour(void)
{
	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");
	return (no_color == NULL || *no_color == '\0') &&
		(term == NULL || strcmp(term, "dumb") != 0);
}

struct terminal terminal_of(FILE *out)
{
	struct terminal terminal = {.out = out};
	struct winsize size;
	if (!isatty(fileno(out)))
		return terminal;
	terminal.colour = wants_colour();
	if (ioctl(fileno(out), TIOCGWINSZ, &size) == 0)
		terminal.width = size.ws_col;
	return terminal;
}

/* What came from outside must not steer the terminal (ECMA-48 control functions, C0 and C1). */
static void disarm(char *text)
{
	for (char *c = text; *c != '\0'; c++) {
		unsigned char byte = (unsigned char)*c, next = (unsigned char)c[1];
		if ((byte < 0x20 && byte != '\n' && byte != '\t') || byte == 0x7f)
			*c = '?';
		else if (byte == 0xc2 && next >= 0x80 && next <= 0x9f)
			c[0] = c[1] = '?';
	}
}

void terminal_say(const struct terminal *terminal, enum terminal_tone tone, const char *format, ...)
{
	bool coloured = terminal->colour && tone != TERMINAL_PLAIN;
	char *text;
	va_list arguments;
	va_start(arguments, format);
	if (vasprintf(&text, format, arguments) < 0)
		abort();
	va_end(arguments);
	disarm(text);
	fprintf(terminal->out, "%s%s%s", coloured ? tone_codes[tone] : "", text,
		coloured ? "\033[0m" : "");
	free(text);
}

/* The size of the next character, and the columns it takes; of what is no UTF-8: a byte and 1. */
static size_t next_character(const char *text, int *columns)
{
	wchar_t character;
	mbstate_t state = {0};
	size_t size = mbrtowc(&character, text, MB_CUR_MAX, &state);
	bool is_good = size > 0 && size <= MB_CUR_MAX;
	*columns = is_good ? wcwidth(character) : 1;
	if (*columns < 0)
		*columns = 0;
	return is_good ? size : 1;
}

int terminal_width_of(const char *text)
{
	return terminal_fit(text, INT_MAX).columns;
}

struct terminal_part terminal_fit(const char *text, int columns)
{
	struct terminal_part part = {0, 0};
	while (text[part.size] != '\0') {
		int more;
		size_t size = next_character(text + part.size, &more);
		if (more > columns - part.columns)
			break;
		part.size += (int)size;
		part.columns += more;
	}
	return part;
}

static struct tm local_time(int64_t at)
{
	time_t seconds = (time_t)(calendar_local(at) / 1000);
	struct tm local;
	gmtime_r(&seconds, &local);
	return local;
}

void terminal_time(int64_t at, int64_t now, char out[TERMINAL_TIME_SIZE])
{
	struct tm local = local_time(at);
	bool this_year = local.tm_year == local_time(now).tm_year;
	const char *format = this_year ? "%a %e %b %H:%M" : "%a %e %b %Y %H:%M";
	strftime(out, TERMINAL_TIME_SIZE, format, &local);
}

void terminal_age(int64_t ms, char out[TERMINAL_TIME_SIZE])
{
	static const struct {
		int64_t below, unit;
		const char *name;
	} rows[] = {
		{2 * CLOCK_MINUTE_MS, 1000, "s"},
		{2 * CLOCK_HOUR_MS, CLOCK_MINUTE_MS, "min"},
		{2 * CLOCK_DAY_MS, CLOCK_HOUR_MS, "h"},
		{INT64_MAX, CLOCK_DAY_MS, "d"},
	};
	size_t row = 0;
	if (ms < 0)
		ms = 0;
	while (ms >= rows[row].below)
		row++;
	snprintf(out, TERMINAL_TIME_SIZE, "%" PRId64 " %s", ms / rows[row].unit, rows[row].name);
}

void terminal_due(int64_t at, int64_t now, char out[TERMINAL_TIME_SIZE])
{
	char age[TERMINAL_TIME_SIZE];
	terminal_age(at < now ? now - at : at - now, age);
	if (at < now)
		snprintf(out, TERMINAL_TIME_SIZE, "%.30s late", age);
	else
		snprintf(out, TERMINAL_TIME_SIZE, "in %.30s", age);
}

void terminal_meter_step(struct terminal_meter *meter, int64_t done, int64_t of)
{
	int64_t now = clock_monotonic();
	if (!isatty(STDERR_FILENO) || now - meter->shown_at < METER_EVERY_MS)
		return;
	meter->shown_at = now;
	meter->shown = true;
	fprintf(stderr, "\r\033[K%s: %" PRId64, meter->what, done);
	if (of > 0)
		fprintf(stderr, " of %" PRId64 " (%" PRId64 " %%)", of, done * 100 / of);
	fflush(stderr);
}

void terminal_meter_end(struct terminal_meter *meter)
{
	if (meter->shown)
		fputs("\r\033[K", stderr);
	meter->shown = false;
}
