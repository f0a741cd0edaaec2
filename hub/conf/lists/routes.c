/* routes - the rules that find a desk, first match wins: the list routes. */
#include "hub/conf/check.h"

#include <stddef.h>
#include <string.h>

#include "hub/conf/words.h"
#include "hub/handover/rule/route.h"

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

static void check_names(struct check *check, const struct rules_route *route)
{
	const struct rules *rules = &check->conf->rules;
	const char *const *word = NULL;
	enum pathway pathway;
	for (word = route->regions; word != NULL && *word != NULL; word++)
		check_reference(check, "region", "am", *word);
	for (word = route->partners; word != NULL && *word != NULL; word++)
		check_reference(check, "partner", "oin", *word);
	for (word = route->municipalities; word != NULL && *word != NULL; word++) {
		if (rules_municipality(rules, bytes_of_string(*word), check->today) == NULL)
			check_error(check, "municipality %s does not exist today", *word);
	}
	for (word = route->pathways; word != NULL && *word != NULL; word++) {
		if (!pathway_from_name(bytes_of_string(*word), &pathway))
			check_error(check, "pathway %s must be BOL or BBL", *word);
	}
}

static void check_to_desk(
	struct check *check, const struct rules_route *route, const struct rules_desk *desk)
{
	const char *const *word = words_count(desk->questions) > 0 ? route->questions : NULL;
	for (; word != NULL && *word != NULL; word++) {
		if (!words_have(desk->questions, *word))
			check_error(check,
				"desk %s does not take %s, so the rule never leads there: mend one "
				"of the two",
				desk->id, *word);
	}
	if (!desk->active)
		check_warning(
			check, "to_desk %s is not active, so the rule is passed over", desk->id);
	if (desk->region != NULL && words_count(route->regions) > 0 &&
		!words_have(route->regions, desk->region))
		check_warning(check, "to_desk %s lies in %s, outside of the rule's regions",
			desk->id, desk->region);
}

static bool has_stand_in(const struct rules_region *region, const char *kind)
{
	const char *const *pair = region->stand_ins;
	while (*pair != NULL && strcmp(*pair, kind) != 0)
		pair += 2;
	return *pair != NULL;
}

/* Regions that the rule holds for and that have neither such a desk nor a stand-in. */
static void check_to_kind(struct check *check, const struct rules_route *route)
{
	const struct rules *rules = &check->conf->rules;
	for (size_t i = 0; i < rules->regions_count; i++) {
		const struct rules_region *region = &rules->regions[i];
		size_t at = 0;
		if (words_count(route->regions) > 0 && !words_have(route->regions, region->code))
			continue;
		if (rules_next_of_kind(rules, route->to_kind, region->code, &at) == NULL &&
			!has_stand_in(region, route->to_kind))
			check_warning(check,
				"region %s has no %s and names no desk that stands in, so later "
				"rules decide there",
				region->code, route->to_kind);
	}
}

static void check(struct check *check, const void *item)
{
	const struct rules_route *route = item;
	const struct rules_desk *desk = check_find_desk(check, route->to_desk);
	check_names(check, route);
	if (desk != NULL)
		check_to_desk(check, route, desk);
	else if (route->to_kind != NULL)
		check_to_kind(check, route);
	for (const struct rules_route *other = check->conf->rules.routes; other < route; other++) {
		if (strcmp(other->name, route->name) == 0)
			check_error(check,
				"another one has this name: decisions name it, so "
				"choose a new one");
	}
}

static const char *is_full_anyway(
	const void *context, const struct rules_desk *desk, struct bytes voucher_kind, int32_t day)
{
	(void)context;
	(void)desk;
	(void)voucher_kind;
	(void)day;
	return "capacity";
}

/* Why a referral finds no desk that can take it; NULL: it finds one. */
static const char *astray(struct check *check, const struct referral *referral, bool is_full)
{
	static const struct route_facts full = {.why_full = is_full_anyway};
	struct route_question question = {
		.referral = referral, .day = check->today, .facts = is_full ? &full : NULL};
	struct route_answer answer = {0};
	struct arena *arena = &check->problems->arena;
	struct err err = {0};
	if (route_find(&check->conf->rules, &question, &answer, &err) != OK)
		return arena_string(arena, bytes_of_string(err.text));
	const struct rules_desk *desk = answer.desk;
	bool takes = words_count(desk->questions) == 0 ||
		words_have(desk->questions, (const char *)referral->question.data);
	if (desk->active && desk->holds && takes)
		return NULL;
	return arena_format(arena, "desk %s, found by %s, cannot take it", desk->id, answer.rule);
}

/* A person's and an employer's, when all desks have room and when none has. */
static const char *question_astray(
	struct check *check, const struct rules_region *region, const char *question)
{
	const char *why = NULL;
	for (int i = 0; i < 4 && why == NULL; i++) {
		struct referral referral = {
			.kind = REFERRAL_KIND_TRANSFER,
			.subject = (i & 1) != 0 ? SUBJECT_EMPLOYER : SUBJECT_PERSON,
			.question = bytes_of_string(question),
			.region = bytes_of_string(region->code),
		};
		why = astray(check, &referral, (i & 2) != 0);
	}
	return why;
}

/* One report for all questions that go astray in a region: the reason is mostly the same. */
void list_check_total(struct check *check)
{
	const struct rules *rules = &check->conf->rules;
	if (rules->regions_count == 0)
		report_error(check->problems, (struct report_place){check->conf->path, 0},
			"regions is empty: a referral needs a region to be routed in");
	for (size_t i = 0; i < rules->regions_count; i++) {
		const struct rules_region *region = &rules->regions[i];
		const struct code *question = NULL;
		const char *first = NULL, *reason = NULL;
		size_t at = 0, count = 0;
		while ((question = codes_next(check->conf->codes, "question", &at)) != NULL) {
			const char *why = question_astray(check, region, question->code);
			if (why != NULL && count++ == 0) {
				first = question->code;
				reason = why;
			}
		}
		if (count > 0)
			report_error(check->problems,
				check->conf->index->lists[LIST_REGIONS].places[i],
				"region %s: question %s and %zu others lead nowhere: %s",
				region->code, first, count - 1, reason);
	}
}

const struct list list_routes = {
	.name = "routes",
	.doc = "routes = ( { … } ): which desk a referral goes to that names none. The first that "
	       "matches and whose desk is active, takes the question and has room. None: the "
	       "region's entry desk.",
	.rows = rows,
	.title = "name",
	.row_size = sizeof(struct rules_route),
	.size = sizeof(struct rules_route),
	.take = take,
	.check = check,
};
