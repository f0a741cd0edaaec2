/* profile - which rows of an export are referrals, and what they ask. */
#ifndef CONNECTORS_UWV_PROFILE_H
#define CONNECTORS_UWV_PROFILE_H

#include "hub/base/arena.h"
#include "hub/base/err.h"
#include "hub/base/setting.h"

/* Pairs of a condition and what it leads to. A condition is "Column = value | value; Column = *":
 * all of its columns have one of their values, whatever the case of the letters; * is any that is
 * known. */
struct profile;

struct profile_column {
	const char *name;
	size_t place; /* as find said */
};

/* Where the values stand. */
struct profile_rows {
	const void *of;
	/* SIZE_MAX: no row has it. NULL: any name may be one. */
	size_t (*find)(const void *of, const char *name);
	/* One of its values in the row of now, counted from 0; absent: no further one. */
	struct bytes (*value)(const void *of, const struct profile_column *column, size_t nth);
};

/* REJECT: it is not so written. */
enum outcome profile_check(const struct setting_pair *pairs, struct err *err) MUST_CHECK;
/* Of pairs that are good. REJECT: names a column that no row has. */
enum outcome profile_open(struct profile **out, const struct setting_pair *pairs,
	const struct profile_rows *rows, struct arena *arena, struct err *err) MUST_CHECK;
/* What the first condition leads to that the row meets. NULL: the row is no referral. */
const char *profile_of(const struct profile *profile, const struct profile_rows *rows);

#endif
