/* rules - what config says about desks, partners, regions, routes and clocks, as the core reads it.
 */
#include "hub/handover/rule/rules.h"

#include <stdlib.h>
#include <string.h>

#include "hub/base/calendar.h"
#include "hub/base/clock.h"

/* Rows begin with their key. */
static bool has_key(const void *row, struct bytes key)
{
	return bytes_equal_string(key, *(const char *const *)row);
}

/* Whether the row's key comes before the one that is looked for, of which it is known to have the
 * first `same` bytes; those that it has after all are added. */
static bool is_before(const void *row, struct bytes key, size_t *same)
{
	const char *text = *(const char *const *)row;
	while (*same < key.size && text[*same] != '\0' && (uint8_t)text[*same] == key.data[*same])
		(*same)++;
	return *same < key.size && (text[*same] == '\0' || (uint8_t)text[*same] < key.data[*same]);
}

/* Of rows that are sorted by their keys the first with this one; NULL: none. What the rows on both
 * sides have in common with the key, those between have too, and it is not compared again: desks of
 * one kind begin alike, and this is asked several times for each message. */
static const void *seek(const void *rows, size_t count, size_t size, struct bytes key)
{
	const uint8_t *first = rows;
	size_t low = 0, high = count, same_low = 0, same_high = 0;
	if (key.data == NULL)
		return NULL;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		size_t same = same_low < same_high ? same_low : same_high;
		if (is_before(first + middle * size, key, &same)) {
			low = middle + 1;
			same_low = same;
		} else {
			high = middle;
			same_high = same;
		}
	}
	return low < count && has_key(first + low * size, key) ? first + low * size : NULL;
}

const struct rules_desk *rules_desk(const struct rules *rules, struct bytes id)
{
	return seek(rules->desks, rules->desks_count, sizeof(*rules->desks), id);
}

const struct rules_partner *rules_partner(const struct rules *rules, struct bytes oin)
{
	return seek(rules->partners, rules->partners_count, sizeof(*rules->partners), oin);
}

const struct rules_partner *rules_partner_of_desk(const struct rules *rules, struct bytes desk)
{
	const struct rules_desk *found = rules_desk(rules, desk);
	return found != NULL ? rules_partner(rules, bytes_of_string(found->partner)) : NULL;
}

const struct rules_region *rules_region(const struct rules *rules, struct bytes code)
{
	return seek(rules->regions, rules->regions_count, sizeof(*rules->regions), code);
}

/* The row that holds on the day, else the last one that ended before it and has a successor. */
static const struct rules_municipality *row_on(
	const struct rules *rules, struct bytes code, int32_t day)
{
	const struct rules_municipality *row = NULL, *next, *end;
	next = seek(rules->municipalities, rules->municipalities_count, sizeof(*next), code);
	if (next == NULL)
		return NULL;
	end = rules->municipalities + rules->municipalities_count;
	for (; next < end && has_key(next, code); next++) {
		if (next->from > day)
			break;
		if (day < next->to)
			return next;
		if (next->successor != NULL)
			row = next;
	}
	return row;
}

const struct rules_municipality *rules_municipality(
	const struct rules *rules, struct bytes code, int32_t day)
{
	const struct rules_municipality *row = row_on(rules, code, day);
	for (int hops = 0; row != NULL && day >= row->to; hops++) {
		if (hops == RULES_HOPS)
			return NULL;
		row = row_on(rules, bytes_of_string(row->successor), day);
	}
	return row;
}

const struct rules_region *rules_region_of_municipality(
	const struct rules *rules, struct bytes code, int32_t day)
{
	const struct rules_municipality *row = rules_municipality(rules, code, day);
	return row != NULL ? rules_region(rules, bytes_of_string(row->region)) : NULL;
}

static const struct rules_programme *find_programme(const struct rules *rules, struct bytes code)
{
	for (size_t i = 0; i < rules->programmes_count; i++) {
		if (bytes_equal_string(code, rules->programmes[i].code))
			return &rules->programmes[i];
	}
	return NULL;
}

struct bytes rules_programme_now(const struct rules *rules, struct bytes code, int32_t day)
{
	for (int hops = 0; hops <= RULES_HOPS && code.data != NULL; hops++) {
		const struct rules_programme *programme = find_programme(rules, code);
		if (programme == NULL || day < programme->to)
			return code;
		code = bytes_of_string(programme->successor);
	}
	return (struct bytes){0};
}

/* NULL, which is nationwide, comes first. */
static int compare_text(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return (a != NULL) - (b != NULL);
	return strcmp(a, b);
}

static int compare_place(const struct rules_desk *desk, const char *kind, const char *region)
{
	int order = compare_text(desk->kind, kind);
	return order != 0 ? order : compare_text(desk->region, region);
}

static int compare_by_kind(const void *a, const void *b)
{
	const struct rules_desk *left = *(const struct rules_desk *const *)a;
	const struct rules_desk *right = *(const struct rules_desk *const *)b;
	int order = compare_place(left, right->kind, right->region);
	return order != 0 ? order : compare_text(left->id, right->id);
}

void rules_sort_by_kind(const struct rules *rules, const struct rules_desk **by_kind)
{
	for (size_t i = 0; i < rules->desks_count; i++)
		by_kind[i] = &rules->desks[i];
	if (rules->desks_count > 0)
		qsort(by_kind, rules->desks_count, sizeof(*by_kind), compare_by_kind);
}

static size_t first_of_kind(const struct rules *rules, const char *kind, const char *region)
{
	size_t low = 0, high = rules->desks_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (compare_place(rules->desks_by_kind[middle], kind, region) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* *at is the place of the next desk to look at, plus one. */
const struct rules_desk *rules_next_of_kind(
	const struct rules *rules, const char *kind, const char *region, size_t *at)
{
	bool sorted = rules->desks_by_kind != NULL;
	if (*at == 0)
		*at = 1 + (sorted ? first_of_kind(rules, kind, region) : 0);
	while (*at - 1 < rules->desks_count) {
		size_t place = (*at)++ - 1;
		const struct rules_desk *desk =
			sorted ? rules->desks_by_kind[place] : &rules->desks[place];
		if (compare_place(desk, kind, region) == 0)
			return desk;
		if (sorted)
			return NULL;
	}
	return NULL;
}

#define MINUTES(n)                                                                                 \
	{                                                                                          \
		RULES_MINUTES, n                                                                   \
	}
#define DAYS(n)                                                                                    \
	{                                                                                          \
		RULES_DAYS, n                                                                      \
	}
#define WORKING_DAYS(n)                                                                            \
	{                                                                                          \
		RULES_WORKING_DAYS, n                                                              \
	}

/* Where no time is named between two levels, `repeat` is it. */
static const struct rules_clock clocks[RULES_CLOCKS] = {
	[0] = {.normal = {MINUTES(15)}},
	[1] = {.normal = {WORKING_DAYS(2)},
		.urgent = {MINUTES(4 * 60)},
		.first_level = 1,
		.last_level = 1},
	[2] = {.normal = {WORKING_DAYS(5), WORKING_DAYS(2), WORKING_DAYS(3), WORKING_DAYS(5)},
		.urgent = {WORKING_DAYS(1)},
		.first_level = 1,
		.last_level = 4},
	[3] = {.normal = {WORKING_DAYS(5)}, .first_level = 1, .last_level = 2},
	[4] = {.normal = {WORKING_DAYS(3)}, .first_level = 2, .last_level = 3},
	[5] = {.normal = {WORKING_DAYS(10)},
		.urgent = {WORKING_DAYS(2)},
		.first_level = 1,
		.last_level = 2},
	[6] = {.normal = {DAYS(30), DAYS(10)},
		.reminder = WORKING_DAYS(2),
		.first_level = 1,
		.last_level = 2},
	[7] = {.normal = {WORKING_DAYS(5)}, .first_level = 1, .last_level = 1},
	[8] = {.normal = {WORKING_DAYS(5)}, .first_level = 2, .last_level = 2},
	[9] = {.normal = {WORKING_DAYS(10)}, .first_level = 2, .last_level = 2},
	/* The longest hold; its review date is the due time. */
	[10] = {.normal = {DAYS(90)}, .first_level = 1, .last_level = 1},
	/* Retention after closing. */
	[11] = {.normal = {DAYS(365)}},
	/* T12 and T13 come due on a date that a referral names. */
	[13] = {.first_level = 1, .last_level = 1},
};

void rules_default_clocks(struct rules_clock out[RULES_CLOCKS])
{
	memcpy(out, clocks, sizeof(clocks));
	for (size_t i = 0; i < RULES_CLOCKS; i++)
		out[i].repeat = (struct rules_duration)WORKING_DAYS(5);
}

int64_t rules_due(struct rules_duration duration, int64_t from)
{
	switch (duration.unit) {
	case RULES_MINUTES:
		return from + duration.count * CLOCK_MINUTE_MS;
	case RULES_DAYS:
		return calendar_next_same_time(from, duration.count);
	case RULES_WORKING_DAYS:
		break;
	}
	return calendar_add_working_days(from, duration.count);
}
