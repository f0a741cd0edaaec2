/* web - the partner API of an edge process: its threads, each with a loop, a server and an intake.
 */
#include "hub/web/web.h"

#include <stdlib.h>

#include "hub/base/log.h"
#include "hub/base/memory.h"
#include "hub/web/edge.h"
#include "hub/web/tally.h"

struct web {
	struct web_options options;
	struct sent *sent;
	struct edge *edges;
	size_t count;
};

/* From the view's thread. */
static void committed(void *context)
{
	struct web *web = context;
	for (size_t i = 0; i < web->count; i++)
		edge_committed(&web->edges[i]);
}

static enum outcome start_edges(struct web *web, struct err *err)
{
	int32_t port = 0;
	for (size_t i = 0; i < web->count; i++) {
		if (edge_start(&web->edges[i], &web->options, web->sent, port, err) != OK)
			return err->outcome;
		port = server_port(web->edges[0].server);
	}
	return OK;
}

enum outcome web_start(struct web **out, const struct web_options *options, struct err *err)
{
	struct web *web = memory_get_zeroed(1, sizeof(*web));
	web->options = *options;
	web->count = (size_t)options->conf->http.threads;
	web->edges = memory_get_zeroed(web->count, sizeof(*web->edges));
	web->sent = sent_new(options->conf->rules.partners_count, options->kafka->partitions);
	tally_start();
	if (start_edges(web, err) != OK) {
		web_stop(web);
		return err_in(err, "partner API");
	}
	view_subscribe(options->view, committed, web);
	log_info("web", "host=%s port=%d threads=%zu", options->conf->http.host,
		server_port(web->edges[0].server), web->count);
	*out = web;
	return OK;
}

bool web_is_ready(const struct web *web)
{
	for (size_t i = 0; i < web->count; i++)
		if (!atomic_load(&web->edges[i].ready))
			return false;
	return true;
}

void web_stop(struct web *web)
{
	if (web == NULL)
		return;
	view_subscribe(web->options.view, NULL, NULL);
	for (size_t i = 0; i < web->count; i++)
		edge_begin_stop(&web->edges[i]);
	for (size_t i = 0; i < web->count; i++)
		edge_stop(&web->edges[i]);
	sent_free(web->sent);
	free(web->edges);
	free(web);
}
