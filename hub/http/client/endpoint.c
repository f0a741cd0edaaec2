/* endpoint - a partner's system as one place to ask: where it is, who we are to it, and how much it
 * takes. */
#include "hub/http/client/endpoint.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "hub/base/arena.h"
#include "hub/base/clock.h"
#include "hub/base/memory.h"
#include "hub/http/bucket.h"
#include "hub/http/client/endpoint_inside.h"
#include "hub/http/client/token.h"
#include "hub/http/client/url.h"

enum {
	WAIT_MS = 600000, /* for its turn */
	TOKEN_EARLY_MS = 30000, /* a token is not used so shortly before it expires */
	TOKEN_ANSWER_MAX = 65536,
	SPARES_MAX = 64,
};

TAILQ_HEAD(queue, endpoint_call);

struct endpoint {
	struct loop *loop;
	const struct endpoint_settings *settings;
	struct client *client;
	struct bucket bucket;
	struct loop_timer turn; /* when something may go out, or has waited for too long */
	struct queue waiting, sent, spares;
	int32_t running;
	size_t spares_count;
	uint64_t numbers;
	char secret[ENDPOINT_SECRET_MOST];
	const char *credentials; /* value of the header; NULL: to be made, or there is none */
	uint64_t credentials_number; /* of how many */
	int64_t credentials_until; /* as loop_now counts */
	struct arena credentials_arena;
	struct client_call *asking; /* for a token */
	struct arena asking_arena;
};

struct endpoint_call {
	struct endpoint *endpoint;
	TAILQ_ENTRY(endpoint_call) place; /* in its queue */
	struct endpoint_request request;
	struct arena arena;
	const char *url;
	struct client_call *call; /* NULL: waits */
	uint64_t number;
	int64_t since;
	uint64_t credentials; /* number of those that it went out with */
	bool again; /* its token was refused before */
};

static void look_at(struct endpoint *endpoint, int64_t when)
{
	if (endpoint->turn.place == 0 || endpoint->turn.when > when)
		loop_set(endpoint->loop, &endpoint->turn, when);
}

static void free_call(struct endpoint_call *call)
{
	arena_done(&call->arena);
	free(call);
}

static void give_back(struct endpoint_call *call)
{
	struct endpoint *endpoint = call->endpoint;
	if (endpoint->spares_count >= SPARES_MAX) {
		free_call(call);
		return;
	}
	arena_reset(&call->arena);
	TAILQ_INSERT_HEAD(&endpoint->spares, call, place);
	endpoint->spares_count++;
}

/* It is in no queue any more. */
static void tell(struct endpoint_call *call, const struct client_answer *answer)
{
	call->request.done(call->request.context, answer);
	give_back(call);
}

static void fail_first(struct endpoint *endpoint, enum outcome outcome, const char *text)
{
	struct endpoint_call *call = TAILQ_FIRST(&endpoint->waiting);
	TAILQ_REMOVE(&endpoint->waiting, call, place);
	tell(call, &(struct client_answer){.outcome = outcome, .text = text});
}

/* Those that a done sends meanwhile ask anew. */
static void fail_waiting(struct endpoint *endpoint, const char *text)
{
	uint64_t last = endpoint->numbers;
	const struct endpoint_call *first;
	while ((first = TAILQ_FIRST(&endpoint->waiting)) != NULL && first->number <= last)
		fail_first(endpoint, RETRY, text);
}

static void forget_credentials(struct endpoint *endpoint)
{
	endpoint->credentials = NULL;
	arena_done(&endpoint->credentials_arena);
}

static void keep_credentials(struct endpoint *endpoint, const char *token, int64_t ms)
{
	endpoint->credentials = arena_format(&endpoint->credentials_arena, "Bearer %s", token);
	endpoint->credentials_number++;
	endpoint->credentials_until = loop_now(endpoint->loop) + ms;
}

static enum outcome read_token(
	struct endpoint *endpoint, const struct client_answer *answer, struct err *err)
{
	const char *token = NULL;
	int64_t seconds = 0;
	if (answer->outcome != OK)
		return err_set(err, RETRY, "%s", answer->text);
	if (answer->status != 200)
		return err_set(err, RETRY, "status %d", answer->status);
	if (token_read(answer->body, &endpoint->credentials_arena, &token, &seconds, err) != OK)
		return err->outcome;
	if (seconds < 1 || seconds > INT32_MAX)
		seconds = 1;
	int64_t ms = seconds * 1000;
	keep_credentials(endpoint, token, ms > 2 * TOKEN_EARLY_MS ? ms - TOKEN_EARLY_MS : ms / 2);
	return OK;
}

static void take_token(void *context, const struct client_answer *answer)
{
	struct endpoint *endpoint = context;
	struct err err = {0};
	endpoint->asking = NULL;
	enum outcome outcome = read_token(endpoint, answer, &err);
	arena_done(&endpoint->asking_arena);
	if (outcome != OK) {
		err_in(&err, "no token from token_url");
		fail_waiting(endpoint, err.text);
	}
	look_at(endpoint, loop_now(endpoint->loop));
}

/* What shows who asks stands in the form, or in the second header. */
static void fill_asking(struct endpoint *endpoint, struct client_request *out)
{
	const struct endpoint_settings *settings = endpoint->settings;
	struct arena *arena = &endpoint->asking_arena;
	struct client_header *headers = arena_get_array(arena, 2, sizeof(*headers));
	const char *client = settings->client_id;
	struct bytes secret = {0};
	if (settings->secret_file != NULL)
		secret = bytes_of_string(endpoint->secret);
	headers[0] = (struct client_header){"Accept", bytes_of_string("application/json")};
	out->headers = headers;
	out->headers_count = 1;
	if (settings->token_auth == ENDPOINT_TOKEN_BASIC) {
		headers[1] = (struct client_header){
			"Authorization", bytes_of_string(token_basic(client, secret, arena))};
		out->headers_count = 2;
		client = NULL;
		secret = (struct bytes){0};
	}
	out->body = bytes_of_string(token_ask(client, secret, settings->scope, arena));
}

static void ask_for_token(struct endpoint *endpoint)
{
	const struct endpoint_settings *settings = endpoint->settings;
	struct client_request request = {.method = "POST",
		.url = settings->token_url,
		.type = bytes_of_string("application/x-www-form-urlencoded"),
		.timeout_ms = settings->timeout_ms,
		.answer_max = TOKEN_ANSWER_MAX,
		.done = take_token,
		.context = endpoint};
	struct err err = {0};
	fill_asking(endpoint, &request);
	if (client_send(endpoint->client, &request, &endpoint->asking, &err) != OK)
		fail_waiting(endpoint, err.text);
}

static void make_jwt(struct endpoint *endpoint)
{
	const struct endpoint_settings *settings = endpoint->settings;
	struct token_claims claims = {
		.issuer = settings->issuer != NULL ? settings->issuer : settings->client_id,
		.client = settings->client_id,
		.user = settings->user,
		.user_name = settings->user_name,
		.seconds = clock_wall() / 1000,
	};
	struct arena *arena = &endpoint->credentials_arena;
	keep_credentials(endpoint, token_jwt(&claims, bytes_of_string(endpoint->secret), arena),
		(int64_t)settings->jwt_s * 1000);
}

/* false: they come later. */
static bool has_credentials(struct endpoint *endpoint)
{
	enum endpoint_auth auth = endpoint->settings->auth;
	bool fresh = endpoint->credentials != NULL &&
		endpoint->credentials_until > loop_now(endpoint->loop);
	if (fresh || auth == ENDPOINT_NONE)
		return true;
	forget_credentials(endpoint);
	if (auth == ENDPOINT_JWT)
		make_jwt(endpoint);
	else if (endpoint->asking == NULL)
		ask_for_token(endpoint);
	return endpoint->credentials != NULL;
}

/* Those of the request, of the endpoint, and who we are, which is copied since it may change. */
static void set_headers(struct endpoint_call *call, struct client_request *out)
{
	const struct endpoint *endpoint = call->endpoint;
	const struct endpoint_settings *settings = endpoint->settings;
	const struct setting_pair *pair = settings->headers;
	size_t count = call->request.headers_count;
	while (pair != NULL && pair->name != NULL) {
		pair++;
		count++;
	}
	struct client_header *headers = arena_get_array(&call->arena, count + 1, sizeof(*headers));
	count = call->request.headers_count;
	if (count > 0)
		memcpy(headers, call->request.headers, count * sizeof(*headers));
	for (pair = settings->headers; pair != NULL && pair->name != NULL; pair++)
		headers[count++] = (struct client_header){pair->name, bytes_of_string(pair->value)};
	if (endpoint->credentials != NULL)
		headers[count++] = (struct client_header){
			settings->auth == ENDPOINT_HEADER ? settings->header : "Authorization",
			bytes_of_string(endpoint->credentials)};
	out->headers = headers;
	out->headers_count = count;
}

static void take_answer(void *context, const struct client_answer *answer)
{
	struct endpoint_call *call = context;
	struct endpoint *endpoint = call->endpoint;
	call->call = NULL;
	endpoint->running--;
	TAILQ_REMOVE(&endpoint->sent, call, place);
	look_at(endpoint, loop_now(endpoint->loop));
	bool refused = answer->outcome == OK && answer->status == 401 &&
		endpoint->settings->auth == ENDPOINT_OAUTH2;
	if (!refused || call->again) {
		tell(call, answer);
		return;
	}
	call->again = true;
	call->since = loop_now(endpoint->loop);
	if (call->credentials == endpoint->credentials_number)
		forget_credentials(endpoint);
	TAILQ_INSERT_HEAD(&endpoint->waiting, call, place);
}

static void send_first(struct endpoint *endpoint)
{
	struct endpoint_call *call = TAILQ_FIRST(&endpoint->waiting);
	const struct endpoint_settings *settings = endpoint->settings;
	struct client_request request = {.method = call->request.method,
		.url = call->url,
		.type = call->request.type,
		.body = call->request.body,
		.timeout_ms = settings->timeout_ms,
		.answer_max = (size_t)settings->answer_kb * 1024,
		.done = take_answer,
		.context = call};
	struct err err = {0};
	set_headers(call, &request);
	call->credentials = endpoint->credentials_number;
	if (client_send(endpoint->client, &request, &call->call, &err) != OK) {
		fail_first(endpoint, err.outcome, err.text);
		return;
	}
	TAILQ_REMOVE(&endpoint->waiting, call, place);
	TAILQ_INSERT_TAIL(&endpoint->sent, call, place);
	endpoint->running++;
}

/* Everything that goes out goes out here. */
static void take_turn(void *context)
{
	struct endpoint *endpoint = context;
	const struct endpoint_settings *settings = endpoint->settings;
	int64_t now = loop_now(endpoint->loop), wait = WAIT_MS;
	int32_t rate = settings->requests_per_second;
	const struct endpoint_call *first;
	while ((first = TAILQ_FIRST(&endpoint->waiting)) != NULL && first->since + WAIT_MS <= now)
		fail_first(endpoint, RETRY, "it has waited for its turn for too long");
	while (!TAILQ_EMPTY(&endpoint->waiting) && endpoint->running < settings->concurrency) {
		if (!has_credentials(endpoint))
			break;
		if (rate > 0 && !bucket_take(&endpoint->bucket, rate, rate, now, &wait))
			break;
		send_first(endpoint);
	}
	if ((first = TAILQ_FIRST(&endpoint->waiting)) != NULL) {
		int64_t late = first->since + WAIT_MS;
		look_at(endpoint, now + wait < late ? now + wait : late);
	}
}

enum outcome endpoint_new(struct endpoint **out, struct loop *loop,
	const struct endpoint_settings *settings, struct err *err)
{
	struct endpoint *endpoint = memory_get_zeroed(1, sizeof(*endpoint));
	TAILQ_INIT(&endpoint->waiting);
	TAILQ_INIT(&endpoint->sent);
	TAILQ_INIT(&endpoint->spares);
	endpoint->loop = loop;
	endpoint->settings = settings;
	endpoint->turn = (struct loop_timer){.fn = take_turn, .context = endpoint};
	const struct client_settings client = {.allow_private = settings->allow_private,
		.connections = settings->concurrency + 1, /* one to get a token */
		.ca_file = settings->ca_file,
		.cert_file = settings->cert_file,
		.key_file = settings->key_file};
	enum outcome outcome = OK;
	if (settings->secret_file != NULL)
		outcome = endpoint_inside_secret(settings, endpoint->secret, err);
	if (outcome == OK)
		outcome = client_new(&endpoint->client, loop, &client, err);
	if (outcome != OK) {
		endpoint_free(endpoint);
		return err_in(err, "endpoint %s", settings->name);
	}
	if (settings->auth == ENDPOINT_BEARER)
		keep_credentials(endpoint, endpoint->secret, 0);
	else if (settings->auth == ENDPOINT_HEADER)
		endpoint->credentials = endpoint->secret;
	if (settings->auth == ENDPOINT_BEARER || settings->auth == ENDPOINT_HEADER)
		endpoint->credentials_until = INT64_MAX;
	*out = endpoint;
	return OK;
}

void endpoint_free(struct endpoint *endpoint)
{
	if (endpoint == NULL)
		return;
	while (!TAILQ_EMPTY(&endpoint->sent))
		endpoint_cancel(TAILQ_FIRST(&endpoint->sent));
	while (!TAILQ_EMPTY(&endpoint->waiting))
		endpoint_cancel(TAILQ_FIRST(&endpoint->waiting));
	for (struct endpoint_call *call; (call = TAILQ_FIRST(&endpoint->spares)) != NULL;) {
		TAILQ_REMOVE(&endpoint->spares, call, place);
		free_call(call);
	}
	client_free(endpoint->client);
	loop_clear(endpoint->loop, &endpoint->turn);
	arena_done(&endpoint->credentials_arena);
	arena_done(&endpoint->asking_arena);
	sodium_memzero(endpoint->secret, sizeof(endpoint->secret));
	free(endpoint);
}

static struct endpoint_call *make_call(struct endpoint *endpoint)
{
	struct endpoint_call *call = TAILQ_FIRST(&endpoint->spares);
	if (call == NULL) {
		call = memory_get_zeroed(1, sizeof(*call));
	} else {
		TAILQ_REMOVE(&endpoint->spares, call, place);
		endpoint->spares_count--;
	}
	call->endpoint = endpoint;
	call->again = false;
	call->number = ++endpoint->numbers;
	call->since = loop_now(endpoint->loop);
	return call;
}

enum outcome endpoint_send(struct endpoint *endpoint, const struct endpoint_request *request,
	struct endpoint_call **out, struct err *err)
{
	const struct endpoint_settings *settings = endpoint->settings;
	struct endpoint_call *call = make_call(endpoint);
	call->request = *request;
	struct url_roots roots = {settings->url, settings->also};
	if (url_resolve(&roots, request->url, &call->arena, &call->url, err) != OK) {
		give_back(call);
		return err_in(err, "endpoint %s", settings->name);
	}
	TAILQ_INSERT_TAIL(&endpoint->waiting, call, place);
	look_at(endpoint, loop_now(endpoint->loop));
	*out = call;
	return OK;
}

void endpoint_cancel(struct endpoint_call *call)
{
	if (call == NULL)
		return;
	struct endpoint *endpoint = call->endpoint;
	if (call->call != NULL) {
		client_cancel(call->call);
		call->call = NULL;
		endpoint->running--;
		TAILQ_REMOVE(&endpoint->sent, call, place);
		look_at(endpoint, loop_now(endpoint->loop));
	} else {
		TAILQ_REMOVE(&endpoint->waiting, call, place);
	}
	give_back(call);
}
