/* programmes - arrangements that begin, end and are taken over: the list programmes. */
#include "hub/conf/lists/list.h"

#include <stddef.h>

#define AT(member) offsetof(struct rules_programme, member)

const struct setting list_programme_rows[] = {
	{"code", SETTING_CODE, AT(code), NULL, 0, 0, SETTING_ONE("programme"), "The programme."},
	{"from", SETTING_DATE, AT(from), "", 0, 0, NULL, "Its first day; none: it always was."},
	{"to", SETTING_DATE, AT(to), "", 0, 0, NULL,
		"The first day on which it no longer is; none: no end is known."},
	{"successor", SETTING_CODE, AT(successor), "", 0, 0, SETTING_ONE("programme"),
		"The programme that takes over; none: clients go on without one."},
	{0},
};

void list_programmes(struct bind *bind, config_setting_t *root, struct conf *conf)
{
	struct list list = {0};
	list_open(bind, root, "programmes", "code", &list);
	struct rules_programme *programmes =
		arena_get_array(bind->arena, list.count + 1, sizeof(*programmes));
	for (size_t i = 0; i < list.count; i++) {
		struct rules_programme *programme = &programmes[i];
		bind_group(bind, list.elements[i], list_programme_rows, NULL, programme);
		if (programme->to == INT32_MIN)
			programme->to = INT32_MAX;
		if (programme->code != NULL && programme->from >= programme->to)
			report_error(bind->problems, list.places[i],
				"programme %s: to must be later than from", programme->code);
	}
	conf->rules.programmes = programmes;
	conf->rules.programmes_count = list.count;
	conf->index->programmes = list.places;
}
