/* test_audit_rules - each invariant is broken on purpose, and the audit of the view says so. */
#include "tests/unit/audits.h"

static bool is_found(const char *invariant)
{
	for (size_t i = 0; i < findings_count; i++)
		if (strcmp(findings[i], invariant) == 0)
			return true;
	return false;
}

/* uwv gave the client to wsp by 1, and wsp offers it to leerwerk by 2. */
static void offer_on(void)
{
	life_live(&life);
	life_refer(&life, 2, "wsp", "leerwerk");
}

static struct client_referral *referral(uint8_t number)
{
	return &life.world.state.referrals[number - 1];
}

/* A record that no Event left. */
static void put_state(void)
{
	life_put(&life, TOPIC_CLIENTS, &life.world.state.client);
}

static void nobody_has_it(void)
{
	offer_on();
	life.world.state.client.owner = -1;
	put_state();
}

static void another_has_it(void)
{
	offer_on();
	life.world.state.client.owner = referral(1)->sender;
	put_state();
}

static void its_desk_is_gone(void)
{
	offer_on();
	life.world.state.client.desks[life.world.state.client.owner] = bytes_of_string("gone");
	put_state();
}

static void no_clock_runs(void)
{
	offer_on();
	referral(2)->clocks_count = 0;
	put_state();
}

static void nothing_is_next(void)
{
	offer_on();
	life.world.state.client.duty_desk = -1;
	put_state();
}

static void two_accepted(void)
{
	offer_on();
	referral(2)->state = REFERRAL_STATE_ACCEPTED;
	referral(2)->accepted = true;
	put_state();
}

static void two_groups(void)
{
	offer_on();
	*referral(3) = *referral(2);
	referral(3)->group = bytes_of_string("g");
	life.world.state.client.referrals_count = 3;
	put_state();
}

static void asked_of_another(void)
{
	offer_on();
	referral(2)->kind = REFERRAL_KIND_REQUEST;
	put_state();
}

/* What a router would decide, to be changed before it is put. */
static struct event *decide(uint8_t number, enum action action, const char *desk)
{
	world_act(&life.world, number, action, desk);
	world_send(&life.world);
	assert_int_equal(life.world.decision.event.result, RESULT_APPLIED);
	return &life.world.decision.event;
}

static struct transition *last_of(struct event *event)
{
	return &event->transitions[event->transitions_count - 1];
}

static void moved_by_another_row(void)
{
	offer_on();
	last_of(decide(2, ACTION_ACCEPT, "leerwerk"))->row = bytes_of_string("10");
	life.world.decision.event.transitions[1].row = bytes_of_string("10");
	life_put_decision(&life);
}

static void moved_from_another(void)
{
	offer_on();
	decide(2, ACTION_ACCEPT, "leerwerk")->owner->old = bytes_of_string("roc");
	life_put_decision(&life);
}

static void declined_by_a_clock(void)
{
	static struct clock_id id = {.clock = CLOCK_NAME_T6};
	offer_on();
	decide(2, ACTION_DECLINE, "leerwerk")->clock = &id;
	life_put_decision(&life);
}

static void declined_without_a_duty(void)
{
	offer_on();
	decide(2, ACTION_DECLINE, "leerwerk")->armed_count = 0;
	referral(2)->clocks_count = 0;
	life_put_decision(&life);
}

static void completed_unaccepted(void)
{
	life_live(&life);
	last_of(decide(1, ACTION_COMPLETE, "wsp"))->after.accepted = false;
	referral(1)->accepted = false;
	life_put_decision(&life);
}

static void applied_twice(void)
{
	life_live(&life);
	world_send(&life.world);
	assert_int_equal(life.world.decision.event.result, RESULT_DUPLICATE);
	life.world.decision.event.result = RESULT_APPLIED;
	life_put_decision(&life);
}

static void applied_though_stale(void)
{
	life_live(&life);
	decide(1, ACTION_PROGRESS, "wsp");
	life.world.change.has_seen_version = true;
	life.world.change.seen_version = 1;
	life_put_decision(&life);
}

static void parked_and_gone(void)
{
	life_live(&life);
	life_spoil(&life, "UPDATE clients SET parked = 2");
}

static void put_access(const char *purpose, int64_t at)
{
	struct bytes fields[] = {bytes_of_string("name")};
	struct access access = {.client = life.world.message.client,
		.at = at,
		.partner = bytes_of_string("00000099000000000003"),
		.desk = bytes_of_string("wsp"),
		.purpose = bytes_of_string(purpose),
		.fields = fields,
		.fields_count = 1};
	life_put(&life, TOPIC_ACCESS, &access);
}

static void sent_for_nothing(void)
{
	life_live(&life);
	put_access("", life.world.now);
}

static void sent_after_consent_was_withdrawn(void)
{
	life_live(&life);
	life_act(&life, 1, ACTION_WITHDRAW_CONSENT, "wsp");
	put_access("GUIDANCE", life.world.now + 120000);
}

static void sent_round_in_silence(void)
{
	life_refer(&life, 1, "uwv", "wsp");
	life_act(&life, 1, ACTION_DECLINE, "wsp");
	world_refer(&life.world, 2, "uwv", "wsp", REFERRAL_KIND_TRANSFER);
	world_send(&life.world);
	assert_int_equal(referral(2)->escalation, 3);
	life.world.decision.event.transitions[0].after.escalation = 0;
	referral(2)->escalation = 0;
	life_put_decision(&life);
}

static void merged_by_nobody(void)
{
	life_live(&life);
	world_act(&life.world, 1, ACTION_MERGE, "wsp");
	life.world.change.has_other_client = true;
	life.world.change.other_client = (struct pseudonym){{7}};
	life.world.change.has_other_referral = true;
	life.world.change.other_referral = world_referral(7);
	world_send(&life.world);
	life.world.decision.event.partner = bytes_of_string("hub");
	life_put_decision(&life);
}

/* One that says whose it is, and why, and since when. */
static void put_rejection(const char *text, const char *owner, int64_t since)
{
	struct rejection rejection = {.text = bytes_of_string(text),
		.owner = bytes_of_string(owner),
		.since = since,
		.partner = bytes_of_string("00000099000000000001"),
		.original = bytes_of_string("original")};
	life_put(&life, TOPIC_REJECTED, &rejection);
}

static void rejected_without_a_reason(void)
{
	life_live(&life);
	put_rejection("", "uwv", 1);
}

static void rejected_for_nobody(void)
{
	life_live(&life);
	put_rejection("no such desk", "", 1);
}

static void rejected_at_no_time(void)
{
	life_live(&life);
	put_rejection("no such desk", "uwv", 0);
}

struct spoiling {
	const char *invariant;
	void (*live)(void);
	const char *statement; /* afterwards; NULL: none */
};

static const struct spoiling spoilings[] = {
	{"I1", nobody_has_it, NULL},
	{"I1", offer_on, "DELETE FROM clients"},
	{"I2", another_has_it, NULL},
	{"I2", moved_by_another_row, NULL},
	{"I2", moved_from_another, NULL},
	{"I3", no_clock_runs, NULL},
	{"I4", nothing_is_next, NULL},
	{"I5", offer_on, "UPDATE messages SET event = NULL WHERE place = 0"},
	{"I5", offer_on, "UPDATE messages SET events = 2 WHERE place = 0"},
	{"I5", offer_on, "UPDATE messages SET partner = NULL, kind = NULL WHERE place = 0"},
	{"I6", offer_on, "UPDATE messages SET fate = 2 WHERE place = 0"},
	{"I6", rejected_without_a_reason, NULL},
	{"I6", rejected_for_nobody, NULL},
	{"I6", rejected_at_no_time, NULL},
	{"I7", declined_by_a_clock, NULL},
	{"I8", declined_without_a_duty, NULL},
	{"I9", two_accepted, NULL},
	{"G1", two_groups, NULL},
	{"G5", completed_unaccepted, NULL},
	{"1d", asked_of_another, NULL},
	{"I10", applied_twice, NULL},
	{"I11", applied_though_stale, NULL},
	{"I12", parked_and_gone, NULL},
	{"I13", its_desk_is_gone, NULL},
	{"I14", sent_for_nothing, NULL},
	{"I15", sent_after_consent_was_withdrawn, NULL},
	{"I16", sent_round_in_silence, NULL},
	{"I17", merged_by_nobody, NULL},
	{"I19", offer_on, "DELETE FROM handovers WHERE number = 1"},
	{"I19", offer_on, "DELETE FROM handovers"},
	{"I20", offer_on, "UPDATE clients SET hash = x'0000000000000000'"},
};

static void each_invariant_is_found_when_it_is_broken(void **state)
{
	for (size_t i = 0; i < UNIT_COUNT(spoilings); i++) {
		if (i > 0)
			start(state);
		spoilings[i].live();
		life_spoil(&life, "INSERT INTO positions VALUES (0, 0, 0, 100, 100)");
		if (spoilings[i].statement != NULL)
			life_spoil(&life, spoilings[i].statement);
		audit();
		if (!is_found(spoilings[i].invariant))
			fail_msg("row %zu: %s is not found, but %zu others", i,
				spoilings[i].invariant, findings_count);
		if (i + 1 < UNIT_COUNT(spoilings))
			stop(state);
	}
}

static bool is_spoilt(const char *invariant)
{
	for (size_t i = 0; i < UNIT_COUNT(spoilings); i++)
		if (strcmp(spoilings[i].invariant, invariant) == 0)
			return true;
	return false;
}

static void each_rule_has_such_a_test(void **state)
{
	(void)state;
	for (const struct audit_rule *rule = audit_rules; rule->invariant != NULL; rule++)
		assert_true(is_spoilt(rule->invariant));
}

/* What was sent before, or by an edge that had not heard of it yet, is no breach; nor what ops
 * looks at, or what was sent once there is consent again. */
static void what_was_sent_in_time_is_no_finding(void **state)
{
	(void)state;
	life_live(&life);
	put_access("GUIDANCE", life.world.now);
	life.world.now += 60000;
	life_act(&life, 1, ACTION_WITHDRAW_CONSENT, "wsp");
	put_access("GUIDANCE", life.world.now + 59000);
	assert_string_equal(audit(), "");
	put_access("GUIDANCE", life.world.now + 61000);
	assert_string_equal(audit(), "I15");
	world_refer(&life.world, 2, "wsp", "leerwerk", REFERRAL_KIND_TRANSFER);
	life.world.body.legal_basis.kind = LEGAL_BASIS_KIND_CONSENT;
	life.world.body.legal_basis.has_given_at = true;
	life.world.body.legal_basis.given_at = life.world.now + 1;
	world_send(&life.world);
	assert_int_equal(life.world.state.client.consent, CONSENT_GIVEN);
	life_put_decision(&life);
	assert_string_equal(audit(), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		LIFE(each_invariant_is_found_when_it_is_broken),
		LIFE(each_rule_has_such_a_test),
		LIFE(what_was_sent_in_time_is_no_finding),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
