/* test_bytes - views, numbers, hashes, hexadecimal, UUIDs, UTF-8 and the growing buffer. */
#include "tests/unit/unit.h"

#include <string.h>

#include "hub/base/bytes.h"

static const struct bytes absent = {NULL, 0};

static void test_absent_is_not_empty(void **state)
{
	(void)state;
	struct bytes empty = bytes_of_string("");
	assert_null(bytes_of_string(NULL).data);
	assert_true(bytes_equal(absent, bytes_of_string(NULL)));
	assert_true(bytes_equal(empty, bytes_of("x", 0)));
	assert_false(bytes_equal(absent, empty));
	assert_true(bytes_equal_string(absent, NULL));
	assert_false(bytes_equal_string(absent, ""));
	assert_true(bytes_compare(absent, empty) < 0);
	assert_true(bytes_compare(empty, absent) > 0);
}

static void test_order(void **state)
{
	(void)state;
	static const char *const sorted[] = {"", "A", "AB", "B", "a", "\x7f", "\x80"};
	for (size_t i = 0; i < UNIT_COUNT(sorted); i++) {
		for (size_t k = 0; k < UNIT_COUNT(sorted); k++) {
			struct bytes a = bytes_of_string(sorted[i]), b = bytes_of_string(sorted[k]);
			int order = bytes_compare(a, b);
			assert_int_equal((order > 0) - (order < 0), (i > k) - (i < k));
			assert_int_equal(bytes_equal(a, b), i == k);
		}
	}
}

static void test_numbers(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		bool good;
		int64_t value;
	} rows[] = {
		{"0", true, 0},
		{"-0", true, 0},
		{"007", true, 7},
		{"-17", true, -17},
		{"9223372036854775807", true, INT64_MAX},
		{"-9223372036854775808", true, INT64_MIN},
		{"9223372036854775808", false, 0},
		{"-9223372036854775809", false, 0},
		{"92233720368547758070", false, 0},
		{"", false, 0},
		{"-", false, 0},
		{"--1", false, 0},
		{"+1", false, 0},
		{" 1", false, 0},
		{"1 ", false, 0},
		{"1.0", false, 0},
		{"0x1", false, 0},
		{"1\n", false, 0},
		{"/", false, 0},
		{":", false, 0},
	};
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		int64_t value = -99;
		assert_int_equal(
			bytes_to_int64(bytes_of_string(rows[i].text), &value), rows[i].good);
		assert_true(value == (rows[i].good ? rows[i].value : -99));
	}
	int64_t value;
	assert_false(bytes_to_int64(absent, &value));
	assert_false(bytes_to_int64(bytes_of("1\0", 2), &value));
}

static void test_cut_first(void **state)
{
	static const struct {
		const char *text, *first, *left;
	} rows[] = {{"a b c", "a", "b c"}, {" b", "", "b"}, {"a", "a", ""}, {"a ", "a", ""},
		{"", "", ""}};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bytes text = bytes_of_string(rows[i].text);
		assert_true(bytes_equal_string(bytes_cut_first(&text, ' '), rows[i].first));
		assert_true(bytes_equal_string(text, rows[i].left));
	}
}

static void test_cut_last(void **state)
{
	(void)state;
	static const struct {
		const char *text, *before, *last;
	} rows[] = {
		{"desk/mail/17", "desk/mail", "17"},
		{"desk/", "desk", ""},
		{"/17", "", "17"},
		{"17", "", "17"},
		{"", "", ""},
	};
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		struct bytes text = bytes_of_string(rows[i].text);
		assert_true(bytes_equal_string(bytes_cut_last(&text, '/'), rows[i].last));
		assert_true(bytes_equal_string(text, rows[i].before));
	}
}

/* Aumasson and Bernstein, SipHash, 2012: key 00 01 … 0f, input 00 01 … of each size; 15 is
 * the paper's own vector. */
static void test_siphash(void **state)
{
	(void)state;
	static const struct {
		size_t size;
		const char *hash;
	} rows[] = {
		{0, "310e0edd47db6f72"},
		{1, "fd67dc93c539f874"},
		{8, "6224939a79f5f593"},
		{15, "e545be4961ca29a1"},
	};
	uint8_t key[16], input[16];
	for (uint8_t i = 0; i < 16; i++)
		key[i] = input[i] = i;
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		uint64_t hash = bytes_hash(bytes_of(input, rows[i].size), key);
		char hex[17];
		bytes_to_hex(bytes_of(&hash, sizeof(hash)), hex);
		assert_string_equal(hex, rows[i].hash);
	}
	assert_true(bytes_hash(absent, key) == bytes_hash(bytes_of_string(""), key));
}

static void test_hex(void **state)
{
	(void)state;
	uint8_t raw[3] = {0};
	char text[7];
	assert_true(bytes_from_hex(bytes_of_string("00aFf9"), raw, 3));
	assert_memory_equal(raw, "\x00\xaf\xf9", 3);
	bytes_to_hex(bytes_of(raw, 3), text);
	assert_string_equal(text, "00aff9");
	bytes_to_hex(absent, text);
	assert_string_equal(text, "");
	static const char *const bad[] = {"", "00aff", "00aff9a", "00aff90", "00afg9", "00af 9",
		"0x00af", "00af/9", "00af:9", "00af@9", "00af`9", "00afG9"};
	for (size_t i = 0; i < UNIT_COUNT(bad); i++)
		assert_false(bytes_from_hex(bytes_of_string(bad[i]), raw, 3));
	assert_false(bytes_from_hex(bytes_of_string("00"), raw, SIZE_MAX / 2 + 2));
	assert_true(bytes_from_hex(bytes_of_string(""), raw, 0));
}

static void test_uuid(void **state)
{
	(void)state;
	static const char text[] = "2489e9ad-2ee2-8e00-8ec9-32d5f69181c0";
	uint8_t uuid[16];
	char again[37];
	assert_true(bytes_from_uuid(bytes_of_string(text), uuid));
	assert_memory_equal(uuid, "\x24\x89\xe9\xad\x2e\xe2\x8e\x00", 8);
	assert_memory_equal(uuid + 8, "\x8e\xc9\x32\xd5\xf6\x91\x81\xc0", 8);
	bytes_to_uuid(uuid, again);
	assert_string_equal(again, text);
	assert_true(bytes_from_uuid(bytes_of_string("2489E9AD-2EE2-8E00-8EC9-32D5F69181C0"), uuid));
	bytes_to_uuid(uuid, again);
	assert_string_equal(again, text);
	static const char *const bad[] = {
		"",
		"2489e9ad-2ee2-8e00-8ec9-32d5f69181c",
		"2489e9ad-2ee2-8e00-8ec9-32d5f69181c00",
		"2489e9ad02ee2-8e00-8ec9-32d5f69181c0",
		"2489e9ad-2ee2-8e0-08ec9-32d5f69181c0",
		"2489e9ad-2ee2-8e00-8ec9_32d5f69181c0",
		"2489e9ag-2ee2-8e00-8ec9-32d5f69181c0",
		"2489e9ad-2ee2-8e00-8ec9-32d5f69181c-",
		"{489e9ad-2ee2-8e00-8ec9-32d5f69181c}",
		"2489e9ad2ee28e008ec932d5f69181c0",
	};
	for (size_t i = 0; i < UNIT_COUNT(bad); i++)
		assert_false(bytes_from_uuid(bytes_of_string(bad[i]), uuid));
	assert_false(bytes_from_uuid(absent, uuid));
}

static void test_utf8(void **state)
{
	(void)state;
	static const char *const good[] = {"", "plain", "€uro", "\x7f", "\xc2\x80", "\xdf\xbf",
		"\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbf\xbf", "\xf0\x90\x80\x80",
		"\xf4\x8f\xbf\xbf", "eight bytes, then é and more than eight behind"};
	static const char *const bad[] = {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2",
		"\xc2\x7f", "\xc2\xc0", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xed\xbf\xbf", "\xe2\x82",
		"\xe2\x82\x7f", "\xe2\x82\xc0", "\xf0\x90\x80\xc0", "\xf0\x8f\xbf\xbf",
		"\xf4\x90\x80\x80", "\xf0\x90\x80", "\xf0\x90\x80\x7f", "\xf5\x80\x80\x80", "\xff",
		"\xfe", "eight bytes and then \xe2\x82\x28 more"};
	for (size_t i = 0; i < UNIT_COUNT(good); i++)
		assert_true(bytes_is_utf8(bytes_of_string(good[i])));
	for (size_t i = 0; i < UNIT_COUNT(bad); i++)
		assert_false(bytes_is_utf8(bytes_of_string(bad[i])));
	for (size_t i = 0; i < 20; i++) {
		char text[] = "twenty letters of it";
		text[i] = (char)0x80;
		assert_false(bytes_is_utf8(bytes_of_string(text)));
	}
	assert_true(bytes_is_utf8(absent));
	assert_true(bytes_is_utf8(bytes_of("a\0b", 3)));
}

/* Every scalar value in its own encoding is UTF-8, and its bytes fewer or shifted are not. */
static void test_utf8_of_every_character(void **state)
{
	(void)state;
	for (uint32_t c = 0x80; c < 0x110000; c += c < 0x3000 ? 1 : 37) {
		uint8_t text[4];
		size_t size = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
		for (size_t i = size; i-- > 1;)
			text[i] = (uint8_t)(0x80 | (c >> 6 * (size - 1 - i) & 0x3f));
		text[0] = (uint8_t)(0xf00 >> size | c >> 6 * (size - 1));
		bool surrogate = c >= 0xd800 && c < 0xe000;
		assert_int_equal(bytes_is_utf8(bytes_of(text, size)), !surrogate);
		assert_false(bytes_is_utf8(bytes_of(text, size - 1)));
		assert_false(bytes_is_utf8(bytes_of(text + 1, size - 1)));
	}
}

static void test_buffer(void **state)
{
	(void)state;
	struct buffer buffer = {0};
	assert_non_null(buffer_bytes(&buffer).data);
	assert_int_equal(buffer_bytes(&buffer).size, 0);
	assert_string_equal(buffer_string(&buffer), "");
	buffer_add_bytes(&buffer, absent);
	buffer_add_string(&buffer, "a");
	buffer_add_format(&buffer, "%d-%s", 12, "b");
	buffer_add(&buffer, "\0c", 2);
	assert_true(bytes_equal(buffer_bytes(&buffer), bytes_of("a12-b\0c", 7)));
	assert_string_equal(buffer_string(&buffer) + 6, "c");
	assert_int_equal(buffer.size, 7);
	buffer_clear(&buffer);
	assert_string_equal(buffer_string(&buffer), "");
	buffer_done(&buffer);
	assert_null(buffer.data);
	buffer_done(&buffer);
}

static void test_buffer_grows(void **state)
{
	(void)state;
	struct buffer buffer = {0};
	char long_text[5000];
	memset(long_text, 'z', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = '\0';
	for (int i = 0; i < 1000; i++)
		buffer_add_format(&buffer, "%03d", i);
	buffer_add_format(&buffer, "%s", long_text);
	assert_int_equal(buffer.size, 3000 + sizeof(long_text) - 1);
	assert_memory_equal(buffer.data + 3 * 517, "517", 3);
	assert_string_equal(buffer_string(&buffer) + 3000, long_text);
	assert_true(buffer.capacity < 3 * buffer.size);
	buffer_done(&buffer);
	for (int size = 0; size < 300; size++) {
		buffer_add_format(&buffer, "%*s", size, "");
		assert_int_equal(strlen(buffer_string(&buffer)), size);
		buffer_done(&buffer);
	}
}

static void reserve_too_much(void)
{
	struct buffer buffer = {0};
	buffer_add_string(&buffer, "some");
	buffer_reserve(&buffer, SIZE_MAX - 2);
}

static void test_buffer_overflow_aborts(void **state)
{
	(void)state;
	assert_true(unit_aborts(reserve_too_much));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_absent_is_not_empty),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_cut_first),
		cmocka_unit_test(test_cut_last),
		cmocka_unit_test(test_siphash),
		cmocka_unit_test(test_hex),
		cmocka_unit_test(test_uuid),
		cmocka_unit_test(test_utf8),
		cmocka_unit_test(test_utf8_of_every_character),
		cmocka_unit_test(test_buffer),
		cmocka_unit_test(test_buffer_grows),
		cmocka_unit_test(test_buffer_overflow_aborts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
