/* regions - labour market regions and the municipalities in them, with the days they are valid. */
#include "hub/conf/check.h"

#include <stddef.h>
#include <string.h>

#include "hub/conf/words.h"

struct row {
	struct rules_region rules;
	const struct setting_pair *stand_ins;
};

#define AT(member) offsetof(struct row, member)

static const struct setting rows[] = {
	{"code", SETTING_FORMAT, AT(rules.code), NULL, 0, 0, SETTING_ONE("am"), "Its AM code."},
	{"entry_desk", SETTING_FORMAT, AT(rules.entry_desk), NULL, 0, 0, SETTING_ONE("desk"),
		"The desk that takes whom nobody has, and the last resort of routing."},
	{"coordinator", SETTING_FORMAT, AT(rules.coordinator), NULL, 0, 0, SETTING_ONE("desk"),
		"Desk of the regional coordinator, who is told of what stays undone."},
	{"stand_ins", SETTING_PAIRS, AT(stand_ins), "", 0, 0, NULL,
		"For a kind of desk that the region lacks: the desk that stands in, as in "
		"( ( \"LEERWERKLOKET\", \"werkcentrum-flevoland\" ) )."},
	{0},
};

/* The pairs become one list, which is how the rules have them. */
static void take(const struct list_group *group, void *from)
{
	struct row *row = from;
	size_t count = 0;
	while (row->stand_ins[count].name != NULL)
		count++;
	const char **words = arena_get_array(group->bind->arena, 2 * count + 1, sizeof(*words));
	for (size_t i = 0; i < count; i++) {
		words[2 * i] = row->stand_ins[i].name;
		words[2 * i + 1] = row->stand_ins[i].value;
	}
	row->rules.stand_ins = words;
}

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

static void check(struct check *check, const void *item)
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

const struct list list_regions = {
	.name = "regions",
	.doc = "regions = ( { … } ): the desks of each labour market region.",
	.rows = rows,
	.key = "code",
	.title = "code",
	.row_size = sizeof(struct row),
	.size = sizeof(struct rules_region),
	.take = take,
	.check = check,
};

/* What the CSV says of a region; the list adds its desks. */
struct named {
	const char *code, *name;
	struct list_dates dates;
	struct report_place place;
	bool used;
};

#undef AT
#define AT(member) offsetof(struct named, member)

static const struct setting columns[] = {
	{"am_code", SETTING_FORMAT, AT(code), NULL, 0, 0, SETTING_ONE("am"), "Its AM code."},
	{"arbeidsmarktregio", SETTING_STRING, AT(name), NULL, 0, 0, NULL, "Its name."},
	{"valid_from", SETTING_DATE, AT(dates.from), "", 0, 0, NULL, "Its first day."},
	{"valid_to", SETTING_DATE, AT(dates.to), "", 0, 0, NULL, "The day after its last."},
	{0},
};

static struct named *find(struct named *names, size_t count, const char *code)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(names[i].code, code) == 0)
			return &names[i];
	}
	return NULL;
}

static size_t read_names(struct csv *csv, struct named *names)
{
	size_t count = 0;
	for (struct named *named = names; csv_next(csv, named); named = &names[count]) {
		named->place = csv->place;
		if (!list_dates_fit(csv, &named->dates.from, &named->dates.to))
			continue;
		if (find(names, count, named->code) == NULL)
			count++;
		else
			report_error(csv->problems, csv->place,
				"region %s is there twice: remove one", named->code);
	}
	return count;
}

void list_name_regions(struct bind *bind, struct conf *conf)
{
	struct csv csv;
	if (!csv_open(&csv, bind, conf->regions_file, columns))
		return;
	struct named *names = arena_get_array(bind->arena, csv.most, sizeof(*names));
	size_t names_count = read_names(&csv, names);
	const struct list_items *list = &conf->index->lists[LIST_REGIONS];
	struct rules_region *regions = list->items;
	struct list_dates *dates = arena_get_array(bind->arena, list->count + 1, sizeof(*dates));
	for (size_t i = 0; i < list->count; i++) {
		if (regions[i].code == NULL)
			continue;
		struct named *named = find(names, names_count, regions[i].code);
		if (named == NULL) {
			report_error(bind->problems, list->places[i],
				"region %s is not in the file of regions", regions[i].code);
			continue;
		}
		regions[i].name = named->name;
		dates[i] = named->dates;
		named->used = true;
	}
	conf->index->region_dates = dates;
	for (size_t i = 0; i < names_count; i++) {
		if (!names[i].used)
			report_error(bind->problems, names[i].place,
				"region %s has no desks: add { code = \"%s\"; entry_desk = …; "
				"coordinator = …; } to regions",
				names[i].code, names[i].code);
	}
}
