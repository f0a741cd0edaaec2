/* signs - signs of life for many clients at once: a message and a receipt each. */
#include <json-c/json.h>
#include <stdlib.h>

#include "hub/base/clock.h"
#include "hub/base/log.h"
#include "hub/http/server/header.h"
#include "hub/web/api/api.h"
#include "hub/web/json.h"
#include "hub/web/tally.h"
#include "schemas/json_tree.h"

/* One of them. */
struct sign {
	struct signs *signs;
	struct draft draft;
	struct status_change change;
	struct intake_receipt receipt;
};

struct signs {
	struct call *call;
	struct sign *items;
	size_t count, waiting; /* for receipts */
	bool failed; /* one of them is not known to be stored */
};

static void read_referral(
	const struct json_tree *value, struct sign *sign, struct problems *problems)
{
	sign->change.has_referral = value->kind == JSON_TREE_STRING &&
		bytes_from_uuid(value->text, sign->change.referral.data);
	if (!sign->change.has_referral)
		problems_add(problems, "referral", NULL, "is not the id of a referral, a UUID");
}

static void read_date(const struct json_tree *value, struct sign *sign, struct problems *problems)
{
	sign->change.has_next_date = value->kind == JSON_TREE_STRING &&
		clock_date_from_text(value->text, &sign->change.next_date);
	if (!sign->change.has_next_date)
		problems_add(problems, "next_date", "2026-04-15", "is not a date");
}

static void read_reference(
	const struct json_tree *value, struct sign *sign, struct problems *problems)
{
	if (value->kind == JSON_TREE_STRING)
		sign->draft.reference = value->text;
	else
		problems_add(problems, "reference", NULL, "is not a string");
}

/* Without a reference, when it is said tells it from that of another month. */
static void read_sign(const struct json_tree *in, struct sign *sign, struct problems *problems)
{
	static const struct {
		const char *name;
		void (*read)(const struct json_tree *value, struct sign *sign,
			struct problems *problems);
	} members[] = {{"referral", read_referral}, {"next_date", read_date},
		{"reference", read_reference}};
	const size_t count = sizeof(members) / sizeof(members[0]);
	sign->change.action = ACTION_SIGN_OF_LIFE;
	sign->draft = (struct draft){.system = bytes_of_string(""),
		.leg = bytes_of_string(""),
		.has_occurred_at = true,
		.occurred_at = clock_wall(),
		.body_status_change = &sign->change};
	for (const struct json_tree *it = in->first; it != NULL; it = it->next) {
		size_t i = 0;
		while (i < count && !bytes_equal_string(it->name, members[i].name))
			i++;
		if (i < count && json_tree_member(in, members[i].name) != it)
			problems_add(problems, members[i].name, NULL, "is there twice");
		else if (i < count)
			members[i].read(it, sign, problems);
		else
			problems_add(
				problems, "", "next_date", "holds a name that is not taken here");
	}
	if (json_tree_member(in, "referral") == NULL)
		problems_add(problems, "referral", NULL, "is missing");
}

static void check_sign(struct call *call, const struct sign *sign)
{
	const struct check_sender sender = {.kind = CHECK_ACTION,
		.conf = call->edge->options->conf,
		.partner = call->partner,
		.now = clock_wall()};
	check_draft(&sign->draft, &sender, call->problems);
}

static void read_signs(struct signs *signs, const struct json_tree *list)
{
	struct call *call = signs->call;
	const struct json_tree *it = list->first;
	signs->items =
		arena_get_array(request_arena(call->request), list->count, sizeof(*signs->items));
	for (size_t i = 0; i < list->count; i++, it = it->next) {
		struct sign *sign = &signs->items[signs->count++];
		size_t outer = problems_enter_place(call->problems, i);
		size_t before = call->problems->count;
		sign->signs = signs;
		if (it->kind == JSON_TREE_OBJECT)
			read_sign(it, sign, call->problems);
		else
			problems_add(
				call->problems, NULL, "{\"referral\": …}", "is not a JSON object");
		if (call->problems->count == before)
			check_sign(call, sign);
		problems_leave(call->problems, outer);
	}
}

/* false: it is no list of them at all. */
static bool read_body(struct signs *signs)
{
	struct call *call = signs->call;
	int32_t depth = call->edge->options->conf->http.json_depth;
	const struct json_tree *list =
		json_tree_parse(request_body(call->request), depth, call->problems);
	if (list == NULL)
		return false;
	if (list->kind != JSON_TREE_ARRAY || list->count == 0 || list->count > API_SIGNS_MAX) {
		problems_add(call->problems, NULL, "[{\"referral\": …}]",
			"is not a JSON array of 1 to %d signs of life", API_SIGNS_MAX);
		return false;
	}
	read_signs(signs, list);
	return true;
}

static void put_decision(struct json_object *object, const struct event *event)
{
	json_put_text(object, "result", result_name(event->result));
	if (event->has_code)
		json_put_text(object, "code", rejection_code_name(event->code));
	json_put_bytes(object, "text", event->text);
}

/* reader NULL: nothing is known but that it is stored. */
static void put_receipt(
	struct json_object *list, const struct sign *sign, struct view_reader *reader)
{
	const struct intake_receipt *receipt = &sign->receipt;
	const struct view_message *message = NULL;
	struct json_object *object = json_object_new_object();
	struct err err = {0};
	json_put_uuid(object, "referral", receipt->referral.data);
	json_put_uuid(object, "message", receipt->message.data);
	if (reader != NULL &&
		view_message_at(reader, receipt->partition, receipt->offset, &message, &err) != OK)
		log_warn("read", "text=%s", log_quote(err.text));
	if (message != NULL && message->event != NULL)
		put_decision(object, message->event);
	else
		json_put_text(object, "result", "STORED");
	json_object_array_add(list, object);
}

static void answer(struct signs *signs, struct view_reader *reader)
{
	struct request *request = signs->call->request;
	struct json_object *object = json_object_new_object();
	struct json_object *list = json_put_array(object, "receipts");
	for (size_t i = 0; i < signs->count; i++)
		put_receipt(list, &signs->items[i], reader);
	request_answer(request, 200, "application/json", json_text(object, request_arena(request)));
	json_object_put(object);
}

static void answer_decided(struct call *call, bool in_time)
{
	struct view_reader *reader = call->edge->reader;
	struct err err = {0};
	(void)in_time;
	if (reader == NULL || view_reader_begin(reader, request_arena(call->request), &err) != OK) {
		answer(call->signs, NULL);
		return;
	}
	answer(call->signs, reader);
	call_read_done(call);
}

static int compare_places(const void *a, const void *b)
{
	const struct call_place *left = a, *right = b;
	if (left->partition != right->partition)
		return left->partition < right->partition ? -1 : 1;
	return (left->offset > right->offset) - (left->offset < right->offset);
}

static void wait_for_decisions(struct signs *signs)
{
	struct call *call = signs->call;
	struct call_place *places =
		arena_get_array(request_arena(call->request), signs->count, sizeof(*places));
	for (size_t i = 0; i < signs->count; i++)
		places[i] = (struct call_place){
			signs->items[i].receipt.partition, signs->items[i].receipt.offset};
	qsort(places, signs->count, sizeof(*places), compare_places);
	call_wait(call, places, signs->count, call_wait_asked(call), answer_decided);
}

static void unavailable(struct call *call)
{
	call_forget_jobs(call);
	request_refuse(call->request, PROBLEM_JSON_UNAVAILABLE,
		"not all are known to be stored: send the same again");
}

static void all_are_told(struct signs *signs)
{
	struct call *call = signs->call;
	if (signs->failed) {
		unavailable(call);
		return;
	}
	call_forget_jobs(call);
	log_info("signs", "partner=%s count=%zu", call->partner->rules->oin, signs->count);
	if (call_wait_asked(call) > 0)
		wait_for_decisions(signs);
	else
		answer(signs, NULL);
}

static void take_receipt(void *context, const struct intake_receipt *receipt)
{
	struct sign *sign = context;
	struct signs *signs = sign->signs;
	struct call *call = signs->call;
	double seconds = (double)(loop_now(call->edge->loop) - request_began(call->request)) / 1e3;
	sign->receipt = *receipt;
	call->jobs[sign - signs->items] = NULL;
	if (receipt->fate == INTAKE_STORED)
		tally_stored(call->partner->rules->oin, seconds);
	else
		tally_unknown(call->partner->rules->oin);
	signs->failed = signs->failed || receipt->fate != INTAKE_STORED;
	if (--signs->waiting == 0)
		all_are_told(signs);
}

static void take(struct signs *signs)
{
	struct call *call = signs->call;
	struct bytes trace = request_header(call->request, "traceparent");
	const struct message_sender sender = {.partner = call->partner,
		.role = call->role,
		.trace = header_is_trace(trace) ? trace : (struct bytes){0},
		.now = clock_wall()};
	call->jobs = arena_get_array(
		request_arena(call->request), signs->count, sizeof(struct intake_job *));
	call->jobs_count = signs->waiting = signs->count;
	for (size_t i = 0; i < signs->count; i++) {
		const struct intake_input input = {.draft = &signs->items[i].draft,
			.original = request_body(call->request),
			.problems = call->problems};
		call->jobs[i] = intake_take(call->edge->intake, &sender, &input,
			(struct intake_caller){.done = take_receipt, .context = &signs->items[i]});
		if (call->jobs[i] == NULL) {
			unavailable(call);
			return;
		}
	}
}

/* All or nothing. */
void api_post_signs(void *context, struct request *request)
{
	struct call *call = call_of(request);
	struct arena *arena = request_arena(request);
	(void)context;
	call->problems = arena_get(arena, sizeof(*call->problems));
	problems_init(call->problems, arena);
	call->signs = arena_get(arena, sizeof(*call->signs));
	call->signs->call = call;
	if (!read_body(call->signs))
		api_refuse(call, REJECTION_CODE_UNREADABLE);
	else if (call->problems->count > 0)
		api_refuse(call, REJECTION_CODE_INVALID);
	else
		take(call->signs);
}
