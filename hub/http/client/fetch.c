/* fetch - one HTTP request out, waited for; for who has nothing else to do meanwhile. */
#include "hub/http/client/fetch.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/memory.h"
#include "hub/http/client/client.h"

struct fetch {
	struct fetch_settings settings;
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
	struct client_settings client = {
		.allow_private = true, .connections = 1, .ca_file = settings->ca_file};
	struct err err = {0};
	fetch->settings = *settings;
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

/* RFC 7617. */
static struct bytes basic(const char *credentials, struct arena *arena)
{
	size_t size = strlen(credentials);
	size_t places = sodium_base64_encoded_len(size, sodium_base64_VARIANT_ORIGINAL);
	char *text = arena_get(arena, places);
	sodium_bin2base64(
		text, places, (const uint8_t *)credentials, size, sodium_base64_VARIANT_ORIGINAL);
	return bytes_of_string(arena_format(arena, "Basic %s", text));
}

enum outcome fetch_send(struct fetch *fetch, const struct fetch_request *request,
	struct arena *arena, struct fetch_answer *out, struct err *err)
{
	struct err told = {0};
	struct waiting waiting = {fetch, arena, out, &told};
	struct client_header headers[2];
	struct client_request sent = {.method = request->method,
		.url = request->url,
		.headers = headers,
		.type = bytes_of_string(request->content_type),
		.body = request->body,
		.timeout_ms = request->timeout_ms,
		.answer_max = request->answer_max,
		.done = take,
		.context = &waiting};
	struct client_call *call = NULL;
	if (request->content_type != NULL)
		headers[sent.headers_count++] = (struct client_header){"Accept", sent.type};
	if (fetch->settings.credentials != NULL)
		headers[sent.headers_count++] = (struct client_header){
			"Authorization", basic(fetch->settings.credentials, arena)};
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
