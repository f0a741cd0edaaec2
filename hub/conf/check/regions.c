/* regions - regions with their desks, municipalities and programmes with their days. */
#include "hub/conf/check/check.h"

#include <string.h>

#include "hub/base/clock.h"

/* Of the region itself, or nationwide. */
static void check_lies_in(struct check *check, struct report_place place, const char *what,
	const struct rules_desk *desk, const char *region)
{
	if (desk != NULL && desk->region != NULL && strcmp(desk->region, region) != 0)
		report_error(check->problems, place,
			"%s %s lies in %s: name a desk of this region, or one that works "
			"nationwide",
			what, desk->id, desk->region);
	if (desk != NULL && !desk->active)
		report_error(check->problems, place, "%s %s is not active", what, desk->id);
}

static void check_entry_desk(
	struct check *check, struct report_place place, const struct rules_region *region)
{
	const char *what = check_what(check, "region %s: entry_desk", region->code);
	const struct rules_desk *desk = check_desk(check, place, what, region->entry_desk);
	check_lies_in(check, place, what, desk, region->code);
	if (desk != NULL && !desk->holds)
		report_error(check->problems, place,
			"%s %s must have holds = true: it becomes responsible for whom nobody has",
			what, desk->id);
	if (desk != NULL && desk->questions != NULL && desk->questions[0] != NULL)
		report_error(check->problems, place,
			"%s %s must take every question: write questions = [ ] for it", what,
			desk->id);
}

static bool has_active(const struct rules *rules, const char *kind, const char *region)
{
	const struct rules_desk *desk = NULL;
	size_t at = 0;
	while ((desk = rules_next_of_kind(rules, kind, region, &at)) != NULL) {
		if (desk->active)
			return true;
	}
	return false;
}

static void check_stand_ins(
	struct check *check, struct report_place place, const struct rules_region *region)
{
	const struct conf *conf = check->conf;
	for (const char *const *pair = region->stand_ins; *pair != NULL; pair += 2) {
		const char *what =
			check_what(check, "region %s: stand_ins: %s", region->code, pair[0]);
		const struct rules_desk *desk = check_desk(check, place, what, pair[1]);
		if (!codes_has(conf->codes, "desk_kind", bytes_of_string(pair[0])))
			report_error(check->problems, place, "%s is not in the code list desk_kind",
				what);
		else if (has_active(&conf->rules, pair[0], region->code))
			report_warning(check->problems, place,
				"%s: the region has one, so nobody stands in for it", what);
		if (desk != NULL && !desk->active)
			report_error(check->problems, place, "%s %s is not active", what, desk->id);
	}
}

void check_regions(struct check *check)
{
	const struct rules *rules = &check->conf->rules;
	for (size_t i = 0; i < rules->regions_count; i++) {
		const struct rules_region *region = &rules->regions[i];
		struct report_place place = check->conf->index->regions[i];
		const char *what = check_what(check, "region %s: coordinator", region->code);
		check_lies_in(check, place, what,
			check_desk(check, place, what, region->coordinator), region->code);
		check_entry_desk(check, place, region);
		check_stand_ins(check, place, region);
	}
	struct report_place main_file = {check->conf->path, 0};
	if (rules->regions_count == 0)
		report_error(check->problems, main_file,
			"regions is empty: a referral needs a region to be routed in");
	const char *fallback = rules->default_region;
	if (fallback != NULL && rules_region(rules, bytes_of_string(fallback)) == NULL)
		report_error(check->problems, main_file, "default_region %s is not in regions",
			fallback);
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

static bool is_listed(const struct rules *rules, const char *programme)
{
	for (size_t i = 0; i < rules->programmes_count; i++) {
		if (strcmp(rules->programmes[i].code, programme) == 0)
			return true;
	}
	return false;
}

void check_programmes(struct check *check)
{
	const struct rules *rules = &check->conf->rules;
	for (size_t i = 0; i < rules->programmes_count; i++) {
		const struct rules_programme *row = &rules->programmes[i];
		struct report_place place = check->conf->index->programmes[i];
		if (row->successor == NULL)
			continue;
		if (!is_listed(rules, row->successor))
			report_error(check->problems, place,
				"programme %s: successor %s is not in programmes", row->code,
				row->successor);
		else if (row->to == INT32_MAX)
			report_warning(check->problems, place,
				"programme %s: it has a successor but no end, so nothing goes over",
				row->code);
		else if (rules_programme_now(rules, bytes_of_string(row->code), row->to).data ==
			NULL)
			report_error(check->problems, place,
				"programme %s: its successor %s ends before it, or leads back to "
				"it",
				row->code, row->successor);
	}
}
