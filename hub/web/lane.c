/* lane - a request with a test token goes on to the test lane as it is, and its answer comes back.
 */
#include "hub/web/lane.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "hub/base/log.h"
#include "hub/base/memory.h"
#include "hub/http/client/endpoint.h"
#include "hub/web/tally.h"

#define LATER_MS 100 /* the endpoint's own deadline comes first */

struct lane {
	struct endpoint_settings settings; /* of this thread */
	struct endpoint *endpoint;
};

enum outcome lane_new(
	struct lane **out, const struct conf *conf, struct loop *loop, struct err *err)
{
	int32_t threads = conf->http.threads;
	*out = NULL;
	if (conf->http.test_lane == NULL)
		return OK;
	struct lane *lane = memory_get_zeroed(1, sizeof(*lane));
	lane->settings = *conf_endpoint(conf, conf->http.test_lane);
	lane->settings.concurrency = (lane->settings.concurrency + threads - 1) / threads;
	if (endpoint_new(&lane->endpoint, loop, &lane->settings, err) != OK) {
		lane_free(lane);
		return err_in(err, "test lane");
	}
	*out = lane;
	return OK;
}

void lane_free(struct lane *lane)
{
	if (lane == NULL)
		return;
	endpoint_free(lane->endpoint);
	free(lane);
}

static void refuse(struct call *call, const char *why)
{
	const char *partner = call->partner->rules->oin;
	tally_lane_away(partner);
	log_warn("lane", "partner=%s text=%s", partner, log_quote(why));
	request_refuse(call->request, PROBLEM_JSON_UNAVAILABLE,
		"the test lane does not answer: send the same again after the time in Retry-After");
}

/* Of this connection and not of the answer (RFC 9110, 7.6.1), or made anew by our server, or for us
 * only: who is behind a proxy that we believe. */
static bool is_of_connection(const char *name)
{
	static const char *const names[] = {"Client-Cert", "Client-Cert-Chain", "Connection",
		"Content-Length", "Date", "Keep-Alive", "Proxy-Authenticate", "Proxy-Connection",
		"TE", "Trailer", "Transfer-Encoding", "Upgrade", NULL};
	const char *const *other = names;
	while (*other != NULL && strcasecmp(*other, name) != 0)
		other++;
	return *other != NULL;
}

/* What libmicrohttpd takes for a header. */
static bool can_be_sent(const char *name, struct bytes value)
{
	struct err err = {0};
	const struct client_header header = {name, value};
	bool is_type = strcasecmp(name, "Content-Type") == 0; /* ours in requests only */
	return value.size > 0 && memchr(value.data, '\t', value.size) == NULL &&
		(is_type || client_check_header(&header, &err) == OK);
}

static void add_header(void *context, const char *name, struct bytes value)
{
	struct call *call = context;
	struct arena *arena = request_arena(call->request);
	if (!is_of_connection(name) && can_be_sent(name, value))
		request_add_header(call->request, arena_string(arena, bytes_of_string(name)),
			arena_string(arena, value));
}

static void take_answer(void *context, const struct client_answer *answer)
{
	struct call *call = context;
	call->passed = NULL;
	if (answer->outcome != OK) {
		refuse(call, answer->text);
		return;
	}
	client_answer_headers(answer, add_header, call);
	request_answer(call->request, answer->status, NULL,
		arena_copy(request_arena(call->request), answer->body));
}

/* Those of the connection are the client's own. */
static void copy_headers(struct request *request, struct endpoint_request *out)
{
	struct arena *arena = request_arena(request);
	struct bytes name, value;
	struct err err = {0};
	size_t count = 0;
	while (request_header_at(request, count, &name, &value))
		count++;
	struct client_header *headers = arena_get_array(arena, count + 1, sizeof(*headers));
	for (size_t i = 0; request_header_at(request, i, &name, &value); i++) {
		struct client_header header = {arena_string(arena, name), value};
		if (!is_of_connection(header.name) && client_check_header(&header, &err) == OK)
			headers[out->headers_count++] = header;
	}
	out->headers = headers;
}

/* What HEAD is answered with is the server's concern. The path is below the endpoint's URL. */
static const struct endpoint_request *copy_of(struct call *call)
{
	struct request *request = call->request;
	struct endpoint_request *out = arena_get(request_arena(request), sizeof(*out));
	struct bytes target = request_target(request);
	bool is_post = bytes_equal_string(request_method(request), "POST");
	*out = (struct endpoint_request){.method = is_post ? "POST" : "GET",
		.url = bytes_of(target.data + 1, target.size - 1),
		.done = take_answer,
		.context = call};
	if (is_post) {
		out->type = request_header(request, "Content-Type");
		out->body = request_body(request);
	}
	copy_headers(request, out);
	return out;
}

void lane_pass(struct call *call)
{
	const struct lane *lane = call->edge->lane;
	struct err err = {0};
	if (endpoint_send(lane->endpoint, copy_of(call), &call->passed, &err) != OK) {
		request_refuse(
			call->request, PROBLEM_JSON_MALFORMED, "write the path in its plain form");
		return;
	}
	tally_passed(call->partner->rules->oin);
	request_set_deadline(
		call->request, loop_now(call->edge->loop) + lane->settings.timeout_ms + LATER_MS);
}

void lane_give_up(struct call *call)
{
	endpoint_cancel(call->passed);
	call->passed = NULL;
	refuse(call, "no answer in time");
}
