/* simulations - how `lokethub simulate` plays partners: the list simulations. */
#include "hub/conf/check.h"

#include <stddef.h>

#define AT(member) offsetof(struct conf_simulation, member)

static const struct setting rows[] = {
	{"partner", SETTING_FORMAT, AT(oin), NULL, 0, 0, SETTING_ONE("oin"), "OIN of the partner."},
	{"referrals_per_day", SETTING_INT, AT(referrals_per_day), "-1", -1, 1000000, NULL,
		"Referrals that it sends in 24 hours; -1: as many as is usual in its format, most "
		"often 20."},
	{"accepted", SETTING_INT, AT(accepted), "60", 0, 100, NULL,
		"Of 100 offers to its desks, so many are accepted."},
	{"declined", SETTING_INT, AT(declined), "25", 0, 100, NULL,
		"And so many declined; the others are never answered."},
	{"no_show", SETTING_INT, AT(no_show), "10", 0, 100, NULL,
		"Of 100 clients whom it accepted, so many do not come to the first appointment."},
	{"decides_min", SETTING_INT, AT(decides_min), "480", 1, 100000, NULL,
		"Minutes between two steps of a desk, on average."},
	{"values", SETTING_PAIRS, AT(values), "", 0, 0, NULL,
		"What stands for further names in the templates of its source: ( ( \"brin\", "
		"\"99XX\" ) )."},
	{0},
};

static void take(const struct list_group *group, void *row)
{
	const struct conf_simulation *simulation = row;
	if (simulation->accepted + simulation->declined > 100)
		report_error(group->bind->problems, group->place,
			"accepted and declined are more than 100 together");
}

const struct list list_simulations = {
	.name = "simulations",
	.doc = "simulations = ( { … } ): how `lokethub simulate` plays partners; those that are "
	       "not here it plays by the defaults.",
	.rows = rows,
	.key = "partner",
	.title = "partner",
	.row_size = sizeof(struct conf_simulation),
	.size = sizeof(struct conf_simulation),
	.take = take,
};
