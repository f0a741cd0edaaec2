/* test_recognition - what is said of companies that train, and which referrals it is about. */
#include "tests/unit/unit.h"

#include "hub/base/clock.h"
#include "hub/flow/intake/recognition.h"
#include "tests/support/edge_conf.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct bytes text(const char *text)
{
	return bytes_of_string(text);
}

static struct recognition said(const char *id, const char *code)
{
	struct recognition out;
	const struct fact fact = {
		.kind = FACT_KIND_RECOGNITION, .id = text(id), .text = text(code)};
	assert_true(recognition_read(&fact, &out));
	return out;
}

static void test_a_fact_says_of_whom_what_and_since_when(void **state)
{
	struct recognition one = said("100123456/25655/2026-03-01", "WITHDRAWN");
	char day[11];
	(void)state;
	assert_true(bytes_equal_string(one.leerbedrijf, "100123456"));
	assert_true(bytes_equal_string(one.crebo, "25655"));
	assert_true(bytes_equal_string(one.code, "WITHDRAWN"));
	clock_date_to_text(one.since, day);
	assert_string_equal(day, "2026-03-01");
	one = said("LB-7//2026-03-01", "RECOGNISED");
	assert_true(bytes_equal_string(one.leerbedrijf, "LB-7"));
	assert_int_equal(one.crebo.size, 0);
	assert_false(one.is_heard);
	one = said("LB-7/25655/2026-03-01/heard", "RECOGNISED");
	assert_true(bytes_equal_string(one.leerbedrijf, "LB-7"));
	assert_true(bytes_equal_string(one.crebo, "25655"));
	assert_true(one.is_heard);
}

static void test_what_is_no_such_fact(void **state)
{
	static const char *const ids[] = {"", "100123456", "2026-03-01", "/2026-03-01",
		"//2026-03-01", "100123456//", "100123456//1 maart", "100123456//heard",
		"100123456//2026-03-01/heard/heard"};
	struct recognition out;
	(void)state;
	for (size_t i = 0; i < COUNT(ids); i++) {
		const struct fact fact = {.kind = FACT_KIND_RECOGNITION, .id = text(ids[i])};
		assert_false(recognition_read(&fact, &out));
	}
	const struct fact other = {.kind = FACT_KIND_HOLD, .id = text("100123456//2026-03-01")};
	assert_false(recognition_read(&other, &out));
}

/* Facts of one company, and by which of them a referral is concerned that asks for a crebo. */
static const struct {
	const char *what;
	const char *said[4][2];
	const char *crebo; /* NULL: it names none */
	int withdraws; /* a bit for each */
} rows[] = {
	{"nothing but good news", {{"1//2025-01-01", "ASPIRANT"}, {"1//2025-02-01", "RECOGNISED"}},
		NULL, 0},
	{"withdrawn", {{"1//2025-01-01", "RECOGNISED"}, {"1//2026-03-01", "WITHDRAWN"}}, NULL, 2},
	{"whichever came first", {{"1//2026-03-01", "WITHDRAWN"}, {"1//2025-01-01", "RECOGNISED"}},
		"25655", 1},
	{"recognised again", {{"1//2026-03-01", "WITHDRAWN"}, {"1//2026-04-01", "RECOGNISED"}},
		NULL, 0},
	{"withdrawn twice, the later one counts",
		{{"1//2026-03-01", "WITHDRAWN"}, {"1//2026-05-01", "WITHDRAWN"}}, NULL, 2},
	{"another qualification", {{"1/25998/2026-03-01", "WITHDRAWN"}}, "25655", 0},
	{"this qualification", {{"1/25655/2026-03-01", "WITHDRAWN"}}, "25655", 1},
	{"some qualification of one that names none", {{"1/25655/2026-03-01", "WITHDRAWN"}}, NULL,
		1},
	{"good news of another qualification is none of this one",
		{{"1/25655/2026-03-01", "WITHDRAWN"}, {"1/25998/2026-04-01", "RECOGNISED"}}, NULL,
		1},
	{"good news of all is",
		{{"1/25655/2026-03-01", "WITHDRAWN"}, {"1//2026-04-01", "RECOGNISED"}}, NULL, 0},
	{"all but this one", {{"1//2026-03-01", "WITHDRAWN"}, {"1/25655/2026-03-01", "RECOGNISED"}},
		"25655", 0},
	{"all but another one",
		{{"1//2026-03-01", "WITHDRAWN"}, {"1/25998/2026-03-01", "RECOGNISED"}}, "25655", 1},
	{"two of them", {{"1/25655/2026-03-01", "WITHDRAWN"}, {"1/25998/2026-04-01", "WITHDRAWN"}},
		NULL, 3},
	{"a word of another list", {{"1//2026-03-01", "withdrawn"}}, NULL, 0},
	{"what was heard before SBB said it",
		{{"1//2026-02-28/heard", "RECOGNISED"}, {"1//2026-03-01", "WITHDRAWN"}}, NULL, 2},
	{"what was heard on the day that SBB said it",
		{{"1//2026-03-01", "WITHDRAWN"}, {"1//2026-03-01/heard", "RECOGNISED"}}, NULL, 1},
	{"good news that was heard later never ends what SBB said",
		{{"1//2026-03-01", "WITHDRAWN"}, {"1//2026-03-02/heard", "RECOGNISED"}}, NULL, 1},
	{"bad news that was heard after good news that was heard, and SBB had said it first",
		{{"1//2026-03-05/heard", "RECOGNISED"}, {"1//2026-03-01", "WITHDRAWN"},
			{"1//2026-03-08/heard", "WITHDRAWN"}},
		NULL, 2},
	{"good news that was heard ends bad news that was heard",
		{{"1//2026-03-01/heard", "WITHDRAWN"}, {"1//2026-03-02/heard", "RECOGNISED"}}, NULL,
		0},
	{"bad news that was heard after good news of either",
		{{"1//2026-03-01", "RECOGNISED"}, {"1//2026-03-05/heard", "RECOGNISED"},
			{"1//2026-03-08/heard", "WITHDRAWN"}},
		NULL, 4},
	{"good news that was heard says nothing of a qualification",
		{{"1/25655/2026-03-01", "WITHDRAWN"}, {"1//2026-04-01/heard", "RECOGNISED"}},
		"25655", 1},
	{"bad news that was heard", {{"1//2026-03-01/heard", "WITHDRAWN"}}, "25655", 1},
	{"bad news that was heard, and SBB knows better on that day",
		{{"1//2026-03-01/heard", "WITHDRAWN"}, {"1//2026-03-01", "RECOGNISED"}}, NULL, 0},
	{"bad news that was heard, and SBB knows better of this one",
		{{"1//2026-03-01/heard", "WITHDRAWN"}, {"1/25655/2026-03-01", "RECOGNISED"}},
		"25655", 0},
	{"bad news that was heard again and again",
		{{"1//2026-03-01/heard", "WITHDRAWN"}, {"1//2026-03-08/heard", "WITHDRAWN"},
			{"1//2026-03-05/heard", "WITHDRAWN"}},
		NULL, 1},
	{"bad news that was heard of what SBB had said",
		{{"1//2026-03-08/heard", "WITHDRAWN"}, {"1//2026-03-01", "WITHDRAWN"}}, NULL, 2},
	{"bad news that was heard after good news",
		{{"1//2026-03-01", "WITHDRAWN"}, {"1//2026-03-05", "RECOGNISED"},
			{"1//2026-03-08/heard", "WITHDRAWN"}},
		NULL, 4},
	{"bad news that was heard, of which SBB had said a part",
		{{"1/25655/2026-03-01", "WITHDRAWN"}, {"1//2026-03-08/heard", "WITHDRAWN"}},
		"25998", 2},
};

static void test_what_withdraws_what(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct recognition all[4];
		size_t count = 0;
		int found = 0;
		for (; count < 4 && rows[i].said[count][0] != NULL; count++)
			all[count] = said(rows[i].said[count][0], rows[i].said[count][1]);
		for (size_t one = 0; one < count; one++)
			found |= recognition_withdraws(&all[one], all, count, text(rows[i].crebo))
				<< one;
		if (found != rows[i].withdraws)
			fail_msg("%s: %d", rows[i].what, found);
	}
}

static void test_a_word_is_called_by_what_it_says_of_which_referral(void **state)
{
	struct arena arena = {0};
	const struct recognition_word word = {
		{{0xa3, 0xf1}}, said("100123456//2026-03-01", "WITHDRAWN")};
	(void)state;
	assert_string_equal(recognition_reference(&word, &arena),
		"recognition/100123456//2026-03-01#a3f10000-0000-0000-0000-000000000000");
	arena_done(&arena);
}

static struct raw_status raw;
static struct status_change change;

static struct draft sound(void)
{
	raw = (struct raw_status){.scheme = text("recognition"), .code = text("RECOGNISED")};
	change = (struct status_change){.action = ACTION_RECOGNITION,
		.raw = &raw,
		.has_effective_date = true,
		.effective_date = 20000};
	return (struct draft){.case_ = text("100123456"), .body_status_change = &change};
}

/* The problems' paths, with spaces between them. */
static const char *wrong(const struct draft *draft, bool recognises, struct arena *arena)
{
	struct conf_partner partner = {.recognises = recognises};
	struct problems problems;
	const char *paths = "";
	problems_init(&problems, arena);
	recognition_check(draft, &partner, edge_conf()->codes, &problems);
	for (size_t i = 0; i < problems.count; i++)
		paths = arena_format(
			arena, "%s%s%s", paths, i > 0 ? " " : "", problems.items[i].path);
	return paths;
}

static void test_who_may_say_it_and_how(void **state)
{
	struct arena arena = {0};
	struct draft draft = sound();
	(void)state;
	assert_true(recognition_is_said(&draft));
	assert_string_equal(wrong(&draft, true, &arena), "");
	assert_string_equal(wrong(&draft, false, &arena), "body.StatusChange.action");
	raw.text = text("25655");
	assert_string_equal(wrong(&draft, true, &arena), "");
	raw = (struct raw_status){.code = text("ERKEND"), .text = text("2565")};
	change.has_effective_date = false;
	draft.case_ = text("100/123");
	assert_string_equal(wrong(&draft, true, &arena),
		"case body.StatusChange.raw.code body.StatusChange.raw.text "
		"body.StatusChange.effective_date");
	draft = sound();
	change.raw = NULL;
	draft.case_ = text("12345678901234567890123456789012345678901");
	assert_string_equal(wrong(&draft, true, &arena), "case body.StatusChange.raw.code");
	arena_done(&arena);
}

static void test_what_names_a_referral_or_does_something_else_is_a_message(void **state)
{
	struct draft draft = sound();
	(void)state;
	change.has_referral = true;
	assert_false(recognition_is_said(&draft));
	draft = sound();
	change.action = ACTION_UNKNOWN;
	assert_false(recognition_is_said(&draft));
	draft.body_status_change = NULL;
	assert_false(recognition_is_said(&draft));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_fact_says_of_whom_what_and_since_when),
		cmocka_unit_test(test_what_is_no_such_fact),
		cmocka_unit_test(test_what_withdraws_what),
		cmocka_unit_test(test_a_word_is_called_by_what_it_says_of_which_referral),
		cmocka_unit_test(test_who_may_say_it_and_how),
		cmocka_unit_test(test_what_names_a_referral_or_does_something_else_is_a_message),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
