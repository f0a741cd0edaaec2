/* call - one request to the partner API: who asks, and what it waits for. */
#include "hub/web/call.h"

#include <assert.h>
#include <string.h>

#include "hub/base/log.h"
#include "hub/http/server/header.h"
#include "hub/web/api/api.h"
#include "hub/web/lane.h"

struct call *call_of(const struct request *request)
{
	return request_own(request);
}

bool call_names_referral(struct call *call)
{
	if (bytes_from_uuid(request_segment(call->request, 0), call->referral.data))
		return true;
	request_refuse(call->request, PROBLEM_JSON_NOT_FOUND,
		"a referral's id is a UUID: 8-4-4-4-12 hexadecimal digits");
	return false;
}

/* Its partner's place in the configuration. */
static size_t partner_of(const struct call *call)
{
	return (size_t)(call->partner - call->edge->options->conf->partners);
}

static bool is_test(const struct call *call)
{
	return call->role == CONF_TOKEN_TEST;
}

/* Tests use up nothing of the partner's own rate. */
static struct bucket *bucket_of(const struct call *call)
{
	size_t tests = is_test(call) ? call->edge->options->conf->rules.partners_count : 0;
	return &call->edge->buckets[partner_of(call) + tests];
}

static bool is_post(const struct request *request)
{
	return bytes_equal_string(request_method(request), "POST");
}

/* The rate is that of all threads together. */
static bool rate_allows(struct call *call)
{
	struct edge *edge = call->edge;
	int32_t threads = edge->options->conf->http.threads;
	int32_t per_second = (call->partner->requests_per_second + threads - 1) / threads;
	int32_t burst = (call->partner->requests_burst + threads - 1) / threads;
	int64_t wait_ms = 0;
	if (bucket_take(bucket_of(call), per_second, burst, loop_now(edge->loop), &wait_ms))
		return true;
	request_add_header(call->request, "Retry-After",
		arena_format(
			request_arena(call->request), "%lld", (long long)(wait_ms + 999) / 1000));
	request_refuse(call->request, PROBLEM_JSON_TOO_MANY,
		"this is more than was agreed: try again after the time in Retry-After");
	return false;
}

/* Who asks, by a token, or without one by a client certificate. NULL: all is well; else why not. */
static const char *find_partner(struct call *call)
{
	const struct conf *conf = call->edge->options->conf;
	const struct conf_token *token = NULL;
	struct bytes authorization = request_header(call->request, "Authorization");
	const char *serial = NULL;
	enum request_peer peer = request_peer(call->request, &serial);
	call->role = CONF_TOKEN_DESK;
	call->has_certificate = peer == REQUEST_PEER_KNOWN;
	if (authorization.data == NULL && call->has_certificate) {
		call->partner = conf_partner(conf, bytes_of_string(serial));
		return call->partner != NULL
			? NULL
			: "the serialNumber of the client certificate is the OIN of no partner";
	}
	if (authorization.data == NULL && peer == REQUEST_PEER_BAD)
		return "the client certificate is not valid here, or its subject has no "
		       "serialNumber";
	call->partner = conf_partner_by_token(conf, header_bearer(authorization), &token);
	if (call->partner == NULL)
		return "send Authorization: Bearer with a token that the hub knows";
	call->has_token = true;
	call->role = token->role;
	return NULL;
}

/* Token and certificate are of one partner. */
static const char *why_not_both(const struct call *call)
{
	const char *serial = NULL;
	bool needs_both = call->partner->needs_certificate;
	switch (request_peer(call->request, &serial)) {
	case REQUEST_PEER_NONE:
		return needs_both
			? "come with the client certificate that was agreed, beside the token"
			: NULL;
	case REQUEST_PEER_BAD:
		return "the client certificate is not valid here, or its subject has no "
		       "serialNumber";
	case REQUEST_PEER_KNOWN:
		break;
	}
	if (strcmp(serial, call->partner->rules->oin) != 0)
		return "the client certificate is of another partner than the token";
	if (needs_both && !call->has_token)
		return "send the token that was agreed, beside the client certificate";
	return NULL;
}

static bool is_known(struct call *call)
{
	const char *why = find_partner(call);
	if (why == NULL)
		why = why_not_both(call);
	if (why != NULL)
		request_refuse(call->request, PROBLEM_JSON_UNAUTHORIZED, why);
	return why == NULL;
}

static bool source_allows(struct call *call)
{
	const struct operation *operation = api_operation(call->edge, call->request);
	return operation->route.whole != api_post_in || api_in_allows(call);
}

static bool can_take(const struct call *call)
{
	if (!is_post(call->request) || is_test(call) || intake_can_store(call->edge->intake))
		return true;
	request_refuse(call->request, PROBLEM_JSON_UNAVAILABLE,
		"nothing was stored: send the same again after the time in Retry-After");
	return false;
}

void call_head(void *context, struct request *request)
{
	struct edge *edge = context;
	struct call *call = arena_get(request_arena(request), sizeof(*call));
	call->edge = edge;
	call->request = request;
	request_set_own(request, call);
	if (is_known(call) && source_allows(call) && can_take(call) && rate_allows(call) &&
		!is_test(call))
		operation_takes_query(api_operation(edge, request), request);
}

void call_whole(void *context, struct request *request)
{
	struct call *call = call_of(request);
	if (is_test(call))
		lane_pass(call);
	else
		api_operation(call->edge, request)->route.whole(context, request);
}

void call_open_head(void *context, struct request *request)
{
	operation_takes_query(api_operation(context, request), request);
}

static void enlist(struct call *call)
{
	struct edge *edge = call->edge;
	call->before = NULL;
	call->behind = edge->waiting;
	if (call->behind != NULL)
		call->behind->before = call;
	edge->waiting = call;
	atomic_store(&edge->someone_waits, true);
}

static void delist(struct call *call)
{
	struct edge *edge = call->edge;
	*(call->before != NULL ? &call->before->behind : &edge->waiting) = call->behind;
	if (call->behind != NULL)
		call->behind->before = call->before;
	atomic_store(&edge->someone_waits, edge->waiting != NULL);
}

static bool has_passed(struct call *call)
{
	const struct view *view = call->edge->options->view;
	if (!view_is_ready(view))
		return false;
	while (call->places_count > 0) {
		const struct call_place *last = &call->places[call->places_count - 1];
		if (!view_decided(view, last->partition, last->offset))
			return false;
		call->places_count--;
	}
	return true;
}

static void resume(struct call *call, bool in_time)
{
	call_fn *go_on = call->go_on;
	delist(call);
	call->go_on = NULL;
	go_on(call, in_time);
}

void call_wait(struct call *call, const struct call_place *places, size_t count, int32_t ms,
	call_fn *go_on)
{
	call->places = arena_get_array(request_arena(call->request), count, sizeof(*places));
	for (size_t i = 0; i < count; i++)
		call->places[i] = places[i];
	call->places_count = count;
	call_wait_until(call, has_passed, ms, go_on);
}

void call_wait_until(struct call *call, call_come_fn *has_come, int32_t ms, call_fn *go_on)
{
	call->has_come = has_come;
	call->go_on = go_on;
	enlist(call);
	if (has_come(call))
		resume(call, true);
	else
		request_set_deadline(call->request, loop_now(call->edge->loop) + ms);
}

void call_wait_for_own(struct call *call, int32_t from, int32_t to, call_fn *go_on)
{
	struct arena *arena = request_arena(call->request);
	struct call_place *places = arena_get_array(arena, (size_t)(to - from), sizeof(*places));
	size_t count = 0;
	for (int32_t partition = from; partition < to; partition++) {
		int64_t last = sent_last(call->edge->sent, partner_of(call), partition);
		if (last >= 0)
			places[count++] =
				(struct call_place){.partition = partition, .offset = last};
	}
	call_wait(call, places, count, call->edge->options->conf->view.wait_ms, go_on);
}

/* Asked at once, then behind each commit. */
static bool has_committed(struct call *call)
{
	bool first = call->is_asked_first;
	call->is_asked_first = false;
	return !first;
}

bool call_try_again(struct call *call, int32_t ms, call_fn *go_on)
{
	int64_t now = loop_now(call->edge->loop);
	if (call->give_up == 0)
		call->give_up = now + ms;
	if (now >= call->give_up)
		return false;
	call->is_asked_first = true;
	call_wait_until(call, has_committed, (int32_t)(call->give_up - now), go_on);
	return true;
}

void call_look_again(struct edge *edge)
{
	for (struct call *call = edge->waiting, *behind; call != NULL; call = behind) {
		behind = call->behind;
		if (call->has_come(call))
			resume(call, true);
	}
}

int32_t call_wait_asked(const struct call *call)
{
	int64_t asked = header_prefer_wait(request_header(call->request, "Prefer"));
	int32_t most = call->edge->options->conf->http.wait_max_ms;
	return asked * 1000 > most ? most : (int32_t)asked * 1000;
}

void call_forget_jobs(struct call *call)
{
	for (size_t i = 0; i < call->jobs_count; i++)
		if (call->jobs[i] != NULL)
			intake_forget(call->jobs[i]);
	call->jobs = NULL;
	call->jobs_count = 0;
}

void call_late(void *context, struct request *request)
{
	struct call *call = call_of(request);
	(void)context;
	if (call->go_on != NULL) {
		resume(call, false);
		return;
	}
	if (call->passed != NULL) {
		lane_give_up(call);
		return;
	}
	assert(call->job != NULL || call->jobs != NULL || call->batch != NULL ||
		call->exchange != NULL);
	if (call->job != NULL)
		intake_forget(call->job);
	call_forget_jobs(call);
	disclose_batch_free(call->batch);
	exchange_cancel(call->exchange);
	call->job = NULL;
	call->batch = NULL;
	call->exchange = NULL;
	request_refuse(request, PROBLEM_JSON_UNAVAILABLE,
		"Kafka did not acknowledge in time: send the same again, with the same reference");
}

bool call_read(struct call *call)
{
	struct err err = {0};
	struct edge *edge = call->edge;
	if (edge->reader == NULL)
		err_set(&err, RETRY, "there is no view yet");
	else if (view_reader_begin(edge->reader, request_arena(call->request), &err) == OK)
		return true;
	call_read_failed(call, &err);
	return false;
}

void call_read_done(struct call *call)
{
	view_reader_end(call->edge->reader);
}

void call_read_failed(struct call *call, const struct err *err)
{
	struct edge *edge = call->edge;
	log_warn("read", "text=%s", log_quote(err->text));
	view_reader_free(edge->reader);
	edge->reader = NULL;
	request_refuse(call->request, PROBLEM_JSON_UNAVAILABLE,
		"the hub is building its view: ask again after the time in Retry-After");
}
