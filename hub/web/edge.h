/* edge - one thread of the partner API and what it owns; nothing of it is shared but by bells. */
#ifndef HUB_WEB_EDGE_H
#define HUB_WEB_EDGE_H

#include <pthread.h>
#include <stdatomic.h>

#include "hub/flow/disclose/disclose.h"
#include "hub/flow/intake/intake.h"
#include "hub/http/bucket.h"
#include "hub/http/server/server.h"
#include "hub/view/query.h"
#include "hub/web/web.h"
#include "schemas/draft_json.h"

struct call;
struct delivered;
struct lane;

#define EDGE_ROUTES 24 /* at most, with their end */

struct edge {
	const struct web_options *options;
	struct sent *sent; /* the process's */
	struct loop *loop;
	struct server *server;
	struct server_route routes[EDGE_ROUTES];
	struct intake *intake;
	struct disclose *disclose;
	struct delivered *delivered;
	struct view_reader *reader; /* NULL: there is no view yet */
	struct lane *lane; /* NULL: there is no test lane */
	struct bucket *buckets; /* one per partner of the configuration, then of their tests */
	struct call *waiting; /* for the view */
	struct loop_bell *committed, *stop;
	struct loop_timer tick;
	int64_t stop_by; /* 0: not stopping */
	atomic_bool ready, someone_waits;
	pthread_t thread;
	bool runs;
	struct bytes openapi; /* the document */
	struct arena texts; /* the document, certificate and key */
};

/* port: of the first thread, or 0 for the first itself. */
enum outcome edge_start(struct edge *edge, const struct web_options *options, struct sent *sent,
	int32_t port, struct err *err) MUST_CHECK;
/* From the view's thread: it has committed. */
void edge_committed(struct edge *edge);
/* Begins to stop; edge_stop waits for the end. */
void edge_begin_stop(struct edge *edge);
void edge_stop(struct edge *edge);

#endif
