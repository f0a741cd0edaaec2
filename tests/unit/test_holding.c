/* test_holding - what topic facts says of snapshots, and when a person must look at one. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "hub/flow/source/snapshot/holding.h"

#define HASH "00112233445566778899aabbccddeeff"
#define OIN "00000099000000002000"

static struct buffer text;
static struct arena arena;
static char id[HOLDING_ID_SIZE];

static int end(void **state)
{
	(void)state;
	buffer_done(&text);
	arena_done(&arena);
	return 0;
}

static struct holding some(void)
{
	return (struct holding){.source = bytes_of_string(OIN "/export"),
		.hash = bytes_of_string(HASH),
		.document = bytes_of_string("week 48.csv"),
		.listed = bytes_of_string(HASH HASH),
		.taken_at = 1000,
		.at = 2000,
		.open = 20,
		.gone = 2,
		.nameless = 1};
}

static void a_fact_says_what_it_was_given(void **state)
{
	struct holding given = some(), read;
	(void)state;
	struct fact fact = holding_fact(FACT_KIND_CURSOR, &given, id, &text);
	assert_true(bytes_equal_string(fact.id, "snapshot/" OIN "/export"));
	assert_true(holding_read(&fact, &read));
	assert_true(bytes_equal(read.source, given.source));
	assert_true(bytes_equal(read.hash, given.hash));
	assert_true(bytes_equal(read.document, given.document));
	assert_int_equal(read.taken_at, 1000);
	assert_int_equal(read.at, 2000);
	assert_int_equal(read.open, 20);
	assert_int_equal(read.gone, 2);
	assert_int_equal(read.nameless, 1);
	assert_false(read.is_released);
	struct bytes list = holding_list(&read, &arena);
	assert_int_equal(list.size, 32);
	assert_int_equal(list.data[1], 0x11);
	assert_memory_equal(list.data, list.data + 16, 16);
}

static void a_hold_has_no_list_and_ends_with_its_release(void **state)
{
	struct holding given = some(), read;
	(void)state;
	struct fact fact = holding_fact(FACT_KIND_HOLD, &given, id, &text);
	assert_true(holding_read(&fact, &read));
	assert_int_equal(read.listed.size, 0);
	assert_false(read.is_released);
	given.is_released = true;
	fact = holding_fact(FACT_KIND_HOLD, &given, id, &text);
	assert_true(fact.has_to);
	assert_true(holding_read(&fact, &read));
	assert_true(read.is_released);
}

static void a_file_has_no_name(void **state)
{
	struct holding given = some(), read;
	(void)state;
	given.document = (struct bytes){0};
	struct fact fact = holding_fact(FACT_KIND_CURSOR, &given, id, &text);
	assert_true(holding_read(&fact, &read));
	assert_int_equal(read.document.size, 0);
	assert_int_equal(read.nameless, 1);
	assert_true(bytes_equal(read.listed, given.listed));
}

static void other_facts_and_broken_ones_are_none(void **state)
{
	static const struct {
		const char *id, *text;
		bool has_from;
	} rows[] = {
		{"wsp-rijnmond", "on holiday", true},
		{"snapshot/", HASH " 1 2 3 name", true},
		{"snapshot/x/y", NULL, true},
		{"snapshot/x/y", "", true},
		{"snapshot/x/y", HASH, true},
		{"snapshot/x/y", HASH " 1 2", true},
		{"snapshot/x/y", HASH " 1 two 3 name", true},
		{"snapshot/x/y", "0011 1 2 3 name", true},
		{"snapshot/x/y", HASH " 1 2 3 name", false},
	};
	struct holding read;
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		const struct fact fact = {.kind = FACT_KIND_HOLD,
			.id = bytes_of_string(rows[i].id),
			.has_from = rows[i].has_from,
			.text = bytes_of_string(rows[i].text)};
		assert_false(holding_read(&fact, &read));
	}
}

static void a_damaged_list_is_none(void **state)
{
	static const char *const lists[] = {
		"00", HASH "0", HASH "zz112233445566778899aabbccddeeff"};
	struct holding holding = some();
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(lists); i++) {
		holding.listed = bytes_of_string(lists[i]);
		assert_null(holding_list(&holding, &arena).data);
	}
	holding.listed = bytes_of_string("");
	assert_int_equal(holding_list(&holding, &arena).size, 0);
}

static void finds_its_source_among_all(void **state)
{
	struct fact facts[2] = {{.id = bytes_of_string("desk")}};
	const struct fact *items[2] = {&facts[0], &facts[1]};
	const struct view_facts all = {items, 2};
	struct holding given = some();
	(void)state;
	facts[1] = holding_fact(FACT_KIND_HOLD, &given, id, &text);
	assert_int_equal(holding_find(&all, given.source).gone, 2);
	assert_int_equal(holding_find(&all, bytes_of_string(OIN "/other")).source.size, 0);
}

static void a_url_is_made_printable(void **state)
{
	char out[HOLDING_DOCUMENT_MAX + 1], name[300];
	(void)state;
	holding_document(bytes_of_string("week 48\n\xff.csv"), out);
	assert_string_equal(out, "week_48__.csv");
	memset(name, 'a', sizeof(name));
	holding_document(bytes_of(name, sizeof(name)), out);
	assert_int_equal(strlen(out), HOLDING_DOCUMENT_MAX);
	holding_document((struct bytes){0}, out);
	assert_string_equal(out, "");
}

static void a_person_looks_when_too_much_is_missing(void **state)
{
	static const struct {
		int64_t open, gone, nameless;
		int32_t limit, few;
		bool is_due;
	} rows[] = {
		{100, 0, 0, 5, 3, false},
		{100, 5, 0, 5, 3, false},
		{100, 6, 0, 5, 3, true},
		{1000, 50, 0, 5, 3, false},
		{1000, 51, 0, 5, 3, true},
		{4, 3, 0, 5, 3, false}, /* few, whatever part they are */
		{10, 4, 0, 5, 3, true},
		{3, 3, 0, 5, 3, true}, /* but all */
		{1, 1, 0, 5, 3, false}, /* and one is not many */
		{1, 1, 0, 5, 0, true},
		{100, 1, 0, 0, 0, true},
		{100, 0, 2, 5, 3, false}, /* a row that cannot be read may be who is missing */
		{100, 1, 2, 5, 3, true},
		{100, 1, 2, 100, 3, true},
		{100, 100, 0, 100, 0, false},
		{1000000, 50000, 0, 5, 3, false},
	};
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		const struct holding holding = {
			.open = rows[i].open, .gone = rows[i].gone, .nameless = rows[i].nameless};
		const struct conf_source source = {
			.vanished_limit = rows[i].limit, .vanished_few = rows[i].few};
		if (holding_is_due(&holding, &source) != rows[i].is_due)
			fail_msg("row %zu", i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fact_says_what_it_was_given),
		cmocka_unit_test(a_hold_has_no_list_and_ends_with_its_release),
		cmocka_unit_test(a_file_has_no_name),
		cmocka_unit_test(other_facts_and_broken_ones_are_none),
		cmocka_unit_test(a_damaged_list_is_none),
		cmocka_unit_test(finds_its_source_among_all),
		cmocka_unit_test(a_url_is_made_printable),
		cmocka_unit_test(a_person_looks_when_too_much_is_missing),
	};
	return cmocka_run_group_tests(tests, NULL, end);
}
