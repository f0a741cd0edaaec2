/* drops - folders that partners put files into: picked up whole, and answered beside them. */
#include "hub/flow/source/drops.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "hub/base/clock.h"
#include "hub/base/log.h"
#include "hub/base/memory.h"

#define LOOK_EVERY_MS 500
#define SETTLED_S 2 /* so long it was not written to */
#define NAME_MAX_SIZE 200

/* One folder, and the file of it that is in work. */
struct drop {
	struct outside *outside;
	const struct conf_source *source;
	char *folder, *work; /* work: work/NODE below it */
	char name[NAME_MAX_SIZE + 1]; /* of the file; "": none */
	struct exchange *exchange;
	uint8_t *mapped;
	size_t size;
	FILE *answer; /* NULL: nothing to say yet */
	const char *ending; /* of the answer's name */
	int64_t look_at;
};

struct drops {
	struct drop *items;
	size_t count;
};

static char *path_of(struct arena *arena, const char *folder, const char *name)
{
	return arena_format(arena, "%s/%s", folder, name);
}

static bool ends_with(const char *name, const char *ending)
{
	size_t size = strlen(name), end = strlen(ending);
	return size >= end && strcmp(name + size - end, ending) == 0;
}

static bool is_candidate(const char *folder, const char *name, bool must_be_settled)
{
	struct stat stat;
	struct arena arena = {0};
	bool is_one = name[0] != '.' && !ends_with(name, ".part") && !ends_with(name, ".tmp") &&
		strlen(name) <= NAME_MAX_SIZE && lstat(path_of(&arena, folder, name), &stat) == 0 &&
		S_ISREG(stat.st_mode) &&
		(!must_be_settled || stat.st_mtime + SETTLED_S <= time(NULL));
	arena_done(&arena);
	return is_one;
}

/* The first by name, so that a partner can number its files. false: none. */
static bool find(const char *folder, bool must_be_settled, char out[NAME_MAX_SIZE + 1])
{
	DIR *dir = opendir(folder);
	out[0] = '\0';
	if (dir == NULL)
		return false;
	for (const struct dirent *entry; (entry = readdir(dir)) != NULL;) {
		bool is_first = out[0] == '\0' || strcmp(entry->d_name, out) < 0;
		if (is_first && is_candidate(folder, entry->d_name, must_be_settled))
			strcpy(out, entry->d_name);
	}
	closedir(dir);
	return out[0] != '\0';
}

static bool copy(int from, int to, size_t size)
{
	while (size > 0) {
		ssize_t done = copy_file_range(from, NULL, to, NULL, size, 0);
		if (done <= 0)
			return false;
		size -= (size_t)done;
	}
	return true;
}

/* A file of ours that has no name. */
static int open_nameless(const char *folder)
{
	return open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
}

static enum outcome map(struct drop *drop, struct err *err)
{
	struct arena arena = {0};
	struct stat stat;
	const char *path = path_of(&arena, drop->work, drop->name);
	int from = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	int to = open_nameless(drop->work);
	bool is_fine = from >= 0 && to >= 0 && fstat(from, &stat) == 0 && S_ISREG(stat.st_mode) &&
		copy(from, to, (size_t)stat.st_size);
	drop->size = is_fine ? (size_t)stat.st_size : 0;
	drop->mapped = NULL;
	if (is_fine && drop->size > 0)
		drop->mapped = mmap(NULL, drop->size, PROT_READ, MAP_PRIVATE, to, 0);
	enum outcome outcome = OK;
	if (!is_fine || drop->mapped == MAP_FAILED)
		outcome = err_set(err, RETRY, "cannot be read: %s", strerror(errno));
	if (from >= 0)
		close(from);
	if (to >= 0)
		close(to);
	arena_done(&arena);
	return outcome;
}

static void unmap(struct drop *drop)
{
	if (drop->mapped != NULL)
		munmap(drop->mapped, drop->size);
	drop->mapped = NULL;
}

static const char *fate_name(enum verdict_fate fate)
{
	static const char *const names[] = {"taken", "refused", "unknown"};
	return names[fate];
}

/* Where the connector has no answer of its own. */
static void answer_plainly(struct drop *drop, const struct verdicts *verdicts)
{
	for (size_t i = 0; i < verdicts->count; i++) {
		const struct verdict *verdict = &verdicts->items[i];
		const struct problems *problems = &verdict->of->problems;
		const struct problem *first = problems->count > 0 ? &problems->items[0] : NULL;
		fprintf(drop->answer, "%.*s: %s", BYTES_ARG(verdict->of->label),
			fate_name(verdict->fate));
		if (first != NULL)
			fprintf(drop->answer, ": %s%s%s", first->path,
				first->path[0] != '\0' ? " " : "", first->text);
		fputc('\n', drop->answer);
	}
}

static const char *ending_of(struct bytes type)
{
	static const char *const endings[][2] = {
		{"text/csv", ".csv"}, {"application/json", ".json"}, {NULL, NULL}};
	for (size_t i = 0; endings[i][0] != NULL; i++)
		if (type.size >= strlen(endings[i][0]) &&
			memcmp(type.data, endings[i][0], strlen(endings[i][0])) == 0)
			return endings[i][1];
	return ".txt";
}

static char *answer_path(const struct drop *drop, struct arena *arena)
{
	return arena_format(arena, "%s/.%s.answer", drop->work, drop->name);
}

static void on_parcel(void *context, const struct documents *docs, const struct verdicts *verdicts)
{
	struct drop *drop = context;
	const struct connector *connector = drop->source->connector;
	struct arena arena = {0};
	struct connector_answer answer = {0};
	struct err err = {0};
	if (drop->answer == NULL)
		drop->answer = fopen(answer_path(drop, &arena), "we");
	bool is_own = connector->acknowledge != NULL &&
		connector->acknowledge(drop->source->config, docs, verdicts, &answer, &err) == OK &&
		answer.status != 0;
	if (drop->answer == NULL) {
		log_error("drop", "source=%s text=%s", drop->source->name,
			log_quote("the answer cannot be written"));
	} else if (is_own) {
		drop->ending = ending_of(answer.type);
		fwrite(answer.body.data, 1, answer.body.size, drop->answer);
	} else {
		answer_plainly(drop, verdicts);
	}
	arena_done(&arena);
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

/* What was picked up goes to a folder beside work/, its answer first: who sees the file has the
 * answer. */
static void put_away(struct drop *drop, const char *folder)
{
	struct arena arena = {0};
	const char *to =
		arena_format(&arena, "%s/%s/%s%s", drop->folder, folder, stamp(&arena), drop->name);
	bool is_fine = true;
	if (drop->answer != NULL) {
		is_fine = fflush(drop->answer) == 0 && fsync(fileno(drop->answer)) == 0;
		fclose(drop->answer);
		const char *answer = arena_format(&arena, "%s.answer%s", to, drop->ending);
		is_fine = rename(answer_path(drop, &arena), answer) == 0 && is_fine;
	}
	is_fine = rename(path_of(&arena, drop->work, drop->name), to) == 0 && is_fine;
	if (!is_fine)
		log_error("drop", "source=%s text=%s", drop->source->name,
			log_quote(arena_format(&arena, "a file cannot be put into %s: %s", folder,
				strerror(errno))));
	drop->answer = NULL;
	drop->name[0] = '\0';
	arena_done(&arena);
}

static void on_done(void *context, const struct exchange_result *result)
{
	struct drop *drop = context;
	drop->exchange = NULL;
	log_info("drop",
		"source=%s bytes=%zu taken=%lld refused=%lld passed=%lld outcome=%s text=%s",
		drop->source->name, drop->size, (long long)result->taken,
		(long long)result->refused, (long long)result->passed,
		outcome_name(result->outcome), log_quote(result->text));
	unmap(drop);
	if (result->outcome == RETRY) {
		if (drop->answer != NULL)
			fclose(drop->answer);
		drop->answer = NULL;
		drop->name[0] = '\0'; /* it stays in work/, and is found there again */
		return;
	}
	put_away(drop, result->outcome == OK ? "done" : "refused");
}

static void begin(struct drop *drop)
{
	struct err err = {0};
	if (map(drop, &err) != OK) {
		log_error("drop", "source=%s text=%s", drop->source->name, log_quote(err.text));
		drop->name[0] = '\0';
		return;
	}
	drop->ending = ".txt";
	struct exchange_options options = outside_exchange(drop->outside, drop->source);
	options.first = (struct document){.name = bytes_of_string(drop->name),
		.body = drop->mapped != NULL ? bytes_of(drop->mapped, drop->size) : bytes_of("", 0),
		.status = 200};
	options.way = DOCUMENTS_DROPPED;
	options.parcel = on_parcel;
	options.done = on_done;
	options.context = drop;
	exchange_start(&drop->exchange, &options);
}

/* Takes the next one out of the folder; another edge may be faster. */
static bool pick_up(struct drop *drop)
{
	struct arena arena = {0};
	bool is_ours = find(drop->folder, true, drop->name) &&
		rename(path_of(&arena, drop->folder, drop->name),
			path_of(&arena, drop->work, drop->name)) == 0;
	arena_done(&arena);
	return is_ours;
}

void drops_turn(struct drops *drops)
{
	int64_t now = clock_monotonic();
	for (size_t i = 0; i < drops->count; i++) {
		struct drop *drop = &drops->items[i];
		if (drop->exchange != NULL || now < drop->look_at ||
			!intake_can_store(drop->outside->intake))
			continue;
		drop->look_at = now + LOOK_EVERY_MS;
		if (find(drop->work, false, drop->name) || pick_up(drop))
			begin(drop);
	}
}

static enum outcome make_folders(struct drop *drop, const char *node, struct err *err)
{
	struct arena arena = {0};
	const char *const names[] = {
		"", "done", "refused", "work", arena_format(&arena, "work/%s", node)};
	enum outcome outcome = OK;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && outcome == OK; i++) {
		const char *path = path_of(&arena, drop->folder, names[i]);
		if (mkdir(path, 0770) != 0 && errno != EEXIST)
			outcome =
				err_set(err, FATAL, "%s cannot be made: %s", path, strerror(errno));
	}
	drop->work = memory_string(path_of(&arena, drop->folder, names[4]));
	arena_done(&arena);
	return outcome;
}

enum outcome drops_new(struct drops **out, struct outside *outside, struct err *err)
{
	const struct conf *conf = outside->conf;
	struct drops *drops = memory_get_zeroed(1, sizeof(*drops));
	enum outcome outcome = OK;
	drops->items = memory_get_zeroed(conf->sources_count + 1, sizeof(*drops->items));
	for (size_t i = 0; i < conf->sources_count && outcome == OK; i++) {
		const struct conf_source *source = &conf->sources[i];
		if (source->folder == NULL)
			continue;
		struct drop *drop = &drops->items[drops->count++];
		drop->outside = outside;
		drop->source = source;
		drop->folder = memory_string(source->folder);
		outcome = make_folders(drop, conf->node, err);
	}
	if (outcome != OK) {
		drops_free(drops);
		return err_in(err, "file drop");
	}
	*out = drops;
	return OK;
}

void drops_free(struct drops *drops)
{
	if (drops == NULL)
		return;
	for (size_t i = 0; i < drops->count; i++) {
		struct drop *drop = &drops->items[i];
		exchange_cancel(drop->exchange);
		unmap(drop);
		if (drop->answer != NULL)
			fclose(drop->answer);
		free(drop->folder);
		free(drop->work);
	}
	free(drops->items);
	free(drops);
}
