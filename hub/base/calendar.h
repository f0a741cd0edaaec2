/* calendar - working days in the Netherlands, and the local time of Amsterdam with its changes. */
#ifndef HUB_BASE_CALENDAR_H
#define HUB_BASE_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

/* All times epoch ms, all dates days since 1970-01-01. Knows no time zone database: the EU rule
 * (directive 2000/84/EC: summer time from the last Sunday of March to the last Sunday of October,
 * 01:00 UTC) is computed, for any year. Times before CLOCK_FIRST_MS or after CLOCK_LAST_MS
 * (hub/base/clock.h) count as those. */

int64_t calendar_local(int64_t at); /* what the clocks in Amsterdam show, as if it were UTC */
int32_t calendar_date(int64_t at); /* the local date in Amsterdam */
int64_t calendar_start(int32_t date); /* when that local day begins */
/* The same local time, days later (or earlier). A local time that the change to summer time skips
 * is taken an hour later; of one that comes twice, the first. */
int64_t calendar_next_same_time(int64_t at, int32_t days);

/* The same day of the month, months later (or earlier); where that month is shorter, its last day.
 */
int32_t calendar_add_months(int32_t date, int32_t months);

/* Monday to Friday, and not one of the days of Algemene termijnenwet art. 3: 1 January, Good
 * Friday, Easter Monday, King's Day (27 April; 26 if that is a Sunday), 5 May, Ascension Day, Whit
 * Monday, 25 and 26 December. */
bool calendar_is_working_day(int32_t date);

/* The same local time, n working days later (n >= 0); a start on a free day counts as the next
 * working day's 00:00. */
int64_t calendar_add_working_days(int64_t at, int32_t n);
/* Working milliseconds between two times: 24 h per working day, 0 on free days; clock changes count
 * as they are. 0 if to is not after from. */
int64_t calendar_working_ms(int64_t from, int64_t to);
/* The first time, not before at, with so much working time between (ms >= 0): the end of a Friday
 * rather than the Monday after it. */
int64_t calendar_add_working_ms(int64_t at, int64_t ms);

#endif
