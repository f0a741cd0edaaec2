/* binary - Avro binary encoding, value by value: checked reading, and writing into enough room. */
#ifndef SCHEMAS_BINARY_H
#define SCHEMAS_BINARY_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "hub/base/bytes.h"

/* Avro specification, "Binary Encoding". take_x reads one value in [at, end) and returns where the
 * next one begins; NULL: there is no such value, and nothing behind `end` was read. put_x writes
 * one and returns where the next one goes; the caller has made room. */

#define BINARY_INT_MAX 5 /* bytes that an int takes at most */
#define BINARY_LONG_MAX 10

const uint8_t *take_long_slow(const uint8_t *at, const uint8_t *end, int64_t *out);
uint8_t *put_long_slow(uint8_t *at, uint64_t zigzag);

static inline const uint8_t *take_long(const uint8_t *at, const uint8_t *end, int64_t *out)
{
	if (at < end && *at < 0x80) {
		*out = (int64_t)(*at >> 1) ^ -(int64_t)(*at & 1);
		return at + 1;
	}
	return take_long_slow(at, end, out);
}

static inline const uint8_t *take_int(const uint8_t *at, const uint8_t *end, int32_t *out)
{
	int64_t value;

	at = take_long(at, end, &value);
	if (at == NULL || value < INT32_MIN || value > INT32_MAX)
		return NULL;
	*out = (int32_t)value;
	return at;
}

/* The number of an enum's symbol or a union's branch: 0 … count - 1. */
static inline const uint8_t *take_index(
	const uint8_t *at, const uint8_t *end, int64_t count, int *out)
{
	int64_t value;

	at = take_long(at, end, &value);
	if (at == NULL || value < 0 || value >= count)
		return NULL;
	*out = (int)value;
	return at;
}

static inline const uint8_t *take_boolean(const uint8_t *at, const uint8_t *end, bool *out)
{
	if (at == end || *at > 1)
		return NULL;
	*out = *at == 1;
	return at + 1;
}

/* A string or bytes; *out points into the input. */
static inline const uint8_t *take_bytes(const uint8_t *at, const uint8_t *end, struct bytes *out)
{
	int64_t size;

	at = take_long(at, end, &size);
	if (at == NULL || size < 0 || size > end - at)
		return NULL;
	out->data = at;
	out->size = (size_t)size;
	return at + size;
}

static inline const uint8_t *take_fixed(
	const uint8_t *at, const uint8_t *end, uint8_t *out, size_t size)
{
	if ((size_t)(end - at) < size)
		return NULL;
	memcpy(out, at, size);
	return at + size;
}

/* The head of an array's block. count 0: the array's end. end: where the block ends if it says so,
 * else NULL. More items than could fit in what is left are refused, unless they take no bytes
 * (item_minimum 0): then the count is any, and must not become a loop. */
struct block {
	size_t count;
	const uint8_t *end;
};
const uint8_t *take_block_slow(
	const uint8_t *at, const uint8_t *end, size_t item_minimum, struct block *out);

static inline const uint8_t *take_block(
	const uint8_t *at, const uint8_t *end, size_t item_minimum, struct block *out)
{
	if (at < end && *at == 0) {
		*out = (struct block){0};
		return at + 1;
	}
	return take_block_slow(at, end, item_minimum, out);
}

static inline uint8_t *put_long(uint8_t *at, int64_t value)
{
	uint64_t zigzag = ((uint64_t)value << 1) ^ (value < 0 ? UINT64_MAX : 0);

	if (zigzag < 0x80) {
		*at = (uint8_t)zigzag;
		return at + 1;
	}
	return put_long_slow(at, zigzag);
}

/* The same behind what a buffer has. */
static inline void append_long(struct buffer *out, int64_t value)
{
	buffer_reserve(out, BINARY_LONG_MAX);
	out->size = (size_t)(put_long(out->data + out->size, value) - out->data);
}

static inline uint8_t *put_boolean(uint8_t *at, bool value)
{
	*at = value;
	return at + 1;
}

static inline uint8_t *put_fixed(uint8_t *at, const uint8_t *data, size_t size)
{
	memcpy(at, data, size);
	return at + size;
}

static inline uint8_t *put_bytes(uint8_t *at, struct bytes value)
{
	assert(value.data != NULL);
	at = put_long(at, (int64_t)value.size);
	return put_fixed(at, value.data, value.size);
}

/* An array without items ends here; else the items follow, and then the end: put_long 0. */
static inline uint8_t *put_count(uint8_t *at, size_t count)
{
	return count > 0 ? put_long(at, (int64_t)count) : at;
}

#endif
