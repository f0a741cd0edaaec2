/* programmes - arrangements that begin, end and are taken over: the list programmes. */
#include "hub/conf/lists/list.h"

#include <stddef.h>

#define AT(member) offsetof(struct rules_programme, member)

static const struct setting rows[] = {
	{"code", SETTING_CODE, AT(code), NULL, 0, 0, SETTING_ONE("programme"), "The programme."},
	{"from", SETTING_DATE, AT(from), "", 0, 0, NULL, "Its first day; none: it always was."},
	{"to", SETTING_DATE, AT(to), "", 0, 0, NULL,
		"The first day on which it no longer is; none: no end is known."},
	{"successor", SETTING_CODE, AT(successor), "", 0, 0, SETTING_ONE("programme"),
		"The programme that takes over; none: clients go on without one."},
	{0},
};

static void take(const struct list_group *group, void *row)
{
	struct rules_programme *programme = row;
	if (programme->to == INT32_MIN)
		programme->to = INT32_MAX;
	if (programme->code != NULL && programme->from >= programme->to)
		report_error(group->bind->problems, group->place,
			"programme %s: to must be later than from", programme->code);
}

const struct list list_programmes = {"programmes",
	"programmes = ( { … } ): arrangements that begin, end and are taken over.", rows, "code",
	"code", sizeof(struct rules_programme), sizeof(struct rules_programme), take};
