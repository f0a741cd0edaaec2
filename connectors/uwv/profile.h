/* profile - which rows of an export are referrals, and what they ask. */
#ifndef CONNECTORS_UWV_PROFILE_H
#define CONNECTORS_UWV_PROFILE_H

#include "connectors/common/sheet.h"

/* Pairs of a condition and a question. A condition is "Column = value | value; Column = *": all of
 * its columns have one of their values, whatever the case of the letters; * is any that is known.
 */
struct profile;

/* REJECT: it is not so written. */
enum outcome profile_check(const struct setting_pair *pairs, struct err *err);
/* Of pairs that are good. REJECT: names a column that the sheet lacks. */
enum outcome profile_open(struct profile **out, const struct setting_pair *pairs,
	const struct sheet *sheet, struct arena *arena, struct err *err);
/* The question of the first condition that the sheet's row meets; absent: the row is no referral.
 */
struct bytes profile_question(const struct profile *profile, const struct sheet *sheet);

#endif
