/* regions - regions with their desks, municipalities and programmes with their days. */
#include "hub/conf/check/check.h"

#include <string.h>

#include "hub/base/clock.h"
#include "hub/conf/words.h"

/* Of the region itself, or nationwide. */
static const struct rules_desk *check_lies_in(
	struct check *check, const char *field, const char *id, const char *region)
{
	const struct rules_desk *desk = check_find_desk(check, id);
	if (desk != NULL && desk->region != NULL && strcmp(desk->region, region) != 0)
		check_error(check,
			"%s %s lies in %s: name a desk of this region, or one that works "
			"nationwide",
			field, id, desk->region);
	if (desk != NULL && !desk->active)
		check_error(check, "%s %s is not active", field, id);
	return desk;
}

static void check_stand_in(
	struct check *check, const char *region, const char *kind, const char *id)
{
	const struct conf *conf = check->conf;
	const struct rules_desk *desk = check_find_desk(check, id), *own = NULL;
	const char *field = arena_format(&check->problems->arena, "stand_ins: %s", kind);
	size_t at = 0;
	check_reference(check, field, "desk", id);
	do {
		own = rules_next_of_kind(&conf->rules, kind, region, &at);
	} while (own != NULL && !own->active);
	if (!codes_has(conf->codes, "desk_kind", bytes_of_string(kind)))
		check_error(check, "%s is not in the code list desk_kind", field);
	else if (own != NULL)
		check_warning(check, "%s: the region has one, so nobody stands in for it", field);
	if (desk != NULL && !desk->active)
		check_error(check, "%s %s is not active", field, id);
}

void check_region(struct check *check, const void *item)
{
	const struct rules_region *region = item;
	check_lies_in(check, "coordinator", region->coordinator, region->code);
	const struct rules_desk *entry =
		check_lies_in(check, "entry_desk", region->entry_desk, region->code);
	if (entry != NULL && !entry->holds)
		check_error(check,
			"entry_desk %s must have holds = true: it becomes responsible for whom "
			"nobody has",
			entry->id);
	if (entry != NULL && words_count(entry->questions) > 0)
		check_error(check,
			"entry_desk %s must take every question: write questions = [ ] for it",
			entry->id);
	for (const char *const *pair = region->stand_ins; *pair != NULL; pair += 2)
		check_stand_in(check, region->code, pair[0], pair[1]);
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

void check_municipalities(struct check *check)
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

void check_programme(struct check *check, const void *item)
{
	const struct rules *rules = &check->conf->rules;
	const struct rules_programme *row = item;
	size_t i = 0;
	if (row->successor == NULL)
		return;
	while (i < rules->programmes_count &&
		strcmp(rules->programmes[i].code, row->successor) != 0)
		i++;
	if (i == rules->programmes_count)
		check_error(check, "successor %s is not in programmes", row->successor);
	else if (row->to == INT32_MAX)
		check_warning(check, "it has a successor but no end, so nothing goes over");
	else if (rules_programme_now(rules, bytes_of_string(row->code), row->to).data == NULL)
		check_error(check, "its successor %s ends before it, or leads back to it",
			row->successor);
}
