/* follow - reads the topics from where the view's file is, and applies them batch by batch. */
#ifndef HUB_VIEW_FOLLOW_H
#define HUB_VIEW_FOLLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "hub/base/err.h"
#include "hub/kafka/kafka.h"
#include "hub/view/seen.h"
#include "hub/wire/wire.h"

/* What can be read after a commit. */
struct follow_state {
	const int64_t *decided; /* per partition of intake: see view_decided */
	bool key_erased; /* since the last commit */
	bool ready; /* has reached the ends that the topics had at the start */
};

struct follow {
	const struct kafka_settings *kafka;
	struct wire *wire;
	const char *path;
	int32_t cache_kb;
	int32_t commit_interval_ms;
	struct seen *seen; /* filled with what is read */
	bool (*is_stopping)(void *context);
	void (*publish)(void *context, const struct follow_state *state);
	void *context;
};

/* Runs until is_stopping: OK. RETRY: Kafka or the disk is unwell, or the file is gone: call again.
 * REJECT: the file was of other topics, or damaged, and is deleted: call again. FATAL: a person
 * must look; to call again does no harm. */
enum outcome follow_run(const struct follow *follow, struct err *err) MUST_CHECK;

#endif
