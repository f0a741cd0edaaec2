/* attempt - one try to bring one handover to its desk, or several as one. */
#include "hub/flow/delivery/desk/attempt.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/clock.h"
#include "hub/base/crash.h"
#include "hub/base/memory.h"

#define SIGNATURE_HEADERS 3

struct attempt {
	struct attempt_options options;
	struct disclose_batch *batch;
	size_t told; /* so many of it go out */
	struct arena arena;
	struct document items[CONNECTOR_DOCUMENTS];
	struct documents answers; /* so far */
	struct endpoint_call *call;
	struct filing_job *file;
	struct post *post;
	struct endpoint_request request;
	struct bytes partner_case;
	int64_t began, opened; /* as loop_now counts */
};

static void release(struct attempt *attempt)
{
	disclose_batch_free(attempt->batch);
	arena_done(&attempt->arena);
	free(attempt);
}

static void finish(
	struct attempt *attempt, enum attempt_end end, int64_t after_ms, const char *text)
{
	int64_t now = loop_now(attempt->options.loop);
	int64_t opened = attempt->opened != 0 ? attempt->opened : now;
	struct attempt_result result = {.end = end,
		.after_ms = after_ms,
		.told = attempt->told,
		.partner_case = attempt->partner_case,
		.text = text,
		.opening = (double)(opened - attempt->began) / 1000,
		.sending = (double)(now - opened) / 1000};
	attempt->options.done(attempt->options.context, &result);
	release(attempt);
}

static const struct opened *opened_of(const struct attempt *attempt)
{
	return disclose_batch_at(attempt->batch, 0);
}

/* The connector's headers, and those by which the receiver knows that it comes from us. */
static void set_headers(struct attempt *attempt, const struct connector_request *from)
{
	struct arena *arena = &attempt->arena;
	const struct opened *opened = opened_of(attempt);
	size_t count = from->headers_count;
	struct client_header *headers =
		arena_get_array(arena, count + SIGNATURE_HEADERS, sizeof(*headers));
	for (size_t i = 0; i < count; i++)
		headers[i] = (struct client_header){from->headers[i].name, from->headers[i].value};
	if (attempt->options.sign != NULL) {
		int64_t seconds = clock_wall() / 1000;
		const char *at = arena_format(arena, "%" PRId64, seconds);
		const char *signature =
			sign_webhook(attempt->options.sign, opened->id, seconds, from->body, arena);
		headers[count++] =
			(struct client_header){"webhook-id", bytes_of_string(opened->id)};
		headers[count++] = (struct client_header){"webhook-timestamp", bytes_of_string(at)};
		headers[count++] =
			(struct client_header){"webhook-signature", bytes_of_string(signature)};
	}
	attempt->request.headers = headers;
	attempt->request.headers_count = count;
}

static void take_answer(void *context, const struct client_answer *answer);

static void send_request(struct attempt *attempt, const struct connector_request *from)
{
	struct err err = {0};
	attempt->request = (struct endpoint_request){.method = from->method,
		.url = from->url,
		.type = from->type,
		.body = from->body,
		.done = take_answer,
		.context = attempt};
	set_headers(attempt, from);
	if (endpoint_send(attempt->options.endpoint, &attempt->request, &attempt->call, &err) != OK)
		finish(attempt, ATTEMPT_REFUSED, 0, err.text);
}

static void take_written(void *context, enum outcome outcome, const char *text)
{
	struct attempt *attempt = context;
	attempt->file = NULL;
	crash_point("delivery-written");
	finish(attempt, outcome == OK ? ATTEMPT_TAKEN : ATTEMPT_FAILED, 0, text);
}

static void write_file(struct attempt *attempt, const struct connector_request *from)
{
	const struct filing_file file = {.sequence = opened_of(attempt)->sequence,
		.type = from->type,
		.body = from->body,
		.done = take_written,
		.context = attempt};
	attempt->file = filing_put(attempt->options.filing, &file);
}

static void take_post(void *context, enum outcome outcome, const char *text)
{
	struct attempt *attempt = context;
	attempt->post = NULL;
	crash_point("delivery-posted");
	finish(attempt,
		outcome == OK               ? ATTEMPT_TAKEN
			: outcome == REJECT ? ATTEMPT_REFUSED
					    : ATTEMPT_FAILED,
		0, text);
}

/* Those about one client keep their order there too. */
static void send_record(struct attempt *attempt, const struct connector_request *from)
{
	struct err err = {0};
	char key[37] = "";
	const struct handover *handover = opened_of(attempt)->handover;
	if (handover->has_referral)
		bytes_to_uuid(handover->referral.data, key);
	if (handover->has_client)
		bytes_to_hex(bytes_of(handover->client.data, sizeof(handover->client.data)), key);
	const struct posts_record record = {.topic = attempt->options.delivery->topic,
		.key = bytes_of_string(key),
		.type = from->type,
		.value = from->body,
		.done = take_post,
		.context = attempt};
	enum outcome outcome = posts_send(attempt->options.posts, &record, &attempt->post, &err);
	if (outcome != OK)
		finish(attempt, outcome == REJECT ? ATTEMPT_REFUSED : ATTEMPT_FAILED, 0, err.text);
}

/* Several are told in one request, and one in as many as it takes. */
static enum outcome render(
	struct attempt *attempt, struct connector_request *request, struct err *err)
{
	const struct conf_delivery *delivery = attempt->options.delivery;
	size_t count = disclose_batch_count(attempt->batch);
	if (count == 1)
		return delivery->connector->render(
			delivery->config, opened_of(attempt), &attempt->answers, request, err);
	if (attempt->answers.count > 0)
		return OK;
	const struct opened **all = arena_get_array(&attempt->arena, count, sizeof(*all));
	for (size_t i = 0; i < count; i++)
		all[i] = disclose_batch_at(attempt->batch, i);
	attempt->told = count;
	return delivery->connector->bundle(delivery->config, all, &attempt->told, request, err);
}

/* The next request, if there is one. */
static void go_on(struct attempt *attempt)
{
	const struct conf_delivery *delivery = attempt->options.delivery;
	struct connector_request request = {0};
	struct err err = {0};
	if (attempt->answers.count == CONNECTOR_DOCUMENTS) {
		finish(attempt, ATTEMPT_REFUSED, 0, "the connector asks too much for one handover");
		return;
	}
	attempt->answers.now = clock_wall();
	if (render(attempt, &request, &err) != OK)
		finish(attempt, ATTEMPT_REFUSED, 0, err.text);
	else if (request.method == NULL)
		finish(attempt, ATTEMPT_TAKEN, 0, "");
	else if (delivery->way == CONF_FILE)
		write_file(attempt, &request);
	else if (delivery->way == CONF_TOPIC)
		send_record(attempt, &request);
	else
		send_request(attempt, &request);
}

/* Not this handover, but who asks or the place as a whole. */
static bool is_unwell(int32_t status)
{
	return status < 200 || (status >= 300 && status < 400) || status == 401 || status == 403 ||
		status == 404 || status == 408 || status == 429 || status >= 500;
}

static enum outcome judge(struct attempt *attempt, const struct document *document,
	struct connector_judgement *judgement, struct err *err)
{
	const struct conf_delivery *delivery = attempt->options.delivery;
	if (delivery->connector->judge != NULL)
		return delivery->connector->judge(delivery->config, document, judgement, err);
	if (document->status >= 200 && document->status < 300)
		return OK;
	return err_set(err, RETRY, "answered %d", document->status);
}

static void take_document(
	struct attempt *attempt, const struct document *document, int64_t retry_after_ms)
{
	struct connector_judgement judgement = {0};
	struct err err = {0};
	enum outcome outcome = judge(attempt, document, &judgement, &err);
	int64_t after = judgement.after_ms != 0 ? judgement.after_ms : retry_after_ms;
	if (outcome == OK) {
		crash_point("delivery-answered");
		if (judgement.partner_case.data != NULL)
			attempt->partner_case = arena_copy(&attempt->arena, judgement.partner_case);
		attempt->answers.count++;
		go_on(attempt);
	} else if (outcome == REJECT) {
		finish(attempt, ATTEMPT_REFUSED, 0, err.text);
	} else {
		finish(attempt, is_unwell(document->status) ? ATTEMPT_FAILED : ATTEMPT_REFUSED_NOW,
			after, err.text);
	}
}

/* One that is too long has come all the same: what it says behind that nobody needs. */
static void take_answer(void *context, const struct client_answer *answer)
{
	struct attempt *attempt = context;
	struct arena *arena = &attempt->arena;
	bool is_cut = answer->outcome == REJECT && answer->status >= 200;
	attempt->call = NULL;
	if (answer->outcome != OK && !is_cut) {
		finish(attempt, ATTEMPT_FAILED, answer->retry_after_ms, answer->text);
		return;
	}
	if (answer->status == 410) {
		finish(attempt, ATTEMPT_GONE, 0, "answered 410: it is no more");
		return;
	}
	struct document *document = &attempt->items[attempt->answers.count];
	*document = (struct document){.name = attempt->request.url,
		.type = arena_copy(arena, answer->type),
		.body = arena_copy(arena, is_cut ? bytes_of("", 0) : answer->body),
		.status = answer->status};
	take_document(attempt, document, answer->retry_after_ms);
}

static void take_opened(void *context, enum outcome outcome)
{
	struct attempt *attempt = context;
	attempt->opened = loop_now(attempt->options.loop);
	if (outcome == OK)
		go_on(attempt);
	else
		finish(attempt, ATTEMPT_LATER, 0, "who sees it could not be stored");
}

enum outcome attempt_start(
	struct attempt **out, const struct attempt_options *options, struct err *err)
{
	struct attempt *attempt = memory_get_zeroed(1, sizeof(*attempt));
	attempt->options = *options;
	attempt->began = loop_now(options->loop);
	attempt->answers.items = attempt->items;
	attempt->told = 1;
	const struct view_handovers *given = &options->handovers;
	struct view_handover *own = arena_get_array(&attempt->arena, given->count, sizeof(*own));
	memcpy(own, given->items, given->count * sizeof(*own));
	const struct disclose_request request = {.desk = options->desk,
		.handovers = {own, given->count},
		.caller = {take_opened, attempt}};
	enum outcome outcome = disclose_open(options->disclose, &request, &attempt->batch, err);
	if (outcome == OK)
		*out = attempt;
	else
		release(attempt);
	return outcome;
}

void attempt_cancel(struct attempt *attempt)
{
	if (attempt == NULL)
		return;
	endpoint_cancel(attempt->call);
	filing_forget(attempt->file);
	posts_forget(attempt->post);
	release(attempt);
}
