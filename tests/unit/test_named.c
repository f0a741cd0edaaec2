/* test_named - which referrals name a company of which something is known. */
#include "tests/unit/unit.h"

#include <string.h>

#include "hub/view/named.h"
#include "tests/support/view_file.h"

static const struct pseudonym anna = {{0xa1, 0x01}}, bram = {{0xb2, 0x02}};
static const struct uuid first = {{0xa1, 0x11}}, second = {{0xa1, 0x22}}, third = {{0xb2, 0x33}};

static int64_t offset;

static struct bytes text(const char *s)
{
	return bytes_of_string(s);
}

/* leerbedrijf NULL: no employer. */
static void refer(
	struct view_file *file, struct pseudonym client, struct uuid id, const char *leerbedrijf)
{
	struct employer employer = {.leerbedrijf_id = text(leerbedrijf)};
	struct referral referral = {.has_referral = true,
		.referral = id,
		.question = text("LEERBAAN"),
		.origin = text("PARTNER"),
		.urgency = text("NORMAL"),
		.purpose = text("GUIDANCE"),
		.employer = leerbedrijf != NULL ? &employer : NULL};
	const struct message message = {.id = {{(uint8_t)offset, 1}},
		.partner = text("00000099000000001000"),
		.system = text(""),
		.reference = text("r"),
		.case_ = text("case"),
		.leg = text(""),
		.has_client = true,
		.client = client,
		.body_referral = &referral};
	view_file_put(file, TOPIC_INTAKE, ++offset, &message);
}

/* The Event that made it; parent NULL: of a message. */
static void decide(
	struct view_file *file, struct pseudonym client, struct uuid id, const struct uuid *parent)
{
	struct transition transition = {.row = text("1"),
		.after = {.referral = id,
			.giver = text("gemeente"),
			.sender = text("gemeente"),
			.target = text("wsp"),
			.question = text("LEERBAAN"),
			.has_parent = parent != NULL,
			.parent = parent != NULL ? *parent : (struct uuid){{0}}}};
	const struct event event = {.has_client = true,
		.client = client,
		.has_offset = true,
		.offset = ++offset,
		.config = text("c"),
		.transitions = &transition,
		.transitions_count = 1};
	view_file_put(file, TOPIC_EVENTS, offset, &event);
}

static void say(struct view_file *file, enum fact_kind kind, const char *id)
{
	const struct fact fact = {.kind = kind, .id = text(id), .text = text("WITHDRAWN")};
	view_file_put(file, TOPIC_FACTS, ++offset, &fact);
}

static struct view_namings find(struct view_file *file)
{
	struct view_namings found = {0};
	assert_int_equal(view_namings(file->reader, &found, &file->err), OK);
	return found;
}

static void expect(const struct view_naming *naming, const char *leerbedrijf, struct uuid named_by,
	struct uuid referral, struct pseudonym client)
{
	assert_true(bytes_equal_string(naming->leerbedrijf, leerbedrijf));
	assert_memory_equal(&naming->named_by, &named_by, sizeof(named_by));
	assert_memory_equal(&naming->referral, &referral, sizeof(referral));
	assert_memory_equal(&naming->client, &client, sizeof(client));
}

static void test_only_of_companies_of_which_something_is_known(void **state)
{
	struct view_file *file = view_file_new();
	(void)state;
	refer(file, anna, first, "100123456");
	decide(file, anna, first, NULL);
	refer(file, bram, third, "100123457");
	decide(file, bram, third, NULL);
	refer(file, anna, second, NULL);
	decide(file, anna, second, NULL);
	say(file, FACT_KIND_HOLD, "100123457//2026-03-01");
	view_file_begin(file);
	assert_int_equal(find(file).count, 0);
	view_file_end(file);
	say(file, FACT_KIND_RECOGNITION, "100123456//2026-03-01");
	say(file, FACT_KIND_RECOGNITION, "100123456/25655/2026-03-01");
	say(file, FACT_KIND_RECOGNITION, "10012345//2026-03-01");
	view_file_begin(file);
	struct view_namings found = find(file);
	assert_int_equal(found.count, 1);
	expect(&found.items[0], "100123456", first, first, anna);
	view_file_end(file);
	view_file_free(file);
}

static void test_who_names_it_twice_is_there_once_and_undecided_not_yet(void **state)
{
	struct view_file *file = view_file_new();
	(void)state;
	say(file, FACT_KIND_RECOGNITION, "100123456//2026-03-01");
	refer(file, anna, first, "100123456");
	view_file_begin(file);
	assert_int_equal(find(file).count, 0);
	view_file_end(file);
	decide(file, anna, first, NULL);
	refer(file, anna, first, "100123456");
	refer(file, anna, first, NULL); /* amended: the last message decides, elsewhere */
	view_file_begin(file);
	struct view_namings found = find(file);
	assert_int_equal(found.count, 1);
	expect(&found.items[0], "100123456", first, first, anna);
	view_file_end(file);
	view_file_free(file);
}

/* Forwarded, assigned, escalated: the hub's own referrals stand for the same company. */
static void test_what_the_hub_made_of_it_is_named_with_it(void **state)
{
	static const struct uuid child = {{0xa1, 0x44}}, grandchild = {{0xa1, 0x55}};
	struct view_file *file = view_file_new();
	(void)state;
	say(file, FACT_KIND_RECOGNITION, "100123456//2026-03-01");
	refer(file, anna, first, "100123456");
	decide(file, anna, first, NULL);
	decide(file, anna, child, &first);
	decide(file, anna, grandchild, &child);
	refer(file, bram, third, "100123456");
	decide(file, bram, third, NULL);
	view_file_begin(file);
	struct view_namings found = find(file);
	assert_int_equal(found.count, 4);
	expect(&found.items[0], "100123456", first, first, anna);
	expect(&found.items[1], "100123456", first, child, anna);
	expect(&found.items[2], "100123456", first, grandchild, anna);
	expect(&found.items[3], "100123456", third, third, bram);
	view_file_end(file);
	view_file_free(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_only_of_companies_of_which_something_is_known),
		cmocka_unit_test(test_who_names_it_twice_is_there_once_and_undecided_not_yet),
		cmocka_unit_test(test_what_the_hub_made_of_it_is_named_with_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
