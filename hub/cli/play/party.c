/* party - a partner's system, as it speaks to the hub over HTTP. */
#include "hub/cli/play/party.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/queue.h>

#include "hub/base/memory.h"
#include "hub/http/client/url.h"

enum { TIMEOUT_MS = 30000, ANSWER_MAX = 16 << 20 };

struct party {
	const struct party_options *options;
	const char *url;
	struct client *client;
	LIST_HEAD(, post) posts; /* under way */
	struct arena arena;
};

struct post {
	LIST_ENTRY(post) place;
	struct client_request request;
	struct client_header headers[3];
	struct party_letter letter;
	struct arena arena;
};

/* A hub that listens at all addresses is at the loopback's, too. */
static const char *url_of(struct party *party)
{
	const struct conf_http *http = &party->options->conf->http;
	const char *url = party->options->url != NULL ? party->options->url : http->base_url;
	bool is_any = strcmp(http->host, "0.0.0.0") == 0 || strcmp(http->host, "::") == 0;
	if (url == NULL)
		url = arena_format(&party->arena, "http%s://%s:%d",
			http->tls_cert_file != NULL ? "s" : "",
			is_any ? "127.0.0.1" : url_host(http->host, &party->arena), http->port);
	size_t size = strlen(url);
	while (size > 0 && url[size - 1] == '/')
		size--;
	return arena_string(&party->arena, bytes_of(url, size));
}

enum outcome party_new(struct party **out, const struct party_options *options, struct err *err)
{
	const struct client_settings settings = {.allow_private = true,
		.connections = options->connections,
		.ca_file = options->ca_file,
		.cert_file = options->cert_file,
		.key_file = options->key_file};
	struct party *party = memory_get_zeroed(1, sizeof(*party));
	LIST_INIT(&party->posts);
	party->options = options;
	party->url = url_of(party);
	if (client_new(&party->client, options->loop, &settings, err) != OK) {
		party_free(party);
		return err->outcome;
	}
	*out = party;
	return OK;
}

static void free_post(struct post *post)
{
	LIST_REMOVE(post, place);
	arena_wipe(&post->arena);
	arena_done(&post->arena);
	free(post);
}

void party_free(struct party *party)
{
	if (party == NULL)
		return;
	client_free(party->client);
	while (!LIST_EMPTY(&party->posts))
		free_post(LIST_FIRST(&party->posts));
	arena_done(&party->arena);
	free(party);
}

const char *party_url(const struct party *party)
{
	return party->url;
}

enum outcome party_token(const struct party *party, const struct conf_partner *partner,
	char out[PARTY_TOKEN_MOST], struct err *err)
{
	bool is_lane = party->options->conf->lane == CONF_LANE_TEST;
	const struct conf_token *found = NULL;
	for (size_t i = 0; i < partner->tokens_count; i++) {
		const struct conf_token *token = &partner->tokens[i];
		bool is_own = token->role == CONF_TOKEN_DESK;
		if (token->role == CONF_TOKEN_TEST || (is_own && is_lane))
			found = token;
		else if (is_own && party->options->to_production && found == NULL)
			found = token;
	}
	if (found == NULL)
		return err_set(err, REJECT, "partner %s has no test_tokens", partner->rules->name);
	if (conf_read_line(found->file, out, PARTY_TOKEN_MOST, err) != OK)
		return err->outcome;
	const struct client_header header = {"Authorization", bytes_of_string(out)};
	return client_check_header(&header, err);
}

static void take_answer(void *context, const struct client_answer *answer)
{
	struct post *post = context;
	post->letter.done(post->letter.context, answer);
	free_post(post);
}

static void add_header(struct post *post, const char *name, const char *value)
{
	post->headers[post->request.headers_count++] =
		(struct client_header){name, bytes_of_string(value)};
}

void party_send(struct party *party, const struct party_letter *letter)
{
	struct post *post = memory_get_zeroed(1, sizeof(*post));
	struct arena *arena = &post->arena;
	struct client_call *call = NULL;
	struct err err = {0};
	post->letter = *letter;
	post->request = (struct client_request){.method = letter->method,
		.url = arena_format(arena, "%s%s", party->url, letter->path),
		.headers = post->headers,
		.body = arena_copy(arena, letter->body),
		.timeout_ms = TIMEOUT_MS,
		.answer_max = ANSWER_MAX,
		.done = take_answer,
		.context = post};
	if (letter->type != NULL)
		post->request.type = bytes_of_string(letter->type);
	if (letter->token != NULL)
		add_header(post, "Authorization", arena_format(arena, "Bearer %s", letter->token));
	if (letter->wait_s > 0)
		add_header(post, "Prefer", arena_format(arena, "wait=%d", letter->wait_s));
	LIST_INSERT_HEAD(&party->posts, post, place);
	if (client_send(party->client, &post->request, &call, &err) != OK)
		abort(); /* a token is made of what a header may hold */
}

/* What party_ask waits for. */
struct asked {
	struct loop *loop;
	struct arena *arena;
	struct party_answer answer;
};

static void keep_header(void *context, const char *name, struct bytes value)
{
	struct asked *asked = context;
	const char *text = arena_string(asked->arena, value);
	if (strcasecmp(name, CONF_LANE_HEADER) == 0)
		asked->answer.is_lane = strcmp(text, CONF_LANE_HEADER_TEST) == 0;
	else if (strcasecmp(name, "Retry-After") == 0)
		asked->answer.retry_after = text;
	else if (strcasecmp(name, "Location") == 0)
		asked->answer.location = text;
}

static void keep_answer(void *context, const struct client_answer *answer)
{
	struct asked *asked = context;
	asked->answer.outcome = answer->outcome;
	asked->answer.status = answer->status;
	asked->answer.type = arena_copy(asked->arena, answer->type);
	asked->answer.body = arena_copy(asked->arena, answer->body);
	asked->answer.text = arena_format(asked->arena, "%s", answer->text);
	client_answer_headers(answer, keep_header, asked);
	loop_stop(asked->loop);
}

struct party_answer party_ask(
	struct party *party, const struct party_letter *letter, struct arena *arena)
{
	struct asked asked = {.loop = party->options->loop,
		.arena = arena,
		.answer = {.retry_after = "", .location = "", .text = ""}};
	struct party_letter own = *letter;
	own.done = keep_answer;
	own.context = &asked;
	party_send(party, &own);
	loop_run(party->options->loop);
	return asked.answer;
}
