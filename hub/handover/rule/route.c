/* route - which desk a referral goes to, and by which rule. */
#include "hub/handover/rule/route.h"

#include <string.h>

/* One question to the rules. */
struct search {
	const struct rules *rules;
	const struct route_facts *facts;
	const struct referral *referral;
	struct bytes partner;
	const struct rules_region *region;
	const struct rules_municipality *municipality; /* after mergers; NULL: unknown */
	struct bytes programme; /* after its end: what took over */
	int32_t day;
	struct route_answer *answer; /* gets the desks that have no room */
};

static bool is_listed(const char *const *words, struct bytes word)
{
	for (; words != NULL && *words != NULL; words++) {
		if (bytes_equal_string(word, *words))
			return true;
	}
	return false;
}

static bool is_empty(const char *const *words)
{
	return words == NULL || *words == NULL;
}

/* What is absent is in no list. */
static bool fits(const char *const *words, struct bytes word)
{
	return is_empty(words) || (word.data != NULL && is_listed(words, word));
}

/* Active, takes the question, and may hold clients where the referral would make it responsible. */
static bool is_fit(const struct search *search, const struct rules_desk *desk)
{
	const struct referral *referral = search->referral;
	bool takes = fits(desk->questions, referral->question);
	return desk->active && takes && (desk->holds || referral->kind == REFERRAL_KIND_SERVICE);
}

static void note_full(struct route_answer *answer, const struct rules_desk *desk, const char *kind)
{
	for (size_t i = 0; i < answer->full_count; i++)
		if (answer->full[i].desk == desk)
			return;
	if (answer->full_count < ROUTE_FULL_MAX)
		answer->full[answer->full_count++] = (struct route_full){desk, kind};
}

static bool has_room(const struct search *search, const struct rules_desk *desk)
{
	const struct voucher *voucher = search->referral->voucher;
	struct bytes kind = voucher != NULL ? voucher->kind : (struct bytes){0};
	const char *full = NULL;
	if (search->facts != NULL && search->facts->why_full != NULL)
		full = search->facts->why_full(search->facts->context, desk, kind, search->day);
	if (full != NULL)
		note_full(search->answer, desk, full);
	return full == NULL;
}

static bool group_fits(const struct search *search, const char *const *groups)
{
	const struct referral *referral = search->referral;
	for (size_t i = 0; i < referral->target_groups_count; i++) {
		if (is_listed(groups, referral->target_groups[i]))
			return true;
	}
	return is_empty(groups);
}

/* The code as it was sent, or the one it merged into. */
static bool municipality_fits(const struct search *search, const char *const *municipalities)
{
	if (fits(municipalities, search->referral->municipality))
		return true;
	return search->municipality != NULL &&
		is_listed(municipalities, bytes_of_string(search->municipality->code));
}

static bool pathway_fits(const struct search *search, const char *const *pathways)
{
	const struct education *education = search->referral->education;
	if (education == NULL || !education->has_pathway)
		return is_empty(pathways);
	return fits(pathways, bytes_of_string(pathway_name(education->pathway)));
}

/* The range from low to high lies within the route's; -1: open. */
static bool within(int32_t low, int32_t high, int32_t from, int32_t to)
{
	return (from < 0 || low >= from) && (to < 0 || high <= to);
}

static bool level_fits(const struct search *search, const struct rules_route *route)
{
	const struct education *education = search->referral->education;
	if (route->level_from < 0 && route->level_to < 0)
		return true;
	return education != NULL && education->has_level &&
		within(education->level, education->level, route->level_from, route->level_to);
}

/* "18-27", whose form was checked when it came in. */
static bool age_fits(const struct search *search, const struct rules_route *route)
{
	struct bytes band = search->referral->age_band;
	int64_t low = 0, high = 0;
	if (route->age_from < 0 && route->age_to < 0)
		return true;
	const uint8_t *hyphen = band.data != NULL ? memchr(band.data, '-', band.size) : NULL;
	if (hyphen == NULL)
		return false;
	size_t before = (size_t)(hyphen - band.data);
	return bytes_to_int64(bytes_of(band.data, before), &low) &&
		bytes_to_int64(bytes_of(hyphen + 1, band.size - before - 1), &high) &&
		within((int32_t)low, (int32_t)high, route->age_from, route->age_to);
}

static bool matches(const struct search *search, const struct rules_route *route)
{
	const struct referral *referral = search->referral;
	bool has_goal = referral->sector_to.data != NULL;
	struct bytes sector = has_goal ? referral->sector_to : referral->sector_from;
	struct bytes voucher =
		referral->voucher != NULL ? referral->voucher->kind : (struct bytes){0};
	return fits(route->questions, referral->question) &&
		fits(route->regions, bytes_of_string(search->region->code)) &&
		municipality_fits(search, route->municipalities) &&
		group_fits(search, route->target_groups) && fits(route->sectors, sector) &&
		fits(route->programmes, search->programme) &&
		fits(route->partners, search->partner) && pathway_fits(search, route->pathways) &&
		fits(route->voucher_kinds, voucher) && level_fits(search, route) &&
		age_fits(search, route);
}

static const struct rules_desk *usable(const struct search *search, const struct rules_desk *desk)
{
	return desk != NULL && is_fit(search, desk) && has_room(search, desk) ? desk : NULL;
}

static const struct rules_desk *stand_in(const struct search *search, const char *kind)
{
	const char *const *pair = search->region->stand_ins;
	for (; pair != NULL && *pair != NULL; pair += 2) {
		if (strcmp(pair[0], kind) == 0)
			return rules_desk(search->rules, bytes_of_string(pair[1]));
	}
	return NULL;
}

/* Of several the first that is usable; the stand-in only where the region has none that is active.
 */
static const struct rules_desk *desk_of_kind(const struct search *search, const char *kind)
{
	const struct rules_desk *desk = NULL;
	bool lacks = true;
	size_t at = 0;
	while ((desk = rules_next_of_kind(search->rules, kind, search->region->code, &at)) !=
		NULL) {
		if (usable(search, desk) != NULL)
			return desk;
		lacks = lacks && !desk->active;
	}
	return lacks ? usable(search, stand_in(search, kind)) : NULL;
}

static const struct rules_desk *desk_of_route(
	const struct search *search, const struct rules_route *route)
{
	if (route->to_desk == NULL)
		return desk_of_kind(search, route->to_kind);
	return usable(search, rules_desk(search->rules, bytes_of_string(route->to_desk)));
}

static bool by_desk_asked_for(const struct search *search, struct route_answer *out)
{
	const struct rules_desk *asked = rules_desk(search->rules, search->referral->to_desk);
	if (asked == NULL)
		return false;
	const struct rules_desk *successor =
		rules_desk(search->rules, bytes_of_string(asked->successor));
	if (is_fit(search, asked)) {
		out->desk = asked;
		out->rule = "to_desk";
		out->why = "the desk that was asked for takes it";
	} else if (successor != NULL && is_fit(search, successor)) {
		out->desk = successor;
		out->rule = "successor";
		out->why = "the desk that was asked for does not take it, its successor does";
	}
	return out->desk != NULL;
}

static bool by_route(const struct search *search, struct route_answer *out)
{
	for (size_t i = 0; i < search->rules->routes_count && out->desk == NULL; i++) {
		const struct rules_route *route = &search->rules->routes[i];
		if (!matches(search, route))
			continue;
		out->desk = desk_of_route(search, route);
		out->rule = route->name;
		out->why = "the first rule that matches and whose desk takes it and has room";
	}
	return out->desk != NULL;
}

static void by_entry_desk(const struct search *search, struct route_answer *out)
{
	out->desk = rules_desk(search->rules, bytes_of_string(search->region->entry_desk));
	out->rule = "entry-desk";
	out->why = "no rule matches, so it goes to the region's entry desk";
}

/* As far as message and rules know it: named, by municipality, by sending desk, by default. */
static const struct rules_region *find_region(const struct search *search)
{
	const struct rules *rules = search->rules;
	const struct rules_desk *from = rules_desk(rules, search->referral->from_desk);
	const struct bytes codes[] = {
		search->referral->region,
		bytes_of_string(search->municipality != NULL ? search->municipality->region : NULL),
		bytes_of_string(from != NULL ? from->region : NULL),
		bytes_of_string(rules->default_region),
	};
	const struct rules_region *region = NULL;
	for (size_t i = 0; i < sizeof(codes) / sizeof(*codes) && region == NULL; i++)
		region = rules_region(rules, codes[i]);
	return region;
}

enum outcome route_find(const struct rules *rules, const struct route_question *question,
	struct route_answer *out, struct err *err)
{
	const struct referral *referral = question->referral;
	struct search search = {
		.rules = rules,
		.facts = question->facts,
		.referral = referral,
		.partner = question->partner,
		.municipality = rules_municipality(rules, referral->municipality, question->day),
		.programme = rules_programme_now(rules, referral->programme, question->day),
		.day = question->day,
	};
	if (referral->to_desk.data != NULL && rules_desk(rules, referral->to_desk) == NULL)
		return err_set(err, REJECT, "is not a desk of the hub");
	search.region = find_region(&search);
	if (search.region == NULL)
		return err_set(err, REJECT,
			"no region is known: give region or a municipality that exists");
	struct route_answer answer = {.region = search.region};
	search.answer = &answer;
	if (!by_desk_asked_for(&search, &answer) && !by_route(&search, &answer))
		by_entry_desk(&search, &answer);
	if (answer.desk == NULL)
		return err_set(
			err, REJECT, "region %s has no entry desk in config", search.region->code);
	*out = answer;
	return OK;
}
