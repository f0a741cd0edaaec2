/* test_rules - look-ups in the rules, and the clocks of who configures none. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "hub/base/clock.h"
#include "hub/handover/rule/rules.h"

static const struct rules_partner partners[] = {
	{.oin = "00000099000000001000", .name = "a"},
	{.oin = "00000099000000002000", .name = "b"},
	{.oin = "00000099000000003000", .name = "c"},
};
static const struct rules_desk desks[] = {
	{.id = "aa", .partner = "00000099000000003000", .kind = "ROC", .region = "AM05"},
	{.id = "aab", .partner = "00000099000000001000", .kind = "ROC", .region = "AM01"},
	{.id = "b", .partner = "00000099000000009000", .kind = "FUND"},
	{.id = "c-d", .partner = "00000099000000001000", .kind = "ROC", .region = "AM05"},
};
static const struct rules_region regions[] = {
	{.code = "AM01", .entry_desk = "aa"}, {.code = "AM05"}, {.code = "AM22"}};
static const struct rules_municipality municipalities[] = {
	{"GM0001", "first", "AM01", "GM0002", INT32_MIN, 100},
	{"GM0002", "second", "AM01", "GM0003", INT32_MIN, 200},
	{"GM0003", "third", "AM05", NULL, INT32_MIN, INT32_MAX},
	{"GM0004", "circle", "AM05", "GM0005", INT32_MIN, 100},
	{"GM0005", "circle", "AM05", "GM0004", INT32_MIN, 100},
	{"GM0006", "ended", "AM05", NULL, INT32_MIN, 100},
	{"GM0007", "moved", "AM01", NULL, 10, 100},
	{"GM0007", "moved", "AM22", NULL, 100, INT32_MAX},
};
/* Of codes that are listed the last one follows four others; and two that follow each other. */
static const struct rules_programme programmes[] = {
	{"A", "B", INT32_MIN, 100},
	{"B", "C", INT32_MIN, 100},
	{"C", "D", INT32_MIN, 100},
	{"D", "E", INT32_MIN, 100},
	{"X", "Y", INT32_MIN, 100},
	{"Y", "X", INT32_MIN, 100},
	{"E", "F", INT32_MIN, 200},
};
static const struct rules rules = {
	.partners = partners,
	.desks = desks,
	.regions = regions,
	.municipalities = municipalities,
	.programmes = programmes,
	.programmes_count = UNIT_COUNT(programmes),
	.partners_count = UNIT_COUNT(partners),
	.desks_count = UNIT_COUNT(desks),
	.regions_count = UNIT_COUNT(regions),
	.municipalities_count = UNIT_COUNT(municipalities),
};

static void finds_every_row_and_nothing_else(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(desks); i++)
		assert_ptr_equal(rules_desk(&rules, bytes_of_string(desks[i].id)), &desks[i]);
	for (size_t i = 0; i < UNIT_COUNT(partners); i++)
		assert_ptr_equal(
			rules_partner(&rules, bytes_of_string(partners[i].oin)), &partners[i]);
	for (size_t i = 0; i < UNIT_COUNT(regions); i++)
		assert_ptr_equal(
			rules_region(&rules, bytes_of_string(regions[i].code)), &regions[i]);
	static const char *const unknown[] = {"", "a", "aaa", "aac", "c-", "c-da", "zz"};
	for (size_t i = 0; i < UNIT_COUNT(unknown); i++)
		assert_null(rules_desk(&rules, bytes_of_string(unknown[i])));
	assert_null(rules_desk(&rules, bytes_of("aa\0", 3)));
	assert_null(rules_desk(&rules, bytes_of("aa\0b", 4)));
	assert_null(rules_desk(&rules, bytes_of("\0", 1)));
	assert_null(rules_desk(&rules, (struct bytes){0}));
	assert_null(rules_desk(&(struct rules){0}, bytes_of_string("aa")));
}

/* Ids over two letters, each the beginning of others: every second one is a desk. */
static void what_begins_alike_is_told_apart(void **state)
{
	(void)state;
	static char ids[2 * 63][7];
	static struct rules_desk alike[63];
	size_t count = 0;
	char id[7] = "a";
	while (count < UNIT_COUNT(ids)) { /* in order: longer by an a, else the next letter */
		size_t size = strlen(id);
		memcpy(ids[count++], id, sizeof(id));
		if (size < 6) {
			memcpy(id + size, "a", 2);
			continue;
		}
		while (size > 0 && id[size - 1] == 'z')
			id[--size] = '\0';
		if (size > 0)
			id[size - 1] = 'z';
	}
	for (size_t i = 0; i < UNIT_COUNT(alike); i++)
		alike[i].id = ids[2 * i + 1];
	const struct rules some = {.desks = alike, .desks_count = UNIT_COUNT(alike)};
	for (size_t i = 0; i < UNIT_COUNT(ids); i++)
		assert_ptr_equal(rules_desk(&some, bytes_of_string(ids[i])),
			i % 2 == 1 ? &alike[i / 2] : NULL);
}

static void a_desk_belongs_to_a_partner(void **state)
{
	(void)state;
	assert_ptr_equal(rules_partner_of_desk(&rules, bytes_of_string("aa")), &partners[2]);
	assert_ptr_equal(rules_partner_of_desk(&rules, bytes_of_string("aab")), &partners[0]);
	assert_null(rules_partner_of_desk(&rules, bytes_of_string("b")));
	assert_null(rules_partner_of_desk(&rules, bytes_of_string("unknown")));
}

static void a_municipality_lies_in_one_region_a_day(void **state)
{
	(void)state;
	static const struct {
		const char *code;
		int32_t day;
		const char *region;
	} rows[] = {
		{"GM0001", 99, "AM01"},
		{"GM0001", 100, "AM01"},
		{"GM0001", 199, "AM01"},
		{"GM0001", 200, "AM05"},
		{"GM0002", 199, "AM01"},
		{"GM0002", 200, "AM05"},
		{"GM0003", -5000, "AM05"},
		{"GM0004", 99, "AM05"},
		{"GM0004", 100, NULL},
		{"GM0006", 99, "AM05"},
		{"GM0006", 100, NULL},
		{"GM0007", 9, NULL},
		{"GM0007", 10, "AM01"},
		{"GM0007", 99, "AM01"},
		{"GM0007", 100, "AM22"},
		{"GM0008", 100, NULL},
	};
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		const struct rules_region *region = rules_region_of_municipality(
			&rules, bytes_of_string(rows[i].code), rows[i].day);
		const char *code = region != NULL ? region->code : "none";
		if (strcmp(code, rows[i].region != NULL ? rows[i].region : "none") != 0)
			fail_msg("%s on day %d: %s", rows[i].code, rows[i].day, code);
	}
}

static void expect_programme(const char *code, int32_t day, const char *now)
{
	struct bytes found = rules_programme_now(&rules, bytes_of_string(code), day);
	if (!bytes_equal_string(found, now))
		fail_msg("%s on day %d is %.*s", code, day, BYTES_ARG(found));
}

static void a_programme_is_what_took_it_over(void **state)
{
	(void)state;
	expect_programme("A", 99, "A");
	expect_programme("A", 100, "E");
	expect_programme("E", 200, "F"); /* which is not listed, so it stands for itself */
	expect_programme("B", 200, "F");
	assert_null(rules_programme_now(&rules, bytes_of_string("A"), 200).data); /* too far */
	assert_null(rules_programme_now(&rules, bytes_of_string("X"), 100).data);
}

static void desks_of_a_kind_come_in_order(void **state)
{
	(void)state;
	const struct rules_desk *by_kind[UNIT_COUNT(desks)];
	struct rules indexed = rules;
	rules_sort_by_kind(&indexed, by_kind);
	indexed.desks_by_kind = by_kind;
	const struct rules *const both[] = {&rules, &indexed};
	for (size_t i = 0; i < UNIT_COUNT(both); i++) {
		size_t at = 0;
		assert_ptr_equal(rules_next_of_kind(both[i], "ROC", "AM05", &at), &desks[0]);
		assert_ptr_equal(rules_next_of_kind(both[i], "ROC", "AM05", &at), &desks[3]);
		assert_null(rules_next_of_kind(both[i], "ROC", "AM05", &at));
		at = 0;
		assert_null(rules_next_of_kind(both[i], "FUND", "AM05", &at));
		at = 0;
		assert_null(rules_next_of_kind(both[i], "WSP", "AM05", &at));
	}
}

/* "5wd 2wd 3wd 5wd", level by level. */
static void write_durations(const struct rules_duration *durations, char *out, size_t size)
{
	static const char *const units[] = {"min", "d", "wd"};
	size_t used = 0;
	out[0] = '\0';
	for (size_t i = 0; i < RULES_LEVELS && durations[i].count > 0; i++)
		used += (size_t)snprintf(out + used, size - used, "%s%d%s", i > 0 ? " " : "",
			durations[i].count, units[durations[i].unit]);
}

static void clocks_are_those_of_the_design(void **state)
{
	(void)state;
	static const struct {
		const char *normal, *urgent;
		int32_t first, last;
	} rows[RULES_CLOCKS] = {
		{"15min", "", 0, 0},
		{"2wd", "240min", 1, 1},
		{"5wd 2wd 3wd 5wd", "1wd", 1, 4},
		{"5wd", "", 1, 2},
		{"3wd", "", 2, 3},
		{"10wd", "2wd", 1, 2},
		{"30d 10d", "", 1, 2},
		{"5wd", "", 1, 1},
		{"5wd", "", 2, 2},
		{"10wd", "", 2, 2},
		{"90d", "", 1, 1},
		{"365d", "", 0, 0},
		{"", "", 0, 0},
		{"", "", 1, 1},
	};
	struct rules_clock clocks[RULES_CLOCKS];
	char text[100];
	rules_default_clocks(clocks);
	for (size_t i = 0; i < RULES_CLOCKS; i++) {
		write_durations(clocks[i].normal, text, sizeof(text));
		assert_string_equal(text, rows[i].normal);
		write_durations(clocks[i].urgent, text, sizeof(text));
		assert_string_equal(text, rows[i].urgent);
		assert_int_equal(clocks[i].first_level, rows[i].first);
		assert_int_equal(clocks[i].last_level, rows[i].last);
		assert_int_equal(clocks[i].repeat.unit, RULES_WORKING_DAYS);
		assert_int_equal(clocks[i].repeat.count, 5);
		assert_int_equal(clocks[i].reminder.count, i == 6 ? 2 : 0);
	}
}

static void time_is_counted_in_its_unit(void **state)
{
	(void)state;
	static const struct {
		enum rules_unit unit;
		int32_t count;
		const char *from, *due;
	} rows[] = {
		{RULES_MINUTES, 15, "2026-03-07T23:50:00Z", "2026-03-08T00:05:00Z"},
		{RULES_DAYS, 30, "2026-03-02T09:30:00Z", "2026-04-01T08:30:00Z"},
		{RULES_WORKING_DAYS, 2, "2026-03-05T09:30:00Z", "2026-03-09T09:30:00Z"},
		{RULES_WORKING_DAYS, 1, "2026-04-02T08:00:00Z", "2026-04-07T08:00:00Z"},
	};
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		int64_t from = 0, due = 0;
		assert_true(clock_from_text(bytes_of_string(rows[i].from), &from));
		assert_true(clock_from_text(bytes_of_string(rows[i].due), &due));
		struct rules_duration duration = {rows[i].unit, rows[i].count};
		if (rules_due(duration, from) != due)
			fail_msg("%s: not %s", rows[i].from, rows[i].due);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_every_row_and_nothing_else),
		cmocka_unit_test(what_begins_alike_is_told_apart),
		cmocka_unit_test(a_desk_belongs_to_a_partner),
		cmocka_unit_test(a_municipality_lies_in_one_region_a_day),
		cmocka_unit_test(a_programme_is_what_took_it_over),
		cmocka_unit_test(desks_of_a_kind_come_in_order),
		cmocka_unit_test(clocks_are_those_of_the_design),
		cmocka_unit_test(time_is_counted_in_its_unit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
