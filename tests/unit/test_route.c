/* test_route - which desk a referral goes to: every rule of routing, as rows. */
#include "tests/unit/unit.h"

#include <string.h>

#include "hub/base/clock.h"
#include "hub/handover/rule/route.h"

#define WORDS(...)                                                                                 \
	(const char *const[])                                                                      \
	{                                                                                          \
		__VA_ARGS__, NULL                                                                  \
	}
#define ANY .age_from = -1, .age_to = -1, .level_from = -1, .level_to = -1

enum { MERGER = 19358, MOVE = 20000, PROGRAMME_END = 20500, TODAY = 20600 };

static const struct rules_desk desks[] = {
	{.id = "closed-no-successor", .kind = "WSP", .region = "AM05", .holds = true},
	{.id = "closed-wsp", .kind = "WSP", .region = "AM22", .successor = "wsp-a", .holds = true},
	{.id = "closed-wsp-2",
		.kind = "WSP",
		.region = "AM22",
		.successor = "closed-wsp",
		.holds = true},
	{.id = "entry-05", .kind = "WERKCENTRUM", .region = "AM05", .active = true, .holds = true},
	{.id = "entry-22", .kind = "WERKCENTRUM", .region = "AM22", .active = true, .holds = true},
	{.id = "fund", .kind = "FUND", .active = true, .capacity = 10},
	{.id = "lwl-22", .kind = "LEERWERKLOKET", .region = "AM22", .active = true, .holds = true},
	{.id = "only-stage",
		.kind = "ROC",
		.region = "AM22",
		.questions = WORDS("STAGE"),
		.successor = "roc-b",
		.active = true,
		.holds = true},
	{.id = "roc-b", .kind = "ROC", .region = "AM22", .active = true, .holds = true},
	{.id = "uwv-22", .kind = "UWV", .region = "AM22", .active = true, .holds = true},
	{.id = "wsp-a", .kind = "WSP", .region = "AM22", .active = true, .holds = true},
	{.id = "wsp-b", .kind = "WSP", .region = "AM22", .active = true, .holds = true},
};

static const struct rules_region regions[] = {
	{.code = "AM05",
		.entry_desk = "entry-05",
		.stand_ins = WORDS("LEERWERKLOKET", "lwl-22", "WSP", "wsp-b")},
	{.code = "AM22", .entry_desk = "entry-22", .stand_ins = WORDS("LEERWERKLOKET", "uwv-22")},
};

static const struct rules_municipality municipalities[] = {
	{"GM0153", "Moved", "AM05", NULL, INT32_MIN, MOVE},
	{"GM0153", "Moved", "AM22", NULL, MOVE, INT32_MAX},
	{"GM0501", "Merged", "AM05", "GM1992", INT32_MIN, MERGER},
	{"GM0599", "Plain", "AM22", NULL, INT32_MIN, INT32_MAX},
	{"GM1992", "New", "AM22", NULL, MERGER, INT32_MAX},
};

static const struct rules_programme programmes[] = {
	{"ENDED", "NEXT", INT32_MIN, PROGRAMME_END},
	{"GONE", NULL, INT32_MIN, PROGRAMME_END},
	{"NEXT", NULL, INT32_MIN, INT32_MAX},
};

static const struct rules_route routes[] = {
	{.name = "by-partner", .partners = WORDS("00000099000000002000"), .to_desk = "uwv-22", ANY},
	{.name = "by-municipality", .municipalities = WORDS("GM1992"), .to_desk = "uwv-22", ANY},
	{.name = "by-group",
		.questions = WORDS("TAAL"),
		.target_groups = WORDS("STATUSHOUDER", "VSO"),
		.to_desk = "uwv-22",
		ANY},
	{.name = "by-sector",
		.questions = WORDS("OMSCHOLING"),
		.sectors = WORDS("TECHNIEK"),
		.to_desk = "roc-b",
		ANY},
	{.name = "by-programme", .programmes = WORDS("NEXT"), .to_desk = "lwl-22", ANY},
	{.name = "by-pathway",
		.questions = WORDS("OPLEIDING"),
		.pathways = WORDS("BBL"),
		.to_desk = "lwl-22",
		ANY},
	{.name = "by-level",
		.questions = WORDS("OPLEIDING"),
		.age_from = -1,
		.age_to = -1,
		.level_from = 2,
		.level_to = 4,
		.to_kind = "ROC"},
	{.name = "by-age",
		.questions = WORDS("ORIENTATIE"),
		.age_from = 16,
		.age_to = 27,
		.level_from = -1,
		.level_to = -1,
		.to_desk = "lwl-22"},
	{.name = "by-voucher",
		.questions = WORDS("SCHOLINGSVOUCHER"),
		.voucher_kinds = WORDS("STOOF"),
		.to_desk = "fund",
		ANY},
	{.name = "voucher-else", .questions = WORDS("SCHOLINGSVOUCHER"), .to_desk = "wsp-a", ANY},
	{.name = "to-inactive", .questions = WORDS("EVC"), .to_desk = "closed-wsp", ANY},
	{.name = "to-unfit", .questions = WORDS("EVC"), .to_desk = "only-stage", ANY},
	{.name = "evc",
		.questions = WORDS("EVC"),
		.regions = WORDS("AM22"),
		.to_desk = "roc-b",
		ANY},
	{.name = "school", .questions = WORDS("STAGE", "DOCENT"), .to_kind = "ROC", ANY},
	{.name = "employer", .questions = WORDS("WERK"), .to_kind = "WSP", ANY},
	{.name = "loket", .questions = WORDS("LEERBAAN"), .to_kind = "LEERWERKLOKET", ANY},
};

static const struct rules rules = {
	.desks = desks,
	.regions = regions,
	.municipalities = municipalities,
	.programmes = programmes,
	.routes = routes,
	.desks_count = UNIT_COUNT(desks),
	.regions_count = UNIT_COUNT(regions),
	.municipalities_count = UNIT_COUNT(municipalities),
	.programmes_count = UNIT_COUNT(programmes),
	.routes_count = UNIT_COUNT(routes),
};

/* A referral in short; region AM22 and today unless it says otherwise. */
struct row {
	const char *text;
	const char *question, *to_desk, *from_desk, *region, *municipality, *partner;
	const char *sector_from, *sector_to, *age, *programme, *group, *voucher;
	const char *full; /* a desk without room */
	const char *desk, *rule; /* expected; desk NULL: REJECT, with this in the text */
	int32_t level, day;
	bool service, bbl, bol, nowhere;
};

static const struct row rows[] = {
	{"asked for and fit", .question = "WERK", .to_desk = "wsp-b", .desk = "wsp-b",
		.rule = "to_desk"},
	{"asked for, whatever the rules say", .question = "LEERBAAN", .to_desk = "uwv-22",
		.partner = "00000099000000002000", .desk = "uwv-22", .rule = "to_desk"},
	{"asked for in another region", .question = "LEERBAAN", .to_desk = "lwl-22",
		.region = "AM05", .desk = "lwl-22", .rule = "to_desk"},
	{"asked for and full: it may decide that itself", .question = "WERK", .to_desk = "wsp-b",
		.full = "wsp-b", .desk = "wsp-b", .rule = "to_desk"},
	{"asked for, closed", .question = "WERK", .to_desk = "closed-wsp", .desk = "wsp-a",
		.rule = "successor"},
	{"asked for, does not take the question", .question = "EVC", .to_desk = "only-stage",
		.desk = "roc-b", .rule = "successor"},
	{"asked for, closed, so is its successor", .question = "LEERBAAN",
		.to_desk = "closed-wsp-2", .desk = "lwl-22", .rule = "loket"},
	{"asked for, closed, no successor", .question = "LEERBAAN",
		.to_desk = "closed-no-successor", .desk = "lwl-22", .rule = "loket"},
	{"asked for, unknown", .question = "LEERBAAN", .to_desk = "wsp-atlantis",
		.rule = "is not a desk"},
	{"asked for, cannot hold a client", .question = "ANDERS", .to_desk = "fund",
		.desk = "entry-22", .rule = "entry-desk"},
	{"asked for, need not hold a client", .question = "ANDERS", .to_desk = "fund",
		.service = true, .desk = "fund", .rule = "to_desk"},

	{"partner", .question = "WERK", .partner = "00000099000000002000", .desk = "uwv-22",
		.rule = "by-partner"},
	{"another partner", .question = "WERK", .partner = "00000099000000002001", .desk = "wsp-a",
		.rule = "employer"},
	{"municipality", .question = "LEERBAAN", .municipality = "GM1992", .desk = "uwv-22",
		.rule = "by-municipality"},
	{"municipality that merged into it", .question = "LEERBAAN", .municipality = "GM0501",
		.desk = "uwv-22", .rule = "by-municipality"},
	{"the day before the merger", .question = "LEERBAAN", .municipality = "GM0501",
		.day = MERGER - 1, .nowhere = true, .desk = "lwl-22", .rule = "loket"},
	{"target group", .question = "TAAL", .group = "VSO", .desk = "uwv-22", .rule = "by-group"},
	{"another group", .question = "TAAL", .group = "ZZP", .desk = "entry-22",
		.rule = "entry-desk"},
	{"no group", .question = "TAAL", .desk = "entry-22", .rule = "entry-desk"},
	{"sector to", .question = "OMSCHOLING", .sector_to = "TECHNIEK", .sector_from = "ZORG",
		.desk = "roc-b", .rule = "by-sector"},
	{"sector from does not count beside it", .question = "OMSCHOLING", .sector_to = "ZORG",
		.sector_from = "TECHNIEK", .desk = "entry-22", .rule = "entry-desk"},
	{"sector from alone", .question = "OMSCHOLING", .sector_from = "TECHNIEK", .desk = "roc-b",
		.rule = "by-sector"},
	{"programme", .question = "ANDERS", .programme = "NEXT", .desk = "lwl-22",
		.rule = "by-programme"},
	{"programme on its last day", .question = "ANDERS", .programme = "ENDED",
		.day = PROGRAMME_END - 1, .desk = "entry-22", .rule = "entry-desk"},
	{"programme that another took over", .question = "ANDERS", .programme = "ENDED",
		.day = PROGRAMME_END, .desk = "lwl-22", .rule = "by-programme"},
	{"programme that ended without one", .question = "WERK", .programme = "GONE",
		.desk = "wsp-a", .rule = "employer"},
	{"programme that no row names", .question = "WERK", .programme = "OTHER", .desk = "wsp-a",
		.rule = "employer"},
	{"pathway", .question = "OPLEIDING", .bbl = true, .level = 1, .desk = "lwl-22",
		.rule = "by-pathway"},
	{"another pathway, level", .question = "OPLEIDING", .bol = true, .level = 3,
		.desk = "roc-b", .rule = "by-level"},
	{"lowest level", .question = "OPLEIDING", .level = 2, .desk = "roc-b", .rule = "by-level"},
	{"highest level", .question = "OPLEIDING", .level = 4, .desk = "roc-b", .rule = "by-level"},
	{"level below", .question = "OPLEIDING", .level = 1, .desk = "entry-22",
		.rule = "entry-desk"},
	{"level above", .question = "OPLEIDING", .level = 5, .desk = "entry-22",
		.rule = "entry-desk"},
	{"no level", .question = "OPLEIDING", .desk = "entry-22", .rule = "entry-desk"},
	{"age", .question = "ORIENTATIE", .age = "16-27", .desk = "lwl-22", .rule = "by-age"},
	{"age partly", .question = "ORIENTATIE", .age = "15-20", .desk = "entry-22",
		.rule = "entry-desk"},
	{"age too high", .question = "ORIENTATIE", .age = "20-28", .desk = "entry-22",
		.rule = "entry-desk"},
	{"no age", .question = "ORIENTATIE", .desk = "entry-22", .rule = "entry-desk"},
	{"voucher, for which a fund holds nobody", .question = "SCHOLINGSVOUCHER",
		.voucher = "STOOF", .service = true, .desk = "fund", .rule = "by-voucher"},
	{"voucher of a fund without money", .question = "SCHOLINGSVOUCHER", .voucher = "STOOF",
		.service = true, .full = "fund", .desk = "wsp-a", .rule = "voucher-else"},
	{"another voucher", .question = "SCHOLINGSVOUCHER", .voucher = "TWENTS", .service = true,
		.desk = "wsp-a", .rule = "voucher-else"},

	{"desks that are closed or unfit are passed over", .question = "EVC", .desk = "roc-b",
		.rule = "evc"},
	{"only in the region of the rule", .question = "EVC", .region = "AM05", .desk = "entry-05",
		.rule = "entry-desk"},
	{"the first desk of a kind", .question = "STAGE", .desk = "only-stage", .rule = "school"},
	{"the first of a kind that takes it", .question = "DOCENT", .desk = "roc-b",
		.rule = "school"},
	{"the first of a kind with room", .question = "STAGE", .full = "only-stage",
		.desk = "roc-b", .rule = "school"},
	{"no desk of the kind, a stand-in", .question = "LEERBAAN", .region = "AM05",
		.desk = "lwl-22", .rule = "loket"},
	{"the stand-in is full", .question = "LEERBAAN", .region = "AM05", .full = "lwl-22",
		.desk = "entry-05", .rule = "entry-desk"},
	{"the only desk of the kind is closed, its stand-in", .question = "WERK", .region = "AM05",
		.desk = "wsp-b", .rule = "employer"},
	{"the desk of the kind is full: no stand-in, the region has one", .question = "LEERBAAN",
		.full = "lwl-22", .desk = "entry-22", .rule = "entry-desk"},
	{"a kind without desk or stand-in", .question = "STAGE", .region = "AM05",
		.desk = "entry-05", .rule = "entry-desk"},
	{"no rule", .question = "ANDERS", .desk = "entry-22", .rule = "entry-desk"},
	{"the entry desk is full: it is for everyone", .question = "ANDERS", .full = "entry-22",
		.desk = "entry-22", .rule = "entry-desk"},

	{"region by municipality", .question = "ANDERS", .nowhere = true, .municipality = "GM0599",
		.desk = "entry-22", .rule = "entry-desk"},
	{"region goes before municipality", .question = "ANDERS", .region = "AM05",
		.municipality = "GM0599", .desk = "entry-05", .rule = "entry-desk"},
	{"a region that nobody knows", .question = "ANDERS", .region = "AM99",
		.municipality = "GM0599", .desk = "entry-22", .rule = "entry-desk"},
	{"before a municipality moved", .question = "ANDERS", .nowhere = true,
		.municipality = "GM0153", .day = MOVE - 1, .desk = "entry-05",
		.rule = "entry-desk"},
	{"after it moved", .question = "ANDERS", .nowhere = true, .municipality = "GM0153",
		.day = MOVE, .desk = "entry-22", .rule = "entry-desk"},
	{"before a municipality began", .question = "ANDERS", .nowhere = true,
		.municipality = "GM1992", .day = MERGER - 1, .rule = "no region is known"},
	{"region by the sending desk", .question = "ANDERS", .nowhere = true,
		.from_desk = "entry-05", .desk = "entry-05", .rule = "entry-desk"},
	{"a nationwide desk has none", .question = "ANDERS", .nowhere = true, .from_desk = "fund",
		.rule = "no region is known"},
	{"no region", .question = "ANDERS", .nowhere = true, .municipality = "GM9999",
		.rule = "no region is known"},
};

static const char *room_in_all_but(
	const void *context, const struct rules_desk *desk, struct bytes voucher_kind, int32_t day)
{
	(void)voucher_kind;
	assert_true(day > 0);
	return context != NULL && strcmp(context, desk->id) == 0 ? "hold" : NULL;
}

static bool reaches(const struct rules *of, const struct row *row)
{
	struct bytes group = bytes_of_string(row->group);
	struct education education = {
		.has_level = row->level > 0,
		.level = row->level,
		.has_pathway = row->bbl || row->bol,
		.pathway = row->bbl ? PATHWAY_BBL : PATHWAY_BOL,
	};
	struct voucher voucher = {.kind = bytes_of_string(row->voucher)};
	const char *region = row->region != NULL ? row->region : row->nowhere ? NULL : "AM22";
	struct referral referral = {
		.kind = row->service ? REFERRAL_KIND_SERVICE : REFERRAL_KIND_TRANSFER,
		.question = bytes_of_string(row->question),
		.to_desk = bytes_of_string(row->to_desk),
		.from_desk = bytes_of_string(row->from_desk),
		.region = bytes_of_string(region),
		.municipality = bytes_of_string(row->municipality),
		.sector_from = bytes_of_string(row->sector_from),
		.sector_to = bytes_of_string(row->sector_to),
		.age_band = bytes_of_string(row->age),
		.programme = bytes_of_string(row->programme),
		.target_groups = &group,
		.target_groups_count = row->group != NULL ? 1 : 0,
		.education = row->level > 0 || education.has_pathway ? &education : NULL,
		.voucher = row->voucher != NULL ? &voucher : NULL,
	};
	struct route_facts facts = {room_in_all_but, row->full};
	struct route_answer answer = {0};
	struct err err = {0};
	struct route_question question = {
		&referral, bytes_of_string(row->partner), row->day != 0 ? row->day : TODAY, &facts};
	enum outcome outcome = route_find(of, &question, &answer, &err);
	if (row->desk == NULL)
		return outcome == REJECT && strstr(err.text, row->rule) != NULL;
	for (size_t i = 0; i < answer.full_count; i++) {
		assert_string_equal(answer.full[i].desk->id, row->full);
		assert_string_equal(answer.full[i].kind, "hold");
		assert_int_equal(i, 0); /* once, by however many rules it came up */
	}
	return outcome == OK && strcmp(answer.desk->id, row->desk) == 0 &&
		strcmp(answer.rule, row->rule) == 0 && answer.why != NULL && answer.region != NULL;
}

static void every_referral_reaches_its_desk(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		if (!reaches(&rules, &rows[i]))
			fail_msg("%s: not %s by %s", rows[i].text,
				rows[i].desk != NULL ? rows[i].desk : "refused", rows[i].rule);
	}
}

static void an_index_of_kinds_changes_nothing(void **state)
{
	(void)state;
	const struct rules_desk *by_kind[UNIT_COUNT(desks)];
	struct rules indexed = rules;
	rules_sort_by_kind(&indexed, by_kind);
	indexed.desks_by_kind = by_kind;
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		if (!reaches(&indexed, &rows[i]))
			fail_msg("%s", rows[i].text);
	}
}

static void the_default_region_is_the_last_resort(void **state)
{
	(void)state;
	struct rules with = rules;
	with.default_region = "AM05";
	const struct row nothing = {
		.question = "ANDERS", .nowhere = true, .desk = "entry-05", .rule = "entry-desk"};
	const struct row from = {.question = "ANDERS",
		.nowhere = true,
		.from_desk = "entry-22",
		.desk = "entry-22",
		.rule = "entry-desk"};
	assert_true(reaches(&with, &nothing));
	assert_true(reaches(&with, &from));
}

static void a_region_without_entry_desk_refuses(void **state)
{
	(void)state;
	struct rules_region bare = {.code = "AM22"};
	struct rules without = rules;
	without.regions = &bare;
	without.regions_count = 1;
	const struct row row = {.question = "ANDERS", .rule = "has no entry desk"};
	assert_true(reaches(&without, &row));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_referral_reaches_its_desk),
		cmocka_unit_test(an_index_of_kinds_changes_nothing),
		cmocka_unit_test(the_default_region_is_the_last_resort),
		cmocka_unit_test(a_region_without_entry_desk_refuses),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
