/* fetch - one HTTP request out, waited for; for who has nothing else to do meanwhile. */
#ifndef HUB_HTTP_CLIENT_FETCH_H
#define HUB_HTTP_CLIENT_FETCH_H

#include <stddef.h>

#include "hub/base/arena.h"
#include "hub/base/bytes.h"
#include "hub/base/err.h"

/* Keeps its connection between requests. One thread at a time. */
struct fetch;

struct fetch_settings {
	const char *credentials; /* "user:password" for basic authentication; NULL: none */
	const char
		*ca_file; /* PEM certificates to check the server's against; NULL: the system's */
};

struct fetch_request {
	const char *method; /* "GET" */
	const char *url; /* http or https; redirects are not followed, proxies not used */
	const char *content_type; /* of the body; also what is accepted */
	struct bytes body; /* absent: none */
	int timeout_ms; /* from now to the last byte of the answer */
	size_t answer_max; /* bytes; a longer answer is REJECT */
};

struct fetch_answer {
	int status; /* 100 to 599 */
	struct bytes body; /* in the arena, zero-terminated, never absent */
};

/* Borrows the settings' strings until fetch_free. */
struct fetch *fetch_new(const struct fetch_settings *settings);
/* OK: there is an answer, whatever its status. RETRY: none in time. REJECT: never will be: the URL
 * is none, or the answer is too long. */
enum outcome fetch_send(struct fetch *fetch, const struct fetch_request *request,
	struct arena *arena, struct fetch_answer *out, struct err *err) MUST_CHECK;
void fetch_free(struct fetch *fetch);

#endif
