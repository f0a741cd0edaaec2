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

static void check_one(struct check *check, const struct rules_region *region,
	struct report_place place, const struct referral *referral)
{
	static const struct route_facts room = {0}, full = {.has_room = no_room};
	const struct route_facts *const both[] = {&room, &full};
	for (size_t i = 0; i < 2; i++) {
		struct route_answer answer = {0};
		struct err err = {0};
		struct route_question question = {
			.referral = referral, .day = check->today, .facts = both[i]};
		if (route_find(&check->conf->rules, &question, &answer, &err) != OK)
			report_error(check->problems, place, "question %.*s in region %s: %s",
				BYTES_ARG(referral->question), region->code, err.text);
		else if (!answer.desk->active || !answer.desk->holds)
			report_error(check->problems, place,
				"question %.*s in region %s leads to %s by %s, which cannot take "
				"it",
				BYTES_ARG(referral->question), region->code, answer.desk->id,
				answer.rule);
	}
}

void check_total(struct check *check)
{
	const struct rules *rules = &check->conf->rules;
	static const enum subject subjects[] = {SUBJECT_PERSON, SUBJECT_EMPLOYER};
	for (size_t i = 0; i < rules->regions_count; i++) {
		const struct rules_region *region = &rules->regions[i];
		const struct code *question = NULL;
		size_t at = 0;
		while ((question = codes_next(check->conf->codes, "question", &at)) != NULL) {
			for (size_t j = 0; j < 2; j++) {
				struct referral referral = {
					.kind = REFERRAL_KIND_TRANSFER,
					.subject = subjects[j],
					.question = bytes_of_string(question->code),
					.region = bytes_of_string(region->code),
				};
				check_one(check, region, check->conf->index->regions[i], &referral);
			}
		}
	}
}
