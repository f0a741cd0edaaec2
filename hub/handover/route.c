/* route - which desk a referral goes to, and by which rule. */
#include "hub/handover/route.h"

#include <string.h>

#define SUCCESSORS_MAX 4

/* One question to the rules. */
struct asked {
	const struct rules *rules;
	const struct route_facts *facts;
	const struct referral *referral;
	struct bytes partner, programme;
	int32_t day;
	const struct rules_region *region;
};

static bool lists(const char *const *list, struct bytes word)
{
	for (; list != NULL && *list != NULL; list++)
		if (bytes_equal_string(word, *list))
			return true;
	return false;
}

static bool is_set(const char *const *list)
{
	return list != NULL && *list != NULL;
}

static bool is_fit(const struct asked *asked, const struct rules_desk *desk)
{
	if (desk == NULL || !desk->active)
		return false;
	return !is_set(desk->questions) || lists(desk->questions, asked->referral->question);
}

static bool has_room(const struct asked *asked, const struct rules_desk *desk)
{
	const struct voucher *voucher = asked->referral->voucher;

	if (asked->facts == NULL || asked->facts->has_room == NULL)
		return true;
	return asked->facts->has_room(asked->facts->context, desk,
		voucher != NULL ? voucher->kind : (struct bytes){0}, asked->day);
}

/* What a list asks for: one of its words. An empty list asks for nothing. */
static bool fits_list(const char *const *list, struct bytes word)
{
	return !is_set(list) || lists(list, word);
}

static bool fits_groups(const char *const *list, const struct referral *referral)
{
	for (size_t i = 0; i < referral->target_groups_count; i++)
		if (lists(list, referral->target_groups[i]))
			return true;
	return !is_set(list);
}

static struct bytes pathway(const struct referral *referral)
{
	if (referral->education == NULL || !referral->education->has_pathway)
		return (struct bytes){0};
	return bytes_of_string(pathway_name(referral->education->pathway));
}

/* "18-27" lies within 16 to 30. */
static bool fits_age(const struct rules_route *route, struct bytes band)
{
	const uint8_t *hyphen = band.data == NULL ? NULL : memchr(band.data, '-', band.size);
	int64_t from, to;

	if (route->age_from < 0 && route->age_to < 0)
		return true;
	if (hyphen == NULL ||
		!bytes_to_int64(bytes_of(band.data, (size_t)(hyphen - band.data)), &from) ||
		!bytes_to_int64(
			bytes_of(hyphen + 1, band.size - (size_t)(hyphen + 1 - band.data)), &to))
		return false;
	return (route->age_from < 0 || from >= route->age_from) &&
		(route->age_to < 0 || to <= route->age_to);
}

static bool fits_level(const struct rules_route *route, const struct education *education)
{
	if (route->level_from < 0 && route->level_to < 0)
		return true;
	if (education == NULL || !education->has_level)
		return false;
	return (route->level_from < 0 || education->level >= route->level_from) &&
		(route->level_to < 0 || education->level <= route->level_to);
}

static bool fits(const struct asked *asked, const struct rules_route *route)
{
	const struct referral *referral = asked->referral;
	struct bytes sector =
		referral->sector_to.data != NULL ? referral->sector_to : referral->sector_from;
	struct bytes voucher =
		referral->voucher != NULL ? referral->voucher->kind : (struct bytes){0};

	return fits_list(route->questions, referral->question) &&
		fits_list(route->regions, bytes_of_string(asked->region->code)) &&
		fits_list(route->municipalities, referral->municipality) &&
		fits_groups(route->target_groups, referral) && fits_list(route->sectors, sector) &&
		fits_list(route->programmes, asked->programme) &&
		fits_list(route->partners, asked->partner) &&
		fits_list(route->pathways, pathway(referral)) &&
		fits_list(route->voucher_kinds, voucher) && fits_age(route, referral->age_band) &&
		fits_level(route, referral->education);
}

static const struct rules_desk *stand_in(const struct asked *asked, const char *kind)
{
	for (const char *const *pair = asked->region->stand_ins; pair != NULL && pair[0] != NULL;
		pair += 2)
		if (strcmp(pair[0], kind) == 0)
			return rules_desk(asked->rules, bytes_of_string(pair[1]));
	return NULL;
}

/* The first desk of the kind in the region that is fit and has room, else the region's stand-in for
 * it. */
static const struct rules_desk *find_kind(const struct asked *asked, const char *kind)
{
	for (size_t i = 0; i < asked->rules->desks_count; i++) {
		const struct rules_desk *desk = &asked->rules->desks[i];

		if (desk->region == NULL || strcmp(desk->region, asked->region->code) != 0 ||
			strcmp(desk->kind, kind) != 0)
			continue;
		if (is_fit(asked, desk) && has_room(asked, desk))
			return desk;
	}
	return stand_in(asked, kind);
}

static const struct rules_desk *follow(const struct asked *asked, const struct rules_route *route)
{
	const struct rules_desk *desk = route->to_desk != NULL
		? rules_desk(asked->rules, bytes_of_string(route->to_desk))
		: find_kind(asked, route->to_kind);

	return is_fit(asked, desk) && has_room(asked, desk) ? desk : NULL;
}

static const struct rules_programme *find_programme(const struct rules *rules, struct bytes code)
{
	for (size_t i = 0; i < rules->programmes_count; i++)
		if (bytes_equal_string(code, rules->programmes[i].code))
			return &rules->programmes[i];
	return NULL;
}

/* The programme that holds on the day: itself, or who took over; absent: it ended. One that config
 * does not date holds. */
static struct bytes current_programme(const struct rules *rules, struct bytes code, int32_t day)
{
	for (int hops = 0; hops <= SUCCESSORS_MAX; hops++) {
		const struct rules_programme *programme = find_programme(rules, code);

		if (programme == NULL || day < programme->to)
			return code;
		if (programme->successor == NULL)
			break;
		code = bytes_of_string(programme->successor);
	}
	return (struct bytes){0};
}

static const struct rules_region *find_region(
	const struct rules *rules, const struct referral *referral, int32_t day)
{
	if (referral->region.data != NULL)
		return rules_region(rules, referral->region);
	if (referral->municipality.data != NULL)
		return rules_region_of_municipality(rules, referral->municipality, day);
	return rules_region(rules, bytes_of_string(rules->default_region));
}

static enum outcome answer(
	struct route_answer *out, const struct rules_desk *desk, const char *rule, const char *why)
{
	out->desk = desk;
	out->rule = rule;
	out->why = why;
	return OK;
}

static enum outcome by_rules(const struct asked *asked, struct route_answer *out, struct err *err)
{
	const struct rules_desk *entry;

	for (size_t i = 0; i < asked->rules->routes_count; i++) {
		const struct rules_route *route = &asked->rules->routes[i];
		const struct rules_desk *desk = fits(asked, route) ? follow(asked, route) : NULL;

		if (desk != NULL)
			return answer(out, desk, route->name,
				"the first rule that fits, with a desk that has room");
	}
	entry = rules_desk(asked->rules, bytes_of_string(asked->region->entry_desk));
	if (entry == NULL)
		return err_set(err, REJECT, "region %s has no entry desk: mend config",
			asked->region->code);
	return answer(
		out, entry, "entry-desk", "no rule fits: the region's entry desk takes everyone");
}

enum outcome route_find(const struct rules *rules, const struct route_facts *facts,
	const struct referral *referral, struct bytes partner, int32_t day,
	struct route_answer *out, struct err *err)
{
	struct asked asked = {.rules = rules,
		.facts = facts,
		.referral = referral,
		.partner = partner,
		.day = day};
	const struct rules_desk *desk = rules_desk(rules, referral->to_desk);

	if (referral->to_desk.data != NULL && desk == NULL)
		return err_set(err, REJECT,
			"is not a desk that the hub knows: see /v1/desks, or leave it out");
	asked.region = find_region(rules, referral, day);
	if (asked.region == NULL)
		return err_set(err, REJECT,
			"region or municipality is not known: give one that holds today");
	out->region = asked.region;
	if (is_fit(&asked, desk))
		return answer(out, desk, "to_desk", "the desk that was asked for");
	desk = desk == NULL ? NULL : rules_desk(rules, bytes_of_string(desk->successor));
	if (is_fit(&asked, desk))
		return answer(out, desk, "successor",
			"the desk asked for does not take this: its successor does");
	asked.programme = current_programme(rules, referral->programme, day);
	return by_rules(&asked, out, err);
}
