/* view - the read model of an edge process: one thread copies Kafka's topics into SQLite, and tells
 * how far it is. */
#ifndef HUB_VIEW_VIEW_H
#define HUB_VIEW_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "hub/base/arena.h"
#include "hub/base/bytes.h"
#include "hub/base/err.h"
#include "hub/kafka/record.h"

/* The file is built from Kafka only: rows and offsets are written in one SQLite transaction, so
 * that a kill at any instant loses and repeats nothing. A file of another version, another cluster
 * or a damaged one is deleted and built anew, also while the program runs; deleted, it comes back
 * equal. Readers (hub/view/query.h) open the same file. */
struct view;

struct view_options {
	const struct kafka_settings *kafka; /* borrowed */
	struct wire *wire; /* borrowed */
	const char *path; /* of the file; its folder is made */
	int32_t cache_kb; /* of SQLite's pages in memory */
	int32_t commit_interval_ms; /* a commit at least so often while records come */
};

/* FATAL: the folder cannot be made, or another process writes to the file. Kafka may be away. */
enum outcome view_start(
	struct view **out, const struct view_options *options, struct err *err) MUST_CHECK;
void view_stop(struct view *view); /* commits what it has; within a second or so */

/* Whether the intake record at partition and offset can be read, and its Event and the client after
 * it, so that a read that follows sees what was decided, and about what. From any thread, without
 * blocking. */
bool view_decided(const struct view *view, int32_t partition, int64_t offset);
/* To be called after every commit of the view (from its thread; must not block, may call
 * view_decided) to ask again. One subscriber; NULL: none. */
void view_subscribe(struct view *view, void (*committed)(void *context), void *context);

/* Whether it has reached the ends that the topics had when it began or last began again, and is not
 * held up by Kafka or the disk. */
bool view_is_ready(const struct view *view);
/* How long it has had, at `now`, for what was written with a record of that append time (both epoch
 * ms): since then, or since it is ready, if that was later. What was written before it began is all
 * there once it is ready, which counts as for ever. ms; 0: it is not ready. */
int64_t view_age(const struct view *view, int64_t written_at, int64_t now);
/* Another number behind every commit that erased a data key. From any thread. */
uint64_t view_erasures(const struct view *view);

/* false: no message under this case, or no key of this owner, is there to be found by a look at the
 * file that begins now. From any thread, at the cost of a hash. */
bool view_may_have_case(const struct view *view, struct bytes partner, struct bytes case_);
bool view_may_have_key(const struct view *view, const uint8_t owner[16]);

#endif
