/* task - one entry of topic fetch, from reading it until it is settled. */
#ifndef HUB_FLOW_SOURCE_TASK_H
#define HUB_FLOW_SOURCE_TASK_H

#include "hub/flow/source/outside.h"

struct tasks;

/* In the list of those that were read. */
struct task {
	struct tasks *tasks;
	struct outside *outside;
	int32_t partition;
	int64_t offset;
	uint8_t key[16];
	const struct fetch_task *what;
	struct arena arena; /* of what */
	struct arena attempt; /* of the try at hand */
	int64_t due, failures; /* clock_monotonic, in ms */
	int64_t asked_at; /* for the document, epoch ms */
	bool is_under_way;
	struct exchange *exchange; /* GET */
	struct intake_job *job; /* RESOLVE, or the refusal of either */
	struct task *behind;
};

/* Begins it; comes back by one of the following, or with another due. */
void task_begin(struct task *task);
void task_free(struct task *task);

/* Tries again later, each time later than before. */
void task_later(struct task *task, const char *why);
void task_settle(struct task *task); /* it is gone behind this */
/* Nobody will ever do it: a Rejection with what it is, then it is settled. */
void task_give_up(struct task *task, enum rejection_code code, const char *why);

/* The same as task_begin, for a case whose referral must be found; in resolve.c. */
void resolve_begin(struct task *task);

#endif
