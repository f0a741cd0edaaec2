/* programmes - arrangements that begin, end and are taken over: the list programmes. */
#include "hub/conf/check.h"

#include <stddef.h>
#include <string.h>

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

static void check(struct check *check, const void *item)
{
	const struct rules *rules = &check->conf->rules;
	const struct rules_programme *row = item;
	size_t i = 0;
	if (row->successor == NULL)
		return;
	while (i < rules->programmes_count &&
		strcmp(rules->programmes[i].code, row->successor) != 0)
		i++;
	if (i == rules->programmes_count)
		check_error(check, "successor %s is not in programmes", row->successor);
	else if (row->to == INT32_MAX)
		check_warning(check, "it has a successor but no end, so nothing goes over");
	else if (rules_programme_now(rules, bytes_of_string(row->code), row->to).data == NULL)
		check_error(check, "its successor %s ends before it, or leads back to it",
			row->successor);
}

const struct list list_programmes = {
	.name = "programmes",
	.doc = "programmes = ( { … } ): arrangements that begin, end and are taken over.",
	.rows = rows,
	.key = "code",
	.title = "code",
	.row_size = sizeof(struct rules_programme),
	.size = sizeof(struct rules_programme),
	.take = take,
	.check = check,
};
