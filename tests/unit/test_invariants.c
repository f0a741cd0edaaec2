/* test_invariants - each invariant that one client can show is found when it is broken: in its
 * state, and in a step. */
#include "tests/unit/story.h"

#include <stdio.h>
#include <string.h>

static char found[200]; /* "I1", or "I1 I4" */
static char last_text[256];

static void take_finding(void *context, const char *invariant, const char *text)
{
	(void)context;
	if (strstr(found, invariant) == NULL) {
		strcat(found, found[0] != '\0' ? " " : "");
		strcat(found, invariant);
	}
	strcpy(last_text, text);
}

static const char *of_state(const struct client *client)
{
	struct rules rules = world_rules();

	found[0] = '\0';
	handover_invariants(client, &rules, take_finding, NULL);
	return found;
}

/* wsp has the client by 1, and offers it to leerwerk by 2. */
static void offered_on(void)
{
	taken(1);
	refer(2, "wsp", "leerwerk");
}

static struct client_referral *referral(uint8_t number)
{
	return &world.state.referrals[number - 1];
}

static int32_t place_of(const char *desk)
{
	const struct client *client = &world.state.client;

	for (size_t i = 0; i < client->desks_count; i++)
		if (bytes_equal_string(client->desks[i], desk))
			return (int32_t)i;
	fail_msg("no desk %s", desk);
	return -1;
}

static void no_owner(struct client *client)
{
	client->owner = -1;
}

static void strange_owner(struct client *client)
{
	client->desks[client->owner] = bytes_of_string("nowhere");
}

static void strange_via(struct client *client)
{
	client->owner_via = world_referral(9);
}

static void other_owner(struct client *client)
{
	client->owner = place_of("uwv");
	referral(2)->giver = client->owner;
}

static void no_clock(struct client *client)
{
	(void)client;
	referral(2)->clocks_count = 0;
}

static void clock_of_nobody(struct client *client)
{
	(void)client;
	referral(2)->clocks[0].role = ROLE_SENDER;
	referral(2)->sender = -1;
}

static void retention_of_an_open_one(struct client *client)
{
	client->clocks[client->clocks_count++] =
		(struct clock){.clock = CLOCK_NAME_T11, .due = INT64_MAX};
}

static void closed_with_a_clock(struct client *client)
{
	client->status = CLIENT_STATUS_CLOSED;
	referral(1)->state = referral(2)->state = REFERRAL_STATE_CLOSED;
}

static void closed_with_an_open_referral(struct client *client)
{
	client->status = CLIENT_STATUS_CLOSED;
	client->clocks_count = referral(1)->clocks_count = referral(2)->clocks_count = 0;
}

static void no_next_action(struct client *client)
{
	client->duty_desk = -1;
}

static void next_action_too_late(struct client *client)
{
	client->duty_due++;
}

static void no_sign_of_life(struct client *client)
{
	client->clocks_count = 0;
}

static void returned_to_nobody(struct client *client)
{
	(void)client;
	referral(1)->state = REFERRAL_STATE_RETURNED;
}

static void returned_to_its_target(struct client *client)
{
	(void)client;
	referral(1)->state = REFERRAL_STATE_RETURNED;
	referral(1)->clocks[0].clock = CLOCK_NAME_T2;
	referral(1)->clocks[0].role = ROLE_TARGET;
}

static void accepted_twice(struct client *client)
{
	(void)client;
	referral(2)->state = REFERRAL_STATE_ACCEPTED;
	referral(2)->accepted = true;
}

static void offered_by_another(struct client *client)
{
	(void)client;
	referral(2)->giver = place_of("uwv");
}

static void offered_in_two_groups(struct client *client)
{
	referral(3)->referral = world_referral(3);
	*referral(3) = *referral(2);
	referral(3)->group = bytes_of_string("g");
	client->referrals_count = 3;
}

static void asked_of_another(struct client *client)
{
	(void)client;
	referral(2)->kind = REFERRAL_KIND_REQUEST;
}

static void redriven_before_it_was_parked(struct client *client)
{
	client->redriven = client->parked + 1;
}

static void what_is_wrong_with_a_state_is_found(void **state)
{
	static const struct {
		void (*spoil)(struct client *client);
		const char *found;
	} rows[] = {
		{no_owner, "I1 I3 I9"}, /* nor is anybody asked */
		{strange_owner, "I13"},
		{strange_via, "I2 I9"},
		{other_owner, "I2"},
		{no_clock, "I4 I3"},
		{clock_of_nobody, "I3"},
		{retention_of_an_open_one, "I3"},
		{closed_with_a_clock, "I3"},
		{closed_with_an_open_referral, "I3"},
		{no_next_action, "I4"},
		{next_action_too_late, "I4"},
		{no_sign_of_life, "I4"},
		{returned_to_nobody, "I8"},
		{returned_to_its_target, "I8"},
		{accepted_twice, "I9"},
		{offered_by_another, "I9"},
		{offered_in_two_groups, "G1"},
		{asked_of_another, "1d"},
		{redriven_before_it_was_parked, "I12"},
	};
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		if (i > 0)
			start(state);
		offered_on();
		assert_string_equal(of_state(&world.state.client), "");
		rows[i].spoil(&world.state.client);
		if (strcmp(of_state(&world.state.client), rows[i].found) != 0)
			fail_msg("row %zu: found '%s', not '%s'", i, found, rows[i].found);
		if (i + 1 < UNIT_COUNT(rows))
			stop(state);
	}
}

static void a_finding_names_the_referral(void **state)
{
	char id[37], text[100];

	(void)state;
	offered_on();
	no_clock(&world.state.client);
	of_state(&world.state.client);
	bytes_to_uuid(world_referral(2).data, id);
	snprintf(text, sizeof(text), "referral %s: it is open and has no armed clock", id);
	assert_string_equal(last_text, text);
}

/* The last step, which is spoilt. */
static struct client before, after;
static struct event event;
static struct message message;

static struct client copy_of(const struct client *client)
{
	struct buffer bytes = {0};
	struct client copy;
	struct err err = {0};

	client_encode(client, &bytes);
	assert_int_equal(client_decode(&copy, arena_copy(&world.arena, buffer_bytes(&bytes)),
				 &world.arena, &err),
		OK);
	buffer_done(&bytes);
	return copy;
}

static const char *of_step(void)
{
	const struct handover_step step = {
		&before, &event, &after, event.clock == NULL ? &message : NULL};

	found[0] = '\0';
	handover_step_invariants(&step, take_finding, NULL);
	return found;
}

static void take(void)
{
	before = copy_of(&world.state.client);
	message = world.message;
	world_send(&world);
	event = world.decision.event;
	after = copy_of(&world.state.client);
	assert_string_equal(of_step(), "");
}

/* wsp is asked by uwv, and so on: each leaves a step to be spoilt. */
static void is_referred(void)
{
	world_refer(&world, 1, "uwv", "wsp", REFERRAL_KIND_TRANSFER);
	take();
}

static void is_accepted(void)
{
	refer(1, "uwv", "wsp");
	world_act(&world, 1, ACTION_ACCEPT, "wsp");
	take();
}

static void is_declined(void)
{
	refer(1, "uwv", "wsp");
	world_act(&world, 1, ACTION_DECLINE, "wsp");
	take();
}

static void is_taken_back(void)
{
	taken(1);
	act(1, ACTION_RETURN, "wsp");
	world_act(&world, 1, ACTION_TAKE_BACK, "uwv");
	take();
}

static void is_completed(void)
{
	taken(1);
	world_act(&world, 1, ACTION_COMPLETE, "wsp");
	take();
}

static void makes_progress(void)
{
	taken(1);
	world_act(&world, 1, ACTION_PROGRESS, "wsp");
	take();
}

static void is_refused(void)
{
	taken(1);
	world_act(&world, 1, ACTION_ACCEPT, "wsp");
	take();
	assert_int_equal(event.result, RESULT_REJECTED);
}

static void is_repeated(void)
{
	is_accepted();
	world.message = message;
	take();
	assert_int_equal(event.result, RESULT_DUPLICATE);
}

static void withdraws_consent(void)
{
	taken(1);
	world_act(&world, 1, ACTION_WITHDRAW_CONSENT, "wsp");
	take();
}

static void asks_for_a_merge(void)
{
	taken(1);
	world_act(&world, 1, ACTION_MERGE, "wsp");
	world.change.has_other_client = true;
	world.change.other_client = (struct pseudonym){{7}};
	world.change.has_other_referral = true;
	world.change.other_referral = world_referral(7);
	take();
	assert_int_equal(event.result, RESULT_APPLIED);
}

static void goes_round(void)
{
	refer(1, "uwv", "wsp");
	act(1, ACTION_DECLINE, "wsp");
	world_refer(&world, 2, "uwv", "wsp", REFERRAL_KIND_TRANSFER);
	take();
	assert_int_equal(world_find(&world, 2)->escalation, 3);
}

static void reminds(void)
{
	int64_t due;
	struct clock_id which;

	taken(1);
	assert_true(handover_next_due(&world.state.client, &due, &which));
	before = copy_of(&world.state.client);
	assert_int_equal(world_pass(&world, due), 1);
	event = world.decision.event;
	after = copy_of(&world.state.client);
	assert_string_equal(of_step(), "");
}

static void moved_by_another_row(void)
{
	event.transitions[event.transitions_count - 1].row = bytes_of_string("7");
}

static void moved_to_another(void)
{
	event.owner->new = bytes_of_string("roc");
	after.desks[after.owner] = event.owner->new;
}

static void another_old_one(void)
{
	event.owner->old = bytes_of_string("roc");
}

static void by_another_referral(void)
{
	after.owner_via = world_referral(9);
}

static void moved_unsaid(void)
{
	after.owner = after.referrals[0].giver;
}

static void accepted_and_not_moved(void)
{
	event.owner = NULL;
	after.owner = before.owner;
	after.owner_via = before.owner_via;
}

static void given_by_another(void)
{
	event.transitions[event.transitions_count - 1].after.giver = bytes_of_string("roc");
}

static void back_by_another(void)
{
	before.owner_via = world_referral(9);
}

static void by_a_clock(void)
{
	static struct clock_id id = {.clock = CLOCK_NAME_T6};

	event.clock = &id;
	event.at = INT64_MAX;
	event.has_offset = false;
	after.applied = before.applied;
	for (size_t i = 0; i < after.clocks_count; i++)
		after.clocks[i].due = INT64_MAX;
}

static void without_duty(void)
{
	after.referrals[0].clocks_count = 0;
}

static void never_accepted(void)
{
	event.transitions[0].after.accepted = false;
}

static void applied_again(void)
{
	event.result = RESULT_APPLIED;
}

static void repeat_of_another(void)
{
	message.digest.data[0] ^= 1;
}

static void applied_though_stale(void)
{
	message.body_status_change->has_seen_version = true;
	message.body_status_change->seen_version = before.referrals[0].version - 1;
}

static void applied_though_older(void)
{
	before.referrals[0].target_at = message.occurred_at + 1;
}

static void back_to_an_older_version(void)
{
	after.referrals[0].version = before.referrals[0].version - 1;
}

static void a_version_is_left_out(void)
{
	after.version++;
}

static void changed_all_the_same(void)
{
	event.has_status = true;
}

static void decided_after_a_later_one(void)
{
	before.applied = event.offset;
}

static void not_known_how_far(void)
{
	after.applied--;
}

static void out_of_the_queue(void)
{
	before.parked = 1;
}

static void queued_for_nothing(void)
{
	event.result = RESULT_PARKED;
}

static void redriven_out_of_turn(void)
{
	before.parked = 2;
	event.has_redriven = true;
	event.redriven = 2;
}

static void consent_by_nobody(void)
{
	event.consent = CONSENT_GIVEN;
}

static void not_told_at_once(void)
{
	event.transitions[0].after.escalation = 0;
}

static void merged_by_the_hub(void)
{
	event.partner = bytes_of_string("hub");
	message.partner = event.partner;
}

static void merged_by_a_partner(void)
{
	event.has_merged_into = true;
}

static void a_number_is_left_out(void)
{
	event.handovers[0].number++;
}

static void fired_before_its_time(void)
{
	event.at--;
}

static void fired_and_runs_on(void)
{
	after = before;
	after.version = event.version;
}

static void what_is_wrong_with_a_step_is_found(void **state)
{
	static const struct {
		void (*step)(void), (*spoil)(void);
		const char *found;
	} rows[] = {
		{is_accepted, moved_by_another_row, "I2"},
		{is_accepted, moved_to_another, "I2"},
		{is_accepted, another_old_one, "I2"},
		{is_accepted, by_another_referral, "I2"},
		{is_taken_back, another_old_one, "I2"},
		{makes_progress, moved_unsaid, "I2"},
		{is_accepted, accepted_and_not_moved, "I2"},
		{is_accepted, given_by_another, "I2"},
		{is_taken_back, back_by_another, "I2"},
		{is_accepted, by_a_clock, "I7"},
		{is_declined, by_a_clock, "I7"},
		{is_completed, by_a_clock, "I7"},
		{is_declined, without_duty, "I8"},
		{is_completed, never_accepted, "G5"},
		{is_repeated, applied_again, "I10"},
		{is_repeated, repeat_of_another, "I10"},
		{makes_progress, applied_though_stale, "I11"},
		{makes_progress, applied_though_older, "I11"},
		{makes_progress, back_to_an_older_version, "I11"},
		{makes_progress, a_version_is_left_out, "I11"},
		{is_refused, changed_all_the_same, "I11"},
		{makes_progress, decided_after_a_later_one, "I12"},
		{makes_progress, not_known_how_far, "I12"},
		{makes_progress, out_of_the_queue, "I12"},
		{is_refused, queued_for_nothing, "I12"},
		{makes_progress, redriven_out_of_turn, "I12"},
		{withdraws_consent, consent_by_nobody, "I15"},
		{goes_round, not_told_at_once, "I16"},
		{asks_for_a_merge, merged_by_the_hub, "I17"},
		{asks_for_a_merge, merged_by_a_partner, "I17"},
		{is_referred, a_number_is_left_out, "I19"},
		{reminds, fired_before_its_time, "I3"},
		{reminds, fired_and_runs_on, "I3"},
	};
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		if (i > 0)
			start(state);
		rows[i].step();
		rows[i].spoil();
		if (strcmp(of_step(), rows[i].found) != 0)
			fail_msg("row %zu: found '%s', not '%s'", i, found, rows[i].found);
		if (i + 1 < UNIT_COUNT(rows))
			stop(state);
	}
}

/* Its first Events may be kept no more: what follows shows less, and nothing that is not so. */
static void an_event_alone_shows_something(void **state)
{
	(void)state;
	is_accepted();
	const struct handover_step step = {.event = &event};
	found[0] = '\0';
	handover_step_invariants(&step, take_finding, NULL);
	assert_string_equal(found, "");
	moved_by_another_row();
	handover_step_invariants(&step, take_finding, NULL);
	assert_string_equal(found, "I2");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(what_is_wrong_with_a_state_is_found),
		STORY(a_finding_names_the_referral),
		STORY(what_is_wrong_with_a_step_is_found),
		STORY(an_event_alone_shows_something),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
