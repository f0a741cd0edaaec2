/* municipalities - which region a municipality lies in, and what became of merged ones. */
#include "hub/conf/lists/list.h"

#include <stdlib.h>
#include <string.h>

struct entry {
	struct rules_municipality rules;
	struct report_place place;
};

struct entries {
	struct entry *items;
	size_t count, capacity;
	struct bind *bind;
};

static void add(struct entries *entries, struct rules_municipality rules, struct report_place place)
{
	if (entries->count == entries->capacity) {
		entries->capacity = entries->capacity > 0 ? 2 * entries->capacity : 512;
		size_t size = memory_product(entries->capacity, sizeof(*entries->items));
		entries->items = memory_resize(entries->items, size);
	}
	entries->items[entries->count++] = (struct entry){rules, place};
}

static void take_row(struct entries *entries, struct csv *csv, const char *const *fields)
{
	struct rules_municipality rules = {
		.code = fields[0], .name = fields[1], .region = fields[2]};
	struct list_dates dates;
	if (!list_row_form(csv, "gm", fields[0]) || !list_row_form(csv, "am", fields[2]) ||
		!list_row_dates(csv, fields[3], fields[4], &dates))
		return;
	rules.from = dates.from;
	rules.to = dates.to;
	add(entries, rules, csv->place);
}

/* false: the file cannot be read, which is reported. */
static bool take_municipalities(struct entries *entries, const char *path)
{
	static const char *const columns[] = {
		"gm_code", "gemeente", "am_code", "valid_from", "valid_to", NULL};
	struct csv csv;
	const char *fields[5];
	if (!csv_open(&csv, path, columns, entries->bind->arena, entries->bind->problems))
		return false;
	while (csv_next(&csv, fields))
		take_row(entries, &csv, fields);
	return true;
}

/* The latest row of a municipality. */
static struct entry *find(struct entries *entries, const char *code)
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

struct merger {
	const char *old, *successor;
	int32_t day;
	struct report_place place;
};

/* A merged one that the file of municipalities no longer lists lay where its successor lies. */
static void merge(struct entries *entries, const struct merger *merger)
{
	struct entry *merged = find(entries, merger->old);
	const struct entry *successor = find(entries, merger->successor);
	if (successor == NULL || strcmp(merger->old, merger->successor) == 0) {
		report_error(entries->bind->problems, merger->place,
			"%s merges into %s: write a code of the file of municipalities",
			merger->old, merger->successor);
	} else if (merged != NULL) {
		merged->rules.successor = merger->successor;
		merged->rules.to = merger->day < merged->rules.to ? merger->day : merged->rules.to;
	} else {
		struct rules_municipality rules = successor->rules;
		rules.code = rules.name = merger->old;
		rules.successor = merger->successor;
		rules.from = INT32_MIN;
		rules.to = merger->day;
		add(entries, rules, merger->place);
	}
}

static int latest_first(const void *a, const void *b)
{
	const struct merger *left = a, *right = b;
	int order = (left->day < right->day) - (left->day > right->day);
	return order != 0 ? order : left->place.line - right->place.line;
}

/* Latest first, so that a municipality that merged twice finds its successor. */
static void take_mergers(struct entries *entries, const char *path)
{
	static const char *const columns[] = {
		"oude_gm_code", "nieuwe_gm_code", "ingangsdatum", NULL};
	struct csv csv;
	const char *fields[3];
	if (!csv_open(&csv, path, columns, entries->bind->arena, entries->bind->problems))
		return;
	struct merger *mergers = NULL;
	size_t count = 0;
	while (csv_next(&csv, fields)) {
		struct merger merger = {fields[0], fields[1], 0, csv.place};
		if (!list_row_form(&csv, "gm", fields[0]) ||
			!list_row_form(&csv, "gm", fields[1]) ||
			!list_row_date(&csv, fields[2], &merger.day))
			continue;
		mergers = memory_resize(mergers, memory_product(count + 1, sizeof(*mergers)));
		mergers[count++] = merger;
	}
	if (count > 0)
		qsort(mergers, count, sizeof(*mergers), latest_first);
	for (size_t i = 0; i < count; i++)
		merge(entries, &mergers[i]);
	free(mergers);
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
	struct entries entries = {.bind = bind};
	if (take_municipalities(&entries, conf->municipalities_file))
		take_mergers(&entries, conf->mergers_file);
	if (entries.count > 0)
		qsort(entries.items, entries.count, sizeof(*entries.items), compare);
	struct rules_municipality *rules =
		arena_get_array(bind->arena, entries.count + 1, sizeof(*rules));
	struct report_place *places =
		arena_get_array(bind->arena, entries.count + 1, sizeof(*places));
	for (size_t i = 0; i < entries.count; i++) {
		rules[i] = entries.items[i].rules;
		places[i] = entries.items[i].place;
	}
	conf->rules.municipalities = rules;
	conf->rules.municipalities_count = entries.count;
	conf->index->municipalities = places;
	free(entries.items);
}
