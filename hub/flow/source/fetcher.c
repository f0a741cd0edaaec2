/* fetcher - documents from the endpoints of sources; those that do not change are kept for a day.
 */
#include "hub/flow/source/fetcher.h"

#include <stdlib.h>
#include <string.h>

#include "hub/base/clock.h"
#include "hub/base/memory.h"
#include "hub/http/client/endpoint.h"

#define KEPT_MS CLOCK_DAY_MS
#define KEPT_MAX 512 /* documents; the oldest goes first */
#define KEPT_BYTES_MAX 65536 /* a longer one is not kept */

/* A document that is the same for a day. */
struct kept {
	const struct conf_source *source; /* NULL: free */
	struct arena arena;
	struct document document;
	int64_t until; /* as loop_now counts */
};

/* One request under way. */
struct ask {
	struct fetcher *fetcher;
	const struct conf_source *source;
	struct endpoint_call *call;
	struct arena arena; /* of the request */
	struct bytes url;
	bool is_static;
	exchange_fetched_fn *done;
	void *of;
	struct ask *before, *behind;
};

struct fetcher {
	struct loop *loop;
	const struct conf *conf;
	struct endpoint **endpoints; /* in the order of the configuration's; NULL: not used */
	struct kept kept[KEPT_MAX];
	size_t next_kept;
	struct ask *asks;
	struct exchange_fetcher own;
};

static void let_go(struct ask *ask)
{
	struct fetcher *fetcher = ask->fetcher;
	*(ask->before != NULL ? &ask->before->behind : &fetcher->asks) = ask->behind;
	if (ask->behind != NULL)
		ask->behind->before = ask->before;
	arena_done(&ask->arena);
	free(ask);
}

static const struct document *find_kept(
	struct fetcher *fetcher, const struct conf_source *source, struct bytes url)
{
	for (size_t i = 0; i < KEPT_MAX; i++) {
		const struct kept *kept = &fetcher->kept[i];
		if (kept->source != NULL && kept->source->endpoint == source->endpoint &&
			kept->until > loop_now(fetcher->loop) &&
			bytes_equal(kept->document.name, url))
			return &kept->document;
	}
	return NULL;
}

static void keep(const struct ask *ask, const struct document *document)
{
	struct fetcher *fetcher = ask->fetcher;
	if (!ask->is_static || document->status != 200 || document->body.size > KEPT_BYTES_MAX)
		return;
	struct kept *kept = &fetcher->kept[fetcher->next_kept++ % KEPT_MAX];
	arena_reset(&kept->arena);
	kept->source = ask->source;
	kept->until = loop_now(fetcher->loop) + KEPT_MS;
	kept->document = (struct document){.name = arena_copy(&kept->arena, document->name),
		.type = arena_copy(&kept->arena, document->type),
		.body = arena_copy(&kept->arena, document->body),
		.status = document->status};
}

static void on_answer(void *context, const struct client_answer *answer)
{
	struct ask *ask = context;
	const struct document document = {.name = ask->url,
		.type = answer->type,
		.body = answer->body.data != NULL ? answer->body : bytes_of("", 0),
		.status = answer->status};
	bool is_later = answer->status == 429 || answer->status >= 500;
	if (answer->outcome != OK) {
		ask->done(ask->of, NULL, answer->outcome, answer->text);
	} else if (is_later) {
		const char *text = arena_format(&ask->arena, "answered %d", answer->status);
		ask->done(ask->of, NULL, RETRY, text);
	} else {
		keep(ask, &document);
		ask->done(ask->of, &document, OK, "");
	}
	let_go(ask);
}

static struct endpoint *endpoint_of(struct fetcher *fetcher, const struct conf_source *source)
{
	const struct endpoint_settings *settings =
		source->endpoint == NULL ? NULL : conf_endpoint(fetcher->conf, source->endpoint);
	return settings == NULL ? NULL : fetcher->endpoints[settings - fetcher->conf->endpoints];
}

static struct ask *new_ask(struct fetcher *fetcher, const struct conf_source *source,
	struct bytes url, exchange_fetched_fn *done, void *of)
{
	struct ask *ask = memory_get_zeroed(1, sizeof(*ask));
	ask->fetcher = fetcher;
	ask->source = source;
	ask->url = arena_copy(&ask->arena, url);
	ask->done = done;
	ask->of = of;
	ask->behind = fetcher->asks;
	if (ask->behind != NULL)
		ask->behind->before = ask;
	fetcher->asks = ask;
	return ask;
}

/* A fragment is the connector's own note. */
static struct bytes without_fragment(struct bytes url)
{
	const uint8_t *mark = url.size > 0 ? memchr(url.data, '#', url.size) : NULL;
	if (mark != NULL)
		url.size = (size_t)(mark - url.data);
	return url;
}

static enum outcome send_ask(
	struct ask *ask, const struct connector_request *request, struct err *err)
{
	struct endpoint *endpoint = endpoint_of(ask->fetcher, ask->source);
	if (endpoint == NULL)
		return err_set(err, REJECT, "source %s has no endpoint to ask", ask->source->name);
	struct client_header *headers =
		arena_get_array(&ask->arena, request->headers_count + 1, sizeof(*headers));
	for (size_t i = 0; i < request->headers_count; i++)
		headers[i] = (struct client_header){
			arena_string(&ask->arena, bytes_of_string(request->headers[i].name)),
			arena_copy(&ask->arena, request->headers[i].value)};
	struct endpoint_request *out = arena_get(&ask->arena, sizeof(*out));
	*out = (struct endpoint_request){
		.method = arena_string(&ask->arena, bytes_of_string(request->method)),
		.url = without_fragment(ask->url),
		.headers = headers,
		.headers_count = request->headers_count,
		.type = arena_copy(&ask->arena, request->type),
		.body = arena_copy(&ask->arena, request->body),
		.done = on_answer,
		.context = ask};
	return endpoint_send(endpoint, out, &ask->call, err);
}

static void start(struct ask *ask, const struct connector_request *request)
{
	struct err err = {0};
	enum outcome outcome = send_ask(ask, request, &err);
	if (outcome == OK)
		return;
	ask->done(ask->of, NULL, outcome, err.text);
	let_go(ask);
}

void fetcher_ask(struct fetcher *fetcher, const struct conf_source *source,
	const struct connector_request *request, exchange_fetched_fn *done, void *of)
{
	start(new_ask(fetcher, source, request->url, done, of), request);
}

static void fetch(void *context, const struct conf_source *source, const struct parcel_want *want,
	exchange_fetched_fn *done, void *of)
{
	struct fetcher *fetcher = context;
	const struct document *kept =
		want->is_static ? find_kept(fetcher, source, want->url) : NULL;
	if (kept != NULL) {
		done(of, kept, OK, "");
		return;
	}
	struct ask *ask = new_ask(fetcher, source, want->url, done, of);
	ask->is_static = want->is_static;
	start(ask, &(struct connector_request){.method = "GET", .url = want->url});
}

void fetcher_forget(struct fetcher *fetcher, void *of)
{
	for (struct ask *ask = fetcher->asks, *behind; ask != NULL; ask = behind) {
		behind = ask->behind;
		if (ask->of != of)
			continue;
		endpoint_cancel(ask->call);
		let_go(ask);
	}
}

static void forget(void *context, void *of)
{
	fetcher_forget(context, of);
}

const struct exchange_fetcher *fetcher_for_exchanges(struct fetcher *fetcher)
{
	return &fetcher->own;
}

static enum outcome open_endpoints(struct fetcher *fetcher, struct err *err)
{
	const struct conf *conf = fetcher->conf;
	for (size_t i = 0; i < conf->sources_count; i++) {
		const char *name = conf->sources[i].endpoint;
		if (name == NULL)
			continue;
		const struct endpoint_settings *settings = conf_endpoint(conf, name);
		struct endpoint **place = &fetcher->endpoints[settings - conf->endpoints];
		if (*place == NULL && endpoint_new(place, fetcher->loop, settings, err) != OK)
			return err_in(err, "endpoint %s", name);
	}
	return OK;
}

enum outcome fetcher_new(
	struct fetcher **out, struct loop *loop, const struct conf *conf, struct err *err)
{
	struct fetcher *fetcher = memory_get_zeroed(1, sizeof(*fetcher));
	fetcher->loop = loop;
	fetcher->conf = conf;
	fetcher->own = (struct exchange_fetcher){fetch, forget, fetcher};
	fetcher->endpoints =
		memory_get_zeroed(conf->endpoints_count + 1, sizeof(*fetcher->endpoints));
	if (open_endpoints(fetcher, err) != OK) {
		fetcher_free(fetcher);
		return err->outcome;
	}
	*out = fetcher;
	return OK;
}

void fetcher_free(struct fetcher *fetcher)
{
	if (fetcher == NULL)
		return;
	while (fetcher->asks != NULL) {
		endpoint_cancel(fetcher->asks->call);
		let_go(fetcher->asks);
	}
	for (size_t i = 0; i < fetcher->conf->endpoints_count; i++)
		endpoint_free(fetcher->endpoints[i]);
	for (size_t i = 0; i < KEPT_MAX; i++)
		arena_done(&fetcher->kept[i].arena);
	free(fetcher->endpoints);
	free(fetcher);
}
