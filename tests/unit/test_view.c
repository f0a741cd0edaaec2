/* test_view - records of all topics go into the tables, and queries find what they say. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "hub/view/database.h"
#include "tests/support/view_file.h"

static const struct pseudonym anna = {{0xa1, 0x01}}, bram = {{0xb2, 0x02}};
static const struct uuid first = {{0xa1, 0x11}}, second = {{0xa1, 0x22}}, third = {{0xa1, 0x33}};

static struct bytes text(const char *s)
{
	return bytes_of_string(s);
}

static struct message message_of(uint8_t id, const char *case_)
{
	static struct referral referral;
	referral = (struct referral){
		.has_referral = true,
		.referral = first,
		.question = text("LEERBAAN"),
		.origin = text("PARTNER"),
		.urgency = text("NORMAL"),
		.purpose = text("GUIDANCE"),
	};
	return (struct message){
		.id = {{id}},
		.partner = text("00000099000000001000"),
		.system = text("suite"),
		.reference = text("r"),
		.case_ = text(case_),
		.leg = text(""),
		.has_client = true,
		.client = anna,
		.body_referral = &referral,
	};
}

static struct referral_after after_of(struct uuid id)
{
	return (struct referral_after){
		.referral = id,
		.giver = text("gemeente"),
		.sender = text("gemeente"),
		.target = text("wsp"),
		.question = text("LEERBAAN"),
		.version = 1,
	};
}

static struct event event_of(int64_t offset, enum result result)
{
	return (struct event){
		.has_client = true,
		.client = anna,
		.has_offset = true,
		.offset = offset,
		.partner = text("00000099000000001000"),
		.result = result,
		.config = text("c"),
		.version = (int32_t)offset + 1,
		.has_state_hash = true,
	};
}

static struct client client_of(struct pseudonym id, int32_t owner, struct client_referral *referral)
{
	static struct bytes desks[] = {
		{(const uint8_t *)"gemeente", 8}, {(const uint8_t *)"wsp", 3}};
	return (struct client){
		.client = id,
		.state_version = 1,
		.version = 1,
		.desks = desks,
		.desks_count = 2,
		.owner = owner,
		.referrals = referral,
		.referrals_count = referral == NULL ? 0 : 1,
	};
}

static void test_message_and_event(void **state)
{
	struct view_file *file = view_file_new();
	struct message message = message_of(1, "case-1");
	struct sealed sealed = {.box = text("secret")};
	struct event event = event_of(7, RESULT_APPLIED);
	struct client client = client_of(anna, 0, NULL);
	struct transition transition = {.row = text("1"), .after = after_of(first)};
	const struct view_case which = {
		text("00000099000000001000"), text("suite"), text("case-1")};
	struct view_messages found;
	(void)state;

	message.sealed = &sealed;
	view_file_put(file, TOPIC_INTAKE, 7, &message);
	view_file_begin(file);
	assert_int_equal(view_messages_of_case(file->reader, &which, &found, &file->err), OK);
	assert_int_equal(found.count, 1);
	assert_null(found.items[0].event);
	assert_null(found.items[0].message->sealed);
	assert_int_equal(view_messages_of_referral(file->reader, first, &found, &file->err), OK);
	assert_int_equal(found.count, 1);
	assert_null(found.items[0].event);
	assert_int_equal(found.items[0].received_at, 1007);
	view_file_end(file);

	event.transitions = &transition;
	event.transitions_count = 1;
	client.version = event.version;
	view_file_put(file, TOPIC_EVENTS, 3, &event);
	view_file_put(file, TOPIC_CLIENTS, 3, &client);
	view_file_begin(file);
	assert_int_equal(view_messages_of_case(file->reader, &which, &found, &file->err), OK);
	assert_int_equal(found.items[0].event->result, RESULT_APPLIED);
	assert_int_equal(view_messages_of_referral(file->reader, first, &found, &file->err), OK);
	assert_int_equal(found.count, 1);
	assert_non_null(found.items[0].event);
	assert_int_equal(view_messages_of_referral(file->reader, second, &found, &file->err), OK);
	assert_int_equal(found.count, 0);
	view_file_end(file);
	view_file_free(file);
}

static bool is_decided(struct view_file *file)
{
	const struct view_case which = {
		text("00000099000000001000"), text("suite"), text("case-1")};
	struct view_messages of_case, of_referral;
	const struct view_message *at;

	view_file_begin(file);
	assert_int_equal(view_messages_of_case(file->reader, &which, &of_case, &file->err), OK);
	assert_int_equal(
		view_messages_of_referral(file->reader, first, &of_referral, &file->err), OK);
	assert_int_equal(view_message_at(file->reader, 0, 7, &at, &file->err), OK);
	view_file_end(file);
	assert_int_equal(of_case.count, 1);
	assert_int_equal(of_referral.count, 1);
	assert_int_equal(of_case.items[0].event != NULL, at->event != NULL);
	assert_int_equal(of_referral.items[0].event != NULL, at->event != NULL);
	return at->event != NULL;
}

/* Receipts said APPLIED beside the state of before: a topic's partition may come later than another
 * that was written in the same transaction. */
static void test_decided_once_the_client_is_here(void **state)
{
	struct view_file *file = view_file_new();
	struct message message = message_of(1, "case-1");
	struct event event = event_of(7, RESULT_APPLIED);
	struct transition transition = {.row = text("1"), .after = after_of(first)};
	struct client client = client_of(anna, 0, NULL);
	(void)state;

	event.transitions = &transition;
	event.transitions_count = 1;
	view_file_put(file, TOPIC_INTAKE, 7, &message);
	view_file_put(file, TOPIC_EVENTS, 3, &event);
	assert_false(is_decided(file));
	client.version = event.version - 1;
	view_file_put(file, TOPIC_CLIENTS, 0, &client);
	assert_false(is_decided(file));
	client.version = event.version + 1;
	view_file_put(file, TOPIC_CLIENTS, 2, &client);
	assert_true(is_decided(file));
	view_file_free(file);
}

/* What changed no client waits for none. */
static void test_decided_without_a_client(void **state)
{
	struct view_file *file = view_file_new();
	struct message message = message_of(1, "case-1");
	struct event event = event_of(7, RESULT_REJECTED);
	const struct view_message *found;
	(void)state;

	event.has_state_hash = false;
	view_file_put(file, TOPIC_INTAKE, 7, &message);
	view_file_put(file, TOPIC_EVENTS, 3, &event);
	view_file_begin(file);
	assert_int_equal(view_message_at(file->reader, 0, 7, &found, &file->err), OK);
	assert_int_equal(found->event->result, RESULT_REJECTED);
	view_file_end(file);
	view_file_free(file);
}

/* A repeat has the id of the first; its place in intake tells them apart. */
static void test_repeat(void **state)
{
	struct view_file *file = view_file_new();
	struct message message = message_of(1, "case-1");
	struct event applied = event_of(0, RESULT_APPLIED), twice = event_of(1, RESULT_DUPLICATE);
	struct client client = client_of(anna, 0, NULL);
	const struct view_message *found;
	(void)state;

	view_file_put(file, TOPIC_INTAKE, 0, &message);
	view_file_put(file, TOPIC_INTAKE, 1, &message);
	view_file_put(file, TOPIC_EVENTS, 0, &applied);
	view_file_put(file, TOPIC_EVENTS, 1, &twice);
	client.version = twice.version;
	view_file_put(file, TOPIC_CLIENTS, 1, &client);
	view_file_begin(file);
	assert_int_equal(view_message_at(file->reader, 0, 1, &found, &file->err), OK);
	assert_int_equal(found->event->result, RESULT_DUPLICATE);
	assert_int_equal(view_message_at(file->reader, 0, 0, &found, &file->err), OK);
	assert_int_equal(found->event->result, RESULT_APPLIED);
	assert_int_equal(view_message_at(file->reader, 1, 0, &found, &file->err), OK);
	assert_null(found);
	view_file_end(file);
	view_file_free(file);
}

/* The hub made the second from the first, and the third from the second. */
static void test_referral_of_a_parent(void **state)
{
	struct view_file *file = view_file_new();
	struct message message = message_of(1, "case-1");
	struct client_referral referral = {
		.referral = third, .target = 1, .question = text("LEERBAAN")};
	struct client client = client_of(anna, 1, &referral);
	struct event event = event_of(0, RESULT_APPLIED);
	struct transition transitions[3] = {
		{.row = text("1"), .after = after_of(first)},
		{.row = text("1d"), .after = after_of(second)},
		{.row = text("22"), .after = after_of(third)},
	};
	const struct sealed_person person = {
		.referral = first, .client = anna, .sealed = {.box = text("box")}};
	const struct sealed_person *found_person;
	const struct view_referral *found;
	(void)state;

	transitions[1].after.has_parent = transitions[2].after.has_parent = true;
	transitions[1].after.parent = first;
	transitions[2].after.parent = second;
	event.transitions = transitions;
	event.transitions_count = 3;
	view_file_put(file, TOPIC_CLIENTS, 0, &client);
	view_file_put(file, TOPIC_PERSONS, 0, &person);
	view_file_put(file, TOPIC_EVENTS, 0, &event);
	view_file_put(file, TOPIC_INTAKE, 0, &message);
	view_file_begin(file);
	assert_int_equal(view_referral(file->reader, third, &found, &file->err), OK);
	assert_memory_equal(&found->client_id, &anna, sizeof(anna));
	assert_memory_equal(found->parent, &second, sizeof(second));
	assert_int_equal(found->referral->target, 1);
	assert_true(bytes_equal_string(found->created_by->message->case_, "case-1"));
	assert_int_equal(view_referral(file->reader, first, &found, &file->err), OK);
	assert_null(found->referral);
	assert_int_equal(view_person(file->reader, third, &found_person, &file->err), OK);
	assert_true(bytes_equal_string(found_person->sealed.box, "box"));
	view_file_end(file);
	view_file_free(file);
}

static void test_clients(void **state)
{
	struct view_file *file = view_file_new();
	struct clock clocks[] = {{.clock = CLOCK_NAME_T2, .due = 5, .role = ROLE_TARGET},
		{.clock = CLOCK_NAME_T0, .due = 4, .role = ROLE_HUB}};
	struct clock t6 = {.clock = CLOCK_NAME_T6, .due = 9, .role = ROLE_OWNER};
	struct client_referral referral = {.referral = first,
		.target = 1,
		.question = text("LEERBAAN"),
		.clocks = clocks,
		.clocks_count = 2};
	struct client of_anna = client_of(anna, 0, &referral), of_bram = client_of(bram, 1, NULL);
	struct view_owners owners;
	struct view_clients same;
	const struct client *found;
	(void)state;

	of_anna.clocks = &t6;
	of_anna.clocks_count = 1;
	of_anna.has_match = of_bram.has_match = true;
	view_file_put(file, TOPIC_CLIENTS, 0, &of_anna);
	view_file_put(file, TOPIC_CLIENTS, 1, &of_bram);
	assert_int_equal(view_file_number(file, "SELECT count(*) FROM clocks"), 3);
	assert_int_equal(view_file_number(file, "SELECT due FROM clocks WHERE desk = 'wsp'"), 5);
	assert_int_equal(
		view_file_number(file, "SELECT due FROM clocks WHERE desk = 'gemeente'"), 9);
	referral.clocks_count = 1;
	view_file_put(file, TOPIC_CLIENTS, 2, &of_anna);
	assert_int_equal(view_file_number(file, "SELECT count(*) FROM clocks"), 2);

	view_file_begin(file);
	assert_int_equal(view_owners(file->reader, &owners, &file->err), OK);
	assert_int_equal(owners.count, 2);
	assert_true(bytes_equal_string(owners.items[1].desk, "wsp"));
	assert_int_equal(owners.items[1].clients, 1);
	assert_int_equal(
		view_clients_by_match(file->reader, (struct tag){{0}}, &same, &file->err), OK);
	assert_int_equal(same.count, 2);
	assert_int_equal(view_client(file->reader, bram, &found, &file->err), OK);
	assert_int_equal(found->owner, 1);
	view_file_end(file);

	view_file_put_tombstone(file, TOPIC_CLIENTS, "b2020000000000000000000000000000");
	view_file_begin(file);
	assert_int_equal(view_client(file->reader, bram, &found, &file->err), OK);
	assert_null(found);
	view_file_end(file);
	view_file_free(file);
}

static void test_keys_are_erased(void **state)
{
	struct view_file *file = view_file_new();
	struct data_key old = {
		.key = {{1, 2}}, .master = text("m"), .wrapped = text("w"), .made_at = 5};
	struct data_key young = old;
	struct data_key other = old;
	const uint8_t owner[16] = {1, 2};
	const struct data_key *found;
	char hex[2 * sizeof(struct key_id) + 1];
	(void)state;

	young.key.data[23] = 9;
	young.made_at = 6;
	other.key.data[15] = 1;
	other.made_at = 1;
	view_file_put(file, TOPIC_KEYS, 0, &young);
	view_file_put(file, TOPIC_KEYS, 1, &old);
	view_file_put(file, TOPIC_KEYS, 2, &other);
	view_file_begin(file);
	assert_int_equal(view_key_of_owner(file->reader, owner, &found, &file->err), OK);
	assert_int_equal(found->made_at, 5);
	view_file_end(file);
	bytes_to_hex(bytes_of(old.key.data, sizeof(old.key.data)), hex);
	view_file_put_tombstone(file, TOPIC_KEYS, hex);
	view_file_begin(file);
	assert_int_equal(view_key(file->reader, old.key, &found, &file->err), OK);
	assert_null(found);
	assert_int_equal(view_key_of_owner(file->reader, owner, &found, &file->err), OK);
	assert_int_equal(found->made_at, 6);
	view_file_end(file);
	view_file_free(file);
}

static void test_facts(void **state)
{
	struct view_file *file = view_file_new();
	struct fact fact = {.kind = FACT_KIND_HOLD, .id = text("wsp"), .at = 1};
	struct view_facts found;
	(void)state;

	view_file_put(file, TOPIC_FACTS, 0, &fact);
	fact.at = 2;
	view_file_put(file, TOPIC_FACTS, 1, &fact);
	view_file_begin(file);
	assert_int_equal(view_facts(file->reader, FACT_KIND_HOLD, &found, &file->err), OK);
	assert_int_equal(found.count, 1);
	assert_int_equal(found.items[0]->at, 2);
	view_file_end(file);
	view_file_put_tombstone(file, TOPIC_FACTS, "hold/wsp");
	view_file_begin(file);
	assert_int_equal(view_facts(file->reader, FACT_KIND_HOLD, &found, &file->err), OK);
	assert_int_equal(found.count, 0);
	view_file_end(file);
	view_file_free(file);
}

/* What was in intake has a message's id, which is none of a refusal. */
static void test_refusals(void **state)
{
	struct view_file *file = view_file_new();
	struct rejection rejection = {.code = REJECTION_CODE_INVALID,
		.text = text("is missing"),
		.owner = text("gemeente"),
		.partner = text("00000099000000001000"),
		.original = text("{}"),
		.has_message = true,
		.message = first};
	bool is_refused = true;
	(void)state;

	view_file_put(file, TOPIC_REJECTED, 0, &rejection);
	view_file_begin(file);
	assert_int_equal(view_is_refused(file->reader, first, &is_refused, &file->err), OK);
	assert_false(is_refused);
	view_file_end(file);
	rejection.refused = true;
	view_file_put(file, TOPIC_REJECTED, 1, &rejection);
	view_file_begin(file);
	assert_int_equal(view_is_refused(file->reader, first, &is_refused, &file->err), OK);
	assert_true(is_refused);
	assert_int_equal(view_is_refused(file->reader, second, &is_refused, &file->err), OK);
	assert_false(is_refused);
	view_file_end(file);
	view_file_free(file);
}

/* An unreadable intake record still counts; what claims an impossible place is not believed. */
static void test_hostile(void **state)
{
	struct view_file *file = view_file_new();
	struct event event = event_of(0, RESULT_REJECTED);
	(void)state;

	view_file_put(file, TOPIC_INTAKE, 4, NULL);
	assert_int_equal(
		view_file_number(file, "SELECT count(*) FROM messages WHERE event IS NULL"), 1);
	event.offset = -5;
	view_file_put(file, TOPIC_EVENTS, 0, &event);
	event.offset = 4;
	event.partition = -1;
	view_file_put(file, TOPIC_EVENTS, 1, &event);
	assert_int_equal(
		view_file_number(file, "SELECT count(*) FROM messages WHERE event IS NULL"), 1);
	event.partition = 0;
	view_file_put(file, TOPIC_EVENTS, 2, &event);
	assert_int_equal(
		view_file_number(file, "SELECT count(*) FROM messages WHERE event IS NULL"), 0);
	view_file_free(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_message_and_event),
		cmocka_unit_test(test_decided_once_the_client_is_here),
		cmocka_unit_test(test_decided_without_a_client),
		cmocka_unit_test(test_repeat),
		cmocka_unit_test(test_referral_of_a_parent),
		cmocka_unit_test(test_clients),
		cmocka_unit_test(test_keys_are_erased),
		cmocka_unit_test(test_facts),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_hostile),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
