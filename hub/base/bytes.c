/* bytes - borrowed views on bytes, and a buffer that grows. */
#include "hub/base/bytes.h"

#include <assert.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/memory.h"

enum { UUID_TEXT = 36, BUFFER_FIRST = 64 };

struct bytes bytes_of(const void *data, size_t size)
{
	return (struct bytes){data, size};
}

struct bytes bytes_of_string(const char *text)
{
	return (struct bytes){(const uint8_t *)text, text != NULL ? strlen(text) : 0};
}

bool bytes_equal(struct bytes a, struct bytes b)
{
	if (a.size != b.size || (a.data == NULL) != (b.data == NULL))
		return false;
	return a.size == 0 || memcmp(a.data, b.data, a.size) == 0;
}

bool bytes_equal_string(struct bytes a, const char *text)
{
	return bytes_equal(a, bytes_of_string(text));
}

int bytes_compare(struct bytes a, struct bytes b)
{
	size_t both = a.size < b.size ? a.size : b.size;
	int order = both > 0 ? memcmp(a.data, b.data, both) : 0;
	if (order != 0)
		return order;
	if (a.size != b.size)
		return a.size < b.size ? -1 : 1;
	return (a.data != NULL) - (b.data != NULL);
}

bool bytes_to_int64(struct bytes decimal, int64_t *out)
{
	size_t at = decimal.size > 0 && decimal.data[0] == '-' ? 1 : 0;
	bool negative = at == 1;
	if (at == decimal.size)
		return false;
	int64_t value = 0;
	for (; at < decimal.size; at++) {
		int digit = decimal.data[at] - '0';
		if (digit < 0 || digit > 9)
			return false;
		/* Summed below zero, because INT64_MIN has no positive twin. */
		if (__builtin_mul_overflow(value, 10, &value) ||
			__builtin_sub_overflow(value, digit, &value))
			return false;
	}
	if (!negative && value == INT64_MIN)
		return false;
	*out = negative ? value : -value;
	return true;
}

uint64_t bytes_hash(struct bytes b, const uint8_t key[16])
{
	_Static_assert(crypto_shorthash_KEYBYTES == 16, "the key has the size of the interface");
	_Static_assert(crypto_shorthash_BYTES == sizeof(uint64_t), "a hash is 64 bits");
	uint8_t hash[crypto_shorthash_BYTES];
	crypto_shorthash(hash, b.size > 0 ? b.data : key, b.size, key);
	uint64_t value;
	memcpy(&value, hash, sizeof(value));
	return value;
}

void bytes_to_hex(struct bytes b, char *out)
{
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < b.size; i++) {
		*out++ = digits[b.data[i] >> 4];
		*out++ = digits[b.data[i] & 15];
	}
	*out = '\0';
}

static int hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool bytes_from_hex(struct bytes hex, uint8_t *out, size_t size)
{
	if (hex.size % 2 != 0 || hex.size / 2 != size)
		return false;
	for (size_t i = 0; i < size; i++) {
		int high = hex_digit(hex.data[2 * i]);
		int low = hex_digit(hex.data[2 * i + 1]);
		if (high < 0 || low < 0)
			return false;
		out[i] = (uint8_t)(high * 16 + low);
	}
	return true;
}

/* Where the groups of a UUID's text begin, and their bytes. */
static const struct {
	uint8_t text, first, size;
} uuid_groups[] = {{0, 0, 4}, {9, 4, 2}, {14, 6, 2}, {19, 8, 2}, {24, 10, 6}};

enum { UUID_GROUPS = sizeof(uuid_groups) / sizeof(uuid_groups[0]) };

void bytes_to_uuid(const uint8_t uuid[16], char out[37])
{
	for (int i = 0; i < UUID_GROUPS; i++) {
		if (i > 0)
			out[uuid_groups[i].text - 1] = '-';
		struct bytes group = bytes_of(uuid + uuid_groups[i].first, uuid_groups[i].size);
		bytes_to_hex(group, out + uuid_groups[i].text);
	}
}

bool bytes_from_uuid(struct bytes text, uint8_t out[16])
{
	if (text.size != UUID_TEXT)
		return false;
	for (int i = 0; i < UUID_GROUPS; i++) {
		const uint8_t *at = text.data + uuid_groups[i].text;
		size_t size = uuid_groups[i].size;
		if (i > 0 && at[-1] != '-')
			return false;
		if (!bytes_from_hex(bytes_of(at, 2 * size), out + uuid_groups[i].first, size))
			return false;
	}
	return true;
}

/* RFC 3629 section 4: what the first byte says about the length and the second byte. */
static const struct {
	uint8_t first_low, first_high, second_low, second_high, size;
} utf8_rows[] = {
	{0xc2, 0xdf, 0x80, 0xbf, 2},
	{0xe0, 0xe0, 0xa0, 0xbf, 3},
	{0xe1, 0xec, 0x80, 0xbf, 3},
	{0xed, 0xed, 0x80, 0x9f, 3},
	{0xee, 0xef, 0x80, 0xbf, 3},
	{0xf0, 0xf0, 0x90, 0xbf, 4},
	{0xf1, 0xf3, 0x80, 0xbf, 4},
	{0xf4, 0xf4, 0x80, 0x8f, 4},
};

/* The size of the character at the start, 0 if it is none; its first byte is not ASCII. */
static size_t utf8_character(const uint8_t *data, size_t left)
{
	size_t row = 0, rows = sizeof(utf8_rows) / sizeof(utf8_rows[0]);
	while (row < rows && data[0] > utf8_rows[row].first_high)
		row++;
	if (row == rows || data[0] < utf8_rows[row].first_low || left < utf8_rows[row].size)
		return 0;
	if (data[1] < utf8_rows[row].second_low || data[1] > utf8_rows[row].second_high)
		return 0;
	for (size_t i = 2; i < utf8_rows[row].size; i++) {
		if ((data[i] & 0xc0) != 0x80)
			return 0;
	}
	return utf8_rows[row].size;
}

static size_t ascii_run(const uint8_t *data, size_t size)
{
	size_t at = 0;
	uint64_t word;
	for (; at + sizeof(word) <= size; at += sizeof(word)) {
		memcpy(&word, data + at, sizeof(word));
		if ((word & UINT64_C(0x8080808080808080)) != 0)
			break;
	}
	while (at < size && data[at] < 0x80)
		at++;
	return at;
}

bool bytes_is_utf8(struct bytes b)
{
	size_t at = 0;
	if (b.data == NULL)
		return true;
	while ((at += ascii_run(b.data + at, b.size - at)) < b.size) {
		size_t size = utf8_character(b.data + at, b.size - at);
		if (size == 0)
			return false;
		at += size;
	}
	return true;
}

void buffer_reserve(struct buffer *buffer, size_t more)
{
	size_t needed = memory_sum(buffer->size, more);
	if (needed <= buffer->capacity)
		return;
	size_t grown = buffer->capacity > 0 ? memory_product(buffer->capacity, 2) : BUFFER_FIRST;
	buffer->capacity = needed > grown ? needed : grown;
	buffer->data = memory_resize(buffer->data, buffer->capacity);
}

void buffer_add(struct buffer *buffer, const void *data, size_t size)
{
	if (size == 0)
		return;
	buffer_reserve(buffer, size);
	memcpy(buffer->data + buffer->size, data, size);
	buffer->size += size;
}

void buffer_add_bytes(struct buffer *buffer, struct bytes bytes)
{
	buffer_add(buffer, bytes.data, bytes.size);
}

void buffer_add_string(struct buffer *buffer, const char *text)
{
	buffer_add(buffer, text, strlen(text));
}

void buffer_add_format(struct buffer *buffer, const char *format, ...)
{
	va_list arguments, again;
	va_start(arguments, format);
	va_copy(again, arguments);
	int size = vsnprintf(NULL, 0, format, arguments);
	va_end(arguments);
	assert(size >= 0);
	buffer_reserve(buffer, (size_t)size + 1);
	vsnprintf((char *)buffer->data + buffer->size, (size_t)size + 1, format, again);
	va_end(again);
	buffer->size += (size_t)size;
}

struct bytes buffer_bytes(const struct buffer *buffer)
{
	return bytes_of(buffer->data != NULL ? (const void *)buffer->data : "", buffer->size);
}

const char *buffer_string(struct buffer *buffer)
{
	buffer_reserve(buffer, 1);
	buffer->data[buffer->size] = '\0';
	return (const char *)buffer->data;
}

void buffer_clear(struct buffer *buffer)
{
	buffer->size = 0;
}

void buffer_done(struct buffer *buffer)
{
	free(buffer->data);
	*buffer = (struct buffer){0};
}
