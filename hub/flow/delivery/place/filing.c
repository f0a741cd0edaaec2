/* filing - files that others pick up: each is there whole, or not at all. */
#include "hub/flow/delivery/place/filing.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "hub/base/arena.h"
#include "hub/base/memory.h"

enum { PATH_MOST = 4096 };

#define END_MS 500 /* for the file that is being written */

struct filing_job {
	struct filing *filing;
	struct filing_job *behind;
	struct filing_file file; /* done NULL: forgotten */
	struct arena arena; /* of the file */
	struct loop_timer deadline;
	struct err err; /* how it ended */
};

/* First in, first out. */
struct line {
	struct filing_job *first, *last;
};

struct filing {
	struct loop *loop;
	struct loop_bell *bell; /* something was written */
	char *folder;
	int32_t deadline_ms;
	pthread_t thread;
	pthread_mutex_t lock; /* of all below */
	pthread_cond_t work;
	struct line waiting, written;
	struct timespec stop_by; /* for the file that is being written then */
	bool stopping;
	bool ended; /* the thread is about to */
	bool left; /* the thread has it alone, and frees it */
};

static void push(struct line *line, struct filing_job *job)
{
	job->behind = NULL;
	if (line->first == NULL)
		line->first = job;
	else
		line->last->behind = job;
	line->last = job;
}

static struct filing_job *pop(struct line *line)
{
	struct filing_job *job = line->first;
	if (job != NULL)
		line->first = job->behind;
	return job;
}

/* false: it is not in there. */
static bool take_out(struct line *line, const struct filing_job *job)
{
	struct filing_job *before = NULL, *at = line->first;
	for (; at != NULL && at != job; at = at->behind)
		before = at;
	if (at == NULL)
		return false;
	if (before == NULL)
		line->first = at->behind;
	else
		before->behind = at->behind;
	if (line->last == at)
		line->last = before;
	return true;
}

static void free_job(struct filing_job *job)
{
	arena_done(&job->arena);
	free(job);
}

static void release(struct filing *filing)
{
	struct filing_job *job;
	while ((job = pop(&filing->written)) != NULL)
		free_job(job);
	pthread_mutex_destroy(&filing->lock);
	pthread_cond_destroy(&filing->work);
	free(filing->folder);
	free(filing);
}

static const char *ending_of(struct bytes type)
{
	static const struct {
		const char *type, *ending;
	} rows[] = {{"json", "json"}, {"xml", "xml"}, {"csv", "csv"}, {"text", "txt"}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t size = strlen(rows[i].type);
		if (type.size >= size && memmem(type.data, type.size, rows[i].type, size) != NULL)
			return rows[i].ending;
	}
	return "bin";
}

static enum outcome fail(struct err *err, const char *what)
{
	return err_set(err, RETRY, "%s: %s", what, strerror(errno));
}

static enum outcome write_whole(int fd, struct bytes body, struct err *err)
{
	while (body.size > 0) {
		ssize_t written = write(fd, body.data, body.size);
		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return fail(err, "write");
		body.data += written;
		body.size -= (size_t)written;
	}
	return fsync(fd) == 0 ? OK : fail(err, "write");
}

static enum outcome write_beside(const char *path, struct bytes body, struct err *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (fd < 0)
		return fail(err, "open");
	enum outcome outcome = write_whole(fd, body, err);
	close(fd);
	return outcome;
}

/* So that the name outlives a power loss. */
static enum outcome keep_name(const char *folder, struct err *err)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return fail(err, "folder");
	enum outcome outcome = fsync(fd) == 0 ? OK : fail(err, "folder");
	close(fd);
	return outcome;
}

static enum outcome write_file(const char *folder, const struct filing_file *file, struct err *err)
{
	char path[PATH_MOST], beside[PATH_MOST];
	int size = snprintf(path, sizeof(path), "%s/%020" PRId64 ".%s", folder, file->sequence,
		ending_of(file->type));
	int beside_size =
		snprintf(beside, sizeof(beside), "%s/.%020" PRId64 ".part", folder, file->sequence);
	if (size >= PATH_MOST || beside_size >= PATH_MOST)
		return err_set(err, RETRY, "the folder's path is too long");
	if (write_beside(beside, file->body, err) != OK) {
		unlink(beside);
		return err->outcome;
	}
	if (rename(beside, path) != 0)
		return fail(err, "rename");
	return keep_name(folder, err);
}

/* NULL: there will be none any more. Locked. */
static struct filing_job *next(struct filing *filing)
{
	while (filing->waiting.first == NULL && !filing->stopping)
		pthread_cond_wait(&filing->work, &filing->lock);
	return filing->stopping ? NULL : pop(&filing->waiting);
}

static void *run(void *context)
{
	struct filing *filing = context;
	struct filing_job *job;
	pthread_setname_np(pthread_self(), "filing");
	pthread_mutex_lock(&filing->lock);
	while ((job = next(filing)) != NULL) {
		pthread_mutex_unlock(&filing->lock);
		job->err.outcome = write_file(filing->folder, &job->file, &job->err);
		pthread_mutex_lock(&filing->lock);
		push(&filing->written, job);
		if (!filing->left)
			loop_ring(filing->bell);
	}
	filing->ended = true;
	bool left = filing->left;
	pthread_mutex_unlock(&filing->lock);
	if (left)
		release(filing);
	return NULL;
}

/* Those that are forgotten meanwhile stay, as they are in no line. */
static void serve(void *context)
{
	struct filing *filing = context;
	struct filing_job *job;
	pthread_mutex_lock(&filing->lock);
	struct line written = filing->written;
	filing->written = (struct line){0};
	pthread_mutex_unlock(&filing->lock);
	while ((job = pop(&written)) != NULL) {
		loop_clear(filing->loop, &job->deadline);
		if (job->file.done != NULL)
			job->file.done(job->file.context, job->err.outcome, job->err.text);
		free_job(job);
	}
}

enum outcome filing_new(struct filing **out, struct loop *loop, const char *folder,
	int32_t deadline_ms, struct err *err)
{
	struct filing *filing = memory_get_zeroed(1, sizeof(*filing));
	filing->loop = loop;
	filing->deadline_ms = deadline_ms;
	filing->folder = memory_string(folder);
	pthread_mutex_init(&filing->lock, NULL);
	pthread_cond_init(&filing->work, NULL);
	if (loop_bell_new(&filing->bell, loop, serve, filing, err) != OK) {
		release(filing);
		return err->outcome;
	}
	int code = pthread_create(&filing->thread, NULL, run, filing);
	if (code == 0) {
		*out = filing;
		return OK;
	}
	loop_bell_free(filing->bell);
	release(filing);
	return err_set(err, FATAL, "no thread to be had: %s", strerror(code));
}

/* false: it hangs, and goes on alone. */
static bool join(struct filing *filing)
{
	pthread_t thread = filing->thread; /* the filing may be gone soon */
	if (pthread_clockjoin_np(thread, NULL, CLOCK_MONOTONIC, &filing->stop_by) == 0)
		return true;
	pthread_mutex_lock(&filing->lock);
	bool left = filing->left = !filing->ended;
	pthread_mutex_unlock(&filing->lock);
	if (left)
		pthread_detach(thread);
	else
		pthread_join(thread, NULL);
	return !left;
}

void filing_stop(struct filing *filing)
{
	if (filing == NULL || filing->stopping)
		return;
	struct timespec *by = &filing->stop_by;
	clock_gettime(CLOCK_MONOTONIC, by);
	by->tv_nsec += END_MS * 1000000;
	by->tv_sec += by->tv_nsec / 1000000000;
	by->tv_nsec %= 1000000000;
	pthread_mutex_lock(&filing->lock);
	filing->stopping = true;
	pthread_cond_signal(&filing->work);
	pthread_mutex_unlock(&filing->lock);
}

void filing_free(struct filing *filing)
{
	if (filing == NULL)
		return;
	struct loop_bell *bell = filing->bell;
	filing_stop(filing);
	if (join(filing))
		release(filing);
	loop_bell_free(bell);
}

static void give_up(void *context)
{
	struct filing_job *job = context;
	struct filing_file file = job->file;
	filing_forget(job);
	file.done(file.context, RETRY, "the folder does not answer");
}

struct filing_job *filing_put(struct filing *filing, const struct filing_file *file)
{
	struct filing_job *job = memory_get_zeroed(1, sizeof(*job));
	job->filing = filing;
	job->file = *file;
	job->file.type = arena_copy(&job->arena, file->type);
	job->file.body = arena_copy(&job->arena, file->body);
	job->deadline = (struct loop_timer){.fn = give_up, .context = job};
	loop_set(filing->loop, &job->deadline, loop_now(filing->loop) + filing->deadline_ms);
	pthread_mutex_lock(&filing->lock);
	push(&filing->waiting, job);
	pthread_cond_signal(&filing->work);
	pthread_mutex_unlock(&filing->lock);
	return job;
}

void filing_forget(struct filing_job *job)
{
	if (job == NULL)
		return;
	struct filing *filing = job->filing;
	loop_clear(filing->loop, &job->deadline);
	job->file.done = NULL;
	pthread_mutex_lock(&filing->lock);
	bool was_waiting = take_out(&filing->waiting, job);
	pthread_mutex_unlock(&filing->lock);
	if (was_waiting)
		free_job(job);
}
