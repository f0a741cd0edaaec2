/* test_route - which desk a referral goes to: the rules of routing, row by row. */
#include <string.h>

#include "tests/unit/unit.h"

#include "hub/handover/route.h"

#define LIST(...) ((const char *const[]){__VA_ARGS__, NULL})
#define ANY_AGE .age_from = -1, .age_to = -1
#define ANY_LEVEL .level_from = -1, .level_to = -1

static const struct rules_desk desks[] = {
	{.id = "coach", .partner = "2", .kind = "COACH", .active = true, .capacity = -1},
	{.id = "entry", .partner = "1", .kind = "WERKCENTRUM", .region = "AM22", .active = true},
	{.id = "entry-11", .partner = "1", .kind = "WERKCENTRUM", .region = "AM11", .active = true},
	{.id = "full", .partner = "2", .kind = "FUND", .region = "AM22", .active = true},
	{.id = "leer", .partner = "2", .kind = "LEERWERKLOKET", .region = "AM22", .active = true},
	{.id = "old", .partner = "2", .kind = "WSP", .region = "AM22", .successor = "wsp"},
	{.id = "picky",
		.partner = "2",
		.kind = "ROC",
		.region = "AM22",
		.active = true,
		.questions = LIST("TAAL")},
	{.id = "wsp", .partner = "2", .kind = "WSP", .region = "AM22", .active = true},
};

static const struct rules_region regions[] = {
	{.code = "AM11", .entry_desk = "entry-11", .stand_ins = LIST("LEERWERKLOKET", "coach")},
	{.code = "AM22", .entry_desk = "entry"},
};

static const struct rules_municipality municipalities[] = {
	{.code = "GM0501", .region = "AM11", .successor = "GM1992", .from = INT32_MIN, .to = 19358},
	{.code = "GM0599", .region = "AM22", .from = INT32_MIN, .to = INT32_MAX},
	{.code = "GM1992", .region = "AM22", .from = 19358, .to = INT32_MAX},
};

static const struct rules_programme programmes[] = {
	{.code = "NEW", .from = 20000, .to = INT32_MAX},
	{.code = "OLD", .successor = "NEW", .from = INT32_MIN, .to = 20000},
	{.code = "OVER", .from = INT32_MIN, .to = 20000},
};

static const struct rules_route routes[] = {
	{.name = "voucher", .voucher_kinds = LIST("STOOF"), .to_kind = "FUND", ANY_AGE, ANY_LEVEL},
	{.name = "young",
		.target_groups = LIST("JONGERE", "SCHOLIER"),
		.age_from = 16,
		.age_to = 27,
		ANY_LEVEL,
		.to_desk = "coach"},
	{.name = "programme",
		.programmes = LIST("NEW", "OVER"),
		.to_desk = "coach",
		ANY_AGE,
		ANY_LEVEL},
	{.name = "partner", .partners = LIST("9"), .to_desk = "coach", ANY_AGE, ANY_LEVEL},
	{.name = "level",
		.level_from = 2,
		.level_to = 4,
		.pathways = LIST("BBL"),
		ANY_AGE,
		.to_desk = "leer"},
	{.name = "sector",
		.sectors = LIST("ZORG"),
		.municipalities = LIST("GM0599"),
		.to_desk = "wsp",
		ANY_AGE,
		ANY_LEVEL},
	{.name = "learning",
		.questions = LIST("LEERBAAN"),
		.to_kind = "LEERWERKLOKET",
		ANY_AGE,
		ANY_LEVEL},
	{.name = "picky",
		.questions = LIST("WERK"),
		.regions = LIST("AM22"),
		.to_desk = "picky",
		ANY_AGE,
		ANY_LEVEL},
};

static bool has_room(
	const void *context, const struct rules_desk *desk, struct bytes voucher_kind, int32_t day)
{
	(void)context;
	(void)voucher_kind;
	(void)day;
	return strcmp(desk->id, "full") != 0;
}

static const struct rules rules = {
	.desks = desks,
	.desks_count = UNIT_COUNT(desks),
	.regions = regions,
	.regions_count = UNIT_COUNT(regions),
	.municipalities = municipalities,
	.municipalities_count = UNIT_COUNT(municipalities),
	.programmes = programmes,
	.programmes_count = UNIT_COUNT(programmes),
	.routes = routes,
	.routes_count = UNIT_COUNT(routes),
	.default_region = "AM22",
};

#define TODAY 20500
#define B(text)                                                                                    \
	{                                                                                          \
		.data = (const uint8_t *)(text), .size = sizeof(text) - 1                          \
	}

static struct bytes young[] = {B("JONGERE")};
static struct voucher stoof = {.kind = B("STOOF"), .state = B("REQUESTED")};
static struct education bbl = {
	.has_level = true, .level = 3, .has_pathway = true, .pathway = PATHWAY_BBL};
static struct education bbl_5 = {
	.has_level = true, .level = 5, .has_pathway = true, .pathway = PATHWAY_BBL};
static struct education bol = {
	.has_level = true, .level = 3, .has_pathway = true, .pathway = PATHWAY_BOL};

static const struct {
	const char *story;
	struct referral referral;
	const char *partner, *desk, *rule;
} rows[] = {
	{"asked for", {.to_desk = B("wsp"), .question = B("LEERBAAN")}, "1", "wsp", "to_desk"},
	{"not active: its successor", {.to_desk = B("old"), .question = B("WERK")}, "1", "wsp",
		"successor"},
	{"does not take it: the rules", {.to_desk = B("picky"), .question = B("LEERBAAN")}, "1",
		"leer", "learning"},
	{"takes it", {.to_desk = B("picky"), .question = B("TAAL")}, "1", "picky", "to_desk"},
	{"kind in the region", {.question = B("LEERBAAN")}, "1", "leer", "learning"},
	{"stand-in", {.question = B("LEERBAAN"), .region = B("AM11")}, "1", "coach", "learning"},
	{"before the merger", {.question = B("STAGE"), .municipality = B("GM0501")}, "1", "entry",
		"entry-desk"},
	{"desk of the rule does not take it", {.question = B("WERK")}, "1", "entry", "entry-desk"},
	{"no rule", {.question = B("STAGE"), .region = B("AM11")}, "1", "entry-11", "entry-desk"},
	{"no room", {.question = B("STAGE"), .voucher = &stoof}, "1", "entry", "entry-desk"},
	{"group and age",
		{.question = B("STAGE"),
			.target_groups = young,
			.target_groups_count = 1,
			.age_band = B("18-27")},
		"1", "coach", "young"},
	{"band leaves the rule",
		{.question = B("STAGE"),
			.target_groups = young,
			.target_groups_count = 1,
			.age_band = B("18-28")},
		"1", "entry", "entry-desk"},
	{"age not told", {.question = B("STAGE"), .target_groups = young, .target_groups_count = 1},
		"1", "entry", "entry-desk"},
	{"programme's successor", {.question = B("STAGE"), .programme = B("OLD")}, "1", "coach",
		"programme"},
	{"programme is over", {.question = B("STAGE"), .programme = B("OVER")}, "1", "entry",
		"entry-desk"},
	{"partner", {.question = B("STAGE")}, "9", "coach", "partner"},
	{"level and pathway", {.question = B("STAGE"), .education = &bbl}, "1", "leer", "level"},
	{"level too high", {.question = B("STAGE"), .education = &bbl_5}, "1", "entry",
		"entry-desk"},
	{"other pathway", {.question = B("STAGE"), .education = &bol}, "1", "entry", "entry-desk"},
	{"sector to, municipality",
		{.question = B("STAGE"),
			.sector_to = B("ZORG"),
			.sector_from = B("BOUW"),
			.municipality = B("GM0599")},
		"1", "wsp", "sector"},
	{"sector from",
		{.question = B("STAGE"), .sector_from = B("ZORG"), .municipality = B("GM0599")},
		"1", "wsp", "sector"},
};

static void each_row_leads_where_it_should(void **state)
{
	struct route_facts facts = {.has_room = has_room};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		struct route_answer answer = {0};
		struct err err = {0};

		print_message("%s\n", rows[i].story);
		assert_int_equal(route_find(&rules, &facts, &rows[i].referral,
					 bytes_of_string(rows[i].partner), TODAY, &answer, &err),
			OK);
		assert_string_equal(answer.desk->id, rows[i].desk);
		assert_string_equal(answer.rule, rows[i].rule);
	}
}

static void a_municipality_moves_on_the_day_of_its_merger(void **state)
{
	(void)state;
	assert_string_equal(
		rules_region_of_municipality(&rules, bytes_of_string("GM0501"), 19357)->code,
		"AM11");
	assert_string_equal(
		rules_region_of_municipality(&rules, bytes_of_string("GM0501"), 19358)->code,
		"AM22");
	assert_null(rules_region_of_municipality(&rules, bytes_of_string("GM1992"), 19357));
	assert_null(rules_region_of_municipality(&rules, bytes_of_string("GM9999"), 19358));
}

static void what_is_unknown_is_refused(void **state)
{
	static const struct referral bad[] = {
		{.to_desk = B("nobody"), .question = B("WERK")},
		{.region = B("AM99"), .question = B("WERK")},
		{.municipality = B("GM9999"), .question = B("WERK")},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(bad); i++) {
		struct route_answer answer;
		struct err err = {0};

		assert_int_equal(route_find(&rules, NULL, &bad[i], bytes_of_string("1"), TODAY,
					 &answer, &err),
			REJECT);
		assert_true(err.text[0] != '\0');
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_row_leads_where_it_should),
		cmocka_unit_test(a_municipality_moves_on_the_day_of_its_merger),
		cmocka_unit_test(what_is_unknown_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
