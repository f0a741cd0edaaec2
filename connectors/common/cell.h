/* cell - what stands in a spreadsheet's cells: dates, numbers that lost their zeros, null markers,
 * and names of regions and sectors. */
#ifndef CONNECTORS_COMMON_CELL_H
#define CONNECTORS_COMMON_CELL_H

#include "hub/base/arena.h"
#include "hub/base/setting.h"

/* Days since 1970-01-01. Takes "2026-03-02" and "2-3-2026", a time behind them, and the serial
 * number that Excel keeps for a date: days since 1899-12-30, from 1930 on, so that a year alone is
 * none. */
bool cell_date(struct bytes text, int32_t *days);
/* A number of so many digits of which Excel left all but its first, a zero, with that; else as it
 * is. */
struct bytes cell_digits(struct bytes text, size_t size, struct arena *arena);

#define CELL_BSN 9 /* digits */
#define CELL_PHONE 10 /* of a Dutch number */

/* Absent for the marks that stand for nothing: NNB, Onbekend, ?? and ?. */
struct bytes cell_known(struct bytes text);
/* Equal but for the case of letters, and all that is no letter or digit: "Food Valley" and
 * "FoodValley". Letters beyond ASCII must be the same. */
bool cell_is_like(struct bytes a, struct bytes b);
/* The second of the first pair whose name is like it; absent: none. */
struct bytes cell_pair(const struct setting_pair *pairs, struct bytes name);

/* The AM code of a code or of a name that is in use for it; absent: unknown. */
struct bytes cell_region(struct bytes text);
/* The GM code of "GM0599", "0599" and "599"; absent: it is none. */
struct bytes cell_municipality(struct bytes text, struct arena *arena);
/* The hub's sector of a code of the SBI 2008 (CBS): its division in 2 digits, or with its class, 5
 * digits; absent: it is none. Others are not looked at: they may have lost a zero. */
struct bytes cell_sector(struct bytes text);

#endif
