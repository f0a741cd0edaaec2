/* test_cases - a case keeps its first client, from memory and from the view; a person is told once
 * of another one, and too many are refused. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "hub/flow/intake/cases.h"
#include "hub/seal/seal.h"
#include "tests/support/view_file.h"

static const struct pseudonym anna = {{0xa1}}, bram = {{0xb2}}, carla = {{0xc3}}, dirk = {{0xd4}},
			      emma = {{0xe5}};

struct town {
	struct view_file *file; /* NULL: no view yet */
	struct view_reader *reader;
	struct cases *cases;
	int64_t next, rejections; /* offsets */
};

static struct bytes text(const char *s)
{
	return bytes_of_string(s);
}

static struct view_case case_of(const char *name)
{
	return (struct view_case){text("00000099000000001000"), text("suite"), text(name)};
}

static int set_up(void **state)
{
	static struct town town;
	struct err err = {0};
	town = (struct town){.file = NULL};
	if (seal_start(&err) != OK)
		return 1;
	town.cases = cases_new(NULL, &town.reader);
	*state = &town;
	return 0;
}

static int tear_down(void **state)
{
	struct town *town = *state;
	cases_free(town->cases);
	if (town->file != NULL)
		view_file_free(town->file);
	return 0;
}

/* From now on there is a view, and nothing in memory. */
static void start_again(struct town *town)
{
	if (town->file == NULL) {
		town->file = view_file_new();
		view_file_begin(town->file);
		view_file_end(town->file);
	}
	cases_free(town->cases);
	town->reader = town->file->reader;
	town->cases = cases_new(NULL, &town->reader);
}

/* 0xa1 … of the client whose the case is. */
static int take(struct town *town, const struct view_case *which, struct pseudonym named)
{
	struct cases_key key = cases_key(town->cases, which);
	return cases_take(town->cases, key, which, named).data[0];
}

/* Another one than the case's client is named. */
static enum cases_answer take_other(
	struct town *town, const struct view_case *which, struct pseudonym named)
{
	assert_int_not_equal(take(town, which, named), named.data[0]);
	return cases_take_other(town->cases, cases_key(town->cases, which), which, named);
}

/* A Referral that the view has; result < 0: not decided yet. */
static void put_referral(
	struct town *town, const struct view_case *which, struct pseudonym client, int result)
{
	struct referral referral = {.question = text("WERK"),
		.origin = text("PARTNER"),
		.urgency = text("NORMAL"),
		.purpose = text("GUIDANCE")};
	struct message message = {.partner = which->partner,
		.system = which->system,
		.reference = text("r"),
		.case_ = which->case_,
		.leg = text(""),
		.has_client = true,
		.client = client,
		.body_referral = &referral};
	struct event event = {.has_client = result == RESULT_APPLIED,
		.client = client,
		.has_offset = true,
		.offset = town->next,
		.partner = which->partner,
		.result = (enum result)result,
		.config = text("c")};
	view_file_put(town->file, TOPIC_INTAKE, town->next, &message);
	cases_lies_at(town->cases, cases_key(town->cases, which), client, town->next);
	if (result >= 0)
		view_file_put(town->file, TOPIC_EVENTS, town->next, &event);
	town->next++;
}

static void put_listing(struct town *town, const struct view_case *which, struct pseudonym client,
	struct pseudonym other)
{
	struct rejection rejection = {.code = REJECTION_CODE_CASE_TWICE,
		.text = text("merge them"),
		.owner = text("gemeente"),
		.since = 1,
		.has_client = true,
		.client = client,
		.has_other = true,
		.other = other,
		.partner = which->partner,
		.case_ = which->case_,
		.original = text("x")};
	view_file_put(town->file, TOPIC_REJECTED, town->rejections++, &rejection);
}

static void test_the_first_client_stays(void **state)
{
	struct town *town = *state;
	const struct view_case which = case_of("c1");
	assert_int_equal(take(town, &which, anna), 0xa1);
	assert_int_equal(take(town, &which, anna), 0xa1);
	assert_int_equal(take(town, &which, bram), 0xa1);
	assert_int_equal(take(town, &which, bram), 0xa1);
	assert_int_equal(take(town, &which, anna), 0xa1);
}

/* Partner, system and case all count, and where one ends and the next begins. */
static void test_what_makes_a_case(void **state)
{
	static const char *const others[][3] = {{"p2", "s", "c"}, {"p", "s2", "c"},
		{"p", "s", "c2"}, {"p", "", "sc"}, {"ps", "", "c"}, {"p", "s", ""}};
	struct town *town = *state;
	const struct view_case which = {text("p"), text("s"), text("c")};
	assert_int_equal(take(town, &which, anna), 0xa1);
	for (size_t i = 0; i < UNIT_COUNT(others); i++) {
		const struct view_case other = {
			text(others[i][0]), text(others[i][1]), text(others[i][2])};
		assert_int_equal(take(town, &other, bram), 0xb2);
	}
	assert_int_equal(take(town, &which, bram), 0xa1);
}

static void test_the_view_knows_older_ones(void **state)
{
	struct town *town = *state;
	const struct view_case which = case_of("c1"), other = case_of("c2");
	struct view_case elsewhere = case_of("c1");
	elsewhere.system = text("other");
	start_again(town);
	put_referral(town, &which, anna, RESULT_APPLIED);
	put_referral(town, &which, bram, RESULT_APPLIED);
	assert_int_equal(take(town, &which, bram), 0xa1);
	assert_int_equal(take(town, &other, bram), 0xb2);
	assert_int_equal(take(town, &elsewhere, bram), 0xb2);
	elsewhere = case_of("c1");
	elsewhere.partner = text("00000099000000002000");
	assert_int_equal(take(town, &elsewhere, carla), 0xc3);
}

static void test_one_that_is_not_decided_yet_holds_its_case(void **state)
{
	struct town *town = *state;
	const struct view_case which = case_of("c1");
	start_again(town);
	put_referral(town, &which, anna, -1);
	assert_int_equal(take(town, &which, bram), 0xa1);
}

/* What never became a referral does not hold its case: neither in the view nor in memory. */
static void test_a_rejected_one_lets_go(void **state)
{
	struct town *town = *state;
	const struct view_case which = case_of("c1");
	start_again(town);
	assert_int_equal(take(town, &which, anna), 0xa1);
	put_referral(town, &which, anna, RESULT_REJECTED);
	assert_int_equal(take(town, &which, bram), 0xb2);
	start_again(town);
	assert_int_equal(take(town, &which, bram), 0xb2);
	put_referral(town, &which, bram, RESULT_APPLIED);
	start_again(town);
	assert_int_equal(take(town, &which, anna), 0xb2);
}

/* The view, which lags, saw one rejected before the one that memory has. */
static void test_an_older_rejection_takes_nothing_away(void **state)
{
	struct town *town = *state;
	const struct view_case which = case_of("c1");
	start_again(town);
	put_referral(town, &which, anna, RESULT_REJECTED);
	assert_int_equal(take(town, &which, bram), 0xb2);
	assert_int_equal(take(town, &which, carla), 0xb2);
	put_referral(town, &which, bram, RESULT_REJECTED);
	assert_int_equal(take(town, &which, carla), 0xc3);
}

/* Of the same client, who was referred once more since. */
static void test_nor_does_one_of_the_same_client(void **state)
{
	struct town *town = *state;
	const struct view_case which = case_of("c1");
	start_again(town);
	assert_int_equal(take(town, &which, anna), 0xa1);
	put_referral(town, &which, anna, RESULT_REJECTED);
	struct cases_key key = cases_key(town->cases, &which);
	assert_int_equal(take(town, &which, anna), 0xa1);
	cases_lies_at(town->cases, key, anna, CASES_ON_ITS_WAY);
	assert_int_equal(take(town, &which, bram), 0xa1);
	cases_lies_at(town->cases, key, anna, town->next); /* and the view has not read it */
	assert_int_equal(take(town, &which, carla), 0xa1);
}

static void test_what_was_not_stored_is_forgotten(void **state)
{
	struct town *town = *state;
	const struct view_case which = case_of("c1");
	assert_int_equal(take(town, &which, anna), 0xa1);
	cases_forget(town->cases, cases_key(town->cases, &which));
	assert_int_equal(take(town, &which, bram), 0xb2);
}

static void test_a_person_is_told_once(void **state)
{
	struct town *town = *state;
	const struct view_case which = case_of("c1"), other = case_of("c2");
	assert_int_equal(take(town, &which, anna), 0xa1);
	assert_int_equal(take_other(town, &which, bram), CASES_LIST);
	assert_int_equal(take_other(town, &which, bram), CASES_KNOWN);

	start_again(town);
	put_referral(town, &which, anna, RESULT_APPLIED);
	put_referral(town, &other, anna, RESULT_APPLIED);
	put_listing(town, &which, anna, bram);
	assert_int_equal(take_other(town, &which, bram), CASES_KNOWN);
	assert_int_equal(take_other(town, &which, carla), CASES_LIST);
	assert_int_equal(take_other(town, &which, bram), CASES_KNOWN);
	assert_int_equal(take_other(town, &other, bram), CASES_LIST);
}

/* The first two others go on, whatever comes between; of the third nothing is kept. */
static void check_too_many(struct town *town, const struct view_case *which)
{
	for (int again = 0; again < 2; again++) {
		assert_int_equal(take_other(town, which, dirk), CASES_TOO_MANY);
		assert_int_equal(take_other(town, which, emma), CASES_TOO_MANY);
		assert_int_equal(take_other(town, which, bram), CASES_KNOWN);
		assert_int_equal(take_other(town, which, carla), CASES_KNOWN);
		assert_int_equal(take(town, which, anna), 0xa1);
	}
}

static void test_one_case_for_many(void **state)
{
	struct town *town = *state;
	const struct view_case which = case_of("onbekend");
	assert_int_equal(take(town, &which, anna), 0xa1);
	assert_int_equal(take_other(town, &which, bram), CASES_LIST);
	assert_int_equal(take_other(town, &which, carla), CASES_LIST);
	check_too_many(town, &which);

	start_again(town);
	put_referral(town, &which, anna, RESULT_APPLIED);
	put_listing(town, &which, anna, bram);
	put_listing(town, &which, anna, bram); /* told again by another edge: the same one */
	assert_int_equal(take_other(town, &which, carla), CASES_LIST);
	check_too_many(town, &which); /* also while the view does not have carla yet */
	put_listing(town, &which, anna, carla);
	check_too_many(town, &which);
	start_again(town);
	check_too_many(town, &which);
}

/* Edges that were asked at once, or an older version, let more through: those go on. */
static void test_more_were_told_already(void **state)
{
	static const struct pseudonym *const others[] = {&bram, &carla, &dirk, &bram, &dirk};
	struct town *town = *state;
	const struct view_case which = case_of("onbekend");
	start_again(town);
	put_referral(town, &which, anna, RESULT_APPLIED);
	for (size_t i = 0; i < 3; i++)
		put_listing(town, &which, anna, *others[i]);
	for (size_t i = 0; i < UNIT_COUNT(others); i++) {
		assert_int_equal(take_other(town, &which, *others[i]), CASES_KNOWN);
		assert_int_equal(take_other(town, &which, emma), CASES_TOO_MANY);
	}
}

/* Those of another case, partner or client are not counted. */
static void test_whose_others(void **state)
{
	struct town *town = *state;
	const struct view_case which = case_of("c1"), other = case_of("c2");
	struct view_case elsewhere = case_of("c1");
	elsewhere.partner = text("00000099000000002000");
	start_again(town);
	put_referral(town, &which, anna, RESULT_APPLIED);
	put_listing(town, &other, anna, bram);
	put_listing(town, &other, anna, carla);
	put_listing(town, &elsewhere, anna, dirk);
	put_listing(town, &elsewhere, anna, emma);
	put_listing(town, &which, bram, dirk);
	put_listing(town, &which, bram, emma);
	assert_int_equal(take_other(town, &which, bram), CASES_LIST);
	assert_int_equal(take_other(town, &which, dirk), CASES_LIST);
	assert_int_equal(take_other(town, &which, emma), CASES_TOO_MANY);
}

/* With another first client all are counted anew. */
static void test_others_of_one_that_let_go(void **state)
{
	struct town *town = *state;
	const struct view_case which = case_of("c1");
	start_again(town);
	assert_int_equal(take(town, &which, dirk), 0xd4);
	assert_int_equal(take_other(town, &which, bram), CASES_LIST);
	assert_int_equal(take_other(town, &which, carla), CASES_LIST);
	put_referral(town, &which, dirk, RESULT_REJECTED);
	assert_int_equal(take(town, &which, anna), 0xa1);
	put_referral(town, &which, anna, RESULT_APPLIED);
	assert_int_equal(take_other(town, &which, bram), CASES_LIST);
	assert_int_equal(take_other(town, &which, dirk), CASES_LIST);
	assert_int_equal(take_other(town, &which, carla), CASES_TOO_MANY);
}

/* More cases than memory holds: the latest are in it, and none is taken for another. */
static void test_memory_is_bounded(void **state)
{
	enum { MANY = 200000, LATEST = 10000 };
	struct town *town = *state;
	for (int i = 0; i < MANY; i++) {
		char name[16];
		snprintf(name, sizeof(name), "%d", i);
		const struct view_case which = case_of(name);
		struct pseudonym client = {{(uint8_t)(i % 251)}};
		assert_int_equal(take(town, &which, client), i % 251);
	}
	int kept = 0;
	for (int i = MANY - LATEST; i < MANY; i++) {
		char name[16];
		snprintf(name, sizeof(name), "%d", i);
		const struct view_case which = case_of(name);
		kept += take(town, &which, (struct pseudonym){{0xff}}) == i % 251;
	}
	assert_in_range(kept, LATEST * 98 / 100, LATEST);
	const struct view_case first = case_of("0");
	assert_int_equal(take(town, &first, bram), 0xb2);
}

static size_t find_twice(struct town *town, struct pseudonym client, int *other)
{
	struct view_twices found;
	view_file_begin(town->file);
	assert_int_equal(view_case_twice(town->file->reader, client, &found, &town->file->err), OK);
	*other = found.count == 0 ? 0 : found.items[0].other.data[0];
	size_t count = found.count;
	view_file_end(town->file);
	return count;
}

/* Those that were listed, and those that two edges let through at once; each sees the other. */
static void test_perhaps_the_same_person(void **state)
{
	struct town *town = *state;
	const struct view_case listed = case_of("c1"), raced = case_of("c2"), wrong = case_of("c3");
	int other;
	start_again(town);
	put_listing(town, &listed, anna, bram);
	put_listing(town, &listed, anna, bram);
	assert_int_equal(find_twice(town, anna, &other), 1);
	assert_int_equal(other, 0xb2);
	assert_int_equal(find_twice(town, bram, &other), 1);
	assert_int_equal(other, 0xa1);
	assert_int_equal(find_twice(town, carla, &other), 0);
	put_referral(town, &raced, carla, RESULT_APPLIED);
	put_referral(town, &raced, anna, RESULT_APPLIED);
	put_referral(town, &wrong, bram, RESULT_APPLIED);
	put_referral(town, &wrong, carla, RESULT_REJECTED);
	assert_int_equal(find_twice(town, anna, &other), 2);
	assert_int_equal(find_twice(town, carla, &other), 1);
	assert_int_equal(other, 0xa1);
	assert_int_equal(find_twice(town, bram, &other), 1);
}

#define TOWN(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TOWN(test_the_first_client_stays),
		TOWN(test_what_makes_a_case),
		TOWN(test_the_view_knows_older_ones),
		TOWN(test_one_that_is_not_decided_yet_holds_its_case),
		TOWN(test_a_rejected_one_lets_go),
		TOWN(test_an_older_rejection_takes_nothing_away),
		TOWN(test_nor_does_one_of_the_same_client),
		TOWN(test_what_was_not_stored_is_forgotten),
		TOWN(test_a_person_is_told_once),
		TOWN(test_one_case_for_many),
		TOWN(test_more_were_told_already),
		TOWN(test_whose_others),
		TOWN(test_others_of_one_that_let_go),
		TOWN(test_memory_is_bounded),
		TOWN(test_perhaps_the_same_person),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
