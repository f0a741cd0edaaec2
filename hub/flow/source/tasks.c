/* tasks - topic fetch: documents to be fetched and cases to be found, until each is settled. */
#include "hub/flow/source/tasks.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/clock.h"
#include "hub/base/log.h"
#include "hub/base/memory.h"
#include "hub/flow/source/fetcher.h"
#include "hub/kafka/consumer.h"

#define OPEN_MAX 1000 /* then reading pauses */
#define COMMITTED_MS 10000
#define SESSION_MS 20000
#define COMMIT_EVERY_MS 500

/* A partition that is ours. */
struct part {
	bool mine;
	int64_t next, committed; /* to be read next; told to the group */
};

struct tasks {
	struct outside *outside;
	struct consumer *member;
	char group[TOPICS_NAME_SIZE + sizeof(TOPICS_GROUP_FETCH)];
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

/* What can never be read is logged and passed over: the hub alone writes this topic. RETRY: it was
 * written with a schema that is not known here yet. */
static enum outcome take(struct tasks *tasks, const struct record_read *record, struct err *err)
{
	struct task *task = memory_get_zeroed(1, sizeof(*task));
	struct fetch_task *what = arena_get(&task->arena, sizeof(*what));
	struct wire_record value = {
		.value = arena_copy(&task->arena, record->value), .schema = &schema_fetch_task};
	enum outcome outcome = wire_decode(tasks->outside->wire, &value, what, &task->arena, err);
	if (outcome == OK && !topics_key_id(record->key, task->key))
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
	*tasks->last = task;
	tasks->last = &task->behind;
	tasks->open++;
	return OK;
}

static void drop_all(struct tasks *tasks)
{
	while (tasks->first != NULL) {
		struct task *task = tasks->first;
		fetcher_forget(tasks->outside->fetcher, task);
		tasks_remove(tasks, task);
		task_free(task);
	}
	memset(tasks->parts, 0, sizeof(tasks->parts));
}

static enum outcome take_over(struct tasks *tasks, struct err *err)
{
	size_t count;
	const struct consumer_place *assigned = consumer_assigned(tasks->member, &count);
	struct consumer_committed committed[TOPICS_BY_KEY_PARTITIONS] = {0};
	struct consumer_place places[TOPICS_BY_KEY_PARTITIONS];
	for (size_t i = 0; i < count; i++)
		committed[i].place = assigned[i];
	if (consumer_committed(tasks->member, committed, count, COMMITTED_MS, err) != OK)
		return err->outcome;
	for (size_t i = 0; i < count; i++) {
		places[i] = committed[i].place;
		if (places[i].offset < 0 &&
			consumer_begins(tasks->member, &places[i], 1, COMMITTED_MS, err) != OK)
			return err->outcome;
		tasks->parts[places[i].partition] =
			(struct part){true, places[i].offset, places[i].offset};
	}
	tasks->is_paused = false;
	return consumer_assign(tasks->member, places, count, err);
}

static enum outcome take_news(struct tasks *tasks, enum consumer_news news,
	const struct record_read *record, struct err *err)
{
	switch (news) {
	case CONSUMER_NOTHING:
	case CONSUMER_DRAINED:
		return OK;
	case CONSUMER_RECORD:
		return take(tasks, record, err);
	case CONSUMER_ASSIGNED:
		return take_over(tasks, err);
	case CONSUMER_REVOKED:
	case CONSUMER_LOST:
		break;
	}
	drop_all(tasks);
	return consumer_assign(tasks->member, NULL, 0, err);
}

static enum outcome read_all(struct tasks *tasks, struct err *err)
{
	bool must_pause = tasks->open >= OPEN_MAX;
	if (must_pause != tasks->is_paused)
		consumer_pause(tasks->member, must_pause);
	tasks->is_paused = must_pause;
	for (size_t i = 0; i < OPEN_MAX; i++) {
		struct record_read record;
		enum consumer_news news;
		if (consumer_poll(tasks->member, 0, &news, &record, err) != OK ||
			take_news(tasks, news, &record, err) != OK)
			return err->outcome;
		if (news == CONSUMER_NOTHING)
			break;
	}
	return OK;
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
	return count == 0 ? OK : consumer_commit(tasks->member, places, count, err);
}

static enum outcome open_member(struct tasks *tasks, struct err *err)
{
	const struct consumer_member_options options = {.group = tasks->group,
		.instance = tasks->outside->conf->node,
		.topic = TOPIC_FETCH,
		.session_timeout_ms = SESSION_MS};
	return consumer_new_member(&tasks->member, tasks->outside->kafka, &options, err);
}

enum outcome tasks_turn(struct tasks *tasks, struct err *err)
{
	enum outcome outcome = OK;
	if (tasks->member == NULL)
		outcome = open_member(tasks, err);
	if (outcome == OK)
		outcome = read_all(tasks, err);
	if (outcome == OK) {
		begin_due(tasks);
		outcome = commit(tasks, err);
	}
	if (outcome == OK)
		return OK;
	drop_all(tasks);
	consumer_free(tasks->member);
	tasks->member = NULL;
	tasks->is_paused = false;
	return outcome;
}

enum outcome tasks_new(struct tasks **out, struct outside *outside, struct err *err)
{
	struct tasks *tasks = memory_get_zeroed(1, sizeof(*tasks));
	tasks->outside = outside;
	tasks->last = &tasks->first;
	snprintf(tasks->group, sizeof(tasks->group), "%s%s", outside->kafka->prefix,
		TOPICS_GROUP_FETCH);
	if (open_member(tasks, err) != OK) {
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
	if (tasks->member != NULL && commit(tasks, &ignored) != OK)
		log_debug("task", "text=%s", log_quote(ignored.text));
	drop_all(tasks);
	consumer_free(tasks->member);
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
