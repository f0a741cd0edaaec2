/* courier - brings a handover to a partner's own system, as the hub would, or wrongly on purpose.
 */
#include "hub/cli/play/courier.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/clock.h"
#include "hub/base/memory.h"
#include "hub/http/client/sign.h"

#define SIGNATURE_HEADERS 3
#define NOT_OURS "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

struct courier {
	struct loop *loop;
	const struct conf_delivery *delivery;
	struct endpoint_settings unknown; /* the same place, of somebody without credentials */
	struct endpoint *agreed, *stranger;
	struct sign *sign; /* NULL: it is not signed */
	struct arena arena;
	struct client_answer answer; /* of the request under way; copied */
	bool is_sent, is_refused; /* this handover */
	struct bytes partner_case; /* as the last answer says */
};

static enum outcome open_stranger(
	struct courier *courier, const struct endpoint_settings *settings, struct err *err)
{
	courier->unknown = *settings;
	courier->unknown.auth = ENDPOINT_NONE;
	courier->unknown.secret_file = courier->unknown.header = NULL;
	courier->unknown.cert_file = courier->unknown.key_file = NULL;
	return endpoint_new(&courier->stranger, courier->loop, &courier->unknown, err);
}

enum outcome courier_new(struct courier **out, struct loop *loop, const struct conf *conf,
	const struct conf_delivery *delivery, struct err *err)
{
	const struct endpoint_settings *settings = conf_endpoint(conf, delivery->endpoint);
	struct courier *courier = memory_get_zeroed(1, sizeof(*courier));
	courier->loop = loop;
	courier->delivery = delivery;
	if (endpoint_check_files(settings, err) != OK ||
		endpoint_new(&courier->agreed, loop, settings, err) != OK ||
		open_stranger(courier, settings, err) != OK ||
		(delivery->signing_files != NULL &&
			sign_new(&courier->sign, delivery->signing_files, err) != OK)) {
		courier_free(courier);
		return err->outcome;
	}
	*out = courier;
	return OK;
}

void courier_free(struct courier *courier)
{
	if (courier == NULL)
		return;
	endpoint_free(courier->agreed);
	endpoint_free(courier->stranger);
	sign_free(courier->sign);
	arena_done(&courier->arena);
	free(courier);
}

static void take_answer(void *context, const struct client_answer *answer)
{
	struct courier *courier = context;
	courier->answer = *answer;
	courier->answer.type = arena_copy(&courier->arena, answer->type);
	courier->answer.body = arena_copy(&courier->arena, answer->body);
	courier->answer.text = arena_format(&courier->arena, "%s", answer->text);
	loop_stop(courier->loop);
}

static void add_signature(struct courier *courier, struct endpoint_request *request,
	struct client_header *headers, const char *id, enum courier_way way)
{
	struct arena *arena = &courier->arena;
	int64_t seconds = clock_wall() / 1000;
	const char *at = arena_format(arena, "%" PRId64, seconds);
	const char *signature = way == COURIER_UNSIGNED
		? NOT_OURS
		: sign_webhook(courier->sign, id, seconds, request->body, arena);
	size_t *count = &request->headers_count;
	headers[(*count)++] = (struct client_header){"webhook-id", bytes_of_string(id)};
	headers[(*count)++] = (struct client_header){"webhook-timestamp", bytes_of_string(at)};
	headers[(*count)++] =
		(struct client_header){"webhook-signature", bytes_of_string(signature)};
}

/* A look at what is there, before anything is told, has no body to be changed. */
static bool shows(const struct connector_request *made, enum courier_way way)
{
	return made->body.size > 0 || (way != COURIER_GARBAGE && way != COURIER_NEWER);
}

/* What is sent instead of what the connector made. */
static struct bytes body_of(
	struct courier *courier, const struct connector_request *made, enum courier_way way)
{
	static const char garbage[] = "{\"this\": is no document of the format";
	if (made->body.size > 0 && way == COURIER_GARBAGE)
		return bytes_of_string(garbage);
	if (made->body.size == 0 || way != COURIER_NEWER)
		return made->body;
	return bytes_of_string(arena_format(&courier->arena, "{\"x_of_a_later_version\":true,%.*s",
		(int)made->body.size - 1, (const char *)made->body.data + 1));
}

/* One request, to its end. */
static void ask(struct courier *courier, const struct connector_request *made, const char *id,
	enum courier_way way)
{
	struct arena *arena = &courier->arena;
	struct endpoint_call *call = NULL;
	struct err err = {0};
	struct client_header *headers =
		arena_get_array(arena, made->headers_count + SIGNATURE_HEADERS, sizeof(*headers));
	struct endpoint_request request = {.method = made->method,
		.url = made->url,
		.type = made->type,
		.body = body_of(courier, made, way),
		.headers = headers,
		.done = take_answer,
		.context = courier};
	for (size_t i = 0; i < made->headers_count; i++)
		headers[request.headers_count++] =
			(struct client_header){made->headers[i].name, made->headers[i].value};
	if (courier->sign != NULL)
		add_signature(courier, &request, headers, id, way);
	struct endpoint *endpoint = way == COURIER_UNKNOWN ? courier->stranger : courier->agreed;
	if (endpoint_send(endpoint, &request, &call, &err) == OK) {
		courier->is_sent = courier->is_sent || shows(made, way);
		loop_run(courier->loop);
	} else {
		courier->answer = (struct client_answer){
			.outcome = err.outcome, .text = arena_format(arena, "%s", err.text)};
	}
}

static enum outcome judge(struct courier *courier, const struct document *document, struct err *err)
{
	const struct conf_delivery *delivery = courier->delivery;
	struct connector_judgement judgement = {0};
	if (delivery->connector->judge != NULL) {
		enum outcome outcome =
			delivery->connector->judge(delivery->config, document, &judgement, err);
		if (outcome == OK && judgement.partner_case.data != NULL)
			courier->partner_case = judgement.partner_case;
		courier->is_refused = outcome == REJECT;
		return outcome;
	}
	if (document->status >= 200 && document->status < 300)
		return OK;
	return err_set(err, RETRY, "answered %d", document->status);
}

static struct courier_answer ended(struct courier *courier, const struct err *err)
{
	return (struct courier_answer){.outcome = err->outcome,
		.is_sent = courier->is_sent,
		.is_refused = courier->is_refused,
		.status = courier->answer.status,
		.body = courier->answer.body,
		.partner_case = courier->partner_case,
		.text = arena_format(&courier->arena, "%s", err->text)};
}

struct courier_answer courier_bring(
	struct courier *courier, const struct opened *opened, enum courier_way way)
{
	struct document items[CONNECTOR_DOCUMENTS];
	struct documents answers = {.items = items, .now = clock_wall()};
	const struct conf_delivery *delivery = courier->delivery;
	struct err err = {0};
	courier->answer = (struct client_answer){0};
	courier->is_sent = courier->is_refused = false;
	courier->partner_case = (struct bytes){0};
	while (answers.count < CONNECTOR_DOCUMENTS) {
		struct connector_request made = {0};
		if (delivery->connector->render(delivery->config, opened, &answers, &made, &err) !=
				OK ||
			made.method == NULL)
			break;
		ask(courier, &made, opened->id, way);
		if (courier->answer.outcome != OK) {
			err_set(&err, courier->answer.outcome, "%s", courier->answer.text);
			break;
		}
		items[answers.count] = (struct document){.name = made.url,
			.type = courier->answer.type,
			.body = courier->answer.body,
			.status = courier->answer.status};
		if (judge(courier, &items[answers.count++], &err) != OK)
			break;
	}
	return ended(courier, &err);
}
