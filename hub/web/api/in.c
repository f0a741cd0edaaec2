/* in - what a partner posts in a format of its own: answered once all of it is stored. */
#include <string.h>

#include "hub/base/log.h"
#include "hub/http/server/header.h"
#include "hub/web/api/api.h"
#include "hub/web/tally.h"

/* A post in a partner's own format, and what was found in it. */
struct post {
	struct call *call;
	const struct conf_source *source;
	struct problems problems; /* of all that was refused */
	struct connector_answer answer; /* the connector's own, its body so far */
	uint8_t *body; /* of the answer, and how much of it there is room for */
	size_t capacity;
};

/* Which of what was posted: "row 12: person.bsn". */
static void add_problems(struct post *post, const struct verdict *verdict)
{
	const struct problems *of = &verdict->of->problems;
	size_t kept = of->count < PROBLEMS_MAX ? of->count : PROBLEMS_MAX;
	struct arena *arena = request_arena(post->call->request);
	for (size_t i = 0; i < kept; i++) {
		const struct problem *problem = &of->items[i];
		struct bytes label = verdict->of->label;
		const char *path = arena_format(arena, "%.*s%s%s", BYTES_ARG(label),
			label.size > 0 && problem->path[0] != '\0' ? ": " : "", problem->path);
		const char *example = problem->example == NULL
			? NULL
			: arena_format(arena, "%s", problem->example);
		problems_add(&post->problems, path, example, "%s", problem->text);
	}
}

/* A long answer comes in many pieces. */
static void add_body(struct post *post, struct bytes more)
{
	size_t size = post->answer.body.size, needed = memory_sum(size, more.size);
	if (needed > post->capacity) {
		post->capacity = memory_sum(needed, needed);
		uint8_t *wider = arena_get(request_arena(post->call->request), post->capacity);
		if (size > 0)
			memcpy(wider, post->body, size);
		post->body = wider;
	}
	if (more.size > 0)
		memcpy(post->body + size, more.data, more.size);
	post->answer.body = bytes_of(post->body, needed);
}

static void on_parcel(void *context, const struct documents *docs, const struct verdicts *verdicts)
{
	struct post *post = context;
	const struct connector *connector = post->source->connector;
	struct arena *arena = request_arena(post->call->request);
	struct connector_answer answer = {0};
	struct err err = {0};
	for (size_t i = 0; i < verdicts->count; i++)
		if (verdicts->items[i].fate == VERDICT_REFUSED)
			add_problems(post, &verdicts->items[i]);
	if (connector->acknowledge == NULL ||
		connector->acknowledge(post->source->config, docs, verdicts, &answer, &err) != OK)
		return;
	if (answer.status == 0)
		return;
	post->answer.status =
		answer.status > post->answer.status ? answer.status : post->answer.status;
	post->answer.type = arena_copy(arena, answer.type);
	add_body(post, answer.body);
}

static void note(const struct post *post, const struct exchange_result *result)
{
	const char *oin = post->source->oin;
	const struct call *call = post->call;
	double seconds = (double)(loop_now(call->edge->loop) - request_began(call->request)) / 1e3;
	for (int64_t i = 0; i < result->taken; i++)
		tally_stored(oin, seconds);
	for (int64_t i = 0; i < result->refused; i++)
		tally_refused(oin);
	if (result->outcome == RETRY)
		tally_unknown(oin);
	log_info("in",
		"partner=%s source=%s taken=%lld refused=%lld passed=%lld tasks=%lld "
		"outcome=%s",
		oin, post->source->name, (long long)result->taken, (long long)result->refused,
		(long long)result->passed, (long long)result->tasks, outcome_name(result->outcome));
}

static void on_done(void *context, const struct exchange_result *result)
{
	struct post *post = context;
	struct call *call = post->call;
	call->exchange = NULL;
	note(post, result);
	/* Some formats have an answer of their own for that. */
	if (result->outcome == RETRY && post->answer.status < 500)
		request_refuse(call->request, PROBLEM_JSON_UNAVAILABLE,
			"nothing is known to be stored: send the same again");
	else if (post->answer.status != 0)
		request_answer(call->request, post->answer.status,
			arena_string(request_arena(call->request), post->answer.type),
			post->answer.body);
	else if (result->refused > 0)
		request_answer_problem(call->request,
			&(struct problem_json){.kind = PROBLEM_JSON_INVALID,
				.detail = "what these are of was not taken: mend it and send it "
					  "again",
				.problems = &post->problems});
	else
		request_answer(call->request, 204, NULL, (struct bytes){0});
}

static struct bytes trace_of(const struct request *request)
{
	struct bytes trace = request_header(request, "traceparent");
	return header_is_trace(trace) ? trace : (struct bytes){0};
}

static void take(struct call *call, const struct conf_source *source)
{
	struct request *request = call->request;
	struct arena *arena = request_arena(request);
	struct post *post = arena_get(arena, sizeof(*post));
	*post = (struct post){.call = call, .source = source};
	problems_init(&post->problems, arena);
	const struct exchange_options options = {.conf = call->edge->options->conf,
		.loop = call->edge->loop,
		.intake = call->edge->intake,
		.source = source,
		.first = {.type = request_header(request, "Content-Type"),
			.body = request_body(request),
			.status = 200},
		.way = DOCUMENTS_POSTED,
		.role = call->role,
		.trace = trace_of(request),
		.parcel = on_parcel,
		.done = on_done,
		.context = post};
	exchange_start(&call->exchange, &options);
}

/* NULL: the partner has none of that name. */
static const struct conf_source *source_of(struct call *call)
{
	struct request *request = call->request;
	struct bytes oin = request_segment(request, 0), name = request_segment(request, 1);
	return bytes_equal_string(oin, call->partner->rules->oin)
		? conf_source(call->edge->options->conf, call->partner, name)
		: NULL;
}

bool api_in_allows(struct call *call)
{
	const struct conf_source *source = source_of(call);
	if (source == NULL || !source->needs_certificate || call->has_certificate)
		return true;
	request_refuse(call->request, PROBLEM_JSON_UNAUTHORIZED,
		"this source takes what comes with the partner's client certificate, and a token "
		"alone is not enough");
	return false;
}

void api_post_in(void *context, struct request *request)
{
	struct call *call = call_of(request);
	const struct conf_source *source = source_of(call);
	(void)context;
	if (source == NULL)
		request_refuse(request, PROBLEM_JSON_NOT_FOUND,
			"the path is /v1/in/ with your OIN and the name of one of your sources");
	else
		take(call, source);
}
