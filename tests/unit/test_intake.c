/* test_intake - from the bytes that a partner sends to the Message that the hub makes of them. */
#include "tests/unit/unit.h"

#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "hub/base/clock.h"
#include "hub/flow/intake/check.h"
#include "hub/flow/intake/message.h"
#include "hub/flow/intake/report.h"
#include "hub/flow/intake/sent.h"
#include "hub/seal/seal.h"
#include "schemas/draft_json.h"
#include "tests/support/edge_conf.h"

#define DEPTH 16
#define NOW INT64_C(1772443800000) /* 2026-03-02T09:30:00Z */

static const char good[] =
	"{\"system\":\"suite\",\"reference\":\"r1\",\"case\":\"c1\",\"leg\":\"l\","
	"\"occurred_at\":\"2026-03-02T08:00:00Z\","
	"\"person\":{\"bsn\":\"999990019\",\"family_name\":\"Voorbeeld\",\"birth_date\":"
	"\"2001-05-30\",\"text\":\"Wil werken.\"},"
	"\"body\":{\"Referral\":{\"kind\":\"TRANSFER\",\"subject\":\"PERSON\","
	"\"from_desk\":\"gemeente-rotterdam\",\"question\":\"LEERBAAN\",\"origin\":\"PARTNER\","
	"\"municipality\":\"GM0599\",\"purpose\":\"GUIDANCE\",\"legal_basis\":{\"kind\":"
	"\"PUBLIC_TASK\"}}}}";

static const char good_action[] =
	"{\"system\":\"suite\",\"reference\":\"r2\",\"person\":{\"text\":\"Komt maandag.\"},"
	"\"body\":{\"StatusChange\":{\"referral\":\"c00b3e88-5537-8c35-870e-bc07c3f16b50\","
	"\"action\":\"ACCEPT\",\"actor\":{\"worker\":\"team-1\"}}}}";

/* What one test works with. */
struct desk {
	struct arena arena;
	struct problems problems;
	struct ids *ids;
	struct draft draft;
	struct message message;
};

static int set_up(void **state)
{
	static struct desk desk;
	struct ids_secrets secrets = {.pseudonym = {1}, .id = {2}};
	struct err err = {0};
	desk = (struct desk){.ids = NULL};
	if (seal_start(&err) != OK)
		return 1;
	desk.ids = ids_new(&secrets);
	problems_init(&desk.problems, &desk.arena);
	*state = &desk;
	return 0;
}

static int tear_down(void **state)
{
	struct desk *desk = *state;
	ids_free(desk->ids);
	arena_done(&desk->arena);
	return 0;
}

/* good with one piece replaced; in the arena. */
static struct bytes with(struct desk *desk, const char *text, const char *old, const char *new)
{
	const char *at = strstr(text, old);
	assert_non_null(at);
	return bytes_of_string(arena_format(
		&desk->arena, "%.*s%s%s", (int)(at - text), text, new, at + strlen(old)));
}

static enum draft_json_result parse(struct desk *desk, struct bytes body)
{
	problems_init(&desk->problems, &desk->arena);
	return draft_json_bare(body, DEPTH, NULL, &desk->draft, &desk->problems);
}

static void check(struct desk *desk, enum check_kind kind)
{
	const struct check_sender sender = {.kind = kind,
		.conf = edge_conf(),
		.partner = &edge_conf()->partners[0],
		.now = NOW};
	check_draft(&desk->draft, &sender, &desk->problems);
}

static const struct message *make(struct desk *desk, struct bytes body, enum check_kind kind)
{
	const struct message_sender sender = {
		.partner = &edge_conf()->partners[0], .role = CONF_TOKEN_DESK, .now = NOW};
	assert_int_equal(parse(desk, body), DRAFT_JSON_OK);
	check(desk, kind);
	if (desk->problems.count > 0)
		fail_msg("%s %s", desk->problems.items[0].path, desk->problems.items[0].text);
	message_make(desk->ids, &sender, &desk->draft, &desk->arena, &desk->message);
	return &desk->message;
}

static void test_what_is_no_json(void **state)
{
	static const char *const rows[] = {"", "{", "{}x", "{} {}", "[]", "\"x\"", "{\"a\":1,}",
		"{\"a\":\"\xff\"}", "nul", "{\"a\":1}\n\n}", "// x\n{}",
		"[[[[[[[[[[[[[[[[[[[[[[[[[[",
		"{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":"
		"{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":"
		"{\"a\":{\"a\":{\"a\":{}}}}}}}}}}}}}}}}}"};
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		assert_int_equal(parse(*state, bytes_of_string(rows[i])), DRAFT_JSON_UNREADABLE);
		assert_int_equal(((struct desk *)*state)->problems.count, 1);
	}
	assert_int_equal(parse(*state, bytes_of("{}\0{}", 5)), DRAFT_JSON_UNREADABLE);
	assert_int_equal(parse(*state, bytes_of_string(good)), DRAFT_JSON_OK);
}

static void test_texts_hold_nothing_of_what_was_sent(void **state)
{
	struct desk *desk = *state;
	assert_int_equal(
		parse(desk, bytes_of_string("{\"a\":999990019 Voorbeeld")), DRAFT_JSON_UNREADABLE);
	assert_null(strstr(desk->problems.items[0].text, "999990019"));
	parse(desk, with(desk, good, "\"999990019\"", "\"999990018\""));
	check(desk, CHECK_REFERRAL);
	assert_int_equal(desk->problems.count, 1);
	assert_string_equal(desk->problems.items[0].path, "person.bsn");
	assert_null(strstr(desk->problems.items[0].text, "99999"));
}

/* One thing wrong in a good draft: the field that is named. */
static void test_refusals(void **state)
{
	static const struct {
		enum check_kind kind;
		const char *old, *new, *field;
	} rows[] = {
		{CHECK_REFERRAL, "\"case\":\"c1\",", "", "case"},
		{CHECK_REFERRAL, "\"case\":\"c1\",", "\"case\":\"\",", "case"},
		{CHECK_REFERRAL, "\"r1\"", "\"\"", "reference"},
		{CHECK_REFERRAL, "\"from_desk\":\"gemeente-rotterdam\",", "",
			"body.Referral.from_desk"},
		{CHECK_REFERRAL, "gemeente-rotterdam", "wsp-rijnmond", "body.Referral.from_desk"},
		{CHECK_REFERRAL, "gemeente-rotterdam", "nergens", "body.Referral.from_desk"},
		{CHECK_REGISTRATION, "gemeente-rotterdam", "gemeente-rotterdam",
			"body.Referral.from_desk"},
		{CHECK_REFERRAL, "\"question\"", "\"to_desk\":\"nergens\",\"question\"",
			"body.Referral.to_desk"},
		{CHECK_REFERRAL, "\"question\"", "\"to_desk\":\"unknown\",\"question\"",
			"body.Referral.to_desk"},
		{CHECK_REFERRAL, "GM0599", "GM9999", "body.Referral.municipality"},
		{CHECK_REFERRAL, "\"question\"", "\"region\":\"AM99\",\"question\"",
			"body.Referral.region"},
		{CHECK_REFERRAL, "PUBLIC_TASK", "CONSENT", "body.Referral.legal_basis.given_at"},
		{CHECK_REFERRAL, "\"PERSON\"", "\"EMPLOYER\"", "body.Referral.employer"},
		{CHECK_REFERRAL, "LEERBAAN", "GELUK", "body.Referral.question"},
		{CHECK_REFERRAL, "2026-03-02T08:00:00Z", "2026-03-03T09:30:01Z", "occurred_at"},
		{CHECK_REFERRAL, "\"question\"", "\"wished_desk\":\"wsp-rijnmond\",\"question\"",
			"body.Referral.wished_desk"},
		{CHECK_ACTION, "c1", "c1", "body"},
	};
	struct desk *desk = *state;
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		assert_int_equal(
			parse(desk, with(desk, good, rows[i].old, rows[i].new)), DRAFT_JSON_OK);
		check(desk, rows[i].kind);
		if (desk->problems.count == 0)
			fail_msg("%s: no problem", rows[i].field);
		assert_string_equal(desk->problems.items[0].path, rows[i].field);
	}
}

static void test_refused_actions(void **state)
{
	static const struct {
		const char *old, *new, *field;
	} rows[] = {
		{"\"worker\"", "\"desk\":\"wsp-rijnmond\",\"worker\"",
			"body.StatusChange.actor.desk"},
		{"\"worker\"", "\"role\":\"COORDINATOR\",\"worker\"",
			"body.StatusChange.actor.role"},
		{"\"action\"", "\"suggested_desk\":\"nergens\",\"action\"",
			"body.StatusChange.suggested_desk"},
		{"\"action\"", "\"to_desk\":\"nergens\",\"action\"", "body.StatusChange.to_desk"},
		{"\"action\"", "\"to_desk\":\"unknown\",\"action\"", "body.StatusChange.to_desk"},
		{"\"reference\":\"r2\",", "", "reference"},
		{"\"referral\":\"c00b3e88-5537-8c35-870e-bc07c3f16b50\",", "",
			"body.StatusChange.referral"},
	};
	struct desk *desk = *state;
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		assert_int_equal(parse(desk, with(desk, good_action, rows[i].old, rows[i].new)),
			DRAFT_JSON_OK);
		check(desk, CHECK_ACTION);
		if (desk->problems.count == 0)
			fail_msg("%s: no problem", rows[i].field);
		assert_string_equal(desk->problems.items[0].path, rows[i].field);
	}
	parse(desk, with(desk, good_action, "\"reference\":\"r2\",", ""));
	check(desk, CHECK_ACTION);
	assert_non_null(strstr(desk->problems.items[0].text, "occurred_at"));
	parse(desk,
		with(desk, good_action, "\"action\"", "\"suggested_desk\":\"unknown\",\"action\""));
	check(desk, CHECK_ACTION);
	assert_int_equal(desk->problems.count, 0);
}

static void test_all_problems_at_once(void **state)
{
	struct desk *desk = *state;
	assert_int_equal(parse(desk, with(desk, good, "\"LEERBAAN\"", "7")), DRAFT_JSON_INVALID);
	check(desk, CHECK_REFERRAL);
	assert_int_equal(desk->problems.count, 1);
	assert_int_equal(parse(desk,
				 bytes_of_string("{\"case\":7,\"body\":{\"Referral\":"
						 "{\"from_desk\":\"x\",\"legal_basis\":[]}}}")),
		DRAFT_JSON_INVALID);
	check(desk, CHECK_REFERRAL);
	assert_int_equal(desk->problems.count, 8);
	assert_string_equal(desk->problems.items[0].path, "case");
	assert_string_equal(desk->problems.items[7].path, "body.Referral.from_desk");
	assert_int_equal(
		parse(desk, bytes_of_string("{\"body\":{\"Referral\":7}}")), DRAFT_JSON_INVALID);
	check(desk, CHECK_REFERRAL);
	assert_int_equal(desk->problems.count, 2);
	struct bytes body = with(desk, good, "LEERBAAN", "GELUK");
	body = with(desk, (const char *)body.data, "999990019", "999990018");
	body = with(desk, (const char *)body.data, "GM0599", "GM9999");
	body = with(desk, (const char *)body.data, "\"case\":\"c1\",", "");
	assert_int_equal(parse(desk, body), DRAFT_JSON_OK);
	check(desk, CHECK_REFERRAL);
	assert_int_equal(desk->problems.count, 4);
}

static void assert_decodes(struct desk *desk, const struct message *message)
{
	struct buffer avro = {0};
	struct message again;
	struct err err = {0};
	message_encode(message, &avro);
	assert_null(memmem(avro.data, avro.size, "999990019", 9));
	assert_null(memmem(avro.data, avro.size, "Voorbeeld", 9));
	assert_null(memmem(avro.data, avro.size, "Wil werken", 10));
	assert_int_equal(message_decode(&again, buffer_bytes(&avro), &desk->arena, &err), OK);
	message_check(&again, edge_conf()->codes, CHECK_HUB, &desk->problems);
	assert_int_equal(desk->problems.count, 0);
	buffer_done(&avro);
}

static void test_message_of_a_referral(void **state)
{
	struct desk *desk = *state;
	const struct message *message = make(desk, bytes_of_string(good), CHECK_REFERRAL);
	uint8_t client[16];
	ids_of_bsn(desk->ids, bytes_of_string("999990019"), client);
	assert_true(message->has_client);
	assert_memory_equal(message->client.data, client, 16);
	assert_true(message->has_match);
	assert_false(message->derived_reference);
	assert_int_equal(message->occurred_at, NOW - 90 * CLOCK_MINUTE_MS);
	assert_true(message->body_referral->has_referral);
	assert_memory_equal(message_referral(message).data, client, 1);
	assert_memory_equal(message_owner(message), client, 16);
	assert_false(desk->draft.body_referral->has_referral);
	assert_decodes(desk, message);
}

static void test_message_of_an_action(void **state)
{
	struct desk *desk = *state;
	const struct message *message = make(desk, bytes_of_string(good_action), CHECK_ACTION);
	const struct status_change *change = message->body_status_change;
	assert_false(message->has_client);
	assert_true(change->has_text);
	assert_false(change->actor.has_role);
	assert_true(bytes_equal_string(change->actor.partner, EDGE_CONF_CITY));
	assert_int_equal(message->occurred_at, NOW);
	assert_memory_equal(message_owner(message), change->referral.data, 16);
	assert_decodes(desk, message);
	const struct message_sender coordinator = {
		.partner = &edge_conf()->partners[0], .role = CONF_TOKEN_COORDINATOR, .now = NOW};
	struct message other;
	message_make(desk->ids, &coordinator, &desk->draft, &desk->arena, &other);
	assert_true(other.body_status_change->actor.has_role);
	assert_int_equal(other.body_status_change->actor.role, ROLE_COORDINATOR);
}

/* Who the client is: by BSN, an employer by KvK, else by the partner's own number, else the case.
 */
static void test_who_the_client_is(void **state)
{
	static const struct {
		const char *person, *subject;
		int by; /* 0 bsn, 1 kvk, 2 own number, 3 case */
	} rows[] = {
		{"\"bsn\":\"999990019\",\"own_number\":\"7\"", "PERSON", 0},
		{"\"own_number\":\"7\"", "PERSON", 2},
		{"\"own_number\":\"7\",\"kvk\":\"90001354\"", "PERSON", 2},
		{"\"kvk\":\"90001354\"", "PERSON", 3},
		{"\"family_name\":\"Voorbeeld\"", "PERSON", 3},
		{"\"kvk\":\"90001354\",\"own_number\":\"7\"", "EMPLOYER", 1},
		{"\"own_number\":\"7\"", "EMPLOYER", 1},
		{"\"bsn\":\"999990019\"", "EMPLOYER", 1},
	};
	struct desk *desk = *state;
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		uint8_t clients[4][16];
		struct bytes partner = bytes_of_string(EDGE_CONF_CITY);
		const char *body = arena_format(&desk->arena,
			"{\"case\":\"c1\",\"person\":{%s},\"body\":{\"Referral\":{\"kind\":"
			"\"TRANSFER\","
			"\"subject\":\"%s\",\"from_desk\":\"gemeente-rotterdam\",\"question\":"
			"\"LEERBAAN\",\"origin\":\"PARTNER\",\"purpose\":\"GUIDANCE\",\"employer\":"
			"{\"kvk\":\"90001354\"},\"legal_basis\":{\"kind\":\"PUBLIC_TASK\"}}}}",
			rows[i].person, rows[i].subject);
		ids_of_bsn(desk->ids, bytes_of_string("999990019"), clients[0]);
		ids_of_kvk(desk->ids, bytes_of_string("90001354"), clients[1]);
		ids_of_own_number(desk->ids, partner, bytes_of_string("7"), clients[2]);
		ids_of_case(
			desk->ids, partner, bytes_of_string(""), bytes_of_string("c1"), clients[3]);
		const struct message *message = make(desk, bytes_of_string(body), CHECK_REFERRAL);
		assert_memory_equal(message->client.data, clients[rows[i].by], 16);
	}
}

/* Equal: the same message again. Else: another id, another digest, or both. */
static void test_repeats_and_changes(void **state)
{
	static const struct {
		const char *old, *new;
		bool same_id, same_digest, same_referral;
	} rows[] = {
		{"c1", "c1", true, true, true},
		{"2026-03-02T08:00:00Z", "2026-03-02T09:00:00Z", true, true, true},
		{"\"r1\"", "\"r2\"", false, true, true},
		{"\"suite\"", "\"other\"", false, false, false},
		{"Wil werken.", "Wil leren.", true, false, true},
		{"\"c1\"", "\"c2\"", true, false, false},
		{"\"l\"", "\"m\"", true, false, false},
		{"999990019", "999991772", true, false, false},
		{"GM0599", "GM0599\",\"region\":\"AM22", true, false, true},
	};
	struct desk *desk = *state;
	struct message first = *make(desk, bytes_of_string(good), CHECK_REFERRAL);
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		const struct message *message =
			make(desk, with(desk, good, rows[i].old, rows[i].new), CHECK_REFERRAL);
		struct uuid a = message_referral(&first);
		struct uuid b = message_referral(message);
		assert_int_equal(memcmp(&message->id, &first.id, 16) == 0, rows[i].same_id);
		assert_int_equal(
			memcmp(&message->digest, &first.digest, 16) == 0, rows[i].same_digest);
		assert_int_equal(memcmp(&a, &b, 16) == 0, rows[i].same_referral);
	}
}

static void test_derived_reference(void **state)
{
	struct desk *desk = *state;
	const char *body = (const char *)with(desk, good, "\"reference\":\"r1\",", "").data;
	struct message first = *make(desk, bytes_of_string(body), CHECK_REFERRAL);
	assert_true(first.derived_reference);
	struct message again = *make(desk,
		with(desk, body, "2026-03-02T08:00:00Z", "2026-03-02T09:00:00Z"), CHECK_REFERRAL);
	assert_memory_equal(&first.id, &again.id, 16);
	again = *make(desk, with(desk, body, "Wil werken.", "Wil leren."), CHECK_REFERRAL);
	assert_memory_not_equal(&first.id, &again.id, 16);
	assert_decodes(desk, &again);

	body = (const char *)with(desk, good_action, "\"reference\":\"r2\",",
		"\"occurred_at\":\"2026-03-02T08:00:00Z\",")
		       .data;
	first = *make(desk, bytes_of_string(body), CHECK_ACTION);
	again = *make(desk, with(desk, body, "T08", "T09"), CHECK_ACTION);
	assert_memory_not_equal(&first.id, &again.id, 16);
}

/* The longest that a draft may be still fits what a message may be. */
static void test_longest_ids_fit(void **state)
{
	struct desk *desk = *state;
	char word[201];
	memset(word, 'w', 200);
	word[200] = '\0';
	struct bytes body = with(desk, good, "\"reference\":\"r1\",", "");
	body = with(desk, (const char *)body.data, "c1", word);
	word[40] = '\0';
	body = with(
		desk, (const char *)body.data, "\"l\"", arena_format(&desk->arena, "\"%s\"", word));
	assert_decodes(desk, make(desk, body, CHECK_REFERRAL));
}

static void test_cloud_events(void **state)
{
	static const struct {
		const char *before, *problem; /* NULL: taken */
	} rows[] = {
		{"\"specversion\":\"1.0\",\"id\":\"e1\",\"source\":\"/s\",\"type\":\"t\"", NULL},
		{"\"specversion\":\"1.0\",\"id\":\"e1\",\"source\":\"/s\",\"type\":\"t\","
		 "\"ext\":\"any\",\"time\":\"2026-03-02T07:00:00Z\"",
			NULL},
		{"\"specversion\":\"0.3\",\"id\":\"e1\",\"source\":\"/s\",\"type\":\"t\"",
			"specversion"},
		{"\"specversion\":\"1.0\",\"source\":\"/s\",\"type\":\"t\"", "id"},
		{"\"specversion\":\"1.0\",\"id\":7,\"source\":\"/s\",\"type\":\"t\"", "id"},
		{"\"specversion\":\"1.0\",\"id\":\"e1\",\"type\":\"t\"", "source"},
		{"\"specversion\":\"1.0\",\"id\":\"e1\",\"source\":\"/s\"", "type"},
	};
	struct desk *desk = *state;
	const char *data = (const char *)with(desk, good, "\"reference\":\"r1\",", "").data;
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		struct draft_json_event event;
		const char *body =
			arena_format(&desk->arena, "{%s,\"data\":%s}", rows[i].before, data);
		problems_init(&desk->problems, &desk->arena);
		enum draft_json_result result = draft_json_enveloped(
			bytes_of_string(body), DEPTH, &event, &desk->draft, &desk->problems);
		assert_int_equal(
			result, rows[i].problem == NULL ? DRAFT_JSON_OK : DRAFT_JSON_INVALID);
		if (rows[i].problem != NULL)
			assert_string_equal(desk->problems.items[0].path, rows[i].problem);
		else
			assert_true(bytes_equal_string(desk->draft.reference, "e1"));
	}
}

static void test_cloud_event_around_a_bad_draft(void **state)
{
	struct desk *desk = *state;
	struct draft_json_event event;
	const char *body = "{\"specversion\":\"1.0\",\"id\":\"e1\",\"source\":\"/s\",\"data\":"
			   "{\"system\":7,\"body\":{}}}";
	assert_int_equal(draft_json_enveloped(bytes_of_string(body), DEPTH, &event, &desk->draft,
				 &desk->problems),
		DRAFT_JSON_INVALID);
	assert_int_equal(desk->problems.count, 3);
	assert_string_equal(desk->problems.items[0].path, "data.system");
	assert_string_equal(desk->problems.items[1].path, "data.body");
	assert_string_equal(desk->problems.items[2].path, "type");
}

static void test_binary_cloud_event(void **state)
{
	struct desk *desk = *state;
	const struct draft_json_event event = {.specversion = bytes_of_string("1.0"),
		.id = bytes_of_string("e1"),
		.source = bytes_of_string("/s"),
		.type = bytes_of_string("t"),
		.time = bytes_of_string("2026-03-02T07:00:00Z")};
	struct bytes body = with(desk, good, "\"reference\":\"r1\",", "");
	body = with(desk, (const char *)body.data, "\"occurred_at\":\"2026-03-02T08:00:00Z\",", "");
	assert_int_equal(
		draft_json_bare(body, DEPTH, &event, &desk->draft, &desk->problems), DRAFT_JSON_OK);
	assert_true(bytes_equal_string(desk->draft.reference, "e1"));
	assert_int_equal(desk->draft.occurred_at, NOW - 150 * CLOCK_MINUTE_MS);
	assert_int_equal(draft_json_bare(bytes_of_string(good), DEPTH, &event, &desk->draft,
				 &desk->problems),
		DRAFT_JSON_OK);
	assert_true(bytes_equal_string(desk->draft.reference, "r1"));
	assert_int_equal(desk->draft.occurred_at, NOW - 90 * CLOCK_MINUTE_MS);
}

/* Only a connector fills in a fingerprint; it makes another message of what else is the same. */
static void test_translated(void **state)
{
	struct desk *desk = *state;
	const struct conf_source source = {
		.system = "export", .partner = &edge_conf()->partners[0]};
	const struct message_sender sender = {
		.partner = source.partner, .role = CONF_TOKEN_DESK, .now = NOW};
	struct parcel parcel = {.arena = &desk->arena};
	struct parcel_draft *item =
		parcel_add(&parcel, (struct bytes){0}, bytes_of_string("line 2"));
	assert_int_equal(
		parse(desk, with(desk, good, "\"system\":\"suite\",\"reference\":\"r1\",", "")),
		DRAFT_JSON_OK);
	item->draft = desk->draft;
	item->draft.fingerprint = bytes_of_string("a");
	check_translated(item, edge_conf(), &source, NOW);
	assert_int_equal(item->problems.count, 0);
	assert_true(bytes_equal_string(item->draft.system, "export"));
	assert_true(bytes_equal_string(item->draft.fingerprint, "a"));
	message_make(desk->ids, &sender, &item->draft, &desk->arena, &desk->message);
	struct message other;
	item->draft.fingerprint = bytes_of_string("b");
	message_make(desk->ids, &sender, &item->draft, &desk->arena, &other);
	assert_memory_not_equal(&desk->message.id, &other.id, sizeof(other.id));
	assert_memory_equal(&desk->message.client, &other.client, sizeof(other.client));
	desk->draft.fingerprint = bytes_of_string("a");
	check(desk, CHECK_REFERRAL);
	assert_string_equal(desk->problems.items[0].path, "fingerprint");
}

/* Of what nothing could be read of, nothing more is said than that. */
static void test_translated_without_a_body(void **state)
{
	struct desk *desk = *state;
	const struct conf_source source = {.system = "", .partner = &edge_conf()->partners[0]};
	struct parcel parcel = {.arena = &desk->arena};
	struct parcel_draft *item =
		parcel_add(&parcel, (struct bytes){0}, bytes_of_string("line 2"));
	problems_add(&item->problems, NULL, NULL, "has a quote that is not closed");
	check_translated(item, edge_conf(), &source, NOW);
	assert_int_equal(item->problems.count, 1);
	item = parcel_add(&parcel, (struct bytes){0}, bytes_of_string("line 3"));
	check_translated(item, edge_conf(), &source, NOW);
	assert_true(item->problems.count > 0);
}

static void test_sent(void **state)
{
	(void)state;
	struct sent *sent = sent_new(2, 3);
	assert_int_equal(sent_last(sent, 1, 2), -1);
	sent_note(sent, 1, 2, 7);
	sent_note(sent, 1, 2, 5);
	assert_int_equal(sent_last(sent, 1, 2), 7);
	assert_int_equal(sent_last(sent, 0, 2), -1);
	assert_int_equal(sent_last(sent, 1, 1), -1);
	sent_note(sent, 0, 0, 0);
	assert_int_equal(sent_last(sent, 0, 0), 0);
	sent_free(sent);
	sent_free(NULL);
}

#define DESK_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

/* Whichever edge says it, and however often, it is one message; and nobody's but the hub's. */
static void test_what_the_hub_reports(void **state)
{
	struct desk *desk = *state;
	struct report report = {.referral = {{1, 2, 3}},
		.action = ACTION_DELIVERED,
		.desk = bytes_of_string("wsp-rijnmond")};
	struct message again;
	struct problems problems;
	report_make(desk->ids, &report, &desk->arena, &desk->message);
	report_make(desk->ids, &report, &desk->arena, &again);
	assert_memory_equal(&desk->message.id, &again.id, sizeof(again.id));
	assert_memory_equal(&desk->message.digest, &again.digest, sizeof(again.digest));
	assert_true(bytes_equal_string(again.partner, "hub"));
	assert_false(again.has_client);
	problems_init(&problems, &desk->arena);
	message_check(&again, edge_conf()->codes, CHECK_HUB, &problems);
	assert_int_equal(problems.count, 0);
	report.desk = bytes_of_string("gemeente-rotterdam");
	report_make(desk->ids, &report, &desk->arena, &again);
	assert_memory_not_equal(&desk->message.id, &again.id, sizeof(again.id));
	report.action = ACTION_UNDELIVERABLE;
	report_make(desk->ids, &report, &desk->arena, &desk->message);
	assert_memory_not_equal(&desk->message.id, &again.id, sizeof(again.id));

	const struct handover notice = {.clock = CLOCK_NAME_T6, .level = 2};
	report.action = ACTION_NOT_TOLD;
	report.notice = &notice;
	report.cursor = 7;
	report_make(desk->ids, &report, &desk->arena, &again);
	message_check(&again, edge_conf()->codes, CHECK_HUB, &problems);
	assert_int_equal(problems.count, 0);
	assert_true(bytes_equal_string(again.body_status_change->raw->code, "T6"));
	assert_int_equal(again.body_status_change->raw->number, 2);
	report.cursor = 8; /* told anew, and lost anew */
	report_make(desk->ids, &report, &desk->arena, &desk->message);
	assert_memory_not_equal(&desk->message.id, &again.id, sizeof(again.id));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DESK_TEST(test_what_is_no_json),
		DESK_TEST(test_texts_hold_nothing_of_what_was_sent),
		DESK_TEST(test_refusals),
		DESK_TEST(test_refused_actions),
		DESK_TEST(test_all_problems_at_once),
		DESK_TEST(test_message_of_a_referral),
		DESK_TEST(test_message_of_an_action),
		DESK_TEST(test_who_the_client_is),
		DESK_TEST(test_repeats_and_changes),
		DESK_TEST(test_derived_reference),
		DESK_TEST(test_longest_ids_fit),
		DESK_TEST(test_cloud_events),
		DESK_TEST(test_cloud_event_around_a_bad_draft),
		DESK_TEST(test_binary_cloud_event),
		DESK_TEST(test_what_the_hub_reports),
		DESK_TEST(test_translated),
		DESK_TEST(test_translated_without_a_body),
		cmocka_unit_test(test_sent),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
