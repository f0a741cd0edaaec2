/* capacity - a desk's own partner says that it is full until a day, or has room again. */
#include "hub/flow/intake/capacity.h"

#include <json-c/json.h>
#include <string.h>

#include "hub/base/clock.h"
#include "hub/base/log.h"
#include "hub/web/api/api.h"
#include "hub/web/json.h"
#include "schemas/json_tree.h"

static void read_day(const struct json_tree *value, struct capacity *out, struct problems *problems)
{
	out->is_full =
		value->kind == JSON_TREE_STRING && clock_date_from_text(value->text, &out->until);
	if (!out->is_full)
		problems_add(problems, "full_until", "2026-03-01", "is not a date");
}

static void read_kind(
	const struct json_tree *value, struct capacity *out, struct problems *problems)
{
	if (value->kind == JSON_TREE_STRING)
		out->voucher_kind = value->text;
	else
		problems_add(problems, "voucher_kind", "STOOF", "is not a string");
}

static bool is_there_again(const struct json_tree *member)
{
	for (const struct json_tree *it = member->next; it != NULL; it = it->next)
		if (bytes_equal(it->name, member->name))
			return true;
	return false;
}

/* A name that is misspelt must not pass for a desk that has room. */
static void read_body(struct call *call, struct capacity *out)
{
	int32_t depth = call->edge->options->conf->http.json_depth;
	const struct json_tree *tree =
		json_tree_parse(request_body(call->request), depth, call->problems);
	if (tree != NULL && tree->kind != JSON_TREE_OBJECT)
		problems_add(call->problems, NULL, "{\"full_until\": …}", "is not a JSON object");
	if (call->problems->count > 0)
		return;
	for (const struct json_tree *it = tree->first; it != NULL; it = it->next) {
		if (is_there_again(it))
			problems_add(call->problems, "", "full_until", "holds a name twice");
		else if (bytes_equal_string(it->name, "full_until"))
			read_day(it, out, call->problems);
		else if (bytes_equal_string(it->name, "voucher_kind"))
			read_kind(it, out, call->problems);
		else
			problems_add(call->problems, "", "full_until",
				"holds a name that is not taken here");
	}
}

static void check(struct call *call, const struct capacity *capacity)
{
	const char *field;
	const char *fault = NULL;
	if (call->problems->count == 0)
		fault = capacity_fault(capacity, call->edge->options->conf->codes, &field);
	if (fault != NULL)
		problems_add(call->problems, field, NULL, "%s", fault);
}

static void answer_stored(void *context, const struct intake_receipt *receipt)
{
	struct call *call = context;
	call->job = NULL;
	if (receipt->fate != INTAKE_STORED) {
		request_refuse(call->request, PROBLEM_JSON_UNAVAILABLE,
			"nothing is known to be stored: send the same again");
		return;
	}
	log_info("capacity", "partner=%s desk=%s", call->partner->rules->oin, call->desk->id);
	struct json_object *object = json_object_new_object();
	json_put_text(object, "desk", call->desk->id);
	json_put_text(object, "result", "STORED");
	request_answer(call->request, 200, "application/json",
		json_text(object, request_arena(call->request)));
	json_object_put(object);
}

static void store(struct call *call, const struct capacity *capacity)
{
	char id[CAPACITY_ID_SIZE];
	const struct fact fact = capacity_fact(capacity, id);
	call->job = intake_fact(call->edge->intake, &fact,
		(struct intake_caller){.done = answer_stored, .context = call});
	if (call->job == NULL)
		request_refuse(call->request, PROBLEM_JSON_UNAVAILABLE,
			"nothing is known to be stored: send the same again");
}

void api_post_capacity(void *context, struct request *request)
{
	struct call *call = call_of(request);
	struct capacity capacity = {.now = clock_wall()};
	struct arena *arena = request_arena(request);
	(void)context;
	call->desk = api_own_desk(call, request_segment(request, 0));
	if (call->desk == NULL)
		return;
	capacity.desk = call->desk;
	call->problems = arena_get(arena, sizeof(*call->problems));
	problems_init(call->problems, arena);
	read_body(call, &capacity);
	check(call, &capacity);
	if (call->problems->count == 0)
		store(call, &capacity);
	else
		request_answer_problem(request,
			&(struct problem_json){.kind = PROBLEM_JSON_INVALID,
				.detail = "mend all errors and send it again: nothing was stored",
				.problems = call->problems});
}
