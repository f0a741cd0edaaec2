/* request - one HTTP request, from its head to its answer. */
#ifndef HUB_HTTP_SERVER_REQUEST_H
#define HUB_HTTP_SERVER_REQUEST_H

#include <stdint.h>

#include "hub/base/arena.h"
#include "hub/base/bytes.h"
#include "hub/http/server/problem_json.h"

/* Lives until its answer has been given; all that is asked of it lives as long. */
struct request;

struct server_route;

const struct server_route *request_route(const struct request *request);
struct bytes request_method(const struct request *request);
/* The segment that stands for the n-th {} of the route's path, from 0, decoded; absent: badly
 * encoded. */
struct bytes request_segment(struct request *request, size_t n);
struct bytes request_header(const struct request *request, const char *name); /* absent: none */
/* The n-th header, from 0, as it came. false: there are not so many. */
bool request_header_at(
	const struct request *request, size_t n, struct bytes *name, struct bytes *value);
struct bytes request_query(struct request *request, const char *name); /* absent: none */
/* Path and query as they came, in the request's arena. */
struct bytes request_target(struct request *request);
bool request_has_query(const struct request *request);
/* Whether the query has each of these names (at most 32, ended by NULL) at most once, and no other,
 * with values that are well encoded. */
bool request_has_only(struct request *request, const char *const *known);
struct bytes request_body(const struct request *request); /* whole; absent: none */
/* Who the client at the other end of a TLS connection is, if certificates of clients are asked for
 * (server_options.tls_client_ca), or the one whose certificate a proxy passes on; from anybody else
 * such a header is BAD. KNOWN: serial is its subject's serialNumber; lives as long as the
 * request. */
enum request_peer { REQUEST_PEER_NONE, REQUEST_PEER_BAD, REQUEST_PEER_KNOWN };
enum request_peer request_peer(struct request *request, const char **serial);
struct arena *request_arena(struct request *request); /* reset behind the answer */
int64_t request_began(const struct request *request); /* loop_now at the request line */

/* What the route's functions want to remember. */
void request_set_own(struct request *request, void *own);
void *request_own(const struct request *request);

/* Moves the moment at which `late` is called. */
void request_set_deadline(struct request *request, int64_t when);

/* For the answer that is to come; name and value are static, or lie in the request's arena. */
void request_add_header(struct request *request, const char *name, const char *value);
/* Exactly once per request. The body lies in the request's arena or is static; type NULL: none. */
void request_answer(struct request *request, int status, const char *type, struct bytes body);
void request_answer_problem(struct request *request, const struct problem_json *problem);
/* A problem without further members. */
void request_refuse(struct request *request, enum problem_json_kind kind, const char *detail);

#endif
