/* check - proves what one row of a configuration alone cannot show. */
#include "hub/conf/check/check.h"

#include <stdarg.h>

#include "hub/base/calendar.h"
#include "hub/base/clock.h"

const char *check_what(struct check *check, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	const char *text = arena_format_list(&check->problems->arena, format, arguments);
	va_end(arguments);
	return text;
}

enum { HINTS_MOST = 50 };

/* Looking for what was meant takes long among many desks: only the first problems are worth it. */
static const char *hint(struct check *check, const char *desk)
{
	if (check->problems->errors > HINTS_MOST)
		return "";
	const struct rules *rules = &check->conf->rules;
	struct arena scratch = {0};
	const char **ids = arena_get_array(&scratch, rules->desks_count + 1, sizeof(*ids));
	for (size_t i = 0; i < rules->desks_count; i++)
		ids[i] = rules->desks[i].id;
	const char *text = report_hint(check->problems, desk, ids);
	arena_done(&scratch);
	return text;
}

const struct rules_desk *check_desk(
	struct check *check, struct report_place place, const char *what, const char *desk)
{
	if (desk == NULL)
		return NULL;
	const struct rules_desk *found = rules_desk(&check->conf->rules, bytes_of_string(desk));
	if (found == NULL)
		report_error(check->problems, place, "%s %s is not in desks%s", what, desk,
			hint(check, desk));
	return found;
}

/* A desk that owns clients stays in the configuration, active, until they have another owner. */
static void check_owner(struct check *check, const char *owner)
{
	const struct rules *rules = &check->conf->rules;
	struct report_place place = {check->conf->path, 0};
	const struct rules_desk *desk = rules_desk(rules, bytes_of_string(owner));
	if (desk == NULL) {
		report_error(check->problems, place,
			"desk %s still has clients: put it back, and take it out when they are "
			"assigned to others",
			owner);
		return;
	}
	place = check->conf->index->desks[desk - rules->desks];
	if (!desk->active)
		report_error(check->problems, place,
			"desk %s still has clients: leave it active until they are assigned to "
			"others",
			owner);
	else if (!desk->holds)
		report_error(check->problems, place,
			"desk %s still has clients: leave holds = true until they are assigned to "
			"others",
			owner);
}

enum outcome conf_check(const struct conf *conf, const char *const *owners, size_t owners_count,
	struct conf_problems *problems)
{
	size_t errors = problems->errors;
	struct check check = {conf, problems, calendar_date(clock_wall())};
	check_partners(&check);
	check_desks(&check);
	check_regions(&check);
	check_municipalities(&check);
	check_programmes(&check);
	check_routes(&check);
	check_overrides(&check);
	for (size_t i = 0; owners != NULL && i < owners_count; i++)
		check_owner(&check, owners[i]);
	check_total(&check);
	report_sort(problems);
	return problems->errors > errors ? REJECT : OK;
}
