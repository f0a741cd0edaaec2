/* post - what partners say: read, checked, and taken or refused; answered once that is stored.
 */
#include <json-c/json.h>
#include <string.h>

#include "hub/base/clock.h"
#include "hub/base/log.h"
#include "hub/http/server/header.h"
#include "hub/web/api/api.h"
#include "hub/web/referral/rehearsal.h"
#include "hub/web/tally.h"

static struct message_sender sender_of(const struct call *call, struct bytes event_trace)
{
	struct bytes trace = request_header(call->request, "traceparent");
	if (!header_is_trace(trace))
		trace = header_is_trace(event_trace) ? event_trace : (struct bytes){0};
	return (struct message_sender){
		.partner = call->partner, .role = call->role, .trace = trace, .now = clock_wall()};
}

static struct bytes event_header(struct request *request, const char *name)
{
	struct bytes value = request_header(request, name);
	return value.data == NULL ? value : header_unescape(value, request_arena(request));
}

static bool is_structured(const struct call *call)
{
	return header_is_type(
		request_header(call->request, "Content-Type"), "application/cloudevents+json");
}

/* CloudEvents, HTTP protocol binding: structured mode by the type of the body, binary mode by the
 * headers. */
static enum draft_json_result read_body(
	struct call *call, struct draft_json_event *event, struct draft *draft)
{
	struct request *request = call->request;
	int32_t depth = call->edge->options->conf->http.json_depth;
	struct bytes body = request_body(request);
	*event = (struct draft_json_event){0};
	if (is_structured(call))
		return draft_json_enveloped(body, depth, event, draft, call->problems);
	event->specversion = event_header(request, "ce-specversion");
	if (event->specversion.data == NULL)
		return draft_json_bare(body, depth, NULL, draft, call->problems);
	event->id = event_header(request, "ce-id");
	event->source = event_header(request, "ce-source");
	event->type = event_header(request, "ce-type");
	event->time = event_header(request, "ce-time");
	return draft_json_bare(body, depth, event, draft, call->problems);
}

/* The path names the referral; the body may say the same once more. */
static void put_referral(const struct call *call, struct draft *draft)
{
	struct status_change *change = draft->body_status_change;
	if (change == NULL)
		return;
	if (change->has_referral &&
		memcmp(&change->referral, &call->referral, sizeof(change->referral)) != 0)
		problems_add(call->problems, "body.StatusChange.referral", NULL,
			"is another one than in the path: leave it out");
	change->has_referral = true;
	change->referral = call->referral;
}

static void unavailable(struct call *call)
{
	request_refuse(call->request, PROBLEM_JSON_UNAVAILABLE,
		"nothing is known to be stored: send the same again, with the same reference");
}

static const char *partner_of(const struct call *call)
{
	return call->partner->rules->oin;
}

static void answer_invalid(struct call *call, const char *detail)
{
	request_answer_problem(call->request,
		&(struct problem_json){.kind = PROBLEM_JSON_INVALID,
			.detail = detail,
			.problems = call->problems});
}

static void answer_refused(void *context, const struct intake_receipt *receipt)
{
	struct call *call = context;
	call->job = NULL;
	if (receipt->fate != INTAKE_STORED) {
		tally_unknown(partner_of(call));
		unavailable(call);
		return;
	}
	tally_refused(partner_of(call));
	log_info("refuse", "partner=%s at=rejected[%d]@%lld problems=%zu", partner_of(call),
		receipt->partition, (long long)receipt->offset, call->problems->count);
	answer_invalid(call, "nothing was taken: mend all errors and send it again");
}

void api_refuse(struct call *call, enum rejection_code code)
{
	struct message_sender sender = sender_of(call, (struct bytes){0});
	const struct intake_refusal refusal = {
		.code = code, .problems = call->problems, .original = request_body(call->request)};
	call->job = intake_refuse(call->edge->intake, &sender, &refusal,
		(struct intake_caller){.done = answer_refused, .context = call});
	if (call->job == NULL)
		unavailable(call);
}

static void note_stored(const struct call *call)
{
	char message[37];
	double seconds = (double)(loop_now(call->edge->loop) - request_began(call->request)) / 1e3;
	tally_stored(partner_of(call), seconds);
	bytes_to_uuid(call->receipt.message.data, message);
	log_debug("intake", "partner=%s id=%s to=intake[%d]@%lld", partner_of(call), message,
		call->receipt.partition, (long long)call->receipt.offset);
}

static void answer_taken(void *context, const struct intake_receipt *receipt)
{
	struct call *call = context;
	const struct call_place place = {receipt->partition, receipt->offset};
	call->job = NULL;
	call->receipt = *receipt;
	switch (receipt->fate) {
	case INTAKE_UNKNOWN:
		tally_unknown(partner_of(call));
		unavailable(call);
		return;
	case INTAKE_TOO_LARGE:
		request_refuse(call->request, PROBLEM_JSON_TOO_LARGE,
			"the message is larger than Kafka takes: send less text");
		return;
	case INTAKE_STORED:
		break;
	}
	note_stored(call);
	if (call->wait_ms > 0)
		call_wait(call, &place, 1, call->wait_ms, api_answer_decided);
	else
		api_answer_stored(call);
}

static void take(struct call *call, const struct draft *draft, struct bytes event_trace)
{
	struct message_sender sender = sender_of(call, event_trace);
	call->wait_ms = call_wait_asked(call);
	const struct intake_input input = {draft, request_body(call->request), call->problems};
	call->job = intake_take(call->edge->intake, &sender, &input,
		(struct intake_caller){.done = answer_taken, .context = call});
	if (call->problems->count > 0)
		api_refuse(call, intake_refused_as(draft));
	else if (call->job == NULL)
		unavailable(call);
}

/* Leaves the problems where the draft is, for what taking it may find. */
static void check(struct call *call, struct draft *draft)
{
	const struct check_sender sender = {.kind = call->kind,
		.conf = call->edge->options->conf,
		.partner = call->partner,
		.now = clock_wall()};
	problems_enter(call->problems, is_structured(call) ? "data" : "");
	if (call->kind == CHECK_ACTION)
		put_referral(call, draft);
	check_draft(draft, &sender, call->problems);
}

static void answer_rehearsed(struct call *call, bool in_time)
{
	struct err err = {0};
	struct json_object *object = NULL;
	call->in_time = in_time;
	if (!call_read(call))
		return;
	enum outcome outcome = rehearsal_of(call, call->draft, &object, &err);
	call_read_done(call);
	if (outcome != OK)
		call_read_failed(call, &err);
	else
		api_answer_object(call, object);
	json_object_put(object);
}

/* Nothing is stored, neither what is wrong with it. */
static void rehearse(struct call *call)
{
	if (call->problems->count == 0)
		call_wait_for_own(
			call, 0, call->edge->options->kafka->partitions, answer_rehearsed);
	else
		answer_invalid(call, "mend all errors and try it again: nothing was recorded");
}

static void post(struct call *call, enum check_kind kind)
{
	struct draft_json_event event;
	struct arena *arena = request_arena(call->request);
	call->kind = kind;
	call->draft = arena_get(arena, sizeof(*call->draft));
	call->problems = arena_get(arena, sizeof(*call->problems));
	problems_init(call->problems, arena);
	enum draft_json_result result = read_body(call, &event, call->draft);
	if (result != DRAFT_JSON_UNREADABLE)
		check(call, call->draft);
	if (operation_flag(call->request, "dryRun"))
		rehearse(call);
	else if (call->problems->count == 0)
		take(call, call->draft, event.trace);
	else
		api_refuse(call,
			result == DRAFT_JSON_UNREADABLE ? REJECTION_CODE_UNREADABLE
							: REJECTION_CODE_INVALID);
}

void api_post_referral(void *context, struct request *request)
{
	(void)context;
	post(call_of(request), CHECK_REFERRAL);
}

void api_post_registration(void *context, struct request *request)
{
	(void)context;
	post(call_of(request), CHECK_REGISTRATION);
}

void api_post_action(void *context, struct request *request)
{
	struct call *call = call_of(request);
	(void)context;
	if (call_names_referral(call))
		post(call, CHECK_ACTION);
}
