/* test_report - a client's life as the core decides it, in the view: its sums, queues and story. */
#include "tests/support/life.h"
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "hub/view/database.h"
#include "hub/view/digest.h"
#include "hub/view/report.h"

static struct life life;

static int start(void **state)
{
	(void)state;
	life_init(&life);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	life_done(&life);
	return 0;
}

static struct report_flow flow_at(int64_t committed_offset)
{
	const int64_t offsets[] = {committed_offset};
	const struct report_committed committed = {offsets, 1};
	struct report_flows flows;
	view_file_begin(life.file);
	assert_int_equal(report_flow(life.file->reader, &committed, &flows, &life.file->err), OK);
	view_file_end(life.file);
	for (size_t i = 0; i < flows.count; i++) {
		if (bytes_equal(flows.items[i].partner, life.world.message.partner))
			return flows.items[i];
	}
	fail_msg("no flow of the partner");
	return (struct report_flow){.received = -1};
}

static void the_sum_closes(void **state)
{
	(void)state;
	life_live(&life);
	life_refer(&life, 1, "uwv", "wsp");
	struct report_flow flow = flow_at(life.offsets[TOPIC_INTAKE]);
	assert_int_equal(flow.received, 2);
	assert_int_equal(flow.applied, 2);
	assert_int_equal(flow.in_flight + flow.unaccounted + flow.oldest, 0);

	life_put(&life, TOPIC_INTAKE, &life.world.message);
	flow = flow_at(life.offsets[TOPIC_INTAKE] - 1);
	assert_int_equal(flow.received, 3);
	assert_int_equal(flow.in_flight, 1);
	assert_int_equal(flow.unaccounted, 0);
	assert_int_equal(flow.oldest, 1000 + life.offsets[TOPIC_INTAKE] - 1);
	flow = flow_at(life.offsets[TOPIC_INTAKE]);
	assert_int_equal(flow.in_flight, 0);
	assert_int_equal(flow.unaccounted, 1);
}

static const struct record_headers no_headers;

static void put_intake_event(
	enum result result, int32_t parked, int32_t redriven, struct record_headers headers)
{
	struct buffer payload = {0};
	struct event event = {.has_offset = true,
		.offset = life.offsets[TOPIC_INTAKE],
		.partner = life.world.message.partner,
		.result = result,
		.has_parked = parked > 0,
		.parked = parked,
		.has_redriven = redriven > 0,
		.redriven = redriven,
		.config = bytes_of_string("c")};
	message_encode(&life.world.message, &payload);
	const struct apply_record record = {.topic = TOPIC_INTAKE,
		.offset = life.offsets[TOPIC_INTAKE]++,
		.headers = headers,
		.payload = buffer_bytes(&payload),
		.value = &life.world.message};
	view_file_put_record(life.file, &record);
	life_put(&life, TOPIC_EVENTS, &event);
	buffer_done(&payload);
}

/* Three messages wait, two are let in again: one is applied, one is refused; a repeat of a redrive
 * changes nothing. */
static void a_redrive_is_not_received_twice(void **state)
{
	(void)state;
	life_refer(&life, 1, "uwv", "wsp");
	put_intake_event(RESULT_REJECTED, 1, 0, no_headers);
	put_intake_event(RESULT_PARKED, 2, 0, no_headers);
	put_intake_event(RESULT_PARKED, 3, 0, no_headers);
	struct report_flow flow = flow_at(life.offsets[TOPIC_INTAKE]);
	assert_int_equal(flow.received, 4);
	assert_int_equal(flow.parked, 3);
	assert_int_equal(flow.rejected, 0);
	put_intake_event(RESULT_APPLIED, 0, 1, (struct record_headers){.redrive = 1});
	put_intake_event(RESULT_DUPLICATE, 0, 0, (struct record_headers){.redrive = 1});
	put_intake_event(RESULT_REJECTED, 0, 2, (struct record_headers){.redrive = 2});
	flow = flow_at(life.offsets[TOPIC_INTAKE]);
	assert_int_equal(flow.received, 4);
	assert_int_equal(flow.applied, 2);
	assert_int_equal(flow.duplicate, 0);
	assert_int_equal(flow.rejected, 1);
	assert_int_equal(flow.parked, 1);
}

/* What was sent on was received once, and whatever becomes of the copy, the sum closes. */
static void a_copy_for_the_survivor_of_a_merge_is_not_received(void **state)
{
	const struct record_headers copy = {.hops = 1};
	(void)state;
	life_refer(&life, 1, "uwv", "wsp");
	put_intake_event(RESULT_FORWARDED, 0, 0, no_headers);
	put_intake_event(RESULT_REJECTED, 0, 0, copy);
	put_intake_event(RESULT_PARKED, 1, 0, copy);
	put_intake_event(RESULT_APPLIED, 0, 1, (struct record_headers){.hops = 1, .redrive = 1});
	struct report_flow flow = flow_at(life.offsets[TOPIC_INTAKE]);
	assert_int_equal(flow.received, 2);
	assert_int_equal(flow.applied, 2);
	assert_int_equal(flow.rejected + flow.parked + flow.duplicate + flow.in_flight, 0);

	life.world.message.partner = bytes_of_string("hub");
	put_intake_event(RESULT_PARKED, 2, 0, no_headers);
	put_intake_event(RESULT_APPLIED, 0, 2, (struct record_headers){.redrive = 2});
	life.world.message.partner = bytes_of_string("00000099000000000001");
	assert_int_equal(flow_at(life.offsets[TOPIC_INTAKE]).received, 2);
	life_spoil(&life, "DELETE FROM messages WHERE kind IN (0, 4)");
	struct report_flows flows;
	view_file_begin(life.file);
	assert_int_equal(
		report_flow(life.file->reader, &(struct report_committed){(const int64_t[]){9}, 1},
			&flows, &life.file->err),
		OK);
	view_file_end(life.file);
	assert_int_equal(flows.count, 0);
}

static void queues_say_what_waits_at_a_desk(void **state)
{
	struct report_queue queue;
	struct report_clocks clocks;
	(void)state;
	life_refer(&life, 1, "uwv", "wsp");
	life_deliver(&life, 1);
	view_file_begin(life.file);
	assert_int_equal(report_queue(life.file->reader, bytes_of_string("wsp"), life.world.now,
				 &queue, &life.file->err),
		OK);
	assert_int_equal(queue.count, 2);
	assert_int_equal(queue.items[1].clock, CLOCK_NAME_T2);
	assert_int_equal(queue.items[1].count, 1);
	assert_int_equal(queue.items[1].late, 0);
	assert_int_equal(queue.items[1].ages[0], 1);
	assert_int_equal(report_clocks(life.file->reader, bytes_of_string("wsp"), 10, &clocks,
				 &life.file->err),
		OK);
	assert_int_equal(clocks.count, 2);
	assert_int_equal(clocks.items[0].clock, CLOCK_NAME_T1);
	assert_true(bytes_equal_string(clocks.items[0].referral->question, "WERK"));
	assert_int_equal(report_queue(life.file->reader, (struct bytes){0}, clocks.items[1].due + 1,
				 &queue, &life.file->err),
		OK);
	for (size_t i = 0; i < queue.count; i++) {
		int64_t of_all_ages = 0;
		for (int age = 0; age < REPORT_AGES; age++)
			of_all_ages += queue.items[i].ages[age];
		assert_int_equal(of_all_ages, queue.items[i].count);
		if (!bytes_equal_string(queue.items[i].desk, "wsp"))
			continue;
		assert_int_equal(queue.items[i].late, 1);
		/* Two working days later it is older than a day. */
		assert_int_equal(
			queue.items[i].ages[0] + queue.items[i].ages[1] + queue.items[i].ages[2],
			0);
	}
	view_file_end(life.file);
}

static const struct report_due *due_at(const struct report_dues *dues, enum clock_name clock)
{
	for (size_t i = 0; i < dues->count; i++) {
		if (dues->items[i].clock == clock)
			return &dues->items[i];
	}
	fail_msg("no such clock");
	return NULL;
}

/* T2 of an offer, looked at ever closer before it comes due, and after. */
static void what_comes_due_is_counted_by_when(void **state)
{
	static const struct {
		int64_t before;
		int past, hour, day, week;
	} rows[] = {
		{8 * 24 * 3600000, 0, 0, 0, 0},
		{7 * 24 * 3600000, 0, 0, 0, 1},
		{24 * 3600000, 0, 0, 1, 1},
		{3600000, 0, 1, 1, 1},
		{0, 0, 1, 1, 1},
		{-1, 1, 0, 0, 0},
	};
	struct report_dues dues;
	(void)state;
	life_refer(&life, 1, "uwv", "wsp");
	life_deliver(&life, 1);
	int64_t t2 = world_clock(&life.world, 1, CLOCK_NAME_T2)->due;
	view_file_begin(life.file);
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		assert_int_equal(report_due(life.file->reader, bytes_of_string("wsp"),
					 t2 - rows[i].before, &dues, &life.file->err),
			OK);
		const struct report_due *due = due_at(&dues, CLOCK_NAME_T2);
		assert_int_equal(due->count, 1);
		assert_int_equal(due->past, rows[i].past);
		assert_int_equal(due->hour, rows[i].hour);
		assert_int_equal(due->day, rows[i].day);
		assert_int_equal(due->week, rows[i].week);
		assert_int_equal(due->next, rows[i].past ? 0 : t2);
	}
	assert_int_equal(report_due(life.file->reader, (struct bytes){0}, life.world.now, &dues,
				 &life.file->err),
		OK);
	assert_true(bytes_equal_string(due_at(&dues, CLOCK_NAME_T6)->desk, "uwv"));
	assert_int_equal(report_due(life.file->reader, bytes_of_string("roc"), life.world.now,
				 &dues, &life.file->err),
		OK);
	assert_int_equal(dues.count, 0);
	view_file_end(life.file);
}

static void put_matched(uint8_t id, uint8_t match, enum client_status status)
{
	struct client client = life.world.state.client;
	client.client.data[0] = id;
	client.status = status;
	client.has_match = match > 0;
	client.match.data[0] = match;
	life_put(&life, TOPIC_CLIENTS, &client);
}

static void only_open_clients_with_one_match_are_doubles(void **state)
{
	static const uint8_t clients[] = {2, 5, 4, 6}, persons[] = {1, 1, 2, 2};
	struct report_doubles doubles;
	(void)state;
	life_live(&life);
	put_matched(2, 1, CLIENT_STATUS_OPEN);
	put_matched(3, 1, CLIENT_STATUS_CLOSED);
	put_matched(4, 2, CLIENT_STATUS_OPEN);
	put_matched(5, 1, CLIENT_STATUS_OPEN);
	put_matched(6, 2, CLIENT_STATUS_OPEN);
	put_matched(7, 3, CLIENT_STATUS_OPEN);
	put_matched(8, 3, CLIENT_STATUS_CLOSED);
	put_matched(9, 0, CLIENT_STATUS_OPEN);
	put_matched(10, 0, CLIENT_STATUS_OPEN);
	view_file_begin(life.file);
	for (int32_t limit = 0; limit < 6; limit++) {
		assert_int_equal(
			report_doubles(life.file->reader, limit, &doubles, &life.file->err), OK);
		assert_int_equal(doubles.count, limit < 4 ? limit : 4);
		for (size_t i = 0; i < doubles.count; i++) {
			assert_int_equal(doubles.items[i].person, persons[i]);
			assert_int_equal(doubles.items[i].client->client.data[0], clients[i]);
		}
	}
	view_file_end(life.file);
}

static void keep_hash(void *context, const struct digest_table *table)
{
	if (strcmp(table->name, "clients") == 0 || strcmp(table->name, "clocks") == 0)
		strcat(context, table->hash);
}

static void hash_clients(struct view_file *file, char out[2 * DIGEST_SIZE])
{
	char total[DIGEST_SIZE];
	*out = '\0';
	view_file_begin(file);
	assert_int_equal(view_digest(file->reader, keep_hash, out, total, &file->err), OK);
	view_file_end(file);
}

/* Kafka may have compacted away all but the last record of a client: what the earlier ones left is
 * changed into the same rows. */
static void rows_follow_from_the_last_record(void **state)
{
	char all[2 * DIGEST_SIZE], last[2 * DIGEST_SIZE];
	struct client *client = &life.world.state.client;
	(void)state;
	client->has_match = true;
	life_live(&life);
	for (uint8_t i = 0; i < 4; i++) {
		struct view_file *fresh = view_file_new();
		client->match.data[0] = i / 2;
		client->has_match = i < 3;
		client->version++;
		client->parked = i;
		life_put(&life, TOPIC_CLIENTS, client);
		view_file_put(fresh, TOPIC_CLIENTS, 7, client);
		hash_clients(life.file, all);
		hash_clients(fresh, last);
		assert_string_equal(all, last);
		view_file_free(fresh);
		assert_int_equal(view_file_number(life.file,
					 "SELECT count(*) FROM clients INDEXED BY"
					 " clients_match WHERE match IS NOT NULL"),
			i < 3);
		assert_int_equal(view_file_number(life.file,
					 "SELECT count(*) FROM clients INDEXED BY"
					 " clients_parked WHERE parked > redriven"),
			i > 0);
	}
	assert_int_equal(view_file_number(life.file, "SELECT count(*) > 0 FROM clocks"), 1);
	bytes_to_hex(bytes_of(client->client.data, sizeof(client->client.data)), all);
	view_file_put_tombstone(life.file, TOPIC_CLIENTS, all);
	assert_int_equal(view_file_number(life.file, "SELECT count(*) FROM clocks"), 0);
}

static void a_story_is_told_in_its_order(void **state)
{
	struct report_events events;
	(void)state;
	life_live(&life);
	view_file_begin(life.file);
	assert_int_equal(report_events(life.file->reader, life.world.message.client, 2, &events,
				 &life.file->err),
		OK);
	assert_int_equal(events.count, 2);
	assert_int_equal(events.items[1].message->body_status_change->action, ACTION_ACCEPT);
	assert_true(bytes_equal_string(events.items[1].event->owner->new, "wsp"));
	view_file_end(life.file);
}

static void clients_are_found_by_their_first_digits(void **state)
{
	static const struct {
		const char *digits;
		size_t count;
	} rows[] = {{"1234", 1}, {"12345", 1}, {"123456", 1}, {"1235", 0}, {"1230", 1}};
	struct view_clients found;
	(void)state;
	life_live(&life);
	view_file_begin(life.file);
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		assert_int_equal(report_by_prefix(life.file->reader,
					 bytes_of_string(rows[i].digits), &found, &life.file->err),
			OK);
		assert_int_equal(found.count, rows[i].count);
	}
	view_file_end(life.file);
}

static void rejections_are_found_by_what_they_are(void **state)
{
	struct report_rejected which = {.limit = 10, .partner = bytes_of_string("nobody")};
	struct report_rejections found;
	(void)state;
	life_live(&life);
	life_act(&life, 1, ACTION_ACCEPT, "wsp");
	view_file_begin(life.file);
	assert_int_equal(report_rejected(life.file->reader, &which, &found, &life.file->err), OK);
	assert_int_equal(found.count, 0);
	which.partner = (struct bytes){0};
	which.client = &life.world.message.client;
	assert_int_equal(report_rejected(life.file->reader, &which, &found, &life.file->err), OK);
	assert_int_equal(found.count, 1);
	assert_false(found.items[0].waits);
	which.waits = true;
	assert_int_equal(report_rejected(life.file->reader, &which, &found, &life.file->err), OK);
	assert_int_equal(found.count, 0);
	assert_int_equal(report_rejection(life.file->reader, 0, 0, &found, &life.file->err), OK);
	assert_int_equal(found.count, 1);
	assert_int_equal(report_rejection(life.file->reader, -1, 0, &found, &life.file->err), OK);
	assert_int_equal(found.count, 0);
	view_file_end(life.file);
}

#define LIFE(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LIFE(the_sum_closes),
		LIFE(a_redrive_is_not_received_twice),
		LIFE(a_copy_for_the_survivor_of_a_merge_is_not_received),
		LIFE(queues_say_what_waits_at_a_desk),
		LIFE(what_comes_due_is_counted_by_when),
		LIFE(only_open_clients_with_one_match_are_doubles),
		LIFE(rows_follow_from_the_last_record),
		LIFE(a_story_is_told_in_its_order),
		LIFE(clients_are_found_by_their_first_digits),
		LIFE(rejections_are_found_by_what_they_are),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
