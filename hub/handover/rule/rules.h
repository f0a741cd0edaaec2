/* rules - what config says about desks, partners, regions, routes and clocks, as the core reads it.
 */
#ifndef HUB_HANDOVER_RULE_RULES_H
#define HUB_HANDOVER_RULE_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hub/base/bytes.h"

/* Immutable after start. What is sorted begins with the key that it is sorted by. All strings live
 * as long as the rules. Dates are days since 1970-01-01; from inclusive, to exclusive; INT32_MIN
 * and INT32_MAX where open. Lists of words end in NULL; an empty or NULL list matches all. */

enum rules_feedback { RULES_FEEDBACK_NONE, RULES_FEEDBACK_CLOSURE, RULES_FEEDBACK_FULL };
enum rules_disclose { RULES_DISCLOSE_NOTHING, RULES_DISCLOSE_KIND, RULES_DISCLOSE_DESK };

struct rules_partner {
	const char *oin, *name;
	const char *home_desk; /* verdicts go there */
	enum rules_feedback feedback; /* what its desks report back to who sent a client */
	enum rules_disclose disclose_owner; /* what it learns about who has a client */
	bool is_private; /* never gets a BSN */
	bool may_see_bsn;
};

struct rules_desk {
	const char *id, *name;
	const char *partner; /* OIN */
	const char *kind; /* code list desk_kind */
	const char *region; /* AM code; NULL: nationwide */
	const char *const *questions; /* what it takes */
	const char *const *fields; /* what it may see before acceptance */
	const char *const *fields_accepted; /* and after */
	const char *successor; /* where its work goes when it is not active; NULL: the rules */
	const char *coordinator; /* NULL: the region's */
	int32_t capacity; /* clients it can hold; -1: not counted */
	bool active;
	bool holds; /* may be responsible for clients */
};

struct rules_region {
	const char *code, *name;
	const char *entry_desk; /* takes whom nobody has */
	const char *coordinator; /* desk of the regional coordinator */
	/* Pairs: desk kind, desk that stands in where the region lacks one. */
	const char *const *stand_ins;
};

struct rules_municipality {
	const char *code, *name; /* GM code */
	const char *region; /* AM code */
	const char *successor; /* GM code after a merger; NULL: none */
	int32_t from, to;
};

struct rules_programme {
	const char *code;
	const char *successor; /* programme that takes over; NULL: none */
	int32_t from, to;
};

/* First match wins. All conditions that are set must hold. */
struct rules_route {
	const char *name;
	const char *const *questions, *const *regions, *const *municipalities;
	const char *const *target_groups, *const *sectors, *const *programmes;
	const char *const *partners, *const *pathways, *const *voucher_kinds;
	/* Years, in which the referral's band must lie; NLQF. Both inclusive; -1: any. */
	int32_t age_from, age_to, level_from, level_to;
	/* A desk, or the one of a kind in the client's region, else the region's stand-in. */
	const char *to_desk, *to_kind;
};

enum rules_unit { RULES_MINUTES, RULES_DAYS, RULES_WORKING_DAYS };

struct rules_duration {
	enum rules_unit unit;
	int32_t count;
};

#define RULES_LEVELS 5

/* One clock's durations: levels[0] from arming to its first level, levels[1] from there to the
 * next, and so on; count 0: no such level, repeat instead. `first_level` is where it begins (T2:
 * L1, T4: L2). */
struct rules_clock {
	struct rules_duration normal[RULES_LEVELS], urgent[RULES_LEVELS];
	/* Between the first level and the next, told again so often; count 0: not. */
	struct rules_duration reminder;
	struct rules_duration repeat; /* at the last level */
	int32_t first_level, last_level;
};

/* Replaces the first duration where all set conditions hold; first match wins. */
struct rules_override {
	const char *from_desk, *to_desk, *question, *urgency; /* NULL: any */
	int32_t clock; /* enum clock_name */
	struct rules_duration duration;
};

#define RULES_CLOCKS 14 /* T0 to T13 */
#define RULES_HOPS 4 /* from one to its successor, that one's successor, … */

struct rules {
	const char *version; /* first 12 hex digits of the config's hash */
	const struct rules_partner *partners; /* sorted by OIN */
	const struct rules_desk *desks; /* sorted by id */
	/* The same desks by kind, then region, then id, so that routing does not search them one by
	 * one; made by rules_sort_by_kind. NULL: it does. */
	const struct rules_desk *const *desks_by_kind;
	const struct rules_region *regions; /* sorted by code */
	const struct rules_municipality *municipalities; /* sorted by code, then from */
	const struct rules_programme *programmes;
	const struct rules_route *routes;
	const struct rules_override *overrides;
	size_t partners_count, desks_count, regions_count, municipalities_count, programmes_count,
		routes_count, overrides_count;
	struct rules_clock clocks[RULES_CLOCKS];
	const char *default_region; /* where nothing names one */
};

/* Binary searches. NULL: unknown. */
const struct rules_desk *rules_desk(const struct rules *rules, struct bytes id);
const struct rules_partner *rules_partner(const struct rules *rules, struct bytes oin);
const struct rules_partner *rules_partner_of_desk(const struct rules *rules, struct bytes desk);
const struct rules_region *rules_region(const struct rules *rules, struct bytes code);
/* The region of a municipality on a day, mergers followed; NULL: unknown. */
const struct rules_region *rules_region_of_municipality(
	const struct rules *rules, struct bytes code, int32_t day);
/* What a municipality is on a day: itself, or what it merged into; NULL: unknown or not then.
 */
const struct rules_municipality *rules_municipality(
	const struct rules *rules, struct bytes code, int32_t day);
/* The programme that a code stands for on a day: itself until its end, then its successor (at most
 * RULES_HOPS times). Absent: it ended without one. A code that is not listed stands for itself. */
struct bytes rules_programme_now(const struct rules *rules, struct bytes code, int32_t day);
/* The desks of a kind in a region, in the order of their ids: start with *at = 0; NULL: no more. */
const struct rules_desk *rules_next_of_kind(
	const struct rules *rules, const char *kind, const char *region, size_t *at);
/* Puts pointers to the desks into by_kind, which has desks_count places. */
void rules_sort_by_kind(const struct rules *rules, const struct rules_desk **by_kind);
/* How long the clocks run where config says nothing. */
void rules_default_clocks(struct rules_clock clocks[RULES_CLOCKS]);
/* When a clock that is armed at `from` comes due. */
int64_t rules_due(struct rules_duration duration, int64_t from);

#endif
