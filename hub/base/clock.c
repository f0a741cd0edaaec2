/* clock - the time, in epoch milliseconds; with an offset from a file, for tests. */
#include "hub/base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hub/base/memory.h"

enum { OFFSET_READ_MS = 100 };

static char *offset_path;
static _Atomic int64_t offset_now;
static _Atomic int64_t offset_read_next; /* monotonic ms without offset */

static int64_t read_ms(clockid_t which)
{
	struct timespec now;
	clock_gettime(which, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The digits of the file, without the white space behind them. */
static struct bytes without_end(struct bytes text)
{
	while (text.size > 0 && strchr(" \r\n\t", text.data[text.size - 1]) != NULL)
		text.size--;
	return text;
}

static enum outcome read_offset(const char *path, int64_t *offset, struct err *err)
{
	char text[32];
	int file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return err_set(err, REJECT, "clock offset file %s: %s", path, strerror(errno));
	ssize_t size = read(file, text, sizeof(text));
	int cause = errno;
	close(file);
	if (size < 0)
		return err_set(err, REJECT, "clock offset file %s: %s", path, strerror(cause));
	if (!bytes_to_int64(without_end(bytes_of(text, (size_t)size)), offset) ||
		*offset < -CLOCK_LAST_MS || *offset > CLOCK_LAST_MS)
		return err_set(err, REJECT,
			"clock offset file %s: not a number of milliseconds, such as 3600000",
			path);
	return OK;
}

enum outcome clock_use_offset_file(const char *path, struct err *err)
{
	int64_t offset = 0;
	if (path != NULL && read_offset(path, &offset, err) != OK)
		return REJECT;
	free(offset_path);
	offset_path = path != NULL ? memory_string(path) : NULL;
	offset_now = offset;
	offset_read_next = read_ms(CLOCK_MONOTONIC) + OFFSET_READ_MS;
	return OK;
}

int64_t clock_offset(void)
{
	if (offset_path == NULL)
		return 0;
	int64_t now = read_ms(CLOCK_MONOTONIC);
	int64_t next = offset_read_next;
	int64_t offset;
	if (now >= next &&
		atomic_compare_exchange_strong(&offset_read_next, &next, now + OFFSET_READ_MS) &&
		read_offset(offset_path, &offset, NULL) == OK)
		offset_now = offset;
	return offset_now;
}

int64_t clock_wall(void)
{
	return read_ms(CLOCK_REALTIME) + clock_offset();
}

int64_t clock_monotonic(void)
{
	return read_ms(CLOCK_MONOTONIC) + clock_offset();
}

int64_t clock_steady(void)
{
	return read_ms(CLOCK_MONOTONIC);
}

static struct timespec timespec_of(int64_t ms)
{
	return (struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
}

void clock_sleep(int64_t ms)
{
	const struct timespec time = timespec_of(ms);
	nanosleep(&time, NULL);
}

struct timespec clock_in(int64_t ms)
{
	return timespec_of(read_ms(CLOCK_MONOTONIC) + ms);
}

double clock_cpu_seconds(void)
{
	struct timespec used;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	return (double)used.tv_sec + (double)used.tv_nsec / 1e9;
}

/* Both ways after Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms": years begin on 1
 * March, so that the leap day is the last, and go in eras of 400 years, or 146097 days. The first
 * era begins on 1 March of year 0, 719468 days before 1970. */
struct clock_date clock_date_of(int32_t days)
{
	int32_t era = (days + 719468) / 146097;
	int32_t in_era = (days + 719468) % 146097;
	int32_t year = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
	int32_t in_year = in_era - (365 * year + year / 4 - year / 100);
	int32_t month = (5 * in_year + 2) / 153;
	return (struct clock_date){
		.year = era * 400 + year + (month >= 10),
		.month = month < 10 ? month + 3 : month - 9,
		.day = in_year - (153 * month + 2) / 5 + 1,
	};
}

int32_t clock_date_days(struct clock_date date)
{
	int32_t year = date.year - (date.month <= 2);
	int32_t month = date.month > 2 ? date.month - 3 : date.month + 9;
	int32_t in_year = (153 * month + 2) / 5 + date.day - 1;
	int32_t in_era = year % 400 * 365 + year % 400 / 4 - year % 400 / 100 + in_year;
	return year / 400 * 146097 + in_era - 719468;
}

static int64_t between(int64_t low, int64_t value, int64_t high)
{
	if (value < low)
		return low;
	return value < high ? value : high;
}

/* Writes value with so many digits, and returns what is behind them. */
static char *put_digits(char *out, int64_t value, int digits)
{
	for (int i = digits - 1; i >= 0; i--) {
		out[i] = (char)('0' + value % 10);
		value /= 10;
	}
	return out + digits;
}

static char *put_date(char *out, int32_t days)
{
	struct clock_date date = clock_date_of(days);
	out = put_digits(out, date.year, 4);
	*out++ = '-';
	out = put_digits(out, date.month, 2);
	*out++ = '-';
	return put_digits(out, date.day, 2);
}

void clock_date_to_text(int32_t days, char out[11])
{
	days = (int32_t)between(CLOCK_FIRST_DATE, days, CLOCK_LAST_DATE);
	*put_date(out, days) = '\0';
}

void clock_to_text(int64_t epoch_ms, char out[25])
{
	/* Counted from year 1, so that division and remainder need no care for the sign. */
	int64_t ms = between(CLOCK_FIRST_MS, epoch_ms, CLOCK_LAST_MS) - CLOCK_FIRST_MS;
	out = put_date(out, CLOCK_FIRST_DATE + (int32_t)(ms / CLOCK_DAY_MS));
	*out++ = 'T';
	out = put_digits(out, ms / CLOCK_HOUR_MS % 24, 2);
	*out++ = ':';
	out = put_digits(out, ms / CLOCK_MINUTE_MS % 60, 2);
	*out++ = ':';
	out = put_digits(out, ms / 1000 % 60, 2);
	if (ms % 1000 != 0) {
		*out++ = '.';
		out = put_digits(out, ms % 1000, 3);
	}
	*out++ = 'Z';
	*out = '\0';
}

/* What is left of a text that is read from the left. */
struct reader {
	const uint8_t *at, *end;
};

static struct reader reader_of(struct bytes text)
{
	if (text.data == NULL)
		text = bytes_of("", 0);
	return (struct reader){text.data, text.data + text.size};
}

static bool take(struct reader *reader, char wanted)
{
	if (reader->at == reader->end || *reader->at != (uint8_t)wanted)
		return false;
	reader->at++;
	return true;
}

static bool take_digits(struct reader *reader, int digits, int32_t most, int32_t *out)
{
	if (reader->end - reader->at < digits)
		return false;
	int32_t value = 0;
	for (int i = 0; i < digits; i++, reader->at++) {
		if (*reader->at < '0' || *reader->at > '9')
			return false;
		value = value * 10 + (*reader->at - '0');
	}
	*out = value;
	return value <= most;
}

static int32_t days_of_month(int32_t year, int32_t month)
{
	static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
	return days[month - 1] + (month == 2 && leap);
}

static bool take_date(struct reader *reader, int32_t *days)
{
	struct clock_date date;
	if (!take_digits(reader, 4, 9999, &date.year) || !take(reader, '-') ||
		!take_digits(reader, 2, 12, &date.month) || !take(reader, '-') ||
		!take_digits(reader, 2, 31, &date.day))
		return false;
	if (date.year < 1 || date.month < 1 || date.day < 1 ||
		date.day > days_of_month(date.year, date.month))
		return false;
	*days = clock_date_days(date);
	return true;
}

bool clock_date_from_text(struct bytes text, int32_t *days)
{
	struct reader reader = reader_of(text);
	int32_t read;
	if (!take_date(&reader, &read) || reader.at != reader.end)
		return false;
	*days = read;
	return true;
}

static bool take_hours_and_minutes(struct reader *reader, int64_t *ms)
{
	int32_t hours, minutes;
	if (!take_digits(reader, 2, 23, &hours) || !take(reader, ':') ||
		!take_digits(reader, 2, 59, &minutes))
		return false;
	*ms = hours * CLOCK_HOUR_MS + minutes * CLOCK_MINUTE_MS;
	return true;
}

/* Any number of digits; those behind the third are read and left. */
static bool take_fraction(struct reader *reader, int64_t *ms)
{
	int64_t weight = 100;
	int32_t digit;
	const uint8_t *first = reader->at;
	for (*ms = 0; take_digits(reader, 1, 9, &digit); weight /= 10)
		*ms += digit * weight;
	return reader->at > first;
}

static bool take_zone(struct reader *reader, int64_t *east_ms)
{
	*east_ms = 0;
	if (take(reader, 'Z') || take(reader, 'z'))
		return true;
	if (take(reader, '+'))
		return take_hours_and_minutes(reader, east_ms);
	bool west = take(reader, '-') && take_hours_and_minutes(reader, east_ms);
	*east_ms = -*east_ms;
	return west;
}

bool clock_from_text(struct bytes text, int64_t *epoch_ms)
{
	struct reader reader = reader_of(text);
	int32_t days, seconds;
	int64_t day_ms, fraction = 0, east_ms;
	if (!take_date(&reader, &days) || !(take(&reader, 'T') || take(&reader, 't')) ||
		!take_hours_and_minutes(&reader, &day_ms) || !take(&reader, ':') ||
		!take_digits(&reader, 2, 60, &seconds))
		return false;
	if (take(&reader, '.') && !take_fraction(&reader, &fraction))
		return false;
	if (!take_zone(&reader, &east_ms) || reader.at != reader.end)
		return false;
	int64_t ms = days * CLOCK_DAY_MS + day_ms + seconds * INT64_C(1000) - east_ms;
	if ((seconds == 60 && ms % CLOCK_DAY_MS != 0) || ms < CLOCK_FIRST_MS ||
		ms + fraction > CLOCK_LAST_MS)
		return false;
	*epoch_ms = ms + fraction;
	return true;
}
