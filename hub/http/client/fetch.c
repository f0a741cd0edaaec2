/* fetch - one HTTP request out, waited for; for who has nothing else to do meanwhile. */
#include "hub/http/client/fetch.h"

#include <stdlib.h>

#include "hub/base/memory.h"
#include "hub/http/client/client.h"

struct fetch {
	struct loop *loop;
	struct client *client;
};

struct waiting {
	struct fetch *fetch;
	struct arena *arena;
	struct fetch_answer *out;
	struct err *err;
};

struct fetch *fetch_new(const struct fetch_settings *settings)
{
	struct fetch *fetch = memory_get_zeroed(1, sizeof(*fetch));
	struct client_settings client = {.allow_private = true,
		.connections = 1,
		.ca_file = settings->ca_file,
		.credentials = settings->credentials};
	struct err err = {0};
	if (loop_new(&fetch->loop, &err) != OK ||
		client_new(&fetch->client, fetch->loop, &client, &err) != OK)
		abort();
	return fetch;
}

static void take(void *context, const struct client_answer *answer)
{
	struct waiting *waiting = context;
	if (answer->outcome == OK) {
		waiting->out->status = answer->status;
		waiting->out->body = arena_copy(waiting->arena, answer->body);
	}
	err_set(waiting->err, answer->outcome, "%s", answer->text);
	loop_stop(waiting->fetch->loop);
}

enum outcome fetch_send(struct fetch *fetch, const struct fetch_request *request,
	struct arena *arena, struct fetch_answer *out, struct err *err)
{
	struct err told = {0};
	struct waiting waiting = {fetch, arena, out, &told};
	struct client_header accept;
	struct client_request sent = {.method = request->method,
		.url = request->url,
		.headers = &accept,
		.headers_count = request->content_type != NULL ? 1 : 0,
		.type = bytes_of_string(request->content_type),
		.body = request->body,
		.timeout_ms = request->timeout_ms,
		.answer_max = request->answer_max,
		.done = take,
		.context = &waiting};
	struct client_call *call = NULL;
	accept = (struct client_header){"Accept", sent.type};
	if (client_send(fetch->client, &sent, &call, err) != OK)
		return err->outcome;
	loop_run(fetch->loop);
	return told.outcome == OK ? OK : err_set(err, told.outcome, "%s", told.text);
}

void fetch_free(struct fetch *fetch)
{
	if (fetch == NULL)
		return;
	client_free(fetch->client);
	loop_free(fetch->loop);
	free(fetch);
}
