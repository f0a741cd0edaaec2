/* list - the lists of a configuration that become arrays of the rules. */
#include "hub/conf/lists/list.h"

#include <stdlib.h>
#include <string.h>

const char *const list_names[] = {"partners", "desk_kinds", "desks", "regions", "programmes",
	"routes", "clocks", "overrides", NULL};

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

void list_open(struct bind *bind, config_setting_t *root, const char *name, const char *key,
	struct list *out)
{
	config_setting_t *list = bind_list(bind, root, name);
	size_t count = list != NULL ? (size_t)config_setting_length(list) : 0;
	struct arena scratch = {0};
	struct entry *entries = arena_get_array(&scratch, count + 1, sizeof(*entries));
	for (size_t i = 0; i < count; i++) {
		config_setting_t *element = config_setting_get_elem(list, (unsigned)i);
		const char *text = key != NULL ? bind_text(element, key) : NULL;
		entries[i] = (struct entry){text != NULL ? text : "", element, (int)i};
	}
	if (key != NULL) {
		qsort(entries, count, sizeof(*entries), compare);
		find_twins(bind, entries, count);
	}
	config_setting_t **elements =
		arena_get_array(bind->arena, count + 1, sizeof(config_setting_t *));
	struct report_place *places = arena_get_array(bind->arena, count + 1, sizeof(*places));
	for (size_t i = 0; i < count; i++) {
		elements[i] = entries[i].element;
		places[i] = bind_place(bind, elements[i]);
	}
	arena_done(&scratch);
	*out = (struct list){elements, places, count};
}

const struct list_doc list_docs[] = {
	{"partners", "partners = ( { … }, { … } ): who talks to the hub.", list_partner_rows},
	{"desk_kinds",
		"desk_kinds = ( { … } ): what the desks of a kind have in common, each unless it "
		"says otherwise.",
		list_desk_kind_rows},
	{"desks", "desks = ( { … } ): the places that clients are referred to and from.",
		list_desk_rows},
	{"regions", "regions = ( { … } ): the desks of each labour market region.",
		list_region_rows},
	{"programmes", "programmes = ( { … } ): arrangements that begin, end and are taken over.",
		list_programme_rows},
	{"routes",
		"routes = ( { … } ): which desk a referral goes to that names none. The first that "
		"matches and whose desk is active, takes the question and has room. None: the "
		"region's entry desk.",
		list_route_rows},
	{"clocks",
		"clocks = { T2 = { … }; }: how long the clocks T0 to T13 run, where it is not the "
		"default.",
		list_clock_rows},
	{"overrides", "overrides = ( { … } ): other first times of a clock; the first that fits.",
		list_override_rows},
	{0},
};
