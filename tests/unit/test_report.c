/* test_report - a client's life as the core decides it, in the view: its sums, queues and story,
 * and what the audit finds when something of it is taken away. */
#include "tests/support/view_file.h"
#include "tests/support/world.h"
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "hub/base/metrics.h"
#include "hub/view/audit.h"
#include "hub/view/auditor.h"
#include "hub/view/database.h"
#include "hub/view/digest.h"
#include "hub/view/report.h"

struct life {
	struct world world;
	struct rules rules;
	struct view_file *file;
	int64_t offsets[TOPIC_COUNT];
	char findings[8][8];
	size_t found;
};

static struct life life;

static int start(void **state)
{
	(void)state;
	memset(&life, 0, sizeof(life));
	world_init(&life.world);
	life.rules = world_rules();
	life.file = view_file_new();
	return 0;
}

static int stop(void **state)
{
	(void)state;
	world_done(&life.world);
	view_file_free(life.file);
	return 0;
}

static void put(enum topic topic, const void *value)
{
	view_file_put(life.file, topic, life.offsets[topic]++, value);
}

static uint64_t hash_of_client(void)
{
	static const uint8_t zero_key[16] = {0};
	struct buffer bytes = {0};
	client_encode(&life.world.state.client, &bytes);
	uint64_t hash = bytes_hash(buffer_bytes(&bytes), zero_key);
	buffer_done(&bytes);
	return hash;
}

static void put_rejection(const struct event *event)
{
	struct rejection rejection = {
		.code = event->code,
		.text = event->text,
		.owner = bytes_of_string("uwv"),
		.since = 1,
		.has_partition = true,
		.has_offset = true,
		.offset = event->offset,
		.has_client = true,
		.client = life.world.message.client,
		.partner = event->partner,
		.original = bytes_of_string("original"),
		.has_number = event->has_parked,
		.number = event->parked,
	};
	put(TOPIC_REJECTED, &rejection);
}

/* As a router does: what the core decided about the message goes to all topics. */
static void put_decision(void)
{
	struct event event = life.world.decision.event;
	uint64_t hash = hash_of_client();
	event.has_offset = event.clock == NULL;
	event.offset = life.offsets[TOPIC_INTAKE];
	event.has_state_hash = life.world.decision.changes_client;
	memcpy(event.state_hash.data, &hash, sizeof(event.state_hash.data));
	if (event.has_offset)
		put(TOPIC_INTAKE, &life.world.message);
	put(TOPIC_EVENTS, &event);
	if (event.has_state_hash)
		put(TOPIC_CLIENTS, &life.world.state.client);
	for (size_t i = 0; i < life.world.decision.handovers_count; i++)
		put(TOPIC_HANDOVERS, &life.world.decision.handovers[i]);
	if (event.result == RESULT_REJECTED || event.result == RESULT_PARKED)
		put_rejection(&event);
}

static void refer(uint8_t referral, const char *from, const char *to)
{
	world_refer(&life.world, referral, from, to, REFERRAL_KIND_TRANSFER);
	world_send(&life.world);
	put_decision();
}

static void act(uint8_t referral, enum action action, const char *desk)
{
	world_act(&life.world, referral, action, desk);
	world_send(&life.world);
	put_decision();
}

static void deliver(uint8_t referral)
{
	world_hub(&life.world, referral, ACTION_DELIVERED);
	world_send(&life.world);
	put_decision();
}

static void take_finding(void *context, const struct audit_finding *finding)
{
	struct life *of = context;
	assert_true(of->found < UNIT_COUNT(of->findings));
	strcpy(of->findings[of->found++], finding->invariant);
}

static bool no_progress(void *context, int64_t done, int64_t total)
{
	(void)context;
	(void)done;
	(void)total;
	return true;
}

static const char *audit_at(int64_t now, int64_t committed_offset)
{
	const int64_t offsets[] = {committed_offset};
	const struct report_committed committed = {offsets, 1};
	const struct audit audit = {.rules = &life.rules,
		.now = now,
		.committed = &committed,
		.found = take_finding,
		.progress = no_progress,
		.context = &life};
	struct audit_sums sums;
	life.found = 0;
	view_file_begin(life.file);
	view_file_end(life.file);
	assert_int_equal(audit_run(life.file->reader, &audit, &sums, &life.file->err), OK);
	assert_true(sums.flow.received > 0);
	return life.found == 0 ? "" : life.findings[0];
}

static const char *audit(void)
{
	return audit_at(life.world.now, life.offsets[TOPIC_INTAKE]);
}

static void spoil(const char *statement)
{
	assert_int_equal(database_exec(life.file->db, statement, &life.file->err), OK);
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

static void live(void)
{
	refer(1, "uwv", "wsp");
	deliver(1);
	act(1, ACTION_ACCEPT, "wsp");
}

static void a_life_is_without_findings(void **state)
{
	(void)state;
	live();
	act(1, ACTION_ACCEPT, "wsp");
	assert_int_equal(life.world.decision.event.result, RESULT_REJECTED);
	assert_string_equal(audit(), "");
}

struct spoiling {
	const char *statement, *invariant;
};

static void the_audit_finds_what_is_wrong(void **state)
{
	static const struct spoiling rows[] = {
		{"DELETE FROM handovers WHERE number = 1", "I19"},
		{"DELETE FROM handovers", "I19"},
		{"UPDATE clients SET hash = x'0000000000000000'", "I20"},
		{"UPDATE messages SET event = NULL WHERE place = 0", "I5"},
		{"UPDATE messages SET events = 2 WHERE place = 0", "I5"},
		{"UPDATE messages SET partner = NULL, kind = NULL WHERE place = 0", "I5"},
		{"UPDATE messages SET fate = 2 WHERE place = 0", "I6"},
	};
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		if (i > 0)
			start(state);
		live();
		spoil("INSERT INTO positions VALUES (0, 0, 0, 100, 100)");
		assert_string_equal(audit(), "");
		spoil(rows[i].statement);
		assert_string_equal(audit(), rows[i].invariant);
		if (i + 1 < UNIT_COUNT(rows))
			stop(state);
	}
}

/* As two edges leave it that took a case for two clients at once. */
static void a_case_of_two_clients_is_found(void **state)
{
	(void)state;
	live();
	spoil("UPDATE messages SET case_id = 'c1';"
	      "INSERT INTO clients (client, version, status, owner, parked, redriven, hash, value)"
	      " SELECT x'bb000000000000000000000000000000', version, status, owner, parked,"
	      " redriven, hash, value FROM clients;"
	      "INSERT INTO messages (place, partner, system, case_id, kind, client, event, events,"
	      " fate) SELECT 50, partner, system, 'c2', 0, x'bb000000000000000000000000000000',"
	      " event, 1, 0 FROM messages WHERE place = 0");
	assert_string_equal(audit(), "");
	spoil("UPDATE messages SET case_id = 'c1', system = 'other' WHERE place = 50");
	assert_string_equal(audit(), "");
	spoil("UPDATE messages SET system = (SELECT system FROM messages WHERE place = 0)");
	assert_string_equal(audit(), "I17");
	spoil("UPDATE messages SET fate = NULL WHERE place = 50");
	assert_string_equal(audit(), "");
	spoil("UPDATE messages SET fate = 0 WHERE place = 50;"
	      "UPDATE clients SET status = 1 WHERE client = x'bb000000000000000000000000000000'");
	assert_string_equal(audit(), "");
}

/* More cases than are looked at in one transaction, and one that alone has more messages. */
static void the_last_of_many_cases_is_looked_at(void **state)
{
	(void)state;
	live();
	spoil("INSERT INTO clients (client, version, status, owner, parked, redriven, hash, value)"
	      " SELECT x'bb000000000000000000000000000000', version, status, owner, parked,"
	      " redriven, hash, value FROM clients;"
	      "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12000)"
	      " INSERT INTO messages (place, partner, system, case_id, kind, client, event, events,"
	      " fate) SELECT 50 + i, partner, system, CASE WHEN i < 6000 THEN 'd' ELSE 'e' || i"
	      " END, 0, client, event, 1, 0 FROM n JOIN messages WHERE place = 0;"
	      "INSERT INTO messages (place, partner, system, case_id, kind, client, event, events,"
	      " fate) SELECT 20000, partner, system, 'z', 0, client, event, 1, 0 FROM messages"
	      " WHERE place = 0");
	assert_string_equal(audit(), "");
	spoil("INSERT INTO messages (place, partner, system, case_id, kind, client, event, events,"
	      " fate) SELECT 20001, partner, system, 'z', 0, x'bb000000000000000000000000000000',"
	      " event, 1, 0 FROM messages WHERE place = 0");
	assert_string_equal(audit(), "I17");
	assert_int_equal(life.found, 1);
	spoil("UPDATE messages SET case_id = 'd' WHERE place = 20001");
	assert_string_equal(audit(), "I17");
	assert_int_equal(life.found, 1);
}

/* Kafka keeps handovers for 90 days only. */
static void old_handovers_may_be_gone(void **state)
{
	(void)state;
	live();
	spoil("DELETE FROM handovers WHERE number = 1");
	spoil("INSERT INTO positions VALUES (5, 0, 17, 100, -1)");
	assert_string_equal(audit(), "");
}

static bool no_pause(void *context, int64_t ms)
{
	(void)context;
	(void)ms;
	return true;
}

static bool is_shown(const char *line)
{
	struct buffer text = {0};
	metrics_write(&text);
	buffer_add(&text, "", 1);
	bool found = strstr((const char *)buffer_bytes(&text).data, line) != NULL;
	buffer_done(&text);
	return found;
}

/* Nothing is shown before the first audit, zero after it; a violation that goes is gone. */
static void violations_are_shown_in_metrics(void **state)
{
	const struct auditor_options options = {
		.path = life.file->path, .rules = &life.rules, .partitions = 1};
	(void)state;
	live();
	spoil("UPDATE clocks SET due = 4102444800000");
	spoil("INSERT INTO positions VALUES (0, 0, 0, 100, 99)");
	assert_false(is_shown("lokethub_invariant_violations{"));
	assert_int_equal(auditor_look(&options, no_pause, NULL, &life.file->err), OK);
	for (const char *const *row = audit_invariants; *row != NULL; row++) {
		char line[64];
		snprintf(line, sizeof(line), "lokethub_invariant_violations{invariant=\"%s\"} 0\n",
			*row);
		assert_true(is_shown(line));
	}
	assert_true(is_shown("lokethub_flow_messages{state=\"received\"} 2\n"));
	assert_false(is_shown("lokethub_audit_finished_seconds 0\n"));
	spoil("UPDATE clients SET hash = x'00'");
	spoil("UPDATE messages SET event = NULL, fate = NULL WHERE place = 0");
	assert_int_equal(auditor_look(&options, no_pause, NULL, &life.file->err), OK);
	assert_true(is_shown("lokethub_invariant_violations{invariant=\"I20\"} 1\n"));
	assert_true(is_shown("lokethub_invariant_violations{invariant=\"I5\"} 1\n"));
	assert_true(is_shown("lokethub_invariant_violations{invariant=\"I19\"} 0\n"));
	assert_true(is_shown("lokethub_flow_messages{state=\"unaccounted\"} 1\n"));
	spoil("UPDATE clients SET hash = (SELECT state_hash FROM events"
	      " WHERE state_hash IS NOT NULL ORDER BY place DESC LIMIT 1)");
	assert_int_equal(auditor_look(&options, no_pause, NULL, &life.file->err), OK);
	assert_true(is_shown("lokethub_invariant_violations{invariant=\"I20\"} 0\n"));
}

static void clocks_that_nobody_fires_are_found(void **state)
{
	(void)state;
	live();
	assert_string_equal(
		audit_at(life.world.now + INT64_C(90) * 86400000, life.offsets[TOPIC_INTAKE]),
		"I4");
}

static void the_sum_closes(void **state)
{
	(void)state;
	live();
	refer(1, "uwv", "wsp");
	struct report_flow flow = flow_at(life.offsets[TOPIC_INTAKE]);
	assert_int_equal(flow.received, 2);
	assert_int_equal(flow.applied, 2);
	assert_int_equal(flow.in_flight + flow.unaccounted + flow.oldest, 0);

	put(TOPIC_INTAKE, &life.world.message);
	flow = flow_at(life.offsets[TOPIC_INTAKE] - 1);
	assert_int_equal(flow.received, 3);
	assert_int_equal(flow.in_flight, 1);
	assert_int_equal(flow.unaccounted, 0);
	assert_int_equal(flow.oldest, 1000 + life.offsets[TOPIC_INTAKE] - 1);
	flow = flow_at(life.offsets[TOPIC_INTAKE]);
	assert_int_equal(flow.in_flight, 0);
	assert_int_equal(flow.unaccounted, 1);
}

static void put_intake_event(enum result result, int32_t parked, int32_t redriven, int32_t redrive)
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
		.headers = {.redrive = redrive},
		.payload = buffer_bytes(&payload),
		.value = &life.world.message};
	view_file_put_record(life.file, &record);
	put(TOPIC_EVENTS, &event);
	buffer_done(&payload);
}

/* Three messages wait, two are let in again: one is applied, one is refused; a repeat of a redrive
 * changes nothing. */
static void a_redrive_is_not_received_twice(void **state)
{
	(void)state;
	refer(1, "uwv", "wsp");
	put_intake_event(RESULT_REJECTED, 1, 0, 0);
	put_intake_event(RESULT_PARKED, 2, 0, 0);
	put_intake_event(RESULT_PARKED, 3, 0, 0);
	struct report_flow flow = flow_at(life.offsets[TOPIC_INTAKE]);
	assert_int_equal(flow.received, 4);
	assert_int_equal(flow.parked, 3);
	assert_int_equal(flow.rejected, 0);
	put_intake_event(RESULT_APPLIED, 0, 1, 1);
	put_intake_event(RESULT_DUPLICATE, 0, 0, 1);
	put_intake_event(RESULT_REJECTED, 0, 2, 2);
	flow = flow_at(life.offsets[TOPIC_INTAKE]);
	assert_int_equal(flow.received, 4);
	assert_int_equal(flow.applied, 2);
	assert_int_equal(flow.duplicate, 0);
	assert_int_equal(flow.rejected, 1);
	assert_int_equal(flow.parked, 1);
}

static void queues_say_what_waits_at_a_desk(void **state)
{
	struct report_queue queue;
	struct report_clocks clocks;
	(void)state;
	refer(1, "uwv", "wsp");
	deliver(1);
	view_file_begin(life.file);
	assert_int_equal(report_queue(life.file->reader, bytes_of_string("wsp"), life.world.now,
				 &queue, &life.file->err),
		OK);
	assert_int_equal(queue.count, 2);
	assert_int_equal(queue.items[1].clock, CLOCK_NAME_T2);
	assert_int_equal(queue.items[1].count, 1);
	assert_int_equal(queue.items[1].late, 0);
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
		if (bytes_equal_string(queue.items[i].desk, "wsp"))
			assert_int_equal(queue.items[i].late, 1);
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
	live();
	for (uint8_t i = 0; i < 4; i++) {
		struct view_file *fresh = view_file_new();
		client->match.data[0] = i / 2;
		client->has_match = i < 3;
		client->version++;
		client->parked = i;
		put(TOPIC_CLIENTS, client);
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
	live();
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
	live();
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
	live();
	act(1, ACTION_ACCEPT, "wsp");
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
		LIFE(a_life_is_without_findings),
		LIFE(the_audit_finds_what_is_wrong),
		LIFE(a_case_of_two_clients_is_found),
		LIFE(the_last_of_many_cases_is_looked_at),
		LIFE(old_handovers_may_be_gone),
		LIFE(violations_are_shown_in_metrics),
		LIFE(clocks_that_nobody_fires_are_found),
		LIFE(the_sum_closes),
		LIFE(a_redrive_is_not_received_twice),
		LIFE(queues_say_what_waits_at_a_desk),
		LIFE(rows_follow_from_the_last_record),
		LIFE(a_story_is_told_in_its_order),
		LIFE(clients_are_found_by_their_first_digits),
		LIFE(rejections_are_found_by_what_they_are),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
