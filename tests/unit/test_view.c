/* test_view - records of all topics go into the tables, and queries find what they say. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hub/view/apply.h"
#include "hub/view/digest.h"
#include "hub/view/query.h"
#include "hub/view/store.h"
#include "tests/support/random.h"

#define OFFSETS 40 /* records per partition of the interleaving test */
#define PARTITIONS 2

static const struct pseudonym anna = {{0xa1, 0x01}}, bram = {{0xb2, 0x02}};
static const struct uuid first = {{0xa1, 0x11}}, second = {{0xa1, 0x22}}, third = {{0xa1, 0x33}};

/* A file of its own, open for writing and reading. */
struct world {
	char path[64];
	sqlite3 *db;
	struct apply *apply;
	struct view_reader *reader;
	struct arena arena;
	struct err err;
};

static struct bytes text(const char *s)
{
	return bytes_of_string(s);
}

static void delete_file(struct world *world)
{
	store_delete(world->path);
}

static void open_writer(struct world *world, const char *source)
{
	const struct store_options options = {world->path, source, 1024};
	bool fresh;
	assert_int_equal(store_open_writer(&world->db, &options, &fresh, &world->err), OK);
	assert_int_equal(apply_new(&world->apply, world->db, &world->err), OK);
}

static struct world *world_new(void)
{
	struct world *world = test_calloc(1, sizeof(*world));
	int descriptor;
	strcpy(world->path, "/tmp/test_view.XXXXXX");
	descriptor = mkstemp(world->path);
	assert_true(descriptor >= 0);
	close(descriptor);
	open_writer(world, "cluster/test.");
	return world;
}

static void begin(struct world *world)
{
	if (world->reader == NULL)
		assert_int_equal(view_reader_new(&world->reader, world->path, &world->err), OK);
	assert_int_equal(view_reader_begin(world->reader, &world->arena, &world->err), OK);
}

static void end(struct world *world)
{
	view_reader_end(world->reader);
}

static void close_writer(struct world *world)
{
	apply_free(world->apply);
	store_close(world->db);
	world->apply = NULL;
	world->db = NULL;
}

static void world_free(struct world *world)
{
	view_reader_free(world->reader);
	close_writer(world);
	arena_done(&world->arena);
	delete_file(world);
	test_free(world);
}

static void put(struct world *world, enum topic topic, int64_t offset, const void *value)
{
	struct buffer payload = {0};
	struct apply_record record = {.topic = topic, .offset = offset, .time = 1000 + offset};
	if (value != NULL) {
		topics_row(topic)->value->encode(value, &payload);
		record.payload = buffer_bytes(&payload);
		record.value = value;
	}
	assert_int_equal(apply_record(world->apply, &record, &world->err), OK);
	buffer_done(&payload);
}

static void put_tombstone(struct world *world, enum topic topic, const char *key)
{
	const struct apply_record record = {.topic = topic, .offset = 999, .key = text(key)};
	assert_int_equal(apply_record(world->apply, &record, &world->err), OK);
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

static int64_t count(struct world *world, const char *query)
{
	sqlite3_stmt *statement;
	assert_int_equal(sqlite3_prepare_v2(world->db, query, -1, &statement, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	int64_t found = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return found;
}

static void test_message_and_event(void **state)
{
	struct world *world = world_new();
	struct message message = message_of(1, "case-1");
	struct sealed sealed = {.box = text("secret")};
	struct event event = event_of(7, RESULT_APPLIED);
	struct transition transition = {.row = text("1"), .after = after_of(first)};
	const struct view_case which = {
		text("00000099000000001000"), text("suite"), text("case-1")};
	struct view_messages found;
	(void)state;

	message.sealed = &sealed;
	put(world, TOPIC_INTAKE, 7, &message);
	begin(world);
	assert_int_equal(view_messages_of_case(world->reader, &which, &found, &world->err), OK);
	assert_int_equal(found.count, 1);
	assert_null(found.items[0].event);
	assert_null(found.items[0].message->sealed);
	assert_int_equal(view_messages_of_referral(world->reader, first, &found, &world->err), OK);
	assert_int_equal(found.count, 1);
	assert_null(found.items[0].event);
	assert_int_equal(found.items[0].received_at, 1007);
	end(world);

	event.transitions = &transition;
	event.transitions_count = 1;
	put(world, TOPIC_EVENTS, 3, &event);
	begin(world);
	assert_int_equal(view_messages_of_case(world->reader, &which, &found, &world->err), OK);
	assert_int_equal(found.items[0].event->result, RESULT_APPLIED);
	assert_int_equal(view_messages_of_referral(world->reader, first, &found, &world->err), OK);
	assert_int_equal(found.count, 1);
	assert_non_null(found.items[0].event);
	assert_int_equal(view_messages_of_referral(world->reader, second, &found, &world->err), OK);
	assert_int_equal(found.count, 0);
	end(world);
	world_free(world);
}

/* A repeat has the id of the first; its place in intake tells them apart. */
static void test_repeat(void **state)
{
	struct world *world = world_new();
	struct message message = message_of(1, "case-1");
	struct event applied = event_of(0, RESULT_APPLIED), twice = event_of(1, RESULT_DUPLICATE);
	const struct view_message *found;
	(void)state;

	put(world, TOPIC_INTAKE, 0, &message);
	put(world, TOPIC_INTAKE, 1, &message);
	put(world, TOPIC_EVENTS, 0, &applied);
	put(world, TOPIC_EVENTS, 1, &twice);
	begin(world);
	assert_int_equal(view_message_at(world->reader, 0, 1, &found, &world->err), OK);
	assert_int_equal(found->event->result, RESULT_DUPLICATE);
	assert_int_equal(view_message_at(world->reader, 0, 0, &found, &world->err), OK);
	assert_int_equal(found->event->result, RESULT_APPLIED);
	assert_int_equal(view_message_at(world->reader, 1, 0, &found, &world->err), OK);
	assert_null(found);
	end(world);
	world_free(world);
}

/* The hub made the second from the first, and the third from the second. */
static void test_referral_of_a_parent(void **state)
{
	struct world *world = world_new();
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
	put(world, TOPIC_CLIENTS, 0, &client);
	put(world, TOPIC_PERSONS, 0, &person);
	put(world, TOPIC_EVENTS, 0, &event);
	put(world, TOPIC_INTAKE, 0, &message);
	begin(world);
	assert_int_equal(view_referral(world->reader, third, &found, &world->err), OK);
	assert_memory_equal(&found->client_id, &anna, sizeof(anna));
	assert_memory_equal(found->parent, &second, sizeof(second));
	assert_int_equal(found->referral->target, 1);
	assert_true(bytes_equal_string(found->created_by->message->case_, "case-1"));
	assert_int_equal(view_referral(world->reader, first, &found, &world->err), OK);
	assert_null(found->referral);
	assert_int_equal(view_person(world->reader, third, &found_person, &world->err), OK);
	assert_true(bytes_equal_string(found_person->sealed.box, "box"));
	end(world);
	world_free(world);
}

static void test_clients(void **state)
{
	struct world *world = world_new();
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
	put(world, TOPIC_CLIENTS, 0, &of_anna);
	put(world, TOPIC_CLIENTS, 1, &of_bram);
	assert_int_equal(count(world, "SELECT count(*) FROM clocks"), 3);
	assert_int_equal(count(world, "SELECT due FROM clocks WHERE desk = 'wsp'"), 5);
	assert_int_equal(count(world, "SELECT due FROM clocks WHERE desk = 'gemeente'"), 9);
	referral.clocks_count = 1;
	put(world, TOPIC_CLIENTS, 2, &of_anna);
	assert_int_equal(count(world, "SELECT count(*) FROM clocks"), 2);

	begin(world);
	assert_int_equal(view_owners(world->reader, &owners, &world->err), OK);
	assert_int_equal(owners.count, 2);
	assert_true(bytes_equal_string(owners.items[1].desk, "wsp"));
	assert_int_equal(owners.items[1].clients, 1);
	assert_int_equal(
		view_clients_by_match(world->reader, (struct tag){{0}}, &same, &world->err), OK);
	assert_int_equal(same.count, 2);
	assert_int_equal(view_client(world->reader, bram, &found, &world->err), OK);
	assert_int_equal(found->owner, 1);
	end(world);

	put_tombstone(world, TOPIC_CLIENTS, "b2020000000000000000000000000000");
	begin(world);
	assert_int_equal(view_client(world->reader, bram, &found, &world->err), OK);
	assert_null(found);
	end(world);
	world_free(world);
}

static void test_keys_are_erased(void **state)
{
	struct world *world = world_new();
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
	put(world, TOPIC_KEYS, 0, &young);
	put(world, TOPIC_KEYS, 1, &old);
	put(world, TOPIC_KEYS, 2, &other);
	begin(world);
	assert_int_equal(view_key_of_owner(world->reader, owner, &found, &world->err), OK);
	assert_int_equal(found->made_at, 5);
	end(world);
	bytes_to_hex(bytes_of(old.key.data, sizeof(old.key.data)), hex);
	put_tombstone(world, TOPIC_KEYS, hex);
	begin(world);
	assert_int_equal(view_key(world->reader, old.key, &found, &world->err), OK);
	assert_null(found);
	assert_int_equal(view_key_of_owner(world->reader, owner, &found, &world->err), OK);
	assert_int_equal(found->made_at, 6);
	end(world);
	world_free(world);
}

static void test_feed(void **state)
{
	struct world *world = world_new();
	struct handover handover = {.desk = text("wsp"), .has_referral = true, .referral = first};
	struct handover others = {.desk = text("uwv"), .has_referral = true, .referral = first};
	struct view_feed feed = {text("wsp"), 0, 2};
	struct view_handovers found;
	(void)state;

	for (handover.number = 1; handover.number <= 3; handover.number++) {
		put(world, TOPIC_HANDOVERS, 2 * handover.number - 2, &handover);
		put(world, TOPIC_HANDOVERS, 2 * handover.number - 1, &others);
	}
	begin(world);
	assert_int_equal(view_handovers(world->reader, &feed, &found, &world->err), OK);
	assert_int_equal(found.count, 2);
	assert_int_equal(found.items[0].handover->number, 1);
	feed.after = found.items[1].cursor;
	assert_int_equal(view_handovers(world->reader, &feed, &found, &world->err), OK);
	assert_int_equal(found.count, 1);
	assert_int_equal(found.items[0].handover->number, 3);
	end(world);
	world_free(world);
}

static void test_facts(void **state)
{
	struct world *world = world_new();
	struct fact fact = {.kind = FACT_KIND_HOLD, .id = text("wsp"), .at = 1};
	struct view_facts found;
	(void)state;

	put(world, TOPIC_FACTS, 0, &fact);
	fact.at = 2;
	put(world, TOPIC_FACTS, 1, &fact);
	begin(world);
	assert_int_equal(view_facts(world->reader, FACT_KIND_HOLD, &found, &world->err), OK);
	assert_int_equal(found.count, 1);
	assert_int_equal(found.items[0]->at, 2);
	end(world);
	put_tombstone(world, TOPIC_FACTS, "hold/wsp");
	begin(world);
	assert_int_equal(view_facts(world->reader, FACT_KIND_HOLD, &found, &world->err), OK);
	assert_int_equal(found.count, 0);
	end(world);
	world_free(world);
}

/* An unreadable intake record still counts; what claims an impossible place is not believed. */
static void test_hostile(void **state)
{
	struct world *world = world_new();
	struct event event = event_of(0, RESULT_REJECTED);
	(void)state;

	put(world, TOPIC_INTAKE, 4, NULL);
	assert_int_equal(count(world, "SELECT count(*) FROM messages WHERE event IS NULL"), 1);
	event.offset = -5;
	put(world, TOPIC_EVENTS, 0, &event);
	event.offset = 4;
	event.partition = -1;
	put(world, TOPIC_EVENTS, 1, &event);
	assert_int_equal(count(world, "SELECT count(*) FROM messages WHERE event IS NULL"), 1);
	event.partition = 0;
	put(world, TOPIC_EVENTS, 2, &event);
	assert_int_equal(count(world, "SELECT count(*) FROM messages WHERE event IS NULL"), 0);
	world_free(world);
}

static void test_file_of_another_source(void **state)
{
	struct world *world = world_new();
	struct message message = message_of(1, "case-1");
	(void)state;

	put(world, TOPIC_INTAKE, 0, &message);
	close_writer(world);
	open_writer(world, "cluster/test.");
	assert_int_equal(count(world, "SELECT count(*) FROM messages"), 1);
	close_writer(world);
	open_writer(world, "another/test.");
	assert_int_equal(count(world, "SELECT count(*) FROM messages"), 0);
	world_free(world);
}

static void test_damaged_file(void **state)
{
	struct world *world = world_new();
	struct view_reader *reader;
	FILE *file;
	(void)state;

	close_writer(world);
	file = fopen(world->path, "w");
	assert_non_null(file);
	fputs("this is no database, whatever its name may say about it ..............", file);
	fclose(file);
	assert_int_not_equal(view_reader_new(&reader, world->path, &world->err), OK);
	open_writer(world, "cluster/test.");
	assert_int_equal(count(world, "SELECT count(*) FROM messages"), 0);
	world_free(world);
}

static void test_one_writer(void **state)
{
	struct err err = {0};
	int one, two;
	(void)state;

	assert_int_equal(store_lock(&one, "/tmp/test_view_lock/view", &err), OK);
	assert_int_equal(store_lock(&two, "/tmp/test_view_lock/view", &err), FATAL);
	close(one);
	assert_int_equal(store_lock(&two, "/tmp/test_view_lock/view", &err), OK);
	close(two);
	unlink("/tmp/test_view_lock/view.lock");
	rmdir("/tmp/test_view_lock");
}

struct stream {
	enum topic topic;
	int32_t partition;
	int64_t offset;
};

/* The same record for the same place, whenever it is asked for. */
static void put_random(struct world *world, const struct stream *stream)
{
	const struct schema *schema = topics_row(stream->topic)->value;
	struct random random = {(uint64_t)stream->topic << 40 | (uint64_t)stream->partition << 32 |
		(uint64_t)stream->offset};
	struct arena arena = {0};
	struct buffer payload = {0};
	void *value = arena_get(&arena, schema->size);
	random_record(&random, &arena, schema->rows, value);
	if (stream->topic == TOPIC_EVENTS) {
		struct event *event = value;
		event->partition = stream->partition;
		event->offset = stream->offset;
	}
	schema->encode(value, &payload);
	const struct apply_record record = {.topic = stream->topic,
		.partition = stream->partition,
		.offset = stream->offset,
		.payload = buffer_bytes(&payload),
		.value = value};
	assert_int_equal(apply_record(world->apply, &record, &world->err), OK);
	buffer_done(&payload);
	arena_done(&arena);
}

static void put_all_interleaved(struct world *world, uint64_t seed)
{
	struct random random = {seed};
	struct stream streams[TOPIC_COUNT * PARTITIONS];
	size_t open = 0;
	for (int topic = 0; topic < TOPIC_COUNT; topic++) {
		for (int32_t partition = 0; partition < PARTITIONS; partition++) {
			bool one = topics_row((enum topic)topic)->spread == TOPICS_ONE;
			if (topic != TOPIC_FETCH && !(one && partition > 0))
				streams[open++] = (struct stream){(enum topic)topic, partition, 0};
		}
	}
	assert_int_equal(store_exec(world->db, "BEGIN", &world->err), OK);
	while (open > 0) {
		struct stream *stream = &streams[random_below(&random, open)];
		put_random(world, stream);
		if (++stream->offset == OFFSETS)
			*stream = streams[--open];
	}
	assert_int_equal(store_exec(world->db, "COMMIT", &world->err), OK);
}

static void add_rows(void *context, const struct digest_table *table)
{
	*(int64_t *)context += table->rows;
}

static void test_content_does_not_depend_on_how_topics_interleave(void **state)
{
	char digests[3][DIGEST_SIZE];
	(void)state;

	for (uint64_t i = 0; i < 3; i++) {
		struct world *world = world_new();
		int64_t rows = 0;
		put_all_interleaved(world, i);
		if (i == 2)
			put_tombstone(world, TOPIC_FACTS, "hold/nobody");
		begin(world);
		assert_int_equal(
			view_digest(world->reader, add_rows, &rows, digests[i], &world->err), OK);
		assert_true(rows > (TOPIC_COUNT - 2) * PARTITIONS * OFFSETS);
		end(world);
		world_free(world);
	}
	assert_string_equal(digests[0], digests[1]);
	assert_string_equal(digests[0], digests[2]);
}

static void test_digest_sees_a_change(void **state)
{
	struct world *world = world_new();
	char before[DIGEST_SIZE], after[DIGEST_SIZE];
	int64_t rows;
	(void)state;

	put_all_interleaved(world, 1);
	begin(world);
	assert_int_equal(view_digest(world->reader, add_rows, &rows, before, &world->err), OK);
	end(world);
	assert_int_equal(
		store_exec(world->db, "UPDATE clients SET version = version + 1", &world->err), OK);
	begin(world);
	assert_int_equal(view_digest(world->reader, add_rows, &rows, after, &world->err), OK);
	end(world);
	assert_string_not_equal(before, after);
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_message_and_event),
		cmocka_unit_test(test_repeat),
		cmocka_unit_test(test_referral_of_a_parent),
		cmocka_unit_test(test_clients),
		cmocka_unit_test(test_keys_are_erased),
		cmocka_unit_test(test_feed),
		cmocka_unit_test(test_facts),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_file_of_another_source),
		cmocka_unit_test(test_damaged_file),
		cmocka_unit_test(test_one_writer),
		cmocka_unit_test(test_content_does_not_depend_on_how_topics_interleave),
		cmocka_unit_test(test_digest_sees_a_change),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
