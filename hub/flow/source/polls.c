/* polls - sources that are asked from time to time, each by the edge that has its part of fetch. */
#include "hub/flow/source/polls.h"

#include <stdlib.h>
#include <string.h>

#include "hub/base/clock.h"
#include "hub/base/log.h"
#include "hub/base/memory.h"
#include "hub/flow/source/fetcher.h"
#include "hub/flow/source/wait.h"
#include "hub/view/view.h"

#define FIRST_AGAIN_MS 5000 /* after a failure; then twice as long each time */
#define LAST_AGAIN_MS 900000
/* Between a poll and the next that somebody asks for: all that is said meanwhile is one. */
#define ASKED_AGAIN_MS 1000

/* Of one source: a request, its answer through an exchange, then the cursor; and again. */
struct poll {
	struct outside *outside;
	const struct conf_source *source;
	char *id; /* of its fact: "oin/name" */
	bool is_under_way, is_known; /* known: the cursor was read since it is ours */
	struct buffer cursor, next; /* next: to be stored */
	bool poll_now;
	bool is_asked; /* for the next, before its time */
	int64_t ended, due, failures;
	int64_t asked_at; /* epoch ms */
	struct arena arena; /* of the request at hand, and its answer */
	struct exchange *exchange;
	struct intake_job *job;
};

struct polls {
	struct outside *outside;
	const struct tasks *tasks;
	struct poll *items;
	size_t count;
};

static void end(struct poll *poll, int64_t after_ms)
{
	poll->is_under_way = false;
	poll->ended = clock_monotonic();
	poll->due = poll->ended + after_ms;
	arena_reset(&poll->arena);
}

static void fail(struct poll *poll, const char *why)
{
	log_warn("poll", "source=%s outcome=retry text=%s", poll->id, log_quote(why));
	end(poll, wait_ms(poll->failures++, FIRST_AGAIN_MS, LAST_AGAIN_MS));
}

static void succeed(struct poll *poll)
{
	poll->failures = 0;
	end(poll, poll->poll_now ? 0 : (int64_t)poll->source->poll_interval_s * 1000);
}

static void on_cursor(void *context, const struct intake_receipt *receipt)
{
	struct poll *poll = context;
	poll->job = NULL;
	if (receipt->fate != INTAKE_STORED) {
		fail(poll, "the cursor could not be stored");
		return;
	}
	buffer_clear(&poll->cursor);
	buffer_add_bytes(&poll->cursor, buffer_bytes(&poll->next));
	succeed(poll);
}

/* All that was found is durable; only now the cursor moves. */
static void on_parsed(void *context, const struct exchange_result *result)
{
	struct poll *poll = context;
	poll->exchange = NULL;
	poll->poll_now = result->poll_now;
	log_info("poll",
		"source=%s taken=%lld refused=%lld passed=%lld tasks=%lld outcome=%s text=%s",
		poll->id, (long long)result->taken, (long long)result->refused,
		(long long)result->passed, (long long)result->tasks, outcome_name(result->outcome),
		log_quote(result->text));
	if (result->outcome == RETRY) {
		fail(poll, result->text);
		return;
	}
	if (result->outcome == REJECT || result->cursor.data == NULL) {
		poll->poll_now = false;
		succeed(poll);
		return;
	}
	buffer_clear(&poll->next);
	buffer_add_bytes(&poll->next, result->cursor);
	const struct fact fact = {.kind = FACT_KIND_CURSOR,
		.id = bytes_of_string(poll->id),
		.at = clock_wall(),
		.text = result->cursor};
	poll->job =
		intake_fact(poll->outside->intake, &fact, (struct intake_caller){on_cursor, poll});
	if (poll->job == NULL)
		fail(poll, "the cursor cannot be stored now");
}

static void on_answer(
	void *of, const struct document *document, enum outcome outcome, const char *why)
{
	struct poll *poll = of;
	if (outcome != OK) {
		fail(poll, why);
		return;
	}
	struct exchange_options options = outside_exchange(poll->outside, poll->source);
	options.first = (struct document){.name = arena_copy(&poll->arena, document->name),
		.type = arena_copy(&poll->arena, document->type),
		.body = arena_copy(&poll->arena, document->body),
		.status = document->status};
	options.way = DOCUMENTS_POLLED;
	options.taken_at = poll->asked_at;
	options.cursor = buffer_bytes(&poll->cursor);
	options.done = on_parsed;
	options.context = poll;
	exchange_start(&poll->exchange, &options);
}

/* false: the view cannot be asked now. One that is being built anew would say that there is none,
 * and what ended since the last walk would never be asked for. */
static bool read_cursor(struct poll *poll)
{
	struct err err = {0};
	struct view_facts facts = {0};
	struct view_reader *reader = poll->outside->reader;
	if (reader == NULL || !view_is_ready(poll->outside->view) ||
		view_reader_begin(reader, &poll->arena, &err) != OK)
		return false;
	bool is_read = view_facts(reader, FACT_KIND_CURSOR, &facts, &err) == OK;
	buffer_clear(&poll->cursor);
	const struct fact *found =
		is_read ? view_facts_find(&facts, bytes_of_string(poll->id)) : NULL;
	if (found != NULL && found->text.data != NULL)
		buffer_add_bytes(&poll->cursor, found->text);
	view_reader_end(reader);
	arena_reset(&poll->arena);
	return is_read;
}

/* The token that the partner's system posts with. */
static struct bytes authorization(struct poll *poll)
{
	char token[4096];
	struct err err = {0};
	const char *file = poll->source->callback_token_file;
	if (file == NULL)
		return (struct bytes){0};
	if (conf_read_line(file, token, sizeof(token), &err) != OK) {
		log_error("poll", "source=%s text=%s", poll->id, log_quote(err.text));
		return (struct bytes){0};
	}
	const char *text = arena_format(&poll->arena, "Bearer %s", token);
	explicit_bzero(token, sizeof(token));
	return bytes_of_string(text);
}

static void begin(struct poll *poll)
{
	struct err err = {0};
	struct connector_request request = {0};
	const struct conf *conf = poll->outside->conf;
	const struct conf_source *source = poll->source;
	const char *base = conf->http.base_url;
	struct connector_poll asks = {.cursor = buffer_bytes(&poll->cursor),
		.now = clock_wall(),
		.callback_authorization = authorization(poll),
		.arena = &poll->arena};
	if (base != NULL)
		asks.callback_url = bytes_of_string(arena_format(
			&poll->arena, "%s/v1/in/%s/%s", base, source->oin, source->name));
	poll->is_under_way = true;
	poll->is_asked = false;
	poll->asked_at = asks.now;
	if (source->connector->poll(source->config, &asks, &request, &err) != OK)
		fail(poll, err.text);
	else if (request.method == NULL)
		succeed(poll);
	else
		fetcher_ask(poll->outside->fetcher, source, &request, on_answer, poll);
}

static struct poll *find(struct polls *polls, struct bytes partner, struct bytes source)
{
	for (size_t i = 0; i < polls->count; i++) {
		struct poll *poll = &polls->items[i];
		if (bytes_equal_string(partner, poll->source->oin) &&
			bytes_equal_string(source, poll->source->name))
			return poll;
	}
	return NULL;
}

void polls_ask(struct polls *polls, struct bytes partner, struct bytes source)
{
	struct poll *poll = find(polls, partner, source);
	if (poll != NULL)
		poll->is_asked = true;
	else
		log_warn("poll", "source=%.*s/%.*s text=%s", BYTES_ARG(partner), BYTES_ARG(source),
			log_quote("it was notified, and is not polled: set poll_interval_s"));
}

static bool is_due(const struct poll *poll, int64_t now)
{
	bool is_early = poll->is_asked && poll->failures == 0;
	return poll->due <= now || (is_early && poll->ended + ASKED_AGAIN_MS <= now);
}

void polls_turn(struct polls *polls)
{
	int64_t now = clock_monotonic();
	if (!intake_can_store(polls->outside->intake))
		return;
	for (size_t i = 0; i < polls->count; i++) {
		struct poll *poll = &polls->items[i];
		bool is_ours = tasks_is_ours(polls->tasks, bytes_of_string(poll->id));
		poll->is_known = poll->is_known && is_ours;
		if (poll->is_under_way || !is_ours || !is_due(poll, now))
			continue;
		poll->is_known = poll->is_known || read_cursor(poll);
		if (poll->is_known)
			begin(poll);
	}
}

struct polls *polls_new(struct outside *outside, const struct tasks *tasks)
{
	const struct conf *conf = outside->conf;
	struct polls *polls = memory_get_zeroed(1, sizeof(*polls));
	polls->outside = outside;
	polls->tasks = tasks;
	polls->items = memory_get_zeroed(conf->sources_count + 1, sizeof(*polls->items));
	for (size_t i = 0; i < conf->sources_count; i++) {
		const struct conf_source *source = &conf->sources[i];
		if (source->poll_interval_s == 0)
			continue;
		struct poll *poll = &polls->items[polls->count++];
		poll->outside = outside;
		poll->source = source;
		struct arena scratch = {0};
		poll->id =
			memory_string(arena_format(&scratch, "%s/%s", source->oin, source->name));
		arena_done(&scratch);
	}
	return polls;
}

void polls_free(struct polls *polls)
{
	if (polls == NULL)
		return;
	for (size_t i = 0; i < polls->count; i++) {
		struct poll *poll = &polls->items[i];
		exchange_cancel(poll->exchange);
		if (poll->job != NULL)
			intake_forget(poll->job);
		fetcher_forget(polls->outside->fetcher, poll);
		buffer_done(&poll->cursor);
		buffer_done(&poll->next);
		arena_done(&poll->arena);
		free(poll->id);
	}
	free(polls->items);
	free(polls);
}
