/* tray - a folder that a partner drops files into: each is one edge's, and one that cannot be read
 * holds up nothing. */
#include "hub/flow/source/tray.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "hub/base/clock.h"
#include "hub/base/log.h"
#include "hub/base/memory.h"
#include "hub/base/metrics.h"
#include "hub/flow/source/wait.h"

#define LOOKS_MAX 16 /* of one turn, at files that cannot be picked up */
#define SETTLED_S 2 /* so long it was not written to */
#define NAME_MAX_SIZE 200
#define FIRST_AGAIN_MS 2000
#define LAST_AGAIN_MS 900000
#define LOOK_AROUND_EVERY_MS 10000
#define LOCK ".lock"
/* What is no file stands among what is held by a name that no file has. */
#define FOLDER_ITSELF "."
#define WORK_ITSELF ".."

enum { HELD, METRICS };

static struct metric metrics[METRICS] = {
	[HELD] = {.name = "lokethub_drop_files_held",
		.kind = METRICS_GAUGE,
		.label = "source",
		.doc = "Dropped files that cannot be read, understood or put away now, and are "
		       "tried again."},
};

/* A file that could not be done. */
struct held {
	char name[NAME_MAX_SIZE + 1];
	char why[160];
	struct timespec changed; /* its status, when that was */
	int64_t failures, again_at;
};

struct tray {
	char *id; /* of the source: "oin/name" */
	char *folder, *work, *node; /* work: work/NODE below it */
	char name[NAME_MAX_SIZE + 1];
	int lock; /* -1: not ours */
	struct held *held; /* by name */
	size_t held_count;
	int64_t look_around_at;
};

static char *path_of(struct arena *arena, const char *folder, const char *name)
{
	return arena_format(arena, "%s/%s", folder, name);
}

char *tray_path(const struct tray *tray, struct arena *arena, const char *name)
{
	return path_of(arena, tray->work, name);
}

char *tray_answer_path(const struct tray *tray, struct arena *arena, const char *name)
{
	return arena_format(arena, "%s/.%s.answer", tray->work, name);
}

static bool look_at(const char *folder, const char *name, struct stat *out)
{
	struct arena arena = {0};
	bool is_there = lstat(path_of(&arena, folder, name), out) == 0;
	arena_done(&arena);
	return is_there;
}

/* The place of it, or where it would be. */
static size_t place_of(const struct tray *tray, const char *name)
{
	size_t from = 0, to = tray->held_count;
	while (from < to) {
		size_t middle = (from + to) / 2;
		if (strcmp(tray->held[middle].name, name) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

static struct held *find_held(const struct tray *tray, const char *name)
{
	size_t place = place_of(tray, name);
	bool is_there = place < tray->held_count && strcmp(tray->held[place].name, name) == 0;
	return is_there ? &tray->held[place] : NULL;
}

static void forget(struct tray *tray, const char *name)
{
	struct held *held = find_held(tray, name);
	if (held == NULL)
		return;
	size_t behind = --tray->held_count - (size_t)(held - tray->held);
	memmove(held, held + 1, behind * sizeof(*held));
	metrics_set(&metrics[HELD], tray->id, (int64_t)tray->held_count);
}

static struct held *hold(struct tray *tray, const char *name)
{
	struct held *held = find_held(tray, name);
	if (held != NULL)
		return held;
	size_t count = tray->held_count + 1;
	tray->held = memory_resize(tray->held, memory_product(count, sizeof(*tray->held)));
	held = &tray->held[place_of(tray, name)];
	memmove(held + 1, held, (count - 1 - (size_t)(held - tray->held)) * sizeof(*held));
	*held = (struct held){0};
	strcpy(held->name, name);
	tray->held_count = count;
	metrics_set(&metrics[HELD], tray->id, (int64_t)count);
	return held;
}

void tray_hold(struct tray *tray, const char *name, int64_t now, const char *why)
{
	struct stat stat;
	struct held *held = hold(tray, name);
	if (strncmp(held->why, why, sizeof(held->why) - 1) != 0)
		log_error("drop", "source=%s text=%s", tray->id, log_quote(why));
	strncpy(held->why, why, sizeof(held->why) - 1);
	held->again_at = now + wait_ms(held->failures++, FIRST_AGAIN_MS, LAST_AGAIN_MS);
	if (look_at(tray->work, name, &stat) || look_at(tray->folder, name, &stat))
		held->changed = stat.st_ctim;
}

/* A name says who a file is of, perhaps: it is not logged. */
static void hold_for(
	struct tray *tray, const char *name, int64_t now, const char *what, const char *folder)
{
	struct arena arena = {0};
	tray_hold(
		tray, name, now, arena_format(&arena, "%s %s: %s", folder, what, strerror(errno)));
	arena_done(&arena);
}

/* Those that somebody took away. */
static void forget_gone(struct tray *tray)
{
	struct stat stat;
	for (size_t i = tray->held_count; i-- > 0;) {
		const char *name = tray->held[i].name;
		if (!look_at(tray->work, name, &stat) && !look_at(tray->folder, name, &stat))
			forget(tray, name);
	}
}

static bool ends_with(const char *name, const char *ending)
{
	size_t size = strlen(name), end = strlen(ending);
	return size >= end && strcmp(name + size - end, ending) == 0;
}

static bool is_file(const char *folder, const char *name, struct stat *out)
{
	return name[0] != '.' && !ends_with(name, ".part") && !ends_with(name, ".tmp") &&
		strlen(name) <= NAME_MAX_SIZE && look_at(folder, name, out) &&
		S_ISREG(out->st_mode);
}

static bool is_held(const struct tray *tray, const char *name, const struct stat *stat, int64_t now)
{
	const struct held *held = find_held(tray, name);
	return held != NULL && now < held->again_at &&
		held->changed.tv_sec == stat->st_ctim.tv_sec &&
		held->changed.tv_nsec == stat->st_ctim.tv_nsec;
}

/* When it was last written to; where the clock of who wrote it runs ahead of ours, when it came. */
static bool has_settled(const struct stat *stat)
{
	time_t now = time(NULL);
	time_t written = stat->st_mtime <= now ? stat->st_mtime : stat->st_ctime;
	return written + SETTLED_S <= now;
}

/* What lies in work/ is not written to any more, and what has the name of one there waits. */
static bool may_be_next(const struct tray *tray, const char *folder, const char *name, int64_t now)
{
	struct stat stat, other;
	if (!is_file(folder, name, &stat) || is_held(tray, name, &stat, now))
		return false;
	return folder == tray->work || (has_settled(&stat) && !look_at(tray->work, name, &other));
}

/* The first by name, so that a partner can number its files. false: none. */
static bool find(struct tray *tray, const char *folder, int64_t now)
{
	char *first = tray->name;
	const char *itself = folder == tray->work ? WORK_ITSELF : FOLDER_ITSELF;
	DIR *dir = opendir(folder);
	first[0] = '\0';
	if (dir == NULL) {
		hold_for(tray, itself, now, "cannot be read", folder);
		return false;
	}
	forget(tray, itself);
	for (const struct dirent *entry; (entry = readdir(dir)) != NULL;) {
		bool is_first = first[0] == '\0' || strcmp(entry->d_name, first) < 0;
		if (is_first && may_be_next(tray, folder, entry->d_name, now))
			strcpy(first, entry->d_name);
	}
	closedir(dir);
	return first[0] != '\0';
}

/* What cannot be read stays where its partner put it, and can mend it. */
static bool can_be_read(const char *path)
{
	int file = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (file >= 0)
		close(file);
	return file >= 0;
}

/* Takes the next one out of the folder; another edge may be faster. */
static bool pick_up(struct tray *tray, int64_t now)
{
	struct arena arena = {0};
	bool is_ours = false;
	for (int looks = 0; looks < LOOKS_MAX && !is_ours && find(tray, tray->folder, now);
		looks++) {
		const char *path = path_of(&arena, tray->folder, tray->name);
		bool is_readable = can_be_read(path);
		is_ours = is_readable && rename(path, tray_path(tray, &arena, tray->name)) == 0;
		if (!is_ours && errno == ENOENT)
			break;
		if (!is_ours)
			hold_for(tray, tray->name, now,
				is_readable ? "has a file that cannot be moved to work/"
					    : "has a file that cannot be read",
				tray->folder);
	}
	arena_done(&arena);
	return is_ours;
}

/* -1: somebody else holds it, or it cannot be made. */
static int lock(struct arena *arena, const char *folder)
{
	int file =
		open(path_of(arena, folder, LOCK), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0660);
	if (file >= 0 && flock(file, LOCK_EX | LOCK_NB) != 0) {
		int code = errno;
		close(file);
		errno = code;
		return -1;
	}
	return file;
}

/* Half an answer is of no use: it is written anew. */
static void take_over_file(
	struct tray *tray, struct arena *arena, const char *from, const char *name)
{
	struct stat stat;
	if (name[0] == '.' && ends_with(name, ".answer"))
		unlink(path_of(arena, from, name));
	else if (is_file(from, name, &stat) && !look_at(tray->work, name, &stat) &&
		rename(path_of(arena, from, name), tray_path(tray, arena, name)) == 0)
		log_info("drop", "source=%s text=%s", tray->id,
			log_quote(arena_format(arena, "a file is taken over from %s", from)));
}

/* Of a node whose process does not live: else it had the lock. The folder and its lock stay, for
 * the node may come back at any moment. */
static void take_over(struct tray *tray, struct arena *arena, const char *from)
{
	DIR *dir = opendir(from);
	if (dir == NULL)
		return;
	int file = lock(arena, from);
	for (const struct dirent *entry; file >= 0 && (entry = readdir(dir)) != NULL;)
		take_over_file(tray, arena, from, entry->d_name);
	closedir(dir);
	if (file >= 0)
		close(file);
}

static void take_over_all(struct tray *tray)
{
	struct arena arena = {0};
	const char *nodes = path_of(&arena, tray->folder, "work");
	DIR *dir = opendir(nodes);
	for (const struct dirent *entry; dir != NULL && (entry = readdir(dir)) != NULL;)
		if (entry->d_name[0] != '.' && strcmp(entry->d_name, tray->node) != 0)
			take_over(tray, &arena, path_of(&arena, nodes, entry->d_name));
	if (dir != NULL)
		closedir(dir);
	arena_done(&arena);
}

static bool has_lock(struct tray *tray, int64_t now)
{
	struct arena arena = {0};
	if (tray->lock < 0)
		tray->lock = lock(&arena, tray->work);
	if (tray->lock < 0)
		hold_for(tray, WORK_ITSELF, now,
			"cannot be locked: another process of this node lives, or the file system "
			"has no locks",
			tray->work);
	arena_done(&arena);
	return tray->lock >= 0;
}

const char *tray_next(struct tray *tray, int64_t now)
{
	if (!has_lock(tray, now))
		return NULL;
	if (now >= tray->look_around_at) {
		forget_gone(tray);
		take_over_all(tray);
		tray->look_around_at = now + LOOK_AROUND_EVERY_MS;
	}
	return find(tray, tray->work, now) || pick_up(tray, now) ? tray->name : NULL;
}

/* "20261126T181005.123Z-" and so on, so that a name comes again and again. */
static const char *stamp(struct arena *arena)
{
	char text[25];
	char *to = arena_get(arena, sizeof(text) + 1), *out = to;
	clock_to_text(clock_wall(), text);
	for (const char *at = text; *at != '\0'; at++)
		if (*at != '-' && *at != ':')
			*to++ = *at;
	*to++ = '-';
	return out;
}

enum outcome tray_put_away(struct tray *tray, const char *name, const char *folder,
	const char *ending, struct err *err)
{
	struct arena arena = {0};
	const char *to =
		arena_format(&arena, "%s/%s/%s%s", tray->folder, folder, stamp(&arena), name);
	const char *answer = arena_format(&arena, "%s.answer%s", to, ending == NULL ? "" : ending);
	bool has_answer =
		ending == NULL || rename(tray_answer_path(tray, &arena, name), answer) == 0;
	bool is_fine = has_answer && rename(tray_path(tray, &arena, name), to) == 0;
	enum outcome outcome = OK;
	if (!is_fine)
		outcome = err_set(err, RETRY, "%s has a file that cannot be put into %s/: %s",
			tray->work, folder, strerror(errno));
	else
		forget(tray, name);
	if (!is_fine && has_answer && ending != NULL)
		unlink(answer); /* the file stays in work/, and will have another one */
	arena_done(&arena);
	return outcome;
}

static enum outcome make_folders(struct tray *tray, struct err *err)
{
	struct arena arena = {0};
	const char *const names[] = {
		"", "done", "refused", "work", arena_format(&arena, "work/%s", tray->node)};
	enum outcome outcome = OK;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && outcome == OK; i++) {
		const char *path = path_of(&arena, tray->folder, names[i]);
		if (mkdir(path, 0770) != 0 && errno != EEXIST)
			outcome =
				err_set(err, FATAL, "%s cannot be made: %s", path, strerror(errno));
	}
	tray->work = memory_string(path_of(&arena, tray->folder, names[4]));
	arena_done(&arena);
	return outcome;
}

enum outcome tray_new(
	struct tray **out, const struct conf_source *source, const char *node, struct err *err)
{
	struct arena arena = {0};
	struct tray *tray = memory_get_zeroed(1, sizeof(*tray));
	tray->id = memory_string(arena_format(&arena, "%s/%s", source->oin, source->name));
	tray->folder = memory_string(source->folder);
	tray->node = memory_string(node);
	tray->lock = -1;
	tray->look_around_at = INT64_MIN;
	arena_done(&arena);
	metrics_register(metrics, METRICS);
	metrics_set(&metrics[HELD], tray->id, 0);
	if (make_folders(tray, err) != OK) {
		tray_free(tray);
		return err->outcome;
	}
	*out = tray;
	return OK;
}

void tray_free(struct tray *tray)
{
	if (tray == NULL)
		return;
	if (tray->lock >= 0)
		close(tray->lock);
	free(tray->held);
	free(tray->id);
	free(tray->folder);
	free(tray->work);
	free(tray->node);
	free(tray);
}
