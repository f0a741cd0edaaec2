/* tasks - topic fetch: documents to be fetched and cases to be found, until each is settled. */
#ifndef HUB_FLOW_SOURCE_TASKS_H
#define HUB_FLOW_SOURCE_TASKS_H

#include "hub/flow/source/task.h"

/* The edges share the topic's partitions as a consumer group. A task is settled when what it asks
 * for is stored in intake or rejected; tasks with the same key are done one after the other. The
 * group's offset is that of the first one not settled, so a task may be done again after a kill:
 * what comes of it has the same ids. */
struct tasks;

enum outcome tasks_new(struct tasks **out, struct outside *outside, struct err *err) MUST_CHECK;
void tasks_free(struct tasks *tasks);

/* Reads, begins what is due, commits; to be called a few times a second. RETRY: the consumer must
 * be made anew, which is done with the next call. */
enum outcome tasks_turn(struct tasks *tasks, struct err *err) MUST_CHECK;

/* Whether this edge has the partition that the key belongs to: one edge runs each poller. */
bool tasks_is_ours(const struct tasks *tasks, struct bytes key);
size_t tasks_open(const struct tasks *tasks);

/* It is settled: out of the list. */
void tasks_remove(struct tasks *tasks, const struct task *task);

#endif
