/* calendar - working days in the Netherlands, and the local time of Amsterdam with its changes. */
#include "hub/base/calendar.h"

#include <assert.h>
#include <stddef.h>

#include "hub/base/clock.h"

enum { MARCH = 3, OCTOBER = 10 };
enum { SUNDAY, SATURDAY = 6, WEEK = 7 };
enum { FIXED_HOLIDAYS = 5, EASTER_HOLIDAYS = 4, HOLIDAYS = FIXED_HOLIDAYS + EASTER_HOLIDAYS };

#define WINTER_MS CLOCK_HOUR_MS
#define SUMMER_MS (2 * CLOCK_HOUR_MS)

static int64_t within_clock(int64_t at)
{
	if (at < CLOCK_FIRST_MS)
		return CLOCK_FIRST_MS;
	return at < CLOCK_LAST_MS ? at : CLOCK_LAST_MS;
}

static int32_t within_dates(int64_t date)
{
	if (date < CLOCK_FIRST_DATE)
		return CLOCK_FIRST_DATE;
	return date < CLOCK_LAST_DATE ? (int32_t)date : CLOCK_LAST_DATE;
}

static int32_t date_in(int32_t year, int32_t month, int32_t day)
{
	return clock_date_days((struct clock_date){year, month, day});
}

/* Rounds down, also before 1970. */
static int32_t days_of(int64_t ms)
{
	int64_t date = ms / CLOCK_DAY_MS - (ms % CLOCK_DAY_MS < 0);
	return within_dates(date);
}

static int32_t weekday(int32_t date)
{
	return (date - CLOCK_FIRST_DATE + 1) % WEEK; /* 0001-01-01 was a Monday */
}

static int32_t last_sunday(int32_t year, int32_t month)
{
	int32_t last = date_in(year, month, 31);
	return last - weekday(last);
}

/* Anonymous Gregorian algorithm (Meeus, Astronomical Algorithms, 1991, chapter 8; Nature, 1876). */
static int32_t easter_sunday(int32_t year)
{
	int32_t a = year % 19, b = year / 100, c = year % 100;
	int32_t g = (b - (b + 8) / 25 + 1) / 3;
	int32_t h = (19 * a + b - b / 4 - g + 15) % 30;
	int32_t l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7;
	int32_t m = (a + 11 * h + 22 * l) / 451;
	int32_t n = h + l - 7 * m + 114;
	return date_in(year, n / 31, n % 31 + 1);
}

/* What is computed once per year and thread, because every deadline asks for it. */
struct year {
	int32_t number, days;
	int32_t first; /* date of 1 January */
	int64_t summer, winter; /* when these times begin */
	int32_t holidays[HOLIDAYS]; /* dates */
};

static const struct {
	int8_t month, day;
} fixed_holidays[FIXED_HOLIDAYS] = {
	{1, 1},
	{4, 27}, /* if this is a Sunday King's Day is the Saturday before, free as it is */
	{5, 5},
	{12, 25},
	{12, 26},
};

/* Good Friday, Easter Monday, Ascension Day, Whit Monday. */
static const int8_t days_from_easter[EASTER_HOLIDAYS] = {-2, 1, 39, 50};

static void find_holidays(struct year *year)
{
	int32_t easter = easter_sunday(year->number), *holiday = year->holidays;
	for (size_t i = 0; i < FIXED_HOLIDAYS; i++)
		*holiday++ = date_in(year->number, fixed_holidays[i].month, fixed_holidays[i].day);
	for (size_t i = 0; i < EASTER_HOLIDAYS; i++)
		*holiday++ = easter + days_from_easter[i];
}

static struct year year_new(int32_t number)
{
	struct year year = {
		.number = number,
		.days = date_in(number + 1, 1, 1) - date_in(number, 1, 1),
		.first = date_in(number, 1, 1),
		.summer = last_sunday(number, MARCH) * CLOCK_DAY_MS + CLOCK_HOUR_MS,
		.winter = last_sunday(number, OCTOBER) * CLOCK_DAY_MS + CLOCK_HOUR_MS,
	};
	find_holidays(&year);
	return year;
}

static const struct year *year_of(int32_t date)
{
	static _Thread_local struct year years[4];
	static _Thread_local const struct year *last;
	if (last != NULL && date >= last->first && date - last->first < last->days)
		return last;
	int32_t number = clock_date_of(date).year;
	struct year *year = &years[number % 4];
	if (year->number != number)
		*year = year_new(number);
	last = year;
	return year;
}

static int64_t offset_at(int64_t at)
{
	const struct year *year = year_of(days_of(at));
	return at >= year->summer && at < year->winter ? SUMMER_MS : WINTER_MS;
}

/* local: ms from 1970-01-01 00:00 on the clocks of Amsterdam. */
static int64_t at_local(int64_t local)
{
	int64_t at = local - SUMMER_MS;
	return within_clock(offset_at(at) == SUMMER_MS ? at : local - WINTER_MS);
}

int64_t calendar_local(int64_t at)
{
	int64_t known = within_clock(at);
	return known + offset_at(known);
}

int32_t calendar_date(int64_t at)
{
	return days_of(calendar_local(at));
}

int64_t calendar_start(int32_t date)
{
	return at_local(within_dates(date) * CLOCK_DAY_MS);
}

int64_t calendar_next_same_time(int64_t at, int32_t days)
{
	if (days == 0)
		return at;
	return at_local(calendar_local(at) + days * CLOCK_DAY_MS);
}

bool calendar_is_working_day(int32_t date)
{
	date = within_dates(date);
	int32_t of_week = weekday(date);
	const struct year *year = year_of(date);
	bool working = of_week != SUNDAY && of_week != SATURDAY;
	for (size_t i = 0; working && i < HOLIDAYS; i++)
		working = year->holidays[i] != date;
	return working;
}

int32_t calendar_add_months(int32_t date, int32_t months)
{
	struct clock_date to = clock_date_of(within_dates(date));
	int32_t month = to.year * 12 + to.month - 1 + months;
	int32_t next = date_in((month + 1) / 12, (month + 1) % 12 + 1, 1);
	int32_t first = date_in(month / 12, month % 12 + 1, 1);

	return within_dates(first + to.day <= next ? (int64_t)first + to.day - 1 : next - 1);
}

/* date itself if it is a working day; after the last date there is none, and that one it is. */
static int32_t working_day_from(int32_t date)
{
	while (date < CLOCK_LAST_DATE && !calendar_is_working_day(date))
		date++;
	return date;
}

int64_t calendar_add_working_days(int64_t at, int32_t n)
{
	assert(n >= 0);
	int32_t from = calendar_date(at);
	int32_t date = working_day_from(from);
	if (date > from)
		at = calendar_start(date);
	from = date;
	for (; n > 0 && date < CLOCK_LAST_DATE; n--)
		date = working_day_from(date + 1);
	return calendar_next_same_time(at, date - from);
}

/* How far a walk over the days got: at plus ms working time, up to `to` at most. */
static int64_t walk(int64_t *at, int64_t to, int64_t ms)
{
	int64_t walked = 0;
	int32_t date = calendar_date(*at);
	while (*at < to && walked < ms) {
		int64_t next = date < CLOCK_LAST_DATE ? calendar_start(date + 1) : to;
		next = next < to ? next : to;
		bool working = calendar_is_working_day(date++);
		if (working && next - *at > ms - walked)
			next = *at + ms - walked;
		walked += working ? next - *at : 0;
		*at = next;
	}
	return walked;
}

int64_t calendar_working_ms(int64_t from, int64_t to)
{
	int64_t at = within_clock(from);
	return walk(&at, within_clock(to), INT64_MAX);
}

int64_t calendar_add_working_ms(int64_t at, int64_t ms)
{
	assert(ms >= 0);
	at = within_clock(at);
	walk(&at, CLOCK_LAST_MS, ms);
	return at;
}
