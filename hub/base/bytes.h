/* bytes - borrowed views on bytes, and a buffer that grows. */
#ifndef HUB_BASE_BYTES_H
#define HUB_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hub/base/err.h"

/* A view: owns nothing. data == NULL means absent, which differs from present and empty. Not
 * zero-terminated. */
struct bytes {
	const uint8_t *data;
	size_t size;
};

/* For printf("%.*s", BYTES_ARG(b)). */
#define BYTES_ARG(b) (int)(b).size, (const char *)(b).data

struct bytes bytes_of(const void *data, size_t size);
struct bytes bytes_of_string(const char *text); /* NULL: absent; without the terminating zero */
bool bytes_equal(struct bytes a, struct bytes b); /* not constant time */
bool bytes_equal_string(struct bytes a, const char *text);
int bytes_compare(struct bytes a, struct bytes b); /* as memcmp, the shorter first; absent first */
/* What stands before the first `mark`, which goes with it; all, if there is none. */
struct bytes bytes_cut_first(struct bytes *text, char mark);
/* What follows the last `mark`, which goes with it; all, if there is none. */
struct bytes bytes_cut_last(struct bytes *text, char mark);
/* Digits, "-" before them; the whole of it, and no overflow, else false. */
bool bytes_to_int64(struct bytes decimal, int64_t *out);
/* SipHash-2-4 (libsodium crypto_shorthash). */
uint64_t bytes_hash(struct bytes b, const uint8_t key[16]);

/* Lower-case hexadecimal. out has 2 * size + 1 places. */
void bytes_to_hex(struct bytes b, char *out);
/* Both cases; exactly 2 * size digits, else false. On false, out may be partly written. */
bool bytes_from_hex(struct bytes hex, uint8_t *out, size_t size);
/* "8-4-4-4-12" (RFC 9562); out has 37 places. */
void bytes_to_uuid(const uint8_t uuid[16], char out[37]);
bool bytes_from_uuid(struct bytes text, uint8_t out[16]);
bool bytes_is_utf8(struct bytes b); /* RFC 3629: no surrogates, no overlong forms */

/* Grows by itself; zeroed is empty. Out of memory aborts. buffer_done accepts a zeroed one. What is
 * added must not lie in the buffer itself. */
struct buffer {
	uint8_t *data;
	size_t size, capacity;
};

void buffer_reserve(struct buffer *buffer, size_t more);
void buffer_add(struct buffer *buffer, const void *data, size_t size);
void buffer_add_bytes(struct buffer *buffer, struct bytes bytes); /* absent: nothing */
void buffer_add_string(struct buffer *buffer, const char *text);
void buffer_add_format(struct buffer *buffer, const char *format, ...) PRINTF_LIKE(2, 3);
/* Valid until the next change; never absent. */
struct bytes buffer_bytes(const struct buffer *buffer);
const char *buffer_string(struct buffer *buffer); /* zero-terminated, valid until the next change */
void buffer_clear(struct buffer *buffer); /* keeps the memory */
void buffer_done(struct buffer *buffer); /* zeroed again */

#endif
