/* test_outstanding - the open referrals that one system of a partner sent. */
#include "tests/support/life.h"
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "hub/view/database.h"
#include "hub/view/outstanding.h"

static struct life life;
static struct outstanding_of of;
static char seen[200]; /* " WZ-1 WZ-2!": the cases, those that are asked about already with a "!" */

static int start(void **state)
{
	(void)state;
	life_init(&life);
	view_file_begin(life.file);
	view_file_end(life.file);
	of = (struct outstanding_of){
		bytes_of_string("00000099000000000001"), bytes_of_string("sonar"), &life.rules};
	return 0;
}

static int stop(void **state)
{
	(void)state;
	life_done(&life);
	return 0;
}

static void say(void)
{
	world_send(&life.world);
	assert_int_equal(life.world.decision.event.result, RESULT_APPLIED);
	life_put_decision(&life);
}

static void refer(uint8_t referral, const char *from, const char *system, const char *case_)
{
	world_refer(&life.world, referral, from, "wsp", REFERRAL_KIND_SERVICE);
	life.world.message.system = bytes_of_string(system);
	life.world.message.case_ = bytes_of_string(case_);
	say();
}

static void act(uint8_t referral, enum action action, const char *desk, const char *case_)
{
	world_act(&life.world, referral, action, desk);
	life.world.message.system = bytes_of_string("sonar");
	life.world.message.case_ = bytes_of_string(case_);
	say();
}

static void note(const struct outstanding *item)
{
	size_t size = strlen(seen);
	snprintf(seen + size, sizeof(seen) - size, " %.*s%s", BYTES_ARG(item->case_),
		item->is_asked ? "!" : "");
}

static const char *all_of(void)
{
	struct outstanding_page page;
	seen[0] = '\0';
	view_file_begin(life.file);
	assert_int_equal(outstanding_next(life.file->reader, &of, 0, &page, &life.file->err), OK);
	assert_true(page.is_last);
	for (size_t i = 0; i < page.count; i++)
		note(&page.items[i]);
	view_file_end(life.file);
	return seen;
}

static bool finds(uint8_t referral)
{
	struct outstanding found;
	view_file_begin(life.file);
	assert_int_equal(outstanding_find(life.file->reader, &of, world_referral(referral), &found,
				 &life.file->err),
		OK);
	bool is_found = found.case_.data != NULL;
	view_file_end(life.file);
	return is_found;
}

static void only_those_of_the_partner_and_its_system(void **state)
{
	(void)state;
	refer(1, "uwv", "sonar", "WZ-1");
	refer(2, "uwv", "sonar", "WZ-2");
	refer(3, "uwv", "other", "WZ-3");
	refer(4, "gemeente", "sonar", "WZ-4");
	assert_string_equal(all_of(), " WZ-1 WZ-2");
	assert_true(finds(1));
	assert_false(finds(3));
	assert_false(finds(4));
	assert_false(finds(9));
	of.partner = bytes_of_string("00000099000000000002");
	assert_string_equal(all_of(), " WZ-4");
}

static void what_has_ended_is_not_open(void **state)
{
	(void)state;
	refer(1, "uwv", "sonar", "WZ-1");
	refer(2, "uwv", "sonar", "WZ-2");
	act(1, ACTION_ACCEPT, "wsp", NULL);
	act(1, ACTION_COMPLETE, "wsp", NULL);
	assert_string_equal(all_of(), " WZ-2");
	assert_false(finds(1));
}

/* The receiver's own case of it, under the same name of a system. */
static void a_word_about_it_is_not_its_sending(void **state)
{
	(void)state;
	refer(1, "gemeente", "klantvolg", "G-1");
	refer(2, "uwv", "sonar", "WZ-2");
	act(1, ACTION_ACCEPT, "wsp", "W-1");
	of.partner = bytes_of_string("00000099000000000003");
	assert_string_equal(all_of(), "");
	assert_false(finds(1));
}

static void who_was_asked_is_told_apart(void **state)
{
	(void)state;
	refer(1, "uwv", "sonar", "WZ-1");
	refer(2, "uwv", "sonar", "WZ-2");
	world_hub(&life.world, 1, ACTION_VANISHED);
	say();
	assert_string_equal(all_of(), " WZ-1! WZ-2");
	refer(1, "uwv", "sonar", "WZ-1");
	assert_string_equal(all_of(), " WZ-1 WZ-2");
}

static int64_t said_at(const char *case_)
{
	int64_t at = -1;
	view_file_begin(life.file);
	assert_int_equal(outstanding_said_at(life.file->reader, &of, bytes_of_string(case_), &at,
				 &life.file->err),
		OK);
	view_file_end(life.file);
	return at;
}

static void the_last_word_under_a_case_counts(void **state)
{
	(void)state;
	refer(1, "uwv", "sonar", "WZ-1");
	int64_t first = said_at("WZ-1");
	assert_true(first > 0);
	assert_int_equal(said_at("WZ-2"), 0);
	refer(2, "uwv", "other", "WZ-1");
	assert_int_equal(said_at("WZ-1"), first);
	refer(1, "uwv", "sonar", "WZ-1");
	assert_true(said_at("WZ-1") > first);
}

/* After a rebuild of the view intake has no more what came longer ago than it keeps. */
static void what_intake_keeps_no_more_is_left_out(void **state)
{
	(void)state;
	refer(1, "uwv", "sonar", "WZ-1");
	refer(2, "uwv", "sonar", "WZ-2");
	life_spoil(&life,
		"UPDATE messages SET value = NULL, partner = NULL, system = NULL, case_id = NULL,"
		" referral = NULL WHERE case_id = 'WZ-1'");
	assert_string_equal(all_of(), " WZ-2");
	refer(1, "uwv", "sonar", "WZ-1");
	assert_string_equal(all_of(), " WZ-1 WZ-2");
}

/* Clients like the one that is there, under ids of their own; their referral has an Event each. */
static void put_many(int count)
{
	char text[500];
	snprintf(text, sizeof(text),
		"WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < %d)"
		" INSERT INTO clients (client, version, status, owner, value)"
		" SELECT CAST(printf('%%016d', i) AS BLOB), 1, i %% 2, owner, value"
		" FROM clients, n WHERE row = 1",
		count);
	life_spoil(&life, text);
}

static void many_clients_are_many_pages(void **state)
{
	struct outstanding_page page = {0};
	size_t pages = 0, count = 0;
	int64_t after = 0;
	(void)state;
	refer(1, "uwv", "sonar", "WZ-1");
	put_many(1000);
	do {
		view_file_begin(life.file);
		assert_int_equal(
			outstanding_next(life.file->reader, &of, after, &page, &life.file->err),
			OK);
		view_file_end(life.file);
		assert_true(page.after > after);
		after = page.after;
		count += page.count;
		pages++;
	} while (!page.is_last);
	assert_true(pages > 2);
	assert_int_equal(count, 501); /* every second one is closed */
}

#define LIFE(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LIFE(only_those_of_the_partner_and_its_system),
		LIFE(what_has_ended_is_not_open),
		LIFE(a_word_about_it_is_not_its_sending),
		LIFE(who_was_asked_is_told_apart),
		LIFE(the_last_word_under_a_case_counts),
		LIFE(what_intake_keeps_no_more_is_left_out),
		LIFE(many_clients_are_many_pages),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
