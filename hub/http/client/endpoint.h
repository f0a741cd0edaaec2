/* endpoint - a partner's system as one place to ask: where it is, who we are to it, and how much it
 * takes. */
#ifndef HUB_HTTP_CLIENT_ENDPOINT_H
#define HUB_HTTP_CLIENT_ENDPOINT_H

#include "hub/base/setting.h"
#include "hub/http/client/client.h"

enum endpoint_auth {
	ENDPOINT_NONE, /* or by certificate alone */
	ENDPOINT_BEARER, /* the secret is a token */
	ENDPOINT_HEADER, /* the secret is the value of a header */
	ENDPOINT_JWT, /* the secret signs a token of our own: ZGW */
	/* The secret gets us a token at token_url: client credentials; without one, our certificate
	 * (RFC 8705, 2). */
	ENDPOINT_OAUTH2,
};

/* Where the secret stands in the request for a token (RFC 6749, 2.3.1). */
enum endpoint_token_auth {
	ENDPOINT_TOKEN_FORM,
	ENDPOINT_TOKEN_BASIC,
};

/* Texts that are not given are NULL. */
struct endpoint_settings {
	const char *name;
	const char *url; /* what requests are relative to, and lie below */
	const char *const *also; /* below these they may lie too, if written whole */
	const struct setting_pair *headers; /* with every request */
	bool allow_private; /* addresses that are not public too */
	int32_t concurrency; /* requests at once */
	int32_t requests_per_second; /* 0: as they come */
	int32_t timeout_ms; /* of one request */
	int32_t answer_kb; /* longest answer */
	const char *ca_file, *cert_file, *key_file; /* as in struct client_settings */
	enum endpoint_auth auth;
	const char *secret_file; /* one line */
	const char *header; /* HEADER: its name */
	const char *client_id; /* JWT, OAUTH2 */
	const char *issuer, *user, *user_name; /* JWT: iss, user_id, user_representation */
	int32_t jwt_s; /* JWT: made anew after so many seconds; 0: for each request */
	const char *token_url, *scope; /* OAUTH2 */
	enum endpoint_token_auth token_auth;
};

/* REJECT: the settings contradict each other. */
enum outcome endpoint_check(const struct endpoint_settings *settings, struct err *err) MUST_CHECK;
/* REJECT: a file is missing, or does not hold what it should. */
enum outcome endpoint_check_files(
	const struct endpoint_settings *settings, struct err *err) MUST_CHECK;

/* All functions below belong to the loop's thread. */
struct endpoint;

/* Borrowed with all it points to until it is done or cancelled. */
struct endpoint_request {
	const char *method;
	struct bytes url; /* as hub/http/client/url.h resolves it; absent: the endpoint's own */
	const struct client_header *headers;
	size_t headers_count;
	struct bytes type, body; /* absent: none */
	client_done_fn *done; /* never called within endpoint_send */
	void *context;
};

/* The settings have passed both checks, and are borrowed until endpoint_free. REJECT: the secret
 * cannot be read. FATAL: no descriptors to be had. */
enum outcome endpoint_new(struct endpoint **out, struct loop *loop,
	const struct endpoint_settings *settings, struct err *err) MUST_CHECK;
/* Nothing is done any more with requests under way. Not within a done. */
void endpoint_free(struct endpoint *endpoint);

struct endpoint_call;
/* Goes out when it is its turn, with what shows who we are. One that must wait for longer than ten
 * minutes, or for a token that is not to be had, is done with RETRY. A token that the partner no
 * longer takes (401) is got anew once. REJECT: the URL does not lie below the endpoint's: our
 * credentials go nowhere else. */
enum outcome endpoint_send(struct endpoint *endpoint, const struct endpoint_request *request,
	struct endpoint_call **out, struct err *err) MUST_CHECK;
void endpoint_cancel(struct endpoint_call *call); /* NULL: nothing */

#endif
