/* test_describe - who may see a referral: whose desks send, give, get or have it, and what of it.
 */
#include "tests/unit/unit.h"

#include <json-c/json.h>
#include <string.h>

#include "hub/web/referral/describe.h"
#include "tests/support/edge_conf.h"
#include "tests/support/world.h"

/* Desks by their place in the client: 0 the city's, 1 the WSP's, -1 nobody's. */
static void test_whose_it_is(void **state)
{
	static const struct {
		int32_t sender, giver, target, owner;
		bool is_citys;
	} rows[] = {
		{0, 1, 1, 1, true},
		{1, 0, 1, 1, true},
		{1, 1, 0, 1, true},
		{1, 1, 1, 0, true},
		{1, 1, 1, 1, false},
		{-1, -1, -1, -1, false},
		{2, 9, 2, 2, false},
	};
	struct bytes desks[] = {bytes_of_string("gemeente-rotterdam"),
		bytes_of_string("wsp-rijnmond"), bytes_of_string("gone")};
	/* The city's message names the referral; that alone gives it no part. */
	const struct message message = {.partner = bytes_of_string(EDGE_CONF_CITY)};
	const struct view_message named_by = {.message = &message};
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		const struct client_referral referral = {
			.sender = rows[i].sender, .giver = rows[i].giver, .target = rows[i].target};
		const struct client client = {
			.desks = desks, .desks_count = 3, .owner = rows[i].owner};
		const struct view_referral found = {
			.client = &client, .referral = &referral, .created_by = &named_by};
		const struct describe describe = {.rules = &edge_conf()->rules,
			.partner = edge_conf()->partners[0].rules,
			.found = &found};
		assert_int_equal(describe_is_own(&describe), rows[i].is_citys);
	}
}

static struct world world;
static struct rules rules;
static struct rules_partner partners[8];
static struct json_object *told;

/* A client that wsp has got from uwv. */
static int live(void **state)
{
	(void)state;
	rules = world_rules();
	memcpy(partners, rules.partners, rules.partners_count * sizeof(*partners));
	rules.partners = partners;
	for (size_t i = 0; i < rules.partners_count; i++) {
		partners[i].feedback = RULES_FEEDBACK_FULL;
		partners[i].disclose_owner = RULES_DISCLOSE_NOTHING;
	}
	world_init(&world);
	world_refer(&world, 1, "uwv", "wsp", REFERRAL_KIND_TRANSFER);
	world_send(&world);
	world_act(&world, 1, ACTION_ACCEPT, "wsp");
	world_send(&world);
	return 0;
}

static int die(void **state)
{
	(void)state;
	json_object_put(told);
	told = NULL;
	world_done(&world);
	return 0;
}

static struct rules_partner *partner_of(const char *desk)
{
	const struct rules_partner *found = rules_partner_of_desk(&rules, bytes_of_string(desk));
	return &partners[found - partners];
}

static void act(enum action action, const char *desk)
{
	world_act(&world, 1, action, desk);
	assert_int_equal(world_send(&world)->result, RESULT_APPLIED);
}

/* false: it is not for that desk's partner. Leaves what is told in `told`. */
static bool look(const char *desk, bool is_coordinator)
{
	const struct view_referral found = {
		.client = &world.state.client, .referral = world_find(&world, 1)};
	const struct describe describe = {.rules = &rules,
		.partner = partner_of(desk),
		.is_coordinator = is_coordinator,
		.found = &found};
	json_object_put(told);
	told = NULL;
	if (!describe_is_own(&describe))
		return false;
	told = describe_referral(&describe, 0);
	return true;
}

/* The member at a path such as "client.status", as text; NULL: there is none. */
static const char *at(const char *path)
{
	struct json_object *object = told;
	char name[40];
	while (*path != '\0') {
		size_t size = strcspn(path, ".");
		memcpy(name, path, size);
		name[size] = '\0';
		if (!json_object_object_get_ex(object, name, &object))
			return NULL;
		path += size + (path[size] == '.' ? 1 : 0);
	}
	return json_object_get_string(object);
}

static void expect(const char *path, const char *text)
{
	if (text == NULL)
		assert_null(at(path));
	else
		assert_string_equal(at(path), text);
}

static void test_how_far_it_is_and_what_came_of_it(void **state)
{
	static const struct {
		enum rules_feedback feedback;
		const char *progress, *outcome;
	} rows[] = {{RULES_FEEDBACK_FULL, "CONTACTED", "ADVICE_GIVEN"},
		{RULES_FEEDBACK_CLOSURE, NULL, "ADVICE_GIVEN"}, {RULES_FEEDBACK_NONE, NULL, NULL}};
	(void)state;
	act(ACTION_PROGRESS, "wsp");
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		partner_of("wsp")->feedback = rows[i].feedback;
		assert_true(look("uwv", false));
		expect("progress", rows[i].progress);
		expect("outcome", NULL);
	}
	act(ACTION_COMPLETE, "wsp");
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		partner_of("wsp")->feedback = rows[i].feedback;
		assert_true(look("uwv", false));
		expect("progress", NULL);
		expect("outcome", rows[i].outcome);
		expect("next_step", rows[i].outcome == NULL ? NULL : "NONE");
	}
}

/* The day is no secret, what it is for is the target's to tell. */
static void test_a_hold_is_looked_at_on_its_day(void **state)
{
	(void)state;
	act(ACTION_HOLD, "wsp");
	assert_true(look("uwv", false));
	expect("client.next_action.duty", "REVIEW_HOLD");
	expect("client.next_action.by", "2026-03-31T22:00:00Z");
	expect("review_on", "2026-04-01");
	partner_of("wsp")->feedback = RULES_FEEDBACK_NONE;
	assert_true(look("uwv", false));
	expect("client.next_action.duty", NULL);
	expect("review_on", NULL);
	expect("client.next_action.by", "2026-03-31T22:00:00Z");
	assert_true(look("wsp", false));
	expect("client.next_action.duty", "REVIEW_HOLD");
}

static void test_a_coordinator_sees_what_to_decide_about(void **state)
{
	(void)state;
	partner_of("wsp")->feedback = RULES_FEEDBACK_NONE;
	assert_false(look("coordinator", false));
	assert_false(look("roc", true));
	assert_true(look("coordinator", true));
	expect("state", "ACCEPTED");
	expect("client.responsible.desk", "wsp");
	expect("actions.coordinator", "[ \"ASSIGN\" ]");
	expect("actions.wsp", NULL);
	act(ACTION_COMPLETE, "wsp");
	assert_true(look("coordinator", true));
	expect("actions.coordinator", "[ \"ACKNOWLEDGE\", \"ASSIGN\" ]");
}

/* Its desk may be the entry desk, which is told of much. */
static void test_without_its_token_nobody_is_a_coordinator(void **state)
{
	(void)state;
	struct rules_region region = rules.regions[0];
	region.coordinator = "wsp";
	rules.regions = &region;
	rules.regions_count = 1;
	assert_true(look("wsp", false));
	assert_non_null(strstr(at("actions.wsp"), "COMPLETE"));
	assert_null(strstr(at("actions.wsp"), "ASSIGN"));
	assert_true(look("wsp", true));
	assert_non_null(strstr(at("actions.wsp"), "ASSIGN"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whose_it_is),
		cmocka_unit_test_setup_teardown(test_how_far_it_is_and_what_came_of_it, live, die),
		cmocka_unit_test_setup_teardown(test_a_hold_is_looked_at_on_its_day, live, die),
		cmocka_unit_test_setup_teardown(
			test_a_coordinator_sees_what_to_decide_about, live, die),
		cmocka_unit_test_setup_teardown(
			test_without_its_token_nobody_is_a_coordinator, live, die),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
