/* bytes - borrowed views on bytes, and a buffer that grows. */
#include "hub/base/bytes.h"

#include <assert.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

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

struct bytes bytes_cut_first(struct bytes *text, char mark)
{
	if (text->size == 0)
		return *text;
	const uint8_t *at = memchr(text->data, mark, text->size);
	size_t size = at != NULL ? (size_t)(at - text->data) : text->size;
	struct bytes first = bytes_of(text->data, size);
	size += at != NULL ? 1 : 0;
	*text = bytes_of(text->data + size, text->size - size);
	return first;
}

struct bytes bytes_cut_last(struct bytes *text, char mark)
{
	size_t size = text->size;
	while (size > 0 && text->data[size - 1] != (uint8_t)mark)
		size--;
	struct bytes last = bytes_of(text->data + size, text->size - size);
	text->size = size > 0 ? size - 1 : 0;
	return last;
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
	sodium_bin2hex(out, 2 * b.size + 1, b.data, b.size);
}

bool bytes_from_hex(struct bytes hex, uint8_t *out, size_t size)
{
	return hex.size % 2 == 0 && hex.size / 2 == size &&
		sodium_hex2bin(out, size, (const char *)hex.data, hex.size, NULL, NULL, NULL) == 0;
}

/* A hyphen stands before these digits. */
static bool is_hyphenated(int digit)
{
	return digit == 8 || digit == 12 || digit == 16 || digit == 20;
}

void bytes_to_uuid(const uint8_t uuid[16], char out[37])
{
	char hex[2 * 16 + 1];
	bytes_to_hex(bytes_of(uuid, 16), hex);
	for (int i = 0; i < (int)sizeof(hex); i++) {
		if (is_hyphenated(i))
			*out++ = '-';
		*out++ = hex[i];
	}
}

bool bytes_from_uuid(struct bytes text, uint8_t out[16])
{
	uint8_t hex[2 * 16];
	const uint8_t *at = text.data;
	if (text.size != UUID_TEXT)
		return false;
	for (int i = 0; i < (int)sizeof(hex); i++) {
		if (is_hyphenated(i) && *at++ != '-')
			return false;
		hex[i] = *at++;
	}
	return bytes_from_hex(bytes_of(hex, sizeof(hex)), out, 16);
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
	if (b.data == NULL)
		return true;
	for (size_t at = 0; (at += ascii_run(b.data + at, b.size - at)) < b.size;) {
		int32_t character;
		ssize_t size = utf8proc_iterate(b.data + at, (ssize_t)(b.size - at), &character);
		if (size <= 0)
			return false;
		at += (size_t)size;
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
