/* rules - looks up what config says about desks, partners and regions, and how long a clock runs.
 */
#include "hub/handover/rules.h"

#include <stdlib.h>
#include <string.h>

#include "hub/base/calendar.h"
#include "hub/base/clock.h"

#define MERGERS_MAX 4

static int compare_id(struct bytes id, const char *other)
{
	return bytes_compare(id, bytes_of_string(other));
}

const struct rules_desk *rules_desk(const struct rules *rules, struct bytes id)
{
	size_t low = 0, high = rules->desks_count;

	while (id.data != NULL && low < high) {
		size_t middle = low + (high - low) / 2;
		int order = compare_id(id, rules->desks[middle].id);

		if (order == 0)
			return &rules->desks[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

const struct rules_partner *rules_partner(const struct rules *rules, struct bytes oin)
{
	for (size_t i = 0; i < rules->partners_count; i++)
		if (bytes_equal_string(oin, rules->partners[i].oin))
			return &rules->partners[i];
	return NULL;
}

const struct rules_partner *rules_partner_of_desk(const struct rules *rules, struct bytes desk)
{
	const struct rules_desk *found = rules_desk(rules, desk);

	return found == NULL ? NULL : rules_partner(rules, bytes_of_string(found->partner));
}

const struct rules_region *rules_region(const struct rules *rules, struct bytes code)
{
	for (size_t i = 0; i < rules->regions_count; i++)
		if (bytes_equal_string(code, rules->regions[i].code))
			return &rules->regions[i];
	return NULL;
}

/* The row that holds on that day; a code that ended before gives its last row, for its successor.
 */
static const struct rules_municipality *find_municipality(
	const struct rules *rules, struct bytes code, int32_t day)
{
	const struct rules_municipality *last = NULL;

	for (size_t i = 0; i < rules->municipalities_count; i++) {
		const struct rules_municipality *row = &rules->municipalities[i];

		if (!bytes_equal_string(code, row->code) || row->from > day)
			continue;
		if (day < row->to)
			return row;
		last = row;
	}
	return last;
}

const struct rules_region *rules_region_of_municipality(
	const struct rules *rules, struct bytes code, int32_t day)
{
	for (int hops = 0; hops <= MERGERS_MAX; hops++) {
		const struct rules_municipality *row = find_municipality(rules, code, day);

		if (row == NULL)
			return NULL;
		if (day < row->to)
			return rules_region(rules, bytes_of_string(row->region));
		code = bytes_of_string(row->successor);
	}
	return NULL;
}

#define MINUTES(n)                                                                                 \
	{                                                                                          \
		.unit = RULES_MINUTES, .count = (n)                                                \
	}
#define DAYS(n)                                                                                    \
	{                                                                                          \
		.unit = RULES_DAYS, .count = (n)                                                   \
	}
#define WORKING_DAYS(n)                                                                            \
	{                                                                                          \
		.unit = RULES_WORKING_DAYS, .count = (n)                                           \
	}
#define EACH_WEEK WORKING_DAYS(5)

static const struct rules_clock defaults[RULES_CLOCKS] = {
	[0] = {.normal = {MINUTES(15)}, .repeat = EACH_WEEK, .first_level = 3, .last_level = 3},
	[1] = {.normal = {WORKING_DAYS(2)},
		.urgent = {MINUTES(240)},
		.repeat = EACH_WEEK,
		.first_level = 1,
		.last_level = 1},
	[2] = {.normal = {WORKING_DAYS(5), WORKING_DAYS(2), WORKING_DAYS(3), WORKING_DAYS(5)},
		.urgent = {WORKING_DAYS(1)},
		.repeat = EACH_WEEK,
		.first_level = 1,
		.last_level = 4},
	[3] = {.normal = {WORKING_DAYS(5)}, .repeat = EACH_WEEK, .first_level = 1, .last_level = 2},
	[4] = {.normal = {WORKING_DAYS(3)}, .repeat = EACH_WEEK, .first_level = 2, .last_level = 3},
	[5] = {.normal = {WORKING_DAYS(10)},
		.urgent = {WORKING_DAYS(2)},
		.repeat = EACH_WEEK,
		.first_level = 1,
		.last_level = 2},
	[6] = {.normal = {DAYS(30), DAYS(10)},
		.reminder = WORKING_DAYS(2),
		.repeat = EACH_WEEK,
		.first_level = 1,
		.last_level = 2},
	[7] = {.normal = {WORKING_DAYS(5)}, .repeat = EACH_WEEK, .first_level = 1, .last_level = 1},
	[8] = {.normal = {WORKING_DAYS(5)}, .repeat = EACH_WEEK, .first_level = 2, .last_level = 2},
	[9] = {.normal = {WORKING_DAYS(10)},
		.repeat = EACH_WEEK,
		.first_level = 2,
		.last_level = 2},
	[10] = {.normal = {DAYS(90)}, .repeat = EACH_WEEK, .first_level = 1, .last_level = 1},
	[11] = {.normal = {DAYS(365)}, .repeat = DAYS(365), .first_level = 3, .last_level = 3},
	[12] = {.normal = {DAYS(1)}, .repeat = EACH_WEEK, .first_level = 1, .last_level = 1},
	[13] = {.normal = {DAYS(90)}, .repeat = EACH_WEEK, .first_level = 1, .last_level = 1},
};

void rules_default_clocks(struct rules_clock clocks[RULES_CLOCKS])
{
	memcpy(clocks, defaults, sizeof(defaults));
}

int64_t rules_due(struct rules_duration duration, int64_t from)
{
	switch (duration.unit) {
	case RULES_MINUTES:
		return from + duration.count * CLOCK_MINUTE_MS;
	case RULES_DAYS:
		return calendar_next_same_time(from, duration.count);
	case RULES_WORKING_DAYS:
		return calendar_add_working_days(from, duration.count);
	}
	abort();
}
