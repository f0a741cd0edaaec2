/* auth - who asks a played system: what the endpoint's settings say that the hub shows it. */
#include <sodium.h>
#include <string.h>

#include "hub/base/clock.h"
#include "hub/cli/host/inside.h"
#include "hub/http/client/token.h"
#include "hub/http/server/header.h"
#include "schemas/json_tree.h"

enum { JWT_SECONDS = 3600, LEEWAY_SECONDS = 60, TOKEN_SECONDS = 3600, CLAIMS_MOST = 4000 };
#define CLAIMS_DEPTH 4

static bool has_header(struct request *request, const char *name, const char *value)
{
	return bytes_equal_string(request_header(request, name), value);
}

static bool has_bearer(struct request *request, const char *token)
{
	return bytes_equal_string(header_bearer(request_header(request, "Authorization")), token);
}

/* iat of the claims, which stand between the dots. */
static bool read_time(struct bytes token, struct arena *arena, int64_t *out)
{
	uint8_t *json = arena_get(arena, CLAIMS_MOST);
	size_t size = 0;
	struct problems problems;
	problems_init(&problems, arena);
	(void)bytes_cut_first(&token, '.');
	struct bytes claims = bytes_cut_first(&token, '.');
	if (claims.size == 0 ||
		sodium_base642bin(json, CLAIMS_MOST, (const char *)claims.data, claims.size, NULL,
			&size, NULL, sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0)
		return false;
	const struct json_tree *tree =
		json_tree_parse(bytes_of(json, size), CLAIMS_DEPTH, &problems);
	const struct json_tree *time = tree == NULL ? NULL : json_tree_member(tree, "iat");
	return time != NULL && time->kind == JSON_TREE_NUMBER && bytes_to_int64(time->text, out);
}

/* The hub's own is made anew from its time, and is the same only with the same secret. */
static bool has_jwt(const struct host_system *system, struct request *request)
{
	const struct endpoint_settings *settings = system->endpoint;
	struct arena *arena = request_arena(request);
	struct bytes token = header_bearer(request_header(request, "Authorization"));
	struct token_claims claims = {.client = settings->client_id,
		.issuer = settings->issuer != NULL ? settings->issuer : settings->client_id,
		.user = settings->user,
		.user_name = settings->user_name};
	if (!read_time(token, arena, &claims.seconds))
		return false;
	int64_t now = clock_wall() / 1000;
	if (claims.seconds < now - JWT_SECONDS || claims.seconds > now + LEEWAY_SECONDS)
		return false;
	return bytes_equal_string(
		token, token_jwt(&claims, bytes_of_string(system->secret), arena));
}

static const char *token_of(const struct host_system *system, struct arena *arena)
{
	return arena_format(arena, "sim-%016llx", (unsigned long long)system->ledger.mark);
}

bool host_auth_shows(const struct host_system *system, struct request *request)
{
	switch (system->endpoint->auth) {
	case ENDPOINT_NONE:
		return true;
	case ENDPOINT_BEARER:
		return has_bearer(request, system->secret);
	case ENDPOINT_HEADER:
		return has_header(request, system->endpoint->header, system->secret);
	case ENDPOINT_JWT:
		return has_jwt(system, request);
	case ENDPOINT_OAUTH2:
		break;
	}
	return has_bearer(request, token_of(system, request_arena(request)));
}

/* To the letter what the hub asks with by these settings. */
static bool asks_rightly(const struct host_system *system, struct request *request)
{
	const struct endpoint_settings *settings = system->endpoint;
	struct arena *arena = request_arena(request);
	const char *client = settings->client_id;
	struct bytes secret =
		bytes_of_string(settings->secret_file != NULL ? system->secret : NULL);
	bool is_basic = settings->token_auth == ENDPOINT_TOKEN_BASIC;
	const char *body = is_basic ? token_ask(NULL, (struct bytes){0}, settings->scope, arena)
				    : token_ask(client, secret, settings->scope, arena);
	return settings->auth == ENDPOINT_OAUTH2 &&
		bytes_equal_string(request_body(request), body) &&
		(!is_basic ||
			has_header(request, "Authorization", token_basic(client, secret, arena)));
}

void host_auth_token(struct host_system *system, struct request *request, struct host_answer *out)
{
	if (asks_rightly(system, request)) {
		buffer_add_format(&out->body,
			"{\"access_token\":\"%s\",\"token_type\":\"Bearer\",\"expires_in\":%d}",
			token_of(system, request_arena(request)), TOKEN_SECONDS);
		return;
	}
	out->status = 401;
	buffer_add_string(&out->body, "{\"error\":\"invalid_client\"}");
}
