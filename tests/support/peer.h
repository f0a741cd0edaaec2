/* peer - a server that answers requests as a test wants it, well or badly. */
#ifndef TESTS_SUPPORT_PEER_H
#define TESTS_SUPPORT_PEER_H

#include <stdbool.h>
#include <stddef.h>

struct peer_answer {
	const char *text; /* of the whole answer, sent as it is */
	int pause_ms; /* between its bytes */
	int wait_ms; /* before it */
	size_t times; /* it is sent so often, or until nobody reads it; 0: once */
	bool close; /* the connection behind it */
};

/* What to answer; called in the connection's thread, one at a time. */
typedef struct peer_answer peer_fn(void *context, const char *request);

struct peer;
struct peer *peer_start(peer_fn *fn, void *context);
/* "http://127.0.0.1:1234" */
const char *peer_url(const struct peer *peer);
size_t peer_connections(struct peer *peer); /* that were made so far */
size_t peer_most(struct peer *peer); /* that were open at once */
size_t peer_requests(struct peer *peer);
/* The n-th request, from 0: head and body. */
const char *peer_request(struct peer *peer, size_t n);
void peer_stop(struct peer *peer);

#endif
