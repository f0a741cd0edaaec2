/* routes - what routes and overrides name, and whether every referral finds a desk. */
#include "hub/conf/check/check.h"

#include <string.h>

#include "hub/handover/route.h"

static bool contains(const char *const *words, const char *word)
{
	for (; words != NULL && *words != NULL; words++) {
		if (strcmp(*words, word) == 0)
			return true;
	}
	return false;
}

static bool is_empty(const char *const *words)
{
	return words == NULL || *words == NULL;
}

static void check_names(
	struct check *check, const struct rules_route *route, struct report_place place)
{
	const struct rules *rules = &check->conf->rules;
	const char *const *word = NULL;
	for (word = route->regions; word != NULL && *word != NULL; word++) {
		if (rules_region(rules, bytes_of_string(*word)) == NULL)
			report_error(check->problems, place,
				"route %s: region %s is not in regions", route->name, *word);
	}
	for (word = route->partners; word != NULL && *word != NULL; word++) {
		if (rules_partner(rules, bytes_of_string(*word)) == NULL)
			report_error(check->problems, place,
				"route %s: partner %s is not in partners", route->name, *word);
	}
	for (word = route->municipalities; word != NULL && *word != NULL; word++) {
		if (rules_municipality(rules, bytes_of_string(*word), check->today) == NULL)
			report_error(check->problems, place,
				"route %s: municipality %s does not exist today", route->name,
				*word);
	}
	enum pathway pathway;
	for (word = route->pathways; word != NULL && *word != NULL; word++) {
		if (!pathway_from_name(bytes_of_string(*word), &pathway))
			report_error(check->problems, place,
				"route %s: pathway %s must be BOL or BBL", route->name, *word);
	}
}

/* Questions that the rule names and its desk does not take. */
static void check_questions(struct check *check, const struct rules_route *route,
	const struct rules_desk *desk, struct report_place place)
{
	if (is_empty(desk->questions))
		return;
	for (const char *const *word = route->questions; word != NULL && *word != NULL; word++) {
		if (!contains(desk->questions, *word))
			report_error(check->problems, place,
				"route %s: desk %s does not take %s, so the rule never leads "
				"there: mend one of the two",
				route->name, desk->id, *word);
	}
}

static void check_to_desk(
	struct check *check, const struct rules_route *route, struct report_place place)
{
	const char *what = check_what(check, "route %s: to_desk", route->name);
	const struct rules_desk *desk = check_desk(check, place, what, route->to_desk);
	if (desk == NULL)
		return;
	check_questions(check, route, desk, place);
	if (!desk->active)
		report_warning(check->problems, place,
			"%s %s is not active, so the rule is passed over", what, desk->id);
	if (desk->region != NULL && !is_empty(route->regions) &&
		!contains(route->regions, desk->region))
		report_warning(check->problems, place,
			"%s %s lies in %s, outside of the rule's "
			"regions",
			what, desk->id, desk->region);
}

static bool has_stand_in(const struct rules_region *region, const char *kind)
{
	for (const char *const *pair = region->stand_ins; *pair != NULL; pair += 2) {
		if (strcmp(*pair, kind) == 0)
			return true;
	}
	return false;
}

/* Regions that the rule holds for and that have neither such a desk nor a stand-in. */
static void check_to_kind(
	struct check *check, const struct rules_route *route, struct report_place place)
{
	const struct rules *rules = &check->conf->rules;
	for (size_t i = 0; i < rules->regions_count; i++) {
		const struct rules_region *region = &rules->regions[i];
		size_t at = 0;
		if (!is_empty(route->regions) && !contains(route->regions, region->code))
			continue;
		if (rules_next_of_kind(rules, route->to_kind, region->code, &at) == NULL &&
			!has_stand_in(region, route->to_kind))
			report_warning(check->problems, place,
				"route %s: region %s has no %s and names no desk that stands in, "
				"so later rules decide there",
				route->name, region->code, route->to_kind);
	}
}

void check_routes(struct check *check)
{
	const struct rules *rules = &check->conf->rules;
	for (size_t i = 0; i < rules->routes_count; i++) {
		const struct rules_route *route = &rules->routes[i];
		struct report_place place = check->conf->index->routes[i];
		check_names(check, route, place);
		if (route->to_desk != NULL)
			check_to_desk(check, route, place);
		else
			check_to_kind(check, route, place);
		for (size_t j = 0; j < i; j++) {
			if (strcmp(rules->routes[j].name, route->name) == 0)
				report_error(check->problems, place,
					"route %s: another one has this name: decisions name it, "
					"so "
					"choose a new one",
					route->name);
		}
	}
}

void check_overrides(struct check *check)
{
	const struct rules *rules = &check->conf->rules;
	for (size_t i = 0; i < rules->overrides_count; i++) {
		const struct rules_override *override = &rules->overrides[i];
		struct report_place place = check->conf->index->overrides[i];
		check_desk(check, place, "override: from_desk", override->from_desk);
		check_desk(check, place, "override: to_desk", override->to_desk);
	}
}

static bool no_room(
	const void *context, const struct rules_desk *desk, struct bytes voucher_kind, int32_t day)
{
	(void)context;
	(void)desk;
	(void)voucher_kind;
	(void)day;
	return false;
}

/* Why a referral finds no desk that can take it; NULL: it finds one. */
static const char *astray(struct check *check, const struct referral *referral, bool is_full)
{
	static const struct route_facts full = {.has_room = no_room};
	struct route_question question = {
		.referral = referral, .day = check->today, .facts = is_full ? &full : NULL};
	struct route_answer answer = {0};
	struct err err = {0};
	if (route_find(&check->conf->rules, &question, &answer, &err) != OK)
		return check_what(check, "%s", err.text);
	const struct rules_desk *desk = answer.desk;
	bool takes = is_empty(desk->questions) ||
		contains(desk->questions, (const char *)referral->question.data);
	if (desk->active && desk->holds && takes)
		return NULL;
	return check_what(check, "desk %s, found by %s, cannot take it", desk->id, answer.rule);
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
void check_total(struct check *check)
{
	const struct rules *rules = &check->conf->rules;
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
			report_error(check->problems, check->conf->index->regions[i],
				"region %s: question %s and %zu others lead nowhere: %s",
				region->code, first, count - 1, reason);
	}
}
