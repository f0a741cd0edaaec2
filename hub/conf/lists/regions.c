/* regions - labour market regions and the municipalities in them, with the days they are valid. */
#include "hub/conf/lists/list.h"

#include <stddef.h>
#include <string.h>

struct row {
	const char *code, *entry_desk, *coordinator;
	const struct setting_pair *stand_ins;
};

#define AT(member) offsetof(struct row, member)

const struct setting list_region_rows[] = {
	{"code", SETTING_FORMAT, AT(code), NULL, 0, 0, SETTING_ONE("am"), "Its AM code."},
	{"entry_desk", SETTING_FORMAT, AT(entry_desk), NULL, 0, 0, SETTING_ONE("desk"),
		"The desk that takes whom nobody has, and the last resort of routing."},
	{"coordinator", SETTING_FORMAT, AT(coordinator), NULL, 0, 0, SETTING_ONE("desk"),
		"Desk of the regional coordinator, who is told of what stays undone."},
	{"stand_ins", SETTING_PAIRS, AT(stand_ins), "", 0, 0, NULL,
		"For a kind of desk that the region lacks: the desk that stands in, as in "
		"( ( \"LEERWERKLOKET\", \"werkcentrum-flevoland\" ) )."},
	{0},
};

/* The pairs as one list, which is how the rules have them. */
static const char *const *flatten(struct bind *bind, const struct setting_pair *pairs)
{
	size_t count = 0;
	while (pairs[count].name != NULL)
		count++;
	const char **words = arena_get_array(bind->arena, 2 * count + 1, sizeof(*words));
	for (size_t i = 0; i < count; i++) {
		words[2 * i] = pairs[i].name;
		words[2 * i + 1] = pairs[i].value;
	}
	return words;
}

/* What the CSV says of a region; the list adds its desks. */
struct named {
	const char *code, *name;
	struct list_dates dates;
	struct report_place place;
	bool used;
};

static size_t take_named(struct bind *bind, const char *path, struct named **out)
{
	static const char *const columns[] = {
		"am_code", "arbeidsmarktregio", "valid_from", "valid_to", NULL};
	struct csv csv;
	const char *fields[4];
	size_t count = 0, capacity = 64;
	*out = arena_get_array(bind->arena, capacity, sizeof(**out));
	if (!csv_open(&csv, path, columns, bind->arena, bind->problems))
		return 0;
	while (csv_next(&csv, fields)) {
		struct named named = {fields[0], fields[1], {0, 0}, csv.place, false};
		if (!list_row_form(&csv, "am", fields[0]) ||
			!list_row_dates(&csv, fields[2], fields[3], &named.dates))
			continue;
		if (count == capacity) {
			report_error(bind->problems, csv.place, "more than %zu regions", capacity);
			break;
		}
		(*out)[count++] = named;
	}
	return count;
}

static struct named *find_named(struct named *named, size_t count, const char *code)
{
	for (size_t i = 0; i < count; i++) {
		if (code != NULL && strcmp(named[i].code, code) == 0)
			return &named[i];
	}
	return NULL;
}

static void take_region(struct bind *bind, const struct row *row, struct named *named,
	struct rules_region *region, struct report_place place)
{
	*region = (struct rules_region){
		.code = row->code,
		.name = named != NULL ? named->name : row->code,
		.entry_desk = row->entry_desk,
		.coordinator = row->coordinator,
		.stand_ins = flatten(bind, row->stand_ins),
	};
	if (named != NULL)
		named->used = true;
	else if (row->code != NULL)
		report_error(bind->problems, place, "region %s is not in the file of regions",
			row->code);
}

void list_regions(struct bind *bind, config_setting_t *root, struct conf *conf)
{
	struct named *named = NULL;
	size_t named_count = take_named(bind, conf->regions_file, &named);
	struct list list = {0};
	list_open(bind, root, "regions", "code", &list);
	struct rules_region *regions =
		arena_get_array(bind->arena, list.count + 1, sizeof(*regions));
	struct list_dates *dates = arena_get_array(bind->arena, list.count + 1, sizeof(*dates));
	for (size_t i = 0; i < list.count; i++) {
		struct row row = {0};
		bind_group(bind, list.elements[i], list_region_rows, NULL, &row);
		struct named *of = find_named(named, named_count, row.code);
		take_region(bind, &row, of, &regions[i], list.places[i]);
		dates[i] = of != NULL ? of->dates : (struct list_dates){INT32_MIN, INT32_MAX};
	}
	for (size_t i = 0; i < named_count; i++) {
		if (!named[i].used)
			report_error(bind->problems, named[i].place,
				"region %s has no desks: add { code = \"%s\"; entry_desk = …; "
				"coordinator = …; } to regions",
				named[i].code, named[i].code);
	}
	conf->rules.regions = regions;
	conf->rules.regions_count = list.count;
	conf->index->regions = list.places;
	conf->index->region_dates = dates;
}
