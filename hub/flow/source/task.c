/* task - one entry of topic fetch, from reading it until it is settled. */
#include "hub/flow/source/task.h"

#include <inttypes.h>
#include <stdlib.h>

#include <json-c/json.h>

#include "hub/base/clock.h"
#include "hub/base/log.h"
#include "hub/flow/source/fetcher.h"
#include "hub/flow/source/tasks.h"
#include "hub/flow/source/wait.h"

#define FIRST_AGAIN_MS 2000
#define LAST_AGAIN_MS 3600000

void task_free(struct task *task)
{
	exchange_cancel(task->exchange);
	if (task->job != NULL)
		intake_forget(task->job);
	arena_wipe(&task->attempt);
	arena_done(&task->attempt);
	arena_done(&task->arena);
	free(task);
}

void task_settle(struct task *task)
{
	log_info("task",
		"partner=%.*s kind=%s from=fetch[%d]@%" PRId64 " tries=%" PRId64
		" delay=%.3f outcome=ok",
		BYTES_ARG(task->what->partner), fetch_kind_name(task->what->kind), task->partition,
		task->offset, task->failures + 1, (double)(clock_wall() - task->what->at) / 1e3);
	tasks_remove(task->tasks, task);
	task_free(task);
}

void task_later(struct task *task, const char *why)
{
	int64_t wait = wait_ms(task->failures++, FIRST_AGAIN_MS, LAST_AGAIN_MS);
	task->is_under_way = false;
	task->due = clock_monotonic() + wait;
	log_warn("task",
		"partner=%.*s kind=%s from=fetch[%d]@%" PRId64 " tries=%" PRId64 " text=%s",
		BYTES_ARG(task->what->partner), fetch_kind_name(task->what->kind), task->partition,
		task->offset, task->failures, log_quote(why));
}

static void on_given_up(void *context, const struct intake_receipt *receipt)
{
	struct task *task = context;
	task->job = NULL;
	if (receipt->fate == INTAKE_STORED)
		task_settle(task);
	else
		task_later(task, "the rejection could not be stored");
}

void task_give_up(struct task *task, enum rejection_code code, const char *why)
{
	struct outside *outside = task->outside;
	struct problems problems;
	struct json_object *json = fetch_task_to_json(task->what);
	const struct message_sender sender = {
		.partner = conf_partner(outside->conf, task->what->partner), .now = clock_wall()};
	problems_init(&problems, &task->attempt);
	problems_add(&problems, "", NULL, "%s", why);
	const struct intake_refusal refusal = {.code = code,
		.problems = &problems,
		.original = bytes_of_string(
			json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN))};
	task->job = sender.partner == NULL ? NULL
					   : intake_refuse(outside->intake, &sender, &refusal,
						     (struct intake_caller){on_given_up, task});
	json_object_put(json);
	if (sender.partner == NULL)
		task_settle(task);
	else if (task->job == NULL)
		task_later(task, why);
}

static const struct conf_source *source_of(const struct task *task)
{
	const struct conf *conf = task->outside->conf;
	const struct conf_partner *partner = conf_partner(conf, task->what->partner);
	return partner == NULL ? NULL : conf_source(conf, partner, task->what->connector);
}

/* Its document, or one that this one names. */
static void not_fetched(struct task *task, enum outcome outcome, const char *why)
{
	int64_t age_s = (clock_wall() - task->what->at) / 1000;
	if (outcome == REJECT || age_s > source_of(task)->task_retry_s)
		task_give_up(task, REJECTION_CODE_INVALID, why);
	else
		task_later(task, why);
}

static void on_parsed(void *context, const struct exchange_result *result)
{
	struct task *task = context;
	task->exchange = NULL;
	if (result->outcome == RETRY)
		not_fetched(task, RETRY, result->text);
	else
		task_settle(task);
}

static void on_fetched(
	void *of, const struct document *document, enum outcome outcome, const char *why)
{
	struct task *task = of;
	const struct conf_source *source = source_of(task);
	if (outcome != OK) {
		not_fetched(task, outcome, why);
		return;
	}
	struct exchange_options options = outside_exchange(task->outside, source);
	struct arena *arena = &task->attempt;
	options.first = (struct document){.name = task->what->resource,
		.type = arena_copy(arena, document->type),
		.body = arena_copy(arena, document->body),
		.status = document->status};
	options.way = DOCUMENTS_FETCHED;
	options.taken_at = task->asked_at;
	options.done = on_parsed;
	options.context = task;
	exchange_start(&task->exchange, &options);
}

void task_begin(struct task *task)
{
	task->is_under_way = true;
	task->asked_at = clock_wall();
	arena_wipe(&task->attempt);
	const struct conf_source *source = source_of(task);
	if (task->what->kind == FETCH_KIND_RESOLVE)
		resolve_begin(task);
	else if (source == NULL)
		task_give_up(task, REJECTION_CODE_INVALID,
			"its source is no longer in the configuration: put it back, and redrive");
	else
		fetcher_ask(task->outside->fetcher, source,
			&(struct connector_request){.method = "GET", .url = task->what->resource},
			on_fetched, task);
}
