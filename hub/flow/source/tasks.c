/* tasks - topic fetch: documents to be fetched and cases to be found, until each is settled. */
#include "hub/flow/source/tasks.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/clock.h"
#include "hub/base/log.h"
#include "hub/base/memory.h"
#include "hub/flow/source/fetcher.h"
#include "hub/flow/source/polls.h"
#include "hub/kafka/member.h"

#define OPEN_MAX 1000 /* then reading pauses */
#define COMMITTED_MS 10000
#define COMMIT_EVERY_MS 500

/* A partition that is ours. */
struct part {
	bool mine;
	int64_t next, committed; /* to be read next; told to the group */
};

struct tasks {
	struct outside *outside;
	struct member *member;
	struct part parts[TOPICS_BY_KEY_PARTITIONS];
	struct task *first, **last; /* in the order in which they were read */
	size_t open;
	bool is_paused;
	int64_t commit_at;
};

void tasks_remove(struct tasks *tasks, const struct task *task)
{
	struct task **at = &tasks->first;
	while (*at != task)
		at = &(*at)->behind;
	*at = task->behind;
	if (task->behind == NULL)
		tasks->last = at;
	tasks->open--;
}

/* Nothing with the same key that was read before it is still open. */
static bool is_first_of_key(const struct task *task)
{
	for (const struct task *it = task->tasks->first; it != task; it = it->behind)
		if (memcmp(it->key, task->key, sizeof(task->key)) == 0)
			return false;
	return true;
}

static void begin_due(struct tasks *tasks)
{
	int64_t now = clock_monotonic();
	if (!intake_can_store(tasks->outside->intake))
		return;
	for (struct task *task = tasks->first, *behind; task != NULL; task = behind) {
		behind = task->behind;
		if (!task->is_under_way && task->due <= now && is_first_of_key(task))
			task_begin(task);
	}
}

/* In the list of those to be done; or, if it only says that a source is to be polled, done: the
 * next poll would come without it too. */
static void keep(struct tasks *tasks, struct task *task)
{
	if (task->what->kind == FETCH_KIND_POLL) {
		polls_ask(tasks->outside->polls, task->what->partner, task->what->connector);
		task_free(task);
		return;
	}
	*tasks->last = task;
	tasks->last = &task->behind;
	tasks->open++;
}

/* What can never be read is logged and passed over: the hub alone writes this topic. RETRY: it was
 * written with a schema that is not known here yet. */
static enum outcome take(void *context, const struct record_read *record, struct err *err)
{
	struct tasks *tasks = context;
	struct task *task = memory_get_zeroed(1, sizeof(*task));
	struct fetch_task *what = arena_get(&task->arena, sizeof(*what));
	struct wire_record value = {
		.value = arena_copy(&task->arena, record->value), .schema = &schema_fetch_task};
	enum outcome outcome = wire_decode(tasks->outside->wire, &value, what, &task->arena, err);
	if (outcome == OK && what->kind != FETCH_KIND_POLL &&
		!topics_key_id(record->key, task->key))
		outcome = err_set(err, REJECT, "its key is none of the hub's");
	if (outcome == OK || outcome == REJECT)
		tasks->parts[record->partition].next = record->offset + 1;
	if (outcome == REJECT)
		log_error("task", "from=fetch[%d]@%" PRId64 " outcome=reject text=%s",
			record->partition, record->offset, log_quote(err->text));
	if (outcome != OK) {
		task_free(task);
		return outcome == REJECT ? OK : outcome;
	}
	task->tasks = tasks;
	task->outside = tasks->outside;
	task->partition = record->partition;
	task->offset = record->offset;
	task->what = what;
	keep(tasks, task);
	return OK;
}

static void drop_all(void *context)
{
	struct tasks *tasks = context;
	while (tasks->first != NULL) {
		struct task *task = tasks->first;
		fetcher_forget(tasks->outside->fetcher, task);
		tasks_remove(tasks, task);
		task_free(task);
	}
	memset(tasks->parts, 0, sizeof(tasks->parts));
	tasks->is_paused = false;
}

static enum outcome take_over(void *context, struct consumer *consumer,
	struct consumer_place *places, size_t count, struct err *err)
{
	struct tasks *tasks = context;
	struct consumer_committed committed[TOPICS_BY_KEY_PARTITIONS] = {0};
	for (size_t i = 0; i < count; i++)
		committed[i].place = places[i];
	if (consumer_committed(consumer, committed, count, COMMITTED_MS, err) != OK)
		return err->outcome;
	for (size_t i = 0; i < count; i++) {
		places[i] = committed[i].place;
		if (places[i].offset < 0 &&
			consumer_begins(consumer, &places[i], 1, COMMITTED_MS, err) != OK)
			return err->outcome;
		tasks->parts[places[i].partition] =
			(struct part){true, places[i].offset, places[i].offset};
	}
	tasks->is_paused = false;
	return OK;
}

static void pause_if_full(struct tasks *tasks)
{
	struct consumer *consumer = member_consumer(tasks->member);
	bool must_pause = tasks->open >= OPEN_MAX;
	if (consumer == NULL || must_pause == tasks->is_paused)
		return;
	consumer_pause(consumer, must_pause);
	tasks->is_paused = must_pause;
}

static enum outcome commit(struct tasks *tasks, struct err *err)
{
	struct consumer_place places[TOPICS_BY_KEY_PARTITIONS];
	size_t count = 0;
	if (clock_monotonic() < tasks->commit_at)
		return OK;
	tasks->commit_at = clock_monotonic() + COMMIT_EVERY_MS;
	for (int32_t i = 0; i < TOPICS_BY_KEY_PARTITIONS; i++) {
		struct part *part = &tasks->parts[i];
		int64_t until = part->next;
		for (const struct task *it = tasks->first; it != NULL; it = it->behind)
			if (it->partition == i && it->offset < until)
				until = it->offset;
		if (!part->mine || until == part->committed)
			continue;
		places[count++] = (struct consumer_place){TOPIC_FETCH, i, until};
		part->committed = until;
	}
	return count == 0 ? OK
			  : consumer_commit(member_consumer(tasks->member), places, count, err);
}

enum outcome tasks_turn(struct tasks *tasks, struct err *err)
{
	pause_if_full(tasks);
	if (member_read(tasks->member, err) != OK)
		return err->outcome;
	begin_due(tasks);
	if (commit(tasks, err) == OK)
		return OK;
	member_renew(tasks->member);
	return err->outcome;
}

enum outcome tasks_new(struct tasks **out, struct outside *outside, struct err *err)
{
	struct tasks *tasks = memory_get_zeroed(1, sizeof(*tasks));
	const struct member_options options = {.kafka = outside->kafka,
		.group = TOPICS_GROUP_FETCH,
		.instance = outside->conf->node,
		.topic = TOPIC_FETCH,
		.take_over = take_over,
		.let_go = drop_all,
		.take = take,
		.context = tasks};
	tasks->outside = outside;
	tasks->last = &tasks->first;
	if (member_new(&tasks->member, &options, err) != OK) {
		tasks_free(tasks);
		return err->outcome;
	}
	*out = tasks;
	return OK;
}

void tasks_free(struct tasks *tasks)
{
	struct err ignored = {0};
	if (tasks == NULL)
		return;
	tasks->commit_at = 0;
	if (tasks->member != NULL && member_consumer(tasks->member) != NULL &&
		commit(tasks, &ignored) != OK)
		log_debug("task", "text=%s", log_quote(ignored.text));
	member_free(tasks->member);
	free(tasks);
}

bool tasks_is_ours(const struct tasks *tasks, struct bytes key)
{
	return tasks->parts[topics_partition(tasks->outside->kafka, TOPIC_FETCH, key)].mine;
}

size_t tasks_open(const struct tasks *tasks)
{
	return tasks->open;
}
