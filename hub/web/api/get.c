/* get - what partners ask: who has my client, and what became of what I sent. */
#include <json-c/json.h>
#include <string.h>

#include "hub/web/api/api.h"
#include "hub/web/json.h"
#include "hub/web/referral/history.h"
#include "hub/web/referral/lookup.h"

/* Not there may mean not decided yet, where the view is behind. */
static void answer_nothing(struct call *call)
{
	if (call->in_time)
		request_refuse(call->request, PROBLEM_JSON_NOT_FOUND,
			"there is no such thing, or it is not yours");
	else
		request_refuse(call->request, PROBLEM_JSON_UNAVAILABLE,
			"the hub has not yet decided all that you sent: ask again");
}

/* Whom its desk was told of the view may have a moment later. in_time: as it was at the first look.
 */
static bool looks_again(struct call *call, call_fn *again)
{
	return call->in_time &&
		call_try_again(call, 2 * call->edge->options->conf->view.commit_interval_ms, again);
}

static void note_time(struct call *call, bool in_time)
{
	if (call->give_up == 0)
		call->in_time = in_time;
}

/* found NULL: there is nothing, or not its own. Puts it. */
static void answer_found(struct call *call, enum outcome outcome, struct json_object *found,
	call_fn *again, const struct err *err)
{
	call_read_done(call);
	if (outcome != OK)
		call_read_failed(call, err);
	else if (found == NULL && !looks_again(call, again))
		answer_nothing(call);
	else if (found != NULL)
		api_answer_object(call, found);
	json_object_put(found);
}

static void read_referral(struct call *call, bool in_time)
{
	struct err err = {0};
	struct json_object *referral = NULL;
	note_time(call, in_time);
	if (!call_read(call))
		return;
	enum outcome outcome = lookup_referral(call, call->referral, &referral, &err);
	answer_found(call, outcome, referral, read_referral, &err);
}

static void read_story(struct call *call, bool in_time)
{
	struct err err = {0};
	struct json_object *story = NULL;
	enum words_language language = WORDS_DUTCH;
	note_time(call, in_time);
	words_read_language(request_query(call->request, "lang"), &language);
	if (!call_read(call))
		return;
	enum outcome outcome = history_of(call, language, &story, &err);
	answer_found(call, outcome, story, read_story, &err);
}

/* What it sent elsewhere does not matter: all about one client lies in one partition. */
static void get_of_referral(struct request *request, call_fn *read)
{
	struct call *call = call_of(request);
	if (!call_names_referral(call))
		return;
	int32_t partition =
		topics_slot(call->referral.data) % call->edge->options->kafka->partitions;
	call_wait_for_own(call, partition, partition + 1, read);
}

void api_get_referral(void *context, struct request *request)
{
	(void)context;
	get_of_referral(request, read_referral);
}

void api_get_story(void *context, struct request *request)
{
	(void)context;
	get_of_referral(request, read_story);
}

/* text: of its event. */
static struct json_object *describe_message(const struct view_message *message, struct bytes text)
{
	struct json_object *object = json_object_new_object();
	const struct event *event = message->event;
	json_put_uuid(object, "message", message->message->id.data);
	json_put_bytes(object, "reference", message->message->reference);
	json_put_time(object, "received_at", message->received_at);
	json_put_text(object, "result", event == NULL ? "IN_FLIGHT" : result_name(event->result));
	if (event == NULL)
		return object;
	json_put_time(object, "decided_at", event->at);
	if (event->has_code)
		json_put_text(object, "code", rejection_code_name(event->code));
	json_put_bytes(object, "field", event->field);
	json_put_bytes(object, "text", text);
	return object;
}

static bool is_asked(struct request *request, const struct message *message)
{
	struct bytes leg = request_query(request, "leg");
	return message != NULL && (leg.data == NULL || bytes_equal(leg, message->leg));
}

static bool is_listed(const struct uuid *ids, size_t count, struct uuid id)
{
	for (size_t i = 0; i < count; i++)
		if (memcmp(&ids[i], &id, sizeof(id)) == 0)
			return true;
	return false;
}

/* Each referral of the case once, in the order of its first message. */
static enum outcome add_referrals(struct call *call, const struct view_messages *messages,
	struct json_object *list, struct err *err)
{
	struct uuid *ids =
		arena_get_array(request_arena(call->request), messages->count, sizeof(*ids));
	size_t count = 0;
	for (size_t i = 0; i < messages->count; i++) {
		const struct message *message = messages->items[i].message;
		struct json_object *referral = NULL;
		if (!is_asked(call->request, message) ||
			is_listed(ids, count, message_referral(message)))
			continue;
		ids[count++] = message_referral(message);
		if (lookup_referral(call, message_referral(message), &referral, err) != OK)
			return err->outcome;
		if (referral != NULL)
			json_object_array_add(list, referral);
	}
	return OK;
}

static enum outcome add_message(struct call *call, const struct view_message *message,
	struct json_object *list, struct err *err)
{
	struct bytes text = {0};
	if (message->event != NULL &&
		lookup_refusal(
			call, message_referral(message->message), message->event, &text, err) != OK)
		return err->outcome;
	json_object_array_add(list, describe_message(message, text));
	return OK;
}

static enum outcome find_receipt(struct call *call, struct json_object *receipt, struct err *err)
{
	struct request *request = call->request;
	struct view_messages messages = {0};
	const struct view_case which = {.partner = bytes_of_string(call->partner->rules->oin),
		.system = request_query(request, "system"),
		.case_ = request_segment(request, 0)};
	struct json_object *list = json_put_array(receipt, "messages");
	struct json_object *referrals = json_put_array(receipt, "referrals");
	if (view_messages_of_case(call->edge->reader, &which, &messages, err) != OK)
		return err->outcome;
	for (size_t i = 0; i < messages.count; i++)
		if (is_asked(request, messages.items[i].message) &&
			add_message(call, &messages.items[i], list, err) != OK)
			return err->outcome;
	return add_referrals(call, &messages, referrals, err);
}

static void read_receipt(struct call *call, bool in_time)
{
	struct err err = {0};
	struct json_object *receipt = json_object_new_object();
	call->in_time = in_time;
	if (call_read(call)) {
		enum outcome outcome = find_receipt(call, receipt, &err);
		call_read_done(call);
		if (outcome != OK)
			call_read_failed(call, &err);
		else if (json_object_array_length(json_object_object_get(receipt, "messages")) == 0)
			answer_nothing(call);
		else
			api_answer_object(call, receipt);
	}
	json_object_put(receipt);
}

void api_get_receipt(void *context, struct request *request)
{
	struct call *call = call_of(request);
	(void)context;
	if (request_segment(request, 0).data == NULL)
		request_refuse(
			request, PROBLEM_JSON_MALFORMED, "the case in the path is badly %-encoded");
	else
		call_wait_for_own(call, 0, call->edge->options->kafka->partitions, read_receipt);
}
