/* token - what shows a partner's system who we are: tokens of our own, and those it gives us. */
#include "hub/http/client/token.h"

#include <curl/curl.h>
#include <json-c/json.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
	OF_JWT = sodium_base64_VARIANT_URLSAFE_NO_PADDING,
	OF_BASIC = sodium_base64_VARIANT_ORIGINAL,
	SECONDS_DEFAULT = 300,
	MOST = 16384,
};

static const char *base64(struct bytes bytes, int variant, struct arena *arena)
{
	size_t places = sodium_base64_encoded_len(bytes.size, variant);
	char *text = arena_get(arena, places);
	return sodium_bin2base64(text, places, bytes.data, bytes.size, variant);
}

static void add_claim(struct json_object *claims, const char *name, const char *value)
{
	json_object_object_add(claims, name, json_object_new_string(value));
}

static const char *claims_json(const struct token_claims *claims, struct arena *arena)
{
	struct json_object *json = json_object_new_object();
	const char *user = claims->user != NULL ? claims->user : claims->client;
	add_claim(json, "iss", claims->issuer);
	add_claim(json, "client_id", claims->client);
	add_claim(json, "user_id", user);
	add_claim(
		json, "user_representation", claims->user_name != NULL ? claims->user_name : user);
	json_object_object_add(json, "iat", json_object_new_int64(claims->seconds));
	const char *text = arena_string(arena,
		bytes_of_string(json_object_to_json_string_ext(
			json, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)));
	json_object_put(json);
	return text;
}

const char *token_jwt(const struct token_claims *claims, struct bytes secret, struct arena *arena)
{
	static const char header[] = "{\"alg\":\"HS256\",\"typ\":\"JWT\"}";
	const char *json = claims_json(claims, arena);
	const char *text =
		arena_format(arena, "%s.%s", base64(bytes_of_string(header), OF_JWT, arena),
			base64(bytes_of_string(json), OF_JWT, arena));
	uint8_t digest[crypto_auth_hmacsha256_BYTES];
	crypto_auth_hmacsha256_state state;
	crypto_auth_hmacsha256_init(&state, secret.data, secret.size);
	crypto_auth_hmacsha256_update(&state, (const uint8_t *)text, strlen(text));
	crypto_auth_hmacsha256_final(&state, digest);
	sodium_memzero(&state, sizeof(state));
	return arena_format(
		arena, "%s.%s", text, base64(bytes_of(digest, sizeof(digest)), OF_JWT, arena));
}

/* All but what RFC 3986, 2.3, lets stay as it is. The text may be secret, and has a zero behind it.
 */
static const char *escape(struct bytes text, struct arena *arena)
{
	char *escaped = curl_easy_escape(NULL, (const char *)text.data, (int)text.size);
	if (escaped == NULL)
		abort();
	const char *out = arena_string(arena, bytes_of_string(escaped));
	sodium_memzero(escaped, strlen(escaped));
	curl_free(escaped);
	return out;
}

const char *token_ask(
	const char *client, struct bytes secret, const char *scope, struct arena *arena)
{
	const char *text = "grant_type=client_credentials";
	if (client != NULL)
		text = arena_format(
			arena, "%s&client_id=%s", text, escape(bytes_of_string(client), arena));
	if (secret.data != NULL)
		text = arena_format(arena, "%s&client_secret=%s", text, escape(secret, arena));
	if (scope != NULL)
		text = arena_format(
			arena, "%s&scope=%s", text, escape(bytes_of_string(scope), arena));
	return text;
}

const char *token_basic(const char *client, struct bytes secret, struct arena *arena)
{
	const char *pair = arena_format(
		arena, "%s:%s", escape(bytes_of_string(client), arena), escape(secret, arena));
	return arena_format(arena, "Basic %s", base64(bytes_of_string(pair), OF_BASIC, arena));
}

/* RFC 6750, 2.1. */
static bool is_sendable(const char *token)
{
	size_t size = strspn(token,
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		"0123456789-._~+/");
	size_t all = size + strspn(token + size, "=");
	return size > 0 && token[all] == '\0' && all <= MOST;
}

static bool read_token(
	struct json_object *answer, struct arena *arena, const char **token, int64_t *seconds)
{
	struct json_object *text = NULL, *type = NULL, *lifetime = NULL;
	if (!json_object_object_get_ex(answer, "access_token", &text) ||
		!json_object_is_type(text, json_type_string) ||
		!is_sendable(json_object_get_string(text)))
		return false;
	if (json_object_object_get_ex(answer, "token_type", &type) &&
		(!json_object_is_type(type, json_type_string) ||
			strcasecmp(json_object_get_string(type), "bearer") != 0))
		return false;
	/* Some give the seconds as text. */
	if (json_object_object_get_ex(answer, "expires_in", &lifetime))
		*seconds = json_object_get_int64(lifetime);
	else
		*seconds = SECONDS_DEFAULT;
	*token = arena_string(arena, bytes_of_string(json_object_get_string(text)));
	return true;
}

enum outcome token_read(struct bytes answer, struct arena *arena, const char **token,
	int64_t *seconds, struct err *err)
{
	struct json_tokener *tokener = json_tokener_new_ex(8);
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	struct json_object *json = NULL;
	if (answer.size <= MOST * 4)
		json = json_tokener_parse_ex(tokener, (const char *)answer.data, (int)answer.size);
	bool fine = json_object_is_type(json, json_type_object) &&
		read_token(json, arena, token, seconds);
	json_object_put(json);
	json_tokener_free(tokener);
	return fine ? OK : err_set(err, REJECT, "the answer holds no token that can be sent");
}
