/* test_seal - what is sealed opens with its key only, byte for byte as PyNaCl does it, and shows
 * nothing in clear. */
#include "tests/unit/unit.h"

#include <string.h>

#include "hub/seal/seal.h"

#define CLEAR "A. Voorbeeld, 999990019"

/* Made with PyNaCl: key 0…31, key id 100…123, nonce 200…223. */
static const char sealed_hex[] = "c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedf384608d22d1d0e04"
				 "3dce1ad26ce3065a21edfcd797aa130534167a525112ec54be0fec1fb94e43";
/* Made with PyNaCl for the secret key 1…32. */
static const char public_hex[] = "07a37cbc142093c8b755dc1b10e86cb426374ad16aa853ed0bdfc0b2b86d1c7c";
static const char box_hex[] = "a4408bf7e2dda92b0a9ac8e90887dbe715fd25f3d568237ef3633736e4eac757eb80"
			      "582f5ccc99b1f9ddeed7785a5c62f13d5b576985c622974f603a00f8a6c384dd0556"
			      "f49694";

static struct seal_key new_key(void)
{
	struct seal_key key;
	for (size_t i = 0; i < SEAL_SECRET_SIZE; i++)
		key.secret[i] = (uint8_t)i;
	for (size_t i = 0; i < SEAL_KEY_ID_SIZE; i++)
		key.id[i] = (uint8_t)(100 + i);
	return key;
}

static void secret_key(uint8_t out[SEAL_SECRET_SIZE])
{
	for (size_t i = 0; i < SEAL_SECRET_SIZE; i++)
		out[i] = (uint8_t)(1 + i);
}

static struct bytes from_hex(const char *hex, uint8_t *out)
{
	size_t size = strlen(hex) / 2;
	assert_true(bytes_from_hex(bytes_of_string(hex), out, size));
	return bytes_of(out, size);
}

static void assert_buffer(const struct buffer *buffer, const char *expected)
{
	assert_true(bytes_equal_string(buffer_bytes(buffer), expected));
}

static void test_opens_what_another_library_sealed(void **state)
{
	(void)state;
	uint8_t bytes[128];
	struct err err = {0};
	struct buffer out = {0};
	struct seal_key key = new_key();
	assert_int_equal(seal_open(&key, from_hex(sealed_hex, bytes), &out, &err), OK);
	assert_buffer(&out, CLEAR);
	buffer_clear(&out);
	secret_key(key.secret);
	assert_int_equal(seal_box_open(key.secret, from_hex(box_hex, bytes), &out, &err), OK);
	assert_buffer(&out, CLEAR);
	seal_wipe_buffer(&out);
}

static void test_round_trip_shows_nothing(void **state)
{
	(void)state;
	static const char *const texts[] = {"", "x", CLEAR};
	struct seal_key key = new_key();
	for (size_t i = 0; i < UNIT_COUNT(texts); i++) {
		struct err err = {0};
		struct buffer sealed = {0};
		struct buffer out = {0};
		buffer_add_string(&out, "kept");
		seal_put(&key, bytes_of_string(texts[i]), &sealed);
		assert_int_equal(sealed.size, strlen(texts[i]) + SEAL_OVERHEAD);
		assert_null(memmem(sealed.data, sealed.size, "Voorbeeld", 9));
		assert_int_equal(seal_open(&key, buffer_bytes(&sealed), &out, &err), OK);
		assert_int_equal(out.size, 4 + strlen(texts[i]));
		assert_memory_equal(out.data + 4, texts[i], strlen(texts[i]));
		buffer_done(&sealed);
		seal_wipe_buffer(&out);
	}
}

static void test_two_seals_differ(void **state)
{
	(void)state;
	struct seal_key key = new_key();
	struct buffer a = {0};
	struct buffer b = {0};
	seal_put(&key, bytes_of_string(CLEAR), &a);
	seal_put(&key, bytes_of_string(CLEAR), &b);
	assert_false(bytes_equal(buffer_bytes(&a), buffer_bytes(&b)));
	buffer_done(&a);
	buffer_done(&b);
}

/* Every byte of the value, the key and its id counts. */
static void test_a_change_is_refused(void **state)
{
	(void)state;
	uint8_t bytes[128];
	struct bytes sealed = from_hex(sealed_hex, bytes);
	struct buffer out = {0};
	for (size_t i = 0; i < sealed.size; i++) {
		struct err err = {0};
		struct seal_key key = new_key();
		bytes[i] ^= 1;
		assert_int_equal(seal_open(&key, sealed, &out, &err), REJECT);
		bytes[i] ^= 1;
		assert_int_equal(seal_open(&key, bytes_of(bytes, i), &out, &err), REJECT);
		key.id[i % SEAL_KEY_ID_SIZE] ^= 1;
		assert_int_equal(seal_open(&key, sealed, &out, &err), REJECT);
		key.id[i % SEAL_KEY_ID_SIZE] ^= 1;
		key.secret[i % SEAL_SECRET_SIZE] ^= 1;
		assert_int_equal(seal_open(&key, sealed, &out, &err), REJECT);
		assert_null(strstr(err.text, "Voorbeeld"));
	}
	assert_int_equal(out.size, 0);
	seal_wipe_buffer(&out);
}

static void test_box(void **state)
{
	(void)state;
	uint8_t public_key[SEAL_SECRET_SIZE];
	uint8_t secret[SEAL_SECRET_SIZE];
	const uint8_t none[SEAL_SECRET_SIZE] = {0};
	struct err err = {0};
	struct buffer box = {0};
	struct buffer out = {0};
	from_hex(public_hex, public_key);
	secret_key(secret);
	assert_int_equal(seal_box(public_key, bytes_of_string(CLEAR), &box), OK);
	assert_null(memmem(box.data, box.size, "Voorbeeld", 9));
	assert_int_equal(seal_box_open(secret, buffer_bytes(&box), &out, &err), OK);
	assert_buffer(&out, CLEAR);
	box.data[box.size - 1] ^= 1;
	assert_int_equal(seal_box_open(secret, buffer_bytes(&box), &out, &err), REJECT);
	assert_int_equal(seal_box_open(secret, bytes_of(box.data, 3), &out, &err), REJECT);
	assert_int_equal(seal_box(none, bytes_of_string(CLEAR), &box), REJECT);
	seal_wipe_buffer(&out);
	buffer_done(&box);
}

static void test_wrap(void **state)
{
	(void)state;
	const struct seal_key key = {{1}, {2}};
	struct seal_key found = {{1}, {0}}, other = {{3}, {0}};
	uint8_t master[SEAL_SECRET_SIZE] = {4};
	struct buffer wrapped = {0}, text = {0};
	struct err err = {0};
	seal_wrap(master, &key, &wrapped);
	assert_int_equal(seal_unwrap(master, buffer_bytes(&wrapped), &other, &err), REJECT);
	assert_int_equal(seal_unwrap(master, buffer_bytes(&wrapped), &found, &err), OK);
	assert_memory_equal(&found, &key, sizeof(key));
	master[0] = 5;
	assert_int_equal(seal_unwrap(master, buffer_bytes(&wrapped), &found, &err), REJECT);
	struct seal_key with = key;
	seal_put(&with, bytes_of_string("short"), &text);
	assert_int_equal(seal_unwrap(key.secret, buffer_bytes(&text), &found, &err), REJECT);
	assert_non_null(strstr(err.text, "size"));
	assert_memory_equal(&found, &key, sizeof(key));
	buffer_done(&wrapped);
	buffer_done(&text);
}

static void test_wipe(void **state)
{
	(void)state;
	char memory[] = CLEAR;
	seal_wipe(memory, sizeof(memory));
	for (size_t i = 0; i < sizeof(memory); i++)
		assert_int_equal(memory[i], 0);
	struct buffer empty = {0};
	seal_wipe_buffer(&empty);
	assert_null(empty.data);
}

int main(void)
{
	struct err err = {0};
	if (seal_start(&err) != OK)
		return 1;
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_opens_what_another_library_sealed),
		cmocka_unit_test(test_round_trip_shows_nothing),
		cmocka_unit_test(test_two_seals_differ),
		cmocka_unit_test(test_a_change_is_refused),
		cmocka_unit_test(test_box),
		cmocka_unit_test(test_wrap),
		cmocka_unit_test(test_wipe),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
