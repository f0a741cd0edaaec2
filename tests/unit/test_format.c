/* test_format - good and bad texts of each written form; BSNs are from the ranges for tests. */
#include "tests/unit/unit.h"

#include <regex.h>
#include <string.h>

#include "hub/base/format.h"

static const struct {
	const char *format, *text;
	bool good;
} rows[] = {
	{"oin", "00000001234567890000", true},
	{"oin", "0000000123456789000", false},
	{"oin", "000000012345678900000", false},
	{"oin", "0000000123456789000x", false},
	{"oin", "hub", false},
	{"oin", "", false},
	{"oin-or-hub", "00000001234567890000", true},
	{"oin-or-hub", "hub", true},
	{"oin-or-hub", "Hub", false},
	{"oin-or-hub", "hubs", false},
	{"bsn", "999990019", true},
	{"bsn", "999990007", true},
	{"bsn", "999990081", true},
	{"bsn", "000000012", true},
	{"bsn", "000000061", true},
	{"bsn", "000000000", false}, /* passes the 11-test, and is nobody */
	{"bsn", "999990018", false},
	{"bsn", "999990010", false},
	{"bsn", "999990091", false}, /* two neighbours of a good one changed places */
	{"bsn", "000000014", false},
	{"bsn", "99999001", false},
	{"bsn", "9999900190", false},
	{"bsn", "99999001a", false},
	{"bsn", "99999 019", false},
	{"bsn", "", false},
	{"kvk", "01234567", true},
	{"kvk", "0123456", false},
	{"kvk", "012345678", false},
	{"kvk", "-1234567", false},
	{"crebo", "25655", true},
	{"crebo", "2565", false},
	{"crebo", "256555", false},
	{"crebo", "2565a", false},
	{"gm", "GM0599", true},
	{"gm", "gm0599", false},
	{"gm", "GM599", false},
	{"gm", "GM05999", false},
	{"gm", "AM0599", false},
	{"gm", "GM05 9", false},
	{"am", "AM35", true},
	{"am", "AM3", false},
	{"am", "AM350", false},
	{"am", "GM35", false},
	{"am", "AM", false},
	{"am", "A", false},
	{"desk", "wsp-rijnmond", true},
	{"desk", "a1", true},
	{"desk", "a-1-b", true},
	{"desk", "unknown", true},
	{"desk", "a", false},
	{"desk", "1a", false},
	{"desk", "-a", false},
	{"desk", "ab-", false},
	{"desk", "a--b", false},
	{"desk", "Wsp", false},
	{"desk", "wsp_rijnmond", false},
	{"desk", "wsp rijnmond", false},
	{"desk", "wsp/../x", false},
	{"desk", "caf\xc3\xa9", false},
	{"desk", "", false},
	{"desk", "a12345678901234567890123456789012345678901234567890123456789", true},
	{"desk", "a123456789012345678901234567890123456789012345678901234567890", false},
	{"desk-or-unknown", "unknown", true},
	{"desk-or-unknown", "wsp-rijnmond", true},
	{"desk-or-unknown", "?", false},
	{"age-band", "18-27", true},
	{"age-band", "27-27", true},
	{"age-band", "0-120", true},
	{"age-band", "27-18", false},
	{"age-band", "18", false},
	{"age-band", "18-", false},
	{"age-band", "-27", false},
	{"age-band", "-1-27", false},
	{"age-band", "18--27", false},
	{"age-band", "0--0", false},
	{"age-band", "18-27-30", false},
	{"age-band", "18 - 27", false},
	{"age-band", "18-2700", false},
	{"age-band", "0018-27", false},
	{"age-band", "", false},
	{"partial-date", "2001", true},
	{"partial-date", "2001-05", true},
	{"partial-date", "2001-05-30", true},
	{"partial-date", "2000-02-29", true},
	{"partial-date", "2001-02-29", false},
	{"partial-date", "2001-13", false},
	{"partial-date", "2001-00", false},
	{"partial-date", "2001-05-00", false},
	{"partial-date", "0000", false},
	{"partial-date", "201", false},
	{"partial-date", "2001-", false},
	{"partial-date", "2001-5", false},
	{"partial-date", "2001-05-3", false},
	{"partial-date", "2001-05-30T", false},
	{"partial-date", "20x1", false},
	{"partial-date", "2001/05", false},
	{"partial-date", "", false},
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		bool good = format_is(rows[i].format, bytes_of_string(rows[i].text));
		if (good != rows[i].good)
			fail_msg("%s: %s", rows[i].format, rows[i].text);
	}
}

static void test_absent_and_zero_bytes(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		char text[80] = "";
		size_t size = strlen(rows[i].text);
		assert_false(format_is(rows[i].format, bytes_of_string(NULL)));
		memcpy(text, rows[i].text, size);
		assert_false(format_is(rows[i].format, bytes_of(text, size + 1)));
	}
}

static void test_docs(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(rows); i++)
		assert_true(strlen(format_doc(rows[i].format)) > 5);
	assert_string_equal(format_doc("bsn"), "9 digits that pass the 11-test");
}

/* What has the form matches its pattern; of those that say all with it, nothing else does. */
static void test_patterns(void **state)
{
	static const char *const whole[] = {"am", "crebo", "gm", "kvk", "oin", "oin-or-hub"};
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		regex_t pattern;
		bool says_all = false;
		for (size_t j = 0; j < UNIT_COUNT(whole); j++)
			says_all = says_all || strcmp(rows[i].format, whole[j]) == 0;
		assert_int_equal(
			regcomp(&pattern, format_pattern(rows[i].format), REG_EXTENDED | REG_NOSUB),
			0);
		bool matches = regexec(&pattern, rows[i].text, 0, NULL, 0) == 0;
		regfree(&pattern);
		if ((rows[i].good && !matches) || (says_all && matches != rows[i].good))
			fail_msg("%s: %s", rows[i].format, rows[i].text);
	}
}

static void ask_for_unknown_format(void)
{
	(void)format_is("iban", bytes_of_string("x"));
}

static void test_unknown_format_is_a_bug(void **state)
{
	(void)state;
	assert_true(unit_aborts(ask_for_unknown_format));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_absent_and_zero_bytes),
		cmocka_unit_test(test_docs),
		cmocka_unit_test(test_patterns),
		cmocka_unit_test(test_unknown_format_is_a_bug),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
