/* list - the lists of a configuration: one row of a table each, read by one reader. */
#include "hub/conf/lists/list.h"

#include <stdlib.h>
#include <string.h>

#include "hub/conf/inside.h"

const struct list *const list_all[LISTS] = {
	[LIST_PARTNERS] = &list_partners,
	[LIST_DESK_KINDS] = &list_desk_kinds,
	[LIST_DESKS] = &list_desks,
	[LIST_REGIONS] = &list_regions,
	[LIST_PROGRAMMES] = &list_programmes,
	[LIST_ROUTES] = &list_routes,
	[LIST_CLOCKS] = &list_clock_times,
	[LIST_OVERRIDES] = &list_overrides,
	[LIST_ENDPOINTS] = &list_endpoints,
	[LIST_SOURCES] = &list_sources,
	[LIST_DELIVERIES] = &list_deliveries,
	[LIST_SIMULATIONS] = &list_simulations,
};

struct entry {
	const char *key;
	config_setting_t *element;
	int place; /* in the file, so that equal keys keep their order */
};

static int compare(const void *a, const void *b)
{
	const struct entry *left = a, *right = b;
	int order = strcmp(left->key, right->key);
	return order != 0 ? order : left->place - right->place;
}

static void find_twins(struct bind *bind, const struct entry *entries, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		if (entries[i].key[0] == '\0' || strcmp(entries[i].key, entries[i - 1].key) != 0)
			continue;
		struct report_place first = bind_place(bind, entries[i - 1].element);
		report_error(bind->problems, bind_place(bind, entries[i].element),
			"%s is declared twice, first in %s:%d: remove one", entries[i].key,
			first.file, first.line);
	}
}

/* NULL: it is not there, or (reported) no list of groups. */
static config_setting_t *find_list(struct bind *bind, config_setting_t *root, const char *name)
{
	config_setting_t *found = config_setting_get_member(root, name);
	if (found == NULL)
		return NULL;
	bool fine = config_setting_is_list(found);
	for (int i = 0; fine && i < config_setting_length(found); i++)
		fine = config_setting_is_group(config_setting_get_elem(found, (unsigned)i));
	if (fine)
		return found;
	report_error(bind->problems, bind_place(bind, found),
		"%s must be a list of groups: write %s = ( { … }, { … } );", name, name);
	return NULL;
}

/* The groups of a list in the order of their keys. */
static struct entry *sort(struct bind *bind, config_setting_t *found, const char *key, size_t count)
{
	struct entry *entries = arena_get_array(bind->arena, count + 1, sizeof(*entries));
	for (size_t i = 0; i < count; i++) {
		config_setting_t *element = config_setting_get_elem(found, (unsigned)i);
		const char *text = key != NULL ? bind_text(element, key) : NULL;
		entries[i] = (struct entry){text != NULL ? text : "", element, (int)i};
	}
	qsort(entries, count, sizeof(*entries), compare);
	find_twins(bind, entries, count);
	return entries;
}

static void read_one(struct bind *bind, config_setting_t *root, const struct list *list,
	struct list_items *out, struct conf *conf)
{
	config_setting_t *found = find_list(bind, root, list->name);
	size_t count = found != NULL ? (size_t)config_setting_length(found) : 0;
	const struct entry *entries = sort(bind, found, list->key, count);
	struct report_place *places = arena_get_array(bind->arena, count + 1, sizeof(*places));
	uint8_t *items = arena_get_array(bind->arena, count + 1, list->size);
	void *row = arena_get(bind->arena, list->row_size);
	*out = (struct list_items){items, places, count};
	for (size_t i = 0; i < count; i++) {
		places[i] = bind_place(bind, entries[i].element);
		memset(row, 0, list->row_size);
		bind_group(bind, entries[i].element, list->rows, list->also, row);
		struct list_group group = {bind, conf, entries[i].element, places[i], i, count};
		if (list->take != NULL)
			list->take(&group, row);
		memcpy(items + i * list->size, row, list->size);
	}
}

void list_read(struct bind *bind, config_setting_t *root, struct conf *conf)
{
	for (size_t i = 0; i < LISTS; i++) {
		if (i != LIST_CLOCKS)
			read_one(bind, root, list_all[i], &conf->index->lists[i], conf);
	}
}

bool list_dates_fit(const struct csv *csv, const int32_t *from, int32_t *to)
{
	if (*to == INT32_MIN)
		*to = INT32_MAX;
	if (*from < *to)
		return true;
	report_error(csv->problems, csv->place,
		"valid_to must be later than valid_from: it is the first day on which the row no "
		"longer holds");
	return false;
}
