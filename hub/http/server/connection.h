/* connection - what server.c and request.c share: a server's connections and their requests. */
#ifndef HUB_HTTP_SERVER_CONNECTION_H
#define HUB_HTTP_SERVER_CONNECTION_H

#include <microhttpd.h>
#include <sys/queue.h>

#include "hub/http/server/forwarded.h"
#include "hub/http/server/route.h"
#include "hub/http/server/server.h"
#include "hub/http/server/tls.h"

struct server {
	struct loop *loop;
	struct server_options options;
	struct forwarded *forwarded; /* NULL: no proxy is believed */
	struct MHD_Daemon *daemon;
	int epoll; /* the daemon's */
	struct loop_timer turn; /* at the end of this turn of the loop: an answer came */
	bool closing;
	LIST_HEAD(, connection) connections;
	size_t connections_count;
	struct request *spares;
};

struct connection {
	struct server *server;
	struct MHD_Connection *mhd;
	int fd;
	struct loop_timer timer; /* when this connection, or its request, is given up */
	struct request *request; /* NULL: waits for one */
	enum request_peer peer;
	bool is_proxy; /* each request may be of somebody else */
	bool peer_is_read;
	char peer_serial[TLS_SERIAL];
	LIST_ENTRY(connection) place;
};

enum request_stage {
	REQUEST_HEAD, /* the request line is here */
	REQUEST_BODY, /* the headers are here */
	REQUEST_WHOLE, /* with its route, or answered */
};

#define REQUEST_FIELDS_MAX 64

/* A header as it came; lives in libmicrohttpd's memory. */
struct request_field {
	struct bytes name, value;
};

/* A header of the answer. */
struct request_header {
	const char *name, *value;
	struct request_header *next;
};

struct request {
	struct connection *connection;
	const struct server_route *route; /* NULL: none fits */
	enum request_stage stage;
	bool suspended, too_large, too_many_fields, told;
	struct bytes method, path, segments[ROUTE_SEGMENTS_MAX];
	struct request_field *fields; /* REQUEST_FIELDS_MAX places, kept for the next request */
	size_t fields_count;
	struct arena arena;
	struct buffer body;
	struct request_header *headers;
	struct MHD_Response *response; /* NULL: no answer yet */
	int status;
	void *own;
	int64_t began;
	struct request *next; /* among the spares */
};

struct request *request_new(struct connection *connection);
void request_free(struct request *request); /* to the spares */
void request_free_spares(struct server *server);
/* libmicrohttpd's access handler: called with the head, with each piece of the body, behind it, and
 * again after an answer that came later. */
enum MHD_Result request_step(struct request *request, const char *url, const char *method,
	const char *upload, size_t *upload_size);
/* Its time is up while the route has it. */
void request_late(struct request *request);

#endif
