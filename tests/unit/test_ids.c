/* test_ids - pseudonyms and ids against values computed with Python's hmac and hashlib, and that
 * none can meet another. */
#include "tests/unit/unit.h"

#include <string.h>

#include "hub/seal/ids.h"
#include "hub/seal/seal.h"

#define PARTNER "00000099000000001000"
#define TEXT(text) bytes_of_string(text)

static struct ids *new_ids(void)
{
	struct ids_secrets secrets;
	for (size_t i = 0; i < IDS_SECRET_SIZE; i++)
		secrets.pseudonym[i] = secrets.id[i] = (uint8_t)i;
	return ids_new(&secrets);
}

static void assert_hex(const uint8_t *id, size_t size, const char *expected)
{
	char hex[65];
	bytes_to_hex(bytes_of(id, size), hex);
	assert_string_equal(hex, expected);
}

static void test_known_answers(void **state)
{
	(void)state;
	struct ids *ids = new_ids();
	uint8_t id[16];
	ids_of_bsn(ids, TEXT("999990019"), id);
	assert_hex(id, 16, "c00c6c57334e1f00bdc465f2672cfc15");
	uint8_t own[16];
	ids_for_partner(ids, TEXT(PARTNER), id, own);
	assert_hex(own, 16, "45d612656796c68f081d43f429974286");
	ids_of_kvk(ids, TEXT("90001354"), id);
	assert_hex(id, 16, "e959d27ea9d9bcfc67f8706b749d9bb9");
	ids_of_own_number(ids, TEXT(PARTNER), TEXT("WZ-4711"), id);
	assert_hex(id, 16, "5569a98ce113b28eee56dac69ffe4647");
	ids_of_case(ids, TEXT(PARTNER), TEXT("suite4werk"), TEXT("2026-000123"), id);
	assert_hex(id, 16, "8ac5040f8f9834b40423d773b160ace8");
	ids_message(ids, TEXT(PARTNER), TEXT("suite4werk"), TEXT("2026-000123-1"), id);
	assert_hex(id, 16, "75e9bf2b19a9828fa9ad1a3ecd1a3abc");
	ids_digest(ids, TEXT(PARTNER), TEXT("abc"), id);
	assert_hex(id, 16, "23b38c882a6e1dcaf4c68b687e71e493");
	ids_of_month(ids, TEXT(PARTNER), TEXT("2026-03"), id);
	assert_hex(id, 16, "a6b2e0f1c93f86209f4e3d73bf54e8f2");
	ids_free(ids);
}

static void test_referral_carries_the_slot(void **state)
{
	(void)state;
	struct ids *ids = new_ids();
	uint8_t client[16];
	uint8_t referral[16];
	ids_of_bsn(ids, TEXT("999990019"), client);
	const struct ids_referral of = {.partner = TEXT(PARTNER),
		.system = TEXT("suite4werk"),
		.case_ = TEXT("2026-000123"),
		.leg = TEXT("2"),
		.client = client};
	ids_referral(ids, &of, referral);
	assert_hex(referral, 16, "c0086f0c2066888a8f00af47fff0287b");
	assert_int_equal(referral[0], client[0]);
	assert_int_equal(referral[1] >> 4, client[1] >> 4);
	ids_free(ids);
}

static void test_parts_are_told_apart(void **state)
{
	(void)state;
	struct ids *ids = new_ids();
	uint8_t a[16];
	uint8_t b[16];
	ids_message(ids, TEXT(PARTNER), TEXT("ab"), TEXT("c"), a);
	ids_message(ids, TEXT(PARTNER), TEXT("a"), TEXT("bc"), b);
	assert_memory_not_equal(a, b, 16);
	ids_of_bsn(ids, TEXT("90001354"), a);
	ids_of_kvk(ids, TEXT("90001354"), b);
	assert_memory_not_equal(a, b, 16);
	ids_of_own_number(ids, TEXT(PARTNER), TEXT("7"), a);
	ids_of_own_number(ids, TEXT("00000099000000002000"), TEXT("7"), b);
	assert_memory_not_equal(a, b, 16);
	ids_free(ids);
}

static void test_each_secret_counts_for_its_own(void **state)
{
	(void)state;
	struct ids *ids = new_ids();
	struct ids_secrets secrets = {.pseudonym = {1}};
	for (size_t i = 0; i < IDS_SECRET_SIZE; i++)
		secrets.id[i] = (uint8_t)i;
	struct ids *other = ids_new(&secrets);
	uint8_t a[16];
	uint8_t b[16];
	ids_of_bsn(ids, TEXT("999990019"), a);
	ids_of_bsn(other, TEXT("999990019"), b);
	assert_memory_not_equal(a, b, 16);
	assert_true(ids_match(ids, TEXT("Voorbeeld"), TEXT("2001-05-30"), a));
	assert_true(ids_match(other, TEXT("Voorbeeld"), TEXT("2001-05-30"), b));
	assert_memory_not_equal(a, b, 8);
	ids_message(ids, TEXT(PARTNER), TEXT(""), TEXT("1"), a);
	ids_message(other, TEXT(PARTNER), TEXT(""), TEXT("1"), b);
	assert_memory_equal(a, b, 16);
	ids_free(ids);
	ids_free(other);
}

static void test_match(void **state)
{
	(void)state;
	static const struct {
		const char *name, *birth_date, *tag; /* NULL: none */
	} rows[] = {
		{"Voorbeeld", "2001-05-30", "9b8f492e9576686f"},
		{"van der VOORBÉELD", "2001-05-30", "9b8f492e9576686f"},
		{"Voorbeeld", "2001-05", NULL},
		{"Voorbeeld", NULL, NULL},
		{NULL, "2001-05-30", NULL},
		{"-", "2001-05-30", NULL},
	};
	struct ids *ids = new_ids();
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		uint8_t tag[8];
		bool has = ids_match(ids, TEXT(rows[i].name), TEXT(rows[i].birth_date), tag);
		assert_int_equal(has, rows[i].tag != NULL);
		if (has)
			assert_hex(tag, 8, rows[i].tag);
	}
	ids_free(ids);
}

int main(void)
{
	struct err err = {0};
	if (seal_start(&err) != OK)
		return 1;
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known_answers),
		cmocka_unit_test(test_referral_carries_the_slot),
		cmocka_unit_test(test_parts_are_told_apart),
		cmocka_unit_test(test_each_secret_counts_for_its_own),
		cmocka_unit_test(test_match),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
