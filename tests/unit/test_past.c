/* test_past - a client as of a moment, what its record and Events disagree about, and the balance
 * between partners. */
#include "tests/support/life.h"
#include "tests/unit/unit.h"

#include <string.h>

#include "hub/view/balance.h"
#include "hub/view/past.h"
#include "hub/view/refold.h"

#define HOUR INT64_C(3600000)

static struct life life;
static struct past *past;
static struct refold *refold;
static int64_t begun; /* when the first referral came */

static int start(void **state)
{
	(void)state;
	life_init(&life);
	begun = life.world.now;
	view_file_begin(life.file);
	view_file_end(life.file);
	assert_int_equal(past_new(&past, life.file->reader, &life.file->err), OK);
	assert_int_equal(refold_new(&refold, life.file->reader, &life.file->err), OK);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	refold_free(refold);
	past_free(past);
	life_done(&life);
	return 0;
}

/* Each an hour after the one before. */
static void live(void)
{
	life_refer(&life, 1, "uwv", "wsp");
	life.world.now += HOUR;
	life_deliver(&life, 1);
	life.world.now += HOUR;
	life_act(&life, 1, ACTION_ACCEPT, "wsp");
}

static struct past_client as_of(int64_t at)
{
	struct past_moment moment;
	struct past_client found;
	assert_int_equal(past_moment(past, at, &moment, &life.file->err), OK);
	view_file_begin(life.file);
	assert_int_equal(
		past_client(past, life.world.message.client, &moment, &found, &life.file->err), OK);
	view_file_end(life.file);
	return found;
}

static void a_client_is_as_it_was_then(void **state)
{
	static const struct {
		int64_t after;
		const char *owner;
		enum referral_state state;
	} rows[] = {
		{1, "uwv", REFERRAL_STATE_SUBMITTED},
		{HOUR, "uwv", REFERRAL_STATE_SUBMITTED},
		{HOUR + 1, "uwv", REFERRAL_STATE_OFFERED},
		{2 * HOUR, "uwv", REFERRAL_STATE_OFFERED},
		{2 * HOUR + 1, "wsp", REFERRAL_STATE_ACCEPTED},
		{900 * HOUR, "wsp", REFERRAL_STATE_ACCEPTED},
	};
	(void)state;
	live();
	assert_null(as_of(begun).client);
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		const struct client *client = as_of(begun + rows[i].after).client;
		assert_non_null(client);
		assert_true(
			bytes_equal_string(handover_desk(client, client->owner), rows[i].owner));
		assert_int_equal(client->referrals[0].state, rows[i].state);
	}
}

static void a_client_whose_first_events_are_gone_cannot_be_told(void **state)
{
	(void)state;
	live();
	life_spoil(&life, "DELETE FROM events WHERE place = 0");
	assert_true(as_of(begun + HOUR + 1).is_cut);
	assert_false(as_of(begun + 2 * HOUR + 1).is_cut); /* as it is now: its record tells */
}

struct checked {
	struct refold_check check;
	int clients;
};

static enum outcome check_client(
	struct past *visited, struct pseudonym client, void *context, struct err *err)
{
	struct checked *checked = context;
	checked->clients++;
	(void)visited;
	return refold_client(refold, client, &checked->check, err);
}

static struct checked check(bool states_only)
{
	struct checked checked = {.check = {.states_only = states_only}};
	assert_int_equal(past_each(past, check_client, &checked, &life.file->err), OK);
	assert_int_equal(checked.clients, 1);
	return checked;
}

static void a_life_agrees_with_its_events(void **state)
{
	(void)state;
	live();
	life_act(&life, 1, ACTION_ACCEPT, "wsp"); /* refused: only how far intake was read */
	struct checked checked = check(false);
	assert_string_equal(checked.check.fault, "");
	assert_int_equal(checked.check.events, 4);
	assert_false(checked.check.is_cut);
}

static void put_status(struct client *client)
{
	client->status = CLIENT_STATUS_CLOSED;
}

static void put_owner(struct client *client)
{
	client->owner = client->referrals[0].sender;
}

static void put_state(struct client *client)
{
	client->referrals[0].state = REFERRAL_STATE_DECLINED;
}

static void put_due(struct client *client)
{
	client->duty_due++;
}

static void put_version(struct client *client)
{
	client->version++;
}

/* The record says what no Event does. */
static void a_record_that_was_tampered_with_is_found(void **state)
{
	static const struct {
		void (*put)(struct client *client);
		const char *fault;
	} rows[] = {
		{put_status, "the record is CLOSED, by its Events it is OPEN"},
		{put_owner, "the record is with uwv, by its Events with wsp"},
		{put_state, "than its Events leave: ACCEPTED to wsp"},
		{put_due, "the record of version 3 is not what its Events leave"},
		{put_version, "its record is of version 4"},
	};
	(void)state;
	live();
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		struct client client = life.world.state.client;
		struct client_referral referral = client.referrals[0];
		client.referrals = &referral;
		rows[i].put(&client);
		life_put(&life, TOPIC_CLIENTS, &client);
		assert_non_null(strstr(check(false).check.fault, rows[i].fault));
	}
	life_put(&life, TOPIC_CLIENTS, &life.world.state.client);
	assert_string_equal(check(false).check.fault, "");
}

static void events_that_are_wrong_or_gone_are_found(void **state)
{
	static const struct {
		const char *statement, *fault;
	} rows[] = {
		{"UPDATE events SET value = (SELECT value FROM events WHERE place = 0)"
		 " WHERE place = 1",
			"the hash in the Event of version 1"},
		{"DELETE FROM events WHERE place = 1", "version 3 follows one of version 1"},
		{"DELETE FROM events WHERE place = 2", "its last Event of version 2"},
		{"DELETE FROM events", "it has a record and no Event"},
		{"DELETE FROM clients", "it has no record; by its Events it is OPEN with wsp"},
	};
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		if (i > 0)
			start(state);
		live();
		life_spoil(&life, rows[i].statement);
		assert_non_null(strstr(check(false).check.fault, rows[i].fault));
		if (i + 1 < UNIT_COUNT(rows))
			stop(state);
	}
}

static void hashes_can_be_left_out(void **state)
{
	struct event event;
	(void)state;
	live();
	event = life.world.decision.event;
	event.offset = life.offsets[TOPIC_INTAKE] - 1;
	event.has_offset = event.has_state_hash = true;
	memset(event.state_hash.data, 7, sizeof(event.state_hash.data));
	life_spoil(&life, "DELETE FROM events WHERE place = 2");
	life_put(&life, TOPIC_EVENTS, &event);
	assert_string_equal(check(true).check.fault, "");
	assert_non_null(strstr(check(false).check.fault, "the hash in the Event of version 3"));
}

static void what_kafka_no_longer_keeps_is_no_fault(void **state)
{
	(void)state;
	live();
	life_spoil(&life, "DELETE FROM events WHERE place = 0");
	assert_true(check(false).check.is_cut);
	assert_string_equal(check(false).check.fault, "");
	life_spoil(&life, "DELETE FROM events");
	life_spoil(&life, "INSERT INTO positions VALUES (1, 0, 9, 9, -1)");
	assert_true(check(false).check.is_cut);
	assert_string_equal(check(false).check.fault, "");
}

/* Nobody by its key was known before. */
static void a_life_may_begin_with_what_cannot_be_read(void **state)
{
	const struct handover_fault fault = {REJECTION_CODE_UNREADABLE, "value", "no Avro"};
	const struct handover_input input = {.fault = &fault, .now = begun};
	(void)state;
	world_refer(&life.world, 1, "uwv", "wsp", REFERRAL_KIND_TRANSFER);
	handover_park(&life.world.state, &input, &life.rules, &life.world.decision);
	handover_fold(&life.world.state, &life.world.decision.event);
	life_put_decision(&life);
	struct checked checked = check(false);
	assert_string_equal(checked.check.fault, "");
	assert_int_equal(checked.check.events, 1);
	assert_false(checked.check.is_cut);
}

static void what_happened_in_a_span_is_known(void **state)
{
	static const struct {
		int64_t from, to;
		bool has;
	} rows[] = {{-HOUR, 0, false}, {0, 1, true}, {1, HOUR, false}, {HOUR, 9 * HOUR, true},
		{2 * HOUR + 1, 9 * HOUR, false}};
	struct past_moment span[2];
	bool has;
	(void)state;
	live();
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		assert_int_equal(
			past_moment(past, begun + rows[i].from, &span[0], &life.file->err), OK);
		assert_int_equal(
			past_moment(past, begun + rows[i].to, &span[1], &life.file->err), OK);
		view_file_begin(life.file);
		assert_int_equal(
			past_has(past, life.world.message.client, span, &has, &life.file->err), OK);
		view_file_end(life.file);
		assert_int_equal(has, rows[i].has);
	}
}

static struct balance balance_at(int64_t at, const char *partner)
{
	struct balance balance = {.rules = &life.rules,
		.partner = rules_partner_of_desk(&life.rules, bytes_of_string(partner))->oin,
		.at = at};
	assert_int_equal(balance_run(life.file->reader, &balance, &life.file->err), OK);
	return balance;
}

static void a_balance_has_what_was_open_then(void **state)
{
	(void)state;
	live();
	life.world.now += HOUR;
	life_act(&life, 1, ACTION_COMPLETE, "wsp");
	assert_int_equal(life.world.decision.event.result, RESULT_APPLIED);
	for (int hours = 0; hours < 4; hours++) {
		struct balance balance = balance_at(begun + hours * HOUR + 1, "uwv");
		assert_int_equal(balance.clients, 1);
		assert_int_equal(balance.count, hours < 3);
		if (hours < 3) {
			assert_string_equal(balance.pairs[0].from, "00000099000000000001");
			assert_string_equal(balance.pairs[0].to, "00000099000000000003");
			assert_int_equal(balance.pairs[0].open, 1);
			assert_int_equal(balance.pairs[0].undelivered, hours == 0);
			assert_string_equal(balance.pairs[0].hash,
				"319a104450cc2697ce7740ba11153f7eea5f7cd57ae2d31dedf45c967fd98b9d");
		}
		balance_done(&balance);
	}
	struct balance other = balance_at(begun + HOUR, "roc"),
		       target = balance_at(begun + 1, "wsp");
	assert_int_equal(other.count, 0);
	assert_int_equal(target.count, 1);
	balance_done(&other);
	balance_done(&target);
}

static void a_balance_knows_what_it_cannot_tell(void **state)
{
	(void)state;
	live();
	life_put(&life, TOPIC_INTAKE, &life.world.message); /* stored, not decided */
	life_spoil(&life, "DELETE FROM events WHERE place = 0");
	struct balance balance = balance_at(begun + HOUR, "uwv");
	assert_int_equal(balance.cut, 1);
	assert_int_equal(balance.undecided, 1);
	balance_done(&balance);
}

/* As `printf '%s\n' ID... | sort | sha256sum` prints it. */
static void the_hash_is_of_lines(void **state)
{
	const struct uuid two[] = {world_referral(1), world_referral(2)};
	char hash[65];
	(void)state;
	balance_hash(two, 0, hash);
	assert_string_equal(
		hash, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	balance_hash(two, 2, hash);
	assert_string_equal(
		hash, "6c55d8ac5441d3b38d76be234be77be8139c44f9522fb0f2bd81226ec29cc68a");
}

#define LIFE(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LIFE(a_client_is_as_it_was_then),
		LIFE(a_client_whose_first_events_are_gone_cannot_be_told),
		LIFE(a_life_agrees_with_its_events),
		LIFE(a_record_that_was_tampered_with_is_found),
		LIFE(events_that_are_wrong_or_gone_are_found),
		LIFE(hashes_can_be_left_out),
		LIFE(what_kafka_no_longer_keeps_is_no_fault),
		LIFE(a_life_may_begin_with_what_cannot_be_read),
		LIFE(what_happened_in_a_span_is_known),
		LIFE(a_balance_has_what_was_open_then),
		LIFE(a_balance_knows_what_it_cannot_tell),
		cmocka_unit_test(the_hash_is_of_lines),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
