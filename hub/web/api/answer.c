/* answer - what a POST gets: stored, or what was decided. */
#include <json-c/json.h>
#include <string.h>

#include "hub/base/log.h"
#include "hub/http/server/header.h"
#include "hub/web/api/api.h"
#include "hub/web/json.h"
#include "hub/web/referral/lookup.h"

#define UUID_SIZE 36

static char *add_uuid(char *at, struct uuid id)
{
	bytes_to_uuid(id.data, at);
	return at + UUID_SIZE;
}

/* This and the next by hand, since most answers are made so. */
static void add_location(struct call *call)
{
	static const char path[] = "/v1/referrals/";
	const char *base = call->edge->options->conf->http.base_url;
	size_t base_size = base == NULL ? 0 : strlen(base);
	char *location =
		arena_get(request_arena(call->request), base_size + sizeof(path) + UUID_SIZE);
	add_uuid(stpcpy(stpcpy(location, base == NULL ? "" : base), path), call->receipt.referral);
	request_add_header(call->request, "Location", location);
}

static struct bytes stored_body(const struct call *call, const char *result)
{
	char *body = arena_get(request_arena(call->request), 2 * UUID_SIZE + 100);
	char *at = stpcpy(body, "{\"message\":\"");
	at = stpcpy(add_uuid(at, call->receipt.message), "\",\"referral\":\"");
	at = stpcpy(add_uuid(at, call->receipt.referral), "\",\"result\":\"");
	at = stpcpy(stpcpy(at, result), "\"}");
	return bytes_of(body, (size_t)(at - body));
}

void api_answer_object(struct call *call, struct json_object *object)
{
	json_put_flag(object, "complete", call->in_time);
	request_answer(call->request, 200, "application/json",
		json_text(object, request_arena(call->request)));
}

/* Fresh or not is told by what it says, so it needs no version. */
void api_answer_cached(struct request *request, struct bytes body)
{
	static const uint8_t no_key[16] = {0};
	const char *tag = arena_format(request_arena(request), "\"%016llx\"",
		(unsigned long long)bytes_hash(body, no_key));
	request_add_header(request, "ETag", tag);
	request_add_header(request, "Cache-Control", "private, max-age=60");
	if (header_has_tag(request_header(request, "If-None-Match"), tag))
		request_answer(request, 304, NULL, bytes_of("", 0));
	else
		request_answer(request, 200, "application/json", body);
}

static void answer_accepted(struct call *call, const char *result)
{
	add_location(call);
	request_answer(call->request, 202, "application/json", stored_body(call, result));
}

void api_answer_stored(struct call *call)
{
	answer_accepted(call, "STORED");
}

static void answer_done(struct call *call, const struct event *event, struct json_object *referral)
{
	add_location(call);
	struct json_object *object =
		referral != NULL ? json_object_get(referral) : json_object_new_object();
	json_put_uuid(object, "message", call->receipt.message.data);
	json_put_text(object, "result", result_name(event->result));
	request_answer(call->request, 201, "application/json",
		json_text(object, request_arena(call->request)));
	json_object_put(object);
}

/* The members of a JSON object without its braces; NULL: none. */
static const char *members_of(struct json_object *object, struct arena *arena)
{
	struct bytes text = json_text(object, arena);
	return text.size <= 2 ? NULL : arena_string(arena, bytes_of(text.data + 1, text.size - 2));
}

/* What is decided of a call's message, and what the view says of it. */
struct decided {
	const struct event *event;
	struct bytes text; /* of the event, as far as the partner may know */
	struct json_object *referral; /* NULL: not its own */
};

/* Who has the client, since when, what is next and by when, where the referral stands, and what the
 * partner's desks may do now. */
static void answer_rejected(struct call *call, const struct decided *decided)
{
	const struct event *event = decided->event;
	struct arena *arena = request_arena(call->request);
	struct json_object *more = json_object_new_object();
	struct problems *problems = arena_get(arena, sizeof(*problems));
	struct json_object *member;
	static const char *const kept[] = {"client", "state", "version", "actions"};
	problems_init(problems, arena);
	if (event->field.data != NULL)
		problems_add(problems, arena_string(arena, event->field), NULL, "%.*s",
			BYTES_ARG(decided->text));
	json_put_uuid(more, "message", call->receipt.message.data);
	if (event->has_code)
		json_put_text(more, "code", rejection_code_name(event->code));
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		if (json_object_object_get_ex(decided->referral, kept[i], &member))
			json_object_object_add(more, kept[i], json_object_get(member));
	request_answer_problem(call->request,
		&(struct problem_json){.kind = PROBLEM_JSON_CONFLICT,
			.detail = arena_string(arena, decided->text),
			.problems = problems,
			.more = members_of(more, arena)});
	json_object_put(more);
}

static void answer_result(struct call *call, const struct decided *decided)
{
	switch (decided->event->result) {
	case RESULT_APPLIED:
	case RESULT_DUPLICATE:
		answer_done(call, decided->event, decided->referral);
		return;
	case RESULT_REJECTED:
		answer_rejected(call, decided);
		return;
	case RESULT_PARKED:
	case RESULT_FORWARDED:
		answer_accepted(call, result_name(decided->event->result));
		return;
	}
}

/* event NULL: not decided, or not in the view yet. */
static enum outcome read_decided(struct call *call, struct decided *out, struct err *err)
{
	struct view_reader *reader = call->edge->reader;
	const struct view_message *message = NULL;
	struct uuid referral = call->receipt.referral;
	if (view_message_at(reader, call->receipt.partition, call->receipt.offset, &message, err) !=
		OK)
		return err->outcome;
	if (message == NULL || message->event == NULL)
		return OK;
	out->event = message->event;
	if (lookup_refusal(call, referral, out->event, &out->text, err) != OK)
		return err->outcome;
	return lookup_referral(call, referral, &out->referral, err);
}

/* What is stored is stored: where the view cannot be read, the answer is that. */
void api_answer_decided(struct call *call, bool in_time)
{
	struct err err = {0};
	struct decided decided = {0};
	struct view_reader *reader = call->edge->reader;
	if (!in_time || reader == NULL ||
		view_reader_begin(reader, request_arena(call->request), &err) != OK) {
		api_answer_stored(call);
		return;
	}
	enum outcome outcome = read_decided(call, &decided, &err);
	call_read_done(call);
	if (outcome != OK)
		log_warn("read", "text=%s", log_quote(err.text));
	if (outcome != OK || decided.event == NULL)
		api_answer_stored(call);
	else
		answer_result(call, &decided);
	json_object_put(decided.referral);
}
