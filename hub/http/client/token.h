/* token - what shows a partner's system who we are: tokens of our own, and those it gives us. */
#ifndef HUB_HTTP_CLIENT_TOKEN_H
#define HUB_HTTP_CLIENT_TOKEN_H

#include "hub/base/arena.h"

struct token_claims {
	const char *issuer; /* iss */
	const char *client; /* client_id */
	const char *user, *user_name; /* user_id, user_representation; NULL: as client */
	int64_t seconds; /* iat, since 1970 */
};

/* A JSON Web Token (RFC 7519) signed with HS256, as the Dutch APIs for cases (ZGW) take it. */
const char *token_jwt(const struct token_claims *claims, struct bytes secret, struct arena *arena);

/* The body that asks for a token with client credentials (RFC 6749, 4.4.2). secret absent: our
 * certificate shows who we are (RFC 8705, 2); client NULL: a header does. scope NULL: none. */
const char *token_ask(
	const char *client, struct bytes secret, const char *scope, struct arena *arena);
/* Value of the header Authorization that shows who asks (RFC 6749, 2.3.1). */
const char *token_basic(const char *client, struct bytes secret, struct arena *arena);
/* The answer to it (5.1): the token in the arena, and for how long. REJECT: there is none in it
 * that could be sent; the text does not tell what is. */
enum outcome token_read(struct bytes answer, struct arena *arena, const char **token,
	int64_t *seconds, struct err *err) MUST_CHECK;

#endif
