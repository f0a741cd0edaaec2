/* filing - files that others pick up: each is there whole, or not at all. */
#ifndef HUB_FLOW_DELIVERY_PLACE_FILING_H
#define HUB_FLOW_DELIVERY_PLACE_FILING_H

#include "hub/base/bytes.h"
#include "hub/base/err.h"
#include "hub/http/loop.h"

/* One folder, with a thread of its own that writes: a disk that is slow or hangs holds up nobody
 * else. All functions belong to the loop's thread. */
struct filing;

/* Each file has deadline_ms to be there. FATAL: no thread or descriptor to be had. */
enum outcome filing_new(struct filing **out, struct loop *loop, const char *folder,
	int32_t deadline_ms, struct err *err) MUST_CHECK;
/* No file is begun any more: of several, stop all before any is freed, as each waits for its thread
 * half a second from here on. */
void filing_stop(struct filing *filing);
/* After all were forgotten. What is being written may still come to be: a thread that hangs is left
 * to itself. */
void filing_free(struct filing *filing);

/* OK: it is there, also after a power loss. RETRY: the disk, no such folder, or not in time: then
 * it may still come to be. */
typedef void filing_done_fn(void *context, enum outcome outcome, const char *text);

struct filing_file {
	int64_t sequence; /* its name: in the order in which they are to be read */
	struct bytes type; /* Content-Type, for the end of the name; absent: any */
	struct bytes body; /* both are copied */
	filing_done_fn *done; /* called once, never within filing_put */
	void *context;
};

struct filing_job;
/* The same sequence replaces a file that is still there. */
struct filing_job *filing_put(struct filing *filing, const struct filing_file *file);
/* `done` will not be called; one that is being written may still come to be. NULL: nothing. */
void filing_forget(struct filing_job *job);

#endif
