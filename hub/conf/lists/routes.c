/* routes - the rules that find a desk, first match wins: the list routes. */
#include "hub/conf/lists/list.h"

#include <stddef.h>

#define AT(member) offsetof(struct rules_route, member)

static const struct setting rows[] = {
	{"name", SETTING_STRING, AT(name), NULL, 1, 60, NULL,
		"Stands in every decision that it made."},
	{"questions", SETTING_CODES, AT(questions), "", 0, 0, SETTING_ONE("question"),
		"It matches one of these questions; none: all."},
	{"regions", SETTING_STRINGS, AT(regions), "", 1, 10, NULL,
		"The client's region is one of these AM codes; none: all."},
	{"municipalities", SETTING_STRINGS, AT(municipalities), "", 1, 10, NULL,
		"The client lives in one of these GM codes, or in one that merged into it; none: "
		"all."},
	{"target_groups", SETTING_CODES, AT(target_groups), "", 0, 0, SETTING_ONE("target_group"),
		"The client belongs to one of these groups."},
	{"sectors", SETTING_CODES, AT(sectors), "", 0, 0, SETTING_ONE("sector"),
		"The sector the client wants to go to, or else comes from, is one of these."},
	{"programmes", SETTING_CODES, AT(programmes), "", 0, 0, SETTING_ONE("programme"),
		"The referral's programme, or what took over from it, is one of these."},
	{"partners", SETTING_STRINGS, AT(partners), "", 1, 20, NULL,
		"The sender is one of these OINs."},
	{"pathways", SETTING_STRINGS, AT(pathways), "", 1, 10, NULL,
		"The education asked for follows one of these: BOL, BBL."},
	{"voucher_kinds", SETTING_CODES, AT(voucher_kinds), "", 0, 0, SETTING_ONE("voucher_kind"),
		"The voucher asked for is one of these."},
	{"age_from", SETTING_INT, AT(age_from), "-1", -1, 120, NULL,
		"The client's age band begins here or later, in years; -1: any."},
	{"age_to", SETTING_INT, AT(age_to), "-1", -1, 120, NULL,
		"And ends here or earlier; -1: any."},
	{"level_from", SETTING_INT, AT(level_from), "-1", -1, 8, NULL,
		"The education asked for has this NLQF level or a higher one; -1: any."},
	{"level_to", SETTING_INT, AT(level_to), "-1", -1, 8, NULL,
		"And this one or a lower one; -1: any."},
	{"to_desk", SETTING_FORMAT, AT(to_desk), "", 0, 0, SETTING_ONE("desk"),
		"The desk it leads to; or else to_kind."},
	{"to_kind", SETTING_CODE, AT(to_kind), "", 0, 0, SETTING_ONE("desk_kind"),
		"The desk of this kind in the client's region, or the one that stands in for it."},
	{0},
};

static void take(const struct list_group *group, void *row)
{
	const struct rules_route *route = row;
	struct conf_problems *problems = group->bind->problems;
	if (route->name == NULL)
		return;
	if ((route->to_desk == NULL) == (route->to_kind == NULL))
		report_error(problems, group->place, "route %s: write either to_desk or to_kind",
			route->name);
	if (route->age_to >= 0 && route->age_from > route->age_to)
		report_error(problems, group->place, "route %s: age_to must not be below age_from",
			route->name);
	if (route->level_to >= 0 && route->level_from > route->level_to)
		report_error(problems, group->place,
			"route %s: level_to must not be below level_from", route->name);
}

const struct list list_routes = {"routes",
	"routes = ( { … } ): which desk a referral goes to that names none. The first that "
	"matches and whose desk is active, takes the question and has room. None: the "
	"region's entry desk.",
	rows, NULL, "name", sizeof(struct rules_route), sizeof(struct rules_route), take};
