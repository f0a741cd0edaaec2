/* clock - the time, in epoch milliseconds; with an offset from a file, for tests. */
#ifndef HUB_BASE_CLOCK_H
#define HUB_BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "hub/base/bytes.h"
#include "hub/base/err.h"

#define CLOCK_DAY_MS INT64_C(86400000)
#define CLOCK_HOUR_MS INT64_C(3600000)
#define CLOCK_MINUTE_MS INT64_C(60000)

/* The first and last times and dates that have a text: years 1 to 9999. */
#define CLOCK_FIRST_MS INT64_C(-62135596800000)
#define CLOCK_LAST_MS INT64_C(253402300799999)
#define CLOCK_FIRST_DATE INT32_C(-719162)
#define CLOCK_LAST_DATE INT32_C(2932896)

/* Reads the offset (decimal milliseconds) from path at start and whenever the file changes; NULL:
 * no offset. A file that is away or unreadable later leaves the offset as it was. Call it before
 * other threads ask for the time. */
enum outcome clock_use_offset_file(const char *path, struct err *err) MUST_CHECK;
int64_t clock_offset(void); /* ms; re-reads the file at most every 100 ms */
int64_t clock_wall(void); /* epoch ms, offset added */
int64_t clock_monotonic(void); /* ms since some point, offset added */
/* The same without the offset: how long somebody has waited for others, whose time is not moved. */
int64_t clock_steady(void);
void clock_sleep(int64_t ms); /* a signal may end it early */
struct timespec clock_in(int64_t ms); /* so long from now; for pthread_cond_clockwait, monotonic */
double clock_cpu_seconds(void); /* CPU time of the process */

/* RFC 3339. out has 25 places: "2026-03-02T09:30:00.123Z"; whole seconds without the fraction. A
 * time before the first or after the last is written as that one. */
void clock_to_text(int64_t epoch_ms, char out[25]);
/* With "Z" or an offset; fraction cut to ms; a leap second is the next second. */
bool clock_from_text(struct bytes text, int64_t *epoch_ms);
/* "2026-03-02" and days since 1970-01-01, written like times. out has 11 places. */
void clock_date_to_text(int32_t days, char out[11]);
bool clock_date_from_text(struct bytes text, int32_t *days);

/* A date of the Gregorian calendar; month and day count from 1. */
struct clock_date {
	int32_t year, month, day;
};

/* Dates from the first to the last, and the days since 1970-01-01 that they are. */
struct clock_date clock_date_of(int32_t days);
int32_t clock_date_days(struct clock_date date);

#endif
