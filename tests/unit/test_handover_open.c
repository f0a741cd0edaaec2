/* test_handover_open - stories of what a Referral must bring, and of one that is sent again. */
#include "tests/unit/story.h"

#include "hub/handover/handover.h"

static void expect_invalid(const char *field)
{
	EXPECT_CODE(REJECTION_CODE_INVALID);
	assert_true(bytes_equal_string(world.decision.event.field, field));
	EXPECT_ROWS("");
	EXPECT_TOLD("VERDICT>uwv#0");
	assert_false(world.decision.changes_client);
}

static void prepare(const char *to)
{
	world_refer(&world, 1, "uwv", to, REFERRAL_KIND_TRANSFER);
}

static void consent_without_its_moment_is_refused(void **state)
{
	(void)state;
	prepare("wsp");
	world.body.legal_basis.kind = LEGAL_BASIS_KIND_CONSENT;
	world_send(&world);
	expect_invalid("body.Referral.legal_basis.given_at");
}

static void an_employer_as_subject_is_named(void **state)
{
	struct employer employer = {0};

	(void)state;
	prepare("wsp");
	world.body.subject = SUBJECT_EMPLOYER;
	world_send(&world);
	expect_invalid("body.Referral.employer");
	prepare("wsp");
	world.body.subject = SUBJECT_EMPLOYER;
	world.body.employer = &employer;
	world_send(&world);
	EXPECT_ROWS("1:SUBMITTED");
	assert_int_equal(world_find(&world, 1)->subject, SUBJECT_EMPLOYER);
}

static void an_offer_rests_for_two_years_at_most(void **state)
{
	(void)state;
	prepare("wsp");
	world.body.has_not_before = true;
	world.body.not_before = calendar_date(world.now) + HANDOVER_DAYS_AHEAD_MAX + 1;
	world_send(&world);
	expect_invalid("body.Referral.not_before");
	world.body.not_before--;
	world_send(&world);
	EXPECT_ROWS("1:SUBMITTED");
	assert_true(runs(1, CLOCK_NAME_T12));
}

static void a_partner_sends_from_its_own_desks(void **state)
{
	(void)state;
	prepare("wsp");
	world.body.from_desk = bytes_of_string("gemeente");
	world_send(&world);
	expect_invalid("body.Referral.from_desk");
	world.body.from_desk = bytes_of_string("nowhere");
	world_send(&world);
	expect_invalid("body.Referral.from_desk");
}

/* It has been taken out of config since. */
static void whoever_is_no_partner_registers_nobody(void **state)
{
	(void)state;
	prepare("wsp");
	world.body.from_desk = (struct bytes){0};
	world.message.partner = bytes_of_string("00000000000000009999");
	world_send(&world);
	EXPECT_CODE(REJECTION_CODE_INVALID);
	assert_true(bytes_equal_string(world.decision.event.field, "partner"));
	EXPECT_ROWS("");
	EXPECT_TOLD("");
}

static void a_desk_that_nobody_knows_is_no_target(void **state)
{
	(void)state;
	prepare("nowhere");
	world_send(&world);
	expect_invalid("body.Referral.to_desk");
}

/* As prepare, but to go out on that day. */
static void send_for(const char *to, int32_t days)
{
	prepare(to);
	world.body.has_not_before = true;
	world.body.not_before = calendar_date(world.now) + days;
	world_send(&world);
}

static void the_day_of_an_offer_that_rests_can_be_moved(void **state)
{
	(void)state;
	send_for("wsp", 3);
	EXPECT_TOLD("");
	send_for("wsp", 5);
	EXPECT_ROWS("1c:SUBMITTED");
	EXPECT_TOLD("");
	assert_int_equal(due_of(1, CLOCK_NAME_T12), calendar_start(calendar_date(world.now) + 5));
	assert_false(runs(1, CLOCK_NAME_T0));
	send_for("wsp", 0);
	EXPECT_ROWS("1c:SUBMITTED");
	EXPECT_TOLD("OFFER>wsp#1");
	assert_int_equal(world.decision.handovers[0].role, ROLE_TARGET);
	assert_ptr_equal(world.decision.handovers[0].body, &world.body);
	assert_false(runs(1, CLOCK_NAME_T12));
	assert_true(runs(1, CLOCK_NAME_T0));
}

/* While it rested it was taken by telephone: it rests no more. */
static void what_was_taken_meanwhile_rests_no_more(void **state)
{
	(void)state;
	send_for("wsp", 3);
	act(1, ACTION_ACCEPT, "wsp");
	EXPECT_ROWS("2:OFFERED 5:ACCEPTED");
	send_for("wsp", 4);
	EXPECT_ROWS("1c:ACCEPTED");
	EXPECT_TOLD("DETAILS>wsp#2");
	assert_int_equal(world.decision.handovers[0].role, ROLE_TARGET);
	assert_true(runs(1, CLOCK_NAME_T5));
	assert_false(runs(1, CLOCK_NAME_T12));
}

static void the_target_of_a_referral_stays(void **state)
{
	(void)state;
	refer(1, "uwv", "wsp");
	refer(1, "uwv", "leerwerk");
	EXPECT_CODE(REJECTION_CODE_ILLEGAL);
	assert_true(bytes_equal_string(world.decision.event.field, "body.Referral.to_desk"));
	world_refer(&world, 1, "uwv", "wsp", REFERRAL_KIND_SERVICE);
	world_send(&world);
	EXPECT_CODE(REJECTION_CODE_ILLEGAL);
	assert_true(bytes_equal_string(world.decision.event.field, "body.Referral.kind"));
	prepare("wsp");
	world.body.to_desk = (struct bytes){0}; /* it leaves open what it said */
	world.body.urgency = bytes_of_string("URGENT");
	world_send(&world);
	EXPECT_ROWS("1c:SUBMITTED");
	assert_true(world_find(&world, 1)->urgent);
}

static void nobody_is_referred_to_itself(void **state)
{
	(void)state;
	refer(1, "uwv", "wsp");
	act(1, ACTION_DECLINE, "wsp");
	refer(2, "uwv", "uwv");
	EXPECT_CODE(REJECTION_CODE_ILLEGAL);
	assert_true(bytes_equal_string(world.decision.event.field, "body.Referral.to_desk"));
	world_refer(&world, 2, "roc", "roc", REFERRAL_KIND_SERVICE);
	world_send(&world);
	EXPECT_CODE(REJECTION_CODE_ILLEGAL);
	refer(2, "roc", "roc"); /* that it would like to have the client it may say */
	EXPECT_ROWS("1d:SUBMITTED");
}

/* An offer beside others is of their group, and an offer without a group stands alone. */
static void a_second_offer_is_of_the_group_of_the_first(void **state)
{
	static const char *const groups[] = {"g", "h", NULL, "g"};

	(void)state;
	for (uint8_t i = 0; i < UNIT_COUNT(groups); i++) {
		world_refer(&world, (uint8_t)(i + 1), "uwv", "wsp", REFERRAL_KIND_TRANSFER);
		world.body.to_desk = bytes_of_string(i == 0 ? "wsp" : "leerwerk");
		world.body.group = bytes_of_string(groups[i]);
		world_send(&world);
		if (i == 0 || i == 3)
			EXPECT_ROWS("1:SUBMITTED");
		else
			EXPECT_CODE(REJECTION_CODE_ILLEGAL);
	}
	act(1, ACTION_DECLINE, "wsp");
	act(4, ACTION_DECLINE, "leerwerk");
	refer(5, "uwv", "roc");
	refer(6, "uwv", "gemeente"); /* neither has a group */
	EXPECT_CODE(REJECTION_CODE_ILLEGAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(consent_without_its_moment_is_refused),
		STORY(an_employer_as_subject_is_named),
		STORY(an_offer_rests_for_two_years_at_most),
		STORY(a_partner_sends_from_its_own_desks),
		STORY(whoever_is_no_partner_registers_nobody),
		STORY(a_desk_that_nobody_knows_is_no_target),
		STORY(the_day_of_an_offer_that_rests_can_be_moved),
		STORY(what_was_taken_meanwhile_rests_no_more),
		STORY(the_target_of_a_referral_stays),
		STORY(nobody_is_referred_to_itself),
		STORY(a_second_offer_is_of_the_group_of_the_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
