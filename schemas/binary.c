/* binary - the parts of the Avro binary encoding that are rare enough not to be inline. */
#include "schemas/binary.h"

const uint8_t *take_long_slow(const uint8_t *at, const uint8_t *end, int64_t *out)
{
	uint64_t zigzag = 0;

	for (unsigned shift = 0; shift < 64 && at < end; shift += 7) {
		uint8_t byte = *at++;
		if (shift == 63 && byte > 1)
			return NULL;
		zigzag |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80) {
			*out = (int64_t)(zigzag >> 1) ^ -(int64_t)(zigzag & 1);
			return at;
		}
	}
	return NULL;
}

uint8_t *put_long_slow(uint8_t *at, uint64_t zigzag)
{
	for (; zigzag >= 0x80; zigzag >>= 7)
		*at++ = (uint8_t)(zigzag | 0x80);
	*at++ = (uint8_t)zigzag;
	return at;
}

const uint8_t *take_block_slow(
	const uint8_t *at, const uint8_t *end, size_t item_minimum, struct block *out)
{
	int64_t count, size;
	size_t least;

	at = take_long(at, end, &count);
	if (at == NULL || count == INT64_MIN)
		return NULL;
	out->end = NULL;
	if (count < 0) {
		count = -count;
		at = take_long(at, end, &size);
		if (at == NULL || size < 0 || size > end - at)
			return NULL;
		out->end = at + size;
	}
	if (__builtin_mul_overflow((size_t)count, item_minimum, &least) ||
		least > (size_t)(end - at))
		return NULL;
	out->count = (size_t)count;
	return at;
}
