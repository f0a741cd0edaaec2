/* check - proves what one row of a configuration alone cannot show. */
#include "hub/conf/check.h"

#include <stdarg.h>
#include <string.h>

#include "hub/base/calendar.h"
#include "hub/base/clock.h"
#include "hub/conf/words.h"
#include "hub/http/client/url.h"

static const char *tell(const struct check *check, const char *format, va_list arguments)
	PRINTF_LIKE(2, 0);

static const char *tell(const struct check *check, const char *format, va_list arguments)
{
	struct arena *arena = &check->problems->arena;
	const struct list *list = check->list;
	const char *text = arena_format_list(arena, format, arguments), *title = "";
	if (list->title != NULL) {
		size_t offset = bind_row(list->rows, list->title)->offset;
		const void *place = (const uint8_t *)check->item + offset;
		title = arena_format(arena, " %s", *(const char *const *)place);
	}
	int size = (int)strlen(list->name) - 1;
	const char *one =
		list->one != NULL ? list->one : arena_format(arena, "%.*s", size, list->name);
	return arena_format(arena, "%s%s: %s", one, title, text);
}

void check_error(struct check *check, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	report_error(check->problems, check->place, "%s", tell(check, format, arguments));
	va_end(arguments);
}

void check_warning(struct check *check, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	report_warning(check->problems, check->place, "%s", tell(check, format, arguments));
	va_end(arguments);
}

const struct rules_desk *check_find_desk(const struct check *check, const char *desk)
{
	return rules_desk(&check->conf->rules, bytes_of_string(desk));
}

enum { HINTS_MOST = 50, NAMED_MOST = 5 };

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

void check_reference(struct check *check, const char *field, const char *form, const char *text)
{
	const struct rules *rules = &check->conf->rules;
	struct bytes name = bytes_of_string(text);
	if (text == NULL)
		return;
	if (strcmp(form, "desk") == 0 && rules_desk(rules, name) == NULL)
		check_error(check, "%s %s is not in desks%s", field, text, hint(check, text));
	else if (strcmp(form, "am") == 0 && rules_region(rules, name) == NULL)
		check_error(check, "%s %s is not in regions", field, text);
	else if (strcmp(form, "oin") == 0 && rules_partner(rules, name) == NULL)
		check_error(check, "%s %s is not in partners", field, text);
}

void check_references(struct check *check, const struct setting *rows, const void *item)
{
	for (const struct setting *row = rows; row->name != NULL; row++) {
		const void *place = (const uint8_t *)item + row->offset;
		const struct setting_pair *pair = NULL;
		if (row->type == SETTING_FORMAT)
			check_reference(
				check, row->name, row->choices[0], *(const char *const *)place);
		else if (row->type == SETTING_FORMAT_PAIRS)
			pair = *(const struct setting_pair *const *)place;
		for (; pair != NULL && pair->name != NULL; pair++)
			check_reference(check, row->name, row->choices[0], pair->value);
	}
}

static void check_list(struct check *check, const struct list *list, const struct list_items *read)
{
	check->list = list;
	for (size_t i = 0; i < read->count; i++) {
		const uint8_t *item = (const uint8_t *)read->items + i * list->size;
		check->item = item;
		check->place = read->places[i];
		check_references(check, list->rows, item);
		if (list->check != NULL)
			list->check(check, item);
	}
}

/* A desk that owns clients stays in the configuration, active, until they have another owner. */
static void check_owner(struct check *check, const char *owner)
{
	const struct rules_desk *desk = check_find_desk(check, owner);
	const struct list_items *desks = &check->conf->index->lists[LIST_DESKS];
	struct report_place place = {check->conf->path, 0};
	const char *must = NULL;
	if (desk == NULL)
		must = "put it back, and take it out when they are assigned to others";
	else if (!desk->active)
		must = "leave it active until they are assigned to others";
	else if (!desk->holds)
		must = "leave holds = true until they are assigned to others";
	if (desk != NULL)
		place = desks->places[desk - check->conf->rules.desks];
	if (must != NULL)
		report_error(check->problems, place, "desk %s still has clients: %s", owner, must);
}

static void check_ops(struct check *check)
{
	const struct list_items *desks = &check->conf->index->lists[LIST_DESKS];
	const struct rules_desk *desk = check_find_desk(check, CONF_OPS);
	if (desk != NULL && check->conf->mail.ops_to != NULL)
		report_error(check->problems, desks->places[desk - check->conf->rules.desks],
			"desk " CONF_OPS ": with mail.ops_to that name is those who run the hub: "
			"give the desk another, or leave out mail.ops_to");
}

/* What goes on to it are tokens, and they go nowhere in clear. */
static void check_lane(const struct conf *conf, struct conf_problems *problems)
{
	struct report_place place = {conf->path, 0};
	struct url url;
	const char *name = conf->http.test_lane;
	if (name == NULL)
		return;
	const struct endpoint_settings *endpoint = conf_endpoint(conf, name);
	if (endpoint == NULL) {
		report_error(problems, place, "http.test_lane %s is not in endpoints", name);
		return;
	}
	place = conf->index->lists[LIST_ENDPOINTS].places[endpoint - conf->endpoints];
	if (endpoint->auth != ENDPOINT_NONE)
		report_error(problems, place,
			"endpoint %s: leave out auth: partners' own tokens go on to the test lane",
			name);
	if (url_parse(bytes_of_string(endpoint->url), &url) && !url.is_secure &&
		!words_is_loopback(arena_string(&problems->arena, url.host)))
		report_error(problems, place,
			"endpoint %s: tokens would travel in clear: write https, or the test lane "
			"on this machine",
			name);
}

enum outcome conf_check(const struct conf *conf, const char *const *owners, size_t owners_count,
	struct conf_problems *problems)
{
	size_t errors = problems->errors;
	struct check check = {.conf = conf,
		.problems = problems,
		.today = calendar_date(clock_wall()),
		.person = list_person_fields(&problems->arena)};
	const char *fallback = conf->default_region;
	if (fallback != NULL && rules_region(&conf->rules, bytes_of_string(fallback)) == NULL)
		report_error(problems, (struct report_place){conf->path, 0},
			"default_region %s is not in regions", fallback);
	for (size_t i = 0; i < LISTS; i++)
		check_list(&check, list_all[i], &conf->index->lists[i]);
	list_check_circles(&check);
	list_check_municipalities(&check);
	list_check_total(&check);
	for (size_t i = 0; owners != NULL && i < owners_count; i++)
		check_owner(&check, owners[i]);
	check_ops(&check);
	check_lane(conf, problems);
	report_sort(problems);
	return problems->errors > errors ? REJECT : OK;
}

static bool is_mailed(const struct conf *conf, const struct rules_desk *desk)
{
	for (size_t i = 0; i < conf->deliveries_count; i++)
		if (strcmp(conf->deliveries[i].desk, desk->id) == 0)
			return conf->deliveries[i].mail_to != NULL;
	return false;
}

/* In one line, however many they are. */
static void warn_of_desks(const struct conf *conf, struct conf_problems *problems)
{
	const struct rules *rules = &conf->rules;
	const char *names = "";
	size_t count = 0;
	for (size_t i = 0; i < rules->desks_count; i++) {
		const struct rules_desk *desk = &rules->desks[i];
		if (!desk->active || is_mailed(conf, desk))
			continue;
		if (count++ < NAMED_MOST)
			names = arena_format(
				&problems->arena, "%s%s%s", names, count > 1 ? ", " : "", desk->id);
	}
	if (count > 0)
		report_warning(problems, (struct report_place){conf->path, 0},
			"%zu desk%s told of what is late over one channel alone, for want of "
			"mail_to in deliveries: %s%s",
			count, count == 1 ? " is" : "s are", names, count > NAMED_MOST ? " …" : "");
}

void conf_check_second_channels(const struct conf *conf, struct conf_problems *problems)
{
	struct report_place place = {conf->path, 0};
	struct bytes ops = bytes_of_string(CONF_OPS);
	if (conf->mail.url == NULL) {
		report_warning(problems, place,
			"mail.url is missing: nobody is told of what is late over a second "
			"channel, and those who run the hub not at all");
		return;
	}
	if (conf->mail.ops_to == NULL && rules_desk(&conf->rules, ops) == NULL)
		report_warning(problems, place,
			"mail.ops_to is missing: those who run the hub are told of nothing that is "
			"late");
	warn_of_desks(conf, problems);
}
