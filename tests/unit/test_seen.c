/* test_seen - what was added is never denied, what was not seldom claimed, and a file is loaded. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "hub/view/seen.h"
#include "tests/support/view_file.h"

#define ITEMS 1000000

static struct bytes text(const char *s)
{
	return bytes_of_string(s);
}

static void put_case(struct view_file *file, int64_t offset, const char *partner, const char *name)
{
	struct referral referral = {.question = text("WERK"),
		.origin = text("PARTNER"),
		.urgency = text("NORMAL"),
		.purpose = text("GUIDANCE")};
	struct message message = {.partner = text(partner),
		.system = text("suite"),
		.reference = text("r"),
		.case_ = text(name),
		.leg = text(""),
		.body_referral = &referral};
	view_file_put(file, TOPIC_INTAKE, offset, &message);
}

static void put_key(struct view_file *file, uint8_t owner)
{
	struct data_key key = {.wrapped = text("wrapped"), .master = text("one")};
	memset(key.key.data, owner, 16);
	view_file_put(file, TOPIC_KEYS, owner, &key);
}

static bool has_key(const struct seen *seen, uint8_t owner)
{
	uint8_t whole[16];
	memset(whole, owner, sizeof(whole));
	return seen_may_have_key(seen, whole);
}

static void test_a_file_is_loaded(void **state)
{
	struct view_file *file = view_file_new();
	struct seen *seen = seen_new();
	struct err err = {0};
	(void)state;

	put_case(file, 1, "99", "zaak-1");
	put_case(file, 2, "98", "zaak-2");
	view_file_put(file, TOPIC_INTAKE, 3, NULL);
	put_key(file, 7);
	assert_true(seen_may_have_case(seen, text("97"), text("zaak-3")));
	assert_true(has_key(seen, 8));

	assert_int_equal(seen_load(seen, file->db, &err), OK);
	assert_true(seen_may_have_case(seen, text("99"), text("zaak-1")));
	assert_true(seen_may_have_case(seen, text("98"), text("zaak-2")));
	assert_true(has_key(seen, 7));
	assert_false(seen_may_have_case(seen, text("98"), text("zaak-1")));
	assert_false(seen_may_have_case(seen, text("97"), text("zaak-3")));
	assert_false(has_key(seen, 8));

	seen_add_case(seen, text("97"), text("zaak-3"));
	assert_true(seen_may_have_case(seen, text("97"), text("zaak-3")));
	seen_free(seen);
	view_file_free(file);
}

static void test_what_is_long(void **state)
{
	struct view_file *file = view_file_new();
	struct seen *seen = seen_new();
	struct err err = {0};
	char name[400];
	(void)state;

	memset(name, 'z', sizeof(name));
	assert_int_equal(seen_load(seen, file->db, &err), OK);
	seen_add_case(seen, bytes_of(name, 100), bytes_of(name, sizeof(name)));
	assert_true(seen_may_have_case(seen, bytes_of(name, 100), bytes_of(name, sizeof(name))));
	seen_free(seen);
	view_file_free(file);
}

static bool ask(const struct seen *seen, int number)
{
	char name[40];
	snprintf(name, sizeof(name), "zaak-%d", number);
	return seen_may_have_case(seen, text("00000099000000001000"), text(name));
}

static void test_a_million(void **state)
{
	struct view_file *file = view_file_new();
	struct seen *seen = seen_new();
	struct err err = {0};
	int wrong = 0;
	(void)state;

	assert_int_equal(seen_load(seen, file->db, &err), OK);
	for (int i = 0; i < ITEMS; i++) {
		char name[40];
		snprintf(name, sizeof(name), "zaak-%d", i);
		seen_add_case(seen, text("00000099000000001000"), text(name));
	}
	for (int i = 0; i < ITEMS; i++)
		assert_true(ask(seen, i));
	for (int i = ITEMS; i < 2 * ITEMS; i++)
		wrong += ask(seen, i);
	print_message("of %d others %d are taken for seen\n", ITEMS, wrong);
	assert_true(wrong < ITEMS / 1000);
	seen_free(seen);
	view_file_free(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_file_is_loaded),
		cmocka_unit_test(test_what_is_long),
		cmocka_unit_test(test_a_million),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
