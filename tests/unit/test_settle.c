/* test_settle - a router merges two clients, lets in what was parked, and fires what comes first;
 * each batch is lost once before it is kept, and Kafka is a list here. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "hub/base/clock.h"
#include "hub/base/codes.h"
#include "hub/base/memory.h"
#include "hub/flow/router/batch.h"
#include "hub/flow/router/count.h"
#include "hub/flow/router/facts.h"
#include "hub/flow/router/settle.h"
#include "hub/wire/wire.h"
#include "tests/support/world.h"

#define PARTITIONS 2
#define RECORDS_MAX 64

/* A record of a topic. */
struct line {
	enum topic topic;
	int32_t partition, hops, redrive;
	struct bytes key, value;
};

static struct worker worker;
static struct partition partitions[PARTITIONS];
static struct kafka_settings kafka = {.prefix = "t.", .partitions = PARTITIONS};
static struct conf conf;
static struct router_options options = {.conf = &conf, .kafka = &kafka, .ops_public_key = {9}};
static struct arena arena;
static struct world world;
static struct line log_lines[RECORDS_MAX * 4], pending[RECORDS_MAX];
static size_t log_count, pending_count;

/* What the router's files call, in place of the transaction and the registry. */
enum outcome batch_touch(struct worker *of, struct partition *partition, struct err *err)
{
	(void)of;
	(void)err;
	partition->touched = true;
	return OK;
}

enum outcome batch_send(struct worker *of, const struct record_write *record, struct err *err)
{
	(void)of;
	(void)err;
	assert_true(pending_count < RECORDS_MAX);
	pending[pending_count++] = (struct line){
		.topic = record->topic,
		.partition = record->partition == RECORD_BY_KEY
			? topics_partition(&kafka, record->topic, record->key)
			: record->partition,
		.hops = record->headers.hops,
		.redrive = record->headers.redrive,
		.key = arena_copy(&arena, record->key),
		.value = arena_copy(&arena, record->value),
	};
	return OK;
}

void wire_begin(const struct wire *wire, const struct schema *schema, struct buffer *out)
{
	(void)wire;
	(void)schema;
	(void)out;
}

enum outcome wire_decode(
	struct wire *wire, struct wire_record *record, void *out, struct arena *in, struct err *err)
{
	(void)wire;
	return message_decode(out, record->value, in, err);
}

void record_headers_read(const struct record_read *record, struct record_headers *out)
{
	const struct line *line = record->message->_private;
	*out = (struct record_headers){.hops = line->hops, .redrive = line->redrive};
}

void *record_borrowed(const void *data)
{
	return (void *)(uintptr_t)data;
}

static void commit(void)
{
	for (size_t i = 0; i < pending_count; i++) {
		assert_true(log_count < UNIT_COUNT(log_lines));
		log_lines[log_count++] = pending[i];
	}
	pending_count = 0;
	for (size_t i = 0; i < PARTITIONS; i++)
		store_commit(partitions[i].store);
}

/* As after a kill: the transaction was aborted, and the record is read again. */
static size_t abort_batch(int32_t partition, struct place place)
{
	size_t lost = pending_count;
	pending_count = 0;
	store_rollback(partitions[partition].store);
	partitions[partition].place = place;
	return lost;
}

static const struct line *intake_at(int32_t partition, int64_t offset)
{
	for (size_t i = 0; i < log_count; i++)
		if (log_lines[i].topic == TOPIC_INTAKE && log_lines[i].partition == partition &&
			offset-- == 0)
			return &log_lines[i];
	return NULL;
}

static void settle_line(int32_t partition, const struct line *line)
{
	struct partition *of = &partitions[partition];
	rd_kafka_message_t message = {._private = record_borrowed(line)};
	const struct record_read record = {.topic = TOPIC_INTAKE,
		.partition = partition,
		.offset = of->place.next,
		.time = world.now,
		.key = line->key,
		.value = line->value,
		.message = &message};
	struct err err = {0};
	assert_int_equal(settle_record(&worker, of, &record, &err), OK);
}

/* Until nothing is left to read. */
static void run(void)
{
	for (bool more = true; more;) {
		more = false;
		for (int32_t i = 0; i < PARTITIONS; i++) {
			struct place place = partitions[i].place;
			const struct line *line = intake_at(i, place.next);
			if (line == NULL)
				continue;
			settle_line(i, line);
			size_t lost = abort_batch(i, place);
			settle_line(i, line);
			assert_int_equal(pending_count, lost);
			commit();
			more = true;
		}
	}
}

/* As an edge: under its client, or the referral where only that is named. */
static void store_message(void)
{
	char key[TOPICS_KEY_SIZE];
	struct buffer value = {0};
	const struct message *message = &world.message;
	topics_key(message->has_client ? message->client.data
				       : message->body_status_change->referral.data,
		key);
	message_encode(message, &value);
	const struct record_write record = {.topic = TOPIC_INTAKE,
		.partition = RECORD_BY_KEY,
		.key = bytes_of_string(key),
		.value = buffer_bytes(&value)};
	struct err err = {0};
	assert_int_equal(batch_send(&worker, &record, &err), OK);
	buffer_done(&value);
	commit();
	run();
}

struct party {
	struct pseudonym client;
	struct uuid referral;
};

static struct party party_of(uint8_t first, uint8_t second, uint8_t number)
{
	return (struct party){.client = {{first, second, number}},
		.referral = {{first, second, number, 9, 0, 0, 0x80, 0, 0x80}}};
}

static void refer(const struct party *party, struct uuid referral, const char *from, const char *to)
{
	world_refer(&world, 1, from, to, REFERRAL_KIND_TRANSFER);
	world.message.client = party->client;
	world.body.referral = referral;
	world.body.legal_basis = (struct legal_basis){0};
	store_message();
}

static void prepare_action(struct uuid referral, enum action action, const char *desk)
{
	world_act(&world, 1, action, desk);
	world.message.has_client = false;
	world.change.referral = referral;
}

static void act(struct uuid referral, enum action action, const char *desk)
{
	prepare_action(referral, action, desk);
	store_message();
}

static struct client client_of(const struct party *party)
{
	struct client client;
	struct err err = {0};
	int32_t partition = topics_slot(party->client.data) % PARTITIONS;
	struct bytes record = store_find(partitions[partition].store, party->client.data);
	assert_int_equal(client_decode(&client, record, &arena, &err), OK);
	return client;
}

static struct event last_event(size_t back)
{
	struct event event;
	struct err err = {0};
	for (size_t i = log_count; i-- > 0;)
		if (log_lines[i].topic == TOPIC_EVENTS && back-- == 0) {
			assert_int_equal(
				event_decode(&event, log_lines[i].value, &arena, &err), OK);
			return event;
		}
	fail_msg("no such event");
	return (struct event){0};
}

static const struct line *last_line(enum topic topic)
{
	for (size_t i = log_count; i-- > 0;)
		if (log_lines[i].topic == topic)
			return &log_lines[i];
	return NULL;
}

/* The last two Events: the loser sends on, the survivor applies. */
static void assert_sent_on(const char *row)
{
	struct event there = last_event(0), here = last_event(1);
	assert_int_equal(here.result, RESULT_FORWARDED);
	assert_int_equal(there.result, RESULT_APPLIED);
	assert_true(bytes_equal_string(there.transitions[0].row, row));
	assert_int_equal(last_line(TOPIC_INTAKE)->hops, 1);
}

static void start(void)
{
	static const char *const codes[][2] = {{"question", "WERK"}, {"origin", "PARTNER"},
		{"urgency", "NORMAL"}, {"purpose", "GUIDANCE"}, {"reason", "OTHER"},
		{"outcome", "ADVICE_GIVEN"}, {"next_step", "NONE"}, {"review", "CONTINUE"},
		{"closing_reason", "PLACED_WORK"}, {"hold_reason", "ILLNESS"}};
	struct err err = {0};
	world_init(&world);
	conf.rules = world_rules();
	conf.codes = codes_new();
	for (size_t i = 0; i < UNIT_COUNT(codes); i++)
		assert_int_equal(
			codes_add(conf.codes,
				&(struct code){
					.list = codes[i][0], .code = codes[i][1], .label_nl = "x"},
				&err),
			OK);
	worker = (struct worker){.options = &options, .partitions = partitions};
	worker.facts = facts_new();
	worker.state = memory_get(sizeof(*worker.state));
	worker.decision = memory_get(sizeof(*worker.decision));
	for (int32_t i = 0; i < PARTITIONS; i++)
		partitions[i] = (struct partition){.number = i, .store = store_new(), .mine = true};
	log_count = pending_count = 0;
}

static void end(void)
{
	for (int32_t i = 0; i < PARTITIONS; i++)
		store_free(partitions[i].store);
	facts_free(worker.facts);
	free(worker.state);
	free(worker.decision);
	buffer_done(&worker.record);
	buffer_done(&worker.batch.value);
	arena_done(&worker.arena);
	codes_free(conf.codes);
	world_done(&world);
	arena_done(&arena);
}

static void live(const struct party *party)
{
	refer(party, party->referral, "uwv", "wsp");
	act(party->referral, ACTION_ACCEPT, "wsp");
	act(party->referral, ACTION_COMPLETE, "wsp");
	assert_int_equal(client_of(party).status, CLIENT_STATUS_OPEN);
}

static void merge_and_go_on(struct party survivor, struct party loser)
{
	struct uuid later = loser.referral;
	later.data[3] = 10;
	start();
	live(&survivor);
	live(&loser);
	prepare_action(survivor.referral, ACTION_MERGE, "wsp");
	world.change.has_other_referral = world.change.has_other_client = true;
	world.change.other_referral = loser.referral;
	world.change.other_client = loser.client;
	store_message();
	assert_memory_equal(client_of(&loser).merged_into.data, survivor.client.data, 16);
	assert_false(client_of(&survivor).has_merging);
	assert_int_equal(last_line(TOPIC_INTAKE)->hops, 0);

	refer(&loser, later, "gemeente", "leerwerk");
	assert_sent_on("1d");
	assert_int_equal(
		last_line(TOPIC_INTAKE)->partition, topics_slot(survivor.client.data) % PARTITIONS);
	assert_int_equal(last_line(TOPIC_PERSONS)->partition, topics_slot(later.data) % PARTITIONS);
	refer(&loser, later, "gemeente", "leerwerk");
	assert_sent_on("1c");
	prepare_action(later, ACTION_DELIVERED, "the hub");
	world.change.actor = (struct actor){0};
	store_message();
	assert_sent_on("2");
	act(later, ACTION_ACCEPT, "wsp");
	assert_sent_on("5");
	struct client kept = client_of(&survivor);
	assert_int_equal(kept.referrals_count, 3);
	assert_int_equal(
		topics_slot(kept.referrals[2].referral.data), topics_slot(survivor.client.data));
	act(kept.referrals[2].referral, ACTION_ACCEPT, "leerwerk");
	assert_int_equal(last_event(0).result, RESULT_APPLIED);
	end();
}

static void clients_of_two_partitions_merge(void **state)
{
	(void)state;
	merge_and_go_on(party_of(0x10, 0x10, 1), party_of(0x20, 0x00, 2));
	merge_and_go_on(party_of(0x20, 0x00, 2), party_of(0x10, 0x10, 1));
}

/* Both name the later referral in one store. */
static void clients_of_one_partition_merge(void **state)
{
	(void)state;
	merge_and_go_on(party_of(0x10, 0x10, 1), party_of(0x20, 0x10, 2));
	merge_and_go_on(party_of(0x10, 0x10, 1), party_of(0x10, 0x10, 2));
}

static void store_under(const struct party *party, struct bytes value, int32_t redrive)
{
	char key[TOPICS_KEY_SIZE];
	topics_key(party->client.data, key);
	const struct record_write record = {.topic = TOPIC_INTAKE,
		.partition = RECORD_BY_KEY,
		.key = bytes_of_string(key),
		.value = value,
		.headers = {.redrive = redrive}};
	struct err err = {0};
	assert_int_equal(batch_send(&worker, &record, &err), OK);
	commit();
	run();
}

/* Found by tests/sim/world: what waited in a queue was looked up by the referral that it names. Its
 * client may have forgotten that meanwhile (the 65th one lay in the queue before it), or another
 * client, with which it was merged, have it. Then it was decided about nobody, or about that one:
 * its number was never passed, and its client stayed parked for ever. */
static void what_was_parked_keeps_its_client(void **state)
{
	(void)state;
	const struct party party = party_of(0x10, 0x10, 1), other = party_of(0x10, 0x10, 2);
	const struct uuid named[] = {{{0x10, 0x10, 1, 77}}, other.referral};
	start();
	live(&party);
	live(&other);
	for (int32_t i = 1; i <= 2; i++) {
		struct buffer value = {0};
		store_under(&party, bytes_of_string("not a record"), 0);
		assert_int_equal(client_of(&party).parked, i);
		prepare_action(named[i - 1], ACTION_SEEN, "wsp");
		message_encode(&world.message, &value);
		store_under(&party, buffer_bytes(&value), i);
		buffer_done(&value);
		assert_int_equal(last_event(0).result, RESULT_REJECTED);
		assert_int_equal(last_event(0).code, REJECTION_CODE_UNKNOWN_CASE);
		assert_int_equal(client_of(&party).redriven, i);
	}
	end();
}

static size_t events_count(void)
{
	size_t count = 0;
	for (size_t i = 0; i < log_count; i++)
		count += log_lines[i].topic == TOPIC_EVENTS;
	return count;
}

/* Many may be due at one instant, and offers do not wait for all of them. */
static void a_clock_comes_before_a_message_of_its_client_only(void **state)
{
	(void)state;
	const struct party party = party_of(0x10, 0x10, 1), other = party_of(0x10, 0x10, 2);
	start();
	refer(&party, party.referral, "uwv", "wsp");
	refer(&other, other.referral, "uwv", "wsp");
	int64_t due = world.now + 15 * CLOCK_MINUTE_MS;
	world.now += CLOCK_DAY_MS;
	size_t before = events_count();
	act(party.referral, ACTION_ACCEPT, "wsp");
	assert_int_equal(events_count(), before + 2);
	struct event message = last_event(0), clock = last_event(1);
	assert_int_equal(message.result, RESULT_APPLIED);
	assert_int_equal(clock.clock->clock, CLOCK_NAME_T0);
	assert_memory_equal(clock.client.data, party.client.data, 16);
	assert_int_equal(clock.at, due);
	assert_int_equal(message.at, world.now);

	atomic_store(&worker.clocks_stopped, true);
	act(other.referral, ACTION_COMPLETE, "wsp");
	assert_int_equal(events_count(), before + 3);
	atomic_store(&worker.clocks_stopped, false);
	store_under(&other, bytes_of_string("not a record"), 0);
	assert_int_equal(events_count(), before + 5);
	assert_int_equal(last_event(0).result, RESULT_REJECTED);
	assert_int_equal(last_event(1).clock->clock, CLOCK_NAME_T0);
	assert_int_equal(client_of(&other).parked, 1);
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clients_of_two_partitions_merge),
		cmocka_unit_test(clients_of_one_partition_merge),
		cmocka_unit_test(what_was_parked_keeps_its_client),
		cmocka_unit_test(a_clock_comes_before_a_message_of_its_client_only),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
