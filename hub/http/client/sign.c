/* sign - signatures by which a receiver knows that a webhook is ours (standardwebhooks.com). */
#include "hub/http/client/sign.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/file.h"
#include "hub/base/memory.h"

#define PREFIX "whsec_"

enum { LEAST = 24, MOST = 64, LINE_MOST = 200 };

struct secret {
	uint8_t bytes[MOST];
	size_t size;
};

struct sign {
	size_t count;
	struct secret secrets[];
};

static bool read_base64(const char *line, struct secret *out)
{
	size_t prefix = sizeof(PREFIX) - 1;
	return strncmp(line, PREFIX, prefix) == 0 &&
		sodium_base642bin(out->bytes, MOST, line + prefix, strlen(line + prefix), NULL,
			&out->size, NULL, sodium_base64_VARIANT_ORIGINAL) == 0 &&
		out->size >= LEAST;
}

static enum outcome read_secret(const char *file, struct secret *out, struct err *err)
{
	char line[LINE_MOST];
	if (file_read_line(file, line, sizeof(line), err) != OK)
		return err_in(err, "%s", file);
	bool fine = read_base64(line, out);
	sodium_memzero(line, sizeof(line));
	if (fine)
		return OK;
	return err_set(err, REJECT,
		"%s: must hold " PREFIX " and %d to %d bytes in base64, on one line", file, LEAST,
		MOST);
}

enum outcome sign_check_file(const char *file, struct err *err)
{
	struct secret secret;
	enum outcome outcome = read_secret(file, &secret, err);
	sodium_memzero(&secret, sizeof(secret));
	return outcome;
}

enum outcome sign_new(struct sign **out, const char *const *files, struct err *err)
{
	size_t count = 0;
	while (files[count] != NULL)
		count++;
	struct sign *sign = memory_get_zeroed(1, sizeof(*sign) + count * sizeof(struct secret));
	sign->count = count;
	for (size_t i = 0; i < count; i++) {
		if (read_secret(files[i], &sign->secrets[i], err) != OK) {
			sign_free(sign);
			return err->outcome;
		}
	}
	*out = sign;
	return OK;
}

void sign_free(struct sign *sign)
{
	if (sign == NULL)
		return;
	sodium_memzero(sign->secrets, sign->count * sizeof(sign->secrets[0]));
	free(sign);
}

static const char *sign_one(
	const struct secret *secret, struct bytes head, struct bytes body, struct arena *arena)
{
	uint8_t digest[crypto_auth_hmacsha256_BYTES];
	char *text = arena_get(
		arena, sodium_base64_ENCODED_LEN(sizeof(digest), sodium_base64_VARIANT_ORIGINAL));
	crypto_auth_hmacsha256_state state;
	crypto_auth_hmacsha256_init(&state, secret->bytes, secret->size);
	crypto_auth_hmacsha256_update(&state, head.data, head.size);
	crypto_auth_hmacsha256_update(&state, body.data, body.size);
	crypto_auth_hmacsha256_final(&state, digest);
	sodium_memzero(&state, sizeof(state));
	sodium_bin2base64(text,
		sodium_base64_ENCODED_LEN(sizeof(digest), sodium_base64_VARIANT_ORIGINAL), digest,
		sizeof(digest), sodium_base64_VARIANT_ORIGINAL);
	return text;
}

const char *sign_webhook(const struct sign *sign, const char *id, int64_t seconds,
	struct bytes body, struct arena *arena)
{
	struct bytes head = bytes_of_string(arena_format(arena, "%s.%" PRId64 ".", id, seconds));
	const char *text = "";
	for (size_t i = 0; i < sign->count; i++)
		text = arena_format(arena, "%s%sv1,%s", text, i > 0 ? " " : "",
			sign_one(&sign->secrets[i], head, body, arena));
	return text;
}
