/* town - the desks, partners, regions, routes and codes of the simulated region. */
#include "tests/sim/world/town.h"

#include <assert.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define OIN "0000009900000000"

static const struct rules_partner partners[] = {
	{.oin = OIN "0001", .name = "UWV", .home_desk = "uwv"},
	{.oin = OIN "0002", .name = "Gemeente", .home_desk = "gemeente"},
	{.oin = OIN "0003", .name = "WSP", .home_desk = "wsp"},
	{.oin = OIN "0004", .name = "Leerwerkloket", .home_desk = "leerwerk"},
	{.oin = OIN "0005", .name = "ROC", .home_desk = "roc"},
	{.oin = OIN "0006", .name = "Werkcentrum", .home_desk = "entry-a"},
	{.oin = OIN "0007", .name = "School", .home_desk = "school"},
	{.oin = OIN "0008", .name = "Fonds", .home_desk = "fonds"},
	{.oin = OIN "0009", .name = "Werkcentrum B", .home_desk = "entry-b"},
};

static const char *const vouchers[] = {"SCHOLING", "WERK", NULL};

#define DESK(name, number, what, where, has)                                                       \
	{                                                                                          \
		.id = name, .partner = OIN number, .kind = what, .region = where, .active = true,  \
		.holds = has, .capacity = -1                                                       \
	}

static const struct rules_desk desks[] = {
	DESK("coord-a", "0006", "WERKCENTRUM", "AM22", false),
	DESK("coord-b", "0009", "WERKCENTRUM", "AM23", false),
	DESK("entry-a", "0006", "WERKCENTRUM", "AM22", true),
	DESK("entry-b", "0009", "WERKCENTRUM", "AM23", true),
	{.id = "fonds",
		.partner = OIN "0008",
		.kind = "FUND",
		.questions = vouchers,
		.active = true,
		.capacity = -1},
	DESK("gemeente", "0002", "MUNICIPALITY", "AM22", true),
	DESK("gemeente-b", "0009", "MUNICIPALITY", "AM23", true),
	DESK("leerwerk", "0004", "LEERWERKLOKET", "AM22", true),
	{.id = "oud-wsp",
		.partner = OIN "0003",
		.kind = "WSP",
		.region = "AM22",
		.successor = "wsp",
		.holds = true,
		.capacity = -1},
	DESK("roc", "0005", "ROC", "AM22", true),
	DESK("school", "0007", "VO", "AM22", false),
	DESK("uwv", "0001", "UWV", "AM22", true),
	DESK("uwv-2", "0001", "UWV", "AM22", true),
	DESK("wsp", "0003", "WSP", "AM22", true),
	DESK("wsp-2", "0003", "WSP", "AM22", true),
	DESK("wsp-b", "0009", "WSP", "AM23", true),
};

static const char *const stand_ins[] = {"LEERWERKLOKET", "leerwerk", NULL};

static const struct rules_region regions[] = {
	{.code = "AM22", .name = "A", .entry_desk = "entry-a", .coordinator = "coord-a"},
	{.code = "AM23",
		.name = "B",
		.entry_desk = "entry-b",
		.coordinator = "coord-b",
		.stand_ins = stand_ins},
};

static const char *const questions[] = {"WERK", "LEERBAAN", "SCHOLING", "BBL_VACATURE"};
static const char *const learning[] = {"LEERBAAN", NULL}, *const schooling[] = {"SCHOLING", NULL},
			 *const working[] = {"WERK", "BBL_VACATURE", NULL};

#define ROUTE(called, what, where)                                                                 \
	{                                                                                          \
		.name = called, .questions = what, .to_kind = where, .age_from = -1, .age_to = -1, \
		.level_from = -1, .level_to = -1                                                   \
	}

static const struct rules_route routes[] = {
	ROUTE("leerbaan", learning, "LEERWERKLOKET"),
	ROUTE("scholing", schooling, "ROC"),
	ROUTE("werk", working, "WSP"),
};

struct rules town_rules(void)
{
	struct rules rules = {
		.version = "000000000001",
		.partners = partners,
		.partners_count = COUNT(partners),
		.desks = desks,
		.desks_count = COUNT(desks),
		.regions = regions,
		.regions_count = COUNT(regions),
		.routes = routes,
		.routes_count = COUNT(routes),
		.default_region = "AM22",
	};

	static_assert(COUNT(desks) == TOWN_DESKS, "TOWN_DESKS");
	rules_default_clocks(rules.clocks);
	return rules;
}

static const struct code codes[] = {
	{"question", "WERK", "-"},
	{"question", "LEERBAAN", "-"},
	{"question", "SCHOLING", "-"},
	{"question", "BBL_VACATURE", "-"},
	{"origin", "PARTNER", "-"},
	{"urgency", "NORMAL", "-"},
	{"urgency", "URGENT", "-"},
	{"purpose", "GUIDANCE", "-"},
	{"reason", "OTHER", "-"},
	{"reason", "CLIENT_DECLINED", "-"},
	{"outcome", "ADVICE_GIVEN", "-"},
	{"next_step", "NONE", "-"},
	{"closing_reason", "PLACED_WORK", "-"},
	{"closing_reason", "UNREACHABLE", "-"},
	{"closing_reason", "MERGED_INTO", "-"},
	{"hold_reason", "ILLNESS", "-"},
	{"review", "CONTINUE", "-"},
	{"review", "OUTFLOW", "-"},
	{"voucher_kind", "STOOF", "-"},
	{"voucher_state", "GRANTED", "-"},
};

struct codes *town_codes(void)
{
	struct codes *all = codes_new();
	struct err err = {0};

	for (size_t i = 0; i < COUNT(codes); i++) {
		enum outcome outcome = codes_add(all, &codes[i], &err);

		assert(outcome == OK);
	}
	return all;
}

const char *town_question(size_t number)
{
	return questions[number % COUNT(questions)];
}

const char *town_partner(struct bytes desk)
{
	for (size_t i = 0; i < COUNT(desks); i++)
		if (bytes_equal_string(desk, desks[i].id))
			return desks[i].partner;
	return NULL;
}
