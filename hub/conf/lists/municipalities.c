/* municipalities - which region a municipality lies in, and what became of merged ones. */
#include "hub/conf/check.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/clock.h"

struct entry {
	struct rules_municipality rules;
	struct report_place place;
};

struct entries {
	struct entry *items;
	size_t count;
};

struct merger {
	const char *old, *successor;
	int32_t day;
	struct report_place place;
};

#define AT(member) offsetof(struct entry, rules.member)

static const struct setting columns[] = {
	{"gm_code", SETTING_FORMAT, AT(code), NULL, 0, 0, SETTING_ONE("gm"), "Its GM code."},
	{"gemeente", SETTING_STRING, AT(name), NULL, 0, 0, NULL, "Its name."},
	{"am_code", SETTING_FORMAT, AT(region), NULL, 0, 0, SETTING_ONE("am"), "Its region."},
	{"valid_from", SETTING_DATE, AT(from), "", 0, 0, NULL, "The row's first day."},
	{"valid_to", SETTING_DATE, AT(to), "", 0, 0, NULL, "The day after its last."},
	{0},
};

#undef AT
#define AT(member) offsetof(struct merger, member)

static const struct setting merger_columns[] = {
	{"oude_gm_code", SETTING_FORMAT, AT(old), NULL, 0, 0, SETTING_ONE("gm"), "What merged."},
	{"nieuwe_gm_code", SETTING_FORMAT, AT(successor), NULL, 0, 0, SETTING_ONE("gm"), "Into."},
	{"ingangsdatum", SETTING_DATE, AT(day), NULL, 0, 0, NULL, "From this day on."},
	{0},
};

static void read_municipalities(struct csv *csv, struct entries *entries)
{
	for (struct entry entry = {0}; csv_next(csv, &entry);) {
		entry.place = csv->place;
		if (list_dates_fit(csv, &entry.rules.from, &entry.rules.to))
			entries->items[entries->count++] = entry;
	}
}

/* The latest row of a municipality. */
static struct entry *find(const struct entries *entries, const char *code)
{
	struct entry *latest = NULL;
	for (size_t i = 0; i < entries->count; i++) {
		struct entry *entry = &entries->items[i];
		if (strcmp(entry->rules.code, code) == 0 &&
			(latest == NULL || entry->rules.from > latest->rules.from))
			latest = entry;
	}
	return latest;
}

/* A merged one that the file of municipalities no longer lists lay where its successor lies. */
static void merge(
	struct entries *entries, const struct merger *merger, struct conf_problems *problems)
{
	struct entry *merged = find(entries, merger->old);
	const struct entry *successor = find(entries, merger->successor);
	if (successor == NULL || strcmp(merger->old, merger->successor) == 0) {
		report_error(problems, merger->place,
			"%s merges into %s: write a code of the file of municipalities",
			merger->old, merger->successor);
		return;
	}
	if (merged == NULL) {
		merged = &entries->items[entries->count++];
		*merged = (struct entry){successor->rules, merger->place};
		merged->rules.code = merged->rules.name = merger->old;
		merged->rules.from = INT32_MIN;
		merged->rules.to = INT32_MAX;
	}
	merged->rules.successor = merger->successor;
	merged->rules.to = merger->day < merged->rules.to ? merger->day : merged->rules.to;
}

static int latest_first(const void *a, const void *b)
{
	const struct merger *left = a, *right = b;
	int order = (left->day < right->day) - (left->day > right->day);
	return order != 0 ? order : left->place.line - right->place.line;
}

/* Latest first, so that a municipality that merged twice finds its successor. */
static void read_mergers(struct csv *csv, struct arena *arena, struct entries *entries)
{
	struct merger *mergers = arena_get_array(arena, csv->most, sizeof(*mergers));
	size_t count = 0;
	for (; csv_next(csv, &mergers[count]); count++)
		mergers[count].place = csv->place;
	qsort(mergers, count, sizeof(*mergers), latest_first);
	for (size_t i = 0; i < count; i++)
		merge(entries, &mergers[i], csv->problems);
}

static int compare(const void *a, const void *b)
{
	const struct entry *left = a, *right = b;
	int order = strcmp(left->rules.code, right->rules.code);
	if (order != 0)
		return order;
	return (left->rules.from > right->rules.from) - (left->rules.from < right->rules.from);
}

void list_municipalities(struct bind *bind, struct conf *conf)
{
	struct csv csv, mergers;
	if (!csv_open(&csv, bind, conf->municipalities_file, columns))
		return;
	bool has_mergers = csv_open(&mergers, bind, conf->mergers_file, merger_columns);
	size_t most = csv.most + mergers.most;
	struct entries entries = {arena_get_array(bind->arena, most, sizeof(struct entry)), 0};
	read_municipalities(&csv, &entries);
	if (has_mergers)
		read_mergers(&mergers, bind->arena, &entries);
	qsort(entries.items, entries.count, sizeof(*entries.items), compare);
	struct rules_municipality *rules = arena_get_array(bind->arena, most, sizeof(*rules));
	struct report_place *places = arena_get_array(bind->arena, most, sizeof(*places));
	for (size_t i = 0; i < entries.count; i++) {
		rules[i] = entries.items[i].rules;
		places[i] = entries.items[i].place;
	}
	conf->rules.municipalities = rules;
	conf->rules.municipalities_count = entries.count;
	conf->index->municipalities = places;
}

/* The row lies within the days of its region. */
static void check_region_of(
	struct check *check, const struct rules_municipality *row, struct report_place place)
{
	const struct rules *rules = &check->conf->rules;
	const struct rules_region *region = rules_region(rules, bytes_of_string(row->region));
	if (region == NULL) {
		report_error(check->problems, place, "%s: region %s is not in regions", row->code,
			row->region);
		return;
	}
	struct list_dates dates = check->conf->index->region_dates[region - rules->regions];
	if (row->to > dates.to || (row->from > INT32_MIN && row->from < dates.from))
		report_error(check->problems, place,
			"%s lies in region %s on days on which that is not valid: end the row, or "
			"lengthen the region's",
			row->code, row->region);
}

static void check_next_row(struct check *check, const struct rules_municipality *row,
	const struct rules_municipality *next, struct report_place place)
{
	char day[11];
	clock_date_to_text(row->to < INT32_MAX ? row->to : next->from, day);
	if (row->to > next->from)
		report_error(check->problems, place,
			"%s has two rows that hold on the same days: let the earlier end on the "
			"day the later begins",
			row->code);
	else if (row->to < next->from)
		report_error(check->problems, place,
			"%s lies nowhere from %s on: let the earlier row end on the day the later "
			"begins",
			row->code, day);
}

void list_check_municipalities(struct check *check)
{
	const struct rules *rules = &check->conf->rules;
	for (size_t i = 0; i < rules->municipalities_count; i++) {
		const struct rules_municipality *row = &rules->municipalities[i];
		struct report_place place = check->conf->index->municipalities[i];
		bool is_last =
			i + 1 == rules->municipalities_count || strcmp(row[1].code, row->code) != 0;
		check_region_of(check, row, place);
		if (!is_last)
			check_next_row(check, row, row + 1, place);
		else if (row->to < INT32_MAX && row->successor == NULL)
			report_error(check->problems, place,
				"%s ends: name what it merged into in the file of mergers",
				row->code);
		else if (row->to < INT32_MAX &&
			rules_municipality(rules, bytes_of_string(row->code), row->to) == NULL)
			report_error(check->problems, place,
				"%s merges into %s, which does not exist on that day", row->code,
				row->successor);
	}
}
