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

/* AM and two digits name them. */
enum { REGIONS_MOST = 100 };

struct names {
	struct named items[REGIONS_MOST];
	size_t count;
};

static struct named *find_name(struct names *names, const char *code)
{
	for (size_t i = 0; i < names->count; i++) {
		if (code != NULL && strcmp(names->items[i].code, code) == 0)
			return &names->items[i];
	}
	return NULL;
}

/* false: the file cannot be read, which is reported. */
static bool take_names(struct bind *bind, const char *path, struct names *out)
{
	static const char *const columns[] = {
		"am_code", "arbeidsmarktregio", "valid_from", "valid_to", NULL};
	struct csv csv;
	const char *fields[4];
	if (!csv_open(&csv, path, columns, bind->arena, bind->problems))
		return false;
	while (csv_next(&csv, fields)) {
		struct named named = {fields[0], fields[1], {0, 0}, csv.place, false};
		if (!list_row_form(&csv, "am", fields[0]) ||
			!list_row_dates(&csv, fields[2], fields[3], &named.dates))
			continue;
		if (find_name(out, fields[0]) != NULL)
			report_error(bind->problems, csv.place,
				"region %s is there twice: remove one", fields[0]);
		else
			out->items[out->count++] = named;
	}
	return true;
}

static struct rules_region region_of(
	struct bind *bind, const struct row *row, const struct named *named)
{
	return (struct rules_region){
		.code = row->code,
		.name = named != NULL ? named->name : row->code,
		.entry_desk = row->entry_desk,
		.coordinator = row->coordinator,
		.stand_ins = flatten(bind, row->stand_ins),
	};
}

/* What only one of file and list has. */
static void compare_lists(struct bind *bind, const struct conf *conf, const struct names *names)
{
	for (size_t i = 0; i < conf->rules.regions_count; i++) {
		const char *code = conf->rules.regions[i].code;
		bool found = code == NULL;
		for (size_t j = 0; j < names->count; j++)
			found = found || strcmp(names->items[j].code, code) == 0;
		if (!found)
			report_error(bind->problems, conf->index->regions[i],
				"region %s is not in the file of regions", code);
	}
	for (size_t i = 0; i < names->count; i++) {
		const struct named *named = &names->items[i];
		if (!named->used)
			report_error(bind->problems, named->place,
				"region %s has no desks: add { code = \"%s\"; entry_desk = …; "
				"coordinator = …; } to regions",
				named->code, named->code);
	}
}

void list_regions(struct bind *bind, config_setting_t *root, struct conf *conf)
{
	struct names names = {.count = 0};
	bool has_names = take_names(bind, conf->regions_file, &names);
	struct list list = {0};
	list_open(bind, root, "regions", "code", &list);
	struct rules_region *regions =
		arena_get_array(bind->arena, list.count + 1, sizeof(*regions));
	struct list_dates *dates = arena_get_array(bind->arena, list.count + 1, sizeof(*dates));
	for (size_t i = 0; i < list.count; i++) {
		struct row row = {0};
		bind_group(bind, list.elements[i], list_region_rows, NULL, &row);
		struct named *named = find_name(&names, row.code);
		regions[i] = region_of(bind, &row, named);
		dates[i] = (struct list_dates){INT32_MIN, INT32_MAX};
		if (named == NULL)
			continue;
		named->used = true;
		dates[i] = named->dates;
	}
	conf->rules.regions = regions;
	conf->rules.regions_count = list.count;
	conf->index->regions = list.places;
	conf->index->region_dates = dates;
	if (has_names)
		compare_lists(bind, conf, &names);
}
