/* test_audit - what the audit finds when something of a client's life is taken away. */
#include "tests/unit/audits.h"

#include <stdio.h>
#include <string.h>

#include "hub/base/metrics.h"
#include "hub/view/auditor.h"
#include "hub/view/database.h"

static void a_life_is_without_findings(void **state)
{
	(void)state;
	life_live(&life);
	life_act(&life, 1, ACTION_ACCEPT, "wsp");
	assert_int_equal(life.world.decision.event.result, RESULT_REJECTED);
	assert_string_equal(audit(), "");
}

#define OTHER "x'bb000000000000000000000000000000'"

static void put_other_client(void)
{
	life_spoil(&life,
		"INSERT INTO clients (client, version, status, owner, parked, redriven, hash, "
		"value)"
		" SELECT " OTHER ", version, status, owner, parked, redriven, hash, value FROM"
		" clients");
}

/* Messages like the first, under a case each; count, and the columns where they differ. */
static void put_messages(int count, const char *place, const char *case_id, const char *client)
{
	char text[600];
	snprintf(text, sizeof(text),
		"WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)"
		" INSERT INTO messages (place, partner, system, case_id, kind, client, event,"
		" events, fate) SELECT %s, partner, system, %s, 0, %s, event, 1, 0 FROM n"
		" JOIN messages WHERE place = 0",
		count, place, case_id, client);
	life_spoil(&life, text);
}

/* As two edges leave it that took a case for two clients at once. */
static void a_case_of_two_clients_is_found(void **state)
{
	(void)state;
	life_live(&life);
	put_other_client();
	life_spoil(&life, "UPDATE messages SET case_id = 'c1'");
	put_messages(1, "50", "'c2'", OTHER);
	assert_string_equal(audit(), "");
	life_spoil(&life, "UPDATE messages SET case_id = 'c1', system = 'other' WHERE place = 50");
	assert_string_equal(audit(), "");
	life_spoil(&life,
		"UPDATE messages SET system = (SELECT system FROM messages WHERE place = 0)");
	assert_string_equal(audit(), "I17");
	life_spoil(&life, "UPDATE messages SET fate = NULL WHERE place = 50");
	assert_string_equal(audit(), "");
	life_spoil(&life,
		"UPDATE messages SET fate = 0 WHERE place = 50;"
		"UPDATE clients SET status = 1 WHERE client = " OTHER);
	assert_string_equal(audit(), "");
}

/* More cases than are looked at in one transaction, and one that alone has more messages. */
static void the_last_of_many_cases_is_looked_at(void **state)
{
	(void)state;
	life_live(&life);
	put_other_client();
	put_messages(6000, "100 + i", "'d'", "client");
	put_messages(6000, "10000 + i", "'e' || i", "client");
	put_messages(1, "20000", "'z'", "client");
	assert_string_equal(audit(), "");
	put_messages(1, "20001", "'z'", OTHER);
	assert_string_equal(audit(), "I17");
	assert_int_equal(findings_count, 1);
	life_spoil(&life, "UPDATE messages SET case_id = 'd' WHERE place = 20001");
	assert_string_equal(audit(), "I17");
	assert_int_equal(findings_count, 1);
}

/* Kafka keeps handovers for 90 days only. */
static void old_handovers_may_be_gone(void **state)
{
	(void)state;
	life_live(&life);
	life_spoil(&life, "DELETE FROM handovers WHERE number = 1");
	life_spoil(&life, "INSERT INTO positions VALUES (5, 0, 17, 100, -1)");
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

static void put_event_of_nobody(void)
{
	struct event event = life.world.decision.event;
	event.has_client = event.has_offset = event.has_state_hash = false;
	life_put(&life, TOPIC_EVENTS, &event);
}

/* Later audits look at what has new Events, and at what was found. */
static void what_changed_is_looked_at_again(void **state)
{
	struct audit_memory memory = {0};
	(void)state;
	life_live(&life);
	memory_at_hand = &memory;
	assert_string_equal(audit(), "");
	life.offsets[TOPIC_EVENTS] += 5000;
	life_refer(&life, 2, "uwv", "wsp");
	assert_string_equal(audit(), "");
	life.offsets[TOPIC_EVENTS] += 5000;
	put_event_of_nobody();
	assert_string_equal(audit(), "");
	life_spoil(&life, "UPDATE clients SET hash = x'00'");
	assert_string_equal(audit(), "");
	life_act(&life, 1, ACTION_COMPLETE, "wsp");
	life_spoil(&life, "UPDATE clients SET hash = x'00'");
	assert_string_equal(audit(), "I20");
	life.offsets[TOPIC_EVENTS] += 5000;
	put_event_of_nobody();
	assert_string_equal(audit(), "I20");
	life_spoil(&life,
		"UPDATE clients SET hash = (SELECT state_hash FROM events"
		" WHERE state_hash IS NOT NULL ORDER BY place DESC LIMIT 1)");
	assert_string_equal(audit(), "");
	memory_at_hand = NULL;
	audit_memory_done(&memory);
}

/* Nothing is shown before the first audit, zero after it; a violation that goes is gone. */
static void violations_are_shown_in_metrics(void **state)
{
	const struct auditor_options options = {
		.path = life.file->path, .rules = &life.rules, .partitions = 1};
	struct auditor *auditor = auditor_new(&options);
	(void)state;
	life_live(&life);
	life_spoil(&life, "UPDATE clocks SET due = 4102444800000");
	life_spoil(&life, "INSERT INTO positions VALUES (0, 0, 0, 100, 99)");
	assert_false(is_shown("lokethub_invariant_violations{"));
	assert_int_equal(auditor_look(auditor, no_pause, NULL, &life.file->err), OK);
	for (const struct audit_rule *rule = audit_rules; rule->invariant != NULL; rule++) {
		char line[64];
		snprintf(line, sizeof(line), "lokethub_invariant_violations{invariant=\"%s\"} 0\n",
			rule->invariant);
		assert_true(is_shown(line));
	}
	assert_true(is_shown("lokethub_flow_messages{state=\"received\"} 2\n"));
	assert_false(is_shown("lokethub_audit_finished_seconds 0\n"));
	life_spoil(&life, "UPDATE clients SET hash = x'00'");
	life_spoil(&life, "UPDATE messages SET event = NULL, fate = NULL WHERE place = 0");
	assert_int_equal(auditor_look(auditor, no_pause, NULL, &life.file->err), OK);
	assert_true(is_shown("lokethub_invariant_violations{invariant=\"I20\"} 1\n"));
	assert_true(is_shown("lokethub_invariant_violations{invariant=\"I5\"} 1\n"));
	assert_true(is_shown("lokethub_invariant_violations{invariant=\"I19\"} 0\n"));
	assert_true(is_shown("lokethub_flow_messages{state=\"unaccounted\"} 1\n"));
	life_spoil(&life,
		"UPDATE clients SET hash = (SELECT state_hash FROM events"
		" WHERE state_hash IS NOT NULL ORDER BY place DESC LIMIT 1)");
	assert_int_equal(auditor_look(auditor, no_pause, NULL, &life.file->err), OK);
	assert_true(is_shown("lokethub_invariant_violations{invariant=\"I20\"} 0\n"));
	auditor_free(auditor);
}

static void clocks_that_nobody_fires_are_found(void **state)
{
	(void)state;
	life_live(&life);
	assert_string_equal(
		audit_at(life.world.now + INT64_C(90) * 86400000, life.offsets[TOPIC_INTAKE]),
		"I4");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		LIFE(a_life_is_without_findings),
		LIFE(a_case_of_two_clients_is_found),
		LIFE(the_last_of_many_cases_is_looked_at),
		LIFE(old_handovers_may_be_gone),
		LIFE(what_changed_is_looked_at_again),
		LIFE(violations_are_shown_in_metrics),
		LIFE(clocks_that_nobody_fires_are_found),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
