/* test_types_json - what is wrong with JSON from outside: all of it at once, with paths and hints.
 */
#include "tests/unit/unit.h"

#include <json-c/json.h>
#include <string.h>

#include "hub/base/codes.h"
#include "hub/base/format.h"
#include "schemas/json_tree.h"
#include "schemas/types.h"

/* Problems, one a line: path: text (example). */
static void list(const struct problems *problems, struct buffer *out)
{
	for (size_t i = 0; i < problems->count; i++) {
		const struct problem *problem = &problems->items[i];
		buffer_add_format(out, "%s: %s", problem->path, problem->text);
		if (problem->example != NULL)
			buffer_add_format(out, " (%s)", problem->example);
		buffer_add_string(out, "\n");
	}
}

struct fixture {
	struct arena arena;
	struct problems problems;
	struct buffer found;
	struct draft draft;
	bool good;
};

static void read_draft(struct fixture *fixture, const char *json)
{
	const struct json_tree *in;

	problems_init(&fixture->problems, &fixture->arena);
	in = json_tree_parse(bytes_of_string(json), 16, &fixture->problems);
	fixture->good = in != NULL && draft_from_json(&fixture->draft, in, &fixture->problems);
	buffer_clear(&fixture->found);
	list(&fixture->problems, &fixture->found);
}

static int setup(void **state)
{
	static struct fixture fixture;

	memset(&fixture, 0, sizeof(fixture));
	*state = &fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	arena_done(&fixture->arena);
	buffer_done(&fixture->found);
	return 0;
}

#define REFERRAL                                                                                   \
	"\"kind\": \"TRANSFER\", \"subject\": \"PERSON\", \"question\": \"LEERBAAN\","             \
	"\"origin\": \"PARTNER\", \"purpose\": \"GUIDANCE\","                                      \
	"\"legal_basis\": {\"kind\": \"PUBLIC_TASK\"}"

static void test_good(void **state)
{
	struct fixture *fixture = *state;

	read_draft(fixture, "{\"case\": \"é\\u0000\", \"body\": {\"Referral\": {" REFERRAL "}}}");
	assert_true(fixture->good);
	assert_int_equal(fixture->draft.case_.size, 3);
	assert_non_null(fixture->draft.leg.data);
	assert_int_equal(fixture->draft.leg.size, 0);
	assert_null(fixture->draft.reference.data);
	assert_true(bytes_equal_string(fixture->draft.body_referral->urgency, "NORMAL"));
	assert_int_equal(fixture->draft.body_referral->target_groups_count, 0);
	assert_null(fixture->draft.body_status_change);
}

struct row {
	const char *json, *problems;
};

static const struct row rows[] = {
	{"7", ": is not an object\n"},
	{"{}", "body: is missing: What is said.\n"},
	{"{\"body\": null}", "body: is missing: What is said.\n"},
	{"{\"body\": {}}", "body: is not {\"Referral\": {…}} or {\"StatusChange\": {…}}\n"},
	{"{\"body\": {\"Status\": {}}}",
		"body: is not {\"Referral\": {…}} or {\"StatusChange\": {…}}\n"},
	{"{\"body\": {\"StatusChange\": [], \"Referral\": []}}",
		"body: is not {\"Referral\": {…}} or {\"StatusChange\": {…}}\n"},
	{"{\"body\": {\"StatusChange\": []}}", "body.StatusChange: is not an object\n"},
	{"{\"body\": {\"StatusChange\": {\"action\": \"ACEPT\", \"seen_version\": 1.5}}}",
		"body.StatusChange.action: is none of UNKNOWN, DELIVERED, UNDELIVERABLE, SEEN, "
		"ACCEPT, "
		"DECLINE, ASK, ANSWER, PROGRESS, HOLD, RESUME, CANCEL, CONFIRM_CANCEL, COMPLETE, "
		"RETURN, TAKE_BACK, ACKNOWLEDGE, DISPUTE, ENTERED_IN_ERROR, ASSIGN, CLOSE, "
		"SIGN_OF_LIFE, WITHDRAW_CONSENT, MERGE, MERGED, NOT_MERGED, REVIEW, VANISHED, "
		"NOT_TOLD, RECOGNITION "
		"(ACCEPT)\n"
		"body.StatusChange.seen_version: is not a whole number (3)\n"},
	{"{\"ocurred_at\": 5, \"occurred_at\": \"2026-02-30T00:00:00Z\", \"system\": 8, "
	 "\"fingerprint\": \"AB\", \"body\": {\"Referral\": {" REFERRAL "}}}",
		"system: is not a string (suite4werk)\n"
		"occurred_at: is not a time like 2026-03-02T09:30:00Z or 2026-03-02T10:30:00+01:00 "
		"(2026-03-02T09:30:00Z)\n"
		"fingerprint: is not base64 with padding (RFC 4648 section 4)\n"
		"ocurred_at: is unknown: do you mean occurred_at?\n"},
	{"{\"body\": {\"Referral\": {\"kind\": 1, \"subject\": \"PERSON\", \"origin\": "
	 "\"PARTNER\", "
	 "\"referral\": \"a3f1c2d4\", \"not_before\": \"1 april\", \"review_every\": 3000000000, "
	 "\"target_groups\": [\"JONGERE\", 3], \"funding\": \"UWV\", \"education\": {\"level\": "
	 "\"3\"}, \"legal_basis\": {\"kind\": \"e\", \"reference\": null}, \"zzz\": 1}}}",
		"body.Referral.referral: is not a UUID: 8-4-4-4-12 hexadecimal digits\n"
		"body.Referral.kind: is none of TRANSFER, SERVICE, REQUEST (TRANSFER)\n"
		"body.Referral.question: is missing: What is asked for. (LEERBAAN)\n"
		"body.Referral.target_groups[1]: is not a string ([\"JONGERE\"])\n"
		"body.Referral.not_before: is not a date like 2026-03-02 (2026-04-01)\n"
		"body.Referral.review_every: is not between -2147483648 and 2147483647 (3)\n"
		"body.Referral.education.level: is not a whole number (3)\n"
		"body.Referral.funding: is not an array ([\"UWV\"])\n"
		"body.Referral.purpose: is missing: Purpose for which the data may be used. "
		"(GUIDANCE)\n"
		"body.Referral.legal_basis.kind: is none of PUBLIC_TASK, CONSENT (PUBLIC_TASK)\n"
		"body.Referral.zzz: is unknown: leave it out\n"},
	{"{\"case\": \"\xf0\x83\x84\x9e\"}", ": is not UTF-8\n"},
	{"{\"case\": \"1\", \"leg\": \"2\", \"case\": null}",
		"case: is there twice: leave one out\n"
		"body: is missing: What is said.\n"},
	{"{\"occurred_at\": 1, \"body\": {\"StatusChange\": {\"action\": \"SEEN\", "
	 "\"seen_version\": 99999999999999999999}}}",
		"occurred_at: is not a time like 2026-03-02T09:30:00Z or 2026-03-02T10:30:00+01:00 "
		"(2026-03-02T09:30:00Z)\n"
		"body.StatusChange.seen_version: is not between -2147483648 and 2147483647 (3)\n"},
	{"{\"body\": {\"Referral\": {\"kind\": \"TRANSFER\", \"subject\": \"PERSON\", "
	 "\"question\": "
	 "\"LEERBAAN\", \"origin\": \"PARTNER\", \"purpose\": \"GUIDANCE\"}}}",
		"body.Referral.legal_basis: is missing: On what ground. "
		"({\"kind\":\"PUBLIC_TASK\"})\n"},
};

static void test_problems(void **state)
{
	struct fixture *fixture = *state;

	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		read_draft(fixture, rows[i].json);
		assert_false(fixture->good);
		assert_string_equal(buffer_string(&fixture->found), rows[i].problems);
	}
}

/* A name for each unknown member was looked for and kept, however many there were. */
static void test_many_unknown(void **state)
{
	struct fixture *fixture = *state;
	struct buffer json = {0};
	const size_t members = 4000;

	problems_init(&fixture->problems, &fixture->arena);
	for (size_t i = 0; i < members; i++)
		buffer_add_format(&json, "%s\"member_%032zu\":1", i > 0 ? "," : "{", i);
	buffer_add_string(&json, "}");
	const struct json_tree *in = json_tree_parse(buffer_bytes(&json), 16, &fixture->problems);
	size_t before = fixture->arena.used;
	assert_false(draft_from_json(&fixture->draft, in, &fixture->problems));
	assert_true(fixture->problems.count >= members);
	assert_true(fixture->arena.used - before < PROBLEMS_MAX * 256);
	buffer_done(&json);
}

static struct codes *some_codes(void)
{
	static const struct code list[] = {
		{"question", "LEERBAAN", "Leerbaan"},
		{"origin", "PARTNER", "Partner"},
		{"purpose", "GUIDANCE", "Begeleiding"},
		{"urgency", "NORMAL", "Gewoon"},
		{"target_group", "JONGERE", "Jongere"},
	};
	struct codes *codes = codes_new();
	struct err err = {0};

	for (size_t i = 0; i < UNIT_COUNT(list); i++)
		assert_int_equal(codes_add(codes, &list[i], &err), OK);
	return codes;
}

struct check_row {
	const char *json;
	enum check_author author;
	const char *problems;
};

static const struct check_row check_rows[] = {
	{"{\"leg\": \"1234567890123456789012345678901234567890\", \"body\": {\"Referral\": "
	 "{" REFERRAL ", \"review_every\": 1, \"education\": {\"level\": 8}}}}",
		CHECK_PARTNER, ""},
	{"{\"body\": {\"Referral\": {" REFERRAL
	 ", \"review_every\": 12, \"education\": {\"level\": 1}}}}",
		CHECK_PARTNER, ""},
	{"{\"body\": {\"Referral\": {" REFERRAL ", \"target_groups\": [\"JONGERE\"]}}}",
		CHECK_PARTNER, ""},
	{"{\"case\": \"a\\u0000b\", \"fingerprint\": \"AAAA\", \"body\": {\"Referral\": {" REFERRAL
	 ", \"referral\": \"a3f1c2d4-0000-8000-8000-000000000000\", \"wished_desk\": \"X\"}}}",
		CHECK_PARTNER,
		"case: holds a zero byte (2026-000123)\n"
		"fingerprint: is filled by the hub: leave it out\n"
		"body.Referral.referral: is filled by the hub: leave it out\n"
		"body.Referral.wished_desk: is filled by the hub: leave it out\n"},
	{"{\"leg\": \"12345678901234567890123456789012345678901\", \"fingerprint\": \"AAAA\","
	 "\"body\": {\"Referral\": {" REFERRAL ", \"from_desk\": \"WSP\", \"region\": \"AM1\", "
	 "\"target_groups\": [\"JONGERE\", \"NOBODY\"], \"review_every\": 13, "
	 "\"wished_desk\": \"X\", \"education\": {\"crebo\": \"2565\", \"level\": 0}}}}",
		CHECK_HUB,
		"leg: is longer than 40 bytes (2)\n"
		"body.Referral.from_desk: is not %desk% (gemeente-rotterdam)\n"
		"body.Referral.wished_desk: is not %desk%\n"
		"body.Referral.target_groups[1]: is not in the code list target_group "
		"([\"JONGERE\"])\n"
		"body.Referral.region: is not %am% (AM22)\n"
		"body.Referral.review_every: is not between 1 and 12 (3)\n"
		"body.Referral.education.crebo: is not %crebo% (25655)\n"
		"body.Referral.education.level: is not between 1 and 8 (3)\n"},
	{"{\"body\": {\"StatusChange\": {\"action\": \"ASK\", \"has_text\": true, "
	 "\"actor\": {\"partner\": \"00000099000000001000\", \"role\": \"OPS\"}}}}",
		CHECK_PARTNER,
		"body.StatusChange.actor.partner: is filled by the hub: leave it out "
		"(00000099000000001000)\n"
		"body.StatusChange.actor.role: is filled by the hub: leave it out (COORDINATOR)\n"
		"body.StatusChange.has_text: is filled by the hub: leave it out\n"},
};

/* A form between % signs stands for its doc. */
static void expand(const char *from, struct buffer *out)
{
	for (const char *mark; (mark = strchr(from, '%')) != NULL;) {
		char name[40] = "";
		const char *end = strchr(mark + 1, '%');
		memcpy(name, mark + 1, (size_t)(end - mark - 1));
		buffer_add(out, from, (size_t)(mark - from));
		buffer_add_string(out, format_doc(name));
		from = end + 1;
	}
	buffer_add_string(out, from);
}

static void test_checks(void **state)
{
	struct fixture *fixture = *state;
	struct codes *codes = some_codes();
	struct buffer expected = {0};

	for (size_t i = 0; i < UNIT_COUNT(check_rows); i++) {
		read_draft(fixture, check_rows[i].json);
		assert_true(fixture->good);
		draft_check(&fixture->draft, codes, check_rows[i].author, &fixture->problems);
		list(&fixture->problems, &fixture->found);
		buffer_clear(&expected);
		expand(check_rows[i].problems, &expected);
		assert_string_equal(buffer_string(&fixture->found), buffer_string(&expected));
	}
	buffer_done(&expected);
	codes_free(codes);
}

/* What a connector can get wrong in C, where no reader has looked at it before. */
static void test_checks_structs(void **state)
{
	struct fixture *fixture = *state;
	struct codes *codes = some_codes();
	struct bytes groups[15] = {{0}};
	struct referral referral = {
		.kind = (enum referral_kind)REFERRAL_KIND_COUNT,
		.question = bytes_of_string("LEERBAAN"),
		.target_groups = groups,
		.target_groups_count = UNIT_COUNT(groups),
		.origin = bytes_of_string("PARTNER"),
		.urgency = bytes_of_string("\xff"),
		.has_not_before = true,
		.not_before = INT32_MAX,
	};
	struct draft draft = {.system = bytes_of_string(""), .leg = bytes_of_string("")};

	for (size_t i = 0; i < UNIT_COUNT(groups); i++)
		groups[i] = bytes_of_string("JONGERE");
	problems_init(&fixture->problems, &fixture->arena);
	draft_check(&draft, codes, CHECK_PARTNER, &fixture->problems);
	draft.body_referral = &referral;
	draft_check(&draft, codes, CHECK_PARTNER, &fixture->problems);
	list(&fixture->problems, &fixture->found);
	assert_string_equal(buffer_string(&fixture->found),
		"body: is not exactly one of its 2 kinds\n"
		"body.Referral.kind: is no symbol of its enum (TRANSFER)\n"
		"body.Referral.target_groups: has more than 14 items ([\"JONGERE\"])\n"
		"body.Referral.urgency: is not UTF-8 (NORMAL)\n"
		"body.Referral.not_before: is not between the years 1 and 9999 (2026-04-01)\n"
		"body.Referral.purpose: is missing: Purpose for which the data may be used. "
		"(GUIDANCE)\n");
	codes_free(codes);
}

/* What has no written form is still shown: reading topics must not depend on what is in them. */
static void test_to_json_of_anything(void **state)
{
	struct fact fact = {
		.id = bytes_of("a\xff\xc3\xa9\xc3", 5),
		.at = INT64_MAX,
		.has_from = true,
		.from = 1772443800000,
	};
	struct json_object *json = fact_to_json(&fact);

	(void)state;
	assert_string_equal(json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN),
		"{\"kind\":\"HEARTBEAT\",\"id\":\"a\xef\xbf\xbd\xc3\xa9\xef\xbf\xbd\","
		"\"at\":9223372036854775807,\"from\":\"2026-03-02T09:30:00Z\"}");
	json_object_put(json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_good, setup, teardown),
		cmocka_unit_test_setup_teardown(test_problems, setup, teardown),
		cmocka_unit_test_setup_teardown(test_many_unknown, setup, teardown),
		cmocka_unit_test_setup_teardown(test_checks, setup, teardown),
		cmocka_unit_test_setup_teardown(test_checks_structs, setup, teardown),
		cmocka_unit_test(test_to_json_of_anything),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
