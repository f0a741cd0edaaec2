/* test_disclose - what of a handover its desk gets to see: a canary in every field tells. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "hub/flow/disclose/item.h"
#include "hub/flow/intake/keys.h"
#include "schemas/tables.h"
#include "tests/support/life.h"

#define CANARY "canary of "

static const char *const before[] = {"worker_name", "postcode", NULL};
static const char *const after[] = {
	"bsn", "own_number", "family_name", "worker_name", "text", NULL};

/* A life in a view, and a desk that is told of it. */
struct stage {
	struct life life;
	struct conf conf;
	struct rules_partner partners[8];
	struct rules_desk desks[16];
	struct ids *ids;
	struct keys keys;
	struct keyring *ring;
	struct arena arena;
	struct buffer box; /* of the sealed person */
	struct sealed sealed;
	struct item item;
	struct item_kit kit;
	int64_t had; /* ms that the view has had for what is opened */
	struct err err;
};

static void open_ring(struct stage *stage)
{
	const struct keyring_master master = {.name = "m1", .secret = {7}};
	stage->keys.reader = &stage->life.file->reader;
	const struct keyring_options options = {.masters = &master,
		.masters_count = 1,
		.capacity = 8,
		.source = keys_source(&stage->keys)};
	assert_int_equal(keyring_new(&stage->ring, &options, &stage->err), OK);
}

static void copy_rules(struct stage *stage)
{
	struct rules rules = world_rules();
	memcpy(stage->partners, rules.partners, rules.partners_count * sizeof(*rules.partners));
	memcpy(stage->desks, rules.desks, rules.desks_count * sizeof(*rules.desks));
	for (size_t i = 0; i < rules.partners_count; i++) {
		stage->partners[i].feedback = RULES_FEEDBACK_FULL;
		stage->partners[i].disclose_owner = RULES_DISCLOSE_DESK;
		stage->partners[i].may_see_bsn = true;
	}
	for (size_t i = 0; i < rules.desks_count; i++) {
		stage->desks[i].fields = before;
		stage->desks[i].fields_accepted = after;
	}
	rules.partners = stage->partners;
	rules.desks = stage->desks;
	stage->conf.rules = rules;
}

/* Every field of the person holds its canary; sealed, and its key in the view. */
static void seal(struct stage *stage)
{
	const struct record *rows = schema_person.rows;
	struct person person = {0};
	struct buffer clear = {0};
	struct seal_key key;
	const struct keyring_record *store;
	for (size_t i = 0; i < rows->count; i++)
		*(struct bytes *)field_place(&person, rows->fields[i].offset) = bytes_of_string(
			arena_format(&stage->arena, CANARY "%s", rows->fields[i].name));
	person_encode(&person, &clear);
	keyring_to_seal(stage->ring, stage->life.world.state.client.client.data, 0, &key, &store);
	assert_non_null(store);
	struct data_key record = keys_record(store, 1);
	life_put(&stage->life, TOPIC_KEYS, &record);
	keyring_stored(stage->ring, key.id);
	seal_put(&key, buffer_bytes(&clear), &stage->box);
	memcpy(stage->sealed.key.data, key.id, sizeof(key.id));
	stage->sealed.box = buffer_bytes(&stage->box);
	buffer_done(&clear);
}

static int set_up(void **state)
{
	static struct stage stage;
	const struct ids_secrets secrets = {.pseudonym = {1}, .id = {2}};
	memset(&stage, 0, sizeof(stage));
	stage.had = FOUND_ARRIVAL_MS;
	if (seal_start(&stage.err) != OK)
		return 1;
	life_init(&stage.life);
	stage.ids = ids_new(&secrets);
	view_file_begin(stage.life.file);
	view_file_end(stage.life.file);
	open_ring(&stage);
	copy_rules(&stage);
	seal(&stage);
	*state = &stage;
	return 0;
}

static int tear_down(void **state)
{
	struct stage *stage = *state;
	item_done(&stage->item);
	keyring_free(stage->ring);
	keys_done(&stage->keys);
	ids_free(stage->ids);
	buffer_done(&stage->box);
	life_done(&stage->life);
	arena_done(&stage->arena);
	return 0;
}

static struct rules_partner *partner(struct stage *stage, const char *name)
{
	for (size_t i = 0; i < stage->conf.rules.partners_count; i++)
		if (strcmp(stage->partners[i].name, name) == 0)
			return &stage->partners[i];
	fail();
	return NULL;
}

/* The last one to the desk in the view. */
static struct view_handover last_of(struct stage *stage, const char *desk)
{
	const struct view_feed feed = {.desk = bytes_of_string(desk), .limit = 100};
	struct view_handovers found;
	assert_int_equal(view_handovers(stage->life.file->reader, &feed, &found, &stage->err), OK);
	assert_true(found.count > 0);
	return found.items[found.count - 1];
}

/* As if its message had carried the person: so long behind it as the view has had. */
static enum outcome open_with(struct stage *stage, const char *desk, struct sealed *sealed)
{
	struct view_reader *reader = stage->life.file->reader;
	item_done(&stage->item);
	stage->item = (struct item){0};
	stage->kit = (struct item_kit){.conf = &stage->conf,
		.ids = stage->ids,
		.ring = stage->ring,
		.desk = rules_desk(&stage->conf.rules, bytes_of_string(desk)),
		.partner = rules_partner_of_desk(&stage->conf.rules, bytes_of_string(desk)),
		.arena = &stage->arena,
		.now = stage->life.world.now};
	assert_int_equal(view_reader_begin(reader, &stage->arena, &stage->err), OK);
	struct view_handover from = last_of(stage, desk);
	from.written_at = stage->kit.now - stage->had;
	struct handover handover = *from.handover;
	handover.sealed = sealed;
	from.handover = &handover;
	enum outcome outcome = item_find(&stage->item, &stage->kit, reader, &from, &stage->err);
	view_reader_end(reader);
	return outcome != OK ? outcome : item_open(&stage->item, &stage->kit, &stage->err);
}

static const struct opened *open_last(struct stage *stage, const char *desk)
{
	assert_int_equal(open_with(stage, desk, &stage->sealed), OK);
	return &stage->item.opened;
}

/* The fields that are there are these, each with its own canary; every other one is absent. */
static void check_person(const struct opened *opened, const char *const *fields)
{
	const struct record *rows = schema_person.rows;
	size_t expected = 0, found = 0;
	char canary[80];
	assert_non_null(opened->person);
	for (size_t i = 0; i < rows->count; i++) {
		const struct field *field = &rows->fields[i];
		const struct bytes *value = field_at(opened->person, field->offset);
		bool listed = false;
		for (const char *const *name = fields; *name != NULL; name++)
			listed = listed || strcmp(*name, field->name) == 0;
		snprintf(canary, sizeof(canary), CANARY "%s", field->name);
		if (listed != bytes_equal_string(*value, canary))
			fail_msg("%s: \"%.*s\"", field->name, BYTES_ARG(*value));
		if (!listed)
			assert_null(value->data);
		expected += listed ? 1 : 0;
		found += value->data != NULL ? 1 : 0;
	}
	assert_int_equal(expected, found);
	assert_null(opened->handover->sealed);
}

static void test_an_offer_shows_what_the_first_list_names(void **state)
{
	struct stage *stage = *state;
	life_refer(&stage->life, 1, "uwv", "wsp");
	check_person(open_last(stage, "wsp"), before);
	assert_true(item_is_access(&stage->item));
}

static void test_a_worker_to_call_is_nobody_identified(void **state)
{
	static const char *const worker[] = {"worker_name", "worker_phone", NULL};
	struct stage *stage = *state;
	for (size_t i = 0; i < stage->conf.rules.desks_count; i++)
		stage->desks[i].fields = worker;
	life_refer(&stage->life, 1, "uwv", "wsp");
	check_person(open_last(stage, "wsp"), worker);
	assert_false(item_is_access(&stage->item));
}

static void test_no_list_shows_nobody(void **state)
{
	struct stage *stage = *state;
	for (size_t i = 0; i < stage->conf.rules.desks_count; i++)
		stage->desks[i].fields = NULL;
	life_refer(&stage->life, 1, "uwv", "wsp");
	assert_null(open_last(stage, "wsp")->person);
	assert_null(stage->item.opened.withheld);
	assert_false(item_is_access(&stage->item));
}

/* Details come from the person that lies in topic persons. */
static void put_person(struct stage *stage, uint8_t referral)
{
	const struct sealed_person person = {.referral = world_referral(referral),
		.client = stage->life.world.state.client.client,
		.at = 1,
		.sealed = stage->sealed};
	life_put(&stage->life, TOPIC_PERSONS, &person);
}

static void test_acceptance_shows_what_the_second_list_names(void **state)
{
	struct stage *stage = *state;
	struct access access;
	life_live(&stage->life);
	put_person(stage, 1);
	assert_int_equal(open_with(stage, "wsp", NULL), OK);
	assert_int_equal(stage->item.handover.kind, HANDOVER_KIND_DETAILS);
	check_person(&stage->item.opened, after);
	item_access(&stage->item, &stage->kit, &access);
	assert_memory_equal(access.client.data, stage->life.world.state.client.client.data, 16);
	assert_true(bytes_equal_string(access.desk, "wsp"));
	assert_true(bytes_equal_string(access.partner, partner(stage, "WSP")->oin));
	assert_true(bytes_equal_string(access.purpose, "GUIDANCE"));
	assert_int_equal(access.fields_count, 5);
	assert_true(bytes_equal_string(access.fields[0], "bsn"));
}

/* And the body of the message that made the referral. */
static void test_an_offer_without_a_body_gets_that_of_its_message(void **state)
{
	struct stage *stage = *state;
	life_live(&stage->life);
	put_person(stage, 1);
	assert_int_equal(open_with(stage, "wsp", NULL), OK);
	assert_non_null(stage->item.handover.body);
	assert_true(bytes_equal_string(stage->item.handover.body->question, "WERK"));
}

static void test_a_bsn_goes_only_where_the_law_lets_it(void **state)
{
	static const char *const without[] = {
		"own_number", "family_name", "worker_name", "text", NULL};
	struct stage *stage = *state;
	life_live(&stage->life);
	put_person(stage, 1);
	partner(stage, "WSP")->is_private = true;
	assert_int_equal(open_with(stage, "wsp", NULL), OK);
	check_person(&stage->item.opened, without);
	partner(stage, "WSP")->is_private = false;
	partner(stage, "WSP")->may_see_bsn = false;
	assert_int_equal(open_with(stage, "wsp", NULL), OK);
	check_person(&stage->item.opened, without);
}

static void test_each_partner_has_its_own_pseudonym(void **state)
{
	struct stage *stage = *state;
	struct pseudonym wsp, uwv;
	const uint8_t *hub = stage->life.world.state.client.client.data;
	life_live(&stage->life);
	wsp = open_last(stage, "wsp")->handover->client;
	uwv = open_last(stage, "uwv")->handover->client;
	assert_memory_not_equal(wsp.data, hub, 16);
	assert_memory_not_equal(uwv.data, hub, 16);
	assert_memory_not_equal(wsp.data, uwv.data, 16);
	assert_memory_equal(open_last(stage, "wsp")->handover->client.data, wsp.data, 16);
}

static void test_who_has_the_client_is_told_as_far_as_agreed(void **state)
{
	static const struct {
		enum rules_disclose disclose;
		const char *owner;
	} rows[] = {{RULES_DISCLOSE_DESK, "wsp"}, {RULES_DISCLOSE_KIND, "WSP"},
		{RULES_DISCLOSE_NOTHING, NULL}};
	struct stage *stage = *state;
	life_live(&stage->life);
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		partner(stage, "UWV")->disclose_owner = rows[i].disclose;
		partner(stage, "WSP")->disclose_owner = rows[i].disclose;
		struct bytes owner = open_last(stage, "uwv")->handover->owner;
		if (rows[i].owner == NULL)
			assert_null(owner.data);
		else
			assert_true(bytes_equal_string(owner, rows[i].owner));
		/* That a desk of its own has it is no secret. */
		assert_true(bytes_equal_string(open_last(stage, "wsp")->handover->owner, "wsp"));
	}
}

static void test_a_sender_is_told_what_the_target_reports(void **state)
{
	static const struct {
		enum rules_feedback feedback;
		bool accepted, completed;
	} rows[] = {{RULES_FEEDBACK_FULL, true, true}, {RULES_FEEDBACK_CLOSURE, false, true},
		{RULES_FEEDBACK_NONE, false, false}};
	struct stage *stage = *state;
	life_live(&stage->life);
	for (int completed = 0; completed < 2; completed++) {
		if (completed)
			life_act(&stage->life, 1, ACTION_COMPLETE, "wsp");
		for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
			partner(stage, "WSP")->feedback = rows[i].feedback;
			bool told = completed ? rows[i].completed : rows[i].accepted;
			const struct opened *opened = open_last(stage, "uwv");
			const struct handover *handover = opened->handover;
			assert_int_equal(handover->has_state, told);
			assert_int_equal(handover->has_action, told);
			assert_int_equal(handover->row.data != NULL, told);
			assert_int_equal(opened->person != NULL, told);
			assert_int_equal(handover->outcome.data != NULL, told);
			assert_true(handover->number > 0);
		}
	}
}

static void test_withdrawn_consent_stops_sharing(void **state)
{
	struct stage *stage = *state;
	life_live(&stage->life);
	put_person(stage, 1);
	life_act(&stage->life, 1, ACTION_WITHDRAW_CONSENT, "uwv");
	const struct opened *opened = open_last(stage, "wsp");
	assert_null(opened->person);
	assert_string_equal(opened->withheld, OPENED_WITHDRAWN);
	assert_null(opened->handover->body);
	assert_false(item_is_access(&stage->item));
}

static void test_an_erased_key_leaves_no_person(void **state)
{
	struct stage *stage = *state;
	char key[KEYS_KEY_SIZE];
	life_refer(&stage->life, 1, "uwv", "wsp");
	keys_key(stage->sealed.key.data, key);
	view_file_put_tombstone(stage->life.file, TOPIC_KEYS, key);
	keyring_free(stage->ring);
	open_ring(stage);
	const struct opened *opened = open_last(stage, "wsp");
	assert_null(opened->person);
	assert_string_equal(opened->withheld, OPENED_ERASED);
}

/* What cannot be read must not stand in the way of what comes behind it. */
static void test_a_damaged_person_is_left_out(void **state)
{
	struct stage *stage = *state;
	life_refer(&stage->life, 1, "uwv", "wsp");
	stage->box.data[stage->box.size - 1] ^= 1;
	const struct opened *opened = open_last(stage, "wsp");
	assert_null(opened->person);
	assert_string_equal(opened->withheld, OPENED_UNREADABLE);
}

static void test_a_verdict_brings_nobody(void **state)
{
	struct stage *stage = *state;
	life_live(&stage->life);
	life_act(&stage->life, 1, ACTION_ACCEPT, "wsp");
	const struct opened *opened = open_last(stage, "wsp");
	assert_int_equal(opened->handover->kind, HANDOVER_KIND_VERDICT);
	assert_null(opened->person);
	assert_int_equal(opened->handover->code, REJECTION_CODE_ILLEGAL);
}

/* Without its words a question is none; of the rest comes what the lists name, as ever. */
static void test_questions_and_answers_bring_their_words(void **state)
{
	static const char *const list[] = {"worker_name", "postcode", NULL};
	static const char *const expected[] = {"worker_name", "postcode", "text", NULL};
	struct stage *stage = *state;
	for (size_t i = 0; i < stage->conf.rules.desks_count; i++)
		stage->desks[i].fields = stage->desks[i].fields_accepted = list;
	life_refer(&stage->life, 1, "uwv", "wsp");
	check_person(open_last(stage, "wsp"), list);
	life_deliver(&stage->life, 1);
	life_act(&stage->life, 1, ACTION_ASK, "wsp");
	const struct opened *question = open_last(stage, "uwv");
	assert_int_equal(question->handover->kind, HANDOVER_KIND_QUESTION);
	check_person(question, expected);
	assert_true(item_is_access(&stage->item));
	life_act(&stage->life, 1, ACTION_ANSWER, "uwv");
	const struct opened *answer = open_last(stage, "wsp");
	assert_int_equal(answer->handover->kind, HANDOVER_KIND_ANSWER);
	check_person(answer, expected);
	assert_true(item_is_access(&stage->item));
	life_act(&stage->life, 1, ACTION_DECLINE, "wsp");
	check_person(open_last(stage, "uwv"), list);
}

static void test_words_stay_where_consent_was_withdrawn(void **state)
{
	struct stage *stage = *state;
	life_refer(&stage->life, 1, "uwv", "wsp");
	life_deliver(&stage->life, 1);
	life_act(&stage->life, 1, ACTION_ASK, "wsp");
	life_act(&stage->life, 1, ACTION_ANSWER, "uwv");
	assert_non_null(open_last(stage, "wsp")->person);
	life_act(&stage->life, 1, ACTION_WITHDRAW_CONSENT, "uwv");
	life_act(&stage->life, 1, ACTION_ASK, "wsp");
	const struct opened *question = open_last(stage, "uwv");
	assert_int_equal(question->handover->kind, HANDOVER_KIND_QUESTION);
	assert_null(question->person);
	assert_string_equal(question->withheld, OPENED_WITHDRAWN);
}

/* What is refused depends on where the referral stands, which the target may keep to itself. */
static void test_a_verdict_tells_no_more_than_the_target(void **state)
{
	struct stage *stage = *state;
	life_live(&stage->life);
	life_act(&stage->life, 1, ACTION_ACKNOWLEDGE, "uwv");
	const struct handover *verdict = open_last(stage, "uwv")->handover;
	assert_int_equal(verdict->kind, HANDOVER_KIND_VERDICT);
	assert_int_equal(verdict->state, REFERRAL_STATE_ACCEPTED);
	assert_non_null(memmem(verdict->text.data, verdict->text.size, "ACCEPTED", 8));
	partner(stage, "WSP")->feedback = RULES_FEEDBACK_NONE;
	verdict = open_last(stage, "uwv")->handover;
	assert_int_equal(verdict->code, REJECTION_CODE_ILLEGAL);
	assert_false(verdict->has_state);
	assert_non_null(verdict->text.data);
	assert_null(memmem(verdict->text.data, verdict->text.size, "ACCEPTED", 8));
}

/* A handover may come to the view before its client; later, what is not there is gone. How long ago
 * that was which it tells of does not count: it may have been decided long after. */
static void test_the_view_may_be_behind(void **state)
{
	struct stage *stage = *state;
	struct handover handover = {.desk = bytes_of_string("wsp"),
		.kind = HANDOVER_KIND_OFFER,
		.at = stage->life.world.now - 2 * (int64_t)FOUND_ARRIVAL_MS,
		.has_client = true,
		.client = stage->life.world.state.client.client,
		.has_referral = true,
		.referral = world_referral(1),
		.version = 1,
		.sealed = &stage->sealed};
	life_put(&stage->life, TOPIC_HANDOVERS, &handover);
	assert_int_equal(open_with(stage, "wsp", &stage->sealed), OK);
	assert_null(stage->item.opened.person);
	assert_string_equal(stage->item.opened.withheld, OPENED_ERASED);
	stage->had = FOUND_ARRIVAL_MS - 1;
	assert_int_equal(open_with(stage, "wsp", &stage->sealed), RETRY);
}

/* Of a client that the view knows, a consent may have come or gone with the offer. */
static void test_an_offer_waits_for_no_view_that_knows_nobody(void **state)
{
	struct stage *stage = *state;
	struct view_reader *reader = stage->life.file->reader;
	life_refer(&stage->life, 1, "uwv", "wsp");
	assert_int_equal(view_reader_begin(reader, &stage->arena, &stage->err), OK);
	struct handover handover = *last_of(stage, "wsp").handover;
	view_reader_end(reader);
	assert_non_null(handover.body);
	stage->had = 0;
	handover.version++;
	life_put(&stage->life, TOPIC_HANDOVERS, &handover);
	assert_int_equal(open_with(stage, "wsp", &stage->sealed), RETRY);
	handover.client.data[0] ^= 1;
	life_put(&stage->life, TOPIC_HANDOVERS, &handover);
	check_person(open_last(stage, "wsp"), before);
	assert_true(item_is_access(&stage->item));
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_offer_shows_what_the_first_list_names),
		TEST(a_worker_to_call_is_nobody_identified),
		TEST(no_list_shows_nobody),
		TEST(acceptance_shows_what_the_second_list_names),
		TEST(an_offer_without_a_body_gets_that_of_its_message),
		TEST(a_bsn_goes_only_where_the_law_lets_it),
		TEST(each_partner_has_its_own_pseudonym),
		TEST(who_has_the_client_is_told_as_far_as_agreed),
		TEST(a_sender_is_told_what_the_target_reports),
		TEST(withdrawn_consent_stops_sharing),
		TEST(an_erased_key_leaves_no_person),
		TEST(a_damaged_person_is_left_out),
		TEST(a_verdict_brings_nobody),
		TEST(questions_and_answers_bring_their_words),
		TEST(words_stay_where_consent_was_withdrawn),
		TEST(a_verdict_tells_no_more_than_the_target),
		TEST(the_view_may_be_behind),
		TEST(an_offer_waits_for_no_view_that_knows_nobody),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
