/* server - HTTP/1.1 in one thread: requests come whole, within limits and time; answers may come
 * later. */
#ifndef HUB_HTTP_SERVER_SERVER_H
#define HUB_HTTP_SERVER_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hub/base/err.h"
#include "hub/http/loop.h"
#include "hub/http/server/request.h"

struct server;

/* What is done with the requests of one method and path. `context` is the options'. */
typedef void server_fn(void *context, struct request *request);

#define SERVER_ANY_TYPE "*/*" /* in takes: also none */

struct server_route {
	const char *method; /* "GET" answers HEAD too */
	const char *path; /* as in hub/http/server/route.h */
	const char *const *takes; /* types that a body may have, ended by NULL; NULL: no body */
	const char *gives; /* type of the answer, held against Accept; NULL: anything */
	server_fn *head; /* headers are here, the body is not: may answer; NULL: nothing to do */
	server_fn *whole; /* all is here: answers now, or keeps the request and answers later */
	/* No answer when time was up: answers at once, or goes on to something else that it waits
	 * for, and is called again when that takes too long; a few times at most. NULL: 503. */
	server_fn *late;
};

struct server_header {
	const char *name, *value; /* name NULL: ends the list */
};

struct server_options {
	const char *host;
	int32_t port; /* 0: any free one */
	bool shares_port; /* with other servers of this process */
	const char *tls_cert, *tls_key; /* PEM texts; NULL: no TLS */
	const char
		*tls_client_ca; /* PEM: clients are asked for a certificate; NULL: they are not */
	/* Addresses that may pass on a client's certificate, ended by NULL; NULL: none may. */
	const char *const *proxies;
	const struct server_route *routes; /* ended by method NULL */
	void *context;
	int32_t connections, connections_per_address; /* 0: no limit per address */
	int32_t body_bytes, header_bytes;
	int32_t request_ms; /* from the request line to the end of the answer */
	int32_t idle_ms; /* without a request line */
	int32_t retry_after_s; /* told with 503 */
	const char *version; /* API-Version in every answer; NULL: none */
	const struct server_header *headers; /* in every answer too; NULL: none */
	/* Told of every answer that was given, for counting; NULL: nobody. route NULL: none fits.
	 */
	void (*answered)(void *context, const struct request *request, int status);
};

/* Listens from now on. The options are borrowed. RETRY: the address is taken, or not ours.
 * REJECT: proxies are believed, and tls_client_ca has no certificate. */
enum outcome server_new(struct server **out, struct loop *loop,
	const struct server_options *options, struct err *err) MUST_CHECK;
int32_t server_port(const struct server *server);

/* Takes no new connections, closes those that wait for a request, and closes each other one behind
 * its answer. */
void server_close(struct server *server);
size_t server_connections(const struct server *server); /* open now */
/* Requests without answer get 503 by way of their route's `late`. */
void server_free(struct server *server);

#endif
